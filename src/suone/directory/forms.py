"""The shapes of what is typed about the directory."""

from __future__ import annotations

from typing import Any

from django import forms

from suone.appointments.models import Appointment, BodyMember, ContactPerson
from suone.institutions.models import Body, Convention, Institution, Office, ServiceOffer
from suone.web.fields import DayInput

# What the office keeps in the directory: the word in the address, the model and the fields it edits.
KINDS: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "institution": (
        Institution,
        ("code", "short_name_fr", "kind", "circle", "parent_service", "name_de", "name_fr", "name_it", "name_en"),
    ),
    "office": (Office, ("institution", "region", "name_de", "name_fr", "address", "phone", "email", "is_active")),
    # Where somebody works, with which roles and until when, is for whoever administers the institution.
    "staff": (Appointment, ("first_name", "last_name", "function", "phone", "email")),
    "contact-person": (ContactPerson, ("institution", "region", "staff", "deputy", "topics", "position")),
    "body": (Body, ("code", "kind", "name_de", "name_fr", "task")),
    "member": (BodyMember, ("body", "staff", "function", "term_from", "term_until")),
    "convention": (
        Convention,
        ("title_de", "title_fr", "kind", "parties", "starts_on", "ends_on", "gives_reciprocity"),
    ),
    "service": (
        ServiceOffer,
        ("institution", "name_de", "name_fr", "for_whom_de", "for_whom_fr", "who_pays_de", "who_pays_fr"),
    ),
}
# Entries that begin and end elsewhere: here their particulars are corrected.
CORRECTED_ONLY = frozenset({"staff"})
_DAYS = {"term_from", "term_until", "starts_on", "ends_on"}


def entry_form(kind: str) -> type[forms.ModelForm[Any]]:
    """The form of one kind of entry."""
    model, fields = KINDS[kind]
    widgets: dict[str, type[forms.Widget] | forms.Widget] = {name: DayInput() for name in fields if name in _DAYS}
    if "parties" in fields:
        widgets["parties"] = forms.CheckboxSelectMultiple()
    form: type[forms.ModelForm[Any]] = forms.modelform_factory(model, fields=list(fields), widgets=widgets)
    return form
