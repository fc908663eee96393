"""Sealing: the entries written since the last seal become leaves of the tree, and the new head is anchored at once."""

from datetime import datetime

import structlog
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.audit.anchors import anchor
from suone.ground.audit.models import Entry

_log = structlog.get_logger()
_PATIENCE = "20s"  # with others who seal or verify; the next minute tries again
MOST = 100_000  # entries per seal; after a long interruption there are several seals


def seal() -> int:
    """Seal every unsealed entry, anchor the head, and return the number of entries sealed.

    Raises ``Discontinued`` if the log does not continue what was anchored; the entries are sealed even so. If others hold
    the sealing up, that is logged as an error, and ``OperationalError`` raised: somebody has to look.
    """
    total, count = 0, MOST
    while count == MOST:
        try:
            with acting_as(acting_for_job("sealing the log")), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_PATIENCE])
                cursor.execute("SELECT audit_seal_waiting(%s)", [MOST])
                (count,) = cursor.fetchone()
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                _log.error("audit.sealing_is_held_up", waiting_since=unsealed_since())
            raise
        total += count
    anchor()
    return total


def unsealed_since() -> datetime | None:
    """The time of the oldest entry without a seal."""
    with acting_as(acting_for_job("watching the sealing")):
        return Entry.objects.filter(position=None).order_by("pk").values_list("at", flat=True).first()


def wait_for_sealers() -> None:
    """Wait for running sealers, and block others until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_hold_sealing()")
