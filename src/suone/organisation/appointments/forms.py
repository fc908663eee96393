"""Forms about staff."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from suone.ground.access.acting import Acting
from suone.ground.access.permissions import Permission
from suone.ground.web.fields import DayNear, PeriodEnd
from suone.organisation.appointments.fields import StaffField, offer
from suone.organisation.appointments.queries import colleagues


class AbsenceForm(forms.Form):
    staff = StaffField(label=gettext_lazy("Who"))
    deputy = StaffField(
        label=gettext_lazy("Who stands in"),
        required=False,
        help_text=gettext_lazy("If the deputy is away too, the deputy's own deputy stands in for both."),
    )
    first_day = DayNear(years_back=1, years_ahead=2, label=gettext_lazy("First day"))
    last_day = PeriodEnd(years_ahead=3, label=gettext_lazy("Last day"))

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = colleagues(acting.own_institution_id, on=acting.today)
        offer(self, "staff", there if acting.may(Permission.ABSENCE_EDIT) else there.filter(pk=acting.own_staff_id))
        offer(self, "deputy", there)
        self.fields["staff"].initial = acting.staff_id
