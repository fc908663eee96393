"""Random worlds: institutions with staff, cases opened by acts of all kinds and times, and rows in every table.

A world is drawn from a seed and the catalogue of columns, so that a new column needs no word here. Keys follow the
foreign keys; what hangs on a meeting, a plan or an assessment mostly repeats its case, and sometimes lies about it.
"""

import random
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.reference.model import MOMENT, Actor, Opening, Row, Rules, World

INSTITUTIONS, STAFF, PERSONS, DOSSIERS, ROWS = 4, 9, 8, 12, 40
_SIZES = {
    "institutions_institution": INSTITUTIONS,
    "appointments_appointment": STAFF,
    "persons_person": PERSONS,
    "dossiers_dossier": DOSSIERS,
    "dossiers_event": 12 * ROWS,  # by three policies, one of which answers from outside and rarely may
    "assessments_assessment": 2 * ROWS,  # and as many scores: of those whom it names, and who lead
    "cases_background": 2 * ROWS,
    "cases_participant": 4 * ROWS,  # by those who are asked, who lead, and who have just accepted
    "consents_disclosure": 6 * ROWS,  # by four, each of them in the giver's own name
    "handovers_adviser": 3 * ROWS,  # of an IV alone
    "handovers_cooperationnotice": 2 * ROWS,
    "meetings_entry": 2 * ROWS,
    "meetings_reason": 3 * ROWS,  # of those who declined and of those who convened
}


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    is_nullable: bool
    is_given: bool  # false where the database computes it
    refers_to: str | None  # by a foreign key, or by its name where a table keeps none


@dataclass(frozen=True)
class Table:
    name: str
    key: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def draw_actors(chance: random.Random, permissions: list[str]) -> list[Actor]:
    """Staff of three institutions with some permissions each; and every other kind, carrying numbers of theirs."""

    def some() -> frozenset[str]:
        return frozenset(permission for permission in permissions if chance.random() < 0.5)

    actors = [Actor(f"staff {n}", "staff", works_at(n), n, some()) for n in range(1, STAFF + 1)]
    actors += [Actor("job", "job"), Actor("job with numbers", "job", 1, 1, some())]
    actors += [Actor(f"system {n}", "system", n, None, some()) for n in (1, 2)]
    every = frozenset(permissions)
    actors += [Actor(f"{kind} with numbers", kind, 1, 1, every) for kind in ("guest", "public", "person", "system")]
    return [*actors, Actor("nobody", ""), Actor("nobody with numbers", "", 2, 2, every)]


def draw_world(
    seed: int,
    *,
    rules: Mapping[str, Rules],
    tables: Mapping[str, Table],
    draws: Mapping[str, Mapping[str, tuple[Any, ...]]],
    parents: Mapping[str, tuple[str, str]],
    objects: Mapping[str, Mapping[str, str]],
    repeats: Iterable[tuple[str, str, Mapping[str, str]]],
    at: datetime,
) -> World:
    """The world of this seed, as it is at this moment."""
    chance = random.Random(seed)
    world = World(at, rules)
    keys = {name: _keys(chance, name, tables) for name in rules}
    for name in _parents_first(rules, parents):
        world.rows[name] = {
            key: _row(chance, tables[name], key, keys, draws.get(name, {}), parents.get(name), world)
            for key in keys[name]
        }
    for name, other, columns in repeats:
        for row in world.rows[name].values():
            _repeat(chance, row, world.rows[other], columns)
    for name, kinds in objects.items():
        for row in world.rows[name].values():
            _point(chance, row, kinds, world)
    _draw_openings(chance, world, tables["dossiers_grant"])
    return world


def _repeat(chance: random.Random, row: dict[str, Any], others: Mapping[Any, Row], columns: Mapping[str, str]) -> None:
    """Let a row say what another one says, often; or all but one thing of it."""
    if chance.random() < 0.5:
        return
    said = others[chance.choice(list(others))]
    left_out = chance.choice([*columns, *[""] * len(columns)])
    row.update({own: said[theirs] for own, theirs in columns.items() if own != left_out})


def _point(chance: random.Random, row: dict[str, Any], kinds: Mapping[str, str], world: World) -> None:
    """Let a row that names an object by its kind name one of the same case, mostly."""
    row["object_type"] = chance.choice([*kinds, ""])
    there = world.rows.get(kinds.get(row["object_type"], ""), {})
    row["object_id"] = chance.choice(list(there)) if there else None
    if there and chance.random() < 0.85:
        row["dossier_id"] = there[row["object_id"]]["dossier_id"] or row["dossier_id"]
    if chance.random() < 0.25:  # the number of one thing under the name of another
        row["object_type"] = chance.choice([*kinds, ""])


def _parents_first(rules: Mapping[str, Rules], parents: Mapping[str, tuple[str, str]]) -> list[str]:
    return sorted(rules, key=lambda name: (name in parents, name))


def _keys(chance: random.Random, name: str, tables: Mapping[str, Table]) -> list[Any]:
    table = tables[name]
    column = table.column(table.key)
    assert column is not None
    if column.type == "uuid":
        return [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(ROWS)]
    size = _SIZES.get(column.refers_to or "", _SIZES.get(name, ROWS))
    return list(range(1, size + 1))


def _row(
    chance: random.Random,
    table: Table,
    key: Any,
    keys: Mapping[str, list[Any]],
    draws: Mapping[str, tuple[Any, ...]],
    parent: tuple[str, str] | None,
    world: World,
) -> dict[str, Any]:
    row = {}
    for column in table.columns:
        if column.name == table.key:
            value: Any = key
        elif column.name in draws:
            value = chance.choice(draws[column.name])
            if isinstance(value, timedelta):  # so long after the moment of the world
                value = world.at + value
        elif column.refers_to is not None:
            known = keys.get(column.refers_to, range(1, 10))
            value = None if column.is_nullable and chance.random() < 0.35 else chance.choice(known)
        elif column.name == "category":
            value = chance.randrange(11)
        else:
            value = None if column.is_nullable else _any_value(column.type, key)
        row[column.name] = value
    if parent is not None and "dossier_id" in row and chance.random() < 0.85:
        row["dossier_id"] = world.rows[parent[1]][row[parent[0]]]["dossier_id"]
    if row.get("staff_id") and row.get("institution_id") and chance.random() < 0.6:
        row["institution_id"] = works_at(row["staff_id"])
    return row


def works_at(staff: int) -> int:
    """Where an actor of this number works; nobody works at the last institution."""
    return 1 + (staff - 1) % (INSTITUTIONS - 1)


def _any_value(kind: str, key: Any) -> Any:
    if kind.startswith("_"):
        return "{}"
    if kind in ("int2", "int4", "int8", "numeric", "float8", "interval"):
        return 0
    return {
        "bool": False,
        "date": MOMENT.date(),
        "timestamptz": MOMENT,
        "time": MOMENT.time(),
        "jsonb": "{}",
        "uuid": str(uuid.UUID(int=hash(key) % 2**64)),
        "inet": "192.0.2.1",
        "bytea": b"",
        "daterange": "empty",
        "tstzrange": "empty",
    }.get(kind, "x")


def _draw_openings(chance: random.Random, world: World, table: Table) -> None:
    """What acts opened in each case: to institutions and single staff, now, no more, or not yet."""
    world.rows["dossiers_grant"], number = {}, 0
    for dossier, file in world.rows["dossiers_dossier"].items():
        principals: list[tuple[int | None, int | None]] = []
        for _ in range(chance.randint(3, 9)):
            to_staff = chance.random() < 0.4
            again = bool(principals) and chance.random() < 0.5
            if again:  # one act more for somebody who has something already
                principal = chance.choice(principals)
            else:
                principal = (None, chance.randint(1, STAFF)) if to_staff else (chance.randint(1, INSTITUTIONS), None)
            principals.append(principal)
            # Often the wider of two acts is the one that is over, or has not begun.
            is_wide = again and chance.random() < 0.6
            begins = world.at + timedelta(days=chance.choice((-30, 2) if is_wide else (-30, -30, -30, -2, 2)))
            lasts = 1 if is_wide else chance.choice((0, 1, 60, 60, 60))
            opening = Opening(
                dossier=dossier,
                person=file["person_id"],
                institution=principal[0],
                staff=principal[1],
                categories=frozenset(chance.sample(range(11), 10 if is_wide else chance.choice((1, 4, 7, 10)))),
                power=3 if is_wide else chance.choice((1, 2, 2, 3, 3)),
                begins=begins,
                ends=begins + timedelta(days=lasts),
            )
            number += 1
            world.openings.append(opening)
            world.rows["dossiers_grant"][number] = _as_row(opening, number, table)


def _as_row(opening: Opening, number: int, table: Table) -> dict[str, Any]:
    row = {column.name: None if column.is_nullable else _any_value(column.type, number) for column in table.columns}
    return row | {
        "id": number,
        "dossier_id": opening.dossier,
        "institution_id": opening.institution,
        "staff_id": opening.staff,
        "categories": sum(1 << category for category in opening.categories),
        "power": opening.power,
        "valid_from": opening.begins,
        "valid_until": opening.ends,
        **({"person_id": opening.person} if table.column("person_id") else {}),
    }
