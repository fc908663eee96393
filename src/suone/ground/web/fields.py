"""What several packages read from forms and addresses."""

from calendar import monthrange
from datetime import date, timedelta

from django import forms


class DayInput(forms.DateInput):
    """The browser's own picker; it speaks ISO whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def months_after(day: date, months: int) -> date:
    """The last day of a period of so many months that begins on ``day``."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1])) - timedelta(days=1)


class MomentInput(forms.DateTimeInput):
    """Day and hour by the browser's own picker; it speaks ISO whatever the language."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def number_in(text: str) -> int | None:
    """A row's number as it stands in an address or a form; anything else is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
