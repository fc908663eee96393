"""The engine of instruments: answers in, a proposal with its reasons and its whole calculation out. Pure.

It proposes; a person decides. A proposal depends only on the answers and the version of the file, so that it can be
recalculated from both.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Texts = Mapping[str, str]
# Numbers are integers: months, percentages, ages. Months are not asked but counted between two days.
Kind = Literal["yes_no", "choice", "scale", "number", "day", "months", "text"]
KINDS: tuple[Kind, ...] = ("yes_no", "choice", "scale", "number", "day", "months", "text")
NOTHING = Decimal(0)
# What the product can fill in from the case (``known`` in a file).
KNOWN_WORDS = ("age", "first_contact_on", "notified_on", "closing_outcome", "closing_moment")
RISK_FACTORS = (
    "health", "addiction", "illiteracy", "finances", "education", "language", "family", "housing", "isolation",
    "mobility", "justice", "long_unemployment",
)  # fmt: skip

_CONDITION = re.compile(r"(?P<no>!?)(?P<name>[a-z][a-z0-9_]{0,39})(?:(?P<compared>>=|<=|=)(?P<wanted>\S+))?")
POINTS = "points"  # the name of the sum in conditions
_WORDS = {
    "de": {"yes": "ja", "no": "nein", "of": "von", "nothing": "nichts zählt dazu", "open": "offen"},
    "fr": {"yes": "oui", "no": "non", "of": "sur", "nothing": "rien n’y contribue", "open": "sans réponse"},
    "it": {"yes": "sì", "no": "no", "of": "su", "nothing": "niente vi contribuisce", "open": "senza risposta"},
    "en": {"yes": "yes", "no": "no", "of": "of", "nothing": "nothing adds to it", "open": "open"},
}
_NO_TEXTS: Texts = {}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice."""

    code: str
    text: Texts


@dataclass(frozen=True, slots=True)
class Item:
    """A question; ``points`` are those of its answers, multiplied by ``weight``.

    The points of a scale are its steps above the lowest one, or below the highest one where it is ``reversed``. A
    number, and the months between two days, have the points of the highest step that they reach. ``known`` names what
    the product fills in from the case, ``establishes`` the fact that the answer establishes.
    """

    id: str
    text: Texts
    points: Mapping[str, Decimal] = field(default_factory=dict)
    kind: Kind = "yes_no"
    short: Texts = field(default_factory=dict)
    hint: Texts = field(default_factory=dict)
    section: str = ""
    dimension: str = ""
    weight: Decimal = Decimal(1)
    options: tuple[Option, ...] = ()
    least: int = 0
    most: int = 0
    ends: tuple[Texts, Texts] = (_NO_TEXTS, _NO_TEXTS)
    reversed: bool = False
    steps: tuple[tuple[int, Decimal], ...] = ()
    between: tuple[str, str] = ("", "")
    known: str = ""
    establishes: str = ""

    @property
    def is_asked(self) -> bool:
        """Whether somebody answers it; months are calculated from two days."""
        return self.kind != "months"

    @property
    def counts(self) -> bool:
        """Whether it is part of the calculation; free text is not."""
        return self.kind != "text"

    @property
    def codes(self) -> tuple[str, ...]:
        """The answers that can be chosen; a number, a day and a text are typed."""
        if self.kind == "yes_no":
            return ("yes", "no")
        if self.kind == "scale":
            return tuple(str(step) for step in range(self.least, self.most + 1))
        return tuple(option.code for option in self.options)

    def points_for(self, answer: str) -> Decimal:
        """The weighted points of a valid answer."""
        return self._bare_points(answer) * self.weight

    def _bare_points(self, answer: str) -> Decimal:
        if self.kind == "scale":
            return Decimal(self.most - int(answer) if self.reversed else int(answer) - self.least)
        if self.kind in ("number", "months"):
            return next((points for start, points in reversed(self.steps) if int(answer) >= start), NOTHING)
        return self.points.get(answer, NOTHING)

    @property
    def all_points(self) -> tuple[Decimal, ...]:
        """All weighted points that an answer can have, 0 for no answer included."""
        if self.kind in ("number", "months"):
            return (NOTHING, *(points * self.weight for _start, points in self.steps))
        return (NOTHING, *(self.points_for(code) for code in self.codes))


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a long form, saved separately; its answers have one data category."""

    id: str
    title: Texts
    about: Texts
    category: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """What several items are counted under."""

    id: str
    title: Texts


@dataclass(frozen=True, slots=True)
class Band:
    """A conclusion that is proposed from ``threshold`` points on, or by a rule.

    ``strategy`` is what usually follows once somebody has decided so, ``establishes`` the fact that the decision establishes.
    """

    code: str
    title: Texts
    explanation: Texts
    threshold: Decimal | None = None
    strategy: Texts = field(default_factory=dict)
    establishes: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A band is proposed where all these conditions hold; the first rule that fits counts."""

    band: str
    when: tuple[str, ...]
    because: Texts


@dataclass(frozen=True, slots=True)
class EstablishedFacts:
    """Facts established by an assessment: the day it is finished, the decided band, and the day of the decision."""

    finished_on: str = ""
    decided: str = ""
    decided_on: str = ""

    def all(self) -> tuple[str, ...]:
        """The facts named here; empty ones are left out."""
        return tuple(fact for fact in (self.finished_on, self.decided, self.decided_on) if fact)


# What a source may say of an instrument, and what the product proposes where it does not.
PARTS = ("questions", "points", "bands", "thresholds", "rules", "range", "again_after_months")


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire in one version; ``bands`` from the highest to the lowest, the lowest from 0 points.

    ``origins`` says of each of its ``PARTS`` where the source has it; an empty place marks a default of the product.
    """

    identifier: str
    version: str
    source: str
    title: Texts
    items: tuple[Item, ...]
    bands: tuple[Band, ...]
    about: Texts = field(default_factory=dict)
    note: Texts = field(default_factory=dict)
    measure: Texts = field(default_factory=dict)
    category: str = "administrative"
    sections: tuple[Section, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    rules: tuple[Rule, ...] = ()
    establishes: EstablishedFacts = EstablishedFacts()
    again_after_months: int = 0
    decided_by: tuple[str, ...] = ()  # the kinds of institution whose staff decide; any that leads without them
    origins: Mapping[str, str] = field(default_factory=dict)

    def band(self, code: str) -> Band:
        """The band with this code, which must exist."""
        return next(band for band in self.bands if band.code == code)

    def item(self, item_id: str) -> Item:
        """The question with this id, which must exist."""
        return next(item for item in self.items if item.id == item_id)

    def section(self, section_id: str) -> Section:
        """The section with this id, which must exist."""
        return next(section for section in self.sections if section.id == section_id)

    def items_of(self, section_id: str) -> tuple[Item, ...]:
        """The questions of a section, in the order of the file."""
        return tuple(item for item in self.items if item.section == section_id)

    @property
    def least(self) -> Decimal:
        """The lowest total of points that any answers give."""
        return sum((min(item.all_points) for item in self.items), NOTHING)

    @property
    def most(self) -> Decimal:
        """The highest total of points that any answers give."""
        return sum((max(item.all_points) for item in self.items), NOTHING)

    @property
    def waits_for_decision(self) -> bool:
        """Whether something follows only once a person has decided."""
        return bool(
            self.establishes.decided or self.establishes.decided_on or any(band.establishes for band in self.bands)
        )

    def established_facts(self) -> set[str]:
        """Every fact that this instrument can establish."""
        facts = (
            {item.establishes for item in self.items}
            | {band.establishes for band in self.bands}
            | set(self.establishes.all())
        )
        return facts - {""}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the calculation: which answer brought how many points."""

    item: str
    answer: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an instrument proposes, with its whole calculation, reproducible from answers and version.

    ``fitting`` lists every band with a rule that applies, the proposed one first; ``rule`` is the index of its rule.
    """

    identifier: str
    version: str
    band: str
    points: Decimal
    steps: tuple[Step, ...]
    unanswered: tuple[str, ...]
    dimensions: Mapping[str, Decimal] = field(default_factory=dict)
    fitting: tuple[str, ...] = ()
    rule: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The proposal as JSON values: whole points are numbers, all others strings."""
        return {name: _in_json(value) for name, value in asdict(self).items()}

    @property
    def reasons(self) -> tuple[Step, ...]:
        """The steps of the calculation that have points."""
        return tuple(step for step in self.steps if step.points)


def _in_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value.normalize())
    if isinstance(value, dict):
        return {key: _in_json(part) for key, part in value.items()}
    return [_in_json(part) for part in value] if isinstance(value, list | tuple) else value


def evaluate(instrument: Instrument, answers: Mapping[str, str]) -> Proposal:
    """Propose a band for these answers (item → answer as typed).

    Missing or invalid answers have no points and are listed as unanswered; unknown items are ignored.
    """
    known = understood(instrument, answers)
    counted = [item for item in instrument.items if item.counts]
    steps = tuple(Step(i.id, known[i.id], i.points_for(known[i.id])) for i in counted if i.id in known)
    points = sum((step.points for step in steps), NOTHING)
    dimensions = _per_dimension(instrument, steps)
    values: dict[str, str | Decimal] = {**known, **dimensions, POINTS: points}
    fitting = [n for n, rule in enumerate(instrument.rules) if all(holds(c, values) for c in rule.when)]
    if fitting:
        # A rule without conditions is the fallback.
        meant = [n for n in fitting if instrument.rules[n].when] or fitting[:1]
        bands = tuple(dict.fromkeys(instrument.rules[n].band for n in meant))
        return Proposal(
            instrument.identifier, instrument.version, bands[0], points, steps,
            _open(counted, known), dimensions, bands, meant[0],
        )  # fmt: skip
    band = next(band for band in instrument.bands if band.threshold is not None and points >= band.threshold)
    return Proposal(
        instrument.identifier, instrument.version, band.code, points, steps, _open(counted, known), dimensions
    )


def understood(instrument: Instrument, answers: Mapping[str, str]) -> dict[str, str]:
    """The valid answers of this version, including months derived from two days; all others are left out."""
    known = {
        item.id: answers[item.id].strip()
        for item in instrument.items
        if item.is_asked and fits(item, answers.get(item.id, "").strip())
    }
    for item in instrument.items:
        since, until = item.between
        if item.kind == "months" and since in known and until in known:
            months = full_months(date.fromisoformat(known[since]), date.fromisoformat(known[until]))
            if months >= 0:
                known[item.id] = str(months)
    return known


def fits(item: Item, answer: str) -> bool:
    """Whether an answer is valid for a question: days in ISO form, numbers within the limits of the item."""
    if item.kind == "text":
        return bool(answer)
    if item.kind == "number":
        return answer.isascii() and answer.isdigit() and len(answer) < 7 and item.least <= int(answer) <= item.most
    if item.kind == "day":
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", answer, re.ASCII) is not None and _is_day(answer)
    return answer in item.codes


def _is_day(answer: str) -> bool:
    try:
        date.fromisoformat(answer)
    except ValueError:
        return False
    return True


def full_months(since: date, until: date) -> int:
    """The number of full months between two days; in a shorter month, its last day completes the month."""
    months = (until.year - since.year) * 12 + until.month - since.month
    last = monthrange(until.year, until.month)[1]
    return months - (until.day < min(since.day, last))


def _open(counted: Iterable[Item], known: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(item.id for item in counted if item.id not in known)


def _per_dimension(instrument: Instrument, steps: Iterable[Step]) -> dict[str, Decimal]:
    sums = {dimension.id: NOTHING for dimension in instrument.dimensions}
    under = {item.id: item.dimension for item in instrument.items if item.dimension}
    for step in steps:
        if step.item in under:
            sums[under[step.item]] += step.points
    return sums


@dataclass(frozen=True, slots=True)
class Condition:
    """``item``, ``!item``, ``item=code``, ``item>=3``, ``dimension<=4``, ``points>=2``."""

    name: str
    is_negated: bool
    compared: str
    wanted: str


def condition(text: str) -> Condition | None:
    """The parsed condition; None if it is malformed."""
    read = _CONDITION.fullmatch(text)
    if read is None:
        return None
    return Condition(read["name"], bool(read["no"]), read["compared"] or "", read["wanted"] or "")


def holds(text: str, values: Mapping[str, str | Decimal]) -> bool:
    """Whether a condition is met; for an unanswered question, neither it nor its negation is."""
    asked = condition(text)
    if asked is None or asked.name not in values:
        return False
    return _compares(asked, values[asked.name]) is not asked.is_negated


def _compares(asked: Condition, value: str | Decimal) -> bool:
    if asked.compared == ">=":
        return Decimal(value) >= Decimal(asked.wanted)
    if asked.compared == "<=":
        return Decimal(value) <= Decimal(asked.wanted)
    return str(value) == (asked.wanted or "yes")


# How a result explains itself.


def text_in(texts: Texts, language: str) -> str:
    """A text of a file in this language, or else in German."""
    return texts.get(language) or texts.get("de", "")


def format_number(value: Decimal, language: str, *, places: int = 0) -> str:
    """A number in the notation of this language, without trailing zeros beyond ``places``."""
    plain = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    if -plain.as_tuple().exponent < places:  # type: ignore[operator]
        plain = plain.quantize(Decimal(10) ** -places)
    text = f"{plain:f}"
    return text if language == "en" else text.replace(".", ",")


def answer_text(item: Item, answer: str, language: str) -> str:
    """An answer as shown to readers of this language."""
    words = _WORDS.get(language, _WORDS["de"])
    if item.kind == "yes_no":
        return words.get(answer, "–")
    if item.kind == "choice":
        return next((text_in(option.text, language) for option in item.options if option.code == answer), "–")
    if item.kind == "scale":
        return f"{answer} {words['of']} {item.most}"
    if item.kind == "day" and _is_day(answer):
        return f"{date.fromisoformat(answer):%d.%m.%Y}"
    return answer


def name_of(item: Item, language: str) -> str:
    """The short name of a question, or else its full text."""
    return text_in(item.short, language) or text_in(item.text, language)


def explain(instrument: Instrument, proposal: Proposal, language: str) -> str:
    """The result of a proposal and its reasons, in one sentence."""
    between = " – " if proposal.rule is not None else f"{_colon(language)} "
    sentence = _headline(instrument, proposal, language) + between + _grounds(instrument, proposal, language)
    if proposal.unanswered:
        words = _WORDS.get(language, _WORDS["de"])
        sentence += f" ({words['open']}{_colon(language)} {len(proposal.unanswered)})"
    return sentence


def _headline(instrument: Instrument, proposal: Proposal, language: str) -> str:
    title = text_in(instrument.band(proposal.band).title, language)
    if not instrument.measure:
        return title
    words = _WORDS.get(language, _WORDS["de"])
    measure, places = text_in(instrument.measure, language), _places(instrument)
    points, most = (
        format_number(proposal.points, language, places=places),
        format_number(instrument.most, language, places=places),
    )
    return f"{measure} {points} {words['of']} {most} ({title})"


def _grounds(instrument: Instrument, proposal: Proposal, language: str) -> str:
    if proposal.rule is not None:
        rule = instrument.rules[proposal.rule]
        named = ", ".join(_decisive(instrument, proposal, rule, language))
        return f"{text_in(rule.because, language)} [{named}]" if named else text_in(rule.because, language)
    places = _places(instrument)
    counted = [
        f"{name_of(instrument.item(step.item), language)} {format_number(step.points, language, places=places)}"
        for step in proposal.reasons
    ]
    return ", ".join(counted) or _WORDS.get(language, _WORDS["de"])["nothing"]


def _decisive(instrument: Instrument, proposal: Proposal, rule: Rule, language: str) -> Iterator[str]:
    """The values that the rule asked for, each once."""
    answers = {step.item: step.answer for step in proposal.steps}
    titles = {dimension.id: dimension.title for dimension in instrument.dimensions}
    names = [asked.name for text in rule.when if (asked := condition(text)) is not None]
    for name in dict.fromkeys(names):
        if name in answers:
            item = instrument.item(name)
            yield f"{name_of(item, language)}{_colon(language)} {answer_text(item, answers[name], language)}"
        elif name in titles:
            yield f"{text_in(titles[name], language)} {format_number(proposal.dimensions[name], language)}"
        elif name == POINTS:
            yield f"{text_in(instrument.measure, language)} {format_number(proposal.points, language)}".strip()


def _places(instrument: Instrument) -> int:
    """Whether points are written with a decimal: where some weight is not whole."""
    return 1 if any(item.weight % 1 or any(p % 1 for p in item.points.values()) for item in instrument.items) else 0


def _colon(language: str) -> str:
    return "\u202f:" if language == "fr" else ":"
