"""Anchors: the signed head of the log, kept outside the database, so that a cut tail is found."""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from suone.access.acting import acting_for_job
from suone.access.database import acting_as
from suone.audit.models import Batch


@dataclass(frozen=True)
class Anchor:
    """What one line of the file says; ``is_genuine`` when its signature and its place in the file hold."""

    line: int
    batch: int
    chain: bytes
    entries: int
    is_genuine: bool


def anchor() -> int:
    """Sign the head of the log, add it to the file of anchors, and return its batch; 0 while nothing is sealed."""
    with acting_as(acting_for_job("anchoring the log")):
        head = Batch.objects.defer("leaves").order_by("-id").first()
        entries = Batch.objects.aggregate(sum=Sum("count"))["sum"] or 0
    if head is None:
        return 0
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        before = file.read().splitlines()
        said = {
            "batch": head.pk,
            "chain": bytes(head.chain).hex(),
            "entries": entries,
            "at": timezone.now().isoformat(),
            "before": _mark(before[-1]) if before else "",
        }
        signature = _key().sign(_canonical(said)).hex()
        file.write(json.dumps(said | {"signature": signature}).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return head.pk


def anchors() -> Iterator[Anchor]:
    """Every line of the file, whether genuine or not."""
    path = _file()
    lines = path.read_bytes().splitlines() if path.exists() else []
    before = ""
    for number, line in enumerate(lines, start=1):
        yield _read(number, line, before)
        before = _mark(line)


def _read(number: int, line: bytes, before: str) -> Anchor:
    try:
        said = json.loads(line)
        signature = bytes.fromhex(said.pop("signature"))
        _key().public_key().verify(signature, _canonical(said))
        is_genuine = said["before"] == before
        return Anchor(number, int(said["batch"]), bytes.fromhex(said["chain"]), int(said["entries"]), is_genuine)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
        return Anchor(number, 0, b"", 0, is_genuine=False)


def _file() -> Path:
    return Path(settings.ANCHOR_FOLDER) / "audit.jsonl"


def _mark(line: bytes) -> str:
    return sha256(line).hexdigest()


def _canonical(said: dict[str, object]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _key() -> Ed25519PrivateKey:
    """The key of this installation, made at the first time."""
    path = Path(settings.KEYS_FOLDER) / "audit-anchor.pem"
    if not path.exists():
        _make_key(path)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey), f"{path} holds no Ed25519 key"
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # Written aside and linked: of two that start at once one key wins, and nobody reads half of one.
    aside = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text)
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()
