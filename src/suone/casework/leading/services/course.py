"""The course of a case through the phases of its procedure: moves, and the work items each phase sets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from django.utils import timezone
from django.utils.translation import gettext as _

from suone.canton.procedures.conditions import Facts, in_new_round
from suone.canton.procedures.days import months_after
from suone.canton.procedures.facts import Fact, Scalar, Shape, word
from suone.canton.procedures.models import ProcedureVersion, VersionState
from suone.canton.procedures.rules import (
    EACH,
    AvailableMove,
    Item,
    Move,
    Phase,
    Planned,
    automatic_move,
    is_settled,
    item_applies,
    items_withdrawn,
    phase_status,
    planned_items,
)
from suone.canton.procedures.services import holidays_of, in_language, sentence_of
from suone.casework.cases.models import Case
from suone.casework.leading.acts import Act
from suone.casework.leading.models import Course, FactRemark, KnownFact, Passage
from suone.casework.leading.queries import has_been_in
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import RecordKind
from suone.organisation.appointments.models import Appointment
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.services import in_each_language, record_event, start_of
from suone.records.workitems.queries import Step, steps_of
from suone.records.workitems.services import add_work_item, join_step, leave_phase, settle_steps, withdraw_steps

_MOST_STEPS = 10  # automatic moves in a row: more would be a circle


@dataclass(frozen=True, slots=True)
class Party:
    """The addressee of a procedure's work item: an institution, and a staff member when one is named."""

    institution_id: int
    staff: Appointment | None = None


class Parties(Protocol):
    """Who the words of a procedure's file mean in a case."""

    def __call__(self, word_of_file: str, /) -> Party: ...

    def taking_part(self) -> Sequence[Party]:
        """Return the institutions that take part in the case."""
        ...


def begin(acting: Acting, *, dossier: Dossier, version: ProcedureVersion, facts: Facts, parties: Parties) -> Course:
    """Put a case in the first phase of a procedure and set its work items.

    Raises ``Refused`` for a version that is retired, that does not hold in the region of the case, or whose notifications
    another kind of institution receives.
    """
    if version.state != VersionState.PUBLISHED:
        raise Refused(_("This version of the procedure is retired: choose the one in force."))
    _check_region(dossier, version)
    _check_receiver(dossier, version)
    start = version.procedure.start
    course = Course.objects.create(dossier=dossier, version=version, phase=start.id, phase_since=acting.today)
    Passage.objects.create(
        dossier=dossier, version=version, to_phase=start.id, on=acting.today, staff_id=acting.staff_id
    )
    record_event(acting, dossier=dossier, kind=RecordKind.STORE, act=Act.BEGUN, **_titled(version))
    _set_items(acting, course, start, facts, parties)
    return course


def _check_region(dossier: Dossier, version: ProcedureVersion) -> None:
    """A procedure may hold for some regions of a canton, such as a pilot, beside another one elsewhere."""
    regions = version.procedure.regions
    if not version.procedure.holds_in(Case.objects.values_list("region__code", flat=True).get(pk=dossier.pk)):
        raise Refused(
            _("This procedure holds only in these regions: %(regions)s. Choose another one.")
            % {"regions": ", ".join(regions)}
        )


def _check_receiver(dossier: Dossier, version: ProcedureVersion) -> None:
    """What another kind of institution receives is notified to it; a case does not come there by changing its procedure."""
    if version.receives != (dossier.receiver.kind if dossier.receiver else ""):
        raise Refused(_("Another institution receives the cases of this procedure: notify the case to it instead."))


def store_fact(
    acting: Acting,
    *,
    dossier: Dossier,
    fact: Fact,
    value: Scalar,
    remark: str = "",
    is_stated: bool = False,
) -> KnownFact:
    """Store a fact reported by an act or stated by a worker (``is_stated``); the latest value applies.

    ``value`` must have the type of the fact: ``date``, ``bool``, ``int`` or the code of a choice. Raises ``Refused`` for a
    wrong type, an unknown code or a recorded day in the future. Facts of acts are not logged again.
    """
    check_value(acting, fact, value)
    known = KnownFact.objects.create(
        dossier=dossier,
        fact=fact,
        category=word(fact).category,
        **kept_value(fact, value),
        is_stated=is_stated,
        staff_id=acting.staff_id,
        institution_id=acting.institution_id,
    )
    if remark.strip():
        keep_remark(acting, known, remark)
    # Facts reported by an act are already in the log and the timeline under that act.
    if word(fact).source.value == "stated":
        record_event(
            acting,
            dossier=dossier,
            kind=RecordKind.STORE,
            act=Act.FACT_KNOWN,
            category=word(fact).category,
            about=("fact", known.pk),
            text=sentence_of(fact, value),
            text_language="",
            texts=in_each_language(lambda: sentence_of(fact, value)),
            details={"fact": fact.value},
        )
    return known


def kept_value(fact: Fact, value: Scalar | None) -> dict[str, Any]:
    """Return the columns that store a value; ``None`` takes a fact back."""
    is_day = isinstance(value, date)
    return {
        "value": value.isoformat() if isinstance(value, date) else value,
        "day": value if is_day and fact is not Fact.PLAN_REVIEW_ON else None,
    }


def keep_remark(acting: Acting, known: KnownFact, text: str) -> None:
    """Store a remark on a fact, in the data category of such remarks."""
    category = word(known.fact).remark_category
    FactRemark.objects.create(
        fact=known, dossier_id=known.dossier_id, category=category, text=text, staff_id=acting.staff_id
    )


def check_value(acting: Acting, fact: Fact, value: Scalar) -> None:
    """Check the type of a value; raises ``Refused`` for a wrong one, or for a stated day in the future."""
    known = word(fact)
    if known.shape is Shape.DAY and not isinstance(value, date):
        raise Refused(_("Enter the day on which it happened."))
    if known.source.value == "stated" and isinstance(value, date) and value > acting.today:
        raise Refused(_("This day is in the future: record what has happened."))
    if known.shape is Shape.CHOICE and value not in known.codes:
        raise Refused(_("Choose one of the possible answers."))


def move(
    acting: Acting,
    *,
    dossier: Dossier,
    course: Course,
    to: str,
    facts: Facts,
    parties: Parties,
    reason: str = "",
) -> Phase:
    """Move the case to another phase; raises ``Refused`` listing the unmet requirements, and for other roles than its own.

    Unmet recommendations require ``reason``. The caller holds the lock of the case and has checked permissions.
    """
    way = way_to(course, to, facts, on=acting.today)
    if not may_take(acting, way.move):
        allowed = ", ".join(str(Role(role).label) for role in way.move.roles)
        raise Refused(_("This step is for: %(roles)s.") % {"roles": allowed})
    if way.lacking:
        raise Refused(" ".join(in_language(requirement.missing) for requirement in way.lacking))
    if way.warnings and not reason.strip():
        sentences = " ".join(in_language(requirement.missing) for requirement in way.warnings)
        raise Refused(sentences + " " + _("To continue anyway, give the reason."))
    return enter(acting, dossier=dossier, course=course, to=to, facts=facts, parties=parties, reason=reason)


def enter(
    acting: Acting,
    *,
    dossier: Dossier,
    course: Course,
    to: str,
    facts: Facts,
    parties: Parties,
    reason: str = "",
    begins_round: bool | None = None,
) -> Phase:
    """Put the case into a phase: close the open work items of the previous phase and set those of the new one.

    A phase that the case has been in already in this round begins a new one; ``begins_round`` decides it otherwise.
    """
    phase = course.procedure.phase(to)
    if begins_round is None:
        begins_round = has_been_in(dossier.pk, course.version.identifier, to, in_round=course.round)
    if begins_round:
        course.round, course.round_since = course.round + 1, timezone.now()
        facts = in_new_round(facts)
    Passage.objects.create(
        dossier=dossier,
        version_id=course.version_id,
        from_phase=course.phase,
        to_phase=to,
        round=course.round,
        on=acting.today,
        staff_id=acting.staff_id,
        reason=reason,
    )
    leave_phase(acting, dossier=dossier, phase=course.phase)
    course.phase, course.phase_since = to, acting.today
    course.save(update_fields=["phase", "phase_since", "round", "round_since"])
    record_event(
        acting,
        dossier=dossier,
        kind=RecordKind.CHANGE,
        act=Act.MOVED,
        text=phase.title["de"],
        text_language="",
        texts=phase.title,
        details={"phase": to},
    )
    _set_items(acting, course, phase, facts, parties)
    return phase


def settle(acting: Acting, *, dossier: Dossier, course: Course, facts: Facts, parties: Parties) -> Phase | None:
    """Bring the work items in line with the facts and make automatic moves; returns the new phase, if it changed.

    Items whose fact holds are completed, those whose condition no longer holds withdrawn, and those whose condition has come
    true set.
    """
    reached, this_round = None, course.round
    for _step in range(_MOST_STEPS):
        if course.round != this_round:
            this_round, facts = course.round, in_new_round(facts)
        settle_items(acting, dossier=dossier, course=course, facts=facts)
        _withdraw_items(acting, course, facts)
        _set_items_that_apply_now(acting, course, facts, parties)
        following = automatic_move(course.current, facts, on=acting.today)
        if following is None:
            break
        reached = enter(acting, dossier=dossier, course=course, to=following.to, facts=facts, parties=parties)
    set_repeating_items(acting, dossier=dossier, course=course, facts=facts, parties=parties)
    return reached


def settle_items(acting: Acting, *, dossier: Dossier, course: Course, facts: Facts) -> None:
    """Complete the open work items of the current phase whose fact now holds."""
    items = {f"{course.phase}/{item.id}": item for item in course.current.items if item.completed_by}
    if not items:
        return
    waiting = [row for row in steps_of(dossier) if row.is_open and row.step in items]
    settled = [row.step for row in waiting if is_settled(items[row.step], facts, since=_since(items[row.step], row))]
    settle_steps(acting, dossier=dossier, steps=settled)


def _withdraw_items(acting: Acting, course: Course, facts: Facts) -> None:
    """Withdraw the open work items of the current phase whose condition was taken back or became another one."""
    steps = {f"{course.phase}/{item.id}" for item in items_withdrawn(course.current, facts)}
    if steps and any(row.is_open and row.step in steps for row in steps_of(course.dossier)):
        withdraw_steps(acting, dossier=course.dossier, steps=sorted(steps))


def _since(item: Item, row: Step) -> date | None:
    """A recurring item is settled only by facts recorded after it was set."""
    return row.asked_at.date() if item.repeats else None


def set_repeating_items(acting: Acting, *, dossier: Dossier, course: Course, facts: Facts, parties: Parties) -> int:
    """Set the recurring work items of the phase, due months after their last completion; returns how many."""
    count = 0
    repeated = [item for item in course.current.items if item.repeats and item_applies(item, facts)]
    been = _of_round(course, steps_of(dossier)) if repeated else []
    for item in repeated:
        step = f"{course.phase}/{item.id}"
        if any(row.is_open for row in been if row.step == step):
            continue
        last = max((row.done_at for row in been if row.step == step and row.done_at), default=None)
        if last is not None:
            _set_item(acting, dossier, step, Planned(item, months_after(last.date(), item.repeats)), parties)
            count += 1
    return count


def move_over(
    acting: Acting,
    *,
    dossier: Dossier,
    course: Course,
    version: ProcedureVersion,
    phase: str,
    facts: Facts,
    parties: Parties,
    reason: str = "",
    begins_round: bool = False,
) -> Phase:
    """Move an ongoing case to another version or procedure, in the phase chosen; it ``begins_round`` where nothing counts again.

    Raises ``Refused`` for a retired version, an unknown phase, a procedure of other regions, or one whose notifications another
    kind of institution receives.
    """
    if version.state != VersionState.PUBLISHED:
        raise Refused(_("This version of the procedure is retired: choose the one in force."))
    _check_region(dossier, version)
    if version.identifier != course.version.identifier:
        _check_receiver(dossier, version)
    if phase not in [entry.id for entry in version.procedure.phases if not entry.is_end]:
        raise Refused(_("Choose the phase in which the case continues."))
    stays = phase == course.phase and version.identifier == course.version.identifier
    course.version = version
    course.save(update_fields=["version"])
    record_event(
        acting,
        dossier=dossier,
        kind=RecordKind.CHANGE,
        act=Act.MOVED_OVER,
        **_titled(version),
        details={"version": version.pk},
    )
    return enter(
        acting,
        dossier=dossier,
        course=course,
        to=phase,
        facts=facts,
        parties=parties,
        reason=reason,
        begins_round=begins_round or (False if stays else None),
    )


def _titled(version: ProcedureVersion) -> dict[str, Any]:
    """Return a procedure's title for the timeline, which each reader sees in their language."""
    texts = version.procedure.title
    return {"text": texts["de"], "text_language": "", "texts": texts}


def may_take(acting: Acting, way: Move) -> bool:
    """Return whether the procedure lets these roles take the step."""
    return not way.roles or bool(acting.roles & {Role(role) for role in way.roles})


def way_to(course: Course, to: str, facts: Facts, *, on: date) -> AvailableMove:
    """Return the move to a phase with its unmet requirements; raises ``Refused`` when there is no such move."""
    for way in phase_status(course.current, facts, on=on).ways:
        if way.move.to == to:
            return way
    raise Refused(_("The procedure has no step from this phase to that one: see its diagram."))


def _set_items(acting: Acting, course: Course, phase: Phase, facts: Facts, parties: Parties) -> None:
    days_off = holidays_of(course.procedure.canton, acting.today.year)
    for planned in planned_items(phase, facts, on=acting.today, holidays=days_off):
        _set_item(acting, course.dossier, f"{phase.id}/{planned.item.id}", planned, parties)


def _set_items_that_apply_now(acting: Acting, course: Course, facts: Facts, parties: Parties) -> None:
    """Set conditional work items whose condition has come true since the phase began, once per phase and round."""
    phase = course.current
    late = [item for item in phase.items if item.applies]
    if not late:
        return
    since = start_of(course.phase_since)
    been = {row.step for row in _of_round(course, steps_of(course.dossier)) if row.asked_at >= since}
    days_off = holidays_of(course.procedure.canton, acting.today.year)
    for planned in planned_items(replace(phase, items=tuple(late)), facts, on=acting.today, holidays=days_off):
        if f"{phase.id}/{planned.item.id}" not in been:
            _set_item(acting, course.dossier, f"{phase.id}/{planned.item.id}", planned, parties)


def _of_round(course: Course, rows: Sequence[Step]) -> list[Step]:
    """The items set in this round, and open ones that an act had set before."""
    return [row for row in rows if course.round_since is None or row.is_open or row.asked_at >= course.round_since]


def set_items_missing(
    acting: Acting, *, dossier: Dossier, course: Course, fact: str, facts: Facts, parties: Parties
) -> None:
    """Set the work items of the phase that this fact had kept from being set, now that it no longer holds."""
    been = {row.step for row in _of_round(course, steps_of(dossier))}
    waiting = [item for item in course.current.items if item.completed_by == fact and not item.repeats]
    waiting = [item for item in waiting if f"{course.phase}/{item.id}" not in been]
    _set_items(acting, course, replace(course.current, items=tuple(waiting)), facts, parties)


def _set_item(acting: Acting, dossier: Dossier, step: str, planned: Planned, parties: Parties) -> None:
    item = planned.item
    if item.completed_by and join_step(dossier=dossier, awaited=item.completed_by, step=step):
        return  # an act has already set it
    for addressed in parties.taking_part() if item.addressed == EACH else [parties(item.addressed)]:
        add_work_item(
            acting,
            dossier=dossier,
            title=item.title["de"],
            texts=item.title,
            is_own_words=False,
            due_on=planned.due_on,
            addressed_id=addressed.institution_id,
            assigned=addressed.staff,
            controlling_id=parties(item.controlling).institution_id,
            step=step,
            settled_by=item.completed_by,
        )
