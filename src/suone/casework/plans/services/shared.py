"""Shared by writing and signing plans: locks, state changes, log, timeline and notifications."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.services import in_language
from suone.casework.cases.services import notify_participants
from suone.casework.leading.queries import course_of
from suone.casework.leading.services import report_fact
from suone.casework.plans import rules
from suone.casework.plans.acts import Act
from suone.casework.plans.models import Entry, Measure, Plan
from suone.casework.plans.queries import plan_reviewer
from suone.casework.plans.rules import Kind, MeasureState, State
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power
from suone.records.dossiers.services import in_each_language, lock, record_event
from suone.records.workitems.services import add_work_item

# What settles the work items of a plan.
SIGNED = "plan_signed"


REVIEWED = "plan_reviewed"


def report_labour_measures(acting: Acting, plan: Plan) -> None:
    """Report to the procedure whether a binding plan has labour-market measures that are planned or under way."""
    binding = Measure.objects.filter(dossier=plan.dossier, plan__state=State.BINDING, is_for_labour_market=True)
    is_under_way = binding.filter(state__in=[MeasureState.PLANNED, MeasureState.RUNNING]).exists()
    report_fact(acting, dossier=plan.dossier, fact=Fact.LABOUR_MEASURES, value=is_under_way)


def ask_for_review(acting: Acting, plan: Plan, review_on: date | None) -> None:
    """Set the work item to review the plan by this day, and report the day to the procedure; without a day, do nothing."""
    if review_on is None:
        return
    who = plan_reviewer(plan.dossier)
    add_work_item(
        acting,
        dossier=plan.dossier,
        title=_("Review the plan"),
        due_on=review_on,
        addressed_id=who.institution_id if who else acting.own_institution_id,
        assigned=who,
        about=("plan", plan.pk),
        settled_by=REVIEWED,
    )
    report_fact(acting, dossier=plan.dossier, fact=Fact.PLAN_REVIEW_ON, value=review_on)


def locked(acting: Acting, dossier_id: int) -> Dossier:
    """Lock the case for somebody who may write in it, so that concurrent acts are serialised; raises ``Refused`` otherwise."""
    dossier = lock(dossier_id)
    if not has_power(acting, dossier, Power.WRITE):
        raise Refused(_("You may read this case but not write in it: ask the lead for a consent that allows it."))
    return dossier


def plan_locked(acting: Acting, plan: Plan) -> Plan:
    """Lock the case and return the plan as stored now."""
    dossier = locked(acting, plan.dossier_id)
    plan = Plan.objects.get(pk=plan.pk)
    plan.dossier = dossier
    return plan


def draft_locked(acting: Acting, plan: Plan) -> Plan:
    """Lock the case and return the plan anew; raises ``Refused`` unless it is a draft."""
    plan = plan_locked(acting, plan)
    rules.check_can_edit(State(plan.state))
    return plan


def move_to(plan: Plan, then: State) -> None:
    """Change the state of a locked plan; raises ``Refused`` for a move that is not allowed."""
    rules.check_can_move(State(plan.state), then)
    plan.state = then
    Plan.objects.filter(pk=plan.pk).update(state=then, version=F("version") + 1)


def check_labour_measures_allowed(plan: Plan) -> None:
    """Raise ``Refused``, in the words of the procedure file, when the current phase excludes labour-market measures."""
    course = course_of(plan.dossier_id)
    excluding = course and course.current.excluding(Fact.LABOUR_MEASURES)
    if excluding:
        raise Refused(in_language(excluding.missing))


def save_line(row: Entry | Measure, changes: Mapping[str, Any], version: int) -> None:
    """Change a line if ``version`` is current; raises ``Conflict`` with both texts otherwise."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    if rows.filter(version=version).update(**changes, version=F("version") + 1):
        return
    current = rows.first()
    if current is None:
        raise Refused(_("Somebody else has removed this line in the meantime."))
    raise conflict_in(current, changes)


def conflict_in(current: Plan | Entry | Measure, changes: Mapping[str, Any]) -> Conflict:
    """Return the conflict between stored and submitted values by field label, without the internal goal reference."""
    shown: list[Any] = [current._meta.get_field(name) for name in changes if name != "goal_line"]
    return Conflict(
        current={str(field.verbose_name): _shown(field, getattr(current, field.name)) for field in shown},
        submitted={str(field.verbose_name): _shown(field, changes[field.name]) for field in shown},
    )


def _shown(field: Any, value: Any) -> str:
    if field.choices:
        return str(dict(field.flatchoices).get(value, ""))
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value or "")


def log_plan_act(acting: Acting, plan: Plan, act: Act, kind: RecordKind, about: tuple[str, int | None]) -> None:
    """Record an act in the log only: the timeline shows a draft being started and submitted, not every entry."""
    record(acting, kind=kind, act=act, dossier_id=plan.dossier_id, person_id=plan.dossier.person_id, about=about)


def record_plan_event(
    acting: Acting,
    plan: Plan,
    act: Act,
    kind: RecordKind,
    *,
    about: tuple[str, int | None] | None = None,
    text: str = "",
    category: DataCategory = DataCategory.ADMINISTRATIVE,
    recipients: Sequence[int] = (),
) -> None:
    """Record an act in the log and on the timeline; ``text`` is somebody's own words, otherwise kind and version are
    shown.
    """
    names = in_each_language(lambda: f"{Kind(plan.kind).label} {plan.number}")
    record_event(
        acting,
        dossier=plan.dossier,
        kind=kind,
        act=act,
        category=category,
        about=about or ("plan", plan.pk),
        text=text or names[own_language()],
        text_language=None if text else "",
        texts=None if text else names,
        recipients=recipients,
        details={"plan": plan.pk, "version": plan.number},
    )


def notify_plan_parties(acting: Acting, plan: Plan, act: Act) -> None:
    """Notify the participants, whoever reviews the plan, and whoever submitted it for signature."""
    lead = plan_reviewer(plan.dossier)
    notify_participants(acting, plan.dossier, act, also=[lead.pk if lead else None, plan.put_up_by_id])


def own_language() -> str:
    """The language of the acting person: de, fr or en."""
    return (translation.get_language() or "de")[:2]
