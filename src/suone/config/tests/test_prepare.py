"""Roles, extensions, and who the server acts as."""

import os
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from suone.config.embedded import ServerTrouble
from suone.config.prepare import EXTENSIONS, ROLES, _connected, _refuse_powerful_app, prepare_given
from suone.config.tests import databases

PAGE = Path(__file__).resolve().parents[4] / "docs" / "operations.md"


def test_the_operations_page_makes_every_role_and_extension() -> None:
    page = PAGE.read_text()

    assert all(f"CREATE ROLE {role} " in page for role in ROLES)
    assert all(f"CREATE EXTENSION IF NOT EXISTS {extension};" in page for extension in EXTENSIONS)


@pytest.mark.django_db
def test_a_test_database_has_the_extensions() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        there = {row[0] for row in cursor.fetchall()}

    assert set(EXTENSIONS) <= there


@pytest.mark.django_db
def test_the_app_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = 'suone_app'::regrole")
        owned = cursor.fetchone()

    assert owned == (0,)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["suone_app", "suone_report"])
def test_the_app_makes_no_temporary_tables(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(%s, current_database(), 'TEMPORARY')", [role])

        assert cursor.fetchone() == (False,)


@pytest.mark.django_db
def test_whoever_prepares_a_database_takes_temporary_tables_from_all_but_the_owner() -> None:
    name = f"prepared_{os.getpid()}"
    owner = connection.settings_dict | {"NAME": name, "USER": "suone_owner"}
    app = owner | {"USER": "suone_app"}
    with databases.administering() as administering:
        administering.execute(f"CREATE DATABASE {name}")
        try:
            with _connected(app) as as_app, pytest.raises(ServerTrouble, match="temporary tables"):
                _refuse_powerful_app(as_app)
            prepare_given(owner, app)
            with _connected(app) as as_app, pytest.raises(psycopg.errors.InsufficientPrivilege):
                as_app.execute('CREATE DOMAIN pg_temp.text AS "char"')
        finally:
            databases.drop(name)


@pytest.mark.django_db
def test_an_owner_as_the_app_is_refused() -> None:
    owner = connection.settings_dict

    with pytest.raises(ServerTrouble, match="give it suone_app"):
        prepare_given(owner, owner)
