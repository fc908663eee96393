"""Proving that the log is whole: every seal is computed again and compared."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from django.db import connection
from django.utils.translation import gettext as _

from suone.access.acting import acting_for_job
from suone.access.database import acting_as
from suone.audit.anchors import anchors
from suone.audit.hashing import CANONICAL_COLUMNS, LEAF_SIZE, chain_value, leaf_of, merkle_root, split
from suone.audit.models import Batch, Entry
from suone.audit.sealing import wait_for_sealers


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was sealed."""

    sentence: str
    batch: int | None = None
    entry: int | None = None


@dataclass
class Proof:
    """What was checked, and what was found."""

    findings: list[Finding] = field(default_factory=list)
    batches: int = 0
    entries: int = 0
    anchors: int = 0
    unsealed: int = 0  # told since the last sealing: nothing proves them yet

    @property
    def is_whole(self) -> bool:
        return not self.findings


def verify(*, last: int | None = None) -> Proof:
    """Compute every seal again, or those of the ``last`` batches, and compare them with the anchors."""
    proof = Proof()
    with acting_as(acting_for_job("proving that the log is whole")):
        wait_for_sealers()  # a batch sealed between two of our statements would look like a deletion
        first = _first_of(last)
        known = _check_batches(proof, first)
        proof.unsealed = Entry.objects.filter(batch_id=None).count()
        _check_anchors(proof, known, first)
    return proof


def _first_of(last: int | None) -> int:
    newest = Batch.objects.order_by("-id").values_list("id", flat=True).first() or 0
    return 1 if last is None else max(1, newest - last + 1)


def _check_batches(proof: Proof, first: int) -> dict[int, tuple[bytes, int]]:
    """Compare entries and batches side by side; gives chain value and running count of each batch."""
    known: dict[int, tuple[bytes, int]] = {}
    before = Batch.objects.defer("leaves").filter(pk=first - 1).first()
    chain, total, expected = (bytes(before.chain), 0, first) if before else (b"", 0, first)
    sealed = _leaves_by_batch(first)
    number, found = next(sealed, (None, b""))
    for batch in Batch.objects.filter(pk__gte=first).order_by("pk").iterator(chunk_size=10):
        while number is not None and number < batch.pk:
            _name_homeless(proof, number, found)
            number, found = next(sealed, (None, b""))
        leaves = b""
        if number == batch.pk:
            leaves = found
            number, found = next(sealed, (None, b""))
        _check_batch(proof, batch, leaves, chain, expected)
        chain, total, expected = bytes(batch.chain), total + batch.count, batch.pk + 1
        known[batch.pk] = chain, total
        proof.batches += 1
        proof.entries += len(leaves) // LEAF_SIZE
    while number is not None:
        _name_homeless(proof, number, found)
        number, found = next(sealed, (None, b""))
    return known


def _leaves_by_batch(first: int) -> Iterator[tuple[int, bytes]]:
    query = (
        f"COPY (SELECT batch_id, {CANONICAL_COLUMNS} FROM audit_entry "  # noqa: S608 - constant columns, a number
        f"WHERE batch_id >= {first:d} OR batch_id < 1 ORDER BY batch_id, id) TO STDOUT"
    )
    # A connection does one thing at a time: the leaves (40 bytes an entry) are read first, the batches after.
    with connection.cursor() as cursor, cursor.copy(query) as lines:
        parts = (bytes(line).partition(b"\t") for line in lines)
        leaves = [
            (int(number), b"".join(leaf_of(line) for _number, _tab, line in rows))
            for number, rows in groupby(parts, key=lambda part: part[0])
        ]
    yield from leaves


def _check_batch(proof: Proof, batch: Batch, leaves: bytes, before: bytes, expected: int) -> None:
    number, root, kept = batch.pk, bytes(batch.root), bytes(batch.leaves)
    if number != expected:
        proof.findings.append(Finding(_("Batch %(n)s is missing.") % {"n": expected}, expected))
    if leaves != kept:
        _name_entries(proof, number, leaves, kept)
    is_own = merkle_root(kept) == root and len(kept) == batch.count * LEAF_SIZE
    follows = bytes(batch.chain) == chain_value(
        before, root=root, count=batch.count, number=number, sealed_at=batch.sealed_at
    )
    if not is_own:
        proof.findings.append(Finding(_("Batch %(n)s: its seal was changed.") % {"n": number}, number))
    if not follows:
        sentence = _("Batch %(n)s does not follow from the batch before it.") % {"n": number}
        proof.findings.append(Finding(sentence, number))


def _name_entries(proof: Proof, batch: int, leaves: bytes, kept: bytes) -> None:
    now, then = dict(split(leaves)), dict(split(kept))
    for entry in sorted(now.keys() | then.keys()):
        if now.get(entry) == then.get(entry):
            continue
        if entry not in now:
            sentence = _("Entry %(e)s of batch %(n)s was deleted.")
        elif entry not in then:
            sentence = _("Entry %(e)s was added to batch %(n)s.")
        else:
            sentence = _("Entry %(e)s of batch %(n)s was changed.")
        proof.findings.append(Finding(sentence % {"e": entry, "n": batch}, batch, entry))


def _name_homeless(proof: Proof, number: int, leaves: bytes) -> None:
    for entry, _hash in split(leaves):
        sentence = _("Entry %(e)s names batch %(n)s, which is missing.") % {"e": entry, "n": number}
        proof.findings.append(Finding(sentence, number, entry))


def _check_anchors(proof: Proof, known: dict[int, tuple[bytes, int]], first: int) -> None:
    newest = max(known, default=0)
    for anchor in anchors():
        proof.anchors += 1
        if not anchor.is_genuine:
            proof.findings.append(Finding(_("Anchor %(n)s is not genuine.") % {"n": anchor.line}))
        elif anchor.batch > newest:
            sentence = _("The tail was cut: an anchor knows batch %(n)s.") % {"n": anchor.batch}
            proof.findings.append(Finding(sentence, anchor.batch))
        elif anchor.batch >= first and not _agrees(known, anchor.batch, anchor.chain, anchor.entries, first):
            sentence = _("Batch %(n)s differs from what was anchored.") % {"n": anchor.batch}
            proof.findings.append(Finding(sentence, anchor.batch))


def _agrees(known: dict[int, tuple[bytes, int]], batch: int, chain: bytes, entries: int, first: int) -> bool:
    if batch not in known:
        return False
    is_same = known[batch][0] == chain
    return is_same and (first > 1 or known[batch][1] == entries)
