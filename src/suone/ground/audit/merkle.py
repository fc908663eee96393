"""The Merkle tree over the log (RFC 9162, section 2.1): roots, proofs of inclusion and of consistency.

Plain values in and out, so that checking a proof needs neither database nor Django. A hash is 32 bytes (SHA-256);
positions of leaves count from 0. Functions that need hashes of the tree call ``node(level, index)``: the hash over the
``2**level`` leaves from ``index * 2**level`` on, all of which must exist.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256().digest()
Node = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two neighbours; its prefix byte distinguishes it from a leaf."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree to which leaves are added, and which knows its root, without storing the leaves.

    It stores one hash per one-bit of its size: those of the perfect subtrees it consists of, largest first.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        assert len(hashes) == size.bit_count()
        self.size = size
        self._hashes = list(hashes)

    @classmethod
    def of(cls, size: int, node: Node) -> "Frontier":
        """The frontier of a stored tree of this size."""
        return cls(size, [node(level, index) for level, index in _whole_trees(0, size)])

    def add(self, leaf: bytes) -> None:
        """One more leaf, by its hash."""
        ones, hashes = self.size, self._hashes
        while ones & 1:
            leaf = sha256(b"\x01" + hashes.pop() + leaf).digest()
            ones >>= 1
        hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return _folded(self._hashes)


def root_of(size: int, node: Node) -> bytes:
    """The root over the first ``size`` leaves of a tree that has at least as many."""
    return _root_over(0, size, node)


def inclusion_path(position: int, size: int, node: Node) -> list[bytes]:
    """The hashes that prove that a leaf is in the tree of this size, from the leaf up (section 2.1.3.1)."""
    assert 0 <= position < size
    path, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if position < middle:
            path.append(_root_over(middle, end, node))
            end = middle
        else:
            path.append(_root_over(begin, middle, node))
            begin = middle
    return path[::-1]


def root_by_inclusion(leaf: bytes, position: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root computed from a leaf and its path; None if the path does not fit (section 2.1.3.2)."""
    if not 0 <= position < size:
        return None
    place, last, hashed = position, size - 1, leaf
    for part in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            hashed = node_hash(part, hashed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            hashed = node_hash(hashed, part)
        place, last = place >> 1, last >> 1
    return hashed if last == 0 else None


def consistency_path(older: int, newer: int, node: Node) -> list[bytes]:
    """The hashes that prove that the tree of size ``newer`` begins with that of size ``older`` (section 2.1.4.1)."""
    assert 0 <= older <= newer
    path: list[bytes] = []
    begin, end, is_known = 0, newer, True  # known: the remaining part is the older tree itself
    while older not in (0, newer) and older != end:
        middle = begin + _split(end - begin)
        if older <= middle:
            path.append(_root_over(middle, end, node))
            end = middle
        else:
            path.append(_root_over(begin, middle, node))
            begin, is_known = middle, False
    if not is_known:
        path.append(_root_over(begin, end, node))
    return path[::-1]


def is_consistent(older: int, older_root: bytes, newer: int, newer_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether ``path`` proves that the newer tree begins with the older one (section 2.1.4.2)."""
    if not 0 <= older <= newer:
        return False
    if older == 0 or older == newer:
        return not path and older_root == (EMPTY_ROOT if older == 0 else newer_root)
    parts = [older_root, *path] if older & (older - 1) == 0 else list(path)
    if not parts:
        return False
    place, last = older - 1, newer - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(part, before), node_hash(part, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, part)
        place, last = place >> 1, last >> 1
    return last == 0 and before == older_root and after == newer_root


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)


def _whole_trees(begin: int, end: int) -> list[tuple[int, int]]:
    """The perfect subtrees, as (level, index), that make up the leaves from ``begin`` to ``end``, largest first.

    ``begin`` must be the start of such a subtree.
    """
    found = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        assert begin % (1 << level) == 0
        found.append((level, begin >> level))
        begin += 1 << level
    return found


def _root_over(begin: int, end: int, node: Node) -> bytes:
    return _folded([node(level, index) for level, index in _whole_trees(begin, end)])


def _folded(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root
