"""Requests that wait for an answer."""

from django.db.models import Q, QuerySet
from django.http import Http404

from suone.access.acting import Acting
from suone.decisions.models import Decision
from suone.decisions.rules import State


def addressed_to(acting: Acting) -> QuerySet[Decision]:
    """What the acting person or their institution is asked to decide."""
    return Decision.objects.filter(
        Q(addressed_staff_id=acting.staff_id) | Q(addressed_staff=None, addressed_id=acting.institution_id),
        state=State.PENDING,
    ).select_related("asked_institution", "asked_by", "addressed")


def asked_by(acting: Acting) -> QuerySet[Decision]:
    """What the acting person asked and still waits for."""
    asked = Decision.objects.filter(asked_by_id=acting.staff_id, state=State.PENDING)
    return asked.select_related("dossier", "addressed", "addressed_staff").prefetch_related("dossier__person")


def decision_for(acting: Acting, decision_id: int) -> Decision:
    """A request to the acting person's institution, open or answered."""
    decision = (
        Decision.objects.filter(pk=decision_id, addressed_id=acting.institution_id)
        .select_related("asked_institution", "asked_by", "addressed")
        .first()
    )
    if decision is None:
        raise Http404
    return decision
