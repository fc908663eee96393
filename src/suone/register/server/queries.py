"""What the register shows: overlaps and alerts of one's own institution, its deliveries, and figures without persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from suone.ground.access.acting import Acting
from suone.organisation.institutions.models import Institution, Office
from suone.register.server import keys
from suone.register.server.contacts import Found, Place, places_in, resolve
from suone.register.server.functions import call
from suone.register.server.models import Alert, AlertPreference, AlertRecipients, AlertState, Enrolment
from suone.register.server.rules import Followed, followed
from suone.register.server.tokens import EpochInfo, live_epochs

PAGE = 50


class Shown(StrEnum):
    """Which alerts a list shows."""

    NEW = "new"
    DONE = "done"
    QUIET = "quiet"  # both already work together on a case


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert, and where the person is followed too, with whom to call there."""

    alert: Alert
    other: Found


@dataclass(frozen=True, slots=True)
class Overlap:
    """A person of one's own who is followed elsewhere too, by one's own reference."""

    place: UUID  # where the next page starts
    reference: str
    office: Office | None
    since: date
    others: Sequence[Found]


@dataclass(frozen=True, slots=True)
class PastDelivery:
    """A delivery of one's own institution and what it changed."""

    id: int
    epoch: int
    kind: str
    rows: int
    state: str
    opened_at: datetime
    applied_at: datetime | None
    added: int | None
    changed: int | None
    ended: int | None
    unchanged: int | None
    new_overlaps: int | None


@dataclass(frozen=True, slots=True)
class Use:
    """One day's use by an institution; many questions, refusals or tokens are looked at."""

    institution: Institution
    questions: int
    refused: int
    askers: int
    tokens: int
    deliveries: int
    added: int
    ended: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The register on a day, without opening anything: shares, pairs, referrals of the year, and who came back."""

    day: date
    followed: Followed
    enrolments: Sequence[Enrolment]
    referrals: Sequence[tuple[Institution, Institution, int]]
    returned: Sequence[tuple[Institution, int, int]]  # who left for nobody, and how many came back elsewhere
    return_months: int


def current_epoch() -> EpochInfo | None:
    """The epoch that answers; none before the register is opened."""
    return next((epoch for epoch in live_epochs() if epoch.is_current), None)


def takes_part(acting: Acting) -> bool:
    """Whether the acting institution takes part in the register, and the register is open."""
    enrolled = Enrolment.objects.filter(institution_id=acting.own_institution_id, ended_on=None)
    return current_epoch() is not None and enrolled.exists()


def alerts_of(acting: Acting, *, before: int | None = None) -> QuerySet[Alert]:
    """Alerts of the acting institution, the newest first; with ``before``, those before that number."""
    alerts = Alert.objects.filter(institution_id=acting.own_institution_id).select_related(
        "office", "worker", "other_institution", "other_office__region", "other_worker"
    )
    if before is not None:
        alerts = alerts.filter(pk__lt=before)
    return alerts.order_by("-pk")


def open_alerts(acting: Acting) -> QuerySet[Alert]:
    """Those that nobody has dealt with, and that are not quiet: for the list and the worklist."""
    return alerts_of(acting).filter(state=AlertState.NEW, is_quiet=False)


def alert_of(acting: Acting, alert_id: int) -> Alert:
    """One of the acting institution's alerts; raises ``Http404`` for any other."""
    return get_object_or_404(alerts_of(acting), pk=alert_id)


def alert_list(acting: Acting, *, show: Shown, mine: bool = False, before: int | None = None) -> list[AlertLine]:
    """A page of alerts and one more, with whom to call; ``mine``: those of the acting worker, and of nobody in particular."""
    alerts = alerts_of(acting, before=before)
    if show is Shown.QUIET:
        alerts = alerts.filter(is_quiet=True, state=AlertState.NEW)
    elif show is Shown.DONE:
        alerts = alerts.exclude(state=AlertState.NEW)
    else:
        alerts = alerts.filter(is_quiet=False, state=AlertState.NEW)
    chosen = list((alerts.filter(_is_mine(acting)) if mine else alerts)[: PAGE + 1])
    others = [
        Place(alert.other_institution_id, alert.other_office_id, alert.other_worker_id, alert.other_since, None)
        for alert in chosen
    ]
    return [AlertLine(*line) for line in zip(chosen, resolve(others, on=acting.today), strict=True)]


def my_new_alerts(acting: Acting) -> int:
    """How many new alerts wait for the acting worker; at most 100 are counted."""
    return open_alerts(acting).filter(_is_mine(acting))[:100].count()


def _is_mine(acting: Acting) -> Q:
    return Q(worker_id=acting.own_staff_id) | Q(worker_id=None)


def overlaps(acting: Acting, *, after: UUID | None = None, office: int | None = None, most: int = 50) -> list[Overlap]:
    """Persons of one's own whom others follow too, in the order of their tokens; the next ones ``after`` a place."""
    epoch = current_epoch()
    if epoch is None:
        return []
    rows = call(
        "SELECT token, reference, office, since, others FROM register.also_elsewhere(%s::smallint, %s, %s, %s)",
        [epoch.number, after, office, most],
    )
    others = [places_in(row[-1]) for row in rows]
    found = iter(resolve([place for places in others for place in places], on=acting.today))
    offices = Office.objects.select_related("region").in_bulk({row[2] for row in rows if row[2]})
    return [
        Overlap(token, reference, offices.get(office_id), since, [next(found) for _place in places])
        for (token, reference, office_id, since, _others), places in zip(rows, others, strict=True)
    ]


def cursor_at(overlap: Overlap) -> str:
    """The encrypted cursor of the list of overlaps: the token of a person never appears in an address."""
    return keys.seal(_current_number()).encrypt(overlap.place.bytes).decode()


def place_at(cursor: str) -> UUID | None:
    """The place behind a sealed cursor; none for a forged one."""
    try:
        return UUID(bytes=keys.seal(_current_number()).decrypt(cursor.encode()))
    except (InvalidToken, ValueError):
        return None


def _current_number() -> int:
    epoch = current_epoch()
    assert epoch is not None, "who sees overlaps has an open register"
    return epoch.number


def deliveries_of(acting: Acting, *, most: int = 30) -> list[PastDelivery]:
    """The acting institution's deliveries, the newest first."""
    rows = call(
        "SELECT id, epoch, kind, rows, state, opened_at, applied_at, added, changed, ended, unchanged, new_overlaps"
        " FROM register.deliveries_of_mine(%s)",
        [most],
    )
    return [PastDelivery(*row) for row in rows]


def preferences_of(acting: Acting) -> list[tuple[Office, AlertRecipients]]:
    """Each active office of the acting institution, and who is notified of its new overlaps."""
    chosen = dict(
        AlertPreference.objects.filter(institution_id=acting.own_institution_id).values_list("office_id", "notifies")
    )
    offices = Office.objects.filter(institution_id=acting.own_institution_id, is_active=True).select_related("region")
    return [
        (office, AlertRecipients(chosen.get(office.pk, AlertRecipients.WORKER)))
        for office in offices.order_by("name_de")
    ]


def enrolments() -> list[Enrolment]:
    """Every institution that takes part, or did, in the order of its place in the figures."""
    return list(Enrolment.objects.select_related("institution", "responsible"))


def figures(acting: Acting, *, day: date) -> Figures | None:
    """The figures on a day, with referrals and returns of its year until then; none before the register is opened."""
    epoch = current_epoch()
    if epoch is None:
        return None
    first = day.replace(month=1, day=1)
    months = settings.REGISTER_RETURN_MONTHS
    institutions = Institution.objects.in_bulk()
    masks = call("SELECT * FROM register.followed_by(%s::smallint, %s)", [epoch.number, day])
    referrals = call("SELECT * FROM register.referrals(%s::smallint, %s, %s)", [epoch.number, first, day])
    rows = call("SELECT * FROM register.revolving_door(%s::smallint, %s, %s, %s)", [epoch.number, first, day, months])
    return Figures(
        day,
        followed(masks),
        enrolments(),
        [(institutions[one], institutions[other], persons) for one, other, persons in referrals],
        [(institutions[one], leavers, returned) for one, leavers, returned in rows],
        months,
    )


def followed_on(acting: Acting, *, days: Sequence[date]) -> list[tuple[date, Followed]]:
    """Persons followed at the end of each day: the same figure over time."""
    epoch = current_epoch()
    if epoch is None:
        return []
    statement = "SELECT * FROM register.followed_by(%s::smallint, %s)"
    return [(day, followed(call(statement, [epoch.number, day]))) for day in days]


def use_on(acting: Acting, *, day: date) -> list[Use]:
    """How each institution used the register on a day."""
    institutions = Institution.objects.in_bulk()
    rows = call("SELECT * FROM register.use_on(%s)", [day])
    return [Use(institutions[row[0]], *row[1:]) for row in rows]
