"""The recipients of a consent in forms: a row for each recipient, a checkbox for each data category."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.ground.access.categories import ALL_CATEGORIES, HEALTH_BIT, SENSITIVE, DataCategory, categories_in, mask_of
from suone.ground.access.permissions import Permission, Role
from suone.organisation.appointments.fields import StaffField, offer
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.consents.models import Consent
from suone.records.consents.terms import ScopeLine

# Cannot be repeated on a page, or was given for another list of recipients.
_NOT_REPEATED = {"scan", "signature"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One category of one recipient; ``was_signed`` marks what must be ticked again in a renewal."""

    category: DataCategory
    is_ticked: bool
    was_signed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient with its checkboxes: ``field`` is the field that selects it, ``name`` the one of its categories."""

    field: str
    name: str
    value: int
    label: str
    is_chosen: bool
    cells: Sequence[Cell | None]  # none where this recipient cannot be given the category
    errors: Sequence[str]


class ScopeForm(forms.Form):
    """The recipients of a consent, each with its own categories.

    Nothing sensitive is ticked initially, not even in a renewal. A person named in the list below the table gets a row,
    which must be shown before anything is recorded.
    """

    recipients = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Who may read what"), queryset=Institution.objects.none(), required=False
    )
    named_persons = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Named persons who may read"), queryset=Appointment.objects.none(), required=False
    )
    add_person = StaffField(
        label=gettext_lazy("Name one person who may read"),
        required=False,
        across=True,
        help_text=gettext_lazy(
            "Where not the whole institution, but only one person there may read. A medical officer is named here; no institution reads medical content."
        ),
    )

    def __init__(self, *args: Any, before: Consent | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = _masks_of(before)
        working = Appointment.objects.working(on=timezone.localdate()).who_can(Permission.CASE_READ)
        offer(self, "add_person", working.order_by("institution__code", "last_name"))
        self.just_added = self._add_named() if self.is_bound else None
        institutions = Institution.objects.order_by("-is_iiz_office", "circle", "code")
        self.fields["recipients"].queryset = institutions  # type: ignore[attr-defined]
        working = working.select_related("institution")
        self.fields["named_persons"].queryset = working  # type: ignore[attr-defined]
        self.institutions = list(institutions)
        self.persons = list(working.filter(pk__in=_numbers(self["named_persons"].value())))
        officers = working.holding(Role.MEDICAL_OFFICER).filter(pk__in=[person.pk for person in self.persons])
        self.officers = set(officers.values_list("pk", flat=True))
        for institution in self.institutions:
            self._add_boxes(f"reads_i{institution.pk}", str(institution), ALL_CATEGORIES & ~HEALTH_BIT)
        for person in self.persons:
            may = ALL_CATEGORIES if person.pk in self.officers else ALL_CATEGORIES & ~HEALTH_BIT
            self._add_boxes(f"reads_s{person.pk}", _in_person(person), may)

    @property
    def categories(self) -> list[DataCategory]:
        """The columns: sensitive categories last, and health only if a medical officer is named."""
        mask = ALL_CATEGORIES if self.officers else ALL_CATEGORIES & ~HEALTH_BIT
        return sorted(categories_in(mask), key=lambda category: (category.is_sensitive, category.value))

    @property
    def has_marks(self) -> bool:
        """Whether the renewed consent had sensitive categories, which must be ticked again."""
        return any(mask & SENSITIVE for mask in self.before.values())

    def rows(self) -> Iterator[Row]:
        chosen = set(_numbers(self["recipients"].value()))
        for institution in self.institutions:
            name = f"reads_i{institution.pk}"
            yield self._row("recipients", name, institution.pk, is_chosen=institution.pk in chosen)
        for person in self.persons:
            yield self._row("named_persons", f"reads_s{person.pk}", person.pk, is_chosen=True)

    def alike(self) -> set[DataCategory]:
        """The categories that every selected recipient may read."""
        masks = [
            mask_of(cell.category for cell in row.cells if cell and cell.is_ticked)
            for row in self.rows()
            if row.is_chosen
        ]
        return {category for category in DataCategory if masks and all(mask & category.bit for mask in masks)}

    def as_typed(self) -> dict[str, Any]:
        """The values typed so far, without files and signature; nothing ticked is an empty list."""
        typed = {
            name: field.widget.value_from_datadict(self.data, self.files, name)
            for name, field in self.fields.items()
            if name not in _NOT_REPEATED
        }
        return {name: value for name, value in typed.items() if value is not None}

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not (typed.get("recipients") or typed.get("named_persons")):
            self.add_error("recipients", self.fields["recipients"].error_messages["required"])
        for row in self.rows():
            if row.is_chosen and not typed.get(row.name) and row.name not in self.errors:
                sentence = _("Tick what this recipient may read, or take away the tick before the name.")
                self.add_error(row.name, sentence)
        if self.just_added is not None and f"reads_s{self.just_added}" in self.fields:
            sentence = _("This person was added to the table: look at what they may read, and sign after that.")
            self.add_error(f"reads_s{self.just_added}", sentence)
        return typed

    def scope(self) -> list[ScopeLine]:
        lines = [ScopeLine(one, self._mask(f"reads_i{one.pk}")) for one in self.cleaned_data["recipients"]]
        for person in self.cleaned_data["named_persons"]:
            lines.append(ScopeLine(person.institution, self._mask(f"reads_s{person.pk}"), person))
        return lines

    def _mask(self, name: str) -> int:
        return mask_of(DataCategory(value) for value in self.cleaned_data[name])

    def _add_named(self) -> int | None:
        """Add a row for the person just named, with the defaults of a new row, and discard the signature given before."""
        data = cast(QueryDict, self.data).copy()
        field = self.fields["add_person"]
        try:
            person = field.clean(field.widget.value_from_datadict(data, self.files, "add_person"))
        except forms.ValidationError:
            return None  # the field shows the error and keeps what was typed
        if person is None:
            return None
        added: int = person.pk
        data["add_person"] = data["signature"] = ""
        is_new = added not in _numbers(data.getlist("named_persons"))
        if is_new:
            data.appendlist("named_persons", str(added))
            data.setlist(f"reads_s{added}", [str(category.value) for category in categories_in(_STARTS_WITH)])
        self.data = data
        return added if is_new else None

    def _add_boxes(self, name: str, label: str, may: int) -> None:
        starts_with = self.before.get(name, _STARTS_WITH) & ~SENSITIVE
        self.fields[name] = forms.TypedMultipleChoiceField(
            label=label,
            coerce=int,
            choices=[(category.value, category.label) for category in categories_in(may)],
            initial=[category.value for category in categories_in(starts_with)],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def _row(self, field: str, name: str, value: int, *, is_chosen: bool) -> Row:
        boxes = self.fields[name]
        offered = {number for number, _label in boxes.choices}  # type: ignore[attr-defined]
        ticked = set(_numbers(self[name].value()))
        before = self.before.get(name, 0) & SENSITIVE
        cells = [
            Cell(category, category.value in ticked, bool(before & category.bit)) if category.value in offered else None
            for category in self.categories
        ]
        errors = [str(error) for error in self.errors.get(name, [])]
        return Row(field, name, value, _text(boxes.label), is_chosen, cells, errors)


_STARTS_WITH = ALL_CATEGORIES & ~SENSITIVE


def _masks_of(consent: Consent | None) -> dict[str, int]:
    """What each recipient of a consent may read now, by the name of its field of categories."""
    if consent is None:
        return {}
    return {
        f"reads_s{recipient.staff_id}"
        if recipient.staff_id
        else f"reads_i{recipient.institution_id}": recipient.categories
        for recipient in consent.recipients.all()
    }


def _in_person(staff: Appointment) -> str:
    return f"{staff.institution.short_name} · {staff.full_name}"


def _text(label: str | Promise | None) -> str:
    return str(label or "")


def _numbers(values: Any) -> list[int]:
    texts = [str(value) for value in values or []]
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 18]
