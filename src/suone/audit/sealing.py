"""Sealing: what was told since the last time becomes a batch, chained to the one before."""

from django.db import connection
from django.utils import timezone

from suone.access.acting import acting_for_job
from suone.access.database import acting_as
from suone.audit.hashing import CANONICAL_COLUMNS, LEAF_SIZE, chain_value, leaf_of, merkle_root, numbers_in
from suone.audit.models import Batch


def seal() -> int:
    """Seal every entry that waits, and return how many; sealing again at once seals nothing."""
    with acting_as(acting_for_job("sealing the log")):
        wait_for_sealers()
        # One statement is one snapshot, and exactly the entries it has read are sealed; later ones wait.
        leaves = _leaves_that_wait()
        if leaves:
            _keep(leaves)
    return len(leaves) // LEAF_SIZE


def wait_for_sealers() -> None:
    """Hold back whoever else seals until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit'), hashtext('seal'))")


def _leaves_that_wait() -> bytes:
    query = f"COPY (SELECT {CANONICAL_COLUMNS} FROM audit_entry WHERE batch_id IS NULL ORDER BY id) TO STDOUT"  # noqa: S608 - constant columns
    with connection.cursor() as cursor, cursor.copy(query) as lines:
        return b"".join(leaf_of(bytes(line)) for line in lines)


def _keep(leaves: bytes) -> None:
    last = Batch.objects.defer("leaves").order_by("-id").first()
    sealed_at = timezone.now()
    root = merkle_root(leaves)
    chain = chain_value(
        bytes(last.chain) if last else b"",
        root=root,
        count=len(leaves) // LEAF_SIZE,
        number=last.pk + 1 if last else 1,
        sealed_at=sealed_at,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_seal(%s::bigint[], %s, %s, %s, %s)", [numbers_in(leaves), root, leaves, sealed_at, chain]
        )
