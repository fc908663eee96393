"""Written down in a minute, for one's own institution alone, and turned into more with one click."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from suone.casework.advice import services
from suone.casework.advice.models import Advice
from suone.casework.advice.queries import advice_list, all_of, figures
from suone.casework.cases.models import Draft
from suone.casework.leading.tests.factories import do
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_staff
from suone.organisation.appointments.tests.factories import give as give_roles
from suone.records.consents.tests.factories import Cast


def give(by: Appointment, **changes: Any) -> Advice:
    usual: dict[str, Any] = {
        "on": timezone.localdate(),
        "asker": "citizen",
        "channel": "phone",
        "topic": "work",
        "minutes": 10,
        "first_name": "Petra",
        "last_name": "Muster",
        "note": "Where do I register?",
    }
    advice: Advice = do(by, services.give_advice, **usual | changes)
    return advice


def typed(**changes: Any) -> dict[str, Any]:
    usual = {
        "asker": "employer",
        "topic": "job_at_risk",
        "minutes": "5",
        "channel": "phone",
        "on": timezone.localdate().isoformat(),
        "category": "10",
        "note": "Often ill: whom to ask?",
    }
    return usual | changes


@pytest.fixture
def office(cast: Cast) -> Client:
    return client_of(cast.coordinator)


def test_an_advice_is_stored_and_logged(cast: Cast) -> None:
    advice = give(cast.coordinator)

    assert (advice.institution_id, advice.staff_id) == (cast.coordinator.institution_id, cast.coordinator.pk)
    entry = Entry.objects.get(act="advice.given")
    assert entry.object_id == advice.pk
    assert "Muster" not in str(entry.details)


def test_the_database_keeps_no_name_of_whoever_stays_unnamed(cast: Cast) -> None:
    advice = give(cast.coordinator, first_name="", last_name="", is_anonymous=True)

    for field in ("first_name", "last_name", "contact"):
        with pytest.raises(IntegrityError, match="advice_unnamed_is_unnamed"), transaction.atomic():
            Advice.objects.filter(pk=advice.pk).update(**{field: "Muster"})


@pytest.mark.parametrize("who", ["worker", "stranger", "adviser"])
def test_other_institutions_see_nothing_of_it(cast: Cast, who: str) -> None:
    give(cast.coordinator)
    staff = getattr(cast, who)
    give_roles(staff, Role.CONTACT_PERSON)  # may give advice, for an institution of their own

    with acting_as(acting(staff)):
        assert not Advice.objects.exists()


def test_a_colleague_without_the_permission_sees_nothing_either(cast: Cast) -> None:
    give(cast.coordinator)
    colleague = make_staff(cast.coordinator.institution, Role.STEERING, last_name="Steering")

    with acting_as(acting(colleague)):
        assert not Advice.objects.exists()
    assert client_of(colleague).get("/advice/").status_code == 403


def test_nobody_records_for_another_institution(cast: Cast) -> None:
    with pytest.raises(ProgrammingError, match="in another's name"), acting_as(acting(cast.coordinator)):
        Advice.objects.create(
            institution=cast.worker.institution,
            staff=cast.worker,
            on=timezone.localdate(),
            asker="citizen",
            topic="work",
            language="de",
        )


def test_of_two_corrections_the_second_is_handed_back(cast: Cast) -> None:
    advice = give(cast.coordinator)
    changes = {
        "on": timezone.localdate(), "asker": "citizen", "channel": "phone", "topic": "work", "minutes": 10, "region": None,
        "is_anonymous": False, "first_name": "", "last_name": "", "contact": "", "category": 10,
    }  # fmt: skip

    do(cast.coordinator, services.correct_advice, advice=advice, version=1, note="one", **changes)
    with pytest.raises(Conflict) as conflict:
        do(cast.coordinator, services.correct_advice, advice=advice, version=1, note="two", **changes)

    assert (conflict.value.current, conflict.value.submitted) == ({"Note": "one"}, {"Note": "two"})


def test_figures_count_by_kind_and_month(cast: Cast) -> None:
    for asker, minutes in (("citizen", 10), ("citizen", 20), ("employer", 5)):
        give(cast.coordinator, asker=asker, minutes=minutes)
    give(cast.coordinator, on=timezone.localdate() - timedelta(days=400))
    who = acting(cast.coordinator)

    with acting_as(who):
        lines = figures(who, year=timezone.localdate().year)

    found = {line.label: (line.months[timezone.localdate().month - 1], line.total, line.minutes) for line in lines}
    assert found["citizen"] == (2, 2, 30)
    assert found["employer"] == (1, 1, 5)
    assert all_of(lines, "all").total == 3


def test_the_list_is_filtered(cast: Cast) -> None:
    give(cast.coordinator)
    give(cast.coordinator, asker="physician", topic="health_and_work")
    who = acting(cast.coordinator)

    with acting_as(who):
        assert len(advice_list(who)) == 2
        assert len(advice_list(who, asker="physician")) == 1
        assert len(advice_list(who, topic="work")) == 1
        assert advice_list(who, year=timezone.localdate().year - 1) == []


def test_the_pages_lead_from_the_form_to_the_list(office: Client, cast: Cast) -> None:
    assert 'value="10"' in office.get("/advice/give").content.decode()

    answer = office.post("/advice/give", typed())

    advice = Advice.objects.get()
    assert answer.headers["Location"] == f"/advice/{advice.pk}"
    assert "Often ill: whom to ask?" in office.get(f"/advice/{advice.pk}").content.decode()
    assert "job at risk" in office.get("/advice/").content.decode()
    assert "employer" in office.get("/advice/figures").content.decode()
    assert client_of(cast.worker).get(f"/advice/{advice.pk}").status_code == 403


def test_a_name_beside_the_wish_to_stay_unnamed_is_refused_at_its_field(office: Client) -> None:
    answer = office.post("/advice/give", typed(is_anonymous="on", last_name="Muster"))

    assert answer.status_code == 422
    assert "remove them" in answer.content.decode()
    assert not Advice.objects.exists()


def test_correcting_keeps_what_was_written(office: Client, cast: Cast) -> None:
    advice = give(cast.coordinator)
    path = f"/advice/{advice.pk}/correct"

    assert "Where do I register?" in office.get(path).content.decode()
    assert office.post(path, typed(version="1", note="Put right")).status_code == 302
    assert office.post(path, typed(version="1", note="Too late")).status_code == 409

    advice.refresh_from_db()
    assert advice.note == "Put right"


def test_with_one_click_it_becomes_a_notification(office: Client, cast: Cast) -> None:
    advice = give(cast.coordinator, region=cast.region)

    answer = office.post(f"/advice/{advice.pk}/notify")

    draft = Draft.objects.get()
    assert answer.headers["Location"] == f"/cases/drafts/{draft.pk}"
    page = office.get(answer.headers["Location"]).content.decode()
    assert 'value="Muster"' in page
    assert "Where do I register?" in page
    advice.refresh_from_db()
    assert advice.led_to == "notification"


def test_with_one_click_it_becomes_a_hand_over(office: Client, cast: Cast) -> None:
    advice = give(cast.coordinator, region=cast.region)

    answer = office.post(f"/advice/{advice.pk}/hand-over")

    draft = Draft.objects.get()
    assert answer.headers["Location"] == f"/handovers/drafts/{draft.pk}"
    assert 'value="Muster"' in office.get(answer.headers["Location"]).content.decode()
    questions = {"receiver": cast.adviser.institution_id, "direction": "hands_over"}
    look = office.post(answer.headers["Location"], questions | {"region": cast.region.pk})
    assert "Where do I register?" in look.content.decode()
    # A hand-over's draft is no notification's.
    assert office.get(f"/cases/drafts/{draft.pk}").status_code == 404


def test_whoever_stayed_unnamed_stays_so_in_what_follows(office: Client, cast: Cast) -> None:
    advice = give(cast.coordinator, first_name="", last_name="", is_anonymous=True)

    office.post(f"/advice/{advice.pk}/notify")

    assert "last_name" not in Draft.objects.get().data
