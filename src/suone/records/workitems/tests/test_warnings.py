"""When something that runs out is due a warning: pure."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.records.workitems.rules import warning_due

LAST = date(2026, 3, 31)
STEPS = (30, 7, 0)


@pytest.mark.parametrize(
    ("days_left", "warned", "due"),
    [
        (31, None, None),
        (30, None, 30),
        (30, 30, None),
        (8, 30, None),
        (7, 30, 7),
        (7, 7, None),
        (5, None, 7),
        (1, 7, None),
        (0, 7, 0),
        (0, None, 0),
        (0, 0, None),
        (-1, None, None),
        (-1, 7, None),
    ],
)
def test_each_step_of_warning_is_due_once(days_left: int, warned: int | None, due: int | None) -> None:
    assert warning_due(valid_until=LAST, on=LAST - timedelta(days=days_left), warn_days=STEPS, warned=warned) == due


@given(missed=st.sets(st.integers(0, 60)))
def test_however_many_days_the_clock_misses_no_step_is_given_twice_and_none_after_a_nearer_one(
    missed: set[int],
) -> None:
    warned: int | None = None
    given_steps = []

    for days_left in sorted(set(range(60)) - missed, reverse=True):
        step = warning_due(valid_until=LAST, on=LAST - timedelta(days=days_left), warn_days=STEPS, warned=warned)
        if step is not None:
            given_steps.append(step)
            warned = step

    assert given_steps == sorted(set(given_steps), reverse=True)
    assert (0 in given_steps) == (0 not in missed)
