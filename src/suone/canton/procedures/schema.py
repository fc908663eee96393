"""The schema of a procedure's file, and what must hang together in it; the rules themselves know nothing of files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from suone.canton.instruments.loading import shipped_instruments
from suone.canton.procedures import rules
from suone.canton.procedures.conditions import fact_of
from suone.canton.procedures.facts import Fact, Shape, word
from suone.canton.procedures.rules import ADDRESSES, CONTROLLERS, FOLLOWING_STATES, PHASE_STATES, RULES
from suone.ground.access.permissions import Role
from suone.ground.schemafiles.checks import Between, Check, Day, InLanguages, Many, Name, OneOf, Text
from suone.ground.schemafiles.positions import Path
from suone.ground.schemafiles.problems import Fault, not_among, twice
from suone.ground.schemafiles.reading import Entry, Kind
from suone.organisation.institutions.kinds import InstitutionKind

CANTONS = tuple(
    "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH".split()  # noqa: SIM905 - a list reads worse
)
MEETING_KINDS = (
    "round_table",
    "assessment",
    "joint_interview",
    "review",
    "network",
    "intervision",
    "fixed_session",
    "regional",
)
SERVICE_KINDS = ("round_table", "assessment", "coaching", "case_management", "medical_mandate")
PLAN_KINDS = ("integration_plan", "action_plan", "target_agreement")
LEVELS = ("simple", "network", "complex")
# Bounds are defaults of the product: far above what a procedure needs, far below what hurts the clock.
_MONTHS = Between(0, 120)

Title = Annotated[dict[str, str], InLanguages(150)]
About = Annotated[dict[str, str], InLanguages(2000)]
Sentence = Annotated[dict[str, str], InLanguages(600)]
Condition = Annotated[str, Text(80)]
Conditions = Annotated[list[Condition], Many(20)]


class Ages(Check):
    """Two ages, the younger one first."""

    def faults(self, value: list[int]) -> Iterator[Fault]:
        if len(value) != 2 or not 0 <= value[0] <= value[1] <= 150:
            yield Fault("must be the youngest and the oldest age")

    def in_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema | {"minItems": 2, "maxItems": 2}


_Place = Annotated[str, Text(200, least=0)]
_PLACE = "Where the source says it: article, page or number."
_DEFAULT = "No source says it: a default of the product, shown as such."


class Sourced(Entry):
    """What a source states, with the place, or what the product proposes where none does."""

    source: _Place = Field("", description=_PLACE)
    default: bool = Field(False, description=_DEFAULT)

    def faults(self) -> Iterator[Fault]:
        yield from _faults_of_origin(self.source, self.default)
        if not self.default and not self.source and self._needs_origin():
            yield Fault("give its source (article, page or number), or default = true where no source says it")

    def _needs_origin(self) -> bool:
        return True


class Due(Entry):
    working_days: Annotated[int, Between(0, 500)] = 0
    days: Annotated[int, Between(0, 3660)] = 0
    months: Annotated[int, _MONTHS] = 0
    source: _Place = Field("", description=_PLACE)
    default: bool = Field(False, description=_DEFAULT)

    def faults(self) -> Iterator[Fault]:
        yield from _faults_of_origin(self.source, self.default)
        if not (self.working_days or self.days or self.months):
            yield Fault("due needs working_days, days or months")


def _faults_of_origin(source: str, default: bool) -> Iterator[Fault]:
    if source and default:
        yield Fault("default and source exclude each other: either a source says it, or the product proposes it")


class Requirement(Sourced):
    id: Name
    rule: Annotated[str, OneOf(RULES)] = Field(description="How the fact is judged.")
    fact: Annotated[str, OneOf(Fact.values)] = Field(description="Which fact of the case is asked.")
    missing: Sentence = Field(description="What is missing while it does not hold, and what to do about it.")
    severity: Annotated[str, OneOf(("must", "should"))] = "must"
    number: Annotated[int, Between(0, 10_000)] = Field(0, description="What the rule compares with.")
    codes: Annotated[list[Annotated[str, Text(40)]], Many(20)] = []
    applies: Conditions = Field([], description="It is asked only of cases for which all of these hold.")
    unless: Conditions = Field([], description="It is settled as soon as one of these holds.")
    law: Annotated[str, Text(200, least=0)] = Field("", description="The article of law.")
    chooses: bool = Field(False, description="It only sorts between ways out of the phase.")
    once: bool = Field(False, description="It holds for good once it was met, in a later round of the case too.")
    any_of: Annotated[list[Annotated[str, OneOf(Fact.values)]], Many(10)] = Field(
        [], description="Further facts of the same kind, of which one suffices."
    )
    judged_on: Annotated[str, OneOf(Fact.values)] = Field(
        "", description="The fact with the day on which it is judged; today without it."
    )

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        rule, known = RULES[self.rule], word(self.fact)
        yield from _faults_of(self.applies, "applies")
        yield from _faults_of(self.unless, "unless")
        if known.shape not in rule.shapes:
            shapes = ", ".join(shape.value for shape in rule.shapes)
            sentence = f"rule {self.rule} asks a fact of the kind {shapes}; {self.fact} is {known.shape.value}"
            yield Fault(sentence, ("rule",))
            return
        for number, other in enumerate(self.any_of):
            if (word(other).shape, word(other).codes) != (known.shape, known.codes):
                yield Fault(f"any_of: {other} is of another kind than {self.fact}", ("any_of", number))
        if self.judged_on and word(self.judged_on).shape is not Shape.DAY:
            yield Fault(f"judged_on: {self.judged_on} is no day", ("judged_on",))
        if rule.argument and not getattr(self, rule.argument):
            yield Fault(f"rule {self.rule} needs {rule.argument}")
        for argument in ("number", "codes"):
            if argument in self.model_fields_set and argument != rule.argument:
                yield Fault(f"rule {self.rule} takes no {argument}", (argument,))
        if rule.argument == "codes":
            yield from not_among(self.codes, known.codes, "codes")

    def _needs_origin(self) -> bool:
        return not self.law


class Item(Sourced):
    id: Name
    title: Title = Field(description="What is to be done.")
    addressed: Annotated[str, OneOf(ADDRESSES)] = Field(description="Who does it.")
    due: Due = Field(description="When it is due, counted from the day it is set.")
    controlling: Annotated[str, OneOf(CONTROLLERS)] = Field("lead", description="Who follows it up.")
    role: Annotated[str, OneOf(Role.values)] = ""
    completed_by: Annotated[str, OneOf(Fact.values)] = Field("", description="The fact that ticks it off.")
    repeats_after_months: Annotated[int, _MONTHS] = Field(0, description="It is set again after so many months.")
    once: bool = Field(False, description="It is done for good: a new round does not set it again once its fact holds.")
    applies: Conditions = []

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from _faults_of(self.applies, "applies")
        if self.once and not self.completed_by:
            yield Fault("once needs completed_by: nothing else is known to be done for good", ("once",))
        if self.source and not (self.due.source or self.due.default):
            yield Fault(
                "the source of the item says nothing of its deadline: due needs a source or default = true", ("due",)
            )


class Move(Sourced):
    to: Annotated[str, Text(40)] = Field(description="The phase it leads to.")
    title: Title
    needs: Annotated[list[str], Many(60)] | None = Field(None, description="The requirements it needs; all by default.")
    roles: Annotated[list[Annotated[str, OneOf(Role.values)]], Many(20)] = []
    automatic: bool = Field(False, description="It is made by itself as soon as everything holds.")

    def _needs_origin(self) -> bool:
        return (
            bool(self.roles) or self.automatic
        )  # a way between two phases follows from them, who may take it does not


class Convening(Sourced):
    meeting: Annotated[str, OneOf(MEETING_KINDS)] = Field(description="The kind of meeting.")
    roles: Annotated[list[Annotated[str, OneOf(Role.values)]], Many(20)] = Field([], description="Who convenes it.")
    institutions: Annotated[list[Annotated[str, OneOf(InstitutionKind.values)]], Many(20)] = Field(
        [], description="At which kinds of institution; left out, at any."
    )

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if not self.roles and not self.institutions:
            yield Fault("say who convenes it: roles, or kinds of institutions")


class Receiver(Sourced):
    institution: Annotated[str, OneOf(InstitutionKind.values)] = Field(
        description="The kind of institution that receives and triages the notifications."
    )


class Phase(Sourced):
    id: Name
    state: Annotated[str, OneOf(PHASE_STATES)] = Field(description="What it counts as in reports.")
    title: Title
    about: About
    requirement: Annotated[list[Requirement], Many(60)] = []
    item: Annotated[list[Item], Many(60)] = []
    move: Annotated[list[Move], Many(30)] = []
    instruments: Annotated[list[Annotated[str, OneOf(shipped_instruments)]], Many(30)] = []
    meetings: Annotated[list[Annotated[str, OneOf(MEETING_KINDS)]], Many(20)] = []
    services: Annotated[list[Annotated[str, OneOf(SERVICE_KINDS)]], Many(20)] = []
    plans: Annotated[list[Annotated[str, OneOf(PLAN_KINDS)]], Many(20)] = []

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        known = [requirement.id for requirement in self.requirement]
        yield from twice(known, "requirement")
        yield from twice([item.id for item in self.item], "item")
        for number, move in enumerate(self.move):
            at = ("move", number)
            yield from not_among(move.needs or [], known, "needs", at)
            if move.automatic and not (known if move.needs is None else move.needs):
                yield Fault("a move that is made by itself needs a requirement: it would be made at once", at)


class Procedure(Entry):
    """How a canton works with a kind of case; the guide is docs/procedures.md."""

    identifier: Name = Field(description="The name of the procedure for good.")
    version: Annotated[str, Text(20)] = Field(description='A text such as "2026.1"; a changed file gets a new one.')
    canton: Annotated[str, OneOf(CANTONS)] = Field(description="Its working days count for the deadlines.")
    source: Annotated[str, Text(300)] = Field(description="The agreement, directive or paper that it follows.")
    retention: Annotated[str, Text(60)] = Field(description="The retention class of its cases.")
    valid_from: Day
    valid_until: Day | None = None
    levels: Annotated[list[Annotated[str, OneOf(LEVELS)]], Many(3)] = []
    ages: Annotated[list[int], Ages()] | None = Field(None, description="The youngest and the oldest age.")
    regions: Annotated[list[Annotated[str, Text(30)]], Many(50)] = Field(
        [], description="Codes of the regions in which it holds; everywhere without any."
    )
    title: Title
    about: About
    receiver: Receiver | None = Field(None, description="Who receives the notifications; the IIZ office without it.")
    convening: Annotated[list[Convening], Many(20)] = Field([], description="Who convenes which kind of meeting.")
    phase: Annotated[list[Phase], Many(60, least=1)]

    def faults(self) -> Iterator[Fault]:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            yield Fault("valid_until lies before valid_from", ("valid_until",))
        yield from twice([one.meeting for one in self.convening], "convening")
        found = [*twice([phase.id for phase in self.phase], "phase"), *_faults_of_graph(as_rules(self))]
        yield from found
        if not found:  # or a misspelt phase would be named twice
            yield from _faults_of_ways(self.phase)


PROCEDURES = Kind(Procedure, "the procedure")


def as_rules(read: Procedure) -> rules.Procedure:
    """The procedure as the engine knows it."""
    return rules.Procedure(
        identifier=read.identifier,
        version=read.version,
        canton=read.canton,
        title=read.title,
        about=read.about,
        source=read.source,
        levels=tuple(read.levels),
        retention=read.retention,
        valid_from=read.valid_from,
        valid_until=read.valid_until,
        phases=tuple(_phase(phase) for phase in read.phase),
        ages=(read.ages[0], read.ages[1]) if read.ages and len(read.ages) == 2 else None,
        convening=tuple(
            rules.Convening(one.meeting, tuple(one.roles), tuple(one.institutions), _origin(one))
            for one in read.convening
        ),
        regions=tuple(read.regions),
        receiver=rules.Receiver(read.receiver.institution, _origin(read.receiver)) if read.receiver else None,
    )


def _phase(read: Phase) -> rules.Phase:
    return rules.Phase(
        id=read.id,
        title=read.title,
        state=read.state,
        about=read.about,
        requirements=tuple(_requirement(requirement) for requirement in read.requirement),
        items=tuple(_item(item) for item in read.item),
        moves=tuple(_move(move, read.requirement) for move in read.move),
        instruments=tuple(read.instruments),
        meetings=tuple(read.meetings),
        services=tuple(read.services),
        plans=tuple(read.plans),
        origin=_origin(read),
    )


def _requirement(read: Requirement) -> rules.Requirement:
    return rules.Requirement(
        id=read.id,
        rule=read.rule,
        fact=read.fact,
        missing=read.missing,
        severity="should" if read.severity == "should" else "must",
        number=read.number,
        codes=tuple(read.codes),
        applies=tuple(read.applies),
        unless=tuple(read.unless),
        law=read.law,
        chooses=read.chooses,
        once=read.once,
        any_of=tuple(read.any_of),
        judged_on=read.judged_on,
        origin=_origin(read),
    )


def _item(read: Item) -> rules.Item:
    return rules.Item(
        id=read.id,
        title=read.title,
        addressed=read.addressed,
        due=rules.Due(
            read.due.working_days,
            read.due.days,
            read.due.months,
            _origin(read.due) if read.due.source or read.due.default else _origin(read),
        ),
        controlling=read.controlling,
        role=read.role,
        completed_by=read.completed_by,
        repeats=read.repeats_after_months,
        once=read.once,
        applies=tuple(read.applies),
        origin=_origin(read),
    )


def _move(read: Move, known: Sequence[Requirement]) -> rules.Move:
    needs = [requirement.id for requirement in known] if read.needs is None else read.needs
    return rules.Move(read.to, read.title, tuple(needs), tuple(read.roles), read.automatic, _origin(read))


def _origin(read: Sourced | Due) -> rules.Origin:
    return rules.Origin(read.source, read.default)


def _faults_of(conditions: Sequence[str], key: str) -> Iterator[Fault]:
    for number, condition in enumerate(conditions):
        fact, wanted = fact_of(condition), condition.partition("=")[2]
        if fact not in Fact.values:
            yield from not_among([fact], Fact.values, key)
        elif wanted and word(fact).shape is not Shape.CHOICE:
            yield Fault(f"{key}: {fact} has no codes; write {fact} or !{fact}", (key, number))
        elif "=" in condition:
            yield from not_among([wanted], word(fact).codes, f"{key}, {fact}")


def _faults_of_graph(procedure: rules.Procedure) -> Iterator[Fault]:
    if procedure.start.state != "notified":
        yield Fault("the first phase must be notified", ("phase", 0))
    if not any(phase.state == "closed" for phase in procedure.phases):
        yield Fault("no phase is closed: a case could never end")
    states = {phase.id: phase.state for phase in procedure.phases}
    for number, phase in enumerate(procedure.phases):
        yield from _faults_of_moves(phase, states, ("phase", number))
        yield from _faults_of_needs(phase, ("phase", number))


def _faults_of_moves(phase: rules.Phase, states: Mapping[str, str], at: Path) -> Iterator[Fault]:
    if phase.is_end and phase.moves:
        yield Fault(f"a phase that is {phase.state} has no moves: reopening is an act of the case", at)
    if not phase.is_end and not phase.moves:
        yield Fault("no move leads out of it: a dead end", at)
    for position, move in enumerate(phase.moves):
        there = (*at, "move", position)
        for fault in not_among([move.to], states, "to"):
            yield Fault(fault.sentence, (*there, "to"))
        then = states.get(move.to, phase.state)
        if not phase.is_end and then not in (phase.state, *FOLLOWING_STATES[phase.state]):
            possible = ", ".join(FOLLOWING_STATES[phase.state])
            yield Fault(f"a case that is {phase.state} cannot become {then}; possible are {possible}", (*there, "to"))


def _faults_of_needs(phase: rules.Phase, at: Path) -> Iterator[Fault]:
    """What must hold is needed by a move; what sorts between moves is not needed by all of them."""
    for position, requirement in enumerate(phase.requirements):
        needing = [move for move in phase.moves if requirement.id in move.needs]
        there = (*at, "requirement", position)
        if requirement.severity == "must" and not needing:
            yield Fault('no move needs it: name it in needs, or write severity = "should"', there)
        if requirement.chooses and len(needing) == len(phase.moves):
            yield Fault("it chooses between the moves, yet all of them need it", (*there, "chooses"))


def _faults_of_ways(phases: Sequence[Phase]) -> Iterator[Fault]:
    ways = {phase.id: [move.to for move in phase.move] for phase in phases}
    ends = {phase.id for phase in phases if phase.state in rules.ENDS}
    reachable = _closure([phases[0].id], ways)
    for number, phase in enumerate(phases):
        if phase.id not in reachable:
            yield Fault("no way leads to it from the first phase", ("phase", number))
        elif not _closure([phase.id], ways) & ends:
            yield Fault("no way leads from it to an end", ("phase", number))


def _closure(starts: Iterable[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += ways.get(place, [])
    return found
