"""Lists of cases: those open to the acting person by what is looked for, and those that a search finds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.casework.cases.models import Assignment, Case, Function, Participant, ParticipantState
from suone.casework.cases.rules import OPEN_STATES, State
from suone.ground.access.acting import Acting
from suone.ground.audit.shown import note_row
from suone.organisation.appointments.queries import own_region
from suone.organisation.institutions.models import Institution
from suone.records.consents.models import Consent
from suone.records.dossiers.models import Event
from suone.records.dossiers.queries import search_files

PAGE = 50
MOST_EXPORTED = 2000
CONTACTS = 12  # contact persons shown beside the cases that a search finds

# By what the list can be sorted; without a choice the cases of one's own region come first, the newest before the others.
SORTS = {
    "case": "dossier__number",
    "region": "region__code",
    "lead": "lead",
    "moved": "moved_at",
    "consent": "consent_until",
}


class Need(models.TextChoices):
    """What a case may need somebody for."""

    STILL = "still", gettext_lazy("stands still")
    ENDING = "ending", gettext_lazy("consent runs out")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; ``state`` is a state's code, ``open`` for all open ones, or empty for all."""

    state: str = "open"
    region_id: int | None = None
    need: str = ""
    sort: str = ""
    descending: bool = False


def case_list(acting: Acting, wanted: Wanted, *, page: int = 1, most: int = PAGE) -> list[Case]:
    """List the cases the acting person may open, up to one more than fit on the page: it only shows that there is a next."""
    if wanted.need in _NEEDS:
        cases = _NEEDS[Need(wanted.need)](acting)
    else:
        cases = Case.objects.readable_by(acting)
    if wanted.state == "open":
        cases = cases.filter(state__in=OPEN_STATES)
    elif wanted.state:
        cases = cases.filter(state=wanted.state)
    if wanted.region_id:
        cases = cases.filter(region_id=wanted.region_id)
    if wanted.sort in SORTS:
        column, columns = SORTS[wanted.sort], _columns(acting)
        cases = cases.alias(**{column: columns[column]} if column in columns else {})
        cases = cases.order_by(
            F(column).desc(nulls_last=True) if wanted.descending else F(column).asc(nulls_last=True), "-pk"
        )
    else:
        is_near = ExpressionWrapper(Q(region=own_region(acting)), output_field=BooleanField())
        cases = cases.alias(is_near=is_near).order_by("-is_near", "-pk")
    # The keys first: what goes with a case is then looked up for one page alone.
    first = (page - 1) * most
    keys = list(cases.values_list("pk", flat=True)[first : first + most + 1])
    found = {case.pk: case for case in _listed(acting).filter(pk__in=keys)} if keys else {}
    return [found[pk] for pk in keys]


def standing_still(acting: Acting) -> QuerySet[Case]:
    """Open cases in which nothing has happened for ``SUONE_STILL_DAYS`` days; those that were suspended are meant to rest.

    The office is asked about all cases, everybody else about those that they lead, manage or follow.
    """
    since = timezone.now() - timedelta(days=settings.STILL_DAYS)
    moved = Event.objects.readable_by(acting, category_column="category").filter(dossier=OuterRef("pk"), at__gte=since)
    cases = _of_concern(acting).filter(state__in=OPEN_STATES - {State.SUSPENDED}, notified_at__lt=since)
    return cases.exclude(Exists(moved))


def consents_running_out(acting: Acting) -> QuerySet[Case]:
    """Open cases whose last consent ends within the longest of ``SUONE_CONSENT_WARNING_DAYS``, or has ended."""
    soon = acting.today + timedelta(days=max(settings.CONSENT_WARNING_DAYS, default=0))
    given = Consent.objects.readable_by(acting).filter(dossier=OuterRef("pk"), withdrawn_at=None)
    cases = _of_concern(acting).filter(Exists(given), state__in=OPEN_STATES)
    return cases.exclude(Exists(given.filter(valid_until__gt=soon)))


def needs(acting: Acting) -> dict[Need, int]:
    """How many cases stand still, and of how many the consent runs out, in one statement."""
    ids = {need: cases(acting).values("pk") for need, cases in _NEEDS.items()}
    counted = {need.value: Count("pk", filter=Q(pk__in=found)) for need, found in ids.items()}
    found = Case.objects.readable_by(acting).filter(state__in=OPEN_STATES).aggregate(**counted)
    return {need: found[need.value] for need in Need}


def find_cases(acting: Acting, words: str) -> tuple[list[Case], bool]:
    """Find cases by name, birth, telephone, AHV number or case number, in full or in part.

    Searches only the cases the acting person may open. Returns up to ``PAGE`` cases and whether there are more.
    """
    files = search_files(acting, words, most=PAGE + 1)
    found = list(_listed(acting).filter(pk__in=files[:PAGE]))
    found.sort(key=lambda case: (case.dossier.sort_name, -case.pk))
    return found, len(files) > PAGE


def table_of(cases: Sequence[Case]) -> list[list[Any]]:
    """The columns of the list for a file, with headings."""
    headings = [_("Case"), _("Person"), _("Level"), _("Region"), _("Lead"), _("Notified by"), _("Notified")]
    headings += [_("Last event"), _("Consent until"), _("State")]
    return [headings, *map(_row, cases)]


def _row(case: Case) -> list[Any]:
    note_row(case)
    moved_at, consent_until, lead = (getattr(case, name) for name in ("moved_at", "consent_until", "lead"))
    return [
        case.dossier.number,
        case.dossier.who,
        case.get_level_display(),
        str(case.region),
        lead or "",
        case.notifier.short_name,
        case.notified_on,
        timezone.localdate(moved_at) if moved_at else "",
        consent_until or "",
        case.get_state_display(),
    ]


_NEEDS: dict[Need, Callable[[Acting], QuerySet[Case]]] = {
    Need.STILL: standing_still,
    Need.ENDING: consents_running_out,
}


def _of_concern(acting: Acting) -> QuerySet[Case]:
    own = acting.own_staff_id
    office = Institution.objects.filter(pk=acting.own_institution_id, is_iiz_office=True)
    assigned = Assignment.objects.filter(dossier=OuterRef("pk"), staff_id=own, valid_until=None)
    follows = Participant.objects.filter(dossier=OuterRef("pk"), staff_id=own, state=ParticipantState.TAKING_PART)
    return Case.objects.readable_by(acting).filter(Q(Exists(office)) | Q(Exists(assigned)) | Q(Exists(follows)))


def _columns(acting: Acting) -> dict[str, Subquery]:
    """What a list says of a case beside its own fields, as far as it is open to the acting person."""
    events = Event.objects.readable_by(acting, category_column="category").filter(dossier=OuterRef("pk"))
    consents = Consent.objects.readable_by(acting).filter(dossier=OuterRef("pk"), withdrawn_at=None)
    leads = Assignment.objects.filter(dossier=OuterRef("pk"), function=Function.LEAD, valid_until=None)
    name = Concat("staff__first_name", Value(" "), "staff__last_name")
    return {
        "moved_at": Subquery(events.order_by("-pk").values("at")[:1]),
        "consent_until": Subquery(consents.order_by("-valid_until").values("valid_until")[:1]),
        "lead": Subquery(leads.values_list(name)[:1]),
    }


def _listed(acting: Acting) -> QuerySet[Case]:
    # Particulars are prefetched, not joined: a case whose identity is closed stays in the list, without a name.
    cases = Case.objects.readable_by(acting).select_related("dossier", "region", "notifier")
    return cases.prefetch_related("dossier__particulars").annotate(**_columns(acting))
