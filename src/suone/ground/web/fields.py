"""Form fields with bounds by what they mean, and parsing of form and URL values, that several packages use."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

_GREATEST = 2**31 - 1
_GREATEST_ROW = 2**63 - 1


class DayInput(forms.DateInput):
    """The browser's date picker; its value is in ISO format in every language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """The browser's picker for date and time; its value is in ISO format in every language."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class TextField(forms.CharField):
    """A text; one that is too long is said to be, by how much, and never cut: pages write no ``maxlength``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = [v for v in self.validators if not isinstance(v, MaxLengthValidator)]
        if self.max_length is not None:
            self.validators.append(self.check_length)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        # Browsers send two characters for the end of a line.
        return text.replace("\r\n", "\n") if isinstance(text, str) else text

    def check_length(self, text: str) -> None:
        """Raise ``ValidationError`` with the number of characters that are too many."""
        most = self.max_length or 0
        if (over := len(text) - most) <= 0:
            return
        sentence = ngettext(
            "This text is %(over)s character too long: shorten it to %(most)s. Nothing of it is lost.",
            "This text is %(over)s characters too long: shorten it to %(most)s. Nothing of it is lost.",
            over,
        )
        raise ValidationError(sentence % {"over": over, "most": most}, code="max_length")


class DayField(forms.DateField):
    """A day no further than so many years from today, either way; its subclasses say what the day means."""

    widget = DayInput
    sentence = gettext_lazy("Choose a day from %(first)s to %(last)s.")
    years_back = 10
    years_ahead = 10

    def __init__(self, *, years_back: int | None = None, years_ahead: int | None = None, **kwargs: Any) -> None:
        self.years_back = self.years_back if years_back is None else years_back
        self.years_ahead = self.years_ahead if years_ahead is None else years_ahead
        super().__init__(**kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value in self.empty_values:
            return
        first, last = self.bounds(timezone.localdate())
        if not first <= value <= last:
            raise ValidationError(
                self.sentence % {"first": f"{first:%d.%m.%Y}", "last": f"{last:%d.%m.%Y}"}, code="out_of_bounds"
            )

    def bounds(self, today: date) -> tuple[date, date]:
        """The first and the last day that make sense."""
        return _years_from(today, -self.years_back), _years_from(today, self.years_ahead)


class PastDay(DayField):
    """A day on which something has happened already, today at the latest."""

    sentence = gettext_lazy("This has happened already: choose a day from %(first)s to %(last)s.")
    years_ahead = 0


class DayAhead(DayField):
    """A day that is still to come, today at the earliest."""

    sentence = gettext_lazy("This is still to come: choose a day from %(first)s to %(last)s.")
    years_back = 0
    years_ahead = 3


class DayNear(DayField):
    """A day before or after today, such as the first one of a period."""


class PeriodEnd(DayField):
    """The last day of a period that has not ended, or not long ago."""

    sentence = gettext_lazy("A period of this kind ends from %(first)s to %(last)s: choose a day between them.")
    years_back = 1


class MomentField(forms.DateTimeField):
    """The day and hour of a meeting. Whether one in the past is meant is asked by ``AsksAboutThePast``."""

    widget = MomentInput
    years_back = 2
    years_ahead = 3

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value in self.empty_values:
            return
        today = timezone.localdate()
        first, last = _years_from(today, -self.years_back), _years_from(today, self.years_ahead)
        if not first <= timezone.localdate(value) <= last:
            raise ValidationError(
                _("Choose a day from %(first)s to %(last)s.")
                % {"first": f"{first:%d.%m.%Y}", "last": f"{last:%d.%m.%Y}"},
                code="out_of_bounds",
            )


class AsksAboutThePast(forms.Form):
    """A form with a moment of a meeting: a day that has passed counts only once its author confirms that it is meant."""

    moments: ClassVar[tuple[str, ...]] = ("starts_at",)

    past_is_meant = forms.BooleanField(
        label=gettext_lazy("Yes, it lies in the past"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["past_is_meant"] = self.fields.pop("past_is_meant")  # below what it is about

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        is_meant = typed.pop("past_is_meant", False)
        today = timezone.localdate()
        for name in self.moments:
            value = typed.get(name)
            if (
                isinstance(value, datetime)
                and timezone.localdate(value) < today
                and value != self.get_initial_for_field(self.fields[name], name)
            ):
                self.fields["past_is_meant"].widget = forms.CheckboxInput()
                if not is_meant:
                    self.add_error(
                        name, _("This day has passed. Choose a later one, or confirm below that it is meant.")
                    )
        return typed


class NumberField(forms.IntegerField):
    """A whole number between two others, both included."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(min_value=least, max_value=most, **kwargs)

    def to_python(self, value: Any) -> int | None:
        try:
            return super().to_python(value)
        except ValidationError as error:
            raise self._outside() from error

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not self.least <= value <= self.most:
            raise self._outside()

    def _outside(self) -> ValidationError:
        sentence = _("Type a whole number from %(least)s to %(most)s.")
        return ValidationError(sentence % {"least": self.least, "most": self.most}, code="out_of_bounds")


class VersionField(NumberField):
    """The hidden version of what the page showed, by which an act recognises that somebody else saved meanwhile."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(least=0, most=_GREATEST, widget=forms.HiddenInput, **kwargs)


class RowField(NumberField):
    """The hidden id of a row, such as the last one of the page before."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(least=0, most=_GREATEST_ROW, required=False, widget=forms.HiddenInput, **kwargs)


def field_of(field: "models.Field[Any, Any]", **kwargs: Any) -> forms.Field | None:
    """The form field for a model's field, for ``formfield_callback`` of a ``ModelForm``: texts and days have bounds."""
    usual = {models.CharField: TextField, models.TextField: TextField, models.DateField: DayNear}
    if type(field) in usual and not field.choices:
        kwargs = {"form_class": usual[type(field)]} | kwargs
    return field.formfield(**kwargs)


def months_after(day: date, months: int) -> date:
    """The last day, included, of a period of so many months that begins on ``day``."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1])) - timedelta(days=1)


def _years_from(day: date, years: int) -> date:
    year = day.year + years
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def number_in(text: str) -> int | None:
    """The id of a row from a URL or form; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
