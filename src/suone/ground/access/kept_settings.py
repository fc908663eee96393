"""Settings that the database decides by itself: it learns them from ``suone migrate``, and the app's role cannot change them."""

from django.db import connections
from psycopg import sql


def keep_text(function: str, text: str, *, using: str) -> None:
    """Let a function of the database answer with this text, as its owner; nothing happens before a migration made it."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regproc(%s)", [function])
        if cursor.fetchone()[0] is None:  # migrated back to before the function
            return
        answer = sql.SQL("SELECT {}::text").format(sql.Literal(text)).as_string(cursor.connection)
        statement = sql.SQL(
            "CREATE OR REPLACE FUNCTION {}() RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS {}"
        ).format(sql.Identifier(function), sql.Literal(answer))
        cursor.execute(statement.as_string(cursor.connection))
