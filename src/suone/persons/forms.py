"""The shapes of what is typed about a person."""

from django import forms
from django.utils.translation import gettext_lazy

from suone.persons.models import Person
from suone.web.fields import DayInput


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the type checker only
    """The particulars; the AHV number has a page of its own."""

    class Meta:
        model = Person
        fields = (
            "last_name",
            "first_name",
            "date_of_birth",
            "sex",
            "language",
            "interpreter_language",
            "commune",
            "address",
            "phone",
            "email",
            "permit",
            "permit_expires_on",
            "status",
        )
        widgets = {"date_of_birth": DayInput(), "permit_expires_on": DayInput()}

    version = forms.IntegerField(widget=forms.HiddenInput)


class NumberForm(forms.Form):
    ahv_number = forms.CharField(
        label=gettext_lazy("AHV number"), widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})
    )


class MergeForm(forms.Form):
    kept = forms.TypedChoiceField(label=gettext_lazy("Which record stays"), coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
