"""Form fields that several packages use."""

from django import forms


class DayInput(forms.DateInput):
    """The browser's own picker; it speaks ISO whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")
