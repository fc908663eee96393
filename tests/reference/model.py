"""Who may do what to which row: the law of access in plain Python, without Django and without a database.

A *rule* answers for one actor and one row of one world. The rules of a table are in ``tables.py``; here is what
they are made of: who acts, what an act has opened to whom until when, and what is seen of other rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

READ, WRITE, LEAD = 1, 2, 3
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)  # any: what counts is that it is there
IDENTITY, EMPLOYMENT, MIGRATION, NETWORK, ADMINISTRATIVE = 0, 1, 8, 9, 10
STAFF_AND_JOBS = frozenset({"staff", "job"})
EVERY_KIND = frozenset({"staff", "job", "guest", "public", "system", "person"})


@dataclass(frozen=True)
class Actor:
    """Somebody who acts, or nobody (``kind`` is empty); others than staff may carry numbers, which open nothing."""

    name: str
    kind: str
    institution: int | None = None
    staff: int | None = None
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Opening:
    """What an act has opened: which categories of a case, to whom, with which power, from when until when."""

    dossier: int
    person: int
    institution: int | None
    staff: int | None
    categories: frozenset[int]
    power: int
    begins: datetime
    ends: datetime

    def reaches(self, actor: Actor, at: datetime) -> bool:
        mine = actor.institution == self.institution if self.institution is not None else actor.staff == self.staff
        return mine and self.begins <= at < self.ends


Row = Mapping[str, Any]
Rule = Callable[["World", Actor, Row], bool]


@dataclass(frozen=True)
class Rules:
    """The rules of one table. Without a rule nobody does it. To change or delete a row one must see it."""

    select: Rule | None = None
    insert: Rule | None = None
    update: Rule | None = None
    before: Rule | None = None  # what must hold of a row before it is changed, and need not afterwards
    delete: Rule | None = None
    kinds: frozenset[str] = STAFF_AND_JOBS
    before_log_in: bool = False  # read while nobody acts yet
    granted: Rule | None = None  # what the application's own filter answers, where the table has one


@dataclass
class World:
    """Openings and rows at one moment."""

    at: datetime
    tables: Mapping[str, Rules]
    openings: list[Opening] = field(default_factory=list)
    rows: dict[str, dict[int, Row]] = field(default_factory=dict)
    _kept: dict[tuple[str, str, int | None], list[Opening]] = field(default_factory=dict)
    _seen: dict[tuple[str, str], list[Row]] = field(default_factory=dict)

    def reaches(self, actor: Actor, power: int, *, dossier: int | None, category: int | None = None) -> bool:
        """Whether something opened this case (and this category) to the actor with at least this power."""
        return any(
            opening.power >= power and (category is None or category in opening.categories)
            for opening in self._openings_of(actor, "dossier", dossier)
        )

    def reaches_person(self, actor: Actor, power: int, person: int, category: int) -> bool:
        return any(
            opening.power >= power and category in opening.categories
            for opening in self._openings_of(actor, "person", person)
        )

    def _openings_of(self, actor: Actor, on: str, value: int | None) -> list[Opening]:
        key = (actor.name, on, value)
        if key not in self._kept:
            self._kept[key] = [
                opening
                for opening in self.openings
                if getattr(opening, on) == value and opening.reaches(actor, self.at)
            ]
        return self._kept[key]

    def seen(self, actor: Actor, table: str, number: int | None) -> Row | None:
        """The row of this number, if the actor may read it."""
        row = self.rows[table].get(number) if number is not None else None
        return row if row is not None and self.may(actor, "select", table, row) else None

    def all_seen(self, actor: Actor, table: str) -> list[Row]:
        key = (actor.name, table)
        if key not in self._seen:
            self._seen[key] = [row for row in self.rows[table].values() if self.may(actor, "select", table, row)]
        return self._seen[key]

    def may(self, actor: Actor, command: str, table: str, row: Row) -> bool:
        """Whether the actor may do this to the row: ``select``, ``insert``, ``update``, ``delete``.

        ``keep`` asks whether an update may leave the row like this; ``change`` and ``destroy`` are ``update`` and
        ``delete`` by a statement that reads nothing.
        """
        command = {"change": "update", "destroy": "delete"}.get(command, command)
        rules = self.tables[table]
        if command == "select" and rules.before_log_in:
            return rules.select is not None and rules.select(self, actor, row)
        rule = rules.update if command == "keep" else getattr(rules, command)
        if rule is None or actor.kind not in rules.kinds or not rule(self, actor, row):
            return False
        if command in ("update", "delete", "keep") and not (rules.select and rules.select(self, actor, row)):
            return False
        return not (command == "update" and rules.before and not rules.before(self, actor, row))


# What rules are made of.


def everybody(world: World, actor: Actor, row: Row) -> bool:
    return True


def job(world: World, actor: Actor, row: Row) -> bool:
    return actor.kind == "job"


def either(*rules: Rule) -> Rule:
    return lambda world, actor, row: any(rule(world, actor, row) for rule in rules)


def both(*rules: Rule) -> Rule:
    return lambda world, actor, row: all(rule(world, actor, row) for rule in rules)


def unless(rule: Rule) -> Rule:
    return lambda world, actor, row: not rule(world, actor, row)


def opened(
    power: int, *, category: str | int | None = None, column: str = "dossier_id", author: str | tuple[str, ...] = ()
) -> Rule:
    """Jobs, and staff to whom an act opened the row's case (and its data category) with this power.

    Whoever recorded the row needs no category.
    """
    authors = (author,) if isinstance(author, str) else author

    def rule(world: World, actor: Actor, row: Row) -> bool:
        wanted = row[category] if isinstance(category, str) else category
        if actor.staff is not None and actor.staff in [row[name] for name in authors]:
            wanted = None
        return actor.kind == "job" or (
            actor.kind == "staff" and world.reaches(actor, power, dossier=row[column], category=wanted)
        )

    return rule


def opened_all_of(power: int, mask: str) -> Rule:
    """Jobs, and staff to whom acts together opened every category of the row's case that this mask names."""

    def rule(world: World, actor: Actor, row: Row) -> bool:
        wanted = [category for category in range(11) if row[mask] >> category & 1]
        return actor.kind == "job" or (
            actor.kind == "staff"
            and world.reaches(actor, power, dossier=row["dossier_id"])
            and all(world.reaches(actor, power, dossier=row["dossier_id"], category=each) for each in wanted)
        )

    return rule


def of_institution(column: str = "institution_id", kind: str = "staff") -> Rule:
    """Whoever acts for the institution that the row names."""
    return lambda world, actor, row: actor.kind == kind and row[column] is not None and row[column] == actor.institution


def of_staff(column: str = "staff_id") -> Rule:
    """The staff member whom the row names."""
    return lambda world, actor, row: actor.kind == "staff" and row[column] is not None and row[column] == actor.staff


PERMISSIONS: set[str] = set()  # that any rule asks for: worlds give them to some


def holding(permission: str) -> Rule:
    """Staff with a role that gives this permission; jobs have none."""
    PERMISSIONS.add(permission)
    return lambda world, actor, row: actor.kind == "staff" and permission in actor.permissions


def allowed(permission: str) -> Rule:
    """Jobs, and staff with a role that gives this permission."""
    return either(job, holding(permission))


def being(column: str, *values: Any) -> Rule:
    return lambda world, actor, row: row[column] in values


def empty(*columns: str) -> Rule:
    return lambda world, actor, row: all(row[column] is None for column in columns)


def sees(table: str, column: str, **having: tuple[Any, ...]) -> Rule:
    """The actor sees the row that this one hangs on, and it is in one of these states."""

    def rule(world: World, actor: Actor, row: Row) -> bool:
        found = world.seen(actor, table, row[column])
        return found is not None and all(found[name] in values for name, values in having.items())

    return rule
