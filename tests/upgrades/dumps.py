"""Dumps of databases: made once for a release, restored and compared by the test beside it.

    python -m tests.upgrades.dumps 0.1.0

writes ``tests/upgrades/0.1.0.dump``: the demo canton as that release's ``suone demo`` fills it in.
"""

import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from suone.config.tests import databases

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
_FILL_IN = """
import django; django.setup()
from django.db import transaction
from suone.demo.seed import as_owner, fill_in
with as_owner(), transaction.atomic():
    fill_in()
"""
# Filled by Django after every migration: a newer version knows more of both.
_OF_THE_FRAMEWORK = ("django_migrations", "django_content_type", "auth_permission")

Rows = dict[str, tuple[int, str]]


def make(release: str) -> Path:
    """The dump of this release, from the code of this checkout."""
    name = f"release_{uuid.uuid4().hex[:8]}"
    databases.make_migrated(name)
    try:
        subprocess.run([sys.executable, "-c", _FILL_IN], check=True, env=environment_of(name), cwd=ROOT)
        path = FOLDER / f"{release}.dump"
        path.write_bytes(_run("pg_dump", name, "--format=custom", "--compress=9", "--no-owner", "--no-comments"))
        return path
    finally:
        databases.drop(name)


def restore(dump: Path, name: str) -> None:
    """A new database of this name with what the dump holds."""
    with databases.administering() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    _run("pg_restore", name, "--no-owner", "--exit-on-error", str(dump))


def upgrade(name: str) -> None:
    """What ``suone migrate`` does to it."""
    migrate = [sys.executable, "-m", "suone.config.cli", "migrate"]
    subprocess.run(migrate, check=True, env=environment_of(name), cwd=ROOT)


def schema_of(name: str) -> list[str]:
    """Every statement that makes the schema, as a restored dump says it.

    PostgreSQL writes some expressions differently once they went through a dump, so that both sides go through one.
    """
    copy = f"schema_{uuid.uuid4().hex[:8]}"
    with tempfile.NamedTemporaryFile() as dump:
        dump.write(_run("pg_dump", name, "--format=custom", "--schema-only", "--no-owner", "--no-comments"))
        dump.flush()
        restore(Path(dump.name), copy)
    try:
        text = _run("pg_dump", copy, "--schema-only", "--no-owner", "--no-comments").decode()
    finally:
        databases.drop(copy)
    return [line for line in text.splitlines() if line and not line.startswith(("--", "\\restrict", "\\unrestrict"))]


def rows_of(connection: psycopg.Connection[Any], columns: dict[str, list[str]]) -> Rows:
    """How many rows each table holds, and a digest of what these columns of it say."""
    found = {}
    for table, names in columns.items():
        row = sql.SQL("ROW({})").format(sql.SQL(", ").join(map(sql.Identifier, names)))
        query = sql.SQL(
            "SELECT count(*), coalesce(md5(string_agg(md5(({row})::text), '' ORDER BY md5(({row})::text))), '') FROM {table}"
        ).format(row=row, table=sql.Identifier(table))
        kept = connection.execute(query).fetchone()
        assert kept is not None
        found[table] = (int(kept[0]), str(kept[1]))
    return found


def columns_of(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """The columns of each table, in the order of their names."""
    query = """
        SELECT table_name, array_agg(column_name::text ORDER BY column_name)
        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> ALL (%s)
        GROUP BY table_name
    """
    return dict(connection.execute(query, [list(_OF_THE_FRAMEWORK)]).fetchall())


def environment_of(name: str) -> dict[str, str]:
    base = settings.DATABASES["owner"]
    port = f"&port={base['PORT']}" if base["PORT"] else ""
    address = f"postgres://%s@/{name}?host={base['HOST']}{port}"
    return os.environ | {
        "DATABASE_URL": address % "suone_app",
        "DATABASE_OWNER_URL": address % "suone_owner",
        "SUONE_VAR": str(settings.VAR),
        "SUONE_DOUBTS_LAW": settings.DOUBTS_LAW,  # migrating writes both into functions
        "SUONE_YOUTH_NOTICE_LAW": settings.YOUTH_NOTICE_LAW,
        "DJANGO_SETTINGS_MODULE": "suone.config.settings",
    }


def _run(program: str, name: str, *arguments: str) -> bytes:
    from suone.config.embedded import binary

    owner = settings.DATABASES["owner"]
    where = ["--dbname", name, "--host", str(owner["HOST"]), "--username", str(owner["USER"])]
    where += ["--port", str(owner["PORT"])] if owner["PORT"] else []
    done = subprocess.run([binary(program), *where, *arguments], check=True, stdout=subprocess.PIPE)
    return done.stdout


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
    os.environ.setdefault("SUONE_VAR", str(ROOT / "var" / "test"))
    django.setup()
    from suone.config import embedded, prepare

    embedded.start(settings.VAR, durable=False)
    prepare.prepare_embedded(settings.VAR)
    default, owner_settings = settings.DATABASES["default"], settings.DATABASES["owner"]
    default.update({part: owner_settings[part] for part in ("HOST", "PORT", "NAME", "USER", "PASSWORD")})
    sys.stdout.write(f"{make(sys.argv[1]).relative_to(ROOT)}\n")
