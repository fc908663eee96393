"""An act and the procedure that ask for the same make one work item, which the act settles."""

from datetime import timedelta

from django.utils import timezone

from suone.canton.procedures.tests.factories import published
from suone.casework.cases import services as cases
from suone.casework.cases.models import Case
from suone.casework.leading import services as leading
from suone.casework.leading.tests.factories import ask, do, notify
from suone.casework.support import services
from suone.casework.support.rules import Kind
from suone.casework.support.tests.factories import REPORT, officer_named, order, tandem
from suone.ground.access.tests.worlds import kept
from suone.records.consents.tests.factories import Cast, line
from suone.records.workitems.models import State, WorkItem


@kept
def case(cast: Cast) -> Case:
    """Under the canton's procedure, among its services."""
    case = notify(cast, line(cast.adviser), officer_named(cast), procedure=published("vs-complex"))
    do(cast.coordinator, leading.triage_case, case=case, answers={}, level="complex", reason="seen together")
    decision = ask(cast, case, cast.adviser, due_on=timezone.localdate() + timedelta(days=5))
    do(cast.adviser, cases.answer_participation, decision=decision, accept=True)
    return Case.objects.get(pk=case.pk)


def waiting(case: Case, awaited: str) -> list[tuple[str, str]]:
    """The open items that wait for this fact: whose, and of which step."""
    items = WorkItem.objects.filter(dossier_id=case.pk, settled_by=awaited, state=State.OPEN)
    return list(items.order_by("pk").values_list("addressed__code", "step"))


def test_a_medical_mandate_is_one_item_and_its_report_leaves_none(cast: Cast, case: Case) -> None:
    mandate = order(cast, case, Kind.MEDICAL_MANDATE)

    assert waiting(case, "medical_report_on") == [("RAD", "support/medical_report")]
    assert waiting(case, "service_ordered") == []  # what the ordering itself was asked for

    do(cast.physician, services.write_medical_report, service=mandate, report=REPORT)

    assert waiting(case, "medical_report_on") == []
    done = WorkItem.objects.get(dossier_id=case.pk, settled_by="medical_report_on", state=State.DONE)
    assert done.done_by == cast.physician


def test_a_second_mandate_has_an_item_of_its_own(cast: Cast, case: Case) -> None:
    order(cast, case, Kind.MEDICAL_MANDATE)
    second = order(cast, case, Kind.MEDICAL_MANDATE)

    do(cast.physician, services.write_medical_report, service=second, report=REPORT)

    assert WorkItem.objects.get(about_type="service", about_id=second.pk).state == State.DONE


def test_a_tandem_takes_the_place_of_the_plan_that_the_procedure_asks_for(cast: Cast, case: Case) -> None:
    assert waiting(case, "plan_binding_on") == [("IIZ", "support/plan")]

    tandem(cast, case)

    assert waiting(case, "plan_binding_on") == [("RAV", "support/plan")]


def test_naming_the_case_manager_settles_the_item_of_the_case_management(cast: Cast, case: Case) -> None:
    order(cast, case, Kind.CASE_MANAGEMENT)
    assert [whose for whose, _step in waiting(case, "case_manager_named")] == ["IIZ"]

    do(cast.coordinator, cases.name_case_manager, case=case, staff=cast.adviser)

    assert waiting(case, "case_manager_named") == []
