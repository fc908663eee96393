"""Faults in what kept acts allow, planted into the functions that say so: the reference model notices.

They are asked with every grant that is opened or checked, so nearly every test reaches them; the model decides in
seconds, over acts of every kind and state.
"""

import random
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from tests.mutants.functions import SqlFault, function_faults
from tests.reference.acts import WORDS, Allowance, allowed, in_database, vary
from tests.reference.beside import Beside
from tests.reference.drawn import drawn_world


def judged_by_the_model(connection: psycopg.Connection[Any]) -> set[str]:
    """The functions by which acts allow something."""
    words = connection.execute("SELECT allows FROM dossiers_act").fetchall()
    return {name for (name,) in words} | {
        "dossiers_allowed",
        "dossiers_start_of",
        "dossiers_was_medical_officer",
        "dossiers_medical_officer_until",
        "handovers_led",
    }


def all_faults(connection: psycopg.Connection[Any]) -> list[SqlFault]:
    judged = judged_by_the_model(connection)
    return [fault for fault in function_faults(connection) if fault.names[0] in judged]


def survivors(faults: Iterable[SqlFault], beside: Beside, seeds: Iterable[int]) -> list[SqlFault]:
    """The faults by which acts allow the same in all of these worlds."""
    left = list(faults)
    for seed in seeds:
        if left:
            world = drawn_world(beside, seed)
            vary(world, random.Random(seed))
            beside.load(world)
            expected = {word: allowed(world, word) for word in WORDS}
            left = [fault for fault in left if _survives(fault, beside.connection, expected)]
    return left


def _survives(fault: SqlFault, connection: psycopg.Connection[Any], expected: Mapping[str, set[Allowance]]) -> bool:
    try:
        connection.execute(fault.planting.encode())
        return all(_is_same(connection, word, expected[word]) for word in sorted(WORDS))
    except psycopg.Error:
        return False  # what cannot be asked any more is noticed
    finally:
        connection.rollback()


def _is_same(connection: psycopg.Connection[Any], word: str, expected: set[Allowance]) -> bool:
    if set(in_database(connection, word)) != expected:
        return False
    few = sorted({one.act for one in expected})[:3]
    return all(
        set(in_database(connection, word, number)) == {one for one in expected if one.act == number} for number in few
    )
