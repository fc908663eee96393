"""The shapes of what is typed about messages."""

from django import forms
from django.utils.translation import gettext_lazy

from suone.ground.web.fields import TextField
from suone.records.inbox.models import Digest


class PreferenceForm(forms.Form):
    digest = forms.ChoiceField(label=gettext_lazy("Notify me"), choices=Digest.choices, widget=forms.RadioSelect)


class EmergencyForm(forms.Form):
    number = TextField(label=gettext_lazy("Case number"), max_length=12)
    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A full sentence: the lead of the case and data protection read it at once."),
    )
