"""Following up finished minutes: writing entries into a plan, ordering services from mandates."""

from django.utils.translation import gettext as _

from suone.casework.meetings import rules
from suone.casework.meetings.acts import Act
from suone.casework.meetings.models import Entry
from suone.casework.meetings.rules import EntryKind, Section
from suone.casework.meetings.services.minutes import record_entry_event
from suone.casework.meetings.services.shared import lock_meeting
from suone.casework.plans.models import Plan
from suone.casework.plans.rules import EntryKind as PlanSection
from suone.casework.plans.rules import Kind as PlanKind
from suone.casework.plans.services import MeasureTerms, add_entry, add_measure, draft_for
from suone.casework.support.models import Service
from suone.casework.support.rules import Kind as ServiceKind
from suone.casework.support.services import Order, order_service
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Refused
from suone.organisation.appointments.models import Appointment
from suone.records.dossiers.models import Dossier
from suone.records.workitems.services import complete


def write_into_plan(acting: Acting, *, entry: Entry, kind: PlanKind, section: Section) -> Plan:
    """Write an entry of the minutes into the draft of a plan, as a measure or into another section; returns the plan.

    Raises ``Refused`` as ``rules.check_can_follow_up`` says, or for a measure without somebody responsible.
    """
    dossier = _case_to_follow_up(acting, entry, is_done=entry.plan_id is not None)
    rules.check_section(section, has_responsible=entry.responsible_id is not None)
    plan = draft_for(acting, dossier=dossier, kind=kind)
    category = DataCategory(entry.category)
    if section is Section.MEASURE and entry.responsible is not None:
        terms = MeasureTerms(
            title=entry.text[:300], institution=entry.responsible, category=category, until_on=entry.due_on
        )
        add_measure(acting, plan=plan, terms=terms)
    else:
        add_entry(acting, plan=plan, kind=PlanSection(section.value), text=entry.text, category=category)
    Entry.objects.filter(pk=entry.pk).update(plan_id=plan.pk)
    record_entry_event(acting, entry, Act.WRITTEN_INTO_PLAN)
    return plan


def order_from_mandate(
    acting: Acting,
    *,
    entry: Entry,
    kind: ServiceKind,
    staff: Appointment,
    variant: str = "",
    second: Appointment | None = None,
) -> Service:
    """Order the service that a mandate of the minutes requires, with its text as the question.

    The mandate's own work item is completed. Raises ``Refused`` as ``rules.check_can_follow_up`` and ordering do.
    """
    dossier = _case_to_follow_up(acting, entry, is_done=entry.service_id is not None)
    if entry.kind != EntryKind.MANDATE:
        raise Refused(_("Only a mandate becomes a service."))
    category = DataCategory(entry.category)
    order = Order(kind=kind, staff=staff, question=entry.text, category=category, variant=variant, second=second)
    service = order_service(acting, dossier=dossier, order=order)
    Entry.objects.filter(pk=entry.pk).update(service_id=service.pk)
    # The service sets its own work item: nobody is asked twice for the same thing.
    if entry.work_item is not None and entry.work_item.is_open:
        complete(acting, item=entry.work_item, reason=_("ordered as a service"))
    record_entry_event(acting, entry, Act.ORDERED)
    return service


def _case_to_follow_up(acting: Acting, entry: Entry, *, is_done: bool) -> Dossier:
    """Lock meeting and case, and return the case of an entry that can be followed up now."""
    meeting = lock_meeting(entry.meeting)
    rules.check_can_follow_up(
        EntryKind(entry.kind),
        is_finished=meeting.minutes_finished_at is not None,
        has_case=entry.dossier_id is not None,
        is_own=entry.institution_id == acting.institution_id,
        is_done=is_done,
    )
    return Dossier.objects.get(pk=entry.dossier_id or 0)
