"""Verifying that the log is intact: the tree is recomputed from the entries, and every head compared with its anchor."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.audit import heads, merkle
from suone.ground.audit.acts import Act
from suone.ground.audit.anchors import Restoration, head_of, public_key, read_anchors, restoration_in
from suone.ground.audit.hashing import LINE
from suone.ground.audit.heads import Head, Statement, head_in
from suone.ground.audit.models import Entry, Seal
from suone.ground.audit.sealing import wait_for_sealers
from suone.ground.audit.tree import WIDTH, BrokenTree, Tree, hashes_between, octets, top_level, whole_root
from suone.ground.audit.witness import witnessed

_AT_ONCE = 64 * WIDTH  # entries per batch
_SIZE = merkle.HASH_SIZE
_ANCHORED_WITHIN = timedelta(
    minutes=10
)  # a seal and its anchor are two steps; whoever is killed between them comes back


@dataclass(frozen=True)
class Finding:
    """A difference from what was sealed or anchored."""

    sentence: str
    seal: int | None = None
    entry: int | None = None


@dataclass
class Proof:
    """What was checked, and what was found."""

    findings: list[Finding] = field(default_factory=list)
    seals: int = 0
    entries: int = 0
    anchors: int = 0
    witnessed: int = 0  # heads that a witness has signed
    unsealed: int = 0  # written since the last seal: not provable yet
    destroyed: int = 0  # by the owner, as recorded in the log; their hashes are still there
    restorations: list[Restoration] = field(default_factory=list)  # declared losses

    @property
    def is_whole(self) -> bool:
        return not self.findings

    def found(self, sentence: str, *, seal: int | None = None, entry: int | None = None) -> None:
        """One more finding."""
        self.findings.append(Finding(sentence, seal, entry))


def verify(*, last: int | None = None, witness: Path | None = None) -> Proof:
    """Recompute the tree, or the part of the ``last`` seals, and compare it with seals, copies and anchors.

    ``witness`` is the folder of a witness, or a copy of it: the heads it signed must be in the log.
    """
    proof = Proof()
    with acting_as(acting_for_job("proving that the log is whole")):
        wait_for_sealers()  # an entry sealed between two of our queries would look like a deletion
        seals = _seals(last)
        _grow(proof, seals)
        proof.unsealed = Entry.objects.filter(position=None).count()
        _check_anchors(proof, seals)
        if witness is not None:
            _check_witness(proof, witness)
    return proof


_NONE = Seal(id=0, size=0, root=merkle.EMPTY_ROOT, horizon=0, misfits=[])  # before the first one


def _seals(last: int | None) -> list[Seal]:
    """The seals to check, in order, after the one from which the tree grows."""
    found = list(Seal.objects.order_by("-pk")[: None if last is None else last + 1])[::-1]
    return found if last is not None and len(found) > last else [_NONE, *found]


def _grow(proof: Proof, seals: list[Seal]) -> None:
    start, rest = seals[0], seals[1:]
    tree, is_all = Tree(), start is _NONE
    try:
        growing = merkle.Frontier.of(start.size, tree.node)
    except BrokenTree:
        proof.found(_("Hashes of sealed entries are missing."), seal=start.pk)
        return
    if growing.root() != bytes(start.root):
        proof.found(_("Seal %(n)s: its root does not match the tree.") % {"n": start.pk}, seal=start.pk)
    end = max((seal.size for seal in seals), default=0)
    waiting = _ordered(proof, start, rest)
    seal = next(waiting, None)
    tops = bytearray()
    for hashes in _checked_leaves(proof, start.size, end):
        if is_all:
            tops += _roots_of_tiles(hashes)
        for place in range(0, len(hashes), _SIZE):
            growing.add(hashes[place : place + _SIZE])
            while seal is not None and growing.size == seal.size:
                _check_root(proof, seal, growing.root())
                seal = next(waiting, None)
        proof.entries += len(hashes) // _SIZE
    if is_all:
        _check_upper_tiles(proof, bytes(tops), tree)
        if octets(0) != end * _SIZE:
            proof.found(_("The tree holds more or fewer hashes than were sealed."))
    _name_homeless(proof, end)


def _ordered(proof: Proof, start: Seal, seals: list[Seal]) -> Iterator[Seal]:
    """The seals in order of size; missing and out-of-order ones are reported."""
    number, size = start.pk, start.size
    for seal in seals:
        number += 1
        if seal.pk != number:
            proof.found(_("Seal %(n)s is missing.") % {"n": number}, seal=number)
            number = seal.pk
        for entry in seal.misfits:
            sentence = _("Entry %(e)s was written later than it says, or the server's clock was wrong.")
            proof.found(sentence % {"e": entry}, seal=seal.pk, entry=entry)
        proof.seals += 1
        if seal.size <= size:
            proof.found(_("Seal %(n)s does not follow from the one before it.") % {"n": seal.pk}, seal=seal.pk)
            continue
        size = seal.size
        yield seal


def _check_root(proof: Proof, seal: Seal, root: bytes) -> None:
    if bytes(seal.root) != root:
        proof.found(_("Seal %(n)s: its root does not match the tree.") % {"n": seal.pk}, seal=seal.pk)


def _checked_leaves(proof: Proof, start: int, end: int) -> Iterator[bytes]:
    """The sealed hashes of all entries in order; entries that differ from them are reported."""
    destroyed = _destroyed_places()
    for first in range(start, end, _AT_ONCE):
        before = min(first + _AT_ONCE, end)
        kept = hashes_between(first, before)
        found = _read_leaves(first, before)
        copied = _read_copies(first, before)
        if b"".join(leaf for _place, _entry, leaf in found) != kept:
            _name_entries(proof, first, kept, found, copied, destroyed)
        if b"".join(leaf for _place, _entry, leaf in copied) != kept:
            _name_copies(proof, first, kept, copied, destroyed)
        yield kept


def _read_leaves(first: int, before: int) -> list[tuple[int, int, bytes]]:
    """Position, id and hash of entries."""
    # Literals, not parameters: the generic plan of a prepared statement reads the whole table.
    query = (
        f"SELECT position, id, salt || convert_to({LINE}, 'UTF8') FROM audit_entry "  # noqa: S608 - constants, numbers
        f"WHERE position >= {first:d} AND position < {before:d} ORDER BY position"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [(place, entry, sha256(b"\x00" + bytes(data)).digest()) for place, entry, data in cursor.fetchall()]


def _read_copies(first: int, before: int) -> list[tuple[int, int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, entry, leaf FROM audit_copied(%s, %s)", [first, before])
        return [(place, entry, bytes(leaf)) for place, entry, leaf in cursor.fetchall()]


def _destroyed_places() -> set[int]:
    said = Entry.objects.filter(act=Act.LOG_DESTROYED).values_list("details", flat=True)
    return {place for details in said for place in details.get("places", ())}


def _name_entries(
    proof: Proof,
    first: int,
    kept: bytes,
    found: list[tuple[int, int, bytes]],
    copied: list[tuple[int, int, bytes]],
    destroyed: set[int],
) -> None:
    entries = {place: (entry, leaf) for place, entry, leaf in found}
    numbers = {place: entry for place, entry, _leaf in copied}
    for place, leaf in _placed(first, kept):
        entry, now = entries.get(place, (numbers.get(place), None))
        if now == leaf:
            continue
        if now is not None:
            proof.found(_("Entry %(e)s (place %(p)s) was changed.") % {"e": entry, "p": place}, entry=entry)
        elif place in destroyed:
            proof.destroyed += 1
        else:
            named = {"e": "?" if entry is None else entry, "p": place}
            proof.found(_("Entry %(e)s (place %(p)s) was deleted.") % named, entry=entry)


def _name_copies(
    proof: Proof, first: int, kept: bytes, copied: list[tuple[int, int, bytes]], destroyed: set[int]
) -> None:
    copies = {place: leaf for place, _entry, leaf in copied}
    for place, leaf in _placed(first, kept):
        copy = copies.get(place)
        if copy != leaf and not (copy is None and place in destroyed):
            proof.found(_("The copy of the entry at place %(p)s is missing or was changed.") % {"p": place})


def _placed(first: int, hashes: bytes) -> Iterator[tuple[int, bytes]]:
    for number in range(len(hashes) // _SIZE):
        yield first + number, hashes[number * _SIZE : (number + 1) * _SIZE]


def _check_upper_tiles(proof: Proof, roots: bytes, tree: Tree) -> None:
    """Check the upper levels of the tree, from which proofs are read, against the entries."""
    level, top = 1, top_level()
    while roots or level <= top:
        tiles = [tree.tile(level, number) for number in range(-(-len(roots) // (WIDTH * _SIZE)))]
        if b"".join(tiles) != roots or octets(level) != len(roots):
            proof.found(_("The tree above the entries was changed (level %(l)s).") % {"l": level})
        roots = _roots_of_tiles(roots)
        level += 1


def _roots_of_tiles(hashes: bytes) -> bytes:
    """The roots over the full tiles among these hashes."""
    whole = range(0, len(hashes) - WIDTH * _SIZE + 1, WIDTH * _SIZE)
    return b"".join(whole_root(hashes[start : start + WIDTH * _SIZE]) for start in whole)


def _name_homeless(proof: Proof, end: int) -> None:
    homeless = Entry.objects.filter(position__gte=end) | Entry.objects.filter(position__lt=0)
    for entry, place in homeless.order_by("position").values_list("id", "position"):
        proof.found(_("Entry %(e)s names place %(p)s, which is not sealed.") % {"e": entry, "p": place}, entry=entry)


def _check_anchors(proof: Proof, seals: list[Seal]) -> None:
    """Compare the heads with their anchors."""
    first = seals[0].pk + 1
    known = {seal.pk: head_of(seal) for seal in seals[1:]}
    anchored: dict[int, Head] = {}
    for statement in _genuine_anchors(proof, first):
        proof.anchors += 1
        head = head_in(statement)
        if statement["is"] == heads.RESTORED:
            if head.size and anchored.get(head.seal, head if first > 1 else None) != head:
                sentence = _("A declared restoration goes back to seal %(n)s, which was anchored differently.")
                proof.found(sentence % {"n": head.seal}, seal=head.seal)
            anchored = {number: before for number, before in anchored.items() if before.size <= head.size}
            proof.restorations.append(restoration_in(statement))
        elif head.seal in anchored:
            proof.found(_("Seal %(n)s was anchored twice.") % {"n": head.seal}, seal=head.seal)
        else:
            anchored[head.seal] = head
    newest, due = seals[-1].pk, (timezone.now() - _ANCHORED_WITHIN).isoformat()
    for number, head in anchored.items():
        if number > newest:
            proof.found(_("The end of the log is missing: seal %(n)s was anchored.") % {"n": number}, seal=number)
        elif known.get(number) != head:
            proof.found(_("Seal %(n)s differs from what was anchored.") % {"n": number}, seal=number)
    for number, head in known.items():
        if number not in anchored and (head.at < due or number < max(anchored, default=0)):
            proof.found(_("Seal %(n)s is not anchored.") % {"n": number}, seal=number)


def _check_witness(proof: Proof, folder: Path) -> None:
    """Check that the log contains every head signed by the witness, except those undone by a restoration it accepted."""
    seen: list[Head] = []
    for number, statement in witnessed(folder):
        if statement is None:
            proof.found(_("Line %(n)s of the witness is not genuine.") % {"n": number})
            continue
        most = statement.get("restored_to")
        seen = [head for head in seen if most is None or head.size <= most] + [head_in(statement)]
        proof.witnessed += 1
    tree, newest = Tree(), Seal.objects.order_by("-pk").values_list("size", flat=True).first() or 0
    for head in seen:
        try:
            is_there = head.size <= newest and merkle.root_of(head.size, tree.node) == head.root
        except BrokenTree:
            is_there = False
        if not is_there:
            sentence = _("The witness has seen a log of %(n)s entries on %(at)s that this one does not continue.")
            proof.found(sentence % {"n": head.size, "at": head.at})


def _genuine_anchors(proof: Proof, first: int) -> Iterator[Statement]:
    """The statements about seal ``first`` and later ones, in order; those that are not genuine are reported.

    Each line contains the hash of the one before, so that the last signature covers them all; signatures are checked one by
    one only if the chain is broken, to find the line.
    """
    before, lines = _lines_since(first)
    key = public_key()
    statements = [heads.read_statement(line) or {} for line in lines]
    marks = [before, *(heads.mark(line) for line in lines)]
    follows = [statement.get("before") == mark for statement, mark in zip(statements, marks, strict=False)]
    vouched = all(follows) and (not statements or heads.is_signed(statements[-1], key))
    is_genuine = True
    for number, (statement, is_next) in enumerate(zip(statements, follows, strict=True), start=1):
        was_genuine, is_genuine = is_genuine, vouched or heads.is_signed(statement, key)
        if not is_genuine:
            proof.found(_("Anchor %(n)s is not genuine.") % {"n": number})
            continue
        if was_genuine and not is_next:
            proof.found(_("Anchors are missing before anchor %(n)s.") % {"n": number})
        yield statement


def _lines_since(first: int) -> tuple[str, list[bytes]]:
    """The hash of the line before, and the lines about seal ``first`` and later ones."""
    if first <= 1:
        return "", list(read_anchors())
    lines: list[bytes] = []
    for line in read_anchors(newest_first=True):
        statement = heads.read_statement(line) or {}
        if int(statement.get("seal", first)) < first:
            return heads.mark(line), lines[::-1]
        lines.append(line)
    return "", lines[::-1]
