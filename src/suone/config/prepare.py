"""Roles, database and extensions: made for the embedded server, asked for on any other."""

from pathlib import Path

import psycopg
from psycopg import sql

from suone.config.embedded import DATABASE, ServerTrouble, socket_folder

EXTENSIONS = ("btree_gist", "unaccent", "pg_trgm", "fuzzystrmatch")

# owner owns and migrates; app owns nothing and is bound by every policy; report only by SET ROLE, for reports.
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
    """Make the three roles, the database and its extensions on the embedded server; what is there stays."""
    host = str(socket_folder(var))
    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(_ROLES)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER suone_owner").format(sql.Identifier(DATABASE)))
    for name in (DATABASE, "template1"):  # template1, so that databases made for tests have them too
        with psycopg.connect(host=host, user="postgres", dbname=name, autocommit=True) as connection:
            for extension in EXTENSIONS:
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def check_given(settings: dict[str, object]) -> None:
    """Say in one sentence what an administrator must do before a given server can be used."""
    try:
        with psycopg.connect(
            host=str(settings["HOST"]),
            port=str(settings["PORT"]) or None,
            user=str(settings["USER"]),
            password=str(settings["PASSWORD"]) or None,
            dbname=str(settings["NAME"]),
            connect_timeout=5,
        ) as connection:
            version = connection.info.server_version
            missing_roles = _missing(
                connection, "SELECT rolname FROM pg_roles", ("suone_app", "suone_report")
            )
            missing_extensions = _missing(connection, "SELECT extname FROM pg_extension", EXTENSIONS)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ServerTrouble(
            f"The database of DATABASE_OWNER_URL does not answer ({reason}): check the address and that the server runs."
        ) from error
    if version < 160000:
        raise ServerTrouble("This PostgreSQL server is too old: Suone needs version 16 or later.")
    if missing_roles or missing_extensions:
        names = ", ".join([*missing_roles, *missing_extensions])
        raise ServerTrouble(
            f"The server lacks {names}: let its administrator run the statements of docs/operations.md, "
            "“A PostgreSQL server of your own”."
        )


def _missing(connection: psycopg.Connection[tuple[str]], query: str, wanted: tuple[str, ...]) -> list[str]:
    there = {row[0] for row in connection.execute(query)}  # type: ignore[arg-type]  # our own two queries
    return [name for name in wanted if name not in there]
