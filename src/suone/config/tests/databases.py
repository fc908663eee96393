"""Databases for tests, cloned from one that is migrated once for each state of the migrations.

Migrating takes ten seconds, filling in the demo canton twenty, cloning a tenth of one. A template's name holds a digest of
everything that decides what it holds, so that one made by other migrations is never found; those are dropped when a new one
is made.
"""

import ast
import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from suone.config.prepare import refuse_temporary_tables

_SOURCE = Path(__file__).resolve().parents[2]
_DROP_TURNS = 300  # half a minute on a busy machine
_MIGRATED = "migrated"
_FILLED = "filled"


def make_migrated(name: str) -> None:
    """A new database of this name, as ``suone migrate`` leaves it."""
    _clone(name, _MIGRATED, digest_of_migrations(), _migrate)


def make_filled(name: str, *, digest: str, fill: Callable[[str], None]) -> None:
    """A new database of this name, as ``fill`` leaves a migrated one; ``digest`` stands for all that follows from."""

    def make(template: str) -> None:
        make_migrated(template)
        fill(template)

    _clone(name, _FILLED, digest, make)


def _clone(name: str, kind: str, digest: str, make: Callable[[str], None]) -> None:
    template = f"{kind}_{digest}"
    with administering() as connection, _one_at_a_time(kind):
        if not _exists(connection, template):
            _drop_old(connection, kind, keeping=digest)
            unfinished = f"{template}_unfinished"  # it gets its name once it is whole
            _drop(connection, unfinished)
            # In a thread of its own: below a browser's event loop Django refuses to reach the database.
            with ThreadPoolExecutor(1) as apart:
                apart.submit(make, unfinished).result()
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(template))
            )
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        refuse_temporary_tables(connection, name)


def drop(name: str) -> None:
    """No database of this name, whoever is still connected to it."""
    with administering() as connection:
        _drop(connection, name)


def digest_of_migrations() -> str:
    """A word for all that a migrated database follows from: migrations, SQL, what they import, and the packages."""
    hashed = hashlib.sha256()
    for file in sorted(_files_of_migrations()):
        hashed.update(str(file.relative_to(_SOURCE)).encode() + b"\0" + file.read_bytes() + b"\0")
    # The settings name what is installed; TOML files are kept in the database by what follows a migration.
    hashed.update(repr(sorted((found.name, found.version) for found in distributions())).encode())
    for law in (settings.DOUBTS_LAW, settings.YOUTH_NOTICE_LAW):  # migrating writes them into functions
        hashed.update(law.encode() + b"\0")
    return hashed.hexdigest()[:16]


def _files_of_migrations() -> set[Path]:
    after_migrating = [file for file in _SOURCE.rglob("apps.py") if "post_migrate" in file.read_text("utf-8")]
    beginnings = [
        *_SOURCE.rglob("migrations/*.py"),
        *_SOURCE.rglob("models.py"),
        *_SOURCE.rglob("models/*.py"),
        *after_migrating,
        *_SOURCE.rglob("acts.py"),  # their codes are kept in the database by what follows a migration
    ]
    waiting = [*beginnings, _SOURCE / "config" / "settings.py"]
    found: set[Path] = {*_SOURCE.rglob("sql/**/*.sql"), *_SOURCE.rglob("*.toml")}
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += _imported_by(file)
    return found


def _imported_by(file: Path) -> Iterator[Path]:
    """The files of the product that this one imports, inside functions too."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            if name.split(".")[0] == "suone":
                place = _SOURCE.joinpath(*name.split(".")[1:])
                yield from (path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file())


def _migrate(name: str) -> None:
    with administering() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    database = connections["default"]
    before = database.settings_dict["NAME"]
    database.close()
    database.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    finally:
        database.close()
        database.settings_dict["NAME"] = before


def _drop_old(connection: psycopg.Connection[Any], kind: str, *, keeping: str) -> None:
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datname <> %s",
        [f"{kind}_", f"{kind}_{keeping}"],
    )
    for (name,) in rows.fetchall():
        _drop(connection, name)


def _drop(connection: psycopg.Connection[Any], name: str) -> None:
    """Drop it with whoever is connected; the server's own clean-up cannot be stopped, but it ends soon."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    for _turn in range(_DROP_TURNS):
        try:
            connection.execute(statement)
            return
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            time.sleep(0.1)
    connection.execute(statement)


def _exists(connection: psycopg.Connection[Any], name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def administering() -> psycopg.Connection[Any]:
    """A connection of the owner that may make and drop databases."""
    owner = settings.DATABASES["owner"]
    return psycopg.connect(
        host=owner["HOST"] or None,
        port=owner["PORT"] or None,
        user=owner["USER"],
        password=owner["PASSWORD"] or None,
        dbname="postgres",
        autocommit=True,
    )


@contextmanager
def _one_at_a_time(kind: str) -> Iterator[None]:
    """The tests' workers want a template at once: the first makes it, and nobody is connected to it meanwhile."""
    settings.VAR.mkdir(parents=True, exist_ok=True)
    with (settings.VAR / f"{kind}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
