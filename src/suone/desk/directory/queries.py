"""The pages of the directory: institutions with their people, bodies with their members, conventions."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q

from suone.organisation.appointments.models import Appointment, BodyMember
from suone.organisation.appointments.queries import Contact, as_contacts, contact_persons
from suone.organisation.institutions.models import Body, Convention, Institution, Office


@dataclass(frozen=True, slots=True)
class Listed:
    """An institution with whom to call there today."""

    institution: Institution
    contacts: list[Contact]


def institution_list(*, on: date) -> list[Listed]:
    """Every institution with what it offers, its offices and contact persons."""
    institutions = Institution.objects.prefetch_related(
        Prefetch("offices", Office.objects.select_related("region").order_by("region__position", "name_de")),
        "services_offered",
        "regions",
    )
    contacts = as_contacts(contact_persons(on=on), on=on)
    return [
        Listed(one, [contact for contact in contacts if contact.entry.institution_id == one.pk]) for one in institutions
    ]


def body_list(*, on: date) -> list[Body]:
    """Every body with the members whose term is running."""
    working = Appointment.objects.working(on=on)
    running = BodyMember.objects.filter(
        Q(term_until=None) | Q(term_until__gte=on), term_from__lte=on, staff__in=working.values("pk")
    )
    bodies = Body.objects.order_by("region__position", "name_de").select_related("region")
    return list(bodies.prefetch_related(Prefetch("members", running.select_related("staff__institution"))))


def convention_list() -> list[Convention]:
    """Every convention with its parties."""
    return list(Convention.objects.prefetch_related("parties"))
