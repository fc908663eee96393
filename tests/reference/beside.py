"""PostgreSQL beside the model: the same worlds, the same actors, and what each of the two decides.

A clone of the migrated database loses every constraint and trigger, so that any world fits in; rights, policies and
functions stay as they are. Reading, changing and deleting are tried as ``suone_app`` by real statements; inserting, and
what a change may leave behind, by the policy's own condition over rows that lie in a schema apart. (A statement that reads meets the
condition of reading too; one that changes blindly does not.)
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from suone.config.tests import databases
from tests.reference.model import Actor, Rules, World
from tests.reference.worlds import Column, Table

COMMANDS = ("select", "insert", "update", "keep", "delete", "change", "destroy")
# What a condition by itself says, over rows that lie apart: the right it belongs to, and which part of the policy.
CONDITIONS = {
    "insert": ("insert", "check"),
    "keep": ("update", "check"),
    "change": ("update", "using"),
    "destroy": ("delete", "using"),
}

_BARE = """
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'c', 'u', 'x') AND conparentid = 0
          AND conrelid <> 0 ORDER BY contype = 'u'
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.place, found.conname); END LOOP;
    FOR found IN SELECT tgrelid::regclass AS place, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = 'public'::regnamespace AND NOT tgisinternal AND tgparentid = 0
    LOOP EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, found.place); END LOOP;
    FOR found IN SELECT indexrelid::regclass AS index FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.relnamespace = 'public'::regnamespace AND indisunique AND NOT indisprimary AND NOT c.relispartition
    LOOP EXECUTE format('DROP INDEX %s', found.index); END LOOP;
END $$;
CREATE OR REPLACE FUNCTION actor_transaction() RETURNS bigint LANGUAGE sql STABLE RETURN 7;
CREATE SCHEMA candidates;
GRANT USAGE ON SCHEMA candidates TO suone_app;
"""
# Computed from the role, and from the address of a form: given here, so that roles of one kind need an approval or do not,
# and drafts are of all cases.
_GIVEN = (
    "ALTER TABLE appointments_heldrole ALTER COLUMN needs_approval DROP EXPRESSION;"
    "ALTER TABLE entrances_draft ALTER COLUMN dossier_id DROP EXPRESSION"
)
_COLUMNS = """
SELECT c.relname, a.attname, t.typname, NOT a.attnotnull, a.attgenerated = '', f.relname,
       (SELECT k.attname FROM pg_index i JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0]
        WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_constraint r ON r.conrelid = c.oid AND r.contype = 'f' AND r.conkey = ARRAY[a.attnum]
LEFT JOIN pg_class f ON f.oid = r.confrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname, a.attnum
"""


_BY_NAME = {
    "dossier_id": "dossiers_dossier",
    "institution_id": "institutions_institution",
    "staff_id": "appointments_appointment",
}


@dataclass(frozen=True)
class Policy:
    table: str
    command: str
    name: str
    using: str | None
    check: str | None


@dataclass(frozen=True)
class Difference:
    actor: str
    command: str
    table: str
    row: Any
    model: bool

    def __str__(self) -> str:
        return (
            f"{self.actor} {self.command} {self.table} {self.row}: the model says {'yes' if self.model else 'no'}, "
            f"PostgreSQL {'no' if self.model else 'yes'}"
        )


class Beside:
    """A database for the model to be compared with."""

    def __init__(self, connection: psycopg.Connection[Any], rules: dict[str, Rules]) -> None:
        self.connection, self.rules = connection, rules
        connection.execute(_GIVEN)
        self.tables = self._read_tables()
        self.policed = {
            name
            for (name,) in connection.execute(
                "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
                " AND NOT relispartition"
                # What libraries keep of accounts is tried in signin/tests/test_whose_accounts.py.
                " AND relname !~ '^(account|axes|django|mfa|procrastinate|socialaccount)_'"
            )
        }
        connection.execute(_BARE.encode())
        self.present = [name for name in rules if name in self.tables]
        for name in self.present:
            connection.execute(
                sql.SQL("CREATE TABLE candidates.{0} AS SELECT * FROM {0} WITH NO DATA").format(sql.Identifier(name))
            )
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA candidates TO suone_app")
        connection.commit()

    def _read_tables(self) -> dict[str, Table]:
        columns: dict[str, list[Column]] = {}
        keys: dict[str, str] = {}
        for table, name, kind, nullable, given, refers_to, key in self.connection.execute(_COLUMNS):
            columns.setdefault(table, []).append(Column(name, kind, nullable, given, refers_to or _BY_NAME.get(name)))
            keys[table] = key
        return {name: Table(name, keys[name] or "id", tuple(found)) for name, found in columns.items()}

    def policies(self) -> list[Policy]:
        """Those that bind the app's role; what the role that counts may read, tests/test_writes.py asks."""
        rows = self.connection.execute(
            "SELECT tablename, lower(cmd), policyname, qual, with_check FROM pg_policies WHERE schemaname = 'public'"
            " AND roles && '{public,suone_app}' ORDER BY 1, 2, 3"
        )
        return [Policy(*row) for row in rows]

    def load(self, world: World) -> None:
        """Put this world in place of the one before."""
        names = sql.SQL(", ").join(sql.Identifier(name) for name in self.present)
        self.connection.execute(sql.SQL("TRUNCATE {}").format(names))
        for name in self.present:
            table = self.tables[name]
            given = [column.name for column in table.columns if column.is_given]
            columns = sql.SQL(", ").join(map(sql.Identifier, given))
            with (
                self.connection.cursor() as cursor,
                cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), columns)) as copy,
            ):
                for row in world.rows[name].values():
                    copy.write_row([row[column] for column in given])
            self.connection.execute(
                sql.SQL("TRUNCATE candidates.{0}; INSERT INTO candidates.{0} SELECT * FROM {0}").format(
                    sql.Identifier(name)
                )
            )
        self.connection.commit()

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[None]:
        """Statements as this actor, of which nothing stays."""
        self.connection.execute(
            "SELECT set_config('suone.kind', %s, true), set_config('suone.institution', %s, true),"
            " set_config('suone.staff', %s, true), set_config('suone.permissions', %s, true),"
            " set_config('role', 'suone_app', true)",
            [
                actor.kind,
                "" if actor.institution is None else str(actor.institution),
                "" if actor.staff is None else str(actor.staff),
                "{" + ",".join(sorted(actor.permissions)) + "}",
            ],
        )
        yield
        self.connection.execute("RESET ROLE")

    def statements(self, tables: Iterable[str] | None = None) -> dict[tuple[str, str], str]:
        """For each table and command the statement that returns which rows are reached; none where there is no right."""
        wanted = set(self.present if tables is None else tables)
        conditions = self.conditions(wanted)
        found = {}
        for name in wanted:
            key = self.tables[name].key
            may = self._rights(name)
            if "select" in may:
                found[name, "select"] = f'SELECT "{key}" FROM "{name}"'
            if "delete" in may:
                found[name, "delete"] = f'DELETE FROM "{name}" RETURNING "{key}"'
            if "update" in may:  # a lock asks for the same right and the same conditions as a change, and costs less
                found[name, "update"] = f'SELECT "{key}" FROM "{name}" FOR UPDATE'
            for command, (right, _part) in CONDITIONS.items():
                if (name, command) in conditions and right in may:
                    found[name, command] = self.over_candidates(name, conditions[name, command])
        return found

    def conditions(self, tables: set[str]) -> dict[tuple[str, str], list[str]]:
        """What each command asks of a row by itself: one of several policies is enough."""
        found: dict[tuple[str, str], list[str]] = {}
        for policy in self.policies():
            for command, (right, part) in CONDITIONS.items():
                if policy.table in tables and policy.command == right:
                    condition = policy.using if part == "using" else policy.check or policy.using
                    found.setdefault((policy.table, command), []).append(condition or "false")
        return found

    def over_candidates(self, name: str, conditions: Iterable[str]) -> str:
        """The rows that lie apart for which one of these conditions holds."""
        either = " OR ".join(f"({condition})" for condition in conditions)
        key = self.tables[name].key
        return f'SELECT "{key}" FROM candidates."{name}" AS "{name}" WHERE {either}'

    def _rights(self, name: str) -> set[str]:
        rows = self.connection.execute(
            "SELECT p FROM unnest('{select,insert,delete}'::text[]) p"
            " WHERE has_table_privilege('suone_app', %s::regclass, p)"
            " UNION ALL SELECT 'update' WHERE has_any_column_privilege('suone_app', %s::regclass, 'UPDATE')",
            [f'"{name}"', f'"{name}"'],
        )
        return {right for (right,) in rows}

    def decided(
        self, statements: dict[tuple[str, str], str], actor: Actor, *, prepare: bool = True
    ) -> dict[tuple[str, str], set[Any]]:
        """Which rows PostgreSQL lets this actor reach, by table and command."""
        found = {}
        with self.acting(actor):
            for place, statement in statements.items():
                if place[1] == "delete":
                    self.connection.execute("SAVEPOINT trial")
                found[place] = {
                    _plain(row[0]) for row in self.connection.execute(statement.encode(), prepare=prepare).fetchall()
                }
                if place[1] == "delete":
                    self.connection.execute("ROLLBACK TO trial")
        return found


def _plain(key: Any) -> Any:
    return key if isinstance(key, int) else str(key)


@contextmanager
def opened_beside(rules: dict[str, Rules]) -> Iterator[Beside]:
    """A database of its own for the time of a comparison."""
    name, owner = f"reference_{os.getpid()}", settings.DATABASES["owner"]
    databases.make_migrated(name)
    try:
        with psycopg.connect(
            host=owner["HOST"] or None,
            port=owner["PORT"] or None,
            user=owner["USER"],
            password=owner["PASSWORD"] or None,
            dbname=name,
        ) as connection:
            connection.execute("SET plan_cache_mode = force_generic_plan")  # planned once, asked for every actor
            yield Beside(connection, rules)
    finally:
        databases.drop(name)


class Expected:
    """What the model decides in a world, worked out once for each actor, table and command."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._kept: dict[tuple[str, str, str], set[Any]] = {}

    def rows(self, actor: Actor, table: str, command: str) -> set[Any]:
        key = (actor.name, table, command)
        if key not in self._kept:
            rows = self.world.rows[table].items()
            self._kept[key] = {number for number, row in rows if self.world.may(actor, command, table, row)}
        return self._kept[key]


def differences(
    beside: Beside,
    expected: Expected,
    actors: list[Actor],
    *,
    statements: dict[tuple[str, str], str] | None = None,
    places: Iterable[tuple[str, str]] | None = None,
    counted: Callable[[int], None] = lambda number: None,
    first_alone: bool = False,
) -> list[Difference]:
    """Every decision on which the model and PostgreSQL part."""
    statements = beside.statements() if statements is None else statements
    wanted = list(places) if places is not None else [(name, each) for name in beside.present for each in COMMANDS]
    asked = {place: statements[place] for place in wanted if place in statements}
    found = []
    for actor in actors:
        decided = beside.decided(asked, actor)
        for table, command in wanted:
            says, is_so = expected.rows(actor, table, command), decided.get((table, command), set())
            counted(len(expected.world.rows[table]))
            found += [Difference(actor.name, command, table, row, row in says) for row in says ^ is_so]
        if found and first_alone:
            break
    return found
