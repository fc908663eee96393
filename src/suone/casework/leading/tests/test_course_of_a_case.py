"""Resting, going on, closing, opening again: each with its reason, and everybody who takes part is notified."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from suone.casework.cases import services as case_services
from suone.casework.cases.models import Case, Participant, ParticipantState
from suone.casework.cases.queries import LATEST, by_day, timeline_of
from suone.casework.cases.rules import State
from suone.casework.leading import services
from suone.casework.leading.tests.factories import activate, ask, do, noted
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.models import Consent
from suone.records.consents.services import withdraw_consent
from suone.records.consents.tests.factories import WORK, Cast, line, sign
from suone.records.dossiers.models import Event, Grant, Particulars, Visit
from suone.records.inbox.models import Message
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import add_work_item, complete

ENDED = {"outcome": "primary_market", "closing_reason": "goals_reached"}


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def acts_seen(by: Appointment, case: Case, **filters: Any) -> list[str]:
    who = acting(by)
    with acting_as(who):
        lines, _following = timeline_of(who, case.dossier, before_id=None, **filters)
        return [entry.event.act for entry in lines if entry.event]


@pytest.mark.parametrize(
    ("kind", "shown", "hidden"),
    [
        ("work_items", "workitem.asked", "case.notified"),
        ("documents", "document.kept", "workitem.asked"),
        ("consents", "consent.signed", "document.kept"),
        ("course", "case.notified", "consent.signed"),
    ],
)
def test_the_timeline_shows_one_kind(cast: Cast, active: Case, kind: str, shown: str, hidden: str) -> None:
    seen = acts_seen(cast.coordinator, active, kind=kind)

    assert shown in seen
    assert hidden not in seen


def test_an_unknown_kind_hides_nothing(cast: Cast, active: Case) -> None:
    assert acts_seen(cast.coordinator, active, kind="nonsense") == acts_seen(cast.coordinator, active)


def test_a_case_rests_with_its_reason_and_goes_on(cast: Cast, active: Case) -> None:
    do(cast.coordinator, services.suspend_case, case=active, reason="In hospital")
    resting, why = now(active), noted(active).state_reason
    do(cast.coordinator, services.resume_case, case=resting)

    assert (resting.state, why, resting.state_since) == (State.SUSPENDED, "In hospital", timezone.localdate())
    assert (now(active).state, noted(active).state_reason) == (State.ACTIVE, "")
    assert Event.objects.get(act="case.suspended").text == "In hospital"
    assert Message.objects.filter(act="case.suspended", staff=cast.worker).count() == 1


def test_a_closed_case_has_a_day_an_outcome_and_a_reason(cast: Cast, active: Case) -> None:
    do(cast.coordinator, services.close_case, case=active, **ENDED, text="Internship with prospects")

    case = now(active)
    assert (case.state, case.closed_on, case.outcome) == (State.CLOSED, timezone.localdate(), "primary_market")
    assert not case.is_open
    assert Entry.objects.get(act="case.closed").details == {"outcome": "primary_market", "reason": "goals_reached"}


def test_a_case_with_open_work_items_is_not_closed(cast: Cast, active: Case) -> None:
    item: WorkItem = do(
        cast.coordinator,
        add_work_item,
        dossier=active.dossier,
        title="Call",
        due_on=timezone.localdate(),
        addressed_id=cast.worker.institution_id,
    )
    with pytest.raises(Refused, match="There are still open work items"):
        do(cast.coordinator, services.close_case, case=active, **ENDED)

    do(cast.worker, complete, item=item)
    do(cast.coordinator, services.close_case, case=active, **ENDED)

    assert now(active).state == State.CLOSED


def test_what_waits_for_an_act_is_cancelled_with_the_closing(cast: Cast, active: Case) -> None:
    waits: WorkItem = do(
        cast.coordinator,
        add_work_item,
        dossier=active.dossier,
        title="Report",
        due_on=timezone.localdate(),
        addressed_id=cast.worker.institution_id,
        settled_by="medical_report_on",
        about=("service", 7),
    )

    do(cast.coordinator, services.close_case, case=active, **ENDED)

    waits.refresh_from_db()
    assert (now(active).state, waits.state) == (State.CLOSED, "cancelled")
    assert Entry.objects.get(act="workitem.cancelled", object_id=waits.pk).recipients == [cast.worker.institution_id]


@pytest.mark.parametrize("state", [State.NOTIFIED, State.ACTIVE])
def test_a_death_ends_the_case_in_any_state_with_its_open_items_and_every_consent(
    cast: Cast, notified: Case, state: State
) -> None:
    """The office reads by a consent alone: it reads no longer. Who notified the case keeps the file it opened."""
    case = activate(cast) if state == State.ACTIVE else notified
    dossier = case.dossier
    sign(cast.worker, dossier, line(cast.adviser))
    do(
        cast.coordinator,
        case_services.ask_to_take_part,
        case=case,
        institution=cast.stranger.institution,
        due_on=timezone.localdate(),
        question="?",
    )
    item = {"title": "Call", "due_on": timezone.localdate(), "addressed_id": cast.worker.institution_id}
    do(cast.coordinator, add_work_item, dossier=dossier, **item)
    Message.objects.all().delete()

    do(cast.coordinator, services.close_after_death, case=case, died_on=timezone.localdate(), text="Told by the family")

    case = now(case)
    assert (case.state, case.outcome, case.closing_reason, case.closed_on) == (
        State.CLOSED,
        "",
        "died",
        timezone.localdate(),
    )
    assert Particulars.objects.get(dossier=dossier).died_on == timezone.localdate()
    assert not WorkItem.objects.filter(dossier=dossier, state="open").exists()
    assert not Participant.objects.filter(dossier=dossier, state=ParticipantState.ASKED).exists()
    assert not Consent.objects.filter(dossier=dossier, withdrawn_at=None).exists()
    open_now = Grant.objects.filter(dossier=dossier, valid_until__gt=timezone.now())
    assert [grant.because for grant in open_now] == ["notification"]
    entries = Entry.objects.filter(dossier_id=dossier.pk, act__in=["case.closed", "consent.ended_by_death"])
    assert list(entries.order_by("pk").values_list("act", flat=True)) == ["case.closed"] + 2 * [
        "consent.ended_by_death"
    ]
    assert entries.get(act="case.closed").details == {"reason": "died"}
    named = {recipient for entry in entries for recipient in entry.recipients}
    assert named == {cast.coordinator.institution_id, cast.adviser.institution_id}
    assert Message.objects.filter(act="case.closed", staff=cast.worker).exists()
    with pytest.raises(Refused, match="reopen it first"):
        do(cast.worker, services.close_after_death, case=case)


def test_a_day_of_death_that_cannot_be_leaves_everything_as_it_was(cast: Cast, active: Case) -> None:
    with pytest.raises(Refused, match="cannot lie in the future"):
        do(cast.coordinator, services.close_after_death, case=active, died_on=timezone.localdate() + timedelta(days=1))

    assert now(active).state == State.ACTIVE
    assert Consent.objects.filter(dossier=active.dossier, withdrawn_at=None).exists()


def test_a_closed_case_is_opened_again_with_a_reason_and_forgets_its_outcome(cast: Cast, active: Case) -> None:
    do(cast.coordinator, services.close_case, case=active, **ENDED)

    with pytest.raises(Refused, match="Give a reason"):
        do(cast.coordinator, services.reopen_case, case=now(active), reason="")
    do(cast.coordinator, services.reopen_case, case=now(active), reason="Lost the job")

    case = now(active)
    assert (case.state, case.outcome, case.closing_reason, case.closed_on) == (State.ACTIVE, "", "", None)
    assert noted(case).state_reason == "Lost the job"


def test_a_rejected_case_is_opened_again_for_triage(cast: Cast, notified: Case) -> None:
    do(cast.coordinator, services.reject_notification, case=notified, reason="Too early")

    do(cast.coordinator, services.reopen_case, case=now(notified), reason="Now it is time")

    assert now(notified).state == State.IN_TRIAGE
    to_do = WorkItem.objects.get(dossier=notified.dossier, state="open")
    assert (to_do.title, to_do.addressed_id) == ("Triage the notification", cast.coordinator.institution_id)


@pytest.mark.parametrize(
    ("service", "arguments"),
    [
        (services.resume_case, {}),
        (services.reopen_case, {"reason": "why"}),
    ],
)
def test_what_neither_rests_nor_is_closed_is_taken_up_by_nobody(
    cast: Cast, active: Case, service: Any, arguments: dict[str, str]
) -> None:
    with pytest.raises(Refused, match="cannot become"):
        do(cast.coordinator, service, case=active, **arguments)

    assert now(active).state == State.ACTIVE


def test_a_closed_case_is_not_taken_up_by_resuming(cast: Cast, active: Case) -> None:
    do(cast.coordinator, services.close_case, case=active, **ENDED)

    with pytest.raises(Refused, match="A case that is closed cannot become suspended"):
        do(cast.coordinator, services.resume_case, case=now(active))


@pytest.mark.parametrize(
    ("service", "arguments"),
    [
        (services.suspend_case, {"reason": "why"}),
        (services.close_case, ENDED),
        (services.reopen_case, {"reason": "why"}),
    ],
)
def test_whoever_does_not_lead_moves_nothing(cast: Cast, service: Any, arguments: dict[str, str]) -> None:
    case = activate(cast, line(cast.adviser))
    if service is services.reopen_case:
        do(cast.coordinator, services.close_case, case=case, **ENDED)
    before = now(case).state

    with pytest.raises(Refused, match="Only institutions that lead the case"):
        do(cast.adviser, service, case=now(case), **arguments)

    assert now(case).state == before


@pytest.mark.parametrize("reason", ["", "  "])
def test_resting_needs_a_reason(cast: Cast, active: Case, reason: str) -> None:
    with pytest.raises(Refused, match="Give a reason"):
        do(cast.coordinator, services.suspend_case, case=active, reason=reason)


def test_the_database_refuses_a_closed_case_without_its_outcome(active: Case) -> None:
    with pytest.raises(IntegrityError, match="case_closed_with_outcome_and_reason"), transaction.atomic():
        Case.objects.filter(pk=active.pk).update(state="closed")


def test_particulars_follow_later_under_their_version(cast: Cast, active: Case) -> None:
    changes = {"question": "Full time?", "first_contact_on": timezone.localdate() - timedelta(days=3)}

    do(cast.worker, case_services.change_particulars, case=active, version=active.version, changes=changes)
    with pytest.raises(Conflict) as conflict:
        do(
            cast.coordinator,
            case_services.change_particulars,
            case=active,
            version=active.version,
            changes={"question": "Half time?"},
        )

    assert noted(active).question == "Full time?"
    assert conflict.value.current == {"Question to the IIZ office": "Full time?"}
    assert conflict.value.submitted == {"Question to the IIZ office": "Half time?"}


def test_when_the_log_cannot_be_written_the_case_stays_as_it_was(
    cast: Cast, active: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*args: object, **kwargs: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("suone.casework.leading.services.closing.record_event", full_disk)

    with pytest.raises(OSError, match="no space left"), transaction.atomic():
        do(cast.coordinator, services.suspend_case, case=active, reason="In hospital")

    assert now(active).state == State.ACTIVE


def test_the_timeline_shows_the_newest_first_and_only_what_a_grant_allows(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser, WORK & ~DataCategory.ADMINISTRATIVE.bit))
    do(
        cast.worker,
        case_services.write_note,
        dossier=case.dossier,
        text="works",
        category=DataCategory.EMPLOYMENT,
        kind="note",
    )

    assert acts_seen(cast.adviser, case) == ["case.note_written"]
    worker_sees = acts_seen(cast.worker, case)
    assert worker_sees[0] == "case.note_written"
    assert worker_sees[-1] == "dossier.opened"
    assert {"case.notified", "consent.signed", "case.triaged"} < set(worker_sees)
    assert acts_seen(cast.stranger, case) == []


def test_the_timeline_is_empty_once_the_consent_is_withdrawn(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser))
    assert acts_seen(cast.adviser, case)

    do(cast.adviser, withdraw_consent, consent=case.dossier.consents.get())

    assert acts_seen(cast.adviser, case) == []


def test_the_timeline_can_be_read_for_one_institution(cast: Cast, active: Case) -> None:
    ask(cast, active, cast.adviser)

    by_office = acts_seen(cast.worker, active, institution_id=cast.coordinator.institution_id)

    assert "case.participant_asked" in by_office
    assert "case.notified" not in by_office


def test_a_mark_shows_where_the_last_visit_was(cast: Cast, active: Case) -> None:
    who = acting(cast.worker)
    seen_until = Event.objects.filter(dossier=active.dossier).latest("pk").at
    Visit.objects.create(dossier=active.dossier, staff=cast.worker, at=timezone.now(), before=seen_until)
    do(cast.coordinator, services.suspend_case, case=active, reason="In hospital")

    with acting_as(who):
        lines, _following = timeline_of(who, active.dossier, before_id=None)

    assert [entry.event.act if entry.event else None for entry in lines][:2] == ["case.suspended", None]
    assert [entry.event for entry in lines].count(None) == 1


def test_the_timeline_turns_pages_without_a_gap(cast: Cast, active: Case) -> None:
    for number in range(60):
        Event.objects.create(dossier=active.dossier, act="canary", object_id=number)
    who = acting(cast.worker)

    numbers: list[int] = []
    with acting_as(who):
        lines, following = timeline_of(who, active.dossier, before_id=None)
        while lines:
            assert len(lines) <= LATEST
            numbers += [entry.event.pk for entry in lines if entry.event]
            lines, following = timeline_of(who, active.dossier, before_id=following) if following else ([], None)

    assert numbers == list(Event.objects.filter(dossier=active.dossier).order_by("-pk").values_list("pk", flat=True))


def test_the_timeline_is_grouped_by_day_and_merges_lines_that_read_alike(cast: Cast, active: Case) -> None:
    who = acting(cast.worker)
    with acting_as(who):
        before, _following = timeline_of(who, active.dossier, before_id=None)
    for _number in range(3):
        Event.objects.create(dossier=active.dossier, act="canary", at=timezone.now() + timedelta(days=2))
    Event.objects.create(dossier=active.dossier, act="canary", at=timezone.now() + timedelta(days=3))

    with acting_as(who):
        lines, _following = timeline_of(who, active.dossier, before_id=None)
    days = by_day(lines)

    today = timezone.localdate()
    assert [day.on for day in days] == [today + timedelta(days=3), today + timedelta(days=2), today]
    assert [[line.times for line in day.lines] for day in days[:2]] == [[1], [3]]
    assert sum(line.times for line in days[2].lines if line.event) == len([line for line in before if line.event])
