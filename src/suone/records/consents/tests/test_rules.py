"""What makes a consent valid, case by case."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.ground.access.categories import ALL_BUT_HEALTH, ALL_CATEGORIES, HEALTH_BIT, DataCategory
from suone.ground.access.errors import Refused
from suone.records.consents.rules import (
    Recipient,
    State,
    check_can_narrow,
    check_can_sign,
    missing_conditions,
    state_of,
)

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
TODAY = date(2026, 3, 10)
WORK = DataCategory.EMPLOYMENT.bit


def check(**changes: object) -> None:
    usual: dict[str, object] = {
        "recipients": [Recipient(1, None, WORK)],
        "purpose": "integration",
        "valid_from": TODAY,
        "valid_until": TODAY + timedelta(days=30),
        "signed_on": TODAY,
        "on": TODAY,
    }
    check_can_sign(**usual | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on", "is_withdrawn", "state"),
    [
        (FIRST - timedelta(days=1), False, State.PLANNED),
        (FIRST, False, State.VALID),
        (LAST, False, State.VALID),
        (LAST + timedelta(days=1), False, State.EXPIRED),
        (FIRST - timedelta(days=1), True, State.WITHDRAWN),
        (FIRST, True, State.WITHDRAWN),
        (LAST + timedelta(days=1), True, State.WITHDRAWN),
    ],
)
def test_a_consent_runs_from_its_first_to_its_last_day(on: date, is_withdrawn: bool, state: State) -> None:
    assert state_of(valid_from=FIRST, valid_until=LAST, is_withdrawn=is_withdrawn, on=on) is state


def test_a_whole_consent_can_be_signed() -> None:
    check()
    check(valid_from=TODAY - timedelta(days=3), valid_until=TODAY)
    check(valid_from=TODAY + timedelta(days=3))
    check(recipients=[Recipient(1, None, ALL_BUT_HEALTH), Recipient(1, 7, ALL_CATEGORIES, is_medical_officer=True)])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"purpose": "  "}, "Say for which purpose"),
        ({"recipients": []}, "Choose at least one institution"),
        ({"valid_until": TODAY - timedelta(days=1)}, "The last day must not be before the first"),
        (
            {"valid_from": TODAY - timedelta(days=9), "valid_until": TODAY - timedelta(days=1)},
            "This consent would already be over",
        ),
        ({"signed_on": TODAY + timedelta(days=1)}, "A signature cannot be in the future"),
        ({"recipients": [Recipient(1, None, WORK), Recipient(1, None, 1)]}, "Name every recipient once only"),
        ({"recipients": [Recipient(1, 7, WORK), Recipient(1, 7, 1)]}, "Name every recipient once only"),
        ({"recipients": [Recipient(1, None, WORK), Recipient(2, None, 0)]}, "at least one data category"),
        ({"recipients": [Recipient(1, None, HEALTH_BIT)]}, "for a medical officer only"),
        ({"recipients": [Recipient(1, 7, HEALTH_BIT | WORK)]}, "for a medical officer only"),
        (
            {"recipients": [Recipient(1, None, WORK | HEALTH_BIT, is_medical_officer=True)]},
            "for a medical officer only",
        ),
    ],
)
def test_a_consent_with_a_gap_is_refused_with_a_sentence(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        check(**changes)


def test_the_same_institution_and_a_named_person_of_it_are_two_recipients() -> None:
    check(recipients=[Recipient(1, None, WORK), Recipient(1, 7, WORK), Recipient(1, 8, WORK)])


@given(now=st.integers(1, ALL_CATEGORIES), then=st.integers(0, ALL_CATEGORIES))
def test_narrowing_takes_away_and_never_adds(now: int, then: int) -> None:
    takes_away_only = then & now == then and then != now

    if takes_away_only:
        check_can_narrow(now=now, then=then)
    else:
        with pytest.raises(Refused):
            check_can_narrow(now=now, then=then)


def test_conditions_that_nobody_confirmed_are_named_in_their_order() -> None:
    assert missing_conditions(wanted=["a", "b", "c"], confirmed=["b"]) == ["a", "c"]
    assert missing_conditions(wanted=["a"], confirmed=["a", "z"]) == []
