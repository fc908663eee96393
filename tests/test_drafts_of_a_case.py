"""What is typed about a case is saved and shown while the case is open to its author, and destroyed with the case."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import activate
from suone.desk.administration.jobs import release_items
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.ground.entrances.models import Draft
from suone.ground.web.bound import seal
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of
from suone.records.consents.tests.factories import Cast, line, make_cast
from suone.records.dossiers.models import Grant
from tests.sweep.addresses import all_addresses


@kept
def cast() -> Cast:
    return make_cast()


@kept
def case(cast: Cast) -> Case:
    return activate(cast, line(cast.adviser))


def form_of(case: Case) -> str:
    return f"/dossiers/{case.pk}/notes"


def save(staff: Appointment, form: str) -> Any:
    assert staff.user is not None
    data = {"opened_as": seal(staff.user.pk, staff.pk), "draft_of": form, "draft_field": "text", "text": "Sie sucht."}
    return client_of(staff).post("/drafts", data)


def seen(staff: Appointment, form: str) -> bool:
    return bool(client_of(staff).get("/drafts", {"of": form}).json()["drafts"])


def test_every_form_with_a_case_in_its_address_says_so_at_its_beginning(cast: Cast) -> None:
    of_cases = [address for address in all_addresses() if "dossier_id" in address.parameters]

    elsewhere = {address.name for address in of_cases if not address.pattern.startswith("dossiers/<int:dossier_id>/")}

    assert len(of_cases) > 80
    assert elsewhere == {"alive_case"}  # has no form


def test_a_draft_is_hidden_once_the_case_is_closed_to_its_author_and_shown_once_it_is_open_again(
    cast: Cast, case: Case
) -> None:
    form = form_of(case)
    assert save(cast.adviser, form).status_code == 200
    assert seen(cast.adviser, form)
    grants = Grant.objects.filter(dossier=case.pk, institution=cast.adviser.institution)

    before = grants.values("valid_from", "valid_until").get()
    grants.update(valid_until=timezone.now() - timedelta(seconds=1), valid_from=timezone.now() - timedelta(days=1))

    assert not seen(cast.adviser, form)
    with acting_as(acting(cast.adviser)):
        assert not Draft.objects.exists()
        assert Draft.objects.filter(form=form).delete()[0] == 0
    grants.update(**before)
    assert seen(cast.adviser, form)


def test_no_draft_hides_its_case_behind_another_spelling_of_its_address(cast: Cast, case: Case) -> None:
    """It would be saved by whoever may not open the case, and outlast it."""
    for staff in (cast.adviser, cast.stranger):
        assert save(staff, f"/dossiers/{case.pk:021}/notes").status_code == 400
        assert not Draft.objects.filter(staff_id=staff.pk).exists()


def test_nothing_is_saved_about_a_case_that_is_closed_and_the_author_is_told(cast: Cast, case: Case) -> None:
    save(cast.adviser, form_of(case))
    Grant.objects.filter(dossier=case.pk, institution=cast.adviser.institution).update(
        valid_until=timezone.now() - timedelta(seconds=1), valid_from=timezone.now() - timedelta(days=1)
    )

    for staff, form in (
        (cast.adviser, form_of(case)),
        (cast.stranger, form_of(case)),
        (cast.adviser, "/dossiers/9999/notes"),
    ):
        answer = save(staff, form)
        assert answer.status_code == 422
        assert "closed to you" in answer.json()["problem"] or "verschlossen" in answer.json()["problem"]

    assert Draft.objects.count() == 1
    assert not Entry.objects.filter(kind="denied").exists()
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(acting(cast.stranger)):  # noqa: SIM117
        with transaction.atomic():
            Draft.objects.create(staff_id=cast.stranger.pk, form=form_of(case), fields={"text": ["x"]})


def test_a_draft_is_destroyed_with_its_case(cast: Cast, case: Case) -> None:
    save(cast.adviser, form_of(case))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT confdeltype, confrelid::regclass::text FROM pg_constraint WHERE conrelid = 'entrances_draft'::regclass"
            " AND contype = 'f'"
        )
        assert cursor.fetchall() == [("c", "dossiers_dossier")]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_draft_ends_with_the_appointment_of_its_author(cast: Cast, case: Case, at_once: bool) -> None:
    save(cast.adviser, form_of(case))
    save(cast.worker, form_of(case))
    yesterday = timezone.localdate() - timedelta(days=1)
    ended: dict[str, Any] = {"ended_at": timezone.now()} if at_once else {"active_until": yesterday}
    Appointment.objects.filter(pk=cast.adviser.pk).update(**ended)

    release_items(0)

    assert set(Draft.objects.values_list("staff_id", flat=True)) == {cast.worker.pk}
