"""What acts allow, by the functions of the database and by the model: the same, for acts of every kind and state."""

import random

import pytest

from tests.reference.acts import WORDS, allowed, in_database, vary
from tests.reference.beside import Beside
from tests.reference.drawn import drawn_world


def test_every_act_word_has_its_model(beside: Beside) -> None:
    assert {word for (word,) in beside.connection.execute("SELECT word FROM dossiers_act")} == WORDS, (
        "Write what the act allows, in plain Python, in acts.py."
    )


@pytest.mark.parametrize("seed", range(1, 9))
def test_acts_allow_what_the_model_says(beside: Beside, seed: int) -> None:
    world = drawn_world(beside, seed)
    vary(world, random.Random(seed))
    beside.load(world)

    for word in sorted(WORDS):
        expected = allowed(world, word)
        found = in_database(beside.connection, word)
        assert set(found) == expected, word
        for number in sorted({one.act for one in expected})[:3]:  # asked for one act it says the same of that act
            assert set(in_database(beside.connection, word, number)) == {one for one in expected if one.act == number}


def test_the_worlds_hold_acts_of_every_kind(beside: Beside) -> None:
    """Else the comparison would say nothing."""
    seen = dict.fromkeys(WORDS, 0)
    health = 0
    for seed in range(1, 9):
        world = drawn_world(beside, seed)
        vary(world, random.Random(seed))
        for word in WORDS:
            found = allowed(world, word)
            seen[word] += len(found)
            health += sum(bool(one.categories & 16) for one in found)

    assert min(seen.values()) > 4, seen
    assert health > 20
