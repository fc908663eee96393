"""Anchors: the signed heads of the log, stored outside the database, so that a truncated log is detected.

Every seal is anchored as soon as it is saved. The file is a chain: each line contains the hash of the one before. A head
is only anchored if the log continues the last anchored one; after a backup was restored, this must be declared first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils import timezone

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.audit import heads, merkle
from suone.ground.audit.acts import Act
from suone.ground.audit.heads import Head, Statement, head_in
from suone.ground.audit.models import RecordKind, Seal
from suone.ground.audit.services import record
from suone.ground.audit.tree import BrokenTree, Tree

_NOTHING = Head(0, 0, merkle.EMPTY_ROOT, "")


class Discontinued(Exception):
    """The log in the database does not continue the last anchored head."""


@dataclass(frozen=True)
class Restoration:
    """A declared restoration of a backup: the head it goes back to, and how many sealed entries were lost."""

    head: Head
    lost: int
    reason: str
    declared_at: datetime


def anchor() -> int:
    """Sign every head that is not anchored yet, append it to the file, and return the number of the last seal, or 0.

    Raises ``Discontinued`` if the log does not continue what was anchored.
    """
    with heads.adding_to(anchor_file()) as file, acting_as(acting_for_job("anchoring the log")):
        last = _last_head(file)
        if last and not is_in_log(last):
            raise Discontinued(
                "The log does not continue what was anchored. Where a backup was restored, declare it: "
                'suone audit restored --reason "…". Otherwise somebody has changed the log: suone audit verify.'
            )
        newest = last.seal if last else 0
        for seal in Seal.objects.filter(pk__gt=newest).order_by("pk").iterator():
            file.add(head_of(seal).statement(), private_key())
            newest = seal.pk
    return newest


def declare_restored(reason: str) -> Restoration:
    """Declare that a backup was restored: the log continues from the newest anchored head that it still contains.

    The declaration is an entry of the log and a line among the anchors; the loss stays visible in both. Raises ``Refused``
    if nothing is anchored or nothing is missing.
    """
    acting = acting_for_job("declaring that a backup was restored")
    with heads.adding_to(anchor_file()) as file:
        newest = _last_head(file)
        if newest is None:
            raise Refused("Nothing is anchored yet, so nothing can be missing.")
        with acting_as(acting):
            kept = next((head for head in _known_heads(file) if is_in_log(head)), replace(_NOTHING, at=newest.at))
            if kept == newest:
                raise Refused("The log continues what was anchored: nothing needs to be declared.")
            restoration = Restoration(kept, newest.size - kept.size, reason, timezone.now())
            details = {"seal": kept.seal, "entries": kept.size, "lost": restoration.lost}
            record(acting, kind=RecordKind.DELETE, act=Act.LOG_RESTORED, purpose=reason, details=details)
        file.add(_statement_of(restoration), private_key())
    return restoration


def read_anchors(newest_first: bool = False) -> Iterator[bytes]:
    """The lines of the anchor file; none if there is no file yet."""
    path = anchor_file()
    if not newest_first:
        yield from heads.lines_of(path)
    elif path.exists():
        with path.open("rb") as file:
            yield from heads.lines_from_the_end(file)


def restoration_in(statement: Statement) -> Restoration:
    """The restoration that a statement declares; raises ``ValueError`` if it declares none."""
    try:
        return Restoration(
            head_in(statement),
            int(statement["lost"]),
            str(statement["reason"]),
            datetime.fromisoformat(statement["declared_at"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("this statement declares nothing") from error


def head_of(seal: Seal) -> Head:
    """The head of a seal: what is signed."""
    at = seal.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    return Head(seal.pk, seal.size, bytes(seal.root), at, tuple(seal.misfits))


def is_in_log(head: Head) -> bool:
    """Whether the log contains this head and continues it."""
    if head.size == 0:
        return True
    seal = Seal.objects.filter(pk=head.seal).first()
    try:
        return seal is not None and head_of(seal) == head and merkle.root_of(head.size, Tree().node) == head.root
    except BrokenTree:
        return False


def anchor_file() -> Path:
    """The path of the anchor file (``SUONE_ANCHOR_DIR``)."""
    return Path(settings.ANCHOR_FOLDER) / "audit.jsonl"


def private_key() -> Ed25519PrivateKey:
    """The signing key of this installation, created on first use."""
    return heads.private_key(Path(settings.KEYS_FOLDER) / "audit-anchor.pem")


def public_key() -> Ed25519PublicKey:
    """The key that verifies the signatures of this installation."""
    return private_key().public_key()


def _last_head(file: heads.Additions) -> Head | None:
    return next(_known_heads(file), None)


def _known_heads(file: heads.Additions) -> Iterator[Head]:
    """The valid heads, newest first, without those undone by a declared restoration."""
    key, most = public_key(), None
    for line in file.newest_first():
        statement = heads.read_statement(line)
        if statement is None or not heads.is_signed(statement, key):
            raise Discontinued("A line among the anchors is not genuine: suone audit verify says which.")
        head = head_in(statement)
        if most is None or head.size <= most:
            yield head
        if statement.get("is") == heads.RESTORED:
            most = head.size if most is None else min(most, head.size)


def _statement_of(restoration: Restoration) -> Statement:
    return restoration.head.statement() | {
        "is": heads.RESTORED,
        "lost": restoration.lost,
        "reason": restoration.reason,
        "declared_at": restoration.declared_at.astimezone(UTC).isoformat(),
    }
