"""The shapes of what is typed about appointments."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db.models import Q
from django.utils.translation import gettext_lazy

from suone.desk.administration.queries import possible_successors
from suone.ground.access.acting import Acting
from suone.ground.access.permissions import Role
from suone.ground.web.fields import DayNear, NumberField, PeriodEnd, TextField
from suone.organisation.appointments.fields import StaffField, offer
from suone.organisation.appointments.models import Appointment, ContactPerson
from suone.organisation.appointments.queries import colleagues
from suone.organisation.appointments.rules import NEED_APPROVAL
from suone.organisation.institutions.models import Institution, Office, Region


def _label(role: Role) -> str:
    note = gettext_lazy("takes effect when a second person approves")
    return f"{role.label} ({note})" if role in NEED_APPROVAL else str(role.label)


class PostForm(forms.Form):
    """Where and how much somebody works."""

    office = forms.ModelChoiceField(label=gettext_lazy("Office"), queryset=Office.objects.none(), required=False)
    region = forms.ModelChoiceField(label=gettext_lazy("Region"), queryset=Region.objects.none(), required=False)
    percentage = NumberField(least=1, most=100, label=gettext_lazy("Percentage of a full post"), required=False)

    def __init__(self, *args: Any, institution: Institution, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Office.objects.filter(institution=institution, is_active=True)
        self.fields["office"].queryset = own.select_related("region")  # type: ignore[attr-defined]
        self.fields["region"].queryset = Region.objects.all()  # type: ignore[attr-defined]


class AddressForm(forms.Form):
    address = forms.EmailField(label=gettext_lazy("New address"), max_length=254)


class AppointForm(PostForm):
    first_name = TextField(label=gettext_lazy("First name"), max_length=100)
    last_name = TextField(label=gettext_lazy("Last name"), max_length=100)
    address = forms.EmailField(label=gettext_lazy("E-mail"), help_text=gettext_lazy("The invitation goes there."))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    function = TextField(label=gettext_lazy("Function"), max_length=100, required=False)
    phone = TextField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    active_from = DayNear(years_back=50, years_ahead=2, label=gettext_lazy("Works here from"), required=False)
    active_until = PeriodEnd(years_ahead=50, label=gettext_lazy("Works here until"), required=False)

    field_order = ("first_name", "last_name", "address", "language")


class ContactPersonForm(forms.Form):
    """Who answers for an institution: colleagues who work there today, and whoever the entry names already."""

    region = forms.ModelChoiceField(
        label=gettext_lazy("Region"),
        queryset=Region.objects.none(),
        required=False,
        help_text=gettext_lazy("Without a region: for the whole canton."),
    )
    staff = StaffField(label=gettext_lazy("Contact person"))
    deputy = StaffField(label=gettext_lazy("Deputy"), required=False)
    topics = TextField(label=gettext_lazy("Responsible for"), max_length=200, required=False)
    position = NumberField(least=0, most=999, label=gettext_lazy("Position in the list"), required=False)

    def __init__(
        self, *args: Any, acting: Acting, institution: Institution, entry: ContactPerson | None = None, **kwargs: Any
    ) -> None:
        kept: dict[str, Any] = {}
        if entry is not None:
            kept = {"region": entry.region_id, "staff": entry.staff_id, "deputy": entry.deputy_id}
            kept |= {"topics": entry.topics, "position": entry.position}
        super().__init__(*args, **kwargs | {"initial": kept})
        self.fields["region"].queryset = Region.objects.all()  # type: ignore[attr-defined]
        working = colleagues(institution.pk, on=acting.today).order_by()
        for name in ("staff", "deputy"):
            offer(self, name, Appointment.objects.filter(Q(pk__in=working.values("pk")) | Q(pk=kept.get(name))))

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0


class PartnerSystemForm(forms.Form):
    """A key for the institution's own system, for which a colleague answers: never whoever creates it."""

    name = TextField(
        label=gettext_lazy("Name of the system"),
        max_length=100,
        help_text=gettext_lazy("So that you know later which key to end: the system and what it does."),
    )
    responsible = StaffField(
        label=gettext_lazy("Responsible person"),
        help_text=gettext_lazy("A colleague, who is notified of it."),
    )
    valid_until = PeriodEnd(years_ahead=50, label=gettext_lazy("Last day"), required=False)

    def __init__(self, *args: Any, acting: Acting, institution: Institution, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        working = colleagues(institution.pk, on=acting.today).exclude(pk=acting.own_staff_id)
        offer(self, "responsible", working.exclude(user=acting.user_id))


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    valid_from = DayNear(years_back=1, years_ahead=2, label=gettext_lazy("From"))
    valid_until = PeriodEnd(years_ahead=50, label=gettext_lazy("Until"), required=False)

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, _label(role)) for role in roles]  # type: ignore[attr-defined]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class EndForm(forms.Form):
    last_day = DayNear(
        years_back=1,
        years_ahead=2,
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Without a day it ends at once: the next request is refused."),
    )


class SuccessorForm(forms.Form):
    successor = StaffField(label=gettext_lazy("Successor"))

    def __init__(self, *args: Any, acting: Acting, leaver: Appointment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        near = leaver.region_id or (leaver.office.region_id if leaver.office else None)
        offer(self, "successor", possible_successors(acting, leaver).near_first(near))


class JoinForm(forms.Form):
    """A new account: its address is the one that was invited, and its password is typed here alone."""

    first_name = TextField(label=gettext_lazy("First name"), max_length=100)
    last_name = TextField(label=gettext_lazy("Last name"), max_length=100)
    password = TextField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = TextField(
        label=gettext_lazy("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("password") and cleaned["password"] != cleaned.get("again"):
            self.add_error("again", gettext_lazy("The two passwords differ."))
        return cleaned
