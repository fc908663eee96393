"""Ending an appointment, passing a caseload on, and notifying those who approve roles."""

from datetime import date, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.desk.administration.acts import Act
from suone.desk.administration.queries import Caseload, approvers_of, caseload_of, possible_successors
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.ground.entrances.drafts import forget_of as forget_drafts_of
from suone.organisation.appointments import appointing
from suone.organisation.appointments.models import Appointment, HeldRole, PartnerSystem
from suone.organisation.appointments.queries import staff_to_notify
from suone.organisation.appointments.services import create_partner_system
from suone.organisation.institutions.models import Institution
from suone.organisation.signin.queries import is_paused
from suone.organisation.signin.services import change_address, unlock
from suone.records.inbox.services import notify_staff


def give_role(
    acting: Acting, *, appointment: Appointment, role: Role, valid_from: date, valid_until: date | None = None
) -> HeldRole:
    """Give a role, and notify its possible approvers if it needs approval."""
    held = appointing.give_role(
        acting, appointment=appointment, role=role, valid_from=valid_from, valid_until=valid_until
    )
    if held.needs_approval:
        notify_staff(acting, staff_ids=approvers_of(held, acting), act=Act.APPROVAL_ASKED, dossier=None)
    return held


def change_log_in_address(acting: Acting, *, appointment: Appointment, address: str) -> None:
    """A colleague logs in with another address from now on; the old one is written to."""
    change_address(acting, user=_account_of(acting, appointment), address=address)


def unlock_log_in(acting: Acting, *, appointment: Appointment) -> None:
    """Let a colleague whose log-in is paused after failures try again at once.

    Raises ``Refused`` if it is not paused, or if somebody else administers an institution where the account works.
    """
    user = _account_of(acting, appointment)
    if not is_paused(user):
        raise Refused(_("This log-in is not paused."))
    unlock(acting, user=user)


def _account_of(acting: Acting, appointment: Appointment) -> User:
    """The account behind an appointment, for whoever administers every place where it works today."""
    appointing.check_may_administer(acting, appointment)
    if appointment.user is None:
        raise Refused(_("Nobody has taken up this appointment yet: send a new link instead."))
    for other in Appointment.objects.filter(user=appointment.user).working(on=acting.today).exclude(pk=appointment.pk):
        if not appointing.may_administer(acting, other):
            raise Refused(_("This account also works elsewhere: its owner changes the log-in, or that administrator."))
    return appointment.user


def create_key(
    acting: Acting, *, institution: Institution, name: str, responsible: Appointment, valid_until: date | None
) -> tuple[PartnerSystem, str]:
    """Create a key for a partner's system, and notify the colleague who answers for it; returns both.

    Raises ``Refused`` as ``create_partner_system`` does.
    """
    system, key = create_partner_system(
        acting, institution=institution, name=name, responsible=responsible, valid_until=valid_until
    )
    notify_staff(acting, staff_ids=[responsible.pk], act=Act.KEY_CREATED, dossier=None)
    return system, key


def end_appointment(acting: Acting, *, appointment: Appointment, last_day: date | None) -> None:
    """Set the last day of an appointment, or end it at once, which also unassigns its open work items."""
    appointing.end_days(acting, appointment=appointment, last_day=last_day)
    if last_day is None:
        _release(acting, appointment)


def pass_on(acting: Acting, *, leaver: Appointment, successor: Appointment) -> Caseload:
    """Pass the whole caseload on to a colleague; grants to a named person and health data are never passed.

    Returns what was passed. Raises ``Refused`` unless the successor is a colleague who may lead cases.
    """
    appointing.check_may_administer(acting, leaver)
    if not possible_successors(acting, leaver).filter(pk=successor.pk).exists():
        raise Refused(
            _(
                "Choose a colleague of the same institution who may lead cases; you cannot pass a caseload on to yourself."
            )
        )
    passed = caseload_of(leaver)
    with connection.cursor() as cursor:
        cursor.execute("SELECT administration_pass_on(%s, %s)", [leaver.pk, successor.pk])
        (passing,) = cursor.fetchone()
    record(
        acting,
        kind=RecordKind.CHANGE,
        act=Act.CASELOAD_PASSED,
        about=("appointment", leaver.pk),
        recipients=[leaver.institution_id],
        details={"passing": passing, "to": successor.pk, **passed.passes, "named_consents": passed.named_consents},
    )
    notify_staff(acting, staff_ids=[successor.pk], act=Act.CASELOAD_PASSED, dossier=None)
    return passed


def release_items_of_leavers(acting: Acting) -> int:
    """Unassign open items of staff whose last day is over, as a job; returns how many people had any.

    What they had typed and not sent is deleted, also of those whose appointment ended at once.
    """
    yesterday = acting.today - timedelta(days=1)
    left = Appointment.objects.filter(active_until__lte=yesterday, active_until__gt=yesterday - timedelta(days=30))
    at_once = Appointment.objects.filter(ended_at__gt=timezone.now() - timedelta(days=30))
    forget_drafts_of([*left.values_list("pk", flat=True), *at_once.values_list("pk", flat=True)])
    return sum(_release(acting, appointment) > 0 for appointment in left.select_related("institution"))


def _release(acting: Acting, appointment: Appointment) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT administration_release_items(%s)", [appointment.pk])
        (released,) = cursor.fetchone()
    if released:
        record(
            acting,
            kind=RecordKind.CHANGE,
            act=Act.ITEMS_LEFT,
            about=("appointment", appointment.pk),
            recipients=[appointment.institution_id],
            details={"items": released},
        )
        office = Institution.objects.filter(is_iiz_office=True).values_list("pk", flat=True)
        region = appointment.region_id or (appointment.office.region_id if appointment.office else None)
        recipients = staff_to_notify({*office, appointment.institution_id}, region, on=acting.today)
        notify_staff(acting, staff_ids=recipients, act=Act.ITEMS_LEFT, dossier=None)
    return int(released)
