from datetime import timedelta

import pytest

from suone.organisation.signin.rules import one_spelling, pause_after


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (11, 60), (12, 60), (10_000, 60)]
)
def test_the_pause_begins_with_the_fifth_failure_and_doubles_up_to_an_hour(failures: int, minutes: int) -> None:
    assert pause_after(failures) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "typed",
    [
        "ada.risi@example.org",
        " Ada.Risi@Example.ORG ",
        "ada.rısi@example.org",
        "ada.riſi@example.org",
        "ＡDA.risi@example.org",
    ],
)
def test_every_spelling_that_finds_one_account_is_one_address(typed: str) -> None:
    assert one_spelling(typed) == "ada.risi@example.org"


def test_different_addresses_stay_different() -> None:
    assert one_spelling("ada.risi@example.org") != one_spelling("ada.risi@example.com")
