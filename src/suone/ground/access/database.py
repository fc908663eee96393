"""Telling the database who acts, for one transaction; outside it no row about a person is visible."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from suone.ground.access.acting import Acting
from suone.ground.access.permissions import permissions_of

APP_ROLE = "suone_app"
REPORT_ROLE = "suone_report"
_SETTINGS = (
    "role",
    "suone.kind",
    "suone.institution",
    "suone.staff",
    "suone.permissions",
    "suone.user",
    "suone.system",
    "suone.roles",
)


@contextmanager
def acting_as(acting: Acting, *, read_only: bool = False) -> Iterator[None]:
    """Open a transaction in which the row policies see who acts; with ``read_only`` the database refuses any write in it.

    Inside another one (tests, a job that acts for several) the outer actor is restored at the end.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _read_settings() if nested else ()
        _write_settings(_settings_of(acting), read_only=read_only)
        yield
        # After an error, or where a rollback was asked for, the savepoint brings the outer actor back by itself.
        if not connection.needs_rollback:
            if not read_only:
                _check_deferred_constraints()
            if nested:
                _write_settings(before)


@contextmanager
def counting() -> Iterator[None]:
    """Inside a job, count over all rows, in the columns that figures are made of and no others.

    The role cannot log in and writes nothing; its policies ask for a job. At the end the app's role is back.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {REPORT_ROLE}")
    yield
    # After an error the transaction, or its savepoint, brings the role back by itself.
    if not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")


def _settings_of(acting: Acting) -> tuple[str, ...]:
    permissions = "" if not acting.roles else ",".join(sorted(permissions_of(acting.roles)))
    return (
        APP_ROLE,
        acting.kind.value,
        "" if acting.institution_id is None else str(acting.institution_id),
        "" if acting.staff_id is None else str(acting.staff_id),
        "{" + permissions + "}",
        "" if acting.user_id is None else str(acting.user_id),
        "" if acting.system_id is None else str(acting.system_id),
        "{" + ",".join(sorted(acting.roles)) + "}",
    )


def _check_deferred_constraints() -> None:
    """Let the database check now what it keeps for the commit, as the actor whose act it is, so that a refusal is theirs.

    Afterwards checks wait again: the mode outlives this block, and the next act would be refused half-way.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _read_settings() -> tuple[str, ...]:
    columns = ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in _SETTINGS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}")
        row: tuple[str, ...] = cursor.fetchone()
    return row


def _write_settings(values: tuple[str, ...], *, read_only: bool = False) -> None:
    calls = ", ".join(f"set_config('{name}', %s, true)" for name in _SETTINGS)
    if read_only:
        calls += ", set_config('transaction_read_only', 'on', true)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", values)
