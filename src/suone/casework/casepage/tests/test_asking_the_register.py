"""Asking from a case who else follows its person: the case alone is named."""

from typing import Any

import pytest

from suone.canton.procedures.facts import Fact
from suone.casework.cases.models import Case
from suone.casework.leading.models import KnownFact
from suone.casework.leading.services import record_fact
from suone.casework.leading.tests.factories import activate, notify
from suone.ground.access.categories import Power
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.organisation.appointments.tests.factories import client_of, make_staff
from suone.records.consents.tests.factories import WORK, Cast, line
from suone.records.dossiers.tests.factories import Principal, let_in
from suone.records.persons.models import Number
from suone.records.workitems.services import add_work_item
from suone.register.server.rules import Purpose
from suone.register.server.services import Registering, register_person
from suone.register.server.tests.factories import DAY, do, number_of, open_register


@pytest.fixture
def numbered(cast: Cast, tmp_path: Any, settings: Any) -> Case:
    """A case of the worker's whose person is registered with the worker's and the adviser's institution."""
    settings.REGISTER_KEYS_FOLDER = str(tmp_path / "keys")
    number = number_of(1)
    case = notify(cast, ahv_number=number, ahv_missing_reason="")
    open_register(cast.worker.institution, cast.adviser.institution)
    for staff in (cast.worker, cast.adviser):
        do(staff, register_person, registering=Registering(number=number, valid_from=DAY))
    return case


def test_the_case_asks_by_its_own_number_and_shows_whom_to_ask(cast: Cast, numbered: Case) -> None:
    client = client_of(cast.worker)
    page = client.get(f"/dossiers/{numbered.pk}/").content.decode()
    assert f"/dossiers/{numbered.pk}/register" in page

    answer = client.post(f"/dossiers/{numbered.pk}/register", {"purpose": Purpose.COORDINATION.value})
    client.post(f"/dossiers/{numbered.pk}/register", {"purpose": Purpose.COORDINATION.value})

    text = answer.content.decode()
    assert "RAV" in text
    assert "Ada Adviser" in text
    assert f"/dossiers/{numbered.pk}/participants?institution={cast.adviser.institution_id}" in text
    assert not KnownFact.objects.filter(fact="register_checked").exists()  # nobody had the task


def test_a_query_settles_the_task_of_checking_the_register_and_no_tick_does(cast: Cast, numbered: Case) -> None:
    asked = {"dossier": numbered.dossier, "title": "Check", "due_on": DAY, "settled_by": "register_checked"}
    ours = do(cast.worker, add_work_item, addressed_id=cast.worker.institution_id, **asked)
    theirs = do(cast.worker, add_work_item, addressed_id=cast.adviser.institution_id, **asked)
    client = client_of(cast.worker)

    with pytest.raises(Refused, match="follows from an action"):
        do(cast.worker, record_fact, case=numbered, fact=Fact.REGISTER_CHECKED, value=True)
    assert not KnownFact.objects.filter(fact="register_checked").exists()
    client.post(f"/dossiers/{numbered.pk}/register", {"purpose": Purpose.COORDINATION.value})

    ours.refresh_from_db()
    assert ours.state == "done"
    assert KnownFact.objects.filter(dossier_id=numbered.pk, fact="register_checked").count() == 1
    assert theirs is not None


def test_smz_iv_1_a_and_2_a_the_query_of_the_sender_does_not_do_what_the_receiver_owes(
    cast: Cast, numbered: Case
) -> None:
    let_in(
        cast.worker,
        numbered.dossier,
        Principal(institution_id=cast.adviser.institution_id),
        power=Power.WRITE,
        because=9,
    )
    asked = {"dossier": numbered.dossier, "title": "Check", "due_on": DAY, "settled_by": "register_checked"}
    item = do(cast.worker, add_work_item, addressed_id=cast.adviser.institution_id, **asked)
    box = f"/dossiers/{numbered.pk}/register"

    assert client_of(cast.worker).post(box, {"purpose": Purpose.COORDINATION.value}).status_code == 200
    item.refresh_from_db()
    assert item.state == "open"
    assert client_of(cast.adviser).post(box, {"purpose": Purpose.COORDINATION.value}).status_code == 200

    item.refresh_from_db()
    assert item.state == "done"


def test_whoever_is_asked_from_the_answer_is_chosen_already(cast: Cast, numbered: Case) -> None:
    institution = cast.adviser.institution_id

    page = client_of(cast.worker).get(f"/dossiers/{numbered.pk}/participants?institution={institution}")

    assert f'<option value="{institution}" selected>' in page.content.decode()


def test_nothing_is_disclosed_about_a_person_who_is_not_entered_and_no_fact_is_recorded(
    cast: Cast, numbered: Case
) -> None:
    Number.objects.filter(dossier_id=numbered.pk).update(digits=number_of(2))

    answer = client_of(cast.worker).post(f"/dossiers/{numbered.pk}/register", {"purpose": "coordination"})

    assert "Your institution has not entered this person yet" in answer.content.decode()
    assert not KnownFact.objects.filter(fact="register_checked").exists()


def test_a_person_is_entered_from_the_case_without_typing_the_number(cast: Cast, numbered: Case) -> None:
    worker = client_of(cast.worker)
    Number.objects.filter(dossier_id=numbered.pk).update(digits=number_of(2))
    answer = worker.post(f"/dossiers/{numbered.pk}/register", {"purpose": "coordination"}).content.decode()
    assert f'name="number" value="{number_of(2)}"' in answer

    form = worker.post("/register/persons/add", {"number": number_of(2), "begin": "1"})

    assert form.status_code == 200
    assert f'value="{number_of(2)}"' in form.content.decode()
    assert "Please check what you entered" not in form.content.decode()


def test_the_box_is_not_shown_where_it_could_not_be_answered(cast: Cast, numbered: Case) -> None:
    box = f"/dossiers/{numbered.pk}/register"

    assert box not in client_of(cast.coordinator).get(f"/dossiers/{numbered.pk}/").content.decode()  # takes no part
    Number.objects.filter(dossier_id=numbered.pk).update(digits=None, reason="not yet")
    worker = client_of(cast.worker)
    assert box not in worker.get(f"/dossiers/{numbered.pk}/").content.decode()
    assert worker.post(box, {"purpose": "coordination"}).status_code == 302


def test_whoever_may_not_read_the_case_asks_nothing(cast: Cast, numbered: Case) -> None:
    outsider = client_of(make_staff(cast.adviser.institution, Role.FRONT_LINE_WORKER, last_name="Other"))

    assert outsider.post(f"/dossiers/{numbered.pk}/register", {"purpose": "coordination"}).status_code == 404


def test_without_identity_the_case_does_not_ask(cast: Cast, numbered: Case) -> None:
    case = activate(cast, line(cast.adviser, WORK & ~1), ahv_number=number_of(3), ahv_missing_reason="")
    adviser = client_of(cast.adviser)

    assert adviser.get(f"/dossiers/{case.pk}/").status_code == 200
    assert adviser.post(f"/dossiers/{case.pk}/register", {"purpose": "coordination"}).status_code == 302
