"""The engine: a procedure and the facts of a case in; what is possible, missing and due out. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from suone.canton.procedures.conditions import Facts, FactsOfRound, applies, condition_holds, earlier_in, fact_of
from suone.canton.procedures.days import is_working_day, months_after, months_before, working_days_after
from suone.canton.procedures.facts import Scalar, Shape, Source, word
from suone.ground.access.permissions import Role
from suone.organisation.institutions.kinds import InstitutionKind

Texts = Mapping[str, str]
Severity = Literal["must", "should"]

# The case states that a phase may have; the states themselves belong to the package of cases.
PHASE_STATES = ("notified", "in_triage", "active", "in_aftercare", "closed", "rejected", "withdrawn")
ENDS = frozenset({"closed", "rejected", "withdrawn"})
# Which states a move may lead to; a test compares this with the transitions of cases.
FOLLOWING_STATES: Mapping[str, tuple[str, ...]] = {
    "notified": ("in_triage", "active", "rejected", "withdrawn"),
    "in_triage": ("active", "rejected", "withdrawn"),
    "active": ("in_aftercare", "closed"),
    "in_aftercare": ("active", "closed"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a statement comes from: its place in the procedure's source, or the product, which proposes a default."""

    source: str = ""
    is_default: bool = False


UNSAID = Origin()  # of versions published before files said it


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition for leaving a phase, and the sentence that explains what is missing.

    ``rule`` is a key of ``RULES``, ``fact`` the fact it tests, ``number`` and ``codes`` are its arguments. With
    ``applies`` it concerns only cases for which all these facts hold; with ``unless`` it is waived if one of these holds.
    ``any_of`` are further facts of which one suffices; ``judged_on`` is the fact with the day on which it is judged, today
    without one.
    With severity *should* it is a warning that a worker can override with a reason. One that ``chooses`` only selects
    between the moves of a phase: if it fails, another move is meant and nothing is missing. What it accepts must have become
    true in the present round; with ``once`` it holds for good.
    """

    id: str
    rule: str
    fact: str
    missing: Texts
    severity: Severity = "must"
    number: int = 0
    codes: tuple[str, ...] = ()
    applies: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    law: str = ""
    chooses: bool = False
    once: bool = False
    any_of: tuple[str, ...] = ()
    judged_on: str = ""
    origin: Origin = UNSAID


@dataclass(frozen=True, slots=True)
class Due:
    """When a work item is due, counted from the day it is set."""

    working_days: int = 0
    days: int = 0
    months: int = 0
    origin: Origin = UNSAID


@dataclass(frozen=True, slots=True)
class Item:
    """Something to be done in a phase.

    ``addressed`` says who does it and ``controlling`` who follows it up, each one of ``ADDRESSES``: a part in the case or
    a kind of institution. ``completed_by`` is the fact that completes it; without one it is ticked off by hand. An item
    that ``repeats`` is set again that many months after it was done, while the case remains in the phase. A new round sets
    every item anew, save one that is to be done ``once`` and is settled.
    """

    id: str
    title: Texts
    addressed: str
    due: Due
    controlling: str = "lead"
    role: str = ""
    completed_by: str = ""
    repeats: int = 0
    once: bool = False
    applies: tuple[str, ...] = ()
    origin: Origin = UNSAID


@dataclass(frozen=True, slots=True)
class Move:
    """A way from one phase to another; ``needs`` names the requirements that must hold for it.

    An ``automatic`` move is made as soon as its requirements are met.
    """

    to: str
    title: Texts
    needs: tuple[str, ...]
    roles: tuple[str, ...] = ()
    automatic: bool = False
    origin: Origin = UNSAID


@dataclass(frozen=True, slots=True)
class Convening:
    """Who convenes a kind of meeting: whoever has one of these roles, at an institution of one of these kinds."""

    meeting: str
    roles: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    origin: Origin = UNSAID

    @property
    def names(self) -> list[str]:
        """The roles and kinds of institutions, in the reader's language."""
        return [
            *(str(Role(role).label) for role in self.roles),
            *(str(InstitutionKind(kind).label) for kind in self.institutions),
        ]

    def allows(self, *, roles: Collection[str], institution: str) -> bool:
        """Whether somebody with these roles, at an institution of this kind, convenes it."""
        has_role = not self.roles or bool(set(self.roles) & set(roles))
        return has_role and (not self.institutions or institution in self.institutions)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Which kind of institution receives and triages the notifications, where it is not the IIZ office."""

    kind: str
    origin: Origin = UNSAID


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a procedure in which a case stays until it moves on; ``state`` is the state of the case meanwhile."""

    id: str
    title: Texts
    state: str
    about: Texts
    requirements: tuple[Requirement, ...] = ()
    items: tuple[Item, ...] = ()
    moves: tuple[Move, ...] = ()
    instruments: tuple[str, ...] = ()
    meetings: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    origin: Origin = UNSAID

    def requirement(self, requirement_id: str) -> Requirement:
        """The requirement with this id, which must exist."""
        return next(requirement for requirement in self.requirements if requirement.id == requirement_id)

    def excluding(self, fact: str) -> Requirement | None:
        """The requirement that blocks every move while this fact holds; None without one."""
        asked = (r for r in self.requirements if r.rule == "holds_not" and r.severity == "must" and not r.chooses)
        return next((requirement for requirement in asked if requirement.fact == fact), None)

    @property
    def is_end(self) -> bool:
        """Whether a case in this phase is closed, rejected or withdrawn."""
        return self.state in ENDS

    @property
    def advances_automatically(self) -> bool:
        """Whether the clock can change something here: an automatic move, or a repeating item."""
        return any(move.automatic for move in self.moves) or any(item.repeats for item in self.items)


@dataclass(frozen=True, slots=True)
class Procedure:
    """One version of how a canton works with a kind of case. The first phase is where a case begins."""

    identifier: str
    version: str
    canton: str
    title: Texts
    about: Texts
    source: str
    levels: tuple[str, ...]
    retention: str
    valid_from: date
    phases: tuple[Phase, ...]
    valid_until: date | None = None
    ages: tuple[int, int] | None = None
    convening: tuple[Convening, ...] = ()
    regions: tuple[str, ...] = ()  # where it holds; everywhere without any
    receiver: Receiver | None = None  # the IIZ office without one

    def phase(self, phase_id: str) -> Phase:
        """The phase with this id, which must exist."""
        return next(phase for phase in self.phases if phase.id == phase_id)

    @property
    def start(self) -> Phase:
        """The phase in which a case begins."""
        return self.phases[0]

    def holds_in(self, region: str) -> bool:
        """Whether it holds in the region with this code; a pilot holds in some regions of a canton only."""
        return not self.regions or region in self.regions

    def item(self, phase_id: str, item_id: str) -> Item:
        """The work item of a phase with this id; both must exist."""
        return next(item for item in self.phase(phase_id).items if item.id == item_id)


@dataclass(frozen=True, slots=True)
class AvailableMove:
    """A move for one case: the requirements it still lacks, and unmet ones that are only warnings."""

    move: Move
    lacking: tuple[Requirement, ...]
    warnings: tuple[Requirement, ...]

    @property
    def is_open(self) -> bool:
        """Whether the case may make this move now, with a reason where there are warnings."""
        return not self.lacking


@dataclass(frozen=True, slots=True)
class PhaseStatus:
    """The status of a case in its phase: requirements met and lacking, warnings, and the moves."""

    phase: Phase
    met: tuple[Requirement, ...]
    lacking: tuple[Requirement, ...]
    warnings: tuple[Requirement, ...]
    ways: tuple[AvailableMove, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A work item that a phase sets."""

    item: Item
    due_on: date


@dataclass(frozen=True, slots=True)
class Difference:
    """What another version of a procedure changes: added, removed and changed places, each by its name."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = field(default_factory=tuple)

    @property
    def is_empty(self) -> bool:
        """Whether the versions are the same for a case."""
        return not (self.added or self.removed or self.changed)


def _holds(requirement: Requirement, value: Scalar | None, on: date) -> bool:
    return bool(value)


def _holds_not(requirement: Requirement, value: Scalar | None, on: date) -> bool:
    return not value


def _within_months(requirement: Requirement, value: Scalar | None, on: date) -> bool:
    return isinstance(value, date) and value >= months_before(on, requirement.number)


def _months_passed(requirement: Requirement, value: Scalar | None, on: date) -> bool:
    """Met if the day is unknown: then there is no waiting period."""
    return not isinstance(value, date) or value <= months_before(on, requirement.number)


def _at_least(requirement: Requirement, value: Scalar | None, on: date) -> bool:
    return isinstance(value, int) and value >= requirement.number


def _at_most(requirement: Requirement, value: Scalar | None, on: date) -> bool:
    return isinstance(value, int) and value <= requirement.number


def _one_of(requirement: Requirement, value: Scalar | None, on: date) -> bool:
    return value in requirement.codes


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of requirement: its test, the shapes of facts it accepts, and the argument it takes."""

    test: Callable[[Requirement, Scalar | None, date], bool]
    shapes: tuple[Shape, ...]
    argument: Literal["", "number", "codes"] = ""


_ANY = (Shape.YES, Shape.DAY, Shape.NUMBER, Shape.CHOICE)
# The one short list of rules a file may name.
RULES: dict[str, Rule] = {
    "holds": Rule(_holds, _ANY),
    "holds_not": Rule(_holds_not, _ANY),
    "within_months": Rule(_within_months, (Shape.DAY,), "number"),
    "months_passed": Rule(_months_passed, (Shape.DAY,), "number"),
    "at_least": Rule(_at_least, (Shape.NUMBER,), "number"),
    "at_most": Rule(_at_most, (Shape.NUMBER,), "number"),
    "one_of": Rule(_one_of, (Shape.CHOICE,), "codes"),
}
# Who a work item may be addressed to: somebody's part in the case, or an institution of this kind that takes part in it.
PARTS = ("office", "receiver", "notifier", "lead", "case_manager")
CONTROLLERS = (*PARTS, *(kind.value for kind in InstitutionKind))
EACH = "each_participant"  # one item for each institution that takes part when it is set
ADDRESSES = (*CONTROLLERS, EACH)


def is_met(requirement: Requirement, facts: Facts, *, on: date) -> bool:
    """Whether a requirement is met, waived by an exception, or does not apply to the case.

    What became true before the present round neither meets nor waives it, save with ``once``; what forbids still forbids.
    """
    if requirement.once:
        facts = FactsOfRound(facts)
    if not applies(requirement.applies, facts):
        return True
    earlier = earlier_in(facts)
    if any(condition_holds(condition, facts) for condition in requirement.unless if fact_of(condition) not in earlier):
        return True
    facts_asked = [requirement.fact, *requirement.any_of]
    if requirement.rule != "holds_not":
        facts_asked = [fact for fact in facts_asked if fact not in earlier]
    day = facts.get(requirement.judged_on)
    judged_on = day if isinstance(day, date) else on
    test = RULES[requirement.rule].test
    return any(test(requirement, facts.get(fact), judged_on) for fact in facts_asked)


def phase_status(phase: Phase, facts: Facts, *, on: date) -> PhaseStatus:
    """What is met, what is missing, and which moves are possible from this phase."""
    met = {requirement.id: is_met(requirement, facts, on=on) for requirement in phase.requirements}
    asked = [requirement for requirement in phase.requirements if applies(requirement.applies, facts)]
    missing = [requirement for requirement in asked if not met[requirement.id] and not requirement.chooses]
    return PhaseStatus(
        phase=phase,
        met=tuple(r for r in asked if met[r.id]),
        lacking=tuple(r for r in missing if r.severity == "must"),
        warnings=tuple(r for r in missing if r.severity == "should"),
        ways=tuple(_way(phase, move, met) for move in phase.moves),
    )


def _way(phase: Phase, move: Move, met: Mapping[str, bool]) -> AvailableMove:
    open_ones = [phase.requirement(requirement_id) for requirement_id in move.needs if not met[requirement_id]]
    return AvailableMove(
        move,
        lacking=tuple(r for r in open_ones if r.severity == "must"),
        warnings=tuple(r for r in open_ones if r.severity == "should"),
    )


def automatic_move(phase: Phase, facts: Facts, *, on: date) -> Move | None:
    """The first automatic move whose requirements are all met, warnings included; None without one."""
    for way in phase_status(phase, facts, on=on).ways:
        if way.move.automatic and way.is_open and not way.warnings:
            return way.move
    return None


def planned_items(phase: Phase, facts: Facts, *, on: date, holidays: frozenset[date]) -> list[Planned]:
    """The work items of a phase, as a case enters it.

    Items whose fact is already true in this round are not set, unless they repeat: those are due that many months after the
    last time, but not before ``on``.
    """
    return [
        Planned(item, _first_due_day(item, facts, on=on, holidays=holidays))
        for item in phase.items
        if item_applies(item, facts) and (item.repeats or not is_settled(item, facts, since=None))
    ]


def item_applies(item: Item, facts: Facts) -> bool:
    """Whether the item concerns the case as it is now."""
    return applies(item.applies, _asked_of(item, facts))


def items_withdrawn(phase: Phase, facts: Facts) -> list[Item]:
    """The items of a phase whose condition does not hold: what was set for it while it did is withdrawn.

    Facts derived from the case have no say here, since one may be unknown to whoever acts.
    """
    return [
        item for item in phase.items if item.applies and not applies(_stated_conditions(item), _asked_of(item, facts))
    ]


def _stated_conditions(item: Item) -> list[str]:
    return [condition for condition in item.applies if word(fact_of(condition)).source is not Source.DERIVED]


def _asked_of(item: Item, facts: Facts) -> Facts:
    """What counts for an item: with ``once``, whatever the round."""
    return FactsOfRound(facts) if item.once else facts


def _first_due_day(item: Item, facts: Facts, *, on: date, holidays: frozenset[date]) -> date:
    last = facts.get(item.completed_by) if item.once or item.completed_by not in earlier_in(facts) else None
    if item.repeats and isinstance(last, date):
        return due_day(Due(), on=max(on, months_after(last, item.repeats)), holidays=holidays)
    return due_day(item.due, on=on, holidays=holidays)


def is_settled(item: Item, facts: Facts, *, since: date | None) -> bool:
    """Whether the fact that completes an item is true in this round; with ``since``, a day must be later than that.

    A fact of the same day led to the item: today's review meeting does not complete the item for the next one.
    """
    if item.completed_by in earlier_in(facts) and not item.once:
        return False
    value = facts.get(item.completed_by)
    if isinstance(value, date) and since is not None:
        return value > since
    return bool(value)


def due_day(due: Due, *, on: date, holidays: frozenset[date]) -> date:
    """The day by which something is due: calendar days and months, then working days of the canton.

    A deadline in days or months that ends on a day off moves to the next working day (as ATSG Art. 38 para 3 has it).
    """
    day = months_after(on, due.months) + timedelta(days=due.days)
    if due.working_days:
        return working_days_after(day, due.working_days, holidays)
    while not is_working_day(day, holidays):
        day += timedelta(days=1)
    return day


def difference(old: Procedure, new: Procedure) -> Difference:
    """What another version changes, place by place: ``phase``, ``phase/requirement``, ``phase/item``, ``phase → phase``."""
    before, after = _places(old), _places(new)
    return Difference(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(name for name in after if name in before and after[name] != before[name]),
    )


def _places(procedure: Procedure) -> dict[str, object]:
    places: dict[str, object] = {}
    for phase in procedure.phases:
        places[phase.id] = (dict(phase.title), phase.state)
        places |= {f"{phase.id}/{requirement.id}": requirement for requirement in phase.requirements}
        places |= {f"{phase.id}/{item.id}": item for item in phase.items}
        places |= {f"{phase.id} → {move.to}": move for move in phase.moves}
    return places


def stated_facts(phase: Phase) -> Sequence[str]:
    """The facts used in this phase that a worker may state, in the order of the file, each once."""
    asked = [fact for requirement in phase.requirements for fact in (requirement.fact, *requirement.any_of)]
    asked += [fact_of(c) for requirement in phase.requirements for c in (*requirement.applies, *requirement.unless)]
    asked += [item.completed_by for item in phase.items if item.completed_by]
    asked += [fact_of(c) for item in phase.items for c in item.applies]
    return [fact for fact in dict.fromkeys(asked) if word(fact).source is Source.STATED]
