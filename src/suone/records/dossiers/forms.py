"""The shapes of what is typed about a person."""

from typing import Any, ClassVar

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy

from suone.ground.web.fields import PastDay, TextField, VersionField, field_of
from suone.records.dossiers.fields import BirthField, LinesField
from suone.records.dossiers.models import ContactDetail, OtherName, Particulars, Residence


class ParticularsForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the type checker only
    """Who the person is and how they are reached; the AHV number has a page of its own."""

    class Meta:
        model = Particulars
        fields = (
            "last_name",
            "first_name",
            "sex",
            "language",
            "interpreter_language",
            "commune",
            "has_no_fixed_address",
            "died_on",
        )
        field_classes: ClassVar = {"died_on": PastDay}
        formfield_callback = field_of

    birth = BirthField(required=False)
    former = LinesField(label=gettext_lazy("Former names"))
    spelling = LinesField(label=gettext_lazy("Other spellings of the name"))
    address = LinesField(label=gettext_lazy("Addresses"))
    telephone = LinesField(label=gettext_lazy("Telephone numbers"), most=40)
    email = LinesField(label=gettext_lazy("E-mail addresses"))
    version = VersionField()

    field_order = (
        *("last_name", "first_name", "former", "spelling", "birth", "sex", "language", "interpreter_language"),
        *("address", "has_no_fixed_address", "commune", "telephone", "email", "died_on"),
    )

    def clean_email(self) -> list[str]:
        addresses: list[str] = self.cleaned_data["email"]
        for address in addresses:
            validate_email(address)
        return addresses

    def _get_validation_exclusions(self) -> set[str]:
        """Exclude every field: the service validates the row as a whole."""
        return {field.name for field in Particulars._meta.get_fields()}

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "birth")}

    def other_names(self) -> dict[OtherName.Kind, list[str]]:
        return {kind: self.cleaned_data[kind.value] for kind in OtherName.Kind}

    def contact_details(self) -> dict[ContactDetail.Kind, list[str]]:
        return {kind: self.cleaned_data[kind.value] for kind in ContactDetail.Kind}


class ResidenceForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the type checker only
    """Permit and status, for whoever may read migration."""

    class Meta:
        model = Residence
        fields = ("permit", "permit_expires_on", "status")
        formfield_callback = field_of

    version = VersionField()


class NumberForm(forms.Form):
    ahv_number = TextField(
        label=gettext_lazy("AHV number"), widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})
    )
    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Needed where a number is corrected."),
    )


class JoinForm(forms.Form):
    reason = TextField(label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
