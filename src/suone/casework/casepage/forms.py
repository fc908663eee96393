"""Input forms of the case page."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from suone.casework.cases.forms import CategorisedForm
from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory
from suone.ground.web.fields import TextField
from suone.register.server.rules import Purpose


class InformForm(CategorisedForm):
    hint = gettext_lazy("It reaches those who may read this category, and nobody else.")

    text = TextField(label=gettext_lazy("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *args: Any, categories: Collection[DataCategory], **kwargs: Any) -> None:
        # Medical content is never sent by a message to everybody.
        super().__init__(*args, categories=[c for c in categories if c.bit & ALL_BUT_HEALTH], **kwargs)


class AskRegisterForm(forms.Form):
    """Who else follows the person of a case? The number is known there."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"), choices=Purpose.choices, initial=Purpose.COORDINATION.value
    )
