"""Who may open a case, and whether the acting person may read or write a category in it."""

from dataclasses import dataclass

from django.db.models import BooleanField, Func, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from suone.access.acting import Acting, Kind
from suone.access.categories import DataCategory, Power
from suone.appointments.models import Appointment
from suone.dossiers.models import Dossier, Event, Grant, StatementClock, Visit


def readable_dossier(acting: Acting, dossier_id: int) -> Dossier:
    """The case for whoever may open it; for everybody else it does not exist.

    Not joined with its person: a grant that leaves out identity opens the case too.
    """
    dossier = Dossier.objects.readable_by(acting).filter(pk=dossier_id).first()
    if dossier is None:
        raise Http404
    return dossier


def access_of(dossier: Dossier) -> list[Grant]:
    """Every grant over this case, ended ones too, for whoever may open it."""
    return list(Grant.objects.raw("SELECT * FROM dossiers_access_of(%s)", [dossier.pk]))


def own_grants(acting: Acting, dossier: Dossier) -> QuerySet[Grant]:
    """The grants in force through which the acting person reaches this case."""
    mine = Grant.objects.filter(dossier=dossier, valid_from__lte=StatementClock(), valid_until__gt=StatementClock())
    return mine.filter(institution_id=acting.own_institution_id) | mine.filter(staff_id=acting.own_staff_id)


def readable_categories(acting: Acting, dossier: Dossier, *, power: Power = Power.READ) -> list[DataCategory]:
    """The data categories of this case that the acting person reaches with at least this power."""
    mask = 0
    for grant in own_grants(acting, dossier).filter(power__gte=power):
        mask |= grant.categories
    return [category for category in DataCategory if mask & category.bit]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the acting person reaches into a case: the greatest power, and the readable data categories."""

    power: int
    categories: list[DataCategory]

    def has(self, power: Power) -> bool:
        return self.power >= power


def reach_into(acting: Acting, dossier: Dossier) -> Reach:
    """Power and categories of the acting person in this case in one question, for pages that ask for both."""
    power = mask = 0
    for of_grant, categories in own_grants(acting, dossier).values_list("power", "categories"):
        power, mask = max(power, of_grant), mask | categories
    return Reach(power, [category for category in DataCategory if mask & category.bit])


def has_power(acting: Acting, dossier: Dossier, power: Power) -> bool:
    """Whether the acting person reaches this case with at least this power; a job does, as the policies have it."""
    return acting.kind is Kind.JOB or own_grants(acting, dossier).filter(power__gte=power).exists()


class HasPower(Func):
    """The same as a column of a row that names its case, for whoever acts in this transaction."""

    function = "dossiers_has_power"
    output_field = BooleanField()


def events_of(
    acting: Acting,
    dossier: Dossier,
    *,
    before_id: int | None = None,
    most: int = 50,
    institution_id: int | None = None,
    only: Q | None = None,
) -> list[Event]:
    """The timeline, newest first, in the categories open to the acting person; of one institution or kind where asked."""
    events = Event.objects.readable_by(acting, category_column="category").filter(dossier=dossier)
    if before_id is not None:
        events = events.filter(pk__lt=before_id)
    if institution_id is not None:
        events = events.filter(institution_id=institution_id)
    if only is not None:
        events = events.filter(only)
    return list(events.select_related("staff", "institution").order_by("-pk")[:most])


def last_visit(acting: Acting, dossier: Dossier) -> Visit | None:
    """When the acting person last had this case open, and the time before."""
    return Visit.objects.filter(staff_id=acting.own_staff_id, dossier=dossier).first()


def institutions_with_access(dossier: Dossier, *, power: Power = Power.READ) -> set[int]:
    """The institutions that reach this case now with at least this power, by themselves or through one of their staff."""
    now = timezone.now()
    in_force = [g for g in access_of(dossier) if g.valid_from <= now < g.valid_until and g.power >= power]
    staff_ids = [grant.staff_id for grant in in_force if grant.staff_id]
    through_staff = Appointment.objects.filter(pk__in=staff_ids).values_list("institution_id", flat=True)
    return {grant.institution_id for grant in in_force if grant.institution_id} | set(through_staff)
