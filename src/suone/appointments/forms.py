"""The shapes of what is typed about those who work here."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from suone.access.acting import Acting
from suone.access.permissions import Permission
from suone.appointments.models import Appointment
from suone.web.fields import DayInput


class AbsenceForm(forms.Form):
    staff = forms.ModelChoiceField(label=gettext_lazy("Who"), queryset=Appointment.objects.none())
    deputy = forms.ModelChoiceField(
        label=gettext_lazy("Who stands in"),
        queryset=Appointment.objects.none(),
        required=False,
        help_text=gettext_lazy("Where they are away too, whoever stands in for them covers both."),
    )
    first_day = forms.DateField(label=gettext_lazy("First day"), widget=DayInput())
    last_day = forms.DateField(label=gettext_lazy("Last day"), widget=DayInput())

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {"institution_id": acting.own_institution_id}
        if not acting.may(Permission.ABSENCE_EDIT):
            own = {"pk": acting.own_staff_id}
        working = Appointment.objects.working(on=acting.today)
        self.fields["staff"].queryset = working.filter(**own)  # type: ignore[attr-defined]
        there = working.filter(institution_id=acting.own_institution_id)
        self.fields["deputy"].queryset = there  # type: ignore[attr-defined]
        self.fields["staff"].initial = acting.staff_id
