"""Faults in row policies, planted into the catalogue: each condition dropped as a whole, each of its parts once."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from tests.mutants.accepted import reason_for
from tests.reference.beside import Beside, Expected, Policy, differences
from tests.reference.model import Actor, World

_COMMANDS = {
    ("select", "using"): "select",
    ("insert", "check"): "insert",
    ("update", "using"): "change",
    ("update", "check"): "keep",
    ("delete", "using"): "destroy",
}
_KINDS = re.compile(r"\(\( SELECT actor_kind\(\) AS actor_kind\) = (?:'staff'::text|ANY \(ARRAY\[[^]]*\]\))\)")


@dataclass(frozen=True)
class PolicyFault:
    policy: Policy
    part: str  # using or check
    condition: str
    what: str
    others: tuple[str, ...] = ()  # the conditions of further policies for the same command

    def __str__(self) -> str:
        return f"{self.policy.name} {self.part}: {self.what}"

    @property
    def command(self) -> str:
        """What the model is asked for."""
        return _COMMANDS[self.policy.command, self.part]

    def plant(self, connection: psycopg.Connection[Any]) -> None:
        clause = "USING" if self.part == "using" else "WITH CHECK"
        statement = f'ALTER POLICY "{self.policy.name}" ON "{self.policy.table}" {clause} ({self.condition})'
        connection.execute(statement.encode())


def faults_of(policy: Policy, reading: str = "") -> Iterator[PolicyFault]:
    """Every way in which this policy is loosened once, or one of its ways in closed; ``reading`` is the table's condition
    of reading.

    What changes or deletes a row contains the condition of reading. That half is dropped as a whole: its parts are
    planted where rows are read.
    """
    seen = set()
    named: Counter[tuple[str, str]] = Counter()
    for part in ("using", "check"):
        condition = getattr(policy, part)
        if not condition or condition == "true":
            continue
        condition = " ".join(condition.split())
        halves = set(_texts(condition)) & set(_texts(" ".join(reading.split()))) if policy.command != "select" else ()
        for loosened, what in _every_fault(condition, halves):
            if (part, loosened) not in seen:
                seen.add((part, loosened))
                named[part, what] += 1
                if named[part, what] > 1:  # the same words twice in one condition are two faults
                    what = f"{what} ({named[part, what]})"
                yield PolicyFault(policy, part, loosened, what)


def _texts(condition: str) -> list[str]:
    """The operands of the outermost AND, save the one that names the kinds of actors."""
    found = []
    for start, end in conjuncts(condition):
        if condition[:start].count("(") - condition[:start].count(")") <= 1:
            found.append(condition[start:end])
    return [text for text in found if not _KINDS.fullmatch(text)]


def _every_fault(condition: str, halves: Iterable[str]) -> Iterator[tuple[str, str]]:
    hidden = [(found, found + len(half)) for half in halves if half != "true" for found in [condition.find(half)]]

    def stands_apart(start: int, end: int) -> bool:
        return any(first <= start and end <= last and (start, end) != (first, last) for first, last in hidden)

    yield "true", "everything"
    for start, end in conjuncts(condition):
        dropped = condition[start:end]
        if dropped == "true" or stands_apart(start, end):
            continue
        what = "the condition of reading" if (start, end) in hidden else shortened(dropped)
        yield f"{condition[:start]}true{condition[end:]}", f"without {what}"
    # A way in that nobody misses is one that nobody thought of.
    for start, end in operands(condition, " OR "):
        if condition[start:end] != "false" and not stands_apart(start, end):
            yield f"{condition[:start]}false{condition[end:]}", f"no way by {shortened(condition[start:end])}"
    # The kinds of actors are checked for the table and in each probe: one hides the other, so all go at once.
    yield _KINDS.sub("true", condition), "without any kind of actor"
    for found in re.finditer(r"power >= [23]", condition):
        if not stands_apart(found.start(), found.end()):
            loosened = f"{condition[: found.start()]}power >= 1{condition[found.end() :]}"
            yield loosened, f"{found.group()} as >= 1"


def conjuncts(condition: str) -> list[tuple[int, int]]:
    """Where each operand of an AND begins and ends, at every depth."""
    return operands(condition, " AND ")


def operands(condition: str, joint: str) -> list[tuple[int, int]]:
    """Where what this word joins begins and ends, at every depth."""
    found: list[tuple[int, int]] = []
    opened: list[list[int]] = [[0]]  # per depth: the beginning of the operand, then where each joint is
    position = 0
    quoted = False
    while position < len(condition):
        letter = condition[position]
        if letter == "'":
            quoted = not quoted
        elif not quoted and letter == "(":
            opened.append([position + 1])
        elif not quoted and letter == ")":
            found += _between(opened.pop(), position, joint)
        elif not quoted and condition.startswith(joint, position):
            opened[-1].append(position)
        position += 1
    found += _between(opened.pop(), len(condition), joint)
    return found


def _between(marks: list[int], end: int, joint: str) -> list[tuple[int, int]]:
    if len(marks) == 1:
        return []
    begins = [marks[0], *(mark + len(joint) for mark in marks[1:])]
    return list(zip(begins, [*marks[1:], end], strict=True))


def shortened(text: str) -> str:
    """A condition in few words: the probe of grants is known by its table."""
    text = re.sub(r"\( SELECT (actor_\w+\([^)]*\)) AS \w+\)", r"\1", text).replace("::text", "")
    return text if len(text) <= 160 else f"{text[:110]} … {text[-45:]}"


def survives(fault: PolicyFault, beside: Beside, expected: Expected, actors: list[Actor]) -> bool:
    """Whether the loosened condition, asked over the rows that lie apart, decides everything as the model does."""
    place = (fault.policy.table, fault.command)
    statement = beside.over_candidates(fault.policy.table, [fault.condition, *fault.others])
    try:
        # The grants show everybody only their own: that lock would hide what is loosened in the probes of grants.
        beside.connection.execute("ALTER TABLE dossiers_grant DISABLE ROW LEVEL SECURITY")
        return not differences(
            beside, expected, actors, statements={place: statement}, places=[place], first_alone=True
        )
    finally:
        beside.connection.rollback()


def all_faults(beside: Beside) -> Iterator[PolicyFault]:
    """Every fault of every policy, save those for which a reason is in ``accepted.toml``."""
    policies = [policy for policy in beside.policies() if policy.table in beside.present]
    reading = {policy.table: policy.using or "" for policy in policies if policy.command == "select"}
    for policy in policies:
        for fault in faults_of(policy, reading.get(policy.table, "")):
            if reason_for("policy", str(fault)) is None:
                yield replace(fault, others=_others(policies, fault))


def _others(policies: list[Policy], fault: PolicyFault) -> tuple[str, ...]:
    return tuple(
        (other.using if fault.part == "using" else other.check or other.using) or "false"
        for other in policies
        if (other.table, other.command) == (fault.policy.table, fault.policy.command) and other != fault.policy
    )


def survivors(
    faults: Iterable[PolicyFault], beside: Beside, worlds: Iterable[tuple[World, list[Actor]]]
) -> list[PolicyFault]:
    """The faults that change no decision in any of these worlds."""
    left = list(faults)
    for world, actors in worlds:
        if left:
            beside.load(world)
            expected = Expected(world)
            left = [fault for fault in left if survives(fault, beside, expected, actors)]
    return left
