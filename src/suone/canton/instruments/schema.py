"""The schema of an instrument's file, and what must hang together in it; the engine itself knows nothing of files."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, cast

from pydantic import Field

from suone.canton.instruments import rules
from suone.canton.instruments.rules import KINDS, KNOWN_WORDS, PARTS, POINTS, RISK_FACTORS, condition
from suone.ground.access.categories import DataCategory
from suone.ground.schemafiles.checks import Between, InLanguages, Many, Name, Number, OneOf, Pattern, Text
from suone.ground.schemafiles.positions import Path
from suone.ground.schemafiles.problems import Fault, cut, not_among, twice, unknown
from suone.ground.schemafiles.reading import Entry, Kind
from suone.organisation.institutions.kinds import InstitutionKind

CATEGORIES = tuple(category.name.lower() for category in DataCategory)
_KNOWN = (*KNOWN_WORDS, *(f"risk_factor/{code}" for code in RISK_FACTORS))
# For which kinds of question a key means something.
_ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "points": ("yes_no",),
    "options": ("choice",),
    "least": ("scale", "number"),
    "most": ("scale", "number"),
    "lowest": ("scale",),
    "highest": ("scale",),
    "reversed": ("scale",),
    "steps": ("number", "months"),
    "between": ("months",),
    "weight": ("yes_no", "choice", "scale", "number", "months"),
    "dimension": ("yes_no", "choice", "scale", "number", "months"),
}
_ASKED_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")
_COMBINATIONS = 500_000  # sums of points that are tried before the question is left open

# Bounds are defaults of the product: far above what a questionnaire needs.
Points = Annotated[Number, Between(0, 1000, decimals=4)]
Whole = Annotated[int, Between(0, 1_000_000)]
Id = Annotated[str, Pattern("[a-z][a-z0-9_]{0,39}", "may have small letters, digits and _ only, at most 40")]
Code = Annotated[str, Pattern(r"\S{1,40}", "must be one word of 40 characters at most")]
Category = Annotated[str, OneOf(CATEGORIES)]
FactWord = Annotated[str, Text(40)]
Title = Annotated[dict[str, str], InLanguages(300)]
Words = Annotated[dict[str, str], InLanguages(2000, optional=True)]


class Establishes(Entry):
    finished_on: FactWord = ""
    decided: FactWord = ""
    decided_on: FactWord = ""


class Span(Entry):
    least: Number
    most: Number


class Section(Entry):
    id: Id
    title: Title
    about: Words = {}
    category: Category = ""


class Dimension(Entry):
    id: Id
    title: Title


class Option(Entry):
    code: Code
    text: Title
    points: Points = Decimal(0)


class Step(Entry):
    start: Whole = Field(alias="from", description="The number from which it counts.")
    points: Points


class Item(Entry):
    id: Id
    text: Title = Field(description="The question.")
    kind: Annotated[str, OneOf(KINDS)] = "yes_no"
    points: Annotated[dict[Annotated[str, OneOf(("yes", "no"))], Points], Many(2)] = {}
    short: Words = {}
    hint: Words = {}
    section: Annotated[str, Text(40)] = ""
    dimension: Annotated[str, Text(40)] = ""
    weight: Points = Field(Decimal(1), description="Multiplies the points.")
    options: Annotated[list[Option], Many(60)] = []
    least: Whole = 0
    most: Whole = 0
    lowest: Words = {}
    highest: Words = {}
    reversed: bool = False
    steps: Annotated[list[Step], Many(60)] = []
    between: Annotated[list[str], Many(2)] = Field([], description="The two days between which months are counted.")
    known: Annotated[str, OneOf(_KNOWN)] = Field("", description="What the case knows already.")
    establishes: FactWord = Field("", description="The fact that the answer makes true.")

    def faults(self) -> Iterator[Fault]:
        for key in self.model_fields_set & set(_ONLY_FOR):
            if self.kind not in _ONLY_FOR[key]:
                yield Fault(f"{key} is for the kinds {', '.join(_ONLY_FOR[key])} alone; this is {self.kind}", (key,))
        if self.kind == "choice":
            yield from self._faults_of_options()
        if self.kind in ("scale", "number"):
            yield from self._faults_of_limits()
        if self.kind == "months" and len(set(self.between)) != 2:
            yield Fault("between names two items of the kind day, for the kind months alone", ("between",))
        starts = [step.start for step in self.steps]
        if starts != sorted(set(starts)):
            yield Fault("the steps must rise, each from a number of its own", ("steps",))

    def _faults_of_options(self) -> Iterator[Fault]:
        codes = [option.code for option in self.options]
        if len(codes) < 2:
            yield Fault("a choice needs two options at least, each with code and text", ("options",))
        if len(set(codes)) != len(codes):
            yield Fault("every option needs a code of its own", ("options",))

    def _faults_of_limits(self) -> Iterator[Fault]:
        if not self.least < self.most:
            yield Fault(f"a {self.kind} needs whole numbers least and most, least below most", ("most",))
        elif self.kind == "scale" and self.most - self.least > 10:
            yield Fault("a scale has eleven steps at most", ("most",))
        elif self.kind == "number" and any(step.start > self.most for step in self.steps):
            yield Fault(f"a step that begins above {self.most} is never reached", ("steps",))


class Band(Entry):
    title: Title
    explanation: Annotated[dict[str, str], InLanguages(2000)]
    strategy: Words = {}
    establishes: FactWord = ""


class Rule(Entry):
    band: Annotated[str, Text(40)]
    when: Annotated[list[Annotated[str, Text(120)]], Many(20)] = []
    because: Annotated[dict[str, str], InLanguages(600)]


class Instrument(Entry):
    """A questionnaire with what its answers count; the guide is docs/instruments.md."""

    identifier: Name
    version: Annotated[str, Text(20)] = Field(description="A changed file gets a new one.")
    source: Annotated[str, Text(300, least=0)] = Field(
        "", description="The paper that says what sources names; left out where every part is a default."
    )
    title: Title
    about: Words = {}
    note: Words = Field({}, description="Labels a default as such.")
    measure: Words = Field({}, description="What the points are called.")
    category: Category = "administrative"
    order: Annotated[list[str], Many(30)] | None = Field(None, description="The bands, the highest first.")
    thresholds: Annotated[dict[str, Annotated[Number, Between(0, 1_000_000, decimals=4)]], Many(30)] | None = None
    range: Span | None = Field(None, description="What the points must span.")
    again_after_months: Annotated[int, Between(0, 120)] = 0
    decided_by: Annotated[list[Annotated[str, OneOf(InstitutionKind.values)]], Many(10)] = Field(
        [],
        description="The kinds of institution whose staff decide on its proposal; any that leads the case without them.",
    )
    sources: Annotated[dict[Annotated[str, OneOf(PARTS)], Annotated[str, Text(200)]], Many(len(PARTS))] = Field(
        {}, description="Where the source says each part: article, page or number."
    )
    defaults: Annotated[list[Annotated[str, OneOf(PARTS)]], Many(len(PARTS))] = Field(
        [], description="The parts that no source says: defaults of the product, shown as such."
    )
    establishes: Establishes = Establishes()
    section: Annotated[list[Section], Many(30)] = []
    dimension: Annotated[list[Dimension], Many(30)] = []
    bands: Annotated[dict[Code, Band], Many(30, least=1)]
    item: Annotated[list[Item], Many(300, least=1)]
    rule: Annotated[list[Rule], Many(100)] = []

    @property
    def by_points(self) -> bool:
        return self.thresholds is not None or not self.rule

    def faults(self) -> Iterator[Fault]:
        yield from _faults_of_origins(self)
        found = [*_faults_of_names(self), *_faults_of_order(self)]
        yield from found
        if found:  # what follows asks for names that are known
            return
        read = as_rules(self)
        for number, item in enumerate(read.items):
            if any(points * 100 % 1 for points in item.all_points):
                yield Fault("points times weight have two decimals at most", ("item", number))
        yield from _faults_of_rules(self, read)
        if self.by_points:
            yield from _faults_of_thresholds(read)
        yield from _faults_of_span(self, read)


INSTRUMENTS = Kind(Instrument, "the instrument")


def as_rules(read: Instrument) -> rules.Instrument:
    """The instrument as the engine knows it."""
    sections = tuple(
        rules.Section(one.id, one.title, one.about, one.category or read.category) for one in read.section
    ) or (rules.Section("all", read.title, {}, read.category),)
    thresholds = read.thresholds or {}
    return rules.Instrument(
        identifier=read.identifier,
        version=read.version,
        source=read.source,
        title=read.title,
        about=read.about,
        note=read.note,
        measure=read.measure,
        category=read.category,
        sections=sections,
        dimensions=tuple(rules.Dimension(dimension.id, dimension.title) for dimension in read.dimension),
        items=tuple(_item(item, "" if read.section else sections[0].id) for item in read.item),
        bands=tuple(
            rules.Band(
                code=code,
                title=read.bands[code].title,
                explanation=read.bands[code].explanation,
                threshold=thresholds.get(code, Decimal(0)) if read.by_points else None,
                strategy=read.bands[code].strategy,
                establishes=read.bands[code].establishes,
            )
            for code in _order(read)
        ),
        rules=tuple(rules.Rule(rule.band, tuple(rule.when), rule.because) for rule in read.rule),
        establishes=rules.EstablishedFacts(
            read.establishes.finished_on, read.establishes.decided, read.establishes.decided_on
        ),
        again_after_months=read.again_after_months,
        decided_by=tuple(read.decided_by),
        origins=dict.fromkeys(read.defaults, "") | read.sources,
    )


def _order(read: Instrument) -> list[str]:
    return list(read.bands) if read.order is None else [code for code in read.order if code in read.bands]


def _item(read: Item, only_section: str) -> rules.Item:
    points: dict[str, Decimal] = dict(read.points)
    if read.kind == "choice":
        points = {option.code: option.points for option in read.options if "points" in option.model_fields_set}
    return rules.Item(
        id=read.id,
        text=read.text,
        points=points,
        kind=cast(rules.Kind, read.kind),
        short=read.short,
        hint=read.hint,
        section=read.section or only_section,
        dimension=read.dimension,
        weight=read.weight,
        options=tuple(rules.Option(option.code, option.text) for option in read.options),
        least=read.least,
        most=read.most,
        ends=(read.lowest, read.highest),
        reversed=read.reversed,
        steps=tuple((step.start, step.points) for step in read.steps),
        between=(read.between[0], read.between[1]) if len(read.between) == 2 else ("", ""),
        known=read.known,
        establishes=read.establishes,
    )


def _faults_of_names(read: Instrument) -> Iterator[Fault]:
    items = [item.id for item in read.item]
    dimensions = [dimension.id for dimension in read.dimension]
    sections = [section.id for section in read.section]
    yield from twice(items, "item")
    yield from twice(sections, "section")
    own_names = f"items, dimensions and the word {POINTS} need names of their own:"
    yield from twice([*dict.fromkeys(items), *dimensions, POINTS], own_names)
    days = [item.id for item in read.item if item.kind == "day"]
    for number, item in enumerate(read.item):
        at: Path = ("item", number)
        if sections or item.section:
            yield from not_among([item.section], sections or ["all"], "section", at)
        if item.dimension:
            yield from not_among([item.dimension], dimensions, "dimension", at)
        for day in item.between:
            yield from not_among([day], days, "between", at)
    for what, names in (("section", sections), ("dimension", dimensions)):
        for number, name in enumerate(names):
            if name not in {getattr(item, what) for item in read.item}:
                yield Fault("no item belongs to it: leave it out, or name it in an item", (what, number))


def _faults_of_origins(read: Instrument) -> Iterator[Fault]:
    """Each part that the file has comes from a source, or is marked as a default of the product."""
    if read.sources and not read.source:
        yield Fault("sources names places, but source names no paper", ("sources",))
    for part in _parts(read):
        if part in read.sources and part in read.defaults:
            yield Fault(f"{part} is in sources and in defaults: either a source says it, or the product proposes it")
        elif part not in read.sources and part not in read.defaults:
            yield Fault(f"name {part} in sources with its place, or in defaults where no source says it")


def _parts(read: Instrument) -> Iterator[str]:
    yield "questions"
    yield "bands"
    if read.by_points or any(item.points for item in read.item):
        yield "points"
    for part, has in (
        ("thresholds", read.thresholds),
        ("rules", read.rule),
        ("range", read.range),
        ("again_after_months", read.again_after_months),
    ):
        if has:
            yield part


def _faults_of_order(read: Instrument) -> Iterator[Fault]:
    """Every band has its place, once."""
    for code in (*(read.order or ()), *(read.thresholds or ())):
        key = "order" if code in (read.order or ()) else "thresholds"
        if code not in read.bands:
            yield Fault(f"{key} names {cut(code)}, which is no band; bands are {', '.join(read.bands)}", (key,))
    for code in () if read.order is None else read.bands:
        if code not in (read.order or ()):
            yield Fault(f"order leaves out the band {code}: it would never be proposed", ("order",))
    yield from twice(read.order or [], "in order, band", ("order",))


def _faults_of_thresholds(read: rules.Instrument) -> Iterator[Fault]:
    thresholds = [band.threshold for band in read.bands if band.threshold is not None]
    if thresholds != sorted(set(thresholds), reverse=True) or thresholds[-1] != 0:
        yield Fault("thresholds must fall from the first band to the last, which starts at 0", ("thresholds",))
        return
    by_rule = {rule.band for rule in read.rules}
    sums = _sums(read.items)
    upper: Decimal | None = None
    for band, threshold in zip(read.bands, thresholds, strict=True):
        if sums is None:
            reached = threshold <= read.most and (upper is None or read.least < upper)
        else:
            reached = any(threshold <= points and (upper is None or points < upper) for points in sums)
        if not reached and band.code not in by_rule:
            below = f" and below {upper}" if upper is not None else ""
            sentence = f"no answers have {threshold} points or more{below}, so the band {band.code} is never proposed"
            yield Fault(f"{sentence}; the points span {read.least} to {read.most}", ("thresholds", band.code))
        upper = threshold


def _sums(items: Iterable[rules.Item]) -> set[Decimal] | None:
    """Every sum of points that some answers have; nothing where there are too many to try."""
    sums, tried = {Decimal(0)}, 0
    for item in items:
        possible = set(item.all_points)
        tried += len(sums) * len(possible)
        if tried > _COMBINATIONS:
            return None
        sums = {one + points for one in sums for points in possible}
    return sums


def _faults_of_rules(read: Instrument, known: rules.Instrument) -> Iterator[Fault]:
    if not read.rule:
        return
    for number, rule in enumerate(read.rule):
        at: Path = ("rule", number)
        yield from not_among([rule.band], read.bands, "band", at)
        for position, text in enumerate(rule.when):
            yield from _faults_of_condition(text, known, (*at, "when", position))
        if not rule.when and number < len(read.rule) - 1:
            yield Fault("only the last rule may go without when: it is for whoever no other fits", at)
    if not read.by_points:
        if read.rule[-1].when:
            sentence = "the last rule is for whoever no other fits: it has no when"
            yield Fault(sentence, ("rule", len(read.rule) - 1, "when"))
        for code in read.bands:
            if code not in {rule.band for rule in read.rule}:
                yield Fault(f"no rule leads to the band {code}: it would never be proposed", ("bands", code))


def _faults_of_condition(text: str, read: rules.Instrument, at: Path) -> Iterator[Fault]:
    asked = condition(text)
    if asked is None:
        yield Fault(f"{cut(text)} is no condition; write item, !item, item=code, item>=3 or item<=3", at)
        return
    items = {item.id: item for item in read.items if item.counts}
    numbers = sorted({dimension.id for dimension in read.dimensions} | {POINTS})
    if asked.name not in (*items, *numbers):
        yield Fault(f"when {unknown(asked.name, (*items, *numbers)).sentence}", at)
        return
    item = items.get(asked.name)
    kind = item.kind if item else "number"
    if asked.compared in (">=", "<="):
        if kind not in ("scale", "number", "months") or not _ASKED_NUMBER.fullmatch(asked.wanted):
            yield Fault(f"{cut(text)} compares what is no number", at)
        elif item and kind in ("scale", "number") and not item.least <= Decimal(asked.wanted) <= item.most:
            yield Fault(f"{cut(text)} asks beyond the answers, which go from {item.least} to {item.most}", at)
    elif item and kind in ("yes_no", "choice", "scale"):
        if (asked.wanted or "yes") not in item.codes:
            yield Fault(f"when, {asked.name} {unknown(asked.wanted or 'yes', item.codes).sentence}", at)
    else:
        yield Fault(f"{cut(text)} must compare: write {asked.name}>=3 or {asked.name}<=3", at)


def _faults_of_span(read: Instrument, known: rules.Instrument) -> Iterator[Fault]:
    """A file that says what its points span is held to it."""
    if read.range and (read.range.least, read.range.most) != (known.least, known.most):
        said = f"range says {cut(read.range.least)} to {cut(read.range.most)}"
        sentence = f"the points span {known.least} to {known.most}, but {said}: change weights and points, or the range"
        yield Fault(sentence, ("range",))
