"""A migration runs an SQL file, or some functions of it in place of those there are."""

import re
from pathlib import Path

import pytest
from django.db import connection

from suone.ground.access.sql_files import replacing, sql_file

SOURCES = Path(__file__).resolve().parents[3]
ACTS = SOURCES / "records" / "dossiers" / "sql" / "acts.sql"
_CREATES = re.compile(r"^CREATE FUNCTION ([\w.]+)\(", re.MULTILINE)


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("sql/**/*.sql")), ids=lambda path: str(path.relative_to(SOURCES)))
def test_each_function_of_a_file_is_found_whole(path: Path) -> None:
    text = path.read_text()

    for name in _CREATES.findall(text):
        statement = replacing(text, name)
        assert re.sub(r" +--.*\Z", "", statement).endswith(";")
        assert len(re.findall(r"^(?:CREATE|GRANT|INSERT) ", statement, re.MULTILINE)) == 1
        assert statement.count("$$") in (0, 2)


@pytest.mark.django_db
def test_a_function_run_again_replaces_itself() -> None:
    text = ACTS.read_text()
    with connection.cursor() as cursor:
        for name in _CREATES.findall(text):
            cursor.execute(
                "SELECT pg_get_functiondef(%s::regproc), proacl::text FROM pg_proc WHERE oid = %s::regproc", [name] * 2
            )
            before = cursor.fetchone()
            cursor.execute(replacing(text, name))
            cursor.execute(
                "SELECT pg_get_functiondef(%s::regproc), proacl::text FROM pg_proc WHERE oid = %s::regproc", [name] * 2
            )
            assert cursor.fetchone() == before


def test_a_migration_runs_the_named_functions_of_the_released_text_alone(tmp_path: Path) -> None:
    (tmp_path / "sql" / "0002_changed").mkdir(parents=True)
    today = "CREATE FUNCTION one() RETURNS int LANGUAGE sql RETURN 1;\n-- Two.\nCREATE FUNCTION two() RETURNS int LANGUAGE sql RETURN 2;"
    (tmp_path / "sql" / "acts.sql").write_text(today)
    (tmp_path / "sql" / "0002_changed" / "acts.sql").write_text(today.replace("RETURN 1", "RETURN 0"))

    released = sql_file(str(tmp_path / "migrations" / "0002_changed.py"), "acts.sql", functions=["one"])
    new = sql_file(str(tmp_path / "migrations" / "0003_again.py"), "acts.sql", functions=["one", "two"])

    assert released.sql == ["CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql RETURN 0;"]
    assert [statement[:35] for statement in new.sql] == [
        "CREATE OR REPLACE FUNCTION one() RE",
        "CREATE OR REPLACE FUNCTION two() RE",
    ]


def test_a_function_that_a_file_does_not_create_is_an_error() -> None:
    with pytest.raises(ValueError, match="no CREATE FUNCTION three"):
        replacing("CREATE FUNCTION two() RETURNS int LANGUAGE sql RETURN 2;", "three")
