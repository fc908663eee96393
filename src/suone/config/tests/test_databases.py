"""A test database is a clone of what the present migrations make, never of what earlier ones made."""

from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from suone.config.tests import databases


@pytest.mark.django_db
def test_nothing_is_left_to_migrate() -> None:
    executor = MigrationExecutor(connection)

    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_whatever_a_migrated_database_follows_from_is_in_the_digest() -> None:
    found = {str(file.relative_to(databases._SOURCE)) for file in databases._files_of_migrations()}

    assert {
        "records/dossiers/migrations/0001_initial.py",
        "records/dossiers/sql/grants.sql",
        "ground/access/row_policies.py",  # a migration runs it
        "ground/access/categories.py",  # a model reads it
        "canton/instruments/rules.py",  # what follows a migration reads it
        "canton/instruments/files/early-detection.toml",
        "config/settings.py",
    } <= found


def test_another_text_makes_another_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_SOURCE", tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.py").write_text("")
    kept = tmp_path / "dossiers" / "sql" / "0001_initial"  # the text that a release ran
    kept.mkdir(parents=True)
    text = kept / "grants.sql"

    text.write_text("SELECT 1")
    before = databases.digest_of_migrations()
    assert databases.digest_of_migrations() == before
    text.write_text("SELECT 2")

    assert databases.digest_of_migrations() != before


@pytest.mark.django_db
def test_old_ones_are_dropped() -> None:
    with databases.administering() as administering:
        administering.execute("CREATE DATABASE migrated_long_ago_of_test")
        databases._drop_old(administering, "migrated", keeping=databases.digest_of_migrations())

        assert not databases._exists(administering, "migrated_long_ago_of_test")
        assert databases._exists(administering, f"migrated_{databases.digest_of_migrations()}")
