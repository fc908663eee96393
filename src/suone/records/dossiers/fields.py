"""Form fields shared by forms about a person."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy

from suone.ground.access.errors import Refused
from suone.ground.web.fields import TextField
from suone.records.dossiers.rules import Birth, check_birth, parse_birth

# Of the AHV number and of why it is missing: the styles hide the second while the first is typed, which a blank shows.
NOT_BOTH = {"placeholder": " "}


class BirthField(TextField):
    """A date of birth, as precise as it is known: 1.4.1999, 4.1999 or 1999."""

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {
            "label": gettext_lazy("Date of birth"),
            "help_text": gettext_lazy("Day, month or year, as far as it is known: 1.4.1999, 4.1999 or 1999."),
            "widget": forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
            "max_length": 20,
        }
        super().__init__(**usual | kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        birth = parse_birth(str(text))
        if birth is None:
            raise ValidationError(gettext_lazy("Type a day, a month or a year: 1.4.1999, 4.1999 or 1999."))
        try:
            check_birth(birth, on=timezone.localdate())
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
        return birth

    def run_validators(self, value: Any) -> None:
        """What was typed was read above."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((str(initial) if initial else "") != (data or ""))

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, Birth) else value


class LinesField(TextField):
    """A list of texts, typed one per line; repeated lines count once."""

    def __init__(self, *, most: int = 200, **kwargs: Any) -> None:
        self.most = most
        usual: dict[str, Any] = {
            "required": False,
            "max_length": 2000,
            "widget": forms.Textarea(attrs={"rows": 2}),
            "help_text": gettext_lazy("One on each line."),
        }
        super().__init__(**usual | kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        self.check_length(text)
        lines = [line.strip() for line in text.splitlines()]
        lines = list(dict.fromkeys(line for line in lines if line))
        if any(len(line) > self.most for line in lines):
            raise ValidationError(gettext_lazy("One of the lines is too long: shorten it."))
        return lines

    def validate(self, value: Any) -> None:
        """None of them has to be there."""

    def run_validators(self, value: Any) -> None:
        """Each line was looked at above."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value
