"""Procedures are files (``files/*.toml``): read, checked whole, with errors that name file, line and remedy."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from suone.access.permissions import Role
from suone.instruments.loading import shipped_instruments
from suone.procedures.facts import Fact, Shape, word
from suone.procedures.rules import (
    ADDRESSES,
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

_TOP = {
    "identifier", "version", "canton", "levels", "source", "retention", "valid_from", "valid_until", "ages", "title",
    "about", "phase",
}  # fmt: skip
_PHASE = {
    "id", "state", "title", "about", "requirement", "item", "move", "instruments", "meetings", "services", "plans",
}  # fmt: skip
_REQUIREMENT = {
    "id", "rule", "fact", "missing", "severity", "number", "codes", "applies", "unless", "law",
}  # fmt: skip
_ITEM = {
    "id", "title", "addressed", "controlling", "role", "due", "completed_by", "repeats_after_months", "applies",
}  # fmt: skip
_MOVE = {"to", "title", "needs", "roles", "automatic"}
_DUE = {"working_days", "days", "months"}


class BrokenProcedure(Exception):
    """The file cannot be used; ``problems`` are sentences, each with file, line and what is allowed."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@cache
def shipped() -> dict[str, Procedure]:
    """The procedures that come with the product, by identifier."""
    procedures = [read_procedure(path.read_text(), path.name) for path in sorted(FOLDER.glob("*.toml"))]
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


@cache
def read_cached(text: str, source: str) -> Procedure:
    """The same for a text that was checked when it was published: read once in each process."""
    return read_procedure(text, source)


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
        self._only(content, _TOP, top)
        for key in ("identifier", "version", "canton", "source", "retention", "valid_from", "title", "about", "phase"):
            if key not in content:
                self._problem(top, f"{key} is missing")
        if self.problems:
            return None
        self._choice(content["canton"], _CANTONS, "canton", top)
        self._choices(content.get("levels", []), LEVELS, "levels", top)
        phases = tuple(self._phase(entry, number) for number, entry in enumerate(content["phase"]))
        if self.problems:
            return None
        ages = content.get("ages")
        procedure = Procedure(
            identifier=content["identifier"],
            version=str(content["version"]),
            canton=content["canton"],
            title=self._texts(content["title"], "title", top),
            about=self._texts(content["about"], "about", top),
            source=content["source"],
            levels=tuple(content.get("levels", [])),
            retention=content["retention"],
            valid_from=self._day(content["valid_from"], "valid_from", top),
            valid_until=self._day(content["valid_until"], "valid_until", top) if "valid_until" in content else None,
            phases=phases,
            ages=(ages[0], ages[1]) if ages else None,
        )
        self._check_graph(procedure)
        return procedure

    def _phase(self, entry: Mapping[str, Any], number: int) -> Phase:
        place = _Place("phase", (number,), f"phase {entry.get('id', number + 1)}")
        self._only(entry, _PHASE, place)
        self._needed(entry, ("id", "state", "title", "about"), place)
        self._choice(entry.get("state", ""), PHASE_STATES, "state", place)
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
            id=str(entry.get("id", "")),
            title=self._texts(entry.get("title", {}), "title", place),
            state=str(entry.get("state", "")),
            about=self._texts(entry.get("about", {}), "about", place),
            requirements=requirements,
            items=items,
            moves=tuple(self._move(m, number, n, known) for n, m in enumerate(entry.get("move", []))),
            instruments=tuple(entry.get("instruments", [])),
            meetings=tuple(entry.get("meetings", [])),
            services=tuple(entry.get("services", [])),
            plans=tuple(entry.get("plans", [])),
        )

    def _requirement(self, entry: Mapping[str, Any], phase: int, number: int) -> Requirement:
        place = _Place("phase.requirement", (phase, number), f"requirement {entry.get('id', number + 1)}")
        self._only(entry, _REQUIREMENT, place)
        self._needed(entry, ("id", "rule", "fact", "missing"), place)
        self._choice(entry.get("rule", ""), tuple(RULES), "rule", place)
        self._choice(entry.get("fact", ""), Fact.values, "fact", place)
        self._choice(entry.get("severity", "must"), ("must", "should"), "severity", place)
        self._fitting(entry, place)
        return Requirement(
            id=str(entry.get("id", "")),
            rule=str(entry.get("rule", "")),
            fact=str(entry.get("fact", "")),
            missing=self._texts(entry.get("missing", {}), "missing", place),
            severity=entry.get("severity", "must"),
            number=int(entry.get("number", 0)),
            codes=tuple(entry.get("codes", [])),
            applies=self._conditions(entry.get("applies", []), "applies", place),
            unless=self._conditions(entry.get("unless", []), "unless", place),
            law=str(entry.get("law", "")),
        )

    def _fitting(self, entry: Mapping[str, Any], place: _Place) -> None:
        """The rule takes this shape of fact, and has its argument."""
        rule, fact = RULES.get(str(entry.get("rule"))), str(entry.get("fact"))
        if rule is None or fact not in Fact.values:
            return
        known = word(fact)
        if known.shape not in rule.shapes:
            shapes = ", ".join(shape.value for shape in rule.shapes)
            self._problem(
                place, f"rule {entry['rule']} asks a fact of the kind {shapes}; {fact} is {known.shape.value}"
            )
        if rule.argument and rule.argument not in entry:
            self._problem(place, f"rule {entry['rule']} needs {rule.argument}")
        for argument in ("number", "codes"):
            if argument in entry and argument != rule.argument:
                self._problem(place, f"rule {entry['rule']} takes no {argument}", key=argument)
        if rule.argument == "codes":
            self._choices(entry.get("codes", []), known.codes, "codes", place)

    def _item(self, entry: Mapping[str, Any], phase: int, number: int) -> Item:
        place = _Place("phase.item", (phase, number), f"item {entry.get('id', number + 1)}")
        self._only(entry, _ITEM, place)
        self._needed(entry, ("id", "title", "addressed", "due"), place)
        if entry.get("role"):
            self._choice(entry["role"], Role.values, "role", place)
        if entry.get("completed_by"):
            self._choice(entry["completed_by"], Fact.values, "completed_by", place)
        for key in ("addressed", "controlling"):
            if key in entry and not re.fullmatch(r"[A-Z][A-Za-z0-9-]*", str(entry[key])):
                self._choice(entry[key], ADDRESSES, key, place, beside="or an institution's code such as RAV")
        due = entry.get("due", {})
        self._only(due, _DUE, place, inside="due")
        if not any(int(due.get(key, 0)) > 0 for key in _DUE):
            self._problem(place, "due needs working_days, days or months", key="due")
        return Item(
            id=str(entry.get("id", "")),
            title=self._texts(entry.get("title", {}), "title", place),
            addressed=str(entry.get("addressed", "")),
            due=Due(**{key: int(value) for key, value in due.items() if key in _DUE}),
            controlling=str(entry.get("controlling", "lead")),
            role=str(entry.get("role", "")),
            completed_by=str(entry.get("completed_by", "")),
            repeats=int(entry.get("repeats_after_months", 0)),
            applies=self._conditions(entry.get("applies", []), "applies", place),
        )

    def _move(self, entry: Mapping[str, Any], phase: int, number: int, known: Sequence[str]) -> Move:
        place = _Place("phase.move", (phase, number), f"move to {entry.get('to', number + 1)}")
        self._only(entry, _MOVE, place)
        self._needed(entry, ("to", "title"), place)
        needs = entry.get("needs", list(known))
        self._choices(needs, known, "needs", place)
        self._choices(entry.get("roles", []), Role.values, "roles", place)
        return Move(
            to=str(entry.get("to", "")),
            title=self._texts(entry.get("title", {}), "title", place),
            needs=tuple(needs),
            roles=tuple(entry.get("roles", [])),
            automatic=bool(entry.get("automatic", False)),
        )

    def _check_graph(self, procedure: Procedure) -> None:
        ids = [phase.id for phase in procedure.phases]
        top = _Place("", (), "the procedure")
        self._unique(ids, "phase", top)
        for number, phase in enumerate(procedure.phases):
            for place_of_move, move in enumerate(phase.moves):
                place = _Place("phase.move", (number, place_of_move), f"move to {move.to}")
                self._choice(move.to, ids, "to", place)
            place = _Place("phase", (number,), f"phase {phase.id}")
            if phase.is_end and phase.state != "closed" and phase.moves:
                self._problem(place, f"a phase that is {phase.state} has no moves: reopening is an act of the case")
            if not phase.is_end and not phase.moves:
                self._problem(place, "no move leads out of it: a dead end")
        if not any(phase.state == "closed" for phase in procedure.phases):
            self._problem(top, "no phase is closed: a case could never end")
        reachable = _reachable(procedure)
        for number, phase in enumerate(procedure.phases):
            place = _Place("phase", (number,), f"phase {phase.id}")
            if phase.id not in reachable:
                self._problem(place, "no way leads to it from the first phase")
            elif not phase.is_end and not _leads_to_an_end(procedure, phase.id):
                self._problem(place, "no way leads from it to an end")

    def _texts(self, value: Any, key: str, place: _Place) -> dict[str, str]:
        texts = value if isinstance(value, dict) else {}
        lacking = [language for language in NEEDED_LANGUAGES if not str(texts.get(language, "")).strip()]
        if lacking:
            self._problem(place, f"{key} is missing in {', '.join(lacking)}", key=f"{key}.")
        unknown = sorted(set(texts) - _LANGUAGES)
        if unknown:
            self._problem(place, f"{key} has unknown languages {', '.join(unknown)}; known are de, fr, it, en")
        return {language: str(text) for language, text in texts.items()}

    def _conditions(self, values: Sequence[str], key: str, place: _Place) -> tuple[str, ...]:
        for condition in values:
            fact = fact_of(condition)
            self._choice(fact, Fact.values, key, place)
            wanted = condition.partition("=")[2]
            if wanted and fact in Fact.values and word(fact).shape is Shape.CHOICE:
                self._choice(wanted, word(fact).codes, f"{key}, {fact}", place)
        return tuple(values)

    def _day(self, value: Any, key: str, place: _Place) -> date:
        if isinstance(value, date):
            return value
        self._problem(place, f"{key} is no day such as 2026-01-01", key=key)
        return date.min

    def _only(self, entry: Mapping[str, Any], allowed: set[str], place: _Place, *, inside: str = "") -> None:
        for key in sorted(set(entry) - allowed):
            where = f"{inside}: " if inside else ""
            self._problem(place, f"{where}unknown entry {key}; allowed are {', '.join(sorted(allowed))}", key=key)

    def _needed(self, entry: Mapping[str, Any], keys: Iterable[str], place: _Place) -> None:
        for key in keys:
            if not entry.get(key):
                self._problem(place, f"{key} is missing")

    def _choice(self, value: Any, allowed: Iterable[str], key: str, place: _Place, *, beside: str = "") -> None:
        possible = list(allowed)
        if value not in possible:
            more = f" {beside}" if beside else ""
            self._problem(place, f"{key} {value!r} is unknown; possible are {', '.join(possible)}{more}", key=key)

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
            if key and re.match(rf"\s*{re.escape(key)}", lines[number]):
                return number + 1
        return start + 1


def _header_line(lines: Sequence[str], place: _Place) -> int:
    if not place.header:
        return 0
    phase, inner = -1, -1
    for number, line in enumerate(lines):
        header = line.strip()
        if header == "[[phase]]":
            phase, inner = phase + 1, -1
        elif header == f"[[{place.header}]]":
            inner += 1
        if place.numbers == ((phase,) if place.header == "phase" else (phase, inner)):
            return number
    return 0


def _reachable(procedure: Procedure) -> set[str]:
    return _closure([procedure.start.id], {phase.id: [move.to for move in phase.moves] for phase in procedure.phases})


def _leads_to_an_end(procedure: Procedure, phase_id: str) -> bool:
    ways = {phase.id: [move.to for move in phase.moves] for phase in procedure.phases}
    ends = {phase.id for phase in procedure.phases if phase.is_end}
    return bool(_closure([phase_id], ways) & ends)


def _closure(starts: Iterable[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += ways.get(place, [])
    return found
