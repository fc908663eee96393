"""The tree over the log as the database keeps it: in tiles of 256 hashes."""

from hashlib import sha256

from django.db.models import Max, Sum
from django.db.models.functions import Length

from suone.ground.audit import merkle
from suone.ground.audit.models import Tile

WIDTH = 256
_LEVELS = 8  # of the tree, in one of tiles


class BrokenTree(Exception):
    """A part of the tree is missing: ``suone audit verify`` says which."""


class Tree:
    """Hashes of the tree; a tile that was read once is kept. Inside ``acting_as`` only."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """The hash over ``2**level`` entries from ``index * 2**level`` on."""
        tiles, within = divmod(level, _LEVELS)
        number, place = divmod(index << within, WIDTH)
        size = merkle.HASH_SIZE
        hashes = self.tile(tiles, number)[place * size : (place + (1 << within)) * size]
        if len(hashes) != size << within:
            raise BrokenTree
        return whole_root(hashes)

    def tile(self, level: int, number: int) -> bytes:
        """The hashes of a tile; none where there is no such tile."""
        if (level, number) not in self._tiles:
            found = Tile.objects.filter(level=level, number=number).values_list("hashes", flat=True).first()
            self._tiles[level, number] = bytes(found or b"")
        return self._tiles[level, number]


def hashes_between(first: int, before: int) -> bytes:
    """The hashes of these entries, as they were sealed; fewer where some are missing."""
    tiles = dict(
        Tile.objects.filter(level=0, number__gte=first // WIDTH, number__lte=(before - 1) // WIDTH).values_list(
            "number", "hashes"
        )
    )
    found, size = bytearray(), merkle.HASH_SIZE
    for number in range(first // WIDTH, (before - 1) // WIDTH + 1):
        begin, end = max(first - number * WIDTH, 0), min(before - number * WIDTH, WIDTH)
        # A gap keeps its room, so that the hashes after it stay where they belong.
        found += bytes(tiles.get(number, b""))[begin * size : end * size].ljust((end - begin) * size, b"\x00")
    return bytes(found)


def top_level() -> int:
    """The highest level of tiles; -1 while nothing is sealed."""
    highest = Tile.objects.aggregate(level=Max("level"))["level"]
    return -1 if highest is None else int(highest)


def octets(level: int) -> int:
    """How many bytes of hashes a level holds."""
    return int(Tile.objects.filter(level=level).aggregate(sum=Sum(Length("hashes")))["sum"] or 0)


def whole_root(hashes: bytes) -> bytes:
    """The root over hashes side by side, which are as many as a power of two."""
    size = merkle.HASH_SIZE
    while len(hashes) > size:
        hashes = b"".join(
            sha256(b"\x01" + hashes[start : start + 2 * size]).digest() for start in range(0, len(hashes), 2 * size)
        )
    return hashes
