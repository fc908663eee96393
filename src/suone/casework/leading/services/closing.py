"""Suspending, resuming, closing and reopening a case."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from suone.canton.procedures.services import holidays_of
from suone.casework.cases.models import Background, Case
from suone.casework.cases.rules import ClosingReason, State, can_move, check_can_move, check_reason
from suone.casework.cases.services import check_leads, note_background, notify_participants, withdraw_pending_requests
from suone.casework.leading import rules
from suone.casework.leading.acts import Act
from suone.casework.leading.facts import facts_of
from suone.casework.leading.models import Course
from suone.casework.leading.queries import course_of, move_deadlines_after_rest, visited_phases
from suone.casework.leading.services.course import enter, move
from suone.casework.leading.services.procedure import end_to_take, follow_procedure, sync_state_to_phase
from suone.casework.leading.services.shared import (
    PartiesOfCase,
    cancel_open_items,
    case_with_course,
    lock_case_to_lead,
    move_to_state,
)
from suone.casework.leading.services.triage import ask_for_triage
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.records.consents.services import end_consents
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import particulars_of
from suone.records.dossiers.services import correct_particulars, in_each_language, lock, record_event
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import cancel_items_about


def suspend_case(acting: Acting, *, case: Case, reason: str) -> None:
    """Suspend an active case with a reason.

    Raises ``Refused`` without a reason, in another state, or when the acting institution does not lead the case.
    """
    check_reason(reason)
    _lead_moves(acting, case, State.SUSPENDED, Act.SUSPENDED, reason)


def resume_case(acting: Acting, *, case: Case) -> None:
    """Resume a suspended case: the deadlines of open work items move on by as long as it rested, and its procedure proceeds.

    Raises ``Refused`` in another state.
    """
    case, course = lock_case_to_lead(acting, case.pk)
    if case.state != State.SUSPENDED:
        check_can_move(State(case.state), State.SUSPENDED)
    days = (acting.today - case.state_since).days
    moved = move_deadlines_after_rest(case.pk, _days_off(case, course, acting.today)) if days else 0
    move_to_state(acting, case, State.ACTIVE)

    def sentence() -> str:
        return ngettext("Deadlines moved on by %(days)s day.", "Deadlines moved on by %(days)s days.", days) % {
            "days": days
        }

    line: dict[str, Any] = {"text": sentence(), "text_language": "", "texts": in_each_language(sentence)}
    record_event(acting, dossier=case.dossier, kind=RecordKind.CHANGE, act=Act.RESUMED, **(line if moved else {}))
    notify_participants(acting, case.dossier, Act.RESUMED)
    if course is not None:
        case = case_with_course(case.pk)
        if can_move(State(case.state), State(course.current.state)):  # it was moved over while it rested
            sync_state_to_phase(acting, case, course.current)
    follow_procedure(acting, dossier=case.dossier)


def _days_off(case: Case, course: Course | None, day: date) -> list[date]:
    """The public holidays of the canton whose procedure the case follows."""
    return sorted(holidays_of(course.procedure.canton, day.year)) if course else []


def close_case(
    acting: Acting, *, case: Case, outcome: str, closing_reason: str, text: str = "", phase: str = ""
) -> None:
    """Close the case with outcome and reason; consents remain valid until they expire or are withdrawn.

    ``outcome`` and ``closing_reason`` are codes. Under a procedure the case moves to the closing phase ``phase``, or to the
    first one that is open to it. Raises ``Refused`` while work items requested by people are open, or when the current
    phase has no closing step.
    """
    case, course = lock_case_to_lead(acting, case.pk)
    dossier = case.dossier
    check_can_move(State(case.state), State.CLOSED)
    # Work items set by the ending phase, and those that wait for an act, are cancelled with the closing; those requested by
    # people must be completed first.
    waiting = WorkItem.objects.filter(dossier=dossier, state=ItemState.OPEN)
    open_items = waiting.filter(settled_by="")
    if course is not None:
        open_items = open_items.exclude(step__startswith=f"{course.phase}/")
    rules.check_can_close(open_items=open_items.count(), outcome=outcome, reason=closing_reason)
    for item_id in waiting.exclude(settled_by="").values_list("pk", flat=True):
        cancel_items_about(acting, dossier=dossier, about=("workitem", item_id))
    if course is not None:
        _close_course(acting, case, course, phase, text)
    withdraw_pending_requests(acting, dossier=dossier)
    _record_closing(acting, case, reason=closing_reason, outcome=outcome, text=text)


def close_after_death(acting: Acting, *, case: Case, died_on: date | None = None, text: str = "") -> None:
    """Close the case because the person has died; its work items, pending requests and consents end with it.

    Institutions keep what their own law requires; access based only on a consent ends. Raises ``Refused`` for a case that
    is already closed.
    """
    case, course = lock_case_to_lead(acting, case.pk)
    dossier = case.dossier
    rules.check_can_end_with_a_death(State(case.state))
    if died_on is not None:
        _record_death(acting, dossier, died_on)
    withdraw_pending_requests(acting, dossier=dossier)
    cancel_open_items(acting, dossier, reason=str(ClosingReason.DIED.label))
    if course is not None:
        _end_course(acting, case, course, text)
    _record_closing(acting, case, reason=ClosingReason.DIED, text=text)
    end_consents(acting, dossier=dossier)  # last: they may be what opens the case to the acting institution


def reopen_case(acting: Acting, *, case: Case, reason: str) -> None:
    """Reopen a closed case as active, a rejected or withdrawn one in triage, with a reason.

    Raises ``Refused`` without a reason, or for an open case.
    """
    check_reason(reason)
    then = State.ACTIVE if case.state == State.CLOSED else State.IN_TRIAGE
    if case.state not in (State.CLOSED, State.REJECTED, State.WITHDRAWN):
        check_can_move(State(case.state), State.NOTIFIED)
    _lead_moves(acting, case, then, Act.REOPENED, reason)
    Case.objects.filter(pk=case.pk).update(outcome="", closing_reason="", closed_on=None)
    course = course_of(case.pk)
    if course is not None:
        _resume_course(acting, case, course, then)
    elif then == State.IN_TRIAGE:
        ask_for_triage(acting, case.dossier)


def _close_course(acting: Acting, case: Case, course: Course, phase: str, reason: str) -> None:
    facts = facts_of(acting, case, course.current)
    wanted = phase or end_to_take(acting, course, facts, State.CLOSED)
    if wanted is None or course.procedure.phase(wanted).state != State.CLOSED:
        raise Refused(_("The procedure has no closing step from this phase: move the case to its next step first."))
    move(
        acting, dossier=case.dossier, course=course, to=wanted, facts=facts, parties=PartiesOfCase(case), reason=reason
    )


def _record_death(acting: Acting, dossier: Dossier, died_on: date) -> None:
    """Record the date of death in the particulars, when the acting person may read the identity."""
    known = particulars_of(acting, dossier.pk)
    if known is not None:
        correct_particulars(acting, particulars=known, version=known.version, changes={"died_on": died_on})


def _record_closing(acting: Acting, case: Case, *, reason: str, outcome: str = "", text: str) -> None:
    """Set the closed state and notify those who follow the case."""
    Case.objects.filter(pk=case.pk).update(
        state=State.CLOSED,
        state_since=acting.today,
        outcome=outcome,
        closing_reason=reason,
        closed_on=acting.today,
    )
    note_background(acting, case.dossier, Background.Kind.STATE_REASON, DataCategory.ADMINISTRATIVE, text=text)
    record_event(
        acting,
        dossier=case.dossier,
        kind=RecordKind.CHANGE,
        act=Act.CLOSED,
        text=text,
        details=({"outcome": outcome} if outcome else {}) | {"reason": str(reason)},
    )
    notify_participants(acting, case.dossier, Act.CLOSED)


def _end_course(acting: Acting, case: Case, course: Course, reason: str) -> None:
    """Enter a closing phase whatever its requirements; without one the case stays in its current phase."""
    to = next((phase.id for phase in course.procedure.phases if phase.state == State.CLOSED), None)
    if to is not None and to != course.phase:
        facts = facts_of(acting, case, course.procedure.phase(to))
        enter(
            acting, dossier=case.dossier, course=course, to=to, facts=facts, parties=PartiesOfCase(case), reason=reason
        )


def _resume_course(acting: Acting, case: Case, course: Course, state: State) -> None:
    """Return the case to the last phase it was in for this state, or to the first phase of the state."""
    phases = {phase.id: phase for phase in course.procedure.phases}
    been = [phase for _procedure, phase in visited_phases(case.pk)]
    last = next((p for p in been if p in phases and phases[p].state == state), None)
    phase = last or next((p.id for p in course.procedure.phases if p.state == state), course.procedure.start.id)
    case = case_with_course(case.pk)
    enter(
        acting,
        dossier=case.dossier,
        course=course,
        to=phase,
        facts=facts_of(acting, case, phases[phase]),
        parties=PartiesOfCase(case),
        begins_round=True,
    )


def _lead_moves(acting: Acting, case: Case, then: State, act: Act, reason: str) -> None:
    dossier = lock(case.dossier_id)
    check_leads(acting, dossier)
    move_to_state(acting, Case.objects.get(pk=case.pk), then, reason)
    record_event(acting, dossier=dossier, kind=RecordKind.CHANGE, act=act, text=reason)
    notify_participants(acting, dossier, act)
