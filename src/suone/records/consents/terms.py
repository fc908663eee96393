"""What a person signs: the terms of a consent, and its recipients line by line."""

from dataclasses import dataclass
from datetime import date

from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.consents.models import Grantor, SignatureForm


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """The terms that the person signs; first and last day are included."""

    purpose: str
    valid_from: date
    valid_until: date
    signed_on: date
    signature_form: SignatureForm
    language: str
    is_recurring: bool = True
    oral_allowed: bool = True
    grantor: Grantor = Grantor.PERSON
    grantor_name: str = ""
    signed_at_place: str = ""


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One recipient of a consent: an institution, or one of its staff by name; ``categories`` is a bit mask."""

    institution: Institution
    categories: int
    staff: Appointment | None = None
