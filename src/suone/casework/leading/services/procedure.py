"""Moving a case through its procedure: reported facts, the next phase, another version."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from suone.canton.procedures.conditions import Facts
from suone.canton.procedures.facts import Fact, Scalar, Source, word
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.rules import Phase, phase_status
from suone.casework.cases.models import Case
from suone.casework.cases.rules import OPEN_STATES, State, check_reason
from suone.casework.cases.services import notify_participants
from suone.casework.leading import rules
from suone.casework.leading.acts import Act
from suone.casework.leading.facts import facts_of
from suone.casework.leading.models import Course
from suone.casework.leading.queries import items_of_others
from suone.casework.leading.services.course import begin, enter, may_take, move, move_over, settle, store_fact
from suone.casework.leading.services.shared import (
    PartiesOfCase,
    case_with_course,
    course_in,
    lock_case_to_lead,
    move_to_state,
)
from suone.ground.access.acting import Acting
from suone.ground.access.categories import Power
from suone.ground.access.errors import Refused
from suone.organisation.institutions.queries import iiz_office
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power
from suone.records.dossiers.services import lock
from suone.records.inbox.services import notify_institutions
from suone.records.workitems.models import WorkItem
from suone.records.workitems.queries import items_waiting
from suone.records.workitems.services import settle_waiting


def report_fact(
    acting: Acting,
    *,
    dossier: Dossier,
    fact: Fact,
    value: Scalar = True,
    remark: str = "",
    is_stated: bool = False,
) -> None:
    """Report a fact that a procedure may wait for: store it, complete the work items it settles, and proceed.

    Acts of other packages call this in their own transaction. A case without a procedure stores the fact as well. Raises
    ``Refused`` as ``store_fact`` does.
    """
    lock(dossier.pk)
    store_fact(acting, dossier=dossier, fact=fact, value=value, remark=remark, is_stated=is_stated)
    if value:
        settle_waiting(acting, dossier=dossier, by=fact)
    follow_procedure(acting, dossier=dossier)


def follow_procedure(acting: Acting, *, dossier: Dossier) -> None:
    """Complete settled work items and make automatic moves; the state of the case follows its phase."""
    case = case_with_course(dossier.pk)
    course = course_in(case)
    if course is None or not case.is_open or case.state == State.SUSPENDED:
        return  # a suspended case makes no automatic moves
    phase = settle(
        acting,
        dossier=case.dossier,
        course=course,
        facts=facts_of(acting, case, *course.procedure.phases),
        parties=PartiesOfCase(case),
    )
    if phase is not None:
        sync_state_to_phase(acting, case, phase)


def follow_procedures(acting: Acting) -> int:
    """Let every open case with a procedure proceed, as a daily job; returns how many there were."""
    open_cases = Case.objects.filter(state__in=OPEN_STATES, dossier__course__isnull=False).select_related("dossier")
    count = 0
    for case in open_cases.iterator(chunk_size=500):
        lock(case.pk)
        follow_procedure(acting, dossier=case.dossier)
        count += 1
    return count


def advance_case(acting: Acting, *, case: Case, to: str, reason: str = "") -> None:
    """Move the case to its next phase, whose id is ``to``.

    Raises ``Refused`` listing unmet requirements, without ``reason`` when a recommendation is not met, when the step is
    reserved for other roles, when it would close the case, for a suspended case, or when the acting institution does not
    lead it.
    """
    case, course = lock_case_to_lead(acting, case.pk)
    dossier = case.dossier
    if course is None:
        raise Refused(_("This case follows no procedure."))
    if case.state == State.SUSPENDED:
        raise Refused(_("This case is suspended: resume it first."))
    current_and_next = [phase for phase in course.procedure.phases if phase.id in (course.phase, to)]
    facts = facts_of(acting, case, *current_and_next)
    if any(phase.is_end for phase in current_and_next if phase.id == to):
        raise Refused(_("Close the case with its outcome and reason: this step ends it."))
    phase = move(
        acting,
        dossier=dossier,
        course=course,
        to=to,
        facts=facts,
        parties=PartiesOfCase(case),
        reason=reason,
    )
    sync_state_to_phase(acting, case, phase)
    notify_participants(acting, dossier, Act.MOVED)
    if phase.advances_automatically:
        follow_procedure(acting, dossier=dossier)


def move_case_over(acting: Acting, *, case: Case, version: ProcedureVersion, phase: str, reason: str = "") -> None:
    """Move an open case to another version or procedure, in the phase chosen, with a reason.

    A case without a procedure starts to follow it. Raises ``Refused`` for a closed case, without a reason, or when the
    acting institution does not lead it.
    """
    case, course = lock_case_to_lead(acting, case.pk)
    dossier = case.dossier
    check_reason(reason)
    if not case.is_open:
        raise Refused(_("This case is closed: reopen it first."))
    facts = facts_of(acting, case, *version.procedure.phases)
    if course is None:
        course = begin(acting, dossier=dossier, version=version, facts=facts, parties=PartiesOfCase(case))
    reached_phase = move_over(
        acting,
        dossier=dossier,
        course=course,
        version=version,
        phase=phase,
        facts=facts,
        parties=PartiesOfCase(case),
        reason=reason,
    )
    sync_state_to_phase(acting, case, reached_phase)
    notify_participants(acting, dossier, Act.MOVED_OVER)


def record_fact(acting: Acting, *, case: Case, fact: Fact, value: Scalar, remark: str = "") -> None:
    """Record a fact that the procedure needs and no act reports; the latest value applies.

    Raises ``Refused`` for a fact that follows from an act, for one that only the coordination office states or that lacks
    its reason, and when another institution alone was asked to record it: then only the lead may, with a remark. Work items of
    others stay open unless the lead gives that remark; the database decides which a statement settles.
    """
    if word(fact).source is not Source.STATED:
        raise Refused(_("This fact follows from an action in the product: carry out that action instead."))
    check_is_its_word(acting, fact)
    if word(fact).asks_reason and value and not remark.strip():
        raise Refused(_("Give the reason in the remark."))
    waiting = items_of_others(acting, case.dossier, fact)
    if waiting:
        _check_whose_word(acting, case, fact, waiting, remark)
    report_fact(acting, dossier=case.dossier, fact=fact, value=value, remark=remark, is_stated=True)
    notify_settled(acting, dossier=case.dossier, fact=fact, waiting=waiting, act=Act.FACT_KNOWN)


def check_is_its_word(acting: Acting, fact: Fact) -> None:
    """Some facts only the coordination office states and corrects; raises ``Refused`` for anybody else."""
    if word(fact).of_office and acting.institution_id != iiz_office().pk:
        raise Refused(_("Only the coordination office enters this."))


def _check_whose_word(acting: Acting, case: Case, fact: Fact, of_others: Sequence[WorkItem], remark: str) -> None:
    """An institution asked to do something records it itself; the lead may do so for it, with a remark saying why."""
    readable = [item for item in of_others if item.title]
    rules.check_can_state(
        is_own=bool(items_waiting(acting, case.dossier, awaiting=fact)),
        leads=has_power(acting, case.dossier, Power.LEAD),
        has_reason=bool(remark.strip()),
        asked=readable[0].addressed.short_name if readable else "",
    )


def notify_settled(acting: Acting, *, dossier: Dossier, fact: Fact, waiting: Sequence[WorkItem], act: Act) -> None:
    """Notify the institutions whose items were ``waiting`` for a fact and no longer are: the lead stated it for them."""
    if not waiting:
        return
    left = {item.pk for item in items_of_others(acting, dossier, fact)}
    settled = {item.addressed_id for item in waiting if item.pk not in left}
    notify_institutions(acting, institution_ids=sorted(settled), act=act, dossier=dossier)


def begin_procedure(acting: Acting, case: Case, version: ProcedureVersion) -> None:
    """Start a procedure for the case, and make the automatic moves that known facts allow."""
    begin(
        acting,
        dossier=case.dossier,
        version=version,
        facts=facts_of(acting, case, version.procedure.start),
        parties=PartiesOfCase(case),
    )
    follow_procedure(acting, dossier=case.dossier)


def sync_state_to_phase(acting: Acting, case: Case, phase: Phase) -> None:
    """Set the state of the case to that of its phase; a suspended case rests until somebody resumes it."""
    state = State(phase.state)
    if case.state not in (state, State.SUSPENDED):
        move_to_state(acting, case, state)


def end_procedure(acting: Acting, case: Case, state: State, *, reason: str) -> None:
    """Take the step of the procedure that ends the case in this state; its roles and requirements hold.

    Raises ``Refused`` as ``advance_case`` does. Where no step leads to the state, the case enters its first phase for it, and
    without such a phase it stays where it is.
    """
    case = case_with_course(case.pk)
    course = course_in(case)
    if course is None:
        return
    to, is_step = _end_of(acting, case, course, state)
    if to is not None:
        take = move if is_step else enter
        facts = facts_of(acting, case, course.current)
        parties = PartiesOfCase(case)
        take(acting, dossier=case.dossier, course=course, to=to, facts=facts, parties=parties, reason=reason)


def _end_of(acting: Acting, case: Case, course: Course, state: State) -> tuple[str | None, bool]:
    """The phase in which the case ends in this state, and whether a step leads there from the present one."""
    to = end_to_take(acting, course, facts_of(acting, case, course.current), state)
    if to is not None:
        return to, True
    return next((phase.id for phase in course.procedure.phases if phase.state == state), None), False


def end_to_take(acting: Acting, course: Course, facts: Facts, state: State) -> str | None:
    """Return the first step to a phase of this state that is open to these roles, or else the first one, if any."""
    ways = [
        way
        for way in phase_status(course.current, facts, on=acting.today).ways
        if course.procedure.phase(way.move.to).state == state
    ]
    best = sorted(ways, key=lambda way: (not may_take(acting, way.move), not way.is_open))
    return best[0].move.to if best else None
