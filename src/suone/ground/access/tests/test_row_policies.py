from types import SimpleNamespace
from typing import Any

import pytest
from django.db import ProgrammingError, connection, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ModelState, ProjectState

from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, TableRights, granted, own_institution, own_staff, permitted


def _state(*constraints: RowPolicies) -> ProjectState:
    state = ProjectState()
    options: dict[str, Any] = {"constraints": list(constraints)}
    state.add_model(ModelState("access", "Thing", [("id", models.AutoField(primary_key=True))], options))
    return state


def _operations(before: RowPolicies, after: RowPolicies) -> list[str]:
    questioner = NonInteractiveMigrationQuestioner()
    changes = MigrationAutodetector(_state(before), _state(after), questioner)._detect_changes()
    return [type(operation).__name__ for migration in changes.get("access", []) for operation in migration.operations]


def test_a_changed_condition_makes_a_migration() -> None:
    before = RowPolicies(name="thing_row_policies", select="true")

    assert _operations(before, RowPolicies(name="thing_row_policies", select="true")) == []
    for after in (
        RowPolicies(name="thing_row_policies", select="false"),
        RowPolicies(name="thing_row_policies", select="true", delete="true"),
        RowPolicies(name="thing_row_policies", select="true", updates=("word",)),
        RowPolicies(name="thing_row_policies", select="true", before="true"),
        RowPolicies(name="thing_row_policies", select="true", kinds=("guest",)),
        RowPolicies(name="thing_row_policies", select="true", before_log_in=True),
        RowPolicies(name="thing_row_policies"),
    ):
        assert _operations(before, after) == ["RemoveConstraint", "AddConstraint"]


# A table of the test alone; the policies ask a model for nothing but the names of its table and columns.
Thing: Any = SimpleNamespace(
    _meta=SimpleNamespace(db_table="access_thing", get_field=lambda name: SimpleNamespace(column=name))
)
_WORDS = ("word",)


@pytest.fixture
def things(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE access_thing (id serial PRIMARY KEY, place int DEFAULT 1, word text)")
        cursor.execute("INSERT INTO access_thing (word) VALUES ('mine'), ('yours')")


def _apply(policies: TableRights, *, remove: bool = False) -> None:
    with connection.schema_editor() as editor:
        sql = policies.remove_sql(Thing, editor) if remove else policies.create_sql(Thing, editor)
        editor.execute(sql)


def _as_app(statement: str, *, kind: str = "staff") -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('suone.kind', %s, true)", [kind])
        cursor.execute("SET LOCAL ROLE suone_app")
        cursor.execute(statement)
        found = cursor.fetchall() if cursor.description else [(cursor.rowcount,)]
        cursor.execute("RESET ROLE")
    return found


def _refused(statement: str, match: str = "permission denied") -> None:
    with pytest.raises(ProgrammingError, match=match):
        _as_app(statement)


def test_a_command_without_a_condition_is_refused(things: None) -> None:
    _apply(RowPolicies(name="thing_row_policies", select="{table}.word = 'mine'"))

    assert _as_app("SELECT word FROM access_thing") == [("mine",)]
    _refused("UPDATE access_thing SET word = 'x'")
    _refused("DELETE FROM access_thing")
    _refused("INSERT INTO access_thing (word) VALUES ('x')")


def test_without_any_condition_nothing_is_reached(things: None) -> None:
    _apply(RowPolicies(name="thing_row_policies"))

    _refused("SELECT word FROM access_thing")


def test_a_row_cannot_be_changed_out_of_reach(things: None) -> None:
    _apply(RowPolicies(name="thing_row_policies", select="true", update="{table}.word <> 'yours'", updates=_WORDS))

    assert _as_app("UPDATE access_thing SET word = word || '!' WHERE word = 'yours'") == [(0,)]
    _refused("UPDATE access_thing SET word = 'yours' WHERE word = 'mine'", "row-level security")


def test_only_the_named_columns_ever_change(things: None) -> None:
    _apply(RowPolicies(name="thing_row_policies", select="true", update="true", updates=_WORDS))

    assert _as_app("UPDATE access_thing SET word = 'x'") == [(2,)]
    _refused("UPDATE access_thing SET place = 2")
    _refused("UPDATE access_thing SET word = 'x', place = 2")


def test_what_is_not_seen_is_not_changed_and_not_deleted(things: None) -> None:
    seen = "{table}.word <> 'yours'"
    _apply(RowPolicies(name="thing_row_policies", select=seen, update="true", updates=_WORDS, delete="true"))

    # Without a WHERE, since PostgreSQL asks for the SELECT condition by itself only where a statement reads.
    assert _as_app("UPDATE access_thing SET word = 'x'") == [(1,)]
    _refused("UPDATE access_thing SET word = 'yours'", "row-level security")
    assert _as_app("DELETE FROM access_thing") == [(1,)]


def test_what_must_hold_before_need_not_hold_afterwards(things: None) -> None:
    _apply(
        RowPolicies(
            name="thing_row_policies", select="true", update="true", updates=_WORDS, before="{table}.word = 'mine'"
        )
    )

    assert _as_app("UPDATE access_thing SET word = 'done'") == [(1,)]
    assert _as_app("UPDATE access_thing SET word = 'again'") == [(0,)]


@pytest.mark.parametrize("command", ["select", "insert", "update", "delete"])
def test_other_kinds_of_actors_reach_nothing(things: None, command: str) -> None:
    conditions = dict.fromkeys(("select", "insert", "update", "delete"), "true")
    statement = {
        "select": "SELECT word FROM access_thing",
        "insert": "INSERT INTO access_thing (word) VALUES ('x')",
        "update": "UPDATE access_thing SET word = 'x'",
        "delete": "DELETE FROM access_thing",
    }[command]
    _apply(RowPolicies(name="thing_row_policies", **conditions, updates=_WORDS, kinds=("system",)))

    assert _as_app(statement, kind="system")
    for kind in ("staff", "job", "guest", "public", "person", ""):
        if command == "insert":
            with pytest.raises(ProgrammingError, match="row-level security"):
                _as_app(statement, kind=kind)
        else:
            assert _as_app(statement, kind=kind) in ([], [(0,)])


def test_before_a_log_in_rows_are_read_and_nothing_else(things: None) -> None:
    _apply(RowPolicies(name="thing_row_policies", select="true", update="true", updates=_WORDS, before_log_in=True))

    assert len(_as_app("SELECT word FROM access_thing", kind="")) == 2
    assert _as_app("UPDATE access_thing SET word = 'x'", kind="") == [(0,)]


def test_a_table_that_is_open_on_purpose_has_its_declared_rights_alone(things: None) -> None:
    _apply(TableRights(name="thing_rights", allows=("select",), updates=_WORDS))

    assert len(_as_app("SELECT word FROM access_thing", kind="")) == 2
    assert _as_app("UPDATE access_thing SET word = 'x'", kind="") == [(2,)]
    _refused("UPDATE access_thing SET place = 2")
    _refused("INSERT INTO access_thing (word) VALUES ('x')")


def test_policies_taken_away_leave_neither_policy_nor_right_behind(things: None) -> None:
    policies = RowPolicies(name="thing_row_policies", select="false", insert="false", update="false", delete="false")
    _apply(policies)

    _apply(policies, remove=True)

    _refused("SELECT word FROM access_thing")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_policies WHERE tablename = 'access_thing'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT relrowsecurity FROM pg_class WHERE relname = 'access_thing'")
        assert cursor.fetchone() == (False,)


def test_the_conditions_ask_the_actor_once_a_statement() -> None:
    conditions = [
        permitted("audit.read"),
        own_institution(),
        granted(Power.READ, category="{table}.category"),
        own_staff(),
    ]

    for condition in conditions:
        for function in ("actor_kind()", "actor_may('audit.read')", "actor_institution()", "actor_staff()"):
            # A bare call would run once a row; in a scalar sub-select it runs once.
            assert condition.count(function) == condition.count(f"(SELECT {function})")
    assert "OFFSET 0" in conditions[2]
    assert "statement_timestamp()" in conditions[2]


def test_each_category_has_a_bit_of_its_own_that_is_never_renumbered() -> None:
    assert [(category.name, category.bit) for category in DataCategory] == [
        ("IDENTITY", 1), ("EMPLOYMENT", 2), ("EDUCATION", 4), ("FINANCES", 8), ("HEALTH", 16), ("ADDICTION", 32),
        ("FAMILY", 64), ("JUSTICE", 128), ("MIGRATION", 256), ("NETWORK", 512), ("ADMINISTRATIVE", 1024),
    ]  # fmt: skip
