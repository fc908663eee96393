"""Lists of cases: those open to the acting person by what is looked for, and those that a search finds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.casework.cases.models import Assignment, Case, Function, Participant, ParticipantState
from suone.casework.cases.rules import OPEN_STATES, State
from suone.ground.access.acting import Acting
from suone.ground.audit.shown import note_row
from suone.organisation.appointments.queries import own_region
from suone.organisation.institutions.models import Institution, Region
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
        cases = _NEEDS[Need(wanted.need)](acting, _of_concern(acting))
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
        cases = cases.order_by("-pk")
    # The keys first: what goes with a case is then looked up for one page alone.
    region = None if wanted.sort else own_region(acting)
    keys = _near_first(cases.values_list("pk", flat=True), region, start=(page - 1) * most, most=most + 1)
    found = {case.pk: case for case in _listed(acting).filter(pk__in=keys)} if keys else {}
    return [found[pk] for pk in keys]


def _near_first(cases: QuerySet[Case, int], region: Region | None, *, start: int, most: int) -> list[int]:
    """A part of the cases, those of this region before the others.

    Two statements rather than a sort by region: either stops as soon as it has enough.
    """
    if region is None:
        return list(cases[start : start + most])
    near, others = cases.filter(region=region), cases.exclude(region=region)
    found = list(near[start : start + most])
    if len(found) < most:
        passed = near.count() if start and not found else start + len(found)
        start = max(0, start - passed)
        found += others[start : start + most - len(found)]
    return found


def standing_still(acting: Acting, cases: QuerySet[Case]) -> QuerySet[Case]:
    """Open ones in which nothing has happened for ``SUONE_STILL_DAYS`` days; those that were suspended are meant to rest."""
    since = timezone.now() - timedelta(days=settings.STILL_DAYS)
    moved = Event.objects.readable_by(acting, category_column="category").filter(dossier=OuterRef("pk"), at__gte=since)
    cases = cases.filter(state__in=OPEN_STATES - {State.SUSPENDED}, notified_at__lt=since)
    return cases.exclude(Exists(moved))


def consents_running_out(acting: Acting, cases: QuerySet[Case]) -> QuerySet[Case]:
    """Open ones whose last consent ends within the longest of ``SUONE_CONSENT_WARNING_DAYS``, or has ended."""
    soon = acting.today + timedelta(days=max(settings.CONSENT_WARNING_DAYS, default=0))
    given = Consent.objects.readable_by(acting).filter(dossier=OuterRef("pk"), withdrawn_at=None)
    cases = cases.filter(Exists(given), state__in=OPEN_STATES)
    return cases.exclude(Exists(given.filter(valid_until__gt=soon)))


def needs(acting: Acting) -> dict[Need, int]:
    """How many cases stand still, and of how many the consent runs out."""
    cases = _of_concern(acting)
    return {need: needing(acting, cases).count() for need, needing in _NEEDS.items()}


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


_NEEDS: dict[Need, Callable[[Acting, QuerySet[Case]], QuerySet[Case]]] = {
    Need.STILL: standing_still,
    Need.ENDING: consents_running_out,
}


def _of_concern(acting: Acting) -> QuerySet[Case]:
    """All cases for the office; for everybody else those that they lead, manage or follow."""
    cases = Case.objects.readable_by(acting)
    if Institution.objects.filter(pk=acting.own_institution_id, is_iiz_office=True).exists():
        return cases
    own = acting.own_staff_id
    assigned = Assignment.objects.filter(staff_id=own, valid_until=None).values("dossier")
    follows = Participant.objects.filter(staff_id=own, state=ParticipantState.TAKING_PART).values("dossier")
    return cases.filter(pk__in=assigned.union(follows))


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
