"""Pending and answered requests."""

from datetime import date

from django.db.models import Q, QuerySet
from django.http import Http404

from suone.ground.access.acting import Acting
from suone.organisation.appointments.queries import (
    absences_on,
    institutions_of_leavers,
    staff_to_notify,
    stand_ins,
    stands_in_for,
)
from suone.records.decisions.models import Decision
from suone.records.decisions.rules import State
from suone.records.dossiers.audience import Audience, audience_of

PAGE = 50


def addressed_to(acting: Acting) -> QuerySet[Decision]:
    """Pending requests to the acting person, their institution, or an absent colleague whom they cover."""
    mine = [acting.staff_id, *stands_in_for(acting.own_staff_id, on=acting.today)]
    return Decision.objects.filter(
        Q(addressed_staff_id__in=mine) | Q(addressed_staff=None, addressed_id=acting.institution_id),
        state=State.PENDING,
    ).select_related("asked_institution", "asked_by", "addressed")


def staff_who_may_answer(decision: Decision, *, on: date) -> list[int]:
    """The staff members who may answer a request; empty if it names no person and the whole institution may.

    The named person and, during an absence, their deputies. Without a deputy, or if the person has left, the contact
    persons of the institution in the region of the case.
    """
    if decision.addressed_staff_id is None:
        return []
    named = decision.addressed_staff_id
    audience = audience_of(decision.dossier_id) if decision.dossier_id else Audience()
    if institutions_of_leavers([named], on=on):
        return staff_to_notify({decision.addressed_id}, audience.region_id, on=on)
    if named not in absences_on([named], on=on):
        return [named]
    covering = stand_ins([named], on=on).get(named)
    return [named, *(covering or staff_to_notify({decision.addressed_id}, audience.region_id, on=on))]


def asked_by(acting: Acting) -> QuerySet[Decision]:
    """Pending requests that the acting person made."""
    asked = Decision.objects.filter(asked_by_id=acting.staff_id, state=State.PENDING)
    return asked.select_related("dossier", "addressed", "addressed_staff").prefetch_related("dossier__particulars")


def decision_for(acting: Acting, decision_id: int, *, kind: str | tuple[str, ...]) -> Decision:
    """A request of this kind, or of one of these, to the acting person's institution, pending or answered; ``Http404`` for any other."""
    kinds = [kind] if isinstance(kind, str) else kind
    decision = (
        Decision.objects.filter(pk=decision_id, addressed_id=acting.institution_id, kind__in=kinds)
        .select_related("asked_institution", "asked_by", "addressed", "addressed_staff", "answered_by")
        .first()
    )
    if decision is None:
        raise Http404
    return decision


def decision_requests_of(acting: Acting, *, before_id: int | None = None, by_us: bool = False) -> list[Decision]:
    """Requests to the acting person's institution, or by it, pending and answered ones, newest first.

    Returns up to one more than ``PAGE``, so that callers see whether there is another page.
    """
    institution = {"asked_institution_id" if by_us else "addressed_id": acting.own_institution_id}
    requests = Decision.objects.filter(**institution)
    if before_id is not None:
        requests = requests.filter(pk__lt=before_id)
    people = ("asked_institution", "asked_by", "addressed", "addressed_staff", "answered_by")
    return list(requests.select_related(*people).prefetch_related("texts").order_by("-pk")[: PAGE + 1])


def decision_by(acting: Acting, decision_id: int) -> Decision:
    """A request made by the acting person's institution; ``Http404`` for any other."""
    decision = Decision.objects.filter(pk=decision_id, asked_institution_id=acting.own_institution_id).first()
    if decision is None:
        raise Http404
    return decision
