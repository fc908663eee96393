"""The year's figures, over all cases: services per kind, coachings closed and the share that ended in work."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.support.models import Service
from suone.casework.support.queries import CoachingFigures, KindFigures, coachings_closed_in, services_in
from suone.casework.support.rules import HELD_AT_MEETINGS, CoachingOutcome, Kind, State
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.organisation.institutions.models import Region
from suone.records.consents.models import Consent
from suone.records.consents.tests.factories import Cast


def keep_service(cast: Cast, case: Case, kind: Kind, ordered_on: date, **fields: Any) -> None:
    """A service of an earlier year, kept as a migration from an older system would."""
    of_kind: dict[str, Any] = {}
    if kind is Kind.COACHING:
        of_kind = {"variant": "intensive", "second_institution": cast.worker.institution, "second_staff": cast.worker}
    if kind is Kind.MEDICAL_MANDATE:
        of_kind = {"access_until": timezone.now(), "based_on": Consent.objects.earliest("pk")}
    Service.objects.create(
        dossier=case.dossier,
        kind=kind,
        ordered_on=ordered_on,
        ordered_by=cast.coordinator,
        ordering_institution=cast.coordinator.institution,
        institution=cast.coordinator.institution,
        staff=cast.coordinator,
        **of_kind | fields,
    )


@kept
def years(cast: Cast, active: Case) -> None:
    """Two years' services."""
    keep = partial(keep_service, cast, active)
    keep(Kind.ROUND_TABLE, date(2023, 12, 31), state=State.COMPLETED, ended_on=date(2024, 1, 1))
    keep(Kind.ROUND_TABLE, date(2024, 1, 1), state=State.CANCELLED, ended_on=date(2024, 12, 31))
    keep(Kind.ROUND_TABLE, date(2024, 12, 31), state=State.RUNNING)
    keep(Kind.ROUND_TABLE, date(2025, 1, 1))
    for outcome in (*[CoachingOutcome.REINTEGRATED] * 2, CoachingOutcome.CONTINUED, CoachingOutcome.BROKEN_OFF):
        keep(Kind.COACHING, date(2023, 5, 1), state=State.COMPLETED, ended_on=date(2024, 6, 1), outcome=outcome.value)
    keep(Kind.COACHING, date(2023, 5, 1), state=State.CANCELLED, ended_on=date(2024, 6, 1))
    keep(Kind.COACHING, date(2023, 5, 1), state=State.COMPLETED, ended_on=date(2025, 1, 1), outcome="not_reintegrated")


def figures(year: int, **of: Any) -> dict[Kind, KindFigures]:
    with acting_as(acting_for_job("annual report")):
        return {row.kind: row for row in services_in(year, **of)}


def coachings(year: int) -> CoachingFigures:
    with acting_as(acting_for_job("annual report")):
        return coachings_closed_in(year)


def test_services_are_counted_in_the_year_of_their_order_and_of_their_end(years: None) -> None:
    assert figures(2024)[Kind.ROUND_TABLE] == KindFigures(
        Kind.ROUND_TABLE, published=1, ordered=2, completed=1, cancelled=1, open_at_end=1
    )
    assert figures(2023)[Kind.ROUND_TABLE] == KindFigures(
        Kind.ROUND_TABLE, published=0, ordered=1, completed=0, cancelled=0, open_at_end=1
    )


_DONE = {"state": State.COMPLETED}
_COACHED = _DONE | {"outcome": CoachingOutcome.REINTEGRATED.value}
_EVE, _FIRST, _LAST, _AFTER = date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1)


@pytest.mark.parametrize(
    ("kind", "counted", "fields"),
    [
        # Round tables organised; assessments likewise (default).
        *((kind, True, _DONE | {"ended_on": day}) for kind in sorted(HELD_AT_MEETINGS) for day in (_FIRST, _LAST)),
        *((kind, False, _DONE | {"ended_on": day}) for kind in sorted(HELD_AT_MEETINGS) for day in (_EVE, _AFTER)),
        *((kind, False, {"state": State.CANCELLED, "ended_on": _FIRST}) for kind in sorted(HELD_AT_MEETINGS)),
        *((kind, False, {"state": State.RUNNING, "started_on": _FIRST}) for kind in sorted(HELD_AT_MEETINGS)),
        # Coachings carried out: under way at some time of the year.
        (Kind.COACHING, True, {"state": State.RUNNING, "started_on": _EVE}),
        (Kind.COACHING, True, {"state": State.RUNNING, "started_on": _LAST}),
        (Kind.COACHING, True, _COACHED | {"started_on": _EVE, "ended_on": _FIRST}),
        (Kind.COACHING, True, _COACHED | {"ended_on": _FIRST}),
        (Kind.COACHING, True, {"state": State.CANCELLED, "started_on": _EVE, "ended_on": _FIRST}),
        (Kind.COACHING, False, {"state": State.RUNNING, "started_on": _AFTER}),
        (Kind.COACHING, False, _COACHED | {"started_on": _EVE, "ended_on": _EVE}),
        (Kind.COACHING, False, {"state": State.CANCELLED, "ended_on": _FIRST}),
        (Kind.COACHING, False, {}),
        # Medical mandates carried out: the report is there.
        (Kind.MEDICAL_MANDATE, True, _DONE | {"ended_on": _LAST}),
        (Kind.MEDICAL_MANDATE, False, _DONE | {"ended_on": _AFTER}),
        (Kind.MEDICAL_MANDATE, False, {"state": State.CANCELLED, "ended_on": _LAST}),
        (Kind.MEDICAL_MANDATE, False, {}),
        # Case managements activated.
        (Kind.CASE_MANAGEMENT, True, {"state": State.RUNNING, "started_on": _FIRST}),
        (Kind.CASE_MANAGEMENT, True, _DONE | {"started_on": _LAST, "ended_on": _AFTER}),
        (Kind.CASE_MANAGEMENT, False, _DONE | {"started_on": _EVE, "ended_on": _FIRST}),
        (Kind.CASE_MANAGEMENT, False, {}),
    ],
)
def test_vs_report_2024_services_in_numbers_each_kind_is_counted_as_the_report_says(
    cast: Cast, active: Case, kind: Kind, counted: bool, fields: dict[str, Any]
) -> None:
    keep_service(cast, active, kind, date(2023, 6, 1), **fields)

    published = {row: found.published for row, found in figures(2024).items()}

    assert published == dict.fromkeys(Kind, 0) | {kind: int(counted)}


def test_a_kind_that_nobody_ordered_counts_none(years: None) -> None:
    assert list(figures(2024)) == list(Kind)
    assert figures(2024)[Kind.ASSESSMENT] == KindFigures(Kind.ASSESSMENT, 0, 0, 0, 0, 0)


def test_figures_can_be_those_of_a_region(cast: Cast, years: None) -> None:
    elsewhere = Region.objects.create(code="elsewhere", name_de="x", name_fr="x")

    assert figures(2024, region_id=cast.region.pk) == figures(2024)
    assert figures(2024, region_id=elsewhere.pk)[Kind.ROUND_TABLE].ordered == 0


def test_the_share_of_the_closed_coachings_that_ended_in_work(years: None) -> None:
    found = coachings(2024)

    assert (found.closed, found.by_outcome[CoachingOutcome.REINTEGRATED], found.share_reintegrated) == (4, 2, 0.5)
    assert coachings(2025).share_reintegrated == 0.0
    assert coachings(2022) == CoachingFigures(0, dict.fromkeys(CoachingOutcome, 0), None)
