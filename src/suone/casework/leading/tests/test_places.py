"""Where a procedure has room for so many cases: they are counted without being opened."""

from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.tests.factories import changed, published
from suone.casework.cases.models import Case
from suone.casework.leading import services
from suone.casework.leading.models import Course
from suone.casework.leading.queries import places_on
from suone.casework.leading.tests.factories import do, notify
from suone.ground.access.database import acting_as
from suone.organisation.appointments.tests.factories import acting, client_of
from suone.records.consents.tests.factories import Cast

_OPENS = (
    Fact.NEED_CLARIFIED,
    Fact.MULTIPLE_PROBLEMS,
    Fact.EXPECTED_OVER_TWO_YEARS,
    Fact.PLACE_FREE,
)


def at_the_office(cast: Cast) -> Case:
    """With a place at the case-management office of Solothurn."""
    case = notify(cast, procedure=published("so-cm-office"))
    for fact in _OPENS:
        do(cast.worker, services.record_fact, case=case, fact=fact, value=True, remark="the office said so")
    return case


def test_whoever_asks_takes_no_place_and_whoever_is_admitted_does(cast: Cast) -> None:
    admitted = at_the_office(cast)
    assert Course.objects.get(pk=admitted.pk).phase == "opening"
    notify(cast, procedure=published("so-cm-office"))

    with acting_as(acting(cast.coordinator)):
        (office,) = places_on(timezone.localdate())

    assert (office.version.procedure.capacity, office.taken, office.free, office.over_two_years) == (600, 1, 599, 1)
    assert [(line.phase.id, line.cases) for line in office.asking] == [("first_advice", 1)]
    assert [(line.phase.id, line.cases, line.entered_this_year) for line in office.taking] == [
        ("opening", 1, 1),
        ("case_management", 0, 0),
    ]


def test_the_latest_word_on_the_duration_counts(cast: Cast) -> None:
    case = at_the_office(cast)
    do(cast.worker, services.record_fact, case=case, fact=Fact.EXPECTED_OVER_TWO_YEARS, value=False)

    with acting_as(acting(cast.coordinator)):
        assert places_on(timezone.localdate())[0].over_two_years == 0


def test_a_case_that_began_under_another_version_keeps_its_place_and_too_many_are_said(cast: Cast) -> None:
    at_the_office(cast)
    at_the_office(cast)
    changed("so-cm-office", "2026.2", ("capacity = 600", "capacity = 1"))

    page = client_of(cast.coordinator).get("/procedures/places").content.decode()

    assert "about 1" in page
    assert "1 more than there are places" in page


def test_figures_are_for_those_who_may_count_and_need_no_grant(cast: Cast) -> None:
    at_the_office(cast)

    assert client_of(cast.worker).get("/procedures/places").status_code == 403
    with acting_as(acting(cast.stranger)):
        assert places_on(timezone.localdate())[0].taken == 0
