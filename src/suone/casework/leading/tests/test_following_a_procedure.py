"""A case follows its canton's procedure: what is set, what is ticked off, where it goes by itself, and what is refused."""

import pytest

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.tests.factories import published
from suone.casework.cases.models import Case
from suone.casework.cases.rules import ClosingReason, Outcome, State
from suone.casework.leading import services
from suone.casework.leading.models import Course, KnownFact, Passage
from suone.casework.leading.tests.factories import do, notify
from suone.ground.access.errors import Refused
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.records.consents.tests.factories import Cast
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem


@kept
def complex_way() -> ProcedureVersion:
    return published("vs-complex")


def _triage(cast: Cast, case: Case, level: str) -> None:
    do(cast.coordinator, services.triage_case, case=case, answers={}, level=level, reason="seen together")


def test_a_notified_case_begins_its_procedure_with_the_triage_to_do(cast: Cast, complex_way: ProcedureVersion) -> None:
    case = notify(cast, procedure=complex_way)

    course = Course.objects.get(pk=case.pk)
    item = WorkItem.objects.get(dossier_id=case.pk)
    assert (course.version, course.phase) == (complex_way, "notification")
    assert item.step == "notification/triage"
    assert item.addressed.is_iiz_office


def test_a_complex_triage_ticks_off_its_item_and_leads_to_the_services(
    cast: Cast, complex_way: ProcedureVersion
) -> None:
    case = notify(cast, procedure=complex_way)

    _triage(cast, case, "complex")

    case.refresh_from_db()
    course = Course.objects.get(pk=case.pk)
    items = {item.step: item.state for item in WorkItem.objects.filter(dossier_id=case.pk)}
    assert (case.state, course.phase) == (State.ACTIVE, "support")
    assert items == {
        "notification/triage": ItemState.DONE,
        "support/order_service": ItemState.OPEN,
        "support/plan": ItemState.OPEN,
    }
    assert list(Passage.objects.filter(dossier_id=case.pk).order_by("pk").values_list("to_phase", flat=True)) == [
        "notification",
        "support",
    ]
    assert Entry.objects.filter(dossier_id=case.pk, act="procedure.moved").exists()


def test_the_level_network_leads_another_way_and_a_new_triage_back(cast: Cast, complex_way: ProcedureVersion) -> None:
    case = notify(cast, procedure=complex_way)
    _triage(cast, case, "network")
    assert Course.objects.get(pk=case.pk).phase == "network"

    _triage(cast, case, "complex")

    assert Course.objects.get(pk=case.pk).phase == "support"


def test_a_step_is_refused_with_the_sentences_of_what_is_missing(cast: Cast, complex_way: ProcedureVersion) -> None:
    case = notify(cast, procedure=complex_way)
    _triage(cast, case, "complex")

    with pytest.raises(Refused, match=r"No service has been ordered yet.*not signed by all"):
        do(cast.coordinator, services.advance_case, case=case, to="implementation")

    assert Course.objects.get(pk=case.pk).phase == "support"


@pytest.mark.usefixtures("_outcomes_are_registered")
def test_recorded_facts_open_the_move_and_a_warning_asks_for_a_reason(
    cast: Cast, complex_way: ProcedureVersion
) -> None:
    case = notify(cast, procedure=complex_way)
    _triage(cast, case, "complex")
    dossier = case.dossier
    do(cast.coordinator, services.report_fact, dossier=dossier, fact=Fact.SERVICE_ORDERED)
    do(cast.coordinator, services.report_fact, dossier=dossier, fact=Fact.PLAN_BINDING_ON, value=case.state_since)

    with pytest.raises(Refused, match="give the reason"):
        do(cast.coordinator, services.advance_case, case=case, to="implementation")
    do(cast.coordinator, services.advance_case, case=case, to="implementation", reason="the partners follow next week")

    assert Course.objects.get(pk=case.pk).phase == "implementation"
    assert not WorkItem.objects.filter(dossier_id=case.pk, step__startswith="support/", state=ItemState.OPEN).exists()
    assert Passage.objects.filter(dossier_id=case.pk).latest("pk").reason == "the partners follow next week"


def test_a_case_closes_only_from_where_its_procedure_closes(cast: Cast, complex_way: ProcedureVersion) -> None:
    case = notify(cast, procedure=complex_way)
    _triage(cast, case, "complex")
    closing = {"outcome": Outcome.PRIMARY_MARKET, "closing_reason": ClosingReason.GOALS_REACHED}

    with pytest.raises(Refused, match="No service has been ordered yet"):
        do(cast.coordinator, services.close_case, case=case, **closing)
    do(cast.coordinator, services.report_fact, dossier=case.dossier, fact=Fact.SERVICE_ORDERED)
    do(cast.coordinator, services.close_case, case=case, **closing)

    case.refresh_from_db()
    assert (case.state, Course.objects.get(pk=case.pk).phase) == (State.CLOSED, "closed")

    do(cast.coordinator, services.reopen_case, case=case, reason="it did not last")

    case.refresh_from_db()
    assert (case.state, Course.objects.get(pk=case.pk).phase) == (State.ACTIVE, "support")


def test_a_rejected_notification_ends_in_the_procedures_phase(cast: Cast, complex_way: ProcedureVersion) -> None:
    case = notify(cast, procedure=complex_way)

    do(cast.coordinator, services.reject_notification, case=case, reason="belongs to another canton")

    assert Course.objects.get(pk=case.pk).phase == "rejected"


def test_only_facts_that_workers_state_can_be_stated(cast: Cast, complex_way: ProcedureVersion) -> None:
    case = notify(cast, procedure=complex_way)

    with pytest.raises(Refused, match="carry out that action instead"):
        do(cast.coordinator, services.record_fact, case=case, fact=Fact.PLAN_BINDING_ON, value=case.state_since)
    do(cast.coordinator, services.record_fact, case=case, fact=Fact.HEALTH_ATTESTED, value=True, remark="seen")

    assert KnownFact.objects.get(dossier_id=case.pk, fact=Fact.HEALTH_ATTESTED).remark == "seen"


def test_a_resting_case_goes_nowhere_by_itself(cast: Cast, complex_way: ProcedureVersion) -> None:
    case = notify(cast, procedure=complex_way)
    _triage(cast, case, "network")
    do(cast.coordinator, services.suspend_case, case=case, reason="the person is abroad")

    _triage(cast, case, "complex")

    case.refresh_from_db()
    assert (case.state, Course.objects.get(pk=case.pk).phase) == (State.SUSPENDED, "network")
    do(cast.coordinator, services.resume_case, case=case)
    case.refresh_from_db()
    assert (case.state, Course.objects.get(pk=case.pk).phase) == (State.ACTIVE, "support")


def test_a_running_case_is_moved_over_with_a_reason(cast: Cast, complex_way: ProcedureVersion) -> None:
    from suone.canton.procedures.tests.factories import changed

    case = notify(cast, procedure=complex_way)
    _triage(cast, case, "complex")
    newer = changed("vs-complex", "2027.1")

    with pytest.raises(Refused, match="reason"):
        do(cast.coordinator, services.move_case_over, case=case, version=newer, phase="support")
    do(cast.coordinator, services.move_case_over, case=case, version=newer, phase="support", reason="new rules")

    course = Course.objects.get(pk=case.pk)
    assert (course.version, course.phase) == (newer, "support")
    open_steps = WorkItem.objects.filter(dossier_id=case.pk, state=ItemState.OPEN).values_list("step", flat=True)
    assert sorted(open_steps) == ["support/order_service", "support/plan"]


@pytest.mark.usefixtures("_outcomes_are_registered")
def test_an_item_with_a_condition_is_set_once_when_it_comes_true(cast: Cast, complex_way: ProcedureVersion) -> None:
    case = notify(cast, procedure=complex_way)
    _triage(cast, case, "complex")
    [step] = [
        f"support/{i.id}" for i in complex_way.procedure.phase("support").items if "medical_mandate_given" in i.applies
    ]
    assert not WorkItem.objects.filter(dossier_id=case.pk, step=step).exists()

    for _twice in range(2):
        do(cast.coordinator, services.report_fact, dossier=case.dossier, fact=Fact.MEDICAL_MANDATE_GIVEN)

    assert WorkItem.objects.filter(dossier_id=case.pk, step=step).count() == 1
    do(
        cast.coordinator,
        services.report_fact,
        dossier=case.dossier,
        fact=Fact.MEDICAL_REPORT_ON,
        value=case.state_since,
    )
    assert WorkItem.objects.get(dossier_id=case.pk, step=step).state == ItemState.DONE
