"""Sealing: the entries written since the last seal become leaves of the tree, and the new head is anchored at once."""

from django.db import connection

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.audit.anchors import anchor

MOST = 100_000  # entries per seal; after a long interruption there are several seals


def seal() -> int:
    """Seal every unsealed entry, anchor the head, and return the number of entries sealed.

    Raises ``Discontinued`` if the log does not continue what was anchored; the entries are sealed even so.
    """
    total, count = 0, MOST
    while count == MOST:
        with acting_as(acting_for_job("sealing the log")), connection.cursor() as cursor:
            cursor.execute("SELECT audit_seal_waiting(%s)", [MOST])
            (count,) = cursor.fetchone()
        total += count
    anchor()
    return total


def wait_for_sealers() -> None:
    """Wait for running sealers, and block others until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit'), hashtext('seal'))")
