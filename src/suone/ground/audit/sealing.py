"""Sealing: what was written since the last time becomes leaves of the tree, and the new head is anchored at once."""

from django.db import connection

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.audit.anchors import anchor

MOST = 100_000  # entries of one seal; whoever comes back after a long pause makes several


def seal() -> int:
    """Seal every entry that waits, anchor the head, and return how many; sealing again at once seals nothing.

    Raises ``Discontinued`` where the log does not go on from what was anchored; the entries are sealed all the same.
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
    """Hold back whoever else seals until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit'), hashtext('seal'))")
