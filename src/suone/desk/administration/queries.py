"""Who works at an institution with which roles, what waits for approval, and what hangs on somebody."""

from dataclasses import dataclass, fields
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Prefetch, Q
from django.http import Http404
from django.utils import timezone

from suone.desk.administration.models import CaseloadPassing
from suone.ground.access.acting import Acting
from suone.ground.access.permissions import STAFF_ROLES, Permission, Role
from suone.organisation.appointments import rules
from suone.organisation.appointments.models import (
    Appointment,
    AppointmentQuerySet,
    ContactPerson,
    HeldRole,
    Invitation,
    PartnerSystem,
)
from suone.organisation.appointments.queries import as_colleague, colleagues, colleagues_and_administrators
from suone.organisation.institutions.models import Institution


@dataclass(frozen=True, slots=True)
class Listed:
    """An appointment as its administrator sees it."""

    appointment: Appointment
    roles: list[HeldRole]  # in force, or waiting for approval
    is_stale: bool  # nobody has logged in for a long while
    invitation: Invitation | None
    keys: list[PartnerSystem]  # of partners' systems for which they answer


def institution_for(acting: Acting, institution_id: int) -> Institution:
    """The own institution, or any for actors who oversee all of them; raises ``Http404`` otherwise."""
    institution = Institution.objects.filter(pk=institution_id).first()
    if institution is None or not (
        institution.pk == acting.institution_id or acting.may(Permission.APPOINTMENT_OVERSEE)
    ):
        raise Http404
    return institution


def appointment_for(acting: Acting, staff_id: int) -> Appointment:
    """An appointment that the acting person may see; raises ``Http404`` for any other."""
    appointment = Appointment.objects.select_related("institution", "office", "user").filter(pk=staff_id).first()
    if appointment is None:
        raise Http404
    institution_for(acting, appointment.institution_id)
    return appointment


def role_for(acting: Acting, role_id: int) -> HeldRole:
    """A held role that the acting person may see; raises ``Http404`` for any other."""
    held = HeldRole.objects.select_related("appointment__institution").filter(pk=role_id).first()
    if held is None:
        raise Http404
    institution_for(acting, held.appointment.institution_id)
    return held


def appointments_of(acting: Acting, institution: Institution, *, staff_id: int | None = None) -> list[Listed]:
    """Everybody who works at an institution or is about to, with roles, invitation and keys."""
    on = acting.today
    held = HeldRole.objects.filter(Q(valid_until=None) | Q(valid_until__gte=on), ended_at=None)
    held = held.select_related("given_by", "approved_by").order_by("role")
    found = Appointment.objects.filter(institution=institution).select_related("office", "region", "user")
    found = found.prefetch_related(Prefetch("held_roles", held), "partner_systems", "invitations")
    if staff_id is None:
        found = found.filter(
            Q(active_until=None) | Q(active_until__gte=on) | Q(partner_systems__ended_at=None)
        ).distinct()
    else:
        found = found.filter(pk=staff_id)
    long_ago = timezone.now() - timedelta(days=settings.STALE_ACCOUNT_DAYS)
    listed = []
    for one in found:
        keys = [key for key in one.partner_systems.all() if key.ended_at is None]
        if staff_id is None and one.has_ended(on=on) and not keys:
            continue
        seen = (one.user.last_login or one.user.date_joined) if one.user else None
        still_open = [i for i in one.invitations.all() if i.accepted_at is None and i.withdrawn_at is None]
        listed.append(
            Listed(
                one,
                list(one.held_roles.all()),
                seen is not None and seen < long_ago,
                next(iter(still_open), None),
                keys,
            )
        )
    return listed


def contact_entries(institution: Institution) -> list[ContactPerson]:
    """Every entry of an institution, of leavers too."""
    entries = ContactPerson.objects.filter(institution=institution).select_related("region", "staff", "deputy")
    return list(entries.order_by("region__position", "position", "pk"))


def contact_entry(acting: Acting, contact_id: int) -> ContactPerson:
    """A contact-person entry that the acting person may see; raises ``Http404`` for any other."""
    entry = ContactPerson.objects.select_related("institution", "staff", "deputy").filter(pk=contact_id).first()
    if entry is None:
        raise Http404
    institution_for(acting, entry.institution_id)
    return entry


def systems_of(institution: Institution) -> list[PartnerSystem]:
    """The systems of an institution that have or had a key, the newest first."""
    systems = PartnerSystem.objects.filter(institution=institution).select_related("responsible")
    return list(systems.order_by("-pk"))


def system_for(acting: Acting, system_id: int) -> PartnerSystem:
    """A system that the acting person may see; raises ``Http404`` for any other."""
    system = PartnerSystem.objects.filter(pk=system_id).first()
    if system is None:
        raise Http404
    institution_for(acting, system.institution_id)
    return system


def waiting_for(acting: Acting) -> list[HeldRole]:
    """Roles that the acting person may approve."""
    waiting = HeldRole.objects.waiting(on=acting.today).select_related("appointment__institution", "given_by")
    if not acting.may(Permission.APPOINTMENT_OVERSEE):
        waiting = waiting.filter(appointment__institution_id=acting.own_institution_id)
    return [held for held in waiting.order_by("pk") if acting.staff_id in approvers_of(held, acting)]


def approvers_of(held: HeldRole, acting: Acting) -> list[int]:
    """Who may approve a role, by their appointments; never its giver, and never its holder."""
    working = colleagues_and_administrators(held.appointment.institution_id, on=acting.today)
    holder = as_colleague(held.appointment, on=acting.today)
    giver = held.given_by_account_id
    return [
        one.appointment
        for one in working
        if giver is not None and rules.may_approve(one, Role(held.role), holder, giver, working)
    ]


def roles_to_give(acting: Acting, appointment: Appointment) -> list[Role]:
    """The roles that the acting person may give this appointment."""
    working = colleagues_and_administrators(appointment.institution_id, on=acting.today)
    me = next((one for one in working if one.appointment == acting.staff_id), None)
    holder = as_colleague(appointment, on=acting.today)
    return [role for role in STAFF_ROLES if me is not None and rules.may_give(me, role, holder, working)]


def possible_successors(acting: Acting, leaver: Appointment) -> AppointmentQuerySet:
    """Colleagues who may lead cases, and so take over a caseload; never whoever passes it on."""
    working = colleagues(leaver.institution_id, on=acting.today).who_can(Permission.CASE_LEAD)
    return working.exclude(pk=leaver.pk).exclude(user=None).exclude(user=acting.user_id)


def passed_on(appointment: Appointment) -> list[CaseloadPassing]:
    """To whom the caseload of an appointment passed, the latest first."""
    return list(CaseloadPassing.objects.filter(leaver=appointment).select_related("successor", "given_by"))


@dataclass(frozen=True, slots=True)
class Caseload:
    """What an appointment is responsible for, in numbers: the first five pass to a successor, the others never do."""

    leads: int
    followed: int
    items: int
    requests: int
    meetings: int
    health_items: int
    named_grants: int
    named_consents: int

    @property
    def passes(self) -> dict[str, int]:
        """What passes to a successor, in numbers by its name."""
        return {name: getattr(self, name) for name in ("leads", "followed", "items", "requests", "meetings")}


def caseload_of(appointment: Appointment) -> Caseload:
    """What passing a caseload on would pass, for administrators of the institution."""
    columns = ", ".join(column.name for column in fields(Caseload))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM administration_caseload(%s)", [appointment.pk])  # noqa: S608 - names of fields
        return Caseload(*cursor.fetchone())
