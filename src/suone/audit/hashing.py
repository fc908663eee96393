"""What a seal is made of: one definition, used for sealing and for verifying."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

LEAF_SIZE = 40  # eight bytes of number, thirty-two of hash
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Every column of an entry but its batch, as PostgreSQL's COPY writes it: separated by tabs, escaped, NULL as \N.
# Times are microseconds in UTC, so that no setting of a session changes a letter.
CANONICAL_COLUMNS = (
    "id, CASE WHEN isfinite(at) THEN ((extract(epoch FROM at) * 1000000)::bigint)::text ELSE at::text END, "
    "kind, act, acting_kind, user_id, staff_id, institution_id, roles, dossier_id, person_id, object_type, object_id, "
    "recipients, legal_basis, purpose, details, dossiers_shown, persons_shown"
)


def leaf_of(line: bytes) -> bytes:
    """Number and hash of the entry that stands in this line of canonical columns."""
    number = int(line[: line.index(b"\t")])
    return struct.pack(">q", number) + sha256(b"\x00" + line).digest()


def numbers_in(leaves: bytes) -> list[int]:
    """The numbers of the entries behind these leaves."""
    return [number for number, _hash in split(leaves)]


def split(leaves: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and hash of each leaf; bytes that make no whole leaf are left out."""
    whole = len(leaves) - len(leaves) % LEAF_SIZE
    return struct.iter_unpack(">q32s", leaves[:whole])


def merkle_root(leaves: bytes) -> bytes:
    """The Merkle root over the leaves in their order; leaves and knots are told apart as in RFC 6962."""
    level: Sequence[bytes] = [value for _number, value in split(leaves)]
    while len(level) > 1:
        level = list(_level_above(level))
    return level[0] if level else sha256().digest()


def _level_above(level: Sequence[bytes]) -> Iterable[bytes]:
    for left, right in zip(level[::2], level[1::2], strict=False):
        yield sha256(b"\x01" + left + right).digest()
    if len(level) % 2:
        yield level[-1]


def chain_value(before: bytes, *, root: bytes, count: int, number: int, sealed_at: datetime) -> bytes:
    """What a batch hands on to the next one."""
    microseconds = (sealed_at - _EPOCH) // timedelta(microseconds=1)
    return sha256(before + root + struct.pack(">qqq", count, number, microseconds)).digest()
