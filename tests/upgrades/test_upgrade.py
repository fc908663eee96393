"""A database of every release becomes one of today: the same schema as a new one, and no row lost or changed unasked."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from suone.config.tests import databases
from tests.upgrades.dumps import FOLDER, columns_of, environment_of, restore, rows_of, schema_of, upgrade

# Tables whose rows a migration changes on purpose, with the reason.
CHANGED: dict[str, str] = {
    "workitems_outcome": "each function that says what became of a work item is a row",
}


@pytest.fixture(params=sorted(FOLDER.glob("*.dump")), ids=lambda dump: dump.stem)
def released(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database as the release left it."""
    dump: Path = request.param
    name = f"upgrade_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():
        restore(dump, name)
        yield name
        databases.drop(name)


@pytest.fixture
def of_today(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a new database: other tests leave partitions of the register behind in theirs."""
    name = f"new_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():
        databases.make_migrated(name)
        yield name
        databases.drop(name)


def test_a_database_of_a_release_becomes_one_of_today(released: str, of_today: str) -> None:
    with psycopg.connect(environment_of(released)["DATABASE_OWNER_URL"], autocommit=True) as connection:
        columns = columns_of(connection)
        before = rows_of(connection, columns)
        assert before["cases_case"][0] > 10

        upgrade(released)

        left = columns_of(connection)
        kept = {table: [name for name in names if name in left.get(table, [])] for table, names in columns.items()}
        lost = {table: names for table, names in columns.items() if kept[table] != names}
        assert lost.keys() <= CHANGED.keys()
        after = rows_of(connection, {table: names for table, names in columns.items() if table not in lost})
        changed = {table for table, rows in after.items() if rows != before[table]}
        assert changed <= CHANGED.keys()
    assert schema_of(released) == schema_of(of_today)
