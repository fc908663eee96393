"""Starting a plan and its next version, and writing it: entries, measures, review date, progress."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import Fact
from suone.casework.leading.services import report_fact
from suone.casework.plans import rules
from suone.casework.plans.acts import Act
from suone.casework.plans.models import Entry, Measure, Plan
from suone.casework.plans.rules import EntryKind, Kind, MeasureState, State
from suone.casework.plans.services.shared import (
    ask_for_review,
    check_labour_measures_allowed,
    conflict_in,
    draft_locked,
    locked,
    log_plan_act,
    move_to,
    own_language,
    plan_locked,
    record_plan_event,
    report_labour_measures,
    save_line,
)
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, ServiceOffer
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.services import insert_without_returning
from suone.records.workitems.services import close_items_about


@dataclass(frozen=True, slots=True)
class MeasureTerms:
    """The agreed terms of a measure. Only title and institution are required; the rest may follow."""

    title: str
    institution: Institution
    category: DataCategory = DataCategory.EMPLOYMENT
    goal_line: UUID | None = None
    staff: Appointment | None = None
    offer: ServiceOffer | None = None
    payer: Institution | None = None
    payer_text: str = ""
    from_on: date | None = None
    until_on: date | None = None
    is_for_labour_market: bool = False


def begin_plan(acting: Acting, *, dossier: Dossier, kind: Kind, review_on: date | None = None) -> Plan:
    """Start a plan of this kind as a draft; raises ``Refused`` when one is already in preparation or binding."""
    dossier = locked(acting, dossier.pk)
    plans = Plan.objects.filter(dossier=dossier, kind=kind)
    rules.check_can_begin(
        has_draft=plans.filter(state__in=rules.IN_THE_MAKING).exists(),
        has_binding=plans.filter(state=State.BINDING).exists(),
    )
    plan = _open_version(acting, dossier, kind, review_on=review_on)
    record_plan_event(acting, plan, Act.BEGUN, RecordKind.STORE)
    report_fact(acting, dossier=dossier, fact=Fact.PLAN_DRAFTED)
    return plan


def change_plan(acting: Acting, *, plan: Plan) -> Plan:
    """Open a new version of a binding plan, a copy to change and sign; until signed, the old one remains binding.

    Raises ``Refused`` when the plan is not binding, or another version is in preparation.
    """
    plan = plan_locked(acting, plan)
    rules.check_can_move(State(plan.state), State.SUPERSEDED)
    rules.check_can_begin(
        has_draft=Plan.objects.filter(dossier=plan.dossier, kind=plan.kind, state__in=rules.IN_THE_MAKING).exists(),
        has_binding=False,
    )
    new = _open_version(acting, plan.dossier, Kind(plan.kind), previous=plan)
    # Copied by a database function, so that entries in closed data categories are not lost.
    with connection.cursor() as cursor:
        cursor.execute("SELECT plans_copy_content(%s, %s)", [plan.pk, new.pk])
    record_plan_event(acting, new, Act.NEW_VERSION, RecordKind.STORE)
    return new


def draft_for(acting: Acting, *, dossier: Dossier, kind: Kind) -> Plan:
    """Return the draft for a decision of a meeting: the one in preparation, or a new version or plan."""
    plans = Plan.objects.filter(dossier=dossier, kind=kind).select_related("dossier")
    plan = plans.filter(state__in=rules.IN_THE_MAKING).first()
    if plan is not None:
        rules.check_can_edit(State(plan.state))
        return plan
    binding = plans.filter(state=State.BINDING).first()
    return change_plan(acting, plan=binding) if binding else begin_plan(acting, dossier=dossier, kind=kind)


def set_review(acting: Acting, *, plan: Plan, review_on: date | None, version: int) -> None:
    """Set the review date of a plan; raises ``Conflict`` when somebody saved first, ``Refused`` for a past day.

    The only date of a binding plan that changes without a new version: a review may find that all is well.
    """
    plan = plan_locked(acting, plan)
    if plan.state != State.BINDING:
        rules.check_can_edit(State(plan.state))
    if review_on and review_on < acting.today:
        raise Refused(_("Choose a day that is not in the past."))
    changes: dict[str, Any] = {"review_on": review_on, "version": F("version") + 1}
    if plan.state == State.BINDING:
        changes["reviewed_at"] = timezone.now()
    if not Plan.objects.filter(pk=plan.pk, version=version).update(**changes):
        raise conflict_in(plan, {"review_on": review_on})
    log_plan_act(acting, plan, Act.REVIEW_SET, RecordKind.CHANGE, ("plan", plan.pk))
    if plan.state == State.BINDING:
        close_items_about(acting, dossier=plan.dossier, about=("plan", plan.pk))
        ask_for_review(acting, plan, review_on)


def add_entry(
    acting: Acting, *, plan: Plan, kind: EntryKind, text: str, category: DataCategory = DataCategory.EMPLOYMENT
) -> Entry:
    """Add an entry to a section of the draft, in a data category that decides who may read it."""
    plan = draft_locked(acting, plan)
    entry = insert_without_returning(
        Entry(plan=plan, dossier=plan.dossier, kind=kind, category=category, text=text, language=own_language())
    )
    log_plan_act(acting, plan, Act.ENTRY_WRITTEN, RecordKind.STORE, ("planentry", entry.pk))
    return entry


def change_entry(acting: Acting, *, entry: Entry, text: str, category: DataCategory, version: int) -> None:
    """Change an entry of the draft; raises ``Conflict`` with both texts when somebody saved first."""
    plan = draft_locked(acting, entry.plan)
    save_line(entry, {"text": text, "category": category}, version)
    log_plan_act(acting, plan, Act.ENTRY_CHANGED, RecordKind.CHANGE, ("planentry", entry.pk))


def remove_entry(acting: Acting, *, entry: Entry) -> None:
    """Remove an entry from the draft; measures for a removed goal stay."""
    plan = draft_locked(acting, entry.plan)
    Entry.objects.filter(pk=entry.pk).delete()
    log_plan_act(acting, plan, Act.ENTRY_REMOVED, RecordKind.DELETE, ("planentry", entry.pk))


def add_measure(acting: Acting, *, plan: Plan, terms: MeasureTerms) -> Measure:
    """Add a measure to the draft.

    Raises ``Refused`` for a period that ends before it starts, somebody responsible of another institution, or a
    labour-market measure that the current phase excludes.
    """
    plan = draft_locked(acting, plan)
    _check_terms(plan, terms)
    measure = insert_without_returning(
        Measure(plan=plan, dossier=plan.dossier, language=own_language(), **_columns(terms))
    )
    log_plan_act(acting, plan, Act.MEASURE_WRITTEN, RecordKind.STORE, ("measure", measure.pk))
    return measure


def change_measure(acting: Acting, *, measure: Measure, terms: MeasureTerms, version: int) -> None:
    """Change a measure of the draft; raises ``Conflict`` with both texts when somebody saved first."""
    plan = draft_locked(acting, measure.plan)
    _check_terms(plan, terms)
    save_line(measure, _columns(terms), version)
    log_plan_act(acting, plan, Act.MEASURE_CHANGED, RecordKind.CHANGE, ("measure", measure.pk))


def remove_measure(acting: Acting, *, measure: Measure) -> None:
    """Remove a measure from the draft."""
    plan = draft_locked(acting, measure.plan)
    Measure.objects.filter(pk=measure.pk).delete()
    log_plan_act(acting, plan, Act.MEASURE_REMOVED, RecordKind.DELETE, ("measure", measure.pk))


def drop_plan(acting: Acting, *, plan: Plan) -> None:
    """Discard a draft; a binding version remains binding."""
    plan = plan_locked(acting, plan)
    move_to(plan, State.DROPPED)
    record_plan_event(acting, plan, Act.DROPPED, RecordKind.CHANGE)


def record_progress(acting: Acting, *, measure: Measure, state: MeasureState, result: str, version: int) -> None:
    """Record state and result of a measure of the binding plan; raises ``Conflict`` when somebody saved first."""
    plan = plan_locked(acting, measure.plan)
    if plan.state != State.BINDING:
        raise Refused(_("The progress of a measure is recorded once its plan is binding."))
    save_line(measure, {"state": state, "result": result}, version)
    # A version in preparation starts from the same progress.
    Measure.objects.filter(
        dossier=plan.dossier, line=measure.line, plan__kind=plan.kind, plan__state__in=rules.IN_THE_MAKING
    ).update(state=state, result=result)
    record_plan_event(
        acting,
        plan,
        Act.PROGRESS,
        RecordKind.CHANGE,
        about=("measure", measure.pk),
        category=DataCategory(measure.category),
        text=f"{measure.title}: {state.label}",
    )
    if measure.is_for_labour_market:
        report_labour_measures(acting, plan)


def _open_version(
    acting: Acting, dossier: Dossier, kind: Kind, *, previous: Plan | None = None, review_on: date | None = None
) -> Plan:
    last = Plan.objects.filter(dossier=dossier, kind=kind).order_by("-number").values_list("number", flat=True).first()
    return Plan.objects.create(
        dossier=dossier,
        kind=kind,
        number=(last or 0) + 1,
        previous=previous,
        review_on=review_on,
        language=own_language(),
        begun_by_id=acting.own_staff_id,
    )


def _columns(terms: MeasureTerms) -> dict[str, Any]:
    return {name.name: getattr(terms, name.name) for name in fields(terms)}


def _check_terms(plan: Plan, terms: MeasureTerms) -> None:
    if terms.is_for_labour_market:
        check_labour_measures_allowed(plan)
    rules.check_days(terms.from_on, terms.until_on)
    if terms.staff is not None and terms.staff.institution_id != terms.institution.pk:
        raise Refused(_("Choose somebody who works for the responsible institution."))
