"""From the draft to the decided level: nothing but the consent is needed, and a person decides."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from suone.casework.cases import services as case_services
from suone.casework.cases.models import Assignment, Case, Draft, Function, Note, Participant, ParticipantState
from suone.casework.cases.queries import BackgroundNotes, background_notes
from suone.casework.cases.rules import State
from suone.casework.leading import services
from suone.casework.leading.models import Triage
from suone.casework.leading.tests.factories import do, noted, notification, notify
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import Entry
from suone.organisation.appointments.tests.factories import acting, client_of
from suone.records.consents.models import Consent, Disclosure
from suone.records.consents.tests.factories import WORK, Cast, line, terms
from suone.records.dossiers.models import Dossier, Event, Grant, Particulars
from suone.records.inbox.models import Message
from suone.records.persons.models import Person
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem

COMPLEX = {"several_institutions": "yes", "difficulties_accumulate": "yes", "complex_risks": "yes"}


def lead(case: Case) -> int:
    return Assignment.objects.get(dossier=case.dossier, function=Function.LEAD, valid_until=None).staff_id


def test_a_case_is_notified_with_the_signed_consent_alone(cast: Cast) -> None:
    case = notify(cast)

    assert (case.state, noted(case), case.first_contact_on) == (State.NOTIFIED, BackgroundNotes(risk_factors=[]), None)
    assert (case.notifier_id, case.notified_by_id) == (cast.worker.institution_id, cast.worker.pk)
    consent = Consent.objects.get(dossier=case.dossier)
    assert consent.document.title == "Signed consent"
    assert lead(case) == cast.worker.pk
    taking_part = Participant.objects.get(dossier=case.dossier)
    assert (taking_part.institution_id, taking_part.state) == (cast.worker.institution_id, ParticipantState.TAKING_PART)


def test_vs_report_2024_services_in_figures_sex_and_completed_education_are_asked_at_notification(cast: Cast) -> None:
    case = notify(cast, line(cast.adviser, WORK), sex="f", education="upper_secondary")

    noted = do(cast.worker, background_notes, dossier_id=case.pk)
    closed = do(cast.adviser, background_notes, dossier_id=case.pk)

    assert Particulars.objects.get(pk=case.pk).sex == "f"
    assert (noted.education, noted.education_label) == ("upper_secondary", "upper secondary")
    assert closed.education == ""  # of its own data category


def test_vs_report_2024_footnote_3_a_case_is_counted_for_another_institution_than_its_notifier(cast: Cast) -> None:
    usual = notify(cast)
    booked = notify(cast, last_name="Booked", counted_for=cast.adviser.institution)

    assert (usual.notifier, usual.counted_institution) == (cast.worker.institution, cast.worker.institution)
    assert (booked.notifier, booked.counted_institution) == (cast.worker.institution, cast.adviser.institution)


def test_the_office_is_notified_may_open_the_case_and_finds_it_to_triage(cast: Cast) -> None:
    case = notify(cast)

    item = WorkItem.objects.get(about_type="case", about_id=case.pk)
    assert (item.addressed_id, item.due_on) == (
        cast.coordinator.institution_id,
        timezone.localdate() + timedelta(days=5),
    )
    assert Message.objects.filter(act="case.notified", staff=cast.coordinator).exists()
    assert Disclosure.objects.get(dossier=case.dossier).recipient_id == cast.coordinator.institution_id
    with acting_as(acting(cast.coordinator)):
        assert Case.objects.filter(pk=case.pk).exists()
    with acting_as(acting(cast.stranger)):
        assert not Case.objects.filter(pk=case.pk).exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"signature": None}, "Add the signed form as a scan"),
        ({"first_contact_on": date(2999, 1, 1)}, "cannot be in the future"),
        ({"ahv_number": "756.1234.5678.90"}, "AHV number does not exist"),
        ({"ahv_missing_reason": ""}, "Enter the AHV number, or the reason"),
        ({"terms": terms(purpose="")}, "for which purpose"),
        ({"scope": []}, "must name the IIZ office"),
    ],
)
def test_a_notification_with_a_gap_is_refused_and_leaves_nothing_behind(
    cast: Cast, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence), transaction.atomic():
        notify(cast, **changes)

    for table in (Case, Dossier, Person, Consent, Grant, WorkItem):
        assert not table._default_manager.exists()


def test_without_the_office_in_the_consent_nothing_can_be_notified(cast: Cast) -> None:
    with pytest.raises(Refused, match="must name the IIZ office"):
        notify(cast, scope=[line(cast.adviser)])


def test_when_the_log_cannot_be_written_there_is_no_case(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*args: object, **kwargs: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("suone.records.inbox.services.notify_staff", full_disk)  # nearly the last of many steps

    with pytest.raises(OSError, match="no space left"), transaction.atomic():
        notify(cast)

    for table in (Case, Dossier, Person, Consent, Grant, WorkItem, Event):
        assert not table._default_manager.exists()


def test_a_draft_is_kept_again_and_again_under_its_version(cast: Cast) -> None:
    draft = do(cast.worker, case_services.keep_draft, draft=None, data={"last_name": "Mus"}, version=0)

    again = do(cast.worker, case_services.keep_draft, draft=draft, data={"last_name": "Muster"}, version=draft.version)

    assert Draft.objects.count() == 1
    assert (again.data, again.version) == ({"last_name": "Muster"}, 2)
    assert Entry.objects.filter(act="case.draft_kept").count() == 2


def test_a_draft_changed_in_another_window_is_not_overwritten(cast: Cast) -> None:
    draft = do(cast.worker, case_services.keep_draft, draft=None, data={"question": "old"}, version=0)
    do(cast.worker, case_services.keep_draft, draft=draft, data={"question": "first"}, version=1)

    with pytest.raises(Conflict) as conflict:
        do(cast.worker, case_services.keep_draft, draft=draft, data={"question": "second"}, version=1)

    assert conflict.value.current == {"question": "first"}
    assert conflict.value.submitted == {"question": "second"}
    assert Draft.objects.get().data == {"question": "first"}


def test_a_draft_is_its_authors_alone(cast: Cast) -> None:
    do(cast.worker, case_services.keep_draft, draft=None, data={"last_name": "Muster"}, version=0)

    for other in (cast.coordinator, cast.adviser, cast.stranger):
        with acting_as(acting(other)):
            assert not Draft.objects.exists()


def test_the_proposal_names_the_answers_it_is_based_on() -> None:
    proposal = services.propose_level(COMPLEX)

    assert (proposal.band, proposal.points) == ("complex", 5)
    assert [step.item for step in proposal.reasons] == list(COMPLEX)
    assert proposal.unanswered


def test_following_the_proposal_needs_no_reason_and_the_calculation_is_kept(cast: Cast, notified: Case) -> None:
    triage = do(cast.coordinator, services.triage_case, case=notified, answers=COMPLEX, level="complex", reason="")

    case = Case.objects.get(pk=notified.pk)
    assert (case.level, case.state) == ("complex", State.ACTIVE)
    assert (triage.answers, triage.proposal["band"], triage.proposal["points"]) == (COMPLEX, "complex", 5)
    assert triage.decided_by_id == cast.coordinator.pk
    assert lead(case) == cast.coordinator.pk
    assert WorkItem.objects.get(about_type="case").state == ItemState.DONE
    assert Entry.objects.get(act="case.triaged").details == {"level": "complex", "proposed": "complex"}
    assert Message.objects.filter(act="case.triaged", staff=cast.worker).exists()


def test_deciding_otherwise_needs_a_reason(cast: Cast, notified: Case) -> None:
    with pytest.raises(Refused, match="Give a reason"):
        do(cast.coordinator, services.triage_case, case=notified, answers=COMPLEX, level="network", reason=" ")

    assert not Triage.objects.exists()
    assert Case.objects.get(pk=notified.pk).state == State.NOTIFIED


def test_deciding_otherwise_keeps_proposal_and_reason(cast: Cast, notified: Case) -> None:
    do(
        cast.coordinator,
        services.triage_case,
        case=notified,
        answers=COMPLEX,
        level="network",
        reason="The family helps",
    )

    triage = Triage.objects.get()
    assert (triage.level, triage.proposal["band"], triage.reason) == ("network", "complex", "The family helps")


def test_a_level_that_does_not_exist_is_refused(cast: Cast, notified: Case) -> None:
    with pytest.raises(Refused, match="one of the three levels"):
        do(cast.coordinator, services.triage_case, case=notified, answers={}, level="huge", reason="why not")


def test_a_second_triage_changes_the_level_and_neither_state_nor_lead(cast: Cast, active: Case) -> None:
    do(cast.coordinator, case_services.name_lead, case=active, staff=cast.worker)

    do(cast.coordinator, services.triage_case, case=active, answers=COMPLEX, level="complex", reason="")

    case = Case.objects.get(pk=active.pk)
    assert (case.level, case.state, lead(case)) == ("complex", State.ACTIVE, cast.worker.pk)
    assert Triage.objects.filter(dossier=case.dossier).count() == 2


def test_a_rejection_gives_the_notifier_the_reason(cast: Cast, notified: Case) -> None:
    do(cast.coordinator, services.reject_notification, case=notified, reason="Two institutions are enough")

    case = Case.objects.get(pk=notified.pk)
    assert (case.state, noted(case).state_reason) == (State.REJECTED, "Two institutions are enough")
    assert Event.objects.get(act="case.rejected").text == "Two institutions are enough"
    assert list(Message.objects.filter(act="case.rejected").values_list("staff_id", flat=True)) == [cast.worker.pk]
    assert WorkItem.objects.get(about_type="case").state == ItemState.DONE


@pytest.mark.parametrize("act", [services.reject_notification, services.withdraw_notification])
def test_turning_a_case_away_needs_a_reason(cast: Cast, notified: Case, act: Any) -> None:
    by = cast.coordinator if act is services.reject_notification else cast.worker

    with pytest.raises(Refused, match="Give a reason"):
        do(by, act, case=notified, reason="")

    assert Case.objects.get(pk=notified.pk).state == State.NOTIFIED


def test_an_active_case_can_be_neither_rejected_nor_withdrawn(cast: Cast, active: Case) -> None:
    for by, act in (
        (cast.coordinator, services.reject_notification),
        (cast.worker, services.withdraw_notification),
    ):
        with pytest.raises(Refused, match="A case that is active cannot become"):
            do(by, act, case=active, reason="too late")


def test_only_the_notifying_institution_withdraws_its_notification(cast: Cast, notified: Case) -> None:
    with pytest.raises(Refused, match="Only the notifying institution"):
        do(cast.coordinator, services.withdraw_notification, case=notified, reason="not ours")

    do(cast.worker, services.withdraw_notification, case=notified, reason="The person found work")

    assert Case.objects.get(pk=notified.pk).state == State.WITHDRAWN
    assert Message.objects.filter(act="case.withdrawn", staff=cast.coordinator).exists()


def test_a_question_back_waits_on_the_notifiers_list_while_the_case_is_in_triage(cast: Cast, notified: Case) -> None:
    due = timezone.localdate() + timedelta(days=3)

    item = do(cast.coordinator, services.ask_notifier, case=notified, question="Which physician?", due_on=due)

    assert (item.details, item.due_on) == ("Which physician?", due)
    assert (item.addressed_id, item.assigned_id) == (cast.worker.institution_id, cast.worker.pk)
    assert Case.objects.get(pk=notified.pk).state == State.IN_TRIAGE
    assert Message.objects.filter(act="case.question_asked", staff=cast.worker).exists()


def test_the_answer_is_a_note_settles_the_item_and_notifies_whoever_asked(cast: Cast, notified: Case) -> None:
    item = do(
        cast.coordinator, services.ask_notifier, case=notified, question="Which physician?", due_on=timezone.localdate()
    )
    client = client_of(cast.worker)
    address = f"/dossiers/{notified.pk}/question/{item.pk}/answer"

    asked = client.get(address)
    answer = client.post(address, {"text": "Dr. Muster in Siders", "category": "10", "idempotency_key": str(uuid4())})

    assert "Which physician?" in asked.content.decode()
    assert answer.status_code == 302
    assert Note.objects.get(dossier_id=notified.pk).text == "Dr. Muster in Siders"
    assert WorkItem.objects.get(pk=item.pk).state == "done"
    assert Message.objects.filter(act="case.question_answered", staff=cast.coordinator).exists()


def test_what_is_no_question_has_no_page_for_its_answer(cast: Cast, notified: Case) -> None:
    triage = WorkItem.objects.get(dossier_id=notified.pk, about_type="case")

    answer = client_of(cast.coordinator).get(f"/dossiers/{notified.pk}/question/{triage.pk}/answer")

    assert answer.status_code == 404


@pytest.mark.parametrize(("language", "title"), [("de", "Meldung triagieren"), ("fr", "Trier l’annonce")])
def test_what_the_product_asks_reads_in_each_readers_language(
    cast: Cast, notified: Case, language: str, title: str
) -> None:
    client = client_of(cast.coordinator)
    client.cookies["django_language"] = language

    page = client.get(f"/dossiers/{notified.pk}/").content.decode()

    assert title in page
    assert "Triage the notification" not in page


def test_an_empty_question_is_refused(cast: Cast, notified: Case) -> None:
    with pytest.raises(Refused):
        do(cast.coordinator, services.ask_notifier, case=notified, question=" ", due_on=timezone.localdate())

    assert Case.objects.get(pk=notified.pk).state == State.NOTIFIED


def test_a_person_known_already_gets_a_second_case_under_the_same_key(cast: Cast) -> None:
    first = notify(cast, ahv_number="756.9217.0769.85", ahv_missing_reason="")

    second = notify(cast, ahv_number="7569217076985", ahv_missing_reason="", by=cast.adviser)

    assert first.dossier.person_id == second.dossier.person_id
    assert first.dossier.number != second.dossier.number


def test_the_notification_is_what_was_typed(cast: Cast) -> None:
    case = notify(
        cast,
        question="Can he work full time?",
        risk_factors=["health", "finances"],
        first_contact_on=timezone.localdate() - timedelta(days=9),
    )

    typed = notification(cast)
    assert case.dossier.particulars.last_name == typed.last_name
    assert noted(case).risk_labels == ["uncertain health", "finances, debts"]
    assert case.first_contact_on == timezone.localdate() - timedelta(days=9)
