"""Looking things up in the log, where a row policy would make it slow."""

from collections.abc import Iterable

from django.db import connection


def who_saw(
    *, persons: Iterable[int] = (), dossiers: Iterable[int] = (), before: int | None = None, most: int = 51
) -> list[int]:
    """The numbers of the entries that name or showed one of these persons or cases, newest first.

    ``persons`` are all keys that are joined to the one asked for, ``before`` the entry before which a page begins.
    Whoever may not read the log is refused by the database.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM audit_who_saw(%s::bigint[], %s::bigint[], %s, %s)",
            [list(persons), list(dossiers), before, most],
        )
        return [number for (number,) in cursor.fetchall()]
