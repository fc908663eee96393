"""The services of a case, their texts and work items, and the yearly figures."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from suone.casework.cases.models import Assignment, Case, Function
from suone.casework.cases.queries import possible_leads
from suone.casework.leading.queries import course_of
from suone.casework.support import rules
from suone.casework.support.models import Service, ServiceText
from suone.casework.support.rules import OPEN_STATES, CoachingOutcome, Counted, Kind, Offer, State
from suone.ground.access.acting import Acting
from suone.ground.access.categories import HEALTH_BIT
from suone.ground.access.permissions import Role
from suone.organisation.appointments.models import Appointment, AppointmentQuerySet
from suone.records.consents.models import ConsentRecipient
from suone.records.consents.queries import valid_consents
from suone.records.dossiers.models import Dossier, OpeningAct
from suone.records.dossiers.queries import access_of
from suone.records.dossiers.services import end_of
from suone.records.workitems.models import WorkItem
from suone.records.workitems.queries import readable_items


def services_of(acting: Acting, dossier: Dossier) -> list[Service]:
    """List the services of a case that the acting person may read, open ones first, then newest first."""
    services = Service.objects.readable_by(acting).filter(dossier=dossier).order_by("-pk")
    found = services.select_related("institution", "staff", "second_institution", "second_staff")
    return sorted(found, key=lambda service: not service.is_open)


def readable_service(acting: Acting, dossier_id: int, service_id: int) -> Service:
    """Return one service of a case; raises ``Http404`` when the acting person may not read it."""
    service = (
        Service.objects.readable_by(acting)
        .filter(dossier_id=dossier_id, pk=service_id)
        .select_related(
            "dossier",
            "ordered_by",
            "ordering_institution",
            "institution",
            "staff",
            "second_institution",
            "second_staff",
        )
        .first()
    )
    if service is None:
        raise Http404
    return service


def texts_of(acting: Acting, service: Service) -> dict[str, ServiceText]:
    """Return the texts of a service by part, limited to the data categories the acting person may read."""
    texts = ServiceText.objects.readable_by(acting, category_column="category").filter(service=service)
    return {text.part: text for text in texts.select_related("staff", "institution")}


def items_of(acting: Acting, service: Service) -> list[WorkItem]:
    """List the work items that the service set, by due date."""
    items = readable_items(acting).filter(about_type="service", about_id=service.pk)
    return list(items.order_by("due_on", "pk"))


@dataclass(frozen=True, slots=True)
class Access:
    """A medical officer's access: its last day, and whether a valid consent allows an extension."""

    last_day: date | None
    is_renewable: bool


def mandate_access(acting: Acting, service: Service) -> Access | None:
    """Return how long the officer of a medical mandate may open the case; ``None`` for any other service."""
    if service.access_until is None:
        return None
    now = timezone.now()
    of_mandate = (
        grant.valid_until
        for grant in access_of(service.dossier)
        if grant.because == OpeningAct.MEDICAL_MANDATE and grant.because_id == service.pk
    )
    until = max((ends for ends in of_mandate if ends > now), default=None)
    line = consent_line_of_officer(acting, service.dossier, service.staff_id)
    longer = line is not None and (until is None or until < end_of(line.consent.valid_until))
    # The period ends at midnight after its last day.
    last_day = timezone.localdate(until - timedelta(microseconds=1)) if until else None
    return Access(last_day, is_renewable=service.is_open and longer)


def consent_line_of_officer(acting: Acting, dossier: Dossier, staff_id: int) -> ConsentRecipient | None:
    """Return the consent line that names this medical officer for health, from the consent that is valid longest."""
    lines = ConsentRecipient.objects.filter(
        consent__in=valid_consents(acting).filter(dossier=dossier), staff_id=staff_id
    )
    named = [line for line in lines.select_related("consent") if line.categories & HEALTH_BIT]
    return max(named, key=lambda line: (line.consent.valid_until, line.pk), default=None)


def offers_for(dossier: Dossier) -> list[Offer]:
    """List the kinds of service that can be ordered, those named by the case's current phase first."""
    course = course_of(dossier.pk)
    return rules.offers(course.current.services if course else ())


def open_kinds(dossier: Dossier) -> set[str]:
    """Return the codes of the kinds of service that are ordered or under way."""
    return set(Service.objects.filter(dossier=dossier, state__in=OPEN_STATES).values_list("kind", flat=True))


def case_manager_of(dossier: Dossier) -> Appointment | None:
    """Return the current case manager, or ``None``."""
    current = Assignment.objects.filter(dossier=dossier, function=Function.CASE_MANAGER, valid_until=None)
    assignment = current.select_related("staff__institution").first()
    return assignment.staff if assignment else None


def possible_staff(case: Case, kind: Kind) -> AppointmentQuerySet:
    """Return who can be responsible for a service: medical officers for a mandate, otherwise staff who may lead the case."""
    if kind is not Kind.MEDICAL_MANDATE:
        return possible_leads(case)
    return Appointment.objects.working(on=timezone.localdate()).holding(Role.MEDICAL_OFFICER).near_first(case.region_id)


@dataclass(frozen=True, slots=True)
class KindFigures:
    """Counts of one kind of service in a year: ordered, completed, cancelled, and open at its end.

    ``published`` is the number that the annual report prints; ``rules.COUNTED`` says what it counts.
    """

    kind: Kind
    published: int
    ordered: int
    completed: int
    cancelled: int
    open_at_end: int


@dataclass(frozen=True, slots=True)
class CoachingFigures:
    """The coachings closed in a year by outcome, and the share that ended in reintegration (0 to 1)."""

    closed: int
    by_outcome: dict[CoachingOutcome, int]
    share_reintegrated: float | None


def services_in(year: int, *, region_id: int | None = None) -> list[KindFigures]:
    """Count the services of a calendar year per kind, over all cases or those of one region.

    Every kind has a row, also where nothing was ordered. Runs as a job or in the reporting role.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    in_year = Q(ended_on__range=(first, last))
    completed = in_year & Q(state=State.COMPLETED)
    begun_by_then = Q(started_on__lte=last) & (Q(ended_on=None) | Q(ended_on__gte=first))
    counted_as = {
        Counted.HELD: completed,
        Counted.REPORTED: completed,
        Counted.BEGUN: Q(started_on__range=(first, last)),
        Counted.UNDER_WAY: begun_by_then
        | completed,  # what was completed took place, even if nobody entered its beginning
    }
    published = reduce(or_, (Q(kind=kind) & counted_as[what] for kind, what in rules.COUNTED.items()))
    rows = (
        _of_region(region_id)
        .values("kind")
        .annotate(
            ordered=Count("pk", filter=Q(ordered_on__range=(first, last))),
            published=Count("pk", filter=published),
            completed=Count("pk", filter=completed),
            cancelled=Count("pk", filter=in_year & Q(state=State.CANCELLED)),
            open_at_end=Count("pk", filter=Q(ordered_on__lte=last) & (Q(ended_on=None) | Q(ended_on__gt=last))),
        )
    )
    counted = {
        row["kind"]: KindFigures(
            Kind(row["kind"]),
            row["published"],
            row["ordered"],
            row["completed"],
            row["cancelled"],
            row["open_at_end"],
        )
        for row in rows
    }
    return [counted.get(kind, KindFigures(kind, 0, 0, 0, 0, 0)) for kind in Kind]


def coachings_closed_in(year: int, *, region_id: int | None = None) -> CoachingFigures:
    """Count the coachings closed in a calendar year by outcome, over all cases or those of one region.

    Runs as a job or in the reporting role.
    """
    closed = _of_region(region_id).filter(kind=Kind.COACHING, state=State.COMPLETED, ended_on__year=year)
    counted = dict(closed.values_list("outcome").annotate(Count("pk")))
    by_outcome = {outcome: counted.get(outcome, 0) for outcome in CoachingOutcome}
    total = sum(by_outcome.values())
    share = rules.share_reintegrated(closed=total, reintegrated=by_outcome[CoachingOutcome.REINTEGRATED])
    return CoachingFigures(closed=total, by_outcome=by_outcome, share_reintegrated=share)


def _of_region(region_id: int | None) -> QuerySet[Service]:
    services = Service.objects.all()
    return services if region_id is None else services.filter(dossier__case__region_id=region_id)
