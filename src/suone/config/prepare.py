"""Roles, database and extensions: created on the embedded server, checked on any other."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from suone.config.embedded import DATABASE, ServerTrouble, socket_folder

ROLES = ("suone_owner", "suone_app", "suone_report")
EXTENSIONS = ("btree_gist", "unaccent", "pg_trgm", "fuzzystrmatch")

# owner owns and migrates; app owns nothing and is subject to every policy; report only by SET ROLE, for figures.
_ROLES = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'suone_owner') THEN
        CREATE ROLE suone_owner LOGIN CREATEDB;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'suone_app') THEN
        CREATE ROLE suone_app LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'suone_report') THEN
        CREATE ROLE suone_report NOLOGIN;
    END IF;
END $$;
GRANT suone_report TO suone_app WITH SET TRUE, INHERIT FALSE;
GRANT suone_app TO suone_owner WITH SET TRUE, INHERIT FALSE;
"""


def prepare_embedded(var: Path) -> None:
    """Create the three roles, the database and its extensions on the embedded server, unless they exist."""
    host = str(socket_folder(var))
    with _as_administrator(host, "postgres") as connection:
        connection.execute("SELECT pg_advisory_lock(7350)")  # tests start in several processes at once
        connection.execute(_ROLES)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            _add_extensions(host, "template1")  # inherited by all new databases, including those of tests
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER suone_owner").format(sql.Identifier(DATABASE)))
        elif _add_extensions(host, DATABASE):
            _add_extensions(host, "template1")
        refuse_temporary_tables(connection, DATABASE)


def refuse_temporary_tables(connection: psycopg.Connection[Any], database: str) -> None:
    """Only the owner may create temporary tables and types: the app's could take the place of the product's own.

    A right on the database itself, so neither a dump nor a template brings it along.
    """
    connection.execute(
        sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC, suone_app").format(sql.Identifier(database))
    )


def _as_administrator(host: str, database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(host=host, user="postgres", dbname=database, autocommit=True)


def _add_extensions(host: str, database: str) -> bool:
    """Add missing extensions; returns whether any was missing."""
    with _as_administrator(host, database) as connection:
        lacking = _lacking(connection)
        for extension in lacking:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    return bool(lacking)


def prepare_given(owner: dict[str, Any], app: dict[str, Any]) -> None:
    """Create what is missing on a configured server, as far as the owner may.

    ``owner`` and ``app`` are Django connection settings. Raises ``ServerTrouble``, with a sentence that says who must do
    what, if the server is too old, lacks something, or the app's account has too many rights.
    """
    with _connected(owner) as connection:
        if connection.info.server_version < 160000:
            raise ServerTrouble("This PostgreSQL server is too old: Suone needs version 16 or later.")
        if _lacking(connection):
            _make_what_is_allowed(connection)
        lacking = _lacking(connection)
        if not lacking:
            refuse_temporary_tables(connection, connection.info.dbname)
    if lacking:
        raise ServerTrouble(
            f"The server lacks {', '.join(lacking)}: let its administrator run the statements of docs/operations.md, "
            "“A PostgreSQL server of your own”."
        )
    with _connected(app) as connection:
        _refuse_powerful_app(connection)


def _connected(settings: dict[str, Any]) -> psycopg.Connection[Any]:
    options = {name: value for name, value in settings["OPTIONS"].items() if name != "server_side_binding"}  # Django's
    try:
        return psycopg.connect(
            host=settings["HOST"] or None,
            port=settings["PORT"] or None,
            user=settings["USER"],
            password=settings["PASSWORD"] or None,
            dbname=settings["NAME"],
            **{"connect_timeout": 5, **options},
            autocommit=True,
        )
    except psycopg.Error as error:
        reason = " ".join(str(error).split()).removesuffix(".")
        raise ServerTrouble(
            f"The database cannot be reached as {settings['USER']}; "
            f"check DATABASE_URL and DATABASE_OWNER_URL ({reason})."
        ) from error


def _make_what_is_allowed(connection: psycopg.Connection[Any]) -> None:
    for statement in (_ROLES, *(f"CREATE EXTENSION IF NOT EXISTS {name}" for name in EXTENSIONS)):
        with suppress(psycopg.Error):  # what is still missing afterwards is named
            connection.execute(statement.encode())


def _refuse_powerful_app(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute(
        "SELECT rolsuper OR rolbypassrls OR pg_has_role(oid, (SELECT datdba FROM pg_database "
        "WHERE datname = current_database()), 'MEMBER'), "
        "has_database_privilege(current_database(), 'TEMPORARY') FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row and row[0]:
        raise ServerTrouble(
            "DATABASE_URL logs in with an account that owns the database or passes over row policies: "
            "give it suone_app, and the owner's account to DATABASE_OWNER_URL."
        )
    if row and row[1]:
        raise ServerTrouble(
            "DATABASE_URL logs in with an account that may create temporary tables: let the database's owner or the "
            "server's administrator run the last statement of docs/operations.md, “A PostgreSQL server of your own”."
        )


def _lacking(connection: psycopg.Connection[Any]) -> list[str]:
    roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    extensions = {row[0] for row in connection.execute("SELECT extname FROM pg_extension")}
    return [name for name in ROLES if name not in roles] + [name for name in EXTENSIONS if name not in extensions]
