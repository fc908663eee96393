"""The tree over the log as stored in the database: in tiles of 256 hashes."""

from hashlib import sha256

from django.db.models import Max, Sum
from django.db.models.functions import Length

from suone.ground.audit import merkle
from suone.ground.audit.models import Tile

WIDTH = 256
_LEVELS = 8  # levels of the tree per level of tiles


class BrokenTree(Exception):
    """A part of the tree is missing: ``suone audit verify`` says which."""


class Tree:
    """Reads hashes of the tree and caches its tiles; only inside ``acting_as``."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """The hash over ``2**level`` entries from ``index * 2**level`` on; raises ``BrokenTree`` if one is missing."""
        tiles, within = divmod(level, _LEVELS)
        number, place = divmod(index << within, WIDTH)
        size = merkle.HASH_SIZE
        hashes = self.tile(tiles, number)[place * size : (place + (1 << within)) * size]
        if len(hashes) != size << within:
            raise BrokenTree
        return whole_root(hashes)

    def tile(self, level: int, number: int) -> bytes:
        """The hashes of a tile, 32 bytes each; empty if there is no such tile."""
        if (level, number) not in self._tiles:
            found = Tile.objects.filter(level=level, number=number).values_list("hashes", flat=True).first()
            self._tiles[level, number] = bytes(found or b"")
        return self._tiles[level, number]


def hashes_between(first: int, before: int) -> bytes:
    """The hashes of the entries from position ``first`` up to but excluding ``before``; zeros where some are missing."""
    tiles = dict(
        Tile.objects.filter(level=0, number__gte=first // WIDTH, number__lte=(before - 1) // WIDTH).values_list(
            "number", "hashes"
        )
    )
    found, size = bytearray(), merkle.HASH_SIZE
    for number in range(first // WIDTH, (before - 1) // WIDTH + 1):
        begin, end = max(first - number * WIDTH, 0), min(before - number * WIDTH, WIDTH)
        # Pad gaps, so that the hashes after them stay at their positions.
        found += bytes(tiles.get(number, b""))[begin * size : end * size].ljust((end - begin) * size, b"\x00")
    return bytes(found)


def top_level() -> int:
    """The highest level of tiles; -1 while nothing is sealed."""
    highest = Tile.objects.aggregate(level=Max("level"))["level"]
    return -1 if highest is None else int(highest)


def octets(level: int) -> int:
    """The total size of a level's hashes in bytes."""
    return int(Tile.objects.filter(level=level).aggregate(sum=Sum(Length("hashes")))["sum"] or 0)


def whole_root(hashes: bytes) -> bytes:
    """The root over concatenated hashes, whose number is a power of two."""
    size = merkle.HASH_SIZE
    while len(hashes) > size:
        hashes = b"".join(
            sha256(b"\x01" + hashes[start : start + 2 * size]).digest() for start in range(0, len(hashes), 2 * size)
        )
    return hashes
