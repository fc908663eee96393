import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from suone.records.persons import ahv


def check_digit(twelve: str) -> str:
    """EAN-13 reckoned by hand: weights 1, 3, 1, 3 … over the first twelve digits."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return str(-total % 10)


numbers = st.text("0123456789", min_size=9, max_size=9).map(lambda nine: f"756{nine}")


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("756.9217.0769.85", "7569217076985"),
        ("7569217076985", "7569217076985"),
        (" 756 9217 0769 85 ", "7569217076985"),
        ("756-9217-0769-85", "7569217076985"),
        ("756.9217.0769.84", None),  # check digit
        ("757.9217.0769.85", None),  # country
        ("756.9217.0769.8", None),
        ("756.9217.0769.855", None),
        ("756.9217.0769.8X", None),
        ("", None),
        ("0000000000000", None),
    ],
)
def test_a_number_is_taken_however_it_is_typed_if_its_check_digit_holds(typed: str, digits: str | None) -> None:
    assert ahv.compact(typed) == digits


@given(numbers)
def test_every_number_with_its_own_check_digit_is_taken_and_with_any_other_refused(twelve: str) -> None:
    right = check_digit(twelve)

    assert ahv.compact(twelve + right) == twelve + right
    assert all(ahv.compact(twelve + wrong) is None for wrong in "0123456789" if wrong != right)


@given(numbers, st.integers(3, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(twelve: str, place: int, shift: int) -> None:
    number = twelve + check_digit(twelve)
    mistyped = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]

    assert ahv.compact(mistyped) is None


@given(numbers)
def test_a_formatted_number_reads_back_and_a_masked_one_shows_two_digits(twelve: str) -> None:
    number = twelve + check_digit(twelve)

    assert ahv.compact(ahv.formatted(number)) == number
    assert ahv.masked(number) == f"756.••••.••••.{number[-2:]}"


def test_the_database_reckons_the_same(db: None) -> None:
    with connection.cursor() as cursor:
        for twelve in ("756921707698", "756000000000", "756123456789", "756999999999"):
            cursor.execute(
                "SELECT digit FROM generate_series(0, 9) digit WHERE ahv_check_digit_holds(%s || digit)", [twelve]
            )
            assert cursor.fetchall() == [(int(check_digit(twelve)),)]
        for wrong in ("756921707698", "75692170769855", "7579217076985", "756.9217.0769.85", "abc"):
            cursor.execute("SELECT ahv_check_digit_holds(%s)", [wrong])
            assert cursor.fetchone() == (False,)
