"""How long a number of months is."""

from datetime import date

import pytest

from suone.ground.web.fields import months_after


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2026, 11, 25), 12, date(2027, 11, 24)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2027, 8, 31), 6, date(2028, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 14)),
    ],
)
def test_months_end_on_the_day_before(first: date, months: int, last: date) -> None:
    assert months_after(first, months) == last
