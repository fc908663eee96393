"""Ordering, starting, completing and cancelling the services of a case, and writing medical reports."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import Fact
from suone.casework.cases.rules import State as CaseState
from suone.casework.cases.services import notify_participants
from suone.casework.leading.services import case_with_course, report_fact
from suone.casework.support import rules
from suone.casework.support.acts import Act
from suone.casework.support.models import Service, ServiceText
from suone.casework.support.queries import case_manager_of, consent_line_of_officer, open_kinds, possible_staff
from suone.casework.support.rules import MANDATE_CATEGORIES, OPEN_STATES, Kind, Part, State, Task
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import RecordKind
from suone.organisation.appointments.models import Appointment
from suone.records.consents.legal_bases import CONSENT
from suone.records.consents.models import ConsentRecipient, DisclosureForm
from suone.records.consents.services import keep_disclosure
from suone.records.dossiers.models import Dossier, OpeningAct
from suone.records.dossiers.queries import has_power
from suone.records.dossiers.services import (
    end_of,
    end_unfounded_grants,
    insert_without_returning,
    lock,
    open_grants,
    record_event,
)
from suone.records.inbox.services import notify_staff
from suone.records.workitems.services import add_work_item, cancel_items_about, close_items_about


@dataclass(frozen=True, slots=True)
class Order:
    """An order for a service: its kind, who is responsible (``second`` for a tandem), and the question to answer."""

    kind: Kind
    staff: Appointment
    question: str
    category: DataCategory = DataCategory.EMPLOYMENT
    variant: str = ""
    second: Appointment | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A medical report: findings for medical officers only, and separately the consequences that partners read."""

    findings: str
    consequences: str
    restrictions: str = ""
    capacity_percent: int | None = None


def order_service(acting: Acting, *, dossier: Dossier, order: Order) -> Service:
    """Order a service for the case and set its work items; a medical mandate opens the case to its officer.

    Raises ``Refused`` when the acting institution does not lead the case, when somebody responsible does not take part
    in it, and as ``rules.check_can_order`` says.
    """
    lock(dossier.pk)
    _check_leads(acting, dossier)
    line = consent_line_of_officer(acting, dossier, order.staff.pk) if order.kind is Kind.MEDICAL_MANDATE else None
    _check_order(acting, dossier, order, has_consent=line is not None)
    service = Service.objects.create(
        dossier=dossier,
        kind=order.kind,
        variant=order.variant,
        ordered_on=acting.today,
        ordered_by_id=acting.own_staff_id,
        ordering_institution_id=acting.own_institution_id,
        institution_id=order.staff.institution_id,
        staff=order.staff,
        second_institution_id=order.second.institution_id if order.second else None,
        second_staff=order.second,
        based_on=line.consent if line else None,
        access_until=end_of(line.consent.valid_until) if line else None,
    )
    _write(acting, service, Part.QUESTION, order.question, order.category)
    if line is not None:
        _open_to_officer(acting, service, line)
    _set_tasks(acting, service)
    _record_event(acting, service, Act.ORDERED, RecordKind.STORE)
    notify_staff(acting, staff_ids=[service.staff_id, service.second_staff_id], act=Act.ORDERED, dossier=dossier)
    report_fact(acting, dossier=dossier, fact=Fact.SERVICE_ORDERED)
    if order.kind is Kind.MEDICAL_MANDATE:
        report_fact(acting, dossier=dossier, fact=Fact.MEDICAL_MANDATE_GIVEN)
    if order.kind is Kind.COACHING:
        report_fact(acting, dossier=dossier, fact=Fact.COACHING_KIND, value=str(order.variant))
    _report_open_services(acting, dossier)
    return service


def start_service(acting: Acting, *, service: Service) -> None:
    """Start an ordered service. Case management passes to the case manager, who draws up the plan.

    Raises ``Refused`` when it has already started or ended, or when no case manager has been named.
    """
    service = _locked(acting, service)
    rules.check_can_move(State(service.state), State.RUNNING)
    manager = case_manager_of(service.dossier)
    rules.check_can_start(Kind(service.kind), has_case_manager=manager is not None)
    Service.objects.filter(pk=service.pk).update(state=State.RUNNING, started_on=acting.today)
    if service.kind == Kind.CASE_MANAGEMENT and manager is not None:
        _assign_to(acting, service, manager)
    _record_event(acting, service, Act.STARTED, RecordKind.CHANGE)


def complete_service(
    acting: Acting,
    *,
    service: Service,
    result: str,
    category: DataCategory = DataCategory.EMPLOYMENT,
    outcome: str = "",
) -> None:
    """Complete a service with its result and close its work items.

    Raises ``Refused`` as ``rules.check_can_complete`` says, and ``Conflict`` with both results when somebody else
    completed it first.
    """
    service = _locked(acting, service)
    rules.check_can_complete(Kind(service.kind), result=result, outcome=outcome)
    if service.state == State.COMPLETED:
        _raise_conflict(service, Part.RESULT, result)
    rules.check_can_move(State(service.state), State.COMPLETED)
    _complete(acting, service, result=result, category=category, outcome=outcome)


def complete_by_meeting(
    acting: Acting,
    *,
    dossier: Dossier,
    kind: Kind,
    result: str = "",
    category: DataCategory = DataCategory.EMPLOYMENT,
) -> Service | None:
    """Complete the oldest open service of a kind that takes place at a meeting, once the meeting has been held.

    Returns the service, or ``None`` when none was ordered. Without ``result`` the minutes are the result.
    """
    lock(dossier.pk)
    services = Service.objects.filter(dossier=dossier, kind=kind, state__in=OPEN_STATES).select_related("dossier")
    service = services.order_by("pk").first() if kind in rules.HELD_AT_MEETINGS else None
    if service is not None:
        _complete(acting, service, result=result, category=category)
    return service


def cancel_service(acting: Acting, *, service: Service, reason: str) -> None:
    """Cancel a service with a reason; the access given by a medical mandate ends at once.

    Raises ``Refused`` without a reason, or when the service has already ended.
    """
    rules.check_reason(reason)
    service = _locked(acting, service)
    rules.check_can_move(State(service.state), State.CANCELLED)
    _write(acting, service, Part.REASON, reason, DataCategory.ADMINISTRATIVE)
    _end(acting, service, State.CANCELLED)
    cancel_items_about(acting, dossier=service.dossier, about=_about(service))
    if service.access_until is not None:
        _shorten_access(acting, service, timezone.now())
    _record_event(acting, service, Act.CANCELLED, RecordKind.CHANGE, reason=reason)
    notify_staff(
        acting, staff_ids=[service.staff_id, service.second_staff_id], act=Act.CANCELLED, dossier=service.dossier
    )
    _report_open_services(acting, service.dossier)


def write_medical_report(acting: Acting, *, service: Service, report: Report) -> None:
    """Complete a medical mandate with its report; partners are notified that it exists, without its content.

    Findings are stored in the health compartment, consequences for fitness and capacity under employment, where
    partners read them (ATSG Art. 47 para 2). The officer keeps access for ``MANDATE_ACCESS_DAYS``. Raises ``Refused``
    for anybody but the named officer, and ``Conflict`` when the report has already been written.
    """
    dossier = lock(service.dossier_id)
    service = Service.objects.get(pk=service.pk)
    rules.check_can_report(
        Kind(service.kind),
        is_named_officer=service.staff_id == acting.staff_id,
        findings=report.findings,
        consequences=report.consequences,
    )
    if service.state == State.COMPLETED:
        _raise_conflict(service, Part.CONSEQUENCES, report.consequences)
    rules.check_can_move(State(service.state), State.COMPLETED)
    _write(acting, service, Part.FINDINGS, report.findings, DataCategory.HEALTH)
    _write(
        acting,
        service,
        Part.CONSEQUENCES,
        report.consequences,
        DataCategory.EMPLOYMENT,
        capacity_percent=report.capacity_percent,
    )
    _write(acting, service, Part.RESTRICTIONS, report.restrictions, DataCategory.EMPLOYMENT)
    _end(acting, service, State.COMPLETED)
    close_items_about(acting, dossier=dossier, about=_about(service))
    _shorten_access(acting, service, end_of(acting.today + timedelta(days=settings.MANDATE_ACCESS_DAYS)))
    _record_event(acting, service, Act.REPORTED, RecordKind.STORE)
    notify_participants(acting, dossier, Act.REPORTED, category=DataCategory.EMPLOYMENT)
    notify_staff(acting, staff_ids=[service.ordered_by_id], act=Act.REPORTED, dossier=dossier)
    report_fact(acting, dossier=dossier, fact=Fact.MEDICAL_REPORT_ON, value=acting.today)
    _report_open_services(acting, dossier)


def renew_mandate_access(acting: Acting, *, service: Service) -> None:
    """Base the medical officer's access on the consent that is valid now, after an older one has ended.

    Raises ``Refused`` when the mandate is closed, no valid consent names the officer, or the acting institution does
    not lead the case.
    """
    dossier = lock(service.dossier_id)
    _check_leads(acting, dossier)
    service = Service.objects.get(pk=service.pk)
    line = consent_line_of_officer(acting, dossier, service.staff_id)
    if service.kind != Kind.MEDICAL_MANDATE or not service.is_open:
        raise Refused(_("Only a medical mandate that is open gives access."))
    if line is None:
        raise Refused(rules.consent_needed())
    service.based_on, service.access_until = line.consent, end_of(line.consent.valid_until)
    service.save(update_fields=["based_on", "access_until"])
    _open_to_officer(acting, service, line)
    _record_event(acting, service, Act.ACCESS_RENEWED, RecordKind.CHANGE)


def _check_leads(acting: Acting, dossier: Dossier) -> None:
    if not has_power(acting, dossier, Power.LEAD):
        raise Refused(_("Only institutions that lead the case can do this: ask the lead."))


def _check_order(acting: Acting, dossier: Dossier, order: Order, *, has_consent: bool) -> None:
    case = case_with_course(dossier.pk)
    people = [order.staff, order.second] if order.second else [order.staff]
    rules.check_can_order(
        kind=order.kind,
        variant=order.variant,
        institutions=[person.institution.kind for person in people],
        level=case.level,
        is_case_active=case.state in (CaseState.ACTIVE, CaseState.IN_AFTERCARE),
        has_consent=has_consent,
        is_medical_officer=Role.MEDICAL_OFFICER in order.staff.roles_on(acting.today),
        open_kinds=open_kinds(dossier),
    )
    if not {person.pk for person in people} <= set(possible_staff(case, order.kind).values_list("pk", flat=True)):
        raise Refused(_("Choose somebody of an institution that takes part in the case."))


def _locked(acting: Acting, service: Service) -> Service:
    """Lock the case and return the service as stored now; refused to all but the lead and the institutions responsible."""
    dossier = lock(service.dossier_id)
    now = Service.objects.select_related("dossier").get(pk=service.pk)
    if acting.institution_id not in (now.institution_id, now.second_institution_id):
        _check_leads(acting, dossier)
    return now


def _complete(acting: Acting, service: Service, *, result: str, category: DataCategory, outcome: str = "") -> None:
    _write(acting, service, Part.RESULT, result, category)
    _end(acting, service, State.COMPLETED, outcome=outcome)
    close_items_about(acting, dossier=service.dossier, about=_about(service))
    _record_event(acting, service, Act.COMPLETED, RecordKind.CHANGE)
    notify_participants(acting, service.dossier, Act.COMPLETED, category=DataCategory.EMPLOYMENT)
    if service.kind == Kind.COACHING:
        report_fact(acting, dossier=service.dossier, fact=Fact.COACHING_CLOSED_ON, value=acting.today)
    _report_open_services(acting, service.dossier)


def _end(acting: Acting, service: Service, then: State, *, outcome: str = "") -> None:
    Service.objects.filter(pk=service.pk).update(state=then, ended_on=acting.today, outcome=outcome)


def _write(
    acting: Acting,
    service: Service,
    part: Part,
    text: str,
    category: DataCategory,
    *,
    capacity_percent: int | None = None,
) -> None:
    """Store a text in its data category unless it is empty; its author need not be able to read that category."""
    if text.strip():
        insert_without_returning(
            ServiceText(
                dossier_id=service.dossier_id,
                service=service,
                part=part,
                category=category,
                text=text.strip(),
                capacity_percent=capacity_percent,
                language=(translation.get_language() or "de")[:2],
                at=timezone.now(),
                staff_id=acting.own_staff_id,
                institution_id=acting.own_institution_id,
            )
        )


def _set_tasks(acting: Acting, service: Service) -> None:
    """Set the service's work items for the person responsible, or the one to name a case manager."""
    for task in rules.TASKS[Kind(service.kind), service.variant]:
        _ask(acting, service, task, service.staff)
    if service.kind == Kind.CASE_MANAGEMENT and case_manager_of(service.dossier) is None:
        _ask(acting, service, rules.NAMING, service.ordered_by)


def _ask(acting: Acting, service: Service, task: Task, staff: Appointment) -> None:
    add_work_item(
        acting,
        dossier=service.dossier,
        title=task.title,
        is_own_words=False,
        due_on=acting.today + timedelta(days=task.days),
        addressed_id=staff.institution_id,
        assigned=staff,
        # The existence of a mandate counts as employment data, which its officer may read as well.
        category=DataCategory.EMPLOYMENT if service.access_until else DataCategory.ADMINISTRATIVE,
        about=_about(service),
        settled_by=task.settled_by,
    )


def _assign_to(acting: Acting, service: Service, manager: Appointment) -> None:
    Service.objects.filter(pk=service.pk).update(staff=manager, institution_id=manager.institution_id)
    close_items_about(acting, dossier=service.dossier, about=_about(service))
    _ask(acting, service, rules.PLANNING, manager)
    notify_staff(acting, staff_ids=[manager.pk], act=Act.STARTED, dossier=service.dossier)


def _open_to_officer(acting: Acting, service: Service, line: ConsentRecipient) -> None:
    """Let only the named officer read and write, health included, within the limits of the consent that names them."""
    open_grants(acting, dossier=service.dossier, act=OpeningAct.MEDICAL_MANDATE, act_id=service.pk)
    if service.institution_id != acting.institution_id:
        keep_disclosure(
            acting,
            dossier=service.dossier,
            basis=CONSENT,
            purpose=line.consent.purpose,
            form=DisclosureForm.ACCESS,
            recipient_id=service.institution_id,
            recipient_staff_id=service.staff_id,
            categories=line.categories & MANDATE_CATEGORIES,
            consent=line.consent,
            access_until=line.consent.valid_until,
        )


def _shorten_access(acting: Acting, service: Service, until: datetime) -> None:
    assert service.access_until is not None
    until = rules.access_end_after_report(opened_until=service.access_until, look_back_until=until)
    Service.objects.filter(pk=service.pk).update(access_until=until)
    end_unfounded_grants(acting, dossier=service.dossier)


def _raise_conflict(service: Service, part: Part, submitted: str) -> None:
    kept = ServiceText.objects.filter(service=service, part=part).values_list("text", flat=True).first()
    label = str(part.label)
    raise Conflict(current={label: kept or ""}, submitted={label: submitted})


def _about(service: Service) -> tuple[str, int]:
    return ("service", service.pk)


def _record_event(acting: Acting, service: Service, act: Act, kind: RecordKind, *, reason: str = "") -> None:
    with translation.override(None):  # untranslated: each reader sees it in their own language
        title = str(Kind(service.kind).label)
    record_event(
        acting,
        dossier=service.dossier,
        kind=kind,
        act=act,
        category=DataCategory.EMPLOYMENT,
        about=_about(service),
        text=reason or title,
        text_language=None if reason else "",
        recipients=[service.institution_id],
    )


def _report_open_services(acting: Acting, dossier: Dossier) -> None:
    """Report the number of open services: a procedure may wait until none is left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT support_running(%s)", [dossier.pk])
        running = cursor.fetchone()[0]
    report_fact(acting, dossier=dossier, fact=Fact.SERVICES_RUNNING, value=running)
