"""What the log is filtered by: case number, codes, numbers and days, so that addresses hold no personal data."""

from django import forms
from django.utils.translation import gettext_lazy as _

from suone.ground.audit.acts import all_acts
from suone.ground.audit.models import RecordKind
from suone.ground.web.fields import DayNear, RowField, TextField
from suone.organisation.appointments.fields import StaffField
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.persons import ahv


class _Period(forms.Form):
    """What both questions to the log are narrowed by. They go by POST, so that no address names anybody."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    institution = forms.ModelChoiceField(Institution.objects.all(), label=_("Institution"), required=False)
    first_day = DayNear(years_back=100, years_ahead=1, label=_("From"), required=False)
    last_day = DayNear(years_back=100, years_ahead=1, label=_("Until"), required=False)
    before = RowField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they come
        self.fields["kind"].choices = [("", _("every kind")), *RecordKind.choices]  # type: ignore[attr-defined]


class WhoSawForm(_Period):
    number = TextField(label=_("AHV number or case number"), max_length=20)

    field_order = ("number", "kind", "institution", "first_day", "last_day", "before")

    def clean_number(self) -> str:
        """Thirteen digits, or a case number as it is printed."""
        typed = str(self.cleaned_data["number"]).strip()
        return ahv.compact(typed) or typed


class ColleagueForm(_Period):
    colleague = StaffField(
        label=_("Colleague"), across=True, queryset=Appointment.objects.select_related("institution", "office")
    )

    field_order = ("colleague", "kind", "institution", "first_day", "last_day", "before")


class LogFilter(forms.Form):
    case = forms.RegexField(r"^\d{4}-\d{1,7}$", label=_("Case number"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    act = forms.ChoiceField(label=_("Act"), required=False)
    institution = forms.ModelChoiceField(Institution.objects.all(), label=_("Institution"), required=False)
    # A list, and no name to type: what this form asks is in the address.
    staff = forms.ModelChoiceField(Appointment.objects.all(), label=_("Staff member"), required=False)
    first_day = DayNear(years_back=100, years_ahead=1, label=_("From"), required=False)
    last_day = DayNear(years_back=100, years_ahead=1, label=_("Until"), required=False)
    before = RowField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they come
        self.fields["kind"].choices = [("", _("every kind")), *RecordKind.choices]  # type: ignore[attr-defined]
        self.fields["staff"].label_from_instance = lambda staff: f"{staff.last_name} {staff.first_name}"  # type: ignore[attr-defined]
        acts = sorted(((act.value, str(act.label)) for act in all_acts()), key=lambda act: act[1])
        self.fields["act"].choices = [("", _("every kind")), *acts]  # type: ignore[attr-defined]
