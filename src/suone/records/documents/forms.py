"""The shapes of what is typed about documents."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from suone.ground.access.categories import DataCategory


class UploadForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("PDF, picture, Word or plain text."))
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=150,
        help_text=gettext_lazy("Say what it is; leave names and diagnoses out of the title."),
    )
    category = forms.TypedChoiceField(
        label=gettext_lazy("Data category"),
        coerce=int,
        initial=DataCategory.ADMINISTRATIVE.value,
        help_text=gettext_lazy(
            "Who may read this category may open the document. Medical reports belong under health."
        ),
    )

    def __init__(self, *args: Any, readable: Sequence[DataCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [(c.value, c.label) for c in readable]  # type: ignore[attr-defined]


class RemoveForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
