"""The smallest plan: a draft with a goal and a measure, in a case in which two institutions take part."""

from typing import Any

from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.cases.services import answer_participation
from suone.casework.leading.tests.factories import activate, ask, do
from suone.casework.plans import services
from suone.casework.plans.models import Measure, Plan, Signature
from suone.casework.plans.rules import EntryKind, Form, Kind
from suone.casework.plans.services import MeasureTerms
from suone.ground.access.categories import HEALTH_BIT, DataCategory
from suone.organisation.appointments.models import Appointment
from suone.records.consents.tests.factories import DRAWN, WORK, Cast, line
from suone.records.documents.uploads import upload_of

GOAL, MEASURE, HEALTH = "Work 60 percent", "Vocational clarification", "A slipped disc"


def shared_case(cast: Cast) -> Case:
    case = activate(cast, line(cast.adviser), line(cast.physician, WORK | HEALTH_BIT, named=True))
    decision = ask(cast, case, cast.adviser)
    do(cast.adviser, answer_participation, decision=decision, accept=True)
    return case


def draft(cast: Cast, case: Case, *, kind: Kind = Kind.INTEGRATION_PLAN, **changes: Any) -> Plan:
    """Begun by the worker, with a goal and a measure that serves it."""
    plan: Plan = do(cast.worker, services.begin_plan, dossier=case.dossier, kind=kind, **changes)
    goal = write(cast.worker, plan, GOAL)
    do(
        cast.worker,
        services.add_measure,
        plan=plan,
        terms=MeasureTerms(MEASURE, cast.adviser.institution, goal_line=goal.line),
    )
    return plan


def write(
    by: Appointment,
    plan: Plan,
    text: str,
    kind: EntryKind = EntryKind.GOAL,
    category: DataCategory = DataCategory.EMPLOYMENT,
) -> Any:
    return do(by, services.add_entry, plan=plan, kind=kind, text=text, category=category)


def put_up(cast: Cast, plan: Plan) -> Plan:
    do(cast.worker, services.put_up_for_signature, plan=plan)
    return again(plan)


def sign(by: Appointment, plan: Plan, **changes: Any) -> None:
    """For one's own institution."""
    usual: dict[str, Any] = {"form": Form.SCREEN, "signed_on": timezone.localdate()}
    do(by, services.sign, signature=of(plan, by), **usual | changes)


def person_signs(by: Appointment, plan: Plan, **changes: Any) -> None:
    """On the screen, recorded by somebody."""
    usual: dict[str, Any] = {
        "form": Form.SCREEN,
        "signed_on": timezone.localdate(),
        "upload": upload_of(None, DRAWN),
    }
    do(by, services.sign, signature=of(plan, None), **usual | changes)


def all_sign(cast: Cast, plan: Plan) -> Plan:
    """Put up, then signed by both institutions and the person."""
    plan = put_up(cast, plan)
    sign(cast.worker, plan)
    sign(cast.adviser, plan)
    person_signs(cast.worker, plan)
    return again(plan)


def of(plan: Plan, by: Appointment | None) -> Signature:
    """The signature of somebody's institution in this round, or the person's."""
    return Signature.objects.select_related("plan").get(
        plan_id=plan.pk, round=again(plan).round, institution_id=by.institution_id if by else None
    )


def measure_of(plan: Plan) -> Measure:
    return Measure.objects.select_related("plan").get(plan_id=plan.pk, title=MEASURE)


def again(plan: Plan) -> Plan:
    return Plan.objects.select_related("dossier").get(pk=plan.pk)
