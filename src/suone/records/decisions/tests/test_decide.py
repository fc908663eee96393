"""Asking, reminding, answering: one answer counts, everybody involved is notified."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from suone.ground.access.acting import Acting, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, make_staff
from suone.records.consents.tests.factories import Cast
from suone.records.decisions import services
from suone.records.decisions.models import Decision
from suone.records.decisions.queries import addressed_to, asked_by
from suone.records.decisions.rules import State
from suone.records.dossiers.models import Dossier
from suone.records.inbox.models import Message


def ask(cast: Cast, dossier: Dossier, to: Appointment, **changes: Any) -> Decision:
    usual: dict[str, Any] = {
        "kind": "participation",
        "addressed_id": to.institution_id,
        "due_on": timezone.localdate() + timedelta(days=10),
        "question": "Can you take part?",
    }
    who = acting(cast.worker)
    with acting_as(who):
        return services.ask_decision(who, dossier=dossier, **usual | changes)


def answer(by: Appointment, decision: Decision, *, accept: bool, reason: str = "") -> None:
    who = acting(by)
    with acting_as(who):
        services.answer(who, decision=Decision.objects.get(pk=decision.pk), accept=accept, reason=reason)


def run_job(days_later: int) -> tuple[list[Decision], list[Decision]]:
    job = replace(acting_for_job("a test"), today=timezone.localdate() + timedelta(days=days_later))
    with acting_as(job):
        return services.remind_and_expire(job)


def recipients_of(act: str) -> set[int]:
    return set(Message.objects.filter(act=act).values_list("staff_id", flat=True))


@kept
def decision(cast: Cast, dossier: Dossier) -> Decision:
    return ask(cast, dossier, cast.adviser)


def test_a_request_names_who_asks_whom_until_when(cast: Cast, dossier: Dossier, decision: Decision) -> None:
    assert (decision.asked_institution_id, decision.asked_by_id) == (cast.worker.institution_id, cast.worker.pk)
    assert (decision.addressed_id, decision.case_number) == (cast.adviser.institution_id, dossier.number)
    assert (decision.state, decision.remind_on) == (State.PENDING, timezone.localdate() + timedelta(days=5))
    assert recipients_of("decision.asked") == {cast.adviser.pk}
    assert Entry.objects.get(act="decision.asked").recipients == [cast.adviser.institution_id]


def test_a_request_to_one_person_notifies_that_person(cast: Cast, dossier: Dossier) -> None:
    colleague = make_staff(cast.adviser.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")

    ask(cast, dossier, cast.adviser, addressed_staff_id=colleague.pk)

    assert recipients_of("decision.asked") == {colleague.pk}


def test_a_day_that_is_past_is_refused(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(Refused, match="Choose a day that is not in the past"):
        ask(cast, dossier, cast.adviser, due_on=timezone.localdate() - timedelta(days=1))

    assert not Decision.objects.exists()


def test_an_accepted_request_says_who_answered_when(cast: Cast, decision: Decision) -> None:
    answer(cast.adviser, decision, accept=True)

    decision.refresh_from_db()
    assert (decision.state, decision.answered_by_id) == (State.ACCEPTED, cast.adviser.pk)
    assert decision.answered_at is not None
    assert recipients_of("decision.accepted") == {cast.worker.pk}
    entry = Entry.objects.get(act="decision.accepted")
    assert (entry.object_type, entry.object_id, entry.dossier_id) == ("decision", decision.pk, decision.dossier_id)


def test_a_declined_request_keeps_its_reason(cast: Cast, decision: Decision) -> None:
    answer(cast.adviser, decision, accept=False, reason="No longer our client")

    decision.refresh_from_db()
    assert (decision.state, decision.reason) == (State.DECLINED, "No longer our client")
    assert recipients_of("decision.declined") == {cast.worker.pk}


@pytest.mark.parametrize("reason", ["", "   "])
def test_declining_without_a_reason_is_refused(cast: Cast, decision: Decision, reason: str) -> None:
    with pytest.raises(Refused, match="Give the reason for declining"):
        answer(cast.adviser, decision, accept=False, reason=reason)

    decision.refresh_from_db()
    assert decision.state == State.PENDING


@pytest.mark.parametrize("first", [True, False])
def test_the_second_answer_is_a_conflict_that_shows_both(cast: Cast, decision: Decision, first: bool) -> None:
    answer(cast.adviser, decision, accept=first, reason="first reason")

    with pytest.raises(Conflict) as conflict:
        answer(cast.adviser, decision, accept=not first, reason="second reason")

    kept, sent = ("accepted", "declined") if first else ("declined", "accepted")
    # What came to nothing is closed to whoever was asked, their own words too.
    assert conflict.value.current == {"Your answer": kept, "Reason": ""}
    assert conflict.value.submitted == {"Your answer": sent, "Reason": "second reason"}
    decision.refresh_from_db()
    assert decision.reason == "first reason"
    assert Entry.objects.filter(act__in=["decision.accepted", "decision.declined"]).count() == 1


def test_a_withdrawn_request_cannot_be_answered_nor_an_answered_one_withdrawn(cast: Cast, dossier: Dossier) -> None:
    who = acting(cast.worker)
    withdrawn, answered = ask(cast, dossier, cast.adviser), ask(cast, dossier, cast.stranger)
    answer(cast.stranger, answered, accept=True)

    with acting_as(who):
        services.withdraw(who, decision=withdrawn)
        with pytest.raises(Refused, match="already been answered"):
            services.withdraw(who, decision=answered)

    with pytest.raises(Conflict):
        answer(cast.adviser, withdrawn, accept=True)


def test_a_reminder_goes_out_once_and_only_half_way(cast: Cast, decision: Decision) -> None:
    assert run_job(4) == ([], [])
    assert run_job(5) == ([decision], [])
    assert run_job(6) == ([], [])

    assert recipients_of("decision.reminded") == {cast.adviser.pk}


def test_a_request_nobody_answers_expires_after_its_day_and_the_asker_is_notified(
    cast: Cast, decision: Decision
) -> None:
    run_job(5)

    assert run_job(10) == ([], [])
    assert run_job(11) == ([], [decision])
    assert run_job(12) == ([], [])

    decision.refresh_from_db()
    assert (decision.state, decision.answered_by_id) == (State.EXPIRED, None)
    assert recipients_of("decision.expired") == {cast.worker.pk}
    with pytest.raises(Conflict):
        answer(cast.adviser, decision, accept=True)


def test_answered_requests_are_neither_reminded_nor_expired(cast: Cast, decision: Decision) -> None:
    answer(cast.adviser, decision, accept=True)

    assert run_job(5) == ([], [])
    assert run_job(11) == ([], [])


def test_an_answer_at_the_moment_of_the_expiry_counts(
    cast: Cast, decision: Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = services._move

    def answered_just_before(who: Acting, decision: Decision, then: State) -> bool:
        at = timezone.now()
        with acting_as(acting(cast.adviser)):
            Decision.objects.filter(pk=decision.pk).update(state="accepted", answered_at=at, answered_by=cast.adviser)
        return move(who, decision, then)

    monkeypatch.setattr(services, "_move", answered_just_before)

    assert run_job(11) == ([], [])
    decision.refresh_from_db()
    assert decision.state == State.ACCEPTED
    assert recipients_of("decision.expired") == set()


def test_when_the_log_cannot_be_written_the_answer_does_not_count(
    cast: Cast, decision: Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*args: object, **kwargs: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(services, "record", full_disk)

    with pytest.raises(OSError, match="no space left"), transaction.atomic():
        answer(cast.adviser, decision, accept=True)

    decision.refresh_from_db()
    assert decision.state == State.PENDING


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "accepted"}, "decision_answered_at_and_state_together"),
        ({"answered_at": datetime(2026, 1, 1, tzinfo=UTC)}, "decision_answered_at_and_state_together"),
        ({"state": "declined", "answered_at": datetime(2026, 1, 1, tzinfo=UTC)}, "decision_declined_with_reason"),
    ],
)
def test_the_database_refuses_half_an_answer(decision: Decision, change: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(**change)


def test_who_is_asked_and_who_asked_find_it_on_their_lists(cast: Cast, decision: Decision) -> None:
    for staff, asked, waits in ((cast.adviser, [decision], []), (cast.worker, [], [decision]), (cast.stranger, [], [])):
        who = acting(staff)
        with acting_as(who):
            assert list(addressed_to(who)) == asked
            assert list(asked_by(who)) == waits
    answer(cast.adviser, decision, accept=True)
    for staff in (cast.adviser, cast.worker):
        who = acting(staff)
        with acting_as(who):
            assert [*addressed_to(who), *asked_by(who)] == []
