"""Who works where, with which roles: appointments, and what names them."""

from suone.organisation.appointments.models.contacts import Absence, BodyMember, ContactPerson, PartnerSystem
from suone.organisation.appointments.models.posts import (
    Appointment,
    AppointmentQuerySet,
    HeldRole,
    HeldRoleQuerySet,
    Invitation,
)

__all__ = [
    "Absence",
    "Appointment",
    "AppointmentQuerySet",
    "BodyMember",
    "ContactPerson",
    "HeldRole",
    "HeldRoleQuerySet",
    "Invitation",
    "PartnerSystem",
]
