"""Pages: notifying, triage and closing from their forms, which keep what was typed."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from suone.casework.cases.models import Case, Draft
from suone.casework.cases.rules import State
from suone.casework.leading.models import Triage
from suone.casework.leading.tests.factories import noted
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry, RecordKind
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import client_of, make_staff
from suone.records.consents.tests.factories import DRAWN, Cast, boxes, line, ticked
from suone.records.persons.queries import numbers_of
from suone.register.server.models import Alert


def later() -> str:
    return (timezone.localdate() + timedelta(days=9)).isoformat()


def typed(cast: Cast, **changes: Any) -> dict[str, Any]:
    usual = {
        "last_name": "Muster",
        "first_name": "Peter",
        "ahv_number": "756.9217.0769.85",
        "language": "de",
        "region": cast.region.pk,
        "question": "Can he work full time?",
        "purpose": "Integration in this case",
        "valid_until": (timezone.localdate() + timedelta(days=90)).isoformat(),
        "signed_on": timezone.localdate().isoformat(),
        "signature": DRAWN,
    }
    return usual | ticked(line(cast.coordinator), line(cast.worker)) | changes


def test_a_case_is_notified_from_the_form(cast: Cast, worker: Client) -> None:
    answer = worker.post("/cases/notify", typed(cast))

    case = Case.objects.get()
    assert answer["Location"] == f"/dossiers/{case.pk}/"
    assert (noted(case).question, [number.digits for number in numbers_of(case.pk)]) == (
        "Can he work full time?",
        ["7569217076985"],
    )


def test_region_and_language_are_those_of_the_worker_and_their_page(cast: Cast, worker: Client) -> None:
    worker.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"

    def chosen() -> dict[str, str]:
        page = worker.get("/cases/notify").content.decode()
        lists = re.findall(r'<select name="(\w+)"(.*?)</select>', page, re.DOTALL)
        return {name: "".join(re.findall(r'value="(\w*)" selected', options)) for name, options in lists}

    assert (chosen()["region"], chosen()["language"]) == (
        str(cast.region.pk),
        "fr",
    )  # the region of the worker's office
    Appointment.objects.filter(pk=cast.worker.pk).update(office=None)
    assert chosen()["region"] == ""


@kept
def alert(cast: Cast) -> Alert:
    """The adviser's institution follows a person of the worker's too."""
    seen = {
        "since": timezone.localdate(),
        "other_since": timezone.localdate(),
        "at": timezone.now(),
        "reference": "S-44",
    }
    return Alert.objects.create(institution=cast.worker.institution, other_institution=cast.adviser.institution, **seen)


def test_a_case_is_notified_from_an_alert_of_the_register(cast: Cast, worker: Client, alert: Alert) -> None:
    page = worker.get(f"/cases/notify?with={cast.adviser.institution_id}&alert={alert.pk}").content.decode()
    chosen = [cast.coordinator.institution_id, cast.worker.institution_id, cast.adviser.institution_id]
    assert f'name="alert" value="{alert.pk}"' in page
    checked = re.findall(r'name="recipients" value="(\d+)"[^>]* checked', page)
    assert sorted(map(int, checked)) == sorted(chosen)

    response = worker.post(
        "/cases/notify",
        typed(cast, alert=alert.pk) | ticked(line(cast.coordinator), line(cast.worker), line(cast.adviser)),
    )

    assert response.status_code == 302
    alert.refresh_from_db()
    assert (alert.state, alert.answered_by_id) == ("notified", cast.worker.pk)


def test_an_alert_of_another_institution_is_not_answered_by_a_notification(
    cast: Cast, worker: Client, alert: Alert
) -> None:
    Alert.objects.filter(pk=alert.pk).update(institution=cast.adviser.institution)

    assert worker.post("/cases/notify", typed(cast, alert=alert.pk)).status_code == 422

    alert.refresh_from_db()
    assert alert.state == "new"


def test_whoever_has_one_name_is_notified_and_whoever_has_none_is_not(cast: Cast, worker: Client) -> None:
    answer = worker.post("/cases/notify", typed(cast, last_name="", first_name=""))
    assert answer.status_code == 422
    assert "Enter the name" in answer.content.decode()
    worker.post("/cases/notify", typed(cast, last_name="", first_name="Ngawang", date_of_birth="1984"))

    known = Case.objects.get().dossier.particulars
    assert (known.full_name, str(known.birth)) == ("Ngawang", "1984")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"signature": ""}, "Add the signed form as a scan"),
        ({"ahv_number": "756.1234.5678.90"}, "This AHV number does not exist"),
        ({"ahv_number": ""}, "Enter the AHV number, or the reason"),
        ({"date_of_birth": "31.2.1999"}, "Type a day, a month or a year"),
        ({"region": ""}, "This field is required"),
        ({"valid_until": "31.31.2026"}, "Enter a valid date"),
        ({"first_contact_on": later()}, "This has happened already"),
        ({"recipients": []}, "This field is required"),
    ],
)
def test_a_wrong_notification_keeps_what_was_typed(
    cast: Cast, worker: Client, changes: dict[str, Any], sentence: str
) -> None:
    answer = worker.post("/cases/notify", typed(cast, **changes))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "Can he work full time?" in page
    assert 'value="Peter"' in page
    assert not Case.objects.exists()


def test_a_draft_is_saved_while_typing_and_taken_away_when_the_case_is_notified(cast: Cast, worker: Client) -> None:
    first = worker.post("/cases/drafts", {"last_name": "Mus", "version": ""}).json()
    second = worker.post(first["address"], {"last_name": "Muster", "version": first["version"]}).json()
    page = worker.get(second["page"]).content.decode()
    answer = worker.post(second["page"], typed(cast))

    assert (second["version"], second["page"]) == (2, first["page"])
    assert 'value="Muster"' in page
    assert answer.status_code == 302
    assert not Draft.objects.exists()


def test_signature_and_scan_are_no_part_of_a_draft(worker: Client) -> None:
    worker.post("/cases/drafts", {"last_name": "Mus", "signature": DRAWN, "idempotency_key": "x", "version": ""})

    kept = Draft.objects.get().data
    assert {name: value for name, value in kept.items() if value != []} == {"last_name": "Mus"}


def test_a_draft_is_shown_again_with_the_boxes_as_they_were_ticked(cast: Cast, worker: Client) -> None:
    """Where everything was taken away nothing is ticked again by itself."""
    scope = ticked(line(cast.coordinator, 0b10), line(cast.worker, 0))
    kept = worker.post("/cases/drafts", typed(cast, version="") | scope).json()

    shown = boxes(worker.get(kept["page"]).content.decode(), ticked=True)

    assert shown == {f"reads_i{cast.coordinator.institution_id}": {1}}


def test_nothing_sensitive_is_ticked_beforehand_in_a_notification(worker: Client) -> None:
    page = worker.get("/cases/notify").content.decode()

    assert {box for row in boxes(page, ticked=True).values() for box in row} == {0, 1, 2, 3, 6, 9, 10}


def test_the_form_to_sign_is_printed_before_there_is_a_case(cast: Cast, worker: Client) -> None:
    """It is logged without a case, and neither address nor name of the file say whom it is about."""
    scope = ticked(line(cast.coordinator, 0b11), line(cast.adviser, 0b1000_0001))
    form = typed(cast, signature="", print="1", date_of_birth="1984") | scope

    answer = worker.post("/cases/notify", form)

    text = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == 'inline; filename="consent-form.pdf"'
    for said in ("Muster Peter", "1984", "756.9217.0769.85", "Integration in this case"):
        assert said in text
    anybody = "zuständige Mitarbeitende Person und Kontakt,"
    assert f"{cast.coordinator.institution.name} {anybody} Arbeit" in text
    assert f"{cast.adviser.institution.name} {anybody} Justiz" in text
    entry = Entry.objects.get(act="consent.form_printed")
    assert (entry.kind, entry.dossier_id, entry.person_id) == (RecordKind.PRINT, None, None)
    assert not Case.objects.exists()
    assert worker.post("/cases/notify", typed(cast)).status_code == 302


def test_a_draft_changed_in_another_window_answers_with_a_conflict(worker: Client) -> None:
    kept = worker.post("/cases/drafts", {"question": "old", "version": ""}).json()
    worker.post(kept["address"], {"question": "first", "version": "1"})

    answer = worker.post(kept["address"], {"question": "second", "version": "1"})

    assert answer.status_code == 409
    assert "first" in answer.content.decode()
    assert "second" in answer.content.decode()


def test_a_draft_of_somebody_else_does_not_exist(cast: Cast, worker: Client) -> None:
    kept = worker.post("/cases/drafts", {"question": "mine", "version": ""}).json()
    colleague = client_of(make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Colleague"))

    assert colleague.get(kept["page"]).status_code == 404
    assert colleague.post(kept["address"], {"question": "yours", "version": "1"}).status_code == 404
    assert colleague.post(kept["page"] + "/drop").status_code == 404
    assert Draft.objects.get().data["question"] == "mine"


def test_a_draft_is_dropped(worker: Client) -> None:
    kept = worker.post("/cases/drafts", {"question": "mine", "version": ""}).json()

    worker.post(kept["page"] + "/drop")

    assert not Draft.objects.exists()


def test_the_triage_shows_its_proposal_with_reasons_and_decides_nothing_by_itself(
    coordinator: Client, notified: Case
) -> None:
    path = f"/dossiers/{notified.pk}/triage"
    given = {"item_several_institutions": "yes", "item_complex_risks": "yes", "item_difficulties_accumulate": "yes"}

    answer = coordinator.post(path, given)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Difficulties accumulate; a notification to the IIZ office is advised." in page
    assert "Several institutions follow the person or soon will; two suffice." in page
    assert not Triage.objects.exists()


def test_deciding_otherwise_without_a_reason_stays_on_the_form(coordinator: Client, notified: Case) -> None:
    path = f"/dossiers/{notified.pk}/triage"

    refused = coordinator.post(path, {"decide": "1", "level": "complex", "reason": ""})
    decided = coordinator.post(path, {"decide": "1", "level": "complex", "reason": "Three institutions since today"})

    assert refused.status_code == 422
    assert "Give a reason" in refused.content.decode()
    assert decided.status_code == 302
    assert Triage.objects.get().reason == "Three institutions since today"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"closing_reason": "goals_reached"}, "This field is required"),
        ({"closing_reason": "moved", "outcome": "none", "died_on": "2026-01-01"}, "A date of death requires"),
        ({"closing_reason": "died", "died_on": "2999-01-01"}, "This has happened already"),
    ],
)
def test_an_outcome_is_asked_for_unless_the_person_has_died(
    coordinator: Client, active: Case, typed: dict[str, str], sentence: str
) -> None:
    answer = coordinator.post(f"/dossiers/{active.pk}/close", typed | {"text": "my text"})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "my text" in answer.content.decode()
    assert Case.objects.get(pk=active.pk).is_open


def test_after_a_death_the_page_leads_to_the_worklist_since_the_case_may_be_closed_to_its_reader(
    cast: Cast, coordinator: Client, active: Case
) -> None:
    answer = coordinator.post(f"/dossiers/{active.pk}/close", {"closing_reason": "died"})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert coordinator.get(f"/dossiers/{active.pk}/").status_code == 404
    page = client_of(cast.worker).get(f"/dossiers/{active.pk}/").content.decode()
    assert "the person has died" in page


def test_a_case_is_suspended_resumed_closed_and_opened_again(coordinator: Client, active: Case) -> None:
    file = f"/dossiers/{active.pk}"
    states = []

    for path, form in (
        ("suspend", {"reason": "In hospital"}),
        ("resume", {}),
        ("close", {"outcome": "training", "closing_reason": "goals_reached", "text": ""}),
        ("reopen", {"reason": "The training ended early"}),
    ):
        assert coordinator.post(f"{file}/{path}", form).status_code == 302
        assert coordinator.get(f"{file}/").status_code == 200
        states.append(Case.objects.get(pk=active.pk).state)

    assert states == [State.SUSPENDED, State.ACTIVE, State.CLOSED, State.ACTIVE]


def test_closing_without_an_outcome_stays_on_the_form(coordinator: Client, active: Case) -> None:
    answer = coordinator.post(f"/dossiers/{active.pk}/close", {"outcome": "", "closing_reason": "", "text": "my text"})

    assert answer.status_code == 422
    assert "my text</textarea>" in answer.content.decode()
