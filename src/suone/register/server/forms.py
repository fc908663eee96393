"""The shapes of what is typed at the register."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from suone.ground.access.acting import Acting
from suone.ground.access.permissions import Permission
from suone.ground.web.fields import DayNear, TextField
from suone.organisation.appointments.fields import StaffField, offer
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.queries import colleagues
from suone.organisation.institutions.models import Institution, Office
from suone.register.server.models import AlertRecipients, AlertState, Enrolment
from suone.register.server.rules import Purpose
from suone.register.server.services import Registering


def _number() -> TextField:
    return TextField(
        label=gettext_lazy("AHV number"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


def _purpose() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        choices=Purpose.choices,
        initial=Purpose.FIRST_TALK.value,
        widget=forms.RadioSelect,
    )


class AskForm(forms.Form):
    number = _number()
    purpose = _purpose()


class RegisterForm(forms.Form):
    """A person whom one's own institution follows; who else does is asked at once."""

    number = _number()
    valid_from = DayNear(years_back=50, years_ahead=1, label=gettext_lazy("Followed since"))
    office = forms.ModelChoiceField(label=gettext_lazy("Office"), queryset=Office.objects.none(), required=False)
    worker = StaffField(
        label=gettext_lazy("Responsible worker"),
        required=False,
        help_text=gettext_lazy("Others are led to this person; without one, to your contact person."),
    )
    reference = TextField(
        label=gettext_lazy("Your reference"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Your own file number: alerts name it. No name; empty: one is made."),
    )
    referred_by = forms.ModelChoiceField(
        label=gettext_lazy("Referred by"), queryset=Institution.objects.none(), required=False
    )
    purpose = _purpose()

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = acting.own_institution_id
        self.fields["office"].queryset = Office.objects.filter(institution_id=own, is_active=True)  # type: ignore[attr-defined]
        offer(self, "worker", colleagues(own, on=acting.today).who_can(Permission.REGISTER_USE))
        self.fields["referred_by"].queryset = Institution.objects.exclude(pk=own)  # type: ignore[attr-defined]

    @staticmethod
    def starting_values(acting: Acting) -> dict[str, Any]:
        """What is usual: from today, by the worker who enters it, at their office."""
        staff = Appointment.objects.get(pk=acting.own_staff_id)
        return {
            "valid_from": acting.today,
            "worker": staff.pk,
            "office": staff.office_id,
            "purpose": Purpose.FIRST_TALK.value,
        }

    def registering(self) -> Registering:
        """What was typed, as the service takes it."""
        typed = self.cleaned_data
        return Registering(
            number=typed["number"],
            valid_from=typed["valid_from"],
            office=typed["office"],
            worker=typed["worker"],
            referred_by=typed["referred_by"],
            reference=typed["reference"],
        )


class EndForm(forms.Form):
    number = _number()
    last_day = DayNear(years_back=50, years_ahead=10, label=gettext_lazy("Last day"))

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = acting.today


class AnswerAlertForm(forms.Form):
    state = forms.ChoiceField(
        choices=[(state.value, state.label) for state in AlertState if state is not AlertState.NEW]
    )


class AlertRecipientsForm(forms.Form):
    """Whom one office wants to have notified."""

    office = forms.ModelChoiceField(queryset=Office.objects.none(), widget=forms.HiddenInput)
    notifies = forms.ChoiceField(label=gettext_lazy("Who is notified of new overlaps"), choices=AlertRecipients.choices)

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = Office.objects.filter(institution_id=acting.own_institution_id)  # type: ignore[attr-defined]


class EnrolForm(forms.Form):
    legal_basis = TextField(
        label=gettext_lazy("Legal basis"),
        max_length=200,
        help_text=gettext_lazy(
            "Using the AHV number is systematic use, in altered form too: name the article that allows it."
        ),
    )
    responsible = StaffField(label=gettext_lazy("Responsible person"), required=False)
    began_on = DayNear(years_ahead=2, label=gettext_lazy("Takes part from"))

    @staticmethod
    def starting_values(known: Enrolment | None, *, on: date) -> dict[str, Any]:
        """As it is kept, where the institution takes part already; otherwise from today."""
        if known is None:
            return {"began_on": on}
        return {"legal_basis": known.legal_basis, "responsible": known.responsible_id, "began_on": known.began_on}

    def __init__(self, *args: Any, institution: Institution, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "responsible", colleagues(institution.pk, on=timezone.localdate()))
