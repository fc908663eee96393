"""The shapes of what is typed."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.canton.procedures.facts import CODES, Fact, Scalar, Shape, word
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.rules import Procedure
from suone.canton.procedures.services import in_language
from suone.casework.cases.forms import OfOpenCategoryForm
from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory
from suone.ground.web.fields import DayInput
from suone.register.server.rules import Purpose


class StatementForm(forms.Form):
    """A fact, in the shape of its word."""

    value = forms.Field()
    remark = forms.CharField(
        label=gettext_lazy("Remark"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Where it is documented, or who said so. No diagnoses here."),
    )

    def __init__(self, *args: Any, fact: Fact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = _field_for(fact)

    @property
    def stated(self) -> Scalar:
        """What was stated, as the engine takes it."""
        value: Scalar = self.cleaned_data["value"]
        return value == "yes" if value in ("yes", "no") else value


def _field_for(fact: Fact) -> forms.Field:
    shape = word(fact).shape
    if shape is Shape.DAY:
        return forms.DateField(label=fact.label, widget=DayInput())
    if shape is Shape.NUMBER:
        return forms.IntegerField(label=fact.label, min_value=0, max_value=10_000)
    if shape is Shape.CHOICE:
        return forms.ChoiceField(label=fact.label, choices=list(CODES[fact].items()), widget=forms.RadioSelect)
    return forms.ChoiceField(label=fact.label, choices=[("yes", _("yes")), ("no", _("no"))], widget=forms.RadioSelect)


class AdvanceForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class VersionForm(forms.Form):
    version = forms.ModelChoiceField(label=gettext_lazy("Procedure"), queryset=ProcedureVersion.objects.none())

    def __init__(self, *args: Any, versions: list[ProcedureVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["version"]
        field.queryset = ProcedureVersion.objects.filter(pk__in=[v.pk for v in versions])  # type: ignore[attr-defined]
        field.label_from_instance = lambda version: f"{version.title} ({version.version})"  # type: ignore[attr-defined]


class MoveOverForm(forms.Form):
    phase = forms.ChoiceField(label=gettext_lazy("Phase in which the case goes on"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, procedure: Procedure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phase"].choices = [  # type: ignore[attr-defined]
            (phase.id, in_language(phase.title)) for phase in procedure.phases if not phase.is_end
        ]


class InformForm(OfOpenCategoryForm):
    hint = gettext_lazy("It reaches those who may read this category, and nobody else.")

    text = forms.CharField(label=gettext_lazy("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *args: Any, categories: Collection[DataCategory], **kwargs: Any) -> None:
        # Medical content reaches nobody by a message to everybody.
        super().__init__(*args, categories=[c for c in categories if c.bit & ALL_BUT_HEALTH], **kwargs)


class AskRegisterForm(forms.Form):
    """Who else follows the person of a case? The number is known there."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"), choices=Purpose.choices, initial=Purpose.COORDINATION.value
    )
