"""The shape of what is typed about a legal representative."""

from django import forms
from django.utils.translation import gettext_lazy

from suone.ground.web.fields import DayNear, PeriodEnd, TextField
from suone.records.representation.rules import Kind


class RepresentativeForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Signs as"), choices=Kind.choices)
    name = TextField(label=gettext_lazy("Name"), max_length=150)
    decided_by = TextField(
        label=gettext_lazy("Decided by (authority)"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("For guardians: the authority that appointed them."),
    )
    valid_from = DayNear(years_back=30, years_ahead=1, label=gettext_lazy("Signs from"))
    valid_until = PeriodEnd(
        years_ahead=30,
        label=gettext_lazy("Signs until"),
        required=False,
        help_text=gettext_lazy("The last day of the decision. Parents sign until the person comes of age."),
    )
    phone = TextField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    address = TextField(label=gettext_lazy("Address"), max_length=200, required=False)
    is_address_withheld = forms.BooleanField(
        label=gettext_lazy("Keep the address from the other representatives"), required=False
    )
