"""Form fields, and parsing of form and URL values, that several packages use."""

from calendar import monthrange
from datetime import date, timedelta

from django import forms


class DayInput(forms.DateInput):
    """The browser's date picker; its value is in ISO format in every language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def months_after(day: date, months: int) -> date:
    """The last day, included, of a period of so many months that begins on ``day``."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1])) - timedelta(days=1)


class MomentInput(forms.DateTimeInput):
    """The browser's picker for date and time; its value is in ISO format in every language."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def number_in(text: str) -> int | None:
    """The id of a row from a URL or form; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
