"""Procedures are files (``files/*.toml``): read, checked whole, with errors that name file, line and remedy."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from suone.canton.instruments.loading import shipped_instruments
from suone.canton.procedures.facts import Fact, Shape, word
from suone.canton.procedures.rules import (
    ADDRESSES,
    FOLLOWING_STATES,
    PHASE_STATES,
    RULES,
    Due,
    Item,
    Move,
    Phase,
    Procedure,
    Requirement,
    fact_of,
)
from suone.ground.access.permissions import Role

FOLDER = Path(__file__).parent / "files"
NEEDED_LANGUAGES = ("de", "fr", "en")
_LANGUAGES = frozenset({"de", "fr", "en", "it"})
_CANTONS = frozenset(
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


@dataclass(frozen=True, slots=True)
class _Kind:
    """What may stand behind a key: how it is recognised, and how it is described to whoever writes the file."""

    fits: Callable[[Any], bool]
    name: str


def _all(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(isinstance(entry, kind) for entry in value)


_TEXT = _Kind(lambda value: isinstance(value, str), 'a text in "quotation marks"')
_TEXTS = _Kind(
    lambda value: isinstance(value, dict) and all(isinstance(text, str) for text in value.values()),
    'one text for each language, such as title.de = "…"',
)
_WORDS = _Kind(_all(str), 'a list of words, such as ["one", "two"]')
_NUMBER = _Kind(lambda value: type(value) is int and value >= 0, "a whole number")
_AGES = _Kind(
    lambda value: _all(int)(value) and len(value) == 2 and value[0] <= value[1], "the youngest and the oldest age"
)
_DAY = _Kind(lambda value: type(value) is date, "a day such as 2026-01-01")
_YES_OR_NO = _Kind(lambda value: isinstance(value, bool), "true or false")
_TABLE = _Kind(lambda value: isinstance(value, dict), "a table such as { working_days = 5 }")
_TABLES = _Kind(_all(dict), "entries that each begin with their heading in [[double brackets]]")

_TOP = {
    "identifier": _TEXT, "version": _TEXT, "canton": _TEXT, "levels": _WORDS, "source": _TEXT, "retention": _TEXT,
    "valid_from": _DAY, "valid_until": _DAY, "ages": _AGES, "capacity": _NUMBER,
    "title": _TEXTS, "about": _TEXTS, "phase": _TABLES,
}  # fmt: skip
_PHASE = {
    "id": _TEXT, "state": _TEXT, "title": _TEXTS, "about": _TEXTS, "requirement": _TABLES, "item": _TABLES,
    "move": _TABLES, "instruments": _WORDS, "meetings": _WORDS, "services": _WORDS, "plans": _WORDS,
}  # fmt: skip
_REQUIREMENT = {
    "id": _TEXT, "rule": _TEXT, "fact": _TEXT, "missing": _TEXTS, "severity": _TEXT, "number": _NUMBER,
    "codes": _WORDS, "applies": _WORDS, "unless": _WORDS, "law": _TEXT, "chooses": _YES_OR_NO,
}  # fmt: skip
_ITEM = {
    "id": _TEXT, "title": _TEXTS, "addressed": _TEXT, "controlling": _TEXT, "role": _TEXT, "due": _TABLE,
    "completed_by": _TEXT, "repeats_after_months": _NUMBER, "applies": _WORDS,
}  # fmt: skip
_MOVE = {"to": _TEXT, "title": _TEXTS, "needs": _WORDS, "roles": _WORDS, "automatic": _YES_OR_NO}
_DUE = {"working_days": _NUMBER, "days": _NUMBER, "months": _NUMBER}
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class BrokenProcedure(Exception):
    """The file cannot be used; ``problems`` are sentences, each with file, line and what is allowed."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@cache
def shipped() -> dict[str, Procedure]:
    """The procedures that come with the product, by identifier."""
    procedures = [read_procedure(path.read_text("utf-8"), path.name) for path in sorted(FOLDER.glob("*.toml"))]
    return {procedure.identifier: procedure for procedure in procedures}


def read_procedure(text: str, source: str) -> Procedure:
    """A procedure from the text of its file, its whole graph checked; raises ``BrokenProcedure``."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrokenProcedure([f"{source}: {error}"]) from error
    reader = _Reader(source, text)
    procedure = reader.read(content)
    if reader.problems or procedure is None:
        raise BrokenProcedure(reader.problems)
    return procedure


@dataclass
class _Place:
    """An entry of the file: which table, by its number among its like, and what it is called."""

    header: str
    numbers: tuple[int, ...]
    name: str


@dataclass
class _Reader:
    """Reads one file and collects every problem, so that whoever mends it sees them all at once."""

    source: str
    text: str
    problems: list[str] = field(default_factory=list)

    def read(self, content: Mapping[str, Any]) -> Procedure | None:
        top = _Place("", (), "the procedure")
        needed = ("identifier", "version", "canton", "source", "retention", "valid_from", "title", "about", "phase")
        entry = self._entry(content, _TOP, top, needed=needed)
        if self.problems:
            return None
        self._name(entry, "identifier", top)
        self._choice(entry["canton"], _CANTONS, "canton", top)
        self._choices(entry.get("levels", []), LEVELS, "levels", top)
        ages, until = entry.get("ages"), entry.get("valid_until")
        if until is not None and until < entry["valid_from"]:
            self._problem(top, "valid_until lies before valid_from", key="valid_until")
        procedure = Procedure(
            identifier=entry["identifier"],
            version=entry["version"],
            canton=entry["canton"],
            title=self._texts(entry, "title", top),
            about=self._texts(entry, "about", top),
            source=entry["source"],
            levels=tuple(entry.get("levels", [])),
            retention=entry["retention"],
            valid_from=entry["valid_from"],
            valid_until=until,
            phases=tuple(self._phase(phase, number) for number, phase in enumerate(entry["phase"])),
            ages=(ages[0], ages[1]) if ages else None,
            capacity=entry.get("capacity", 0),
        )
        # The ways are judged once every entry is understood: a misspelt one would be reported twice.
        if not self.problems:
            self._check_graph(procedure)
        return procedure

    def _phase(self, content: Mapping[str, Any], number: int) -> Phase:
        place = _Place("phase", (number,), f"phase {content.get('id', number + 1)}")
        entry = self._entry(content, _PHASE, place, needed=("id", "state", "title", "about"))
        self._name(entry, "id", place)
        self._choice(entry.get("state"), PHASE_STATES, "state", place)
        self._choices(entry.get("instruments", []), shipped_instruments(), "instruments", place)
        self._choices(entry.get("meetings", []), MEETING_KINDS, "meetings", place)
        self._choices(entry.get("services", []), SERVICE_KINDS, "services", place)
        self._choices(entry.get("plans", []), PLAN_KINDS, "plans", place)
        requirements = tuple(self._requirement(r, number, n) for n, r in enumerate(entry.get("requirement", [])))
        items = tuple(self._item(i, number, n) for n, i in enumerate(entry.get("item", [])))
        self._unique([r.id for r in requirements], "requirement", place)
        self._unique([i.id for i in items], "item", place)
        known = [r.id for r in requirements]
        return Phase(
            id=entry.get("id", ""),
            title=self._texts(entry, "title", place),
            state=entry.get("state", ""),
            about=self._texts(entry, "about", place),
            requirements=requirements,
            items=items,
            moves=tuple(self._move(m, number, n, known) for n, m in enumerate(entry.get("move", []))),
            instruments=tuple(entry.get("instruments", [])),
            meetings=tuple(entry.get("meetings", [])),
            services=tuple(entry.get("services", [])),
            plans=tuple(entry.get("plans", [])),
        )

    def _requirement(self, content: Mapping[str, Any], phase: int, number: int) -> Requirement:
        place = _Place("phase.requirement", (phase, number), f"requirement {content.get('id', number + 1)}")
        entry = self._entry(content, _REQUIREMENT, place, needed=("id", "rule", "fact", "missing"))
        self._name(entry, "id", place)
        self._choice(entry.get("rule"), RULES, "rule", place)
        self._choice(entry.get("fact"), Fact.values, "fact", place)
        self._choice(entry.get("severity"), ("must", "should"), "severity", place)
        self._fitting(entry, place)
        return Requirement(
            id=entry.get("id", ""),
            rule=entry.get("rule", ""),
            fact=entry.get("fact", ""),
            missing=self._texts(entry, "missing", place),
            severity=entry.get("severity", "must"),
            number=entry.get("number", 0),
            codes=tuple(entry.get("codes", [])),
            applies=self._conditions(entry.get("applies", []), "applies", place),
            unless=self._conditions(entry.get("unless", []), "unless", place),
            law=entry.get("law", ""),
            chooses=entry.get("chooses", False),
        )

    def _fitting(self, entry: Mapping[str, Any], place: _Place) -> None:
        """The rule takes this shape of fact, and has its argument."""
        rule, fact = RULES.get(entry.get("rule", "")), entry.get("fact")
        if rule is None or fact not in Fact.values:
            return
        known = word(fact)
        if known.shape not in rule.shapes:
            shapes = ", ".join(shape.value for shape in rule.shapes)
            sentence = f"rule {entry['rule']} asks a fact of the kind {shapes}; {fact} is {known.shape.value}"
            self._problem(place, sentence, key="rule")
            return
        if rule.argument and not entry.get(rule.argument):
            self._problem(place, f"rule {entry['rule']} needs {rule.argument}")
        for argument in ("number", "codes"):
            if argument in entry and argument != rule.argument:
                self._problem(place, f"rule {entry['rule']} takes no {argument}", key=argument)
        if rule.argument == "codes":
            self._choices(entry.get("codes", []), known.codes, "codes", place)

    def _item(self, content: Mapping[str, Any], phase: int, number: int) -> Item:
        place = _Place("phase.item", (phase, number), f"item {content.get('id', number + 1)}")
        entry = self._entry(content, _ITEM, place, needed=("id", "title", "addressed", "due"))
        self._name(entry, "id", place)
        self._choice(entry.get("role"), Role.values, "role", place)
        self._choice(entry.get("completed_by"), Fact.values, "completed_by", place)
        for key in ("addressed", "controlling"):
            self._choice(entry.get(key), ADDRESSES, key, place)
        return Item(
            id=entry.get("id", ""),
            title=self._texts(entry, "title", place),
            addressed=entry.get("addressed", ""),
            due=self._due(entry, place),
            controlling=entry.get("controlling", "lead"),
            role=entry.get("role", ""),
            completed_by=entry.get("completed_by", ""),
            repeats=entry.get("repeats_after_months", 0),
            applies=self._conditions(entry.get("applies", []), "applies", place),
        )

    def _due(self, entry: Mapping[str, Any], place: _Place) -> Due:
        if "due" not in entry:
            return Due()
        due = self._entry(entry["due"], _DUE, place, inside="due")
        if not any(due.values()):
            self._problem(place, "due needs working_days, days or months", key="due")
        return Due(**due)

    def _move(self, content: Mapping[str, Any], phase: int, number: int, known: Sequence[str]) -> Move:
        place = _Place("phase.move", (phase, number), f"move to {content.get('to', number + 1)}")
        entry = self._entry(content, _MOVE, place, needed=("to", "title"))
        needs = entry.get("needs", list(known))
        self._choices(needs, known, "needs", place)
        if entry.get("automatic") and not needs:
            self._problem(place, "a move that is made by itself needs a requirement: it would be made at once")
        self._choices(entry.get("roles", []), Role.values, "roles", place)
        return Move(
            to=entry.get("to", ""),
            title=self._texts(entry, "title", place),
            needs=tuple(needs),
            roles=tuple(entry.get("roles", [])),
            automatic=entry.get("automatic", False),
        )

    def _check_graph(self, procedure: Procedure) -> None:
        top = _Place("", (), "the procedure")
        self._unique([phase.id for phase in procedure.phases], "phase", top)
        if procedure.start.state != "notified":
            self._problem(_Place("phase", (0,), f"phase {procedure.start.id}"), "the first phase must be notified")
        if not any(phase.state == "closed" for phase in procedure.phases):
            self._problem(top, "no phase is closed: a case could never end")
        for number, phase in enumerate(procedure.phases):
            self._check_moves(procedure, phase, number)
            self._check_needed(phase, number)
        if not self.problems:
            self._check_ways(procedure)

    def _check_moves(self, procedure: Procedure, phase: Phase, number: int) -> None:
        place = _Place("phase", (number,), f"phase {phase.id}")
        if phase.is_end and phase.moves:
            self._problem(place, f"a phase that is {phase.state} has no moves: reopening is an act of the case")
        if not phase.is_end and not phase.moves:
            self._problem(place, "no move leads out of it: a dead end")
        states = {other.id: other.state for other in procedure.phases}
        for position, move in enumerate(phase.moves):
            place = _Place("phase.move", (number, position), f"move to {move.to}")
            self._choice(move.to, states, "to", place)
            then = states.get(move.to, phase.state)
            if not phase.is_end and then not in (phase.state, *FOLLOWING_STATES[phase.state]):
                possible = ", ".join(FOLLOWING_STATES[phase.state])
                sentence = f"a case that is {phase.state} cannot become {then}; possible are {possible}"
                self._problem(place, sentence, key="to")

    def _check_needed(self, phase: Phase, number: int) -> None:
        """What must hold is needed by a move; what sorts between moves is not needed by all of them."""
        for position, requirement in enumerate(phase.requirements):
            place = _Place("phase.requirement", (number, position), f"requirement {requirement.id}")
            needing = [move for move in phase.moves if requirement.id in move.needs]
            if requirement.severity == "must" and not needing:
                self._problem(place, 'no move needs it: name it in needs, or write severity = "should"')
            if requirement.chooses and len(needing) == len(phase.moves):
                self._problem(place, "it chooses between the moves, yet all of them need it", key="chooses")

    def _check_ways(self, procedure: Procedure) -> None:
        ways = {phase.id: [move.to for move in phase.moves] for phase in procedure.phases}
        ends = {phase.id for phase in procedure.phases if phase.is_end}
        reachable = _closure([procedure.start.id], ways)
        for number, phase in enumerate(procedure.phases):
            place = _Place("phase", (number,), f"phase {phase.id}")
            if phase.id not in reachable:
                self._problem(place, "no way leads to it from the first phase")
            elif not _closure([phase.id], ways) & ends:
                self._problem(place, "no way leads from it to an end")

    def _texts(self, entry: Mapping[str, Any], key: str, place: _Place) -> dict[str, str]:
        texts = entry.get(key)
        if texts is None:
            return {}  # that it is missing was said already
        lacking = [language for language in NEEDED_LANGUAGES if not texts.get(language, "").strip()]
        if lacking:
            self._problem(place, f"{key} is missing in {', '.join(lacking)}", key=key)
        unknown = sorted(set(texts) - _LANGUAGES)
        if unknown:
            sentence = f"{key} has unknown languages {', '.join(unknown)}; known are de, fr, it, en"
            self._problem(place, sentence, key=f"{key}.{unknown[0]}")
        return dict(texts)

    def _conditions(self, values: Sequence[str], key: str, place: _Place) -> tuple[str, ...]:
        for condition in values:
            fact, wanted = fact_of(condition), condition.partition("=")[2]
            self._choice(fact, Fact.values, key, place)
            if not wanted or fact not in Fact.values:
                continue
            if word(fact).shape is not Shape.CHOICE:
                self._problem(place, f"{key}: {fact} has no codes; write {fact} or !{fact}", key=key)
            self._choices([wanted] if word(fact).codes else [], word(fact).codes, f"{key}, {fact}", place)
        return tuple(values)

    def _entry(
        self,
        content: Mapping[str, Any],
        kinds: Mapping[str, _Kind],
        place: _Place,
        *,
        needed: Iterable[str] = (),
        inside: str = "",
    ) -> dict[str, Any]:
        """What can be used of an entry; unknown, missing and unfitting keys are problems."""
        where = f"{inside}: " if inside else ""
        fitting = {}
        for key, value in content.items():
            if key not in kinds:
                sentence = f"{where}unknown entry {key}; allowed are {', '.join(sorted(kinds))}"
                self._problem(place, sentence, key=inside or key)
            elif not kinds[key].fits(value):
                self._problem(place, f"{where}{key} must be {kinds[key].name}", key=inside or key)
            else:
                fitting[key] = value
        for key in needed:
            if content.get(key) in (None, "", {}, []):
                self._problem(place, f"{key} is missing")
        return fitting

    def _name(self, entry: Mapping[str, Any], key: str, place: _Place) -> None:
        if entry.get(key) and not _NAME.fullmatch(entry[key]):
            sentence = f"{key} {entry[key]!r} may have small letters, digits, - and _ only, at most 40"
            self._problem(place, sentence, key=key)

    def _choice(self, value: str | None, allowed: Iterable[str], key: str, place: _Place, *, beside: str = "") -> None:
        """A word from a list; one that is not there at all is another matter."""
        possible = sorted(allowed) if isinstance(allowed, frozenset) else list(allowed)
        if value is not None and value not in possible:
            more = f" {beside}" if beside else ""
            sentence = f"{key} {value!r} is unknown; possible are {', '.join(possible)}{more}"
            self._problem(place, sentence, key=key.partition(",")[0])

    def _choices(self, values: Iterable[str], allowed: Iterable[str], key: str, place: _Place) -> None:
        possible = list(allowed)
        for value in values:
            self._choice(value, possible, key, place)

    def _unique(self, names: Sequence[str], what: str, place: _Place) -> None:
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._problem(place, f"{what} {name} stands twice")

    def _problem(self, place: _Place, sentence: str, *, key: str = "") -> None:
        self.problems.append(f"{self.source}, line {self._line(place, key)}, {place.name}: {sentence}.")

    def _line(self, place: _Place, key: str) -> int:
        """The line on which the entry stands, or its key; tomllib itself does not tell."""
        lines = self.text.splitlines()
        start = _header_line(lines, place)
        for number in range(start, len(lines)):
            if number > start and lines[number].lstrip().startswith("["):
                break
            if key and re.match(rf"\s*{re.escape(key)}\s*[.=]", lines[number]):
                return number + 1
        return start + 1


def _header_line(lines: Sequence[str], place: _Place) -> int:
    if not place.header:
        return 0
    phase, inner = -1, -1
    for number, line in enumerate(lines):
        header = line.partition("#")[0].replace(" ", "").strip()
        if header == "[[phase]]":
            phase, inner = phase + 1, -1
        elif header == f"[[{place.header}]]":
            inner += 1
        if place.numbers == ((phase,) if place.header == "phase" else (phase, inner)):
            return number
    return 0


def _closure(starts: Iterable[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += ways.get(place, [])
    return found
