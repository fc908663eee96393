"""The pages of the directory: institutions with their people, bodies with their members, conventions."""

from datetime import date

from django.db.models import Prefetch, Q

from suone.appointments.models import BodyMember, ContactPerson
from suone.institutions.models import Body, Convention, Institution, Office


def institution_list() -> list[Institution]:
    """Every institution with what it offers, its offices and contact persons."""
    return list(
        Institution.objects.prefetch_related(
            Prefetch("offices", Office.objects.select_related("region").order_by("region__position", "name_de")),
            Prefetch("contact_persons", ContactPerson.objects.select_related("region", "staff", "deputy")),
            "services_offered",
        )
    )


def body_list(*, on: date) -> list[Body]:
    """Every body with the members whose term is running."""
    running = BodyMember.objects.filter(Q(term_until=None) | Q(term_until__gte=on), term_from__lte=on)
    return list(Body.objects.prefetch_related(Prefetch("members", running.select_related("staff__institution"))))


def convention_list() -> list[Convention]:
    return list(Convention.objects.prefetch_related("parties"))
