"""A world of the tables' rules that PostgreSQL holds too."""

import random
from datetime import UTC, datetime

from suone.organisation.appointments.rules import NEED_APPROVAL
from tests.reference.beside import Beside
from tests.reference.model import PERMISSIONS, Actor, World
from tests.reference.tables import DRAWS, OBJECTS, PARENTS, REPEATS, TABLES
from tests.reference.worlds import draw_actors, draw_world


def drawn_world(beside: Beside, seed: int) -> World:
    """The world of this seed."""
    world = draw_world(
        seed,
        rules=TABLES,
        tables=beside.tables,
        draws=DRAWS,
        parents=PARENTS,
        objects=OBJECTS,
        repeats=REPEATS,
        at=datetime.now(UTC),
    )
    for held in world.rows["appointments_heldrole"].values():
        assert isinstance(held, dict)
        held["needs_approval"] = held["role"] in NEED_APPROVAL  # which the database computes
    return world


def drawn_beside(beside: Beside, seed: int) -> tuple[World, list[Actor]]:
    """The world of this seed, in both, and those who act in it."""
    world = drawn_world(beside, seed)
    beside.load(world)
    return world, draw_actors(random.Random(seed), sorted(PERMISSIONS))
