"""The year's figures, over all cases: services per kind, coachings closed and the share that ended in work."""

from datetime import date
from typing import Any

from suone.casework.cases.models import Case
from suone.casework.support.models import Service
from suone.casework.support.queries import CoachingFigures, KindFigures, coachings_closed_in, services_in
from suone.casework.support.rules import CoachingOutcome, Kind, State
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.organisation.institutions.models import Region
from suone.records.consents.tests.factories import Cast


@kept
def years(cast: Cast, active: Case) -> None:
    """Two years' services, kept as a migration from an older system would."""

    def keep(kind: Kind, ordered_on: date, **fields: Any) -> None:
        Service.objects.create(
            dossier=active.dossier,
            kind=kind,
            ordered_on=ordered_on,
            ordered_by=cast.coordinator,
            ordering_institution=cast.coordinator.institution,
            institution=cast.coordinator.institution,
            staff=cast.coordinator,
            variant="intensive" if kind is Kind.COACHING else "",
            second_institution=cast.worker.institution if kind is Kind.COACHING else None,
            second_staff=cast.worker if kind is Kind.COACHING else None,
            **fields,
        )

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
        Kind.ROUND_TABLE, ordered=2, completed=1, cancelled=1, open_at_end=1
    )
    assert figures(2023)[Kind.ROUND_TABLE] == KindFigures(
        Kind.ROUND_TABLE, ordered=1, completed=0, cancelled=0, open_at_end=1
    )


def test_a_kind_that_nobody_ordered_counts_none(years: None) -> None:
    assert list(figures(2024)) == list(Kind)
    assert figures(2024)[Kind.ASSESSMENT] == KindFigures(Kind.ASSESSMENT, 0, 0, 0, 0)


def test_figures_can_be_those_of_a_region(cast: Cast, years: None) -> None:
    elsewhere = Region.objects.create(code="elsewhere", name_de="x", name_fr="x")

    assert figures(2024, region_id=cast.region.pk) == figures(2024)
    assert figures(2024, region_id=elsewhere.pk)[Kind.ROUND_TABLE].ordered == 0


def test_the_share_of_the_closed_coachings_that_ended_in_work(years: None) -> None:
    found = coachings(2024)

    assert (found.closed, found.by_outcome[CoachingOutcome.REINTEGRATED], found.share_reintegrated) == (4, 2, 0.5)
    assert coachings(2025).share_reintegrated == 0.0
    assert coachings(2022) == CoachingFigures(0, dict.fromkeys(CoachingOutcome, 0), None)
