"""What may become of a request, move by move."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.records.decisions.rules import MOVES, State, can_become, is_overdue, reminder_day

DAY = date(2026, 3, 10)


@pytest.mark.parametrize(("now", "then"), list(product(State, State)))
def test_a_pending_request_may_become_anything_else_and_an_answered_one_nothing(now: State, then: State) -> None:
    allowed = now is State.PENDING and then is not State.PENDING

    assert can_become(now, then) is allowed


def test_every_state_is_in_the_table() -> None:
    assert set(MOVES) == set(State)


@pytest.mark.parametrize(("days", "after"), [(0, 0), (1, 0), (2, 1), (9, 4), (10, 5)])
def test_the_reminder_comes_half_way(days: int, after: int) -> None:
    assert reminder_day(DAY, DAY + timedelta(days=days)) == DAY + timedelta(days=after)


@given(days=st.integers(0, 400))
def test_the_reminder_never_comes_after_the_last_day(days: int) -> None:
    assert DAY <= reminder_day(DAY, DAY + timedelta(days=days)) <= DAY + timedelta(days=days)


@pytest.mark.parametrize(("days_past", "overdue"), [(-1, False), (0, False), (1, True)])
def test_on_the_day_itself_an_answer_may_still_come(days_past: int, overdue: bool) -> None:
    assert is_overdue(DAY, on=DAY + timedelta(days=days_past)) is overdue
