"""Roles, extensions, and who the server acts as."""

from pathlib import Path

import pytest
from django.db import connection

from suone.config.embedded import ServerTrouble
from suone.config.prepare import EXTENSIONS, ROLES, prepare_given

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
def test_an_owner_as_the_app_is_refused() -> None:
    owner = connection.settings_dict

    with pytest.raises(ServerTrouble, match="give it suone_app"):
        prepare_given(owner, owner)
