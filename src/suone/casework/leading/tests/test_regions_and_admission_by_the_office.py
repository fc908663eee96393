"""Procedures of some regions beside others, and what only the coordination office states."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.tests.factories import changed, published
from suone.casework.cases.models import Case
from suone.casework.leading import services
from suone.casework.leading.facts import facts_of
from suone.casework.leading.models import Course
from suone.casework.leading.tests.factories import activate, do, notify
from suone.ground.access.errors import Refused
from suone.organisation.appointments.tests.factories import client_of
from suone.organisation.institutions.models import Region
from suone.records.consents.tests.factories import Cast


def pilot(code: str) -> ProcedureVersion:
    """The model of Solothurn in one region, beside the shipped one."""
    return changed("so-iim", "2026.2", ('canton = "SO"', f'canton = "SO"\nregions = ["{code}"]'))


def test_rrb_2_2_a_pilot_begins_in_its_regions_only(cast: Cast) -> None:
    elsewhere = pilot("untergaeu")
    with pytest.raises(Refused, match="only in these regions: untergaeu"):
        notify(cast, procedure=elsewhere)
    assert not Case.objects.exists()


def test_rrb_2_2_a_pilot_is_offered_in_its_regions_only(cast: Cast, settings: Any) -> None:
    here, elsewhere = pilot(cast.region.code), Region.objects.create(code="visp", name_de="Visp", name_fr="Viège")
    everywhere = published("so-cm-office")
    settings.PROPOSED_PROCEDURE = "so-iim"
    client = client_of(cast.worker)

    def offered(query: str = "") -> tuple[set[int], set[int]]:
        page = client.get(f"/cases/notify{query}").content.decode()
        field = page[page.index('name="procedure"') :].partition("</select>")[0]
        chosen = {int(number) for number in re.findall(r'value="(\d+)" selected', field)}
        return {int(number) for number in re.findall(r'value="(\d+)"', field)}, chosen

    assert offered() == ({here.pk, everywhere.pk}, {here.pk})  # the worker's own region
    assert offered(f"?region={elsewhere.pk}") == ({everywhere.pk}, {everywhere.pk})


def test_rrb_2_2_a_pilot_runs_beside_another_procedure(cast: Cast) -> None:
    here = notify(cast, procedure=pilot(cast.region.code))
    beside = notify(cast, procedure=published("so-cm-office"))

    assert {course.version.identifier for course in Course.objects.filter(pk__in=[here.pk, beside.pk])} == {
        "so-iim", "so-cm-office",
    }  # fmt: skip


def test_a_running_case_is_not_moved_to_a_procedure_of_other_regions(cast: Cast) -> None:
    case, elsewhere = activate(cast), pilot("untergaeu")

    with pytest.raises(Refused, match="only in these regions"):
        do(cast.coordinator, services.move_case_over, case=case, version=elsewhere, phase="intake", reason="a pilot")


@pytest.fixture
def in_luzern(cast: Cast) -> Case:
    return notify(cast, procedure=published("lu-iiz"))


@pytest.fixture
def state(cast: Cast, in_luzern: Case) -> Callable[..., None]:
    def state(by: str, fact: Fact, **said: object) -> None:
        do(getattr(cast, by), services.record_fact, case=in_luzern, fact=fact, **said)

    return state


def test_luzern_point_1_only_the_office_admits_an_exception_and_says_why(state: Callable[..., None]) -> None:
    with pytest.raises(Refused, match="Only the coordination office enters this"):
        state("worker", Fact.EXCEPTION_ADMITTED, value=True, remark="She was ill")
    with pytest.raises(Refused, match="Give the reason"):
        state("coordinator", Fact.EXCEPTION_ADMITTED, value=True, remark=" ")

    state("coordinator", Fact.EXCEPTION_ADMITTED, value=True, remark="She was ill")


def test_luzern_point_4_the_office_checks_the_conditions(
    state: Callable[..., None], in_luzern: Case, cast: Cast
) -> None:
    for fact in (Fact.OUT_OF_WORK, Fact.VOLUNTARY, Fact.SEVERAL_INVOLVED):
        state("worker", fact, value=True)
    state("worker", Fact.REGISTERED_IV_ON, value=timezone.localdate())
    with pytest.raises(Refused, match="Only the coordination office enters this"):
        state("worker", Fact.CONDITIONS_CHECKED_ON, value=timezone.localdate(), remark="all is well")
    assert Course.objects.get(pk=in_luzern.pk).phase == "entry"

    state("coordinator", Fact.CONDITIONS_CHECKED_ON, value=timezone.localdate())

    assert Course.objects.get(pk=in_luzern.pk).phase == "preparation"


def test_the_day_of_the_notification_and_the_kind_that_leads_are_known(cast: Cast) -> None:
    case = notify(cast, procedure=published("lu-iiz"))
    places = published("lu-iiz").procedure.start, published("zh-network").procedure.phase("planning")

    facts = do(cast.worker, lambda acting: facts_of(acting, case, *places))

    assert facts["notified_on"] == timezone.localdate(case.notified_at)
    assert facts["lead_kind"] == cast.worker.institution.kind
