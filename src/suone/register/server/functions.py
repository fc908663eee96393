"""Calling the register's functions: the only way to its tables."""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def call(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows that a function of the register returns; the database refuses institutions that are not enrolled."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall())
