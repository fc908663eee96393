"""Choosing a colleague in a form: from a list if there are few, by typing a name if there are many."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.template import loader
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.organisation.appointments.models import Appointment, AppointmentQuerySet

if TYPE_CHECKING:
    _Field = forms.ModelChoiceField[Appointment]
    _Several = forms.ModelMultipleChoiceField[Appointment]
else:
    _Field, _Several = forms.ModelChoiceField, forms.ModelMultipleChoiceField

FEW = 20  # the longest list shown without a search
_PROPOSED = 500
_FOUND = 12
_ROWS = 3


def offer(form: forms.BaseForm, name: str, staff: AppointmentQuerySet) -> None:
    """Set who can be chosen in a staff field of a form, in this order."""
    cast(StaffField, form.fields[name]).queryset = staff.select_related("institution", "office")


def _is_number(value: object) -> bool:
    return str(value).isascii() and str(value).isdigit()


def _sent(data: Mapping[str, Any], name: str) -> list[str]:
    """The ids of those chosen, and search words not resolved yet.

    A search result is sent as its id and the words, ``12:muller``, and counts only while these words are in the field.
    """
    found = data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name)
    given = found if isinstance(found, list | tuple) else [found]
    values = [str(value).strip() for value in given if value is not None and str(value).strip()]
    ticked: dict[str, list[str]] = {}
    for number, colon, words in (value.partition(":") for value in values):
        if colon and _is_number(number):
            ticked.setdefault(words, []).append(number)
    typed = [value for value in values if not _is_number(value) and not _is_number(value.partition(":")[0])]
    numbers = [value for value in values if _is_number(value)] + [n for words in typed for n in ticked.get(words, ())]
    return list(dict.fromkeys(numbers)) + [words for words in typed if words not in ticked]


class _ByName(_Field):
    """An appointment, by id or by name; with ``across``, labels include the institution."""

    default_error_messages: ClassVar = {
        "invalid_choice": gettext_lazy("Choose one of those offered: nobody else works there today and may do this.")
    }

    def __init__(self, *, across: bool = False, **kwargs: Any) -> None:
        self.across = across
        super().__init__(**{"queryset": Appointment.objects.none()} | kwargs)

    def label_from_instance(self, obj: Appointment) -> str:
        return label_of(obj, across=self.across)

    def found(self, typed: str) -> list[Appointment]:
        """Those who match the words; only one if the words are exactly its label."""
        fitting = list(cast(AppointmentQuerySet, self.queryset).found_by(typed)[: _FOUND + 1])
        exactly = [staff for staff in fitting if self.label_from_instance(staff) == typed.strip()]
        return exactly if len(exactly) == 1 else fitting

    def number_of(self, typed: str) -> str:
        """The id of the only match; raises ``ValidationError`` if nobody or several match."""
        found = [str(staff.pk) for staff in self.found(typed)]
        if not found:
            raise ValidationError(
                _("Nobody found for “%(typed)s”. Type parts of the name, the institution or the office."),
                code="nobody",
                params={"typed": typed},
            )
        if len(found) > 1:
            raise ValidationError(
                _("Several people match “%(typed)s”: choose one of those found, or type more of the name."),
                code="several",
                params={"typed": typed},
            )
        return found[0]


class _Picker(forms.Select):
    """A plain select, or a search field if the list would be long."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        offered: Any = self.choices
        self.choices = options = [(choice, str(label)) for choice, label in offered]
        people = [(str(choice), label) for choice, label in options if choice]
        is_short = len(people) <= FEW or not isinstance(offered, ModelChoiceIterator)
        if is_short and not self.allow_multiple_selected:
            return super().render(name, value, attrs, renderer)
        given = value if isinstance(value, list | tuple) else [value]
        values = [str(one) for one in given if one not in (None, "")]
        words = [one for one in values if not _is_number(one)]
        context = {
            "name": name,
            "attrs": self.build_attrs(self.attrs, attrs) | {"class": "form-control"},
            "several": self.allow_multiple_selected,
            "numbers": values,
            "people": people if is_short else [one for one in people if one[0] in values],
            "found": [] if is_short else _those_found(cast(_ByName, offered.field), words),
            "words": words,
            "proposed": [] if is_short else [label for _number, label in people][:_PROPOSED],
            "rows": _ROWS,
        }
        return mark_safe(loader.get_template("appointments/picker.html").render(context))  # noqa: S308 - Jinja escapes


def _those_found(field: _ByName, typed: list[str]) -> list[tuple[str, str]]:
    return [
        (f"{one.pk}:{words}", field.label_from_instance(one)) for words in typed for one in field.found(words)[:_FOUND]
    ]


class StaffPicker(_Picker):
    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        sent = _sent(data, name)
        return sent[0] if sent else None


class StaffPickers(_Picker):
    allow_multiple_selected = True
    use_fieldset = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return _sent(data, name)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return False  # boxes that are not ticked are not sent

    def id_for_label(self, id_: str, index: str = "") -> str:
        return ""  # the label is that of the group


class StaffField(_ByName):
    """One colleague."""

    widget = StaffPicker

    def to_python(self, value: Any) -> Appointment | None:
        if isinstance(value, str) and value.strip() and not _is_number(value):
            value = self.number_of(value)
        return super().to_python(value)


class SeveralStaffField(_ByName, _Several):
    """Several colleagues."""

    widget = StaffPickers

    def clean(self, value: Any) -> Any:
        values = [str(one) for one in value or ()]
        return super().clean([one if _is_number(one) else self.number_of(one) for one in values])


def label_of(staff: Appointment, *, across: bool = False) -> str:
    """A colleague's label in lists, which distinguishes two people of the same name."""
    office = staff.office.name if staff.office else ""
    label = ", ".join(part for part in (staff.full_name, staff.function, office) if part)
    return f"{staff.institution.short_name} · {label}" if across else label
