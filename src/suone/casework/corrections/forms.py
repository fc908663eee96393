"""Input forms for offering and answering a correction."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from suone.casework.corrections.rules import Difference, Field
from suone.ground.web.fields import TextField


class OfferForm(forms.Form):
    """The fields in which this file differs from the other one; none is preselected."""

    fields_offered = forms.MultipleChoiceField(
        label=gettext_lazy("What you offer"), widget=forms.CheckboxSelectMultiple, choices=()
    )

    def __init__(self, *args: Any, differences: Sequence[Difference], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fields_offered"].choices = [  # type: ignore[attr-defined]
            (one.field.value, f"{one.field.label}: {one.here or '–'} → {one.there}") for one in differences
        ]

    def chosen(self) -> list[Field]:
        return [Field(name) for name in self.cleaned_data["fields_offered"]]


class PassOnForm(forms.Form):
    """Which correction: the numbers of both files, as the list has them."""

    correction = forms.RegexField(r"\A[0-9]{1,18}-[0-9]{1,18}\Z")

    def pair(self) -> dict[str, int]:
        file_id, target_id = map(int, self.cleaned_data["correction"].split("-"))
        return {"file_id": file_id, "target_id": target_id}


class DeclineForm(forms.Form):
    reason = TextField(
        label=gettext_lazy("Reason"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
