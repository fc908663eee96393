"""What several packages read from forms and addresses."""

from django import forms


class DayInput(forms.DateInput):
    """The browser's own picker; it speaks ISO whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def number_in(text: str) -> int | None:
    """A row's number as it stands in an address or a form; anything else is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
