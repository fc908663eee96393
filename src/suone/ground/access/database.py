"""Setting in the database who acts, for one transaction; outside it no row about a person is visible."""

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
    """Open a transaction as ``acting``, under the app's role and its row policies; with ``read_only`` every write fails.

    Deferred constraints are checked at the end, so that a violation is raised inside the block. Nested blocks (tests, a
    job that acts for several institutions) restore the outer actor.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _read_settings() if nested else ()
        _write_settings(_settings_of(acting), read_only=read_only)
        yield
        # After an error or a requested rollback, the savepoint itself restores the outer actor.
        if not connection.needs_rollback:
            if not read_only:
                _check_deferred_constraints()
            if nested:
                _write_settings(before)


@contextmanager
def counting() -> Iterator[None]:
    """Count over all rows as ``suone_report``, which reads only the columns that figures are made of; for jobs alone.

    That role cannot log in or write, and its policies require a job. The app's role is restored at the end.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {REPORT_ROLE}")
    yield
    # After an error the transaction, or its savepoint, restores the role.
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
    """Check deferred constraints now, while the actor whose act it is is still set.

    Then defer them again: the mode outlives this block and would refuse the next act half-way.
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
