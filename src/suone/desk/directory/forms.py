"""The shapes of what is typed about the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import Q
from django.utils import timezone

from suone.ground.web.fields import DayNear, field_of
from suone.organisation.appointments.fields import StaffField, offer
from suone.organisation.appointments.models import Appointment, BodyMember
from suone.organisation.institutions.models import Body, Convention, Institution, Office, ServiceOffer

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm

# What the office keeps in the directory: the word in the address, the model and the fields it edits.
KINDS: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "institution": (
        Institution,
        (
            *("code", "short_name_fr", "kind", "circle", "parent_service", "regions"),
            *("name_de", "name_fr", "name_it", "name_en", "source"),
        ),
    ),
    "office": (
        Office,
        ("institution", "region", "name_de", "name_fr", "address", "phone", "email", "is_active", "source"),
    ),
    # Where somebody works, with which roles and until when, and who answers for the institution, is for whoever
    # administers it.
    "staff": (Appointment, ("first_name", "last_name", "function", "phone", "email")),
    "body": (Body, ("code", "kind", "region", "name_de", "name_fr", "task", "source")),
    "member": (BodyMember, ("body", "staff", "function", "term_from", "term_until")),
    "convention": (
        Convention,
        (
            *("title_de", "title_fr", "kind", "parties", "since", "ends_on"),
            *("reciprocity", "reciprocity_source", "source"),
        ),
    ),
    "service": (
        ServiceOffer,
        ("institution", "name_de", "name_fr", "for_whom_de", "for_whom_fr", "who_pays_de", "who_pays_fr", "source"),
    ),
}
# Entries that begin and end elsewhere: here their particulars are corrected.
CORRECTED_ONLY = frozenset({"staff"})
_COLLEAGUES = {"staff"}
_DAYS = {"term_from", "term_until", "ends_on"}
_SEVERAL = {"parties", "regions"}


class _TermDay(DayNear):
    """Members of bodies and conventions stay for long."""

    years_back = 60
    years_ahead = 30


class _EntryForm(_ModelForm):
    """Colleagues are chosen among those who work today; whoever an entry names already stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _COLLEAGUES & self.fields.keys():
            working = Appointment.objects.working(on=timezone.localdate()).order_by()
            offered = Q(pk__in=working.values("pk")) | Q(pk=getattr(self.instance, f"{name}_id"))
            cast(StaffField, self.fields[name]).across = True
            offer(self, name, Appointment.objects.filter(offered))


def entry_form(kind: str) -> type[forms.ModelForm[Any]]:
    """The form of one kind of entry."""
    model, fields = KINDS[kind]
    widgets: dict[str, type[forms.Widget] | forms.Widget] = {
        name: forms.CheckboxSelectMultiple() for name in fields if name in _SEVERAL
    }
    classes: dict[str, type[forms.Field]] = {name: StaffField for name in fields if name in _COLLEAGUES}
    classes |= {name: _TermDay for name in fields if name in _DAYS}
    form: type[forms.ModelForm[Any]] = forms.modelform_factory(
        model,
        form=_EntryForm,
        fields=list(fields),
        widgets=widgets,
        field_classes=classes,
        formfield_callback=field_of,
    )
    return form
