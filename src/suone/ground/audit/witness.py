"""The witness: another party, on another machine, that signs the heads it has seen and refuses a log that was rewritten.

Whoever controls the database and the log's key can rewrite history, with new anchors, but cannot undo what a witness has
signed. A witness needs a folder and proofs of growth, neither database nor network.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from suone.ground.audit import heads, proofs
from suone.ground.audit.heads import Head, Statement, head_in
from suone.ground.audit.proofs import Unproven


class Refusal(Exception):
    """The witness does not sign; the message says why in a sentence."""


def last_seen(folder: Path) -> Head | None:
    """The newest head that this witness has signed."""
    lines = list(heads.lines_of(_file(folder)))
    return head_in(heads.read_statement(lines[-1]) or {}) if lines else None


def pin(folder: Path, key: bytes) -> None:
    """Store the log's public key permanently: from now on only its heads are signed.

    Raises ``Refusal`` if another key was stored before.
    """
    path = folder / "log.pub"
    text = heads.public_text(heads.public_key(key))
    if path.exists() and path.read_bytes() != text:
        raise Refusal("This witness has seen a log with another key: a new key needs a new folder, and a reason.")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)


def sign(folder: Path, proof: Any, *, accept_restored: bool = False) -> Statement | None:
    """Sign the newer head of a proof of growth; None if it was signed before.

    Raises ``Refusal`` if the proof does not hold or the log does not continue what was seen. A declared restoration is
    signed only with ``accept_restored``, by somebody who knows about it.
    """
    key_file = folder / "log.pub"
    if not key_file.exists():
        raise Refusal("This witness does not know the log yet: give its public key once, with --key.")
    try:
        if not isinstance(proof, dict) or proof.get("is") != proofs.GROWTH:
            raise Unproven("This is no proof that the log has grown: suone audit growth prints one.")
        grown = proofs.check_growth(proof, heads.public_key(key_file.read_bytes()))
    except Unproven as trouble:
        raise Refusal(str(trouble)) from trouble
    with heads.adding_to(_file(folder)) as file:
        seen = [head_in(heads.read_statement(line) or {}) for line in file.newest_first()]
        if seen and (seen[0].size, seen[0].root) == (grown.newer.size, grown.newer.root):
            return None
        _check_continues(seen, grown, accept_restored=accept_restored)
        said = grown.newer.statement() | {"is": heads.WITNESSED, "seen_at": _now(), "head": proof["newer"]}
        if grown.is_restored and grown.older:
            said |= {"restored_to": grown.older.size}
        return file.add(said, heads.private_key(folder / "witness.pem"))


def witnessed(folder: Path) -> Iterator[tuple[int, Statement | None]]:
    """The numbered lines of a witness; None for one that is not genuine or does not follow the one before."""
    key_file = folder / "witness.pub"
    key: Ed25519PublicKey | None = heads.public_key(key_file.read_bytes()) if key_file.exists() else None
    before = ""
    for number, line in enumerate(heads.lines_of(_file(folder)), start=1):
        statement = heads.read_statement(line) or {}
        is_genuine = key is not None and heads.is_signed(statement, key) and statement.get("before") == before
        yield number, statement if is_genuine else None
        before = heads.mark(line)


def _check_continues(seen: list[Head], grown: proofs.Growth, *, accept_restored: bool) -> None:
    if not seen:
        return
    last, older = seen[0], grown.older
    if older is None:
        raise Refusal(
            f"This witness has seen a log of {last.size} entries: ask for suone audit growth --since {last.size}."
        )
    if not grown.is_restored:
        if (older.size, older.root) != (last.size, last.root):
            raise Refusal(
                f"This is not how the log of {last.size} entries went on that this witness has seen on {last.at}: "
                "either the proof begins elsewhere, or the log was rewritten."
            )
        return
    if not accept_restored:
        raise Refusal(
            "A backup was restored, says the log, and entries after it were lost. "
            "Where that is known and right, sign with --restored."
        )
    if older.size > last.size or any(head.size == older.size and head.root != older.root for head in seen):
        raise Refusal("The restored log is not one that this witness has seen: it was rewritten.")


def _file(folder: Path) -> Path:
    return folder / "witnessed.jsonl"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
