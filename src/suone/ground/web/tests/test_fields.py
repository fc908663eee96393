"""Fields with bounds by what they mean."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from suone.ground.web import fields

TODAY = date(2026, 11, 30)
NOON = datetime(2026, 11, 30, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda value=None: value.date() if value else TODAY)


@pytest.mark.parametrize(
    ("field", "first", "last"),
    [
        (fields.PastDay(years_back=5), date(2021, 11, 30), TODAY),
        (fields.DayAhead(), TODAY, date(2029, 11, 30)),
        (fields.DayNear(years_back=1, years_ahead=2), date(2025, 11, 30), date(2028, 11, 30)),
        (fields.PeriodEnd(years_ahead=1), date(2025, 11, 30), date(2027, 11, 30)),
    ],
)
def test_a_day_beyond_its_meaning_is_refused_with_the_days_that_are_possible(
    field: fields.DayField, first: date, last: date
) -> None:
    assert field.clean(first.isoformat()) == first
    assert field.clean(last.isoformat()) == last

    for beyond in (first - timedelta(days=1), last + timedelta(days=1)):
        with pytest.raises(ValidationError) as refused:
            field.clean(beyond.isoformat())
        for end in (first, last):
            assert f"{end:%d.%m.%Y}" in refused.value.messages[0]


def test_bounds_are_kept_on_a_leap_day(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fields.PastDay(years_back=1).bounds(date(2028, 2, 29)) == (date(2027, 2, 28), date(2028, 2, 29))


@pytest.mark.parametrize("text", ["0", "481", "ten", "1.5", "9" * 5000, "1e3"])
def test_a_number_beyond_its_meaning_is_refused_with_both_ends(text: str) -> None:
    field = fields.NumberField(least=1, most=480)

    with pytest.raises(ValidationError, match=r"from 1 to 480") as refused:
        field.clean(text)

    assert len(refused.value.messages) == 1
    assert field.clean("480") == 480


def test_the_end_of_a_line_counts_once_as_it_does_for_whoever_types() -> None:
    field = fields.TextField(max_length=3)

    assert field.clean("a\r\nb") == "a\nb"
    with pytest.raises(ValidationError, match=r"This text is 1 character too long: shorten it to 3\."):
        field.clean("a\r\nbc")
    with translation.override("de"), pytest.raises(ValidationError, match="um 2 Zeichen zu lang"):
        field.clean("a\r\nbcd")


class Meet(fields.AsksAboutThePast):
    starts_at = fields.MomentField(required=False)


def _meet(starts_at: datetime, initial: dict[str, Any] | None = None, **data: str) -> Meet:
    return Meet({"starts_at": f"{timezone.localtime(starts_at):%Y-%m-%dT%H:%M}"} | data, initial=initial or {})


def test_a_day_that_has_passed_counts_once_it_is_confirmed() -> None:
    yesterday = NOON - timedelta(days=1)

    asked, confirmed = _meet(yesterday), _meet(yesterday, past_is_meant="on")

    assert list(asked.errors) == ["starts_at"]
    assert isinstance(asked.fields["past_is_meant"].widget, forms.CheckboxInput)
    assert confirmed.is_valid()
    assert confirmed.cleaned_data == {"starts_at": yesterday}
    assert _meet(yesterday, {"starts_at": yesterday}).is_valid()
    assert _meet(NOON - timedelta(hours=3)).is_valid()
    assert _meet(NOON + timedelta(days=1)).is_valid()


def test_a_moment_years_away_is_refused_even_if_it_is_confirmed() -> None:
    assert not _meet(NOON - timedelta(days=3000), past_is_meant="on").is_valid()
    assert not _meet(NOON + timedelta(days=3000)).is_valid()
