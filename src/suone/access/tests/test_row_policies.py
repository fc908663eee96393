from types import SimpleNamespace
from typing import Any

import pytest
from django.db import ProgrammingError, connection, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ModelState, ProjectState

from suone.access.categories import DataCategory, Power
from suone.access.row_policies import RowPolicies, anybody_acting, granted, whoever_may


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
        RowPolicies(name="thing_row_policies"),
    ):
        assert _operations(before, after) == ["RemoveConstraint", "AddConstraint"]


# A table of the test alone; the policies ask a model for nothing but the name of its table.
Thing: Any = SimpleNamespace(_meta=SimpleNamespace(db_table="access_thing"))


@pytest.fixture
def things(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE access_thing (id serial PRIMARY KEY, word text)")
        cursor.execute("INSERT INTO access_thing (word) VALUES ('mine'), ('yours')")


def _apply(policies: RowPolicies, *, remove: bool = False) -> None:
    with connection.schema_editor() as editor:
        sql = policies.remove_sql(Thing, editor) if remove else policies.create_sql(Thing, editor)
        editor.execute(sql)


def _as_app(statement: str) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE suone_app")
        cursor.execute(statement)
        found = cursor.fetchall() if cursor.description else [(cursor.rowcount,)]
        cursor.execute("RESET ROLE")
    return found


def test_a_command_without_a_condition_is_refused(things: None) -> None:
    _apply(RowPolicies(name="thing_row_policies", select="{table}.word = 'mine'"))

    assert _as_app("SELECT word FROM access_thing") == [("mine",)]
    assert _as_app("UPDATE access_thing SET word = 'x'") == [(0,)]
    assert _as_app("DELETE FROM access_thing") == [(0,)]


def test_without_any_condition_nothing_is_reached(things: None) -> None:
    _apply(RowPolicies(name="thing_row_policies"))

    assert _as_app("SELECT word FROM access_thing") == []


def test_a_row_cannot_be_changed_out_of_reach(things: None) -> None:
    _apply(RowPolicies(name="thing_row_policies", select="true", update="{table}.word <> 'yours'"))

    assert _as_app("UPDATE access_thing SET word = word || '!' WHERE word = 'yours'") == [(0,)]
    with pytest.raises(ProgrammingError, match="row-level security"):
        _as_app("UPDATE access_thing SET word = 'yours' WHERE word = 'mine'")


def test_policies_taken_away_leave_none_behind(things: None) -> None:
    policies = RowPolicies(name="thing_row_policies", select="false", insert="false", update="false", delete="false")
    _apply(policies)

    _apply(policies, remove=True)

    assert len(_as_app("SELECT word FROM access_thing")) == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_policies WHERE tablename = 'access_thing'")
        assert cursor.fetchone() == (0,)


def test_the_conditions_ask_the_actor_once_a_statement() -> None:
    conditions = [anybody_acting(), whoever_may("audit.read"), granted(Power.READ, category="{table}.category")]

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
