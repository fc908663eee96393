"""Input forms of first advice."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.casework.advice.models import Advice
from suone.casework.advice.rules import Asker, Channel, Topic
from suone.ground.access.acting import Acting
from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory
from suone.ground.web.fields import NumberField, PastDay, TextField, VersionField
from suone.organisation.appointments.queries import own_region
from suone.organisation.institutions.models import Region

_FIELDS = (
    "on", "asker", "channel", "topic", "minutes", "region", "is_anonymous", "first_name", "last_name", "contact",
    "category", "note",
)  # fmt: skip


class AdviceForm(forms.Form):
    asker = forms.ChoiceField(label=gettext_lazy("Who asked"), choices=Asker.choices, widget=forms.RadioSelect)
    topic = forms.ChoiceField(label=gettext_lazy("About what"), choices=[("", "–"), *Topic.choices])
    note = TextField(
        label=gettext_lazy("Note"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The question and the advice in a sentence; no diagnoses here."),
    )
    minutes = NumberField(least=1, most=600, label=gettext_lazy("Duration in minutes"))
    channel = forms.ChoiceField(label=gettext_lazy("How"), choices=Channel.choices)
    on = PastDay(years_back=2, label=gettext_lazy("Day"))
    is_anonymous = forms.BooleanField(
        label=gettext_lazy("Wishes to remain anonymous"),
        required=False,
        help_text=gettext_lazy("No name or contact details are then kept."),
    )
    first_name = TextField(label=gettext_lazy("First name"), max_length=100, required=False)
    last_name = TextField(label=gettext_lazy("Last name or organisation"), max_length=100, required=False)
    contact = TextField(label=gettext_lazy("Telephone or e-mail"), max_length=150, required=False)
    region = forms.ModelChoiceField(label=gettext_lazy("Region"), queryset=Region.objects.none(), required=False)
    category = forms.TypedChoiceField(
        label=gettext_lazy("Data category"),
        coerce=int,
        choices=[(c.value, c.label) for c in DataCategory if c.bit & ALL_BUT_HEALTH],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        named = [name for name in ("first_name", "last_name", "contact") if typed.get(name)]
        if typed.get("is_anonymous") and named:
            sentence = _("Anybody who wishes to remain anonymous leaves no name or contact details: remove them.")
            self.add_error(named[0], sentence)
        return typed

    @staticmethod
    def starting_values(acting: Acting) -> dict[str, Any]:
        """Return the defaults: today, by telephone, ten minutes, in one's own region."""
        return {
            "on": acting.today,
            "minutes": 10,
            "channel": Channel.PHONE,
            "category": DataCategory.ADMINISTRATIVE.value,
            "region": own_region(acting),
        }


class CorrectAdviceForm(AdviceForm):
    version = VersionField()

    @staticmethod
    def values_of(advice: Advice) -> dict[str, Any]:
        return {name: getattr(advice, name) for name in (*_FIELDS, "version")}
