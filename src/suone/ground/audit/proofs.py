"""Self-contained proofs that an entry is in the log, and that the log has only grown; checked without a database.

A proof is a JSON object that includes the signed heads it refers to. Whoever checks it must have the log's public key from
a trusted source, never from the proof.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from suone.ground.audit import heads, merkle
from suone.ground.audit.heads import Head, Statement, head_in

INCLUSION = "suone audit inclusion 1"
GROWTH = "suone audit growth 1"


class Unproven(Exception):
    """The proof is not valid; the message says why in a sentence."""


@dataclass(frozen=True)
class Growth:
    """What a proof of growth shows: the older head, or the declared restoration it starts from, and the newer head."""

    older: Head | None
    newer: Head
    is_restored: bool


def inclusion(*, entry: int, columns: Sequence[str], line: str, salt: bytes, place: int, path: Sequence[bytes],
              head: Statement) -> dict[str, Any]:  # fmt: skip
    """The proof that an entry, given as the line that was hashed, is in the log under this head."""
    return {
        "is": INCLUSION,
        "entry": entry,
        "columns": list(columns),
        "line": line,
        "salt": salt.hex(),
        "place": place,
        "path": [part.hex() for part in path],
        "head": head,
    }


def growth(*, older: Statement | None, newer: Statement, path: Sequence[bytes]) -> dict[str, Any]:
    """The proof that the log under the newer head begins with the whole log under the older one."""
    return {"is": GROWTH, "older": older, "newer": newer, "path": [part.hex() for part in path]}


def read(text: str) -> Any:
    """A proof from the text of a file; raises ``Unproven``."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise Unproven("This file is no JSON: it holds no proof.") from error


def check(proof: Any, key: Ed25519PublicKey) -> str:
    """What the proof shows, in a sentence; raises ``Unproven``."""
    kind = proof.get("is") if isinstance(proof, dict) else None
    if kind == INCLUSION:
        head = check_inclusion(proof, key)
        return f"Entry {proof['entry']} is in the log of {head.size} entries that was signed on {head.at}:\n{proof['line']}"
    if kind == GROWTH:
        grown = check_growth(proof, key)
        if grown.older is None:
            return f"The log of {grown.newer.size} entries was signed on {grown.newer.at}."
        since = "the declared restoration to" if grown.is_restored else "the log of"
        return f"The log of {grown.newer.size} entries (signed on {grown.newer.at}) begins with {since} {grown.older.size} entries."
    raise Unproven("This is no proof about the log.")


def check_inclusion(proof: dict[str, Any], key: Ed25519PublicKey) -> Head:
    """The head under which the entry is proven to be in the log; raises ``Unproven``."""
    head = _signed_head(proof.get("head"), key)
    try:
        leaf = merkle.leaf_hash(bytes.fromhex(proof["salt"]) + proof["line"].encode())
        path = [bytes.fromhex(part) for part in proof["path"]]
        place, entry = int(proof["place"]), int(proof["entry"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unproven("The proof is incomplete.") from error
    if not proof["line"].startswith(f"({entry},"):
        raise Unproven("The proof is about another entry than it shows.")
    if merkle.root_by_inclusion(leaf, place, head.size, path) != head.root:
        raise Unproven("The entry does not lead to the signed root: it is not in that log, or it was changed.")
    return head


def check_growth(proof: dict[str, Any], key: Ed25519PublicKey) -> Growth:
    """What the proof of growth shows; raises ``Unproven``."""
    newer = _signed_head(proof.get("newer"), key)
    said = proof.get("older")
    older = None if said is None else _signed_head(said, key)
    try:
        path = [bytes.fromhex(part) for part in proof["path"]]
    except (KeyError, TypeError, ValueError) as error:
        raise Unproven("The proof is incomplete.") from error
    before = older or Head(0, 0, merkle.EMPTY_ROOT, "")
    if not merkle.is_consistent(before.size, before.root, newer.size, newer.root, path):
        raise Unproven("The newer log does not begin with the older one: something before was changed or taken away.")
    return Growth(older, newer, isinstance(said, dict) and said.get("is") == heads.RESTORED)


def _signed_head(statement: Any, key: Ed25519PublicKey) -> Head:
    if not isinstance(statement, dict) or not heads.is_signed(statement, key):
        raise Unproven("A head in the proof is not signed by this log's key.")
    if statement.get("is") not in (heads.HEAD, heads.RESTORED):
        raise Unproven("A statement in the proof is no head.")
    return head_in(statement)
