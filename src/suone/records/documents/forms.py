"""The shapes of what is typed about documents."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from suone.ground.access.categories import DataCategory
from suone.ground.web.fields import PeriodEnd, TextField
from suone.ground.web.jinja import localized
from suone.records.documents.models import Document
from suone.records.documents.uploads import UploadField


class UploadForm(forms.Form):
    file = UploadField(label=gettext_lazy("File"))
    title = TextField(
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

    valid_until = PeriodEnd(
        years_back=10,
        years_ahead=30,
        label=gettext_lazy("Valid until"),
        required=False,
        help_text=gettext_lazy("Its last day, for a document that runs out: you are warned in time."),
    )
    replaces = forms.ModelChoiceField(
        label=gettext_lazy("Renews"), queryset=Document.objects.none(), required=False, empty_label="–"
    )

    def __init__(
        self, *args: Any, readable: Sequence[DataCategory], renewable: QuerySet[Document], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if renewable:
            field = self.fields["replaces"]
            field.queryset = renewable  # type: ignore[attr-defined]
            field.label_from_instance = _label_of  # type: ignore[attr-defined]
        else:
            del self.fields["replaces"]
        self.fields["category"].choices = [(c.value, c.label) for c in readable]  # type: ignore[attr-defined]


def _label_of(document: Document) -> str:
    return f"{localized(document.title, document.language)} ({document.valid_until:%d.%m.%Y})"


class RemoveForm(forms.Form):
    reason = TextField(label=gettext_lazy("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
