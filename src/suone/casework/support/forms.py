from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from suone.casework.support.rules import CoachingOutcome, Kind, Part, Variant
from suone.casework.support.services import Order, Report
from suone.ground.access.categories import DataCategory
from suone.ground.web.fields import NumberField, TextField
from suone.organisation.appointments.fields import StaffField, offer
from suone.organisation.appointments.models import AppointmentQuerySet

_BUT_HEALTH = [choice for choice in DataCategory.choices if choice[0] != DataCategory.HEALTH]


def _category_field(choices: Sequence[tuple[Any, Any]] = _BUT_HEALTH) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=gettext_lazy("Data category"),
        coerce=lambda value: DataCategory(int(value)),
        choices=choices,
        initial=DataCategory.EMPLOYMENT.value,
        help_text=gettext_lazy("Anybody who may read this category can read the text."),
    )


class OrderForm(forms.Form):
    """The fields that the kind of service requires: coaching has a variant and possibly a second person."""

    variant = forms.ChoiceField(label=gettext_lazy("Variant"), choices=Variant.choices, widget=forms.RadioSelect)
    staff = StaffField(label=gettext_lazy("Who is responsible"), across=True)
    second = StaffField(
        across=True,
        label=gettext_lazy("Second person of the coaching"),
        required=False,
        help_text=gettext_lazy("Either form of coaching has a RAV adviser and a social worker."),
    )
    question = TextField(
        label=Part.QUESTION.label, max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    category = _category_field()

    def __init__(self, *args: Any, kind: Kind, staff: AppointmentQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        offer(self, "staff", staff)
        offer(self, "second", staff)
        if kind is not Kind.COACHING:
            del self.fields["variant"], self.fields["second"]
        if kind is Kind.MEDICAL_MANDATE:
            self.fields["staff"].label = gettext_lazy("Medical officer")
            self.fields["staff"].help_text = gettext_lazy(
                "May open the case and its health compartment while the consent is valid."
            )
            self.fields["question"].required = True
            self.fields["category"].choices = DataCategory.choices  # type: ignore[attr-defined]

    def order(self) -> Order:
        """Return the input as the service expects it."""
        return Order(kind=self.kind, **self.cleaned_data)


class CompleteForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("How the coaching ended"), choices=CoachingOutcome.choices, widget=forms.RadioSelect
    )
    result = TextField(
        label=Part.RESULT.label,
        max_length=5000,
        help_text=gettext_lazy("What was found, and what is recommended. Diagnoses do not belong here."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    category = _category_field()

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != Kind.COACHING:
            del self.fields["outcome"]


class CancelForm(forms.Form):
    reason = TextField(label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class ReportForm(forms.Form):
    """The findings, and separately what partners read."""

    findings = TextField(
        label=Part.FINDINGS.label,
        max_length=20_000,
        help_text=gettext_lazy("Only medical officers read this: it is kept in the health compartment."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    consequences = TextField(
        label=Part.CONSEQUENCES.label,
        max_length=5000,
        help_text=gettext_lazy("Partners read this, under employment: no diagnoses."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    capacity_percent = NumberField(
        least=0, most=100, label=gettext_lazy("Capacity in an adapted activity, in per cent"), required=False
    )
    restrictions = TextField(
        label=Part.RESTRICTIONS.label,
        max_length=2000,
        required=False,
        help_text=gettext_lazy("Partners read this too: what the work must not require."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def report(self) -> Report:
        """Return the input as the service expects it."""
        return Report(**self.cleaned_data)
