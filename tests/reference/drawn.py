"""A world of the tables' rules that PostgreSQL holds too."""

import random
from datetime import UTC, datetime

from tests.reference.beside import Beside
from tests.reference.model import PERMISSIONS, Actor, World
from tests.reference.tables import DRAWS, OBJECTS, PARENTS, REPEATS, TABLES
from tests.reference.worlds import draw_actors, draw_world


def drawn_world(beside: Beside, seed: int) -> World:
    """The world of this seed."""
    return draw_world(
        seed,
        rules=TABLES,
        tables=beside.tables,
        draws=DRAWS,
        parents=PARENTS,
        objects=OBJECTS,
        repeats=REPEATS,
        at=datetime.now(UTC),
    )


def drawn_beside(beside: Beside, seed: int) -> tuple[World, list[Actor]]:
    """The world of this seed, in both, and those who act in it."""
    world = drawn_world(beside, seed)
    beside.load(world)
    return world, draw_actors(random.Random(seed), sorted(PERMISSIONS))
