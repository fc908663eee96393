"""Input forms of young people notified before a consent."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from suone.casework.youth import queries
from suone.casework.youth.rules import Discarding
from suone.ground.access.acting import Acting
from suone.ground.web.fields import NumberField, TextField
from suone.organisation.appointments.queries import own_region
from suone.organisation.institutions.models import Institution, Region


class NoticeForm(forms.Form):
    receiver = forms.ModelChoiceField(label=gettext_lazy("Notified to"), queryset=Institution.objects.none())
    first_name = TextField(label=gettext_lazy("First name"), max_length=100, required=False)
    last_name = TextField(label=gettext_lazy("Last name"), max_length=100, required=False)
    birth_year = NumberField(least=1900, most=2100, label=gettext_lazy("Year of birth"), required=False)
    contact = TextField(
        label=gettext_lazy("How to reach them"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("A telephone number or e-mail address, so that the consent can be asked for."),
    )
    region = forms.ModelChoiceField(label=gettext_lazy("Region"), queryset=Region.objects.none(), required=False)
    concern = TextField(
        label=gettext_lazy("What it is about"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One sentence about school or work; nothing about health, family or benefits."),
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        receivers = queries.possible_receivers(on=acting.today)
        self.fields["receiver"].queryset = receivers  # type: ignore[attr-defined]
        self.fields["region"].queryset = Region.objects.all()  # type: ignore[attr-defined]
        self.initial.setdefault("receiver", receivers.first())
        self.initial.setdefault("region", own_region(acting))


class DiscardForm(forms.Form):
    reason = forms.TypedChoiceField(
        label=gettext_lazy("Reason"), coerce=Discarding, choices=Discarding.choices, widget=forms.RadioSelect
    )
