"""Whole entries: what each act on a case writes to the log and the timeline, and whom it notifies."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from suone.casework.cases import services as case_services
from suone.casework.cases.models import Case, Note, Participant
from suone.casework.cases.rules import NoteKind
from suone.casework.leading import services
from suone.casework.leading.tests.factories import activate, ask, do, noted
from suone.casework.leading.tests.test_course_of_a_case import ENDED, now
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.tests.entries import log_of, logged
from suone.records.consents.tests.factories import Cast, line
from suone.records.dossiers.models import Event
from suone.records.inbox.models import Message
from suone.records.workitems.models import WorkItem


def recipients_of(act: str) -> list[int]:
    return sorted(Message.objects.filter(act=act).values_list("staff_id", flat=True))


def line_of(act: str) -> tuple[int, str, int | None, str, int]:
    """The only line of the timeline for this act."""
    event = Event.objects.get(act=act)
    return event.dossier_id, event.object_type, event.object_id, event.text, event.category


def in_timeline(case: Case, about: tuple[str, int | None] = ("", None), text: str = "") -> tuple[Any, ...]:
    return case.pk, *about, text, DataCategory.ADMINISTRATIVE


def test_log_of_a_notification_and_its_triage(cast: Cast, notified: Case) -> None:
    triage = do(cast.coordinator, services.triage_case, case=notified, answers={}, level="complex", reason="Seen")

    case, office = notified.dossier, cast.coordinator.institution_id
    details = {"level": "complex", "proposed": triage.proposal["band"]}
    assert log_of("case.notified") == [logged("store", case=case, to=[office])]
    assert log_of("case.triaged") == [logged("change", case=case, about=("triage", triage.pk), details=details)]
    assert line_of("case.triaged") == in_timeline(notified, ("triage", triage.pk), "Seen")
    assert recipients_of("case.notified") == [cast.coordinator.pk]
    assert recipients_of("case.triaged") == [cast.worker.pk]


def test_log_of_a_rejection(cast: Cast, notified: Case) -> None:
    do(cast.coordinator, services.reject_notification, case=notified, reason="Too early")

    assert log_of("case.rejected") == [logged("change", case=notified.dossier)]
    assert line_of("case.rejected") == in_timeline(notified, text="Too early")
    assert recipients_of("case.rejected") == [cast.worker.pk]
    assert noted(notified).state_reason == "Too early"
    assert WorkItem.objects.get(about_type="case").state == "done"


def test_log_of_a_notification_taken_back(cast: Cast, notified: Case) -> None:
    do(cast.worker, services.withdraw_notification, case=notified, reason="By mistake")

    assert log_of("case.withdrawn") == [logged("change", case=notified.dossier)]
    assert line_of("case.withdrawn") == in_timeline(notified, text="By mistake")
    assert recipients_of("case.withdrawn") == [cast.coordinator.pk]
    assert WorkItem.objects.get(about_type="case").state == "done"


def test_log_of_a_question_back_and_its_answer(cast: Cast, notified: Case) -> None:
    item = do(
        cast.coordinator, services.ask_notifier, case=notified, question="Which days?", due_on=timezone.localdate()
    )
    do(
        cast.worker,
        services.answer_question,
        item=WorkItem.objects.get(pk=item.pk),
        text="Mondays",
        category=DataCategory.EMPLOYMENT,
    )

    assert log_of("case.question_asked") == [logged("change", case=notified.dossier)]
    assert recipients_of("case.question_asked") == [cast.worker.pk]
    assert recipients_of("case.question_answered") == [cast.coordinator.pk]
    assert (item.assigned_id, item.details, item.due_on) == (cast.worker.pk, "Which days?", timezone.localdate())
    assert WorkItem.objects.get(pk=item.pk).state == "done"
    with pytest.raises(Refused, match="no longer open"):
        do(
            cast.worker,
            services.answer_question,
            item=WorkItem.objects.get(pk=item.pk),
            text="And Tuesdays",
            category=DataCategory.EMPLOYMENT,
        )
    assert Note.objects.count() == 1


def test_a_question_is_answered_by_whom_it_is_asked_of(cast: Cast, notified: Case) -> None:
    item = do(
        cast.coordinator, services.ask_notifier, case=notified, question="Which days?", due_on=timezone.localdate()
    )

    with pytest.raises(Refused, match="was addressed to"):
        do(cast.coordinator, services.answer_question, item=item, text="Mondays", category=DataCategory.EMPLOYMENT)

    assert not Note.objects.exists()


def test_log_of_participants(cast: Cast, active: Case) -> None:
    first = ask(cast, active, cast.adviser)
    do(cast.adviser, case_services.answer_participation, decision=first, accept=True, reason="Gladly")
    second = ask(cast, active, cast.stranger)
    do(cast.stranger, case_services.answer_participation, decision=second, accept=False, reason="Not ours")
    ask(cast, active, cast.physician)
    joined, declined, asked = Participant.objects.filter(decision__isnull=False).order_by("pk")
    do(cast.coordinator, case_services.withdraw_request, participant=asked)
    do(cast.coordinator, case_services.leave, participant=Participant.objects.get(pk=joined.pk))

    def about(participant: Participant) -> dict[str, Any]:
        to = [participant.institution_id]
        return logged("change", case=active.dossier, about=("participant", participant.pk), to=to)

    assert log_of("case.participant_asked") == [about(joined), about(declined), about(asked)]
    assert log_of("case.participant_joined") == [about(joined)]
    assert log_of("case.participant_declined") == [about(declined)]
    assert log_of("case.participant_left") == [about(asked), about(joined)]
    assert line_of("case.participant_joined") == in_timeline(active, ("participant", joined.pk), "Gladly")
    assert line_of("case.participant_declined") == in_timeline(active, ("participant", declined.pk), "Not ours")
    assert set(Participant.objects.filter(pk__in=[joined.pk, asked.pk]).values_list("state", "since")) == {
        ("left", timezone.localdate())
    }
    for participant in (declined, asked):
        with pytest.raises(Refused, match="already been answered"):
            do(cast.coordinator, case_services.withdraw_request, participant=Participant.objects.get(pk=participant.pk))
        with pytest.raises(Refused, match="does not take part"):
            do(cast.coordinator, case_services.leave, participant=Participant.objects.get(pk=participant.pk))


def test_who_takes_part_is_settled_by_themselves_and_by_the_lead(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser), line(cast.stranger))
    for staff in (cast.adviser, cast.stranger):
        do(staff, case_services.answer_participation, decision=ask(cast, case, staff), accept=True)
    adviser = Participant.objects.get(institution=cast.adviser.institution)
    ask(cast, case, cast.physician)

    with pytest.raises(Refused, match="Only institutions that lead"):
        do(cast.stranger, case_services.leave, participant=adviser)
    with pytest.raises(Refused, match="Only institutions that lead"):
        do(
            cast.stranger,
            case_services.withdraw_request,
            participant=Participant.objects.select_related("decision").get(state="asked"),
        )
    do(cast.adviser, case_services.leave, participant=adviser)

    assert sorted(Participant.objects.filter(dossier=case.dossier).values_list("state", flat=True)) == [
        "asked",
        "left",
        "taking_part",
        "taking_part",
    ]


def test_log_of_leads_and_case_managers(cast: Cast, active: Case) -> None:
    do(cast.coordinator, case_services.name_lead, case=active, staff=cast.worker)
    do(cast.coordinator, case_services.name_case_manager, case=active, staff=cast.worker)

    about = ("staff", cast.worker.pk)
    for act in ("case.lead_named", "case.case_manager_named"):
        assert log_of(act) == [logged("change", case=active.dossier, about=about)]
        assert line_of(act) == in_timeline(active, about, cast.worker.full_name)
        assert recipients_of(act) == [cast.worker.pk]


def test_log_of_notes(cast: Cast, active: Case) -> None:
    employment = DataCategory.EMPLOYMENT
    note = do(
        cast.worker,
        case_services.write_note,
        dossier=active.dossier,
        text="Wants to learn",
        category=employment,
        kind=NoteKind.NOTE,
    )
    note = Note.objects.get(pk=note.pk)
    do(cast.worker, case_services.correct_note, note=note, text="Learns", version=note.version)
    do(cast.coordinator, case_services.redact_note, note=Note.objects.get(pk=note.pk), reason="Too much")

    about = ("note", note.pk)
    for act, kind, text in (
        ("case.note_written", "store", ""),
        ("case.note_corrected", "change", ""),
        ("case.note_redacted", "delete", "Too much"),
    ):
        assert log_of(act) == [logged(kind, case=active.dossier, about=about)]
        assert line_of(act) == (active.pk, *about, text, employment)
    redacted = Note.objects.get(pk=note.pk)
    assert (redacted.text, redacted.redaction_reason, redacted.redacted_by_id) == ("", "Too much", cast.coordinator.pk)
    with pytest.raises(Refused, match="Only its author"):
        do(cast.worker, case_services.correct_note, note=redacted, text="Again", version=redacted.version)
    with pytest.raises(Refused, match="already been redacted"):
        do(cast.coordinator, case_services.redact_note, note=redacted, reason="Twice")


def test_log_of_suspending_resuming_and_closing(cast: Cast, active: Case) -> None:
    do(cast.coordinator, services.suspend_case, case=active, reason="In hospital")
    do(cast.coordinator, services.resume_case, case=now(active))
    do(cast.coordinator, services.close_case, case=now(active), **ENDED, text="Found work")
    do(cast.coordinator, services.reopen_case, case=now(active), reason="Lost it")

    ended = {"outcome": "primary_market", "reason": "goals_reached"}
    for act, text, details in (
        ("case.suspended", "In hospital", {}),
        ("case.resumed", "", {}),
        ("case.closed", "Found work", ended),
        ("case.reopened", "Lost it", {}),
    ):
        assert log_of(act) == [logged("change", case=active.dossier, details=details)]
        assert line_of(act) == in_timeline(active, text=text)
        assert recipients_of(act) == [cast.worker.pk]


def test_log_of_a_death(cast: Cast, active: Case) -> None:
    do(cast.coordinator, services.close_after_death, case=active, text="Told by the family")

    assert log_of("case.closed") == [logged("change", case=active.dossier, details={"reason": "died"})]
    assert line_of("case.closed") == in_timeline(active, text="Told by the family")
    assert recipients_of("case.closed") == [cast.worker.pk]
    assert noted(active).state_reason == "Told by the family"


def test_log_of_another_level(cast: Cast, active: Case) -> None:
    change = do(cast.coordinator, services.change_level, case=active, level="complex", reason="More to it")

    about, details = ("level", change.pk), {"from": "simple", "to": "complex"}
    assert log_of("case.level_changed") == [logged("change", case=active.dossier, about=about, details=details)]
    assert line_of("case.level_changed") == in_timeline(active, about, "More to it")
    assert recipients_of("case.level_changed") == [cast.worker.pk]


def test_log_of_changed_particulars(cast: Cast, active: Case) -> None:
    changes = {
        "question": "Full time?",
        "risk_factors": ["finances"],
        "first_contact_on": timezone.localdate() - timedelta(days=3),
    }
    do(cast.worker, case_services.change_particulars, case=active, version=active.version, changes=changes)

    details = {"fields": ["first_contact_on", "question", "risk_factors"]}
    assert log_of("case.particulars_changed") == [logged("change", case=active.dossier, details=details)]
    assert line_of("case.particulars_changed") == in_timeline(active)
    assert (noted(active).question, list(noted(active).risk_factors)) == ("Full time?", ["finances"])


def test_log_of_a_draft_and_a_second_window_overwrites_nothing(cast: Cast) -> None:
    draft = do(cast.worker, case_services.keep_draft, draft=None, data={"last_name": "M"}, version=0)
    do(
        cast.worker,
        case_services.keep_draft,
        draft=draft,
        data={"last_name": "Mu", "first_name": "P"},
        version=draft.version,
    )

    about = logged("store", about=("draft", draft.pk))
    assert log_of("case.draft_kept") == [about, about]
    with pytest.raises(Conflict) as conflict:
        do(cast.worker, case_services.keep_draft, draft=draft, data={"last_name": "Mus", "first_name": "P"}, version=1)
    assert (conflict.value.current, conflict.value.submitted) == ({"last_name": "Mu"}, {"last_name": "Mus"})
    assert len(log_of("case.draft_kept")) == 2


def test_whoever_takes_part_without_leading_names_nobody(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser))

    for service in (case_services.name_lead, case_services.name_case_manager):
        with pytest.raises(Refused, match="Only institutions that lead"):
            do(cast.adviser, service, case=case, staff=cast.worker)
        with pytest.raises(Refused, match="that takes part"):
            do(cast.coordinator, service, case=case, staff=cast.stranger)
        do(cast.coordinator, service, case=case, staff=cast.coordinator)  # of the office, which need not take part
