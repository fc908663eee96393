"""A deadline reads in words; the words say how urgent it is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from suone.ground.web.deadlines import deadline
from suone.ground.web.jinja import chf, day, icon, moment

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("days", "urgency", "german", "french"),
    [
        (-40, "overdue", "überfällig seit 40 Tagen", "en retard de 40 jours"),
        (-1, "overdue", "überfällig seit 1 Tag", "en retard de 1 jour"),
        (0, "today", "heute", "aujourd’hui"),
        (1, "week", "morgen", "demain"),
        (2, "week", "in 2 Tagen", "dans 2 jours"),
        (7, "week", "in 7 Tagen", "dans 7 jours"),
        (8, "later", "in 8 Tagen", "dans 8 jours"),
    ],
)
def test_a_deadline_says_how_far_it_is(days: int, urgency: str, german: str, french: str) -> None:
    for language, words in (("de", german), ("fr", french)):
        with translation.override(language):
            found = deadline(TODAY + timedelta(days=days), TODAY)

        assert (found.urgency, found.words) == (urgency, words)


@given(days=st.integers(-5000, 5000))
def test_what_is_urgent_never_becomes_less_urgent_as_its_day_comes_nearer(days: int) -> None:
    order = ["later", "week", "today", "overdue"]

    now, tomorrow = (deadline(TODAY, TODAY - timedelta(days=left)).urgency for left in (days, days - 1))

    assert order.index(tomorrow) >= order.index(now)


def test_days_and_moments_are_written_as_in_switzerland() -> None:
    with translation.override("de"):
        assert day(TODAY) == "Fr 20.11.2026"
        assert day(datetime(2026, 11, 20, 23, 30, tzinfo=UTC)) == "Sa 21.11.2026"  # already Saturday in Switzerland
        assert moment(datetime(2026, 11, 20, 13, 3, tzinfo=UTC)) == "20.11.2026, 14:03"
    with translation.override("fr"):
        assert day(TODAY).lower().startswith("ven")
    assert day(None) == moment(None) == ""


@pytest.mark.parametrize(
    ("value", "text"), [(1500, "1'500"), (1500.5, "1'500.50"), (0, "0"), (1234567.05, "1'234'567.05")]
)
def test_francs_are_grouped_with_apostrophes(value: float, text: str) -> None:
    assert chf(value) == text


def test_an_icon_is_silent_for_screen_readers() -> None:
    assert 'aria-hidden="true"' in icon("search")
