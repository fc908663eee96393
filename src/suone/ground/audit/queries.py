"""Lookups in the log that a row policy would make too slow."""

from collections.abc import Iterable

from django.db import connection


def who_saw(
    *, persons: Iterable[int] = (), dossiers: Iterable[int] = (), before: int | None = None, most: int = 51
) -> list[int]:
    """The ids of the entries that name or showed one of these persons or cases, newest first.

    ``persons`` must include all keys joined to the one in question; ``before`` is the id at which the previous page ended,
    ``most`` the limit. The database refuses anybody without the permission ``audit.read``.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM audit_who_saw(%s::bigint[], %s::bigint[], %s, %s)",
            [list(persons), list(dossiers), before, most],
        )
        return [number for (number,) in cursor.fetchall()]
