"""How a case may move: every state against every other, and what each step asks for."""

from datetime import date, timedelta
from itertools import product

import pytest

from suone.canton.instruments.loading import instrument
from suone.canton.instruments.rules import evaluate
from suone.casework.cases.rules import (
    MOVES,
    OPEN_STATES,
    State,
    can_move,
    check_can_ask,
    check_can_move,
    check_first_contact,
    check_reason,
    notified_early,
)
from suone.ground.access.errors import Refused

N, T, A, S, C = State.NOTIFIED, State.IN_TRIAGE, State.ACTIVE, State.SUSPENDED, State.CLOSED
AFTER, REJECTED, WITHDRAWN = State.IN_AFTERCARE, State.REJECTED, State.WITHDRAWN
POSSIBLE = {
    (N, T), (N, A), (N, REJECTED), (N, WITHDRAWN),
    (T, A), (T, REJECTED), (T, WITHDRAWN),
    (A, S), (A, AFTER), (A, C),
    (S, A), (S, C),
    (AFTER, A), (AFTER, C),
    (C, A),
    (REJECTED, T),
    (WITHDRAWN, T),
}  # fmt: skip
TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("first_contact", "notified", "early"),
    [
        (date(2026, 1, 15), date(2026, 7, 14), True),
        (date(2026, 1, 15), date(2026, 7, 15), False),  # six months are not less than six months
        (date(2026, 1, 15), date(2026, 1, 15), True),
        (None, date(2026, 7, 14), None),
        (date(2026, 7, 15), date(2026, 7, 14), None),
    ],
)
def test_vs_report_2024_early_detection_is_strictly_under_six_months_to_the_notification(
    first_contact: date | None, notified: date, early: bool | None
) -> None:
    assert notified_early(first_contact, notified) is early
    if first_contact is not None and early is not None:  # the instrument counts by the same months
        answers = {"first_contact_on": str(first_contact), "notified_on": str(notified)}
        assert (evaluate(instrument("early-detection"), answers).band == "early") is early


@pytest.mark.parametrize(("now", "then"), list(product(State, State)))
def test_a_case_moves_along_the_table_and_no_other_way(now: State, then: State) -> None:
    assert can_move(now, then) is ((now, then) in POSSIBLE)

    if (now, then) in POSSIBLE:
        check_can_move(now, then)
    else:
        with pytest.raises(Refused, match=f"A case that is {now.label} cannot become {then.label}"):
            check_can_move(now, then)


def test_every_state_is_in_the_table_and_can_be_left() -> None:
    assert set(MOVES) == set(State)
    assert all(MOVES.values())


def test_from_every_state_a_case_can_be_active_again_and_closed() -> None:
    def reachable(start: State) -> set[State]:
        found, waiting = set(), {start}
        while waiting:
            state = waiting.pop()
            found.add(state)
            waiting |= MOVES[state] - found
        return found

    assert all({A, C} <= reachable(state) for state in State)


def test_open_is_what_is_neither_closed_nor_turned_away() -> None:
    assert set(State) - OPEN_STATES == {C, REJECTED, WITHDRAWN}


@pytest.mark.parametrize("day", [None, TODAY, TODAY - timedelta(days=400)])
def test_the_first_contact_may_be_unknown_or_past(day: date | None) -> None:
    check_first_contact(day, on=TODAY)


def test_the_first_contact_cannot_lie_in_the_future() -> None:
    with pytest.raises(Refused, match="cannot be in the future"):
        check_first_contact(TODAY + timedelta(days=1), on=TODAY)


@pytest.mark.parametrize("reason", ["", " ", "\n\t"])
def test_a_reason_is_more_than_spaces(reason: str) -> None:
    with pytest.raises(Refused, match="Give a reason"):
        check_reason(reason)


@pytest.mark.parametrize(
    ("taking_part", "asked", "sentence"),
    [({1}, set(), "already takes part"), (set(), {1}, "has already been asked"), ({1}, {1}, "already takes part")],
)
def test_an_institution_is_asked_once(taking_part: set[int], asked: set[int], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        check_can_ask(institution_id=1, taking_part=taking_part, asked=asked)


def test_whoever_is_neither_in_nor_asked_can_be_asked() -> None:
    check_can_ask(institution_id=1, taking_part={2}, asked={3})
