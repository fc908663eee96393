"""Appointments and invitations, roles with a second person's approval, and the end of an appointment."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments import rules
from suone.organisation.appointments.acts import Act
from suone.organisation.appointments.models import Appointment, HeldRole, Invitation
from suone.organisation.appointments.queries import as_colleague, colleagues_and_administrators
from suone.organisation.appointments.rules import Colleague, hash_of_key
from suone.organisation.institutions.models import Institution, Office, Region


@dataclass(frozen=True, slots=True)
class Post:
    """Where somebody works, for what percentage, and from when until when (both days included)."""

    first_name: str
    last_name: str
    office: Office | None = None
    region: Region | None = None
    percentage: int | None = None
    function: str = ""
    phone: str = ""
    active_from: date | None = None
    active_until: date | None = None


def appoint(
    acting: Acting,
    *,
    institution: Institution,
    post: Post,
    address: str,
    roles: Iterable[Role] = (),
    language: str = "de",
) -> tuple[Appointment, str]:
    """Appoint somebody and invite them; returns the appointment and the token of their link, which is not stored.

    A second invitation of the same address, in any spelling, renews the first: same appointment, new link. Raises
    ``Refused`` if the account already works there or a role may not be given.
    """
    address = one_spelling(address)
    _check_post(institution, post)
    if _works_there(institution, address, on=acting.today):
        raise Refused(_("This account already works for this institution."))
    invited = _open_invitation(institution, address)
    if invited is not None:
        return invited.appointment, renew_invitation(acting, invitation=invited)
    appointment = Appointment.objects.create(
        institution=institution, email=address, **{name: getattr(post, name) for name in Post.__slots__}
    )
    record(
        acting,
        kind=RecordKind.STORE,
        act=Act.APPOINTED,
        about=("appointment", appointment.pk),
        recipients=[institution.pk],
        details={"after": _facts(appointment)},
    )
    for role in roles:
        give_role(acting, appointment=appointment, role=role, valid_from=post.active_from or acting.today)
    return appointment, invite(acting, appointment=appointment, address=address, language=language)


def invite(acting: Acting, *, appointment: Appointment, address: str, language: str = "de") -> str:
    """Create the one-time link for an appointment and return its token; raises ``Refused`` if it was already accepted."""
    if appointment.user_id is not None:
        raise Refused(_("This appointment has been accepted: its holder can set a new password without help."))
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        appointment=appointment,
        institution_id=appointment.institution_id,
        address=one_spelling(address),
        language=language,
        token_hash=hash_of_key(token),
        sent_by_id=acting.staff_id,
        expires_at=_expiry(),
    )
    _record_invitation(acting, invitation)
    return token


def renew_invitation(acting: Acting, *, invitation: Invitation) -> str:
    """Replace the link of an invitation and return the new token; the previous link no longer works."""
    token = secrets.token_urlsafe(32)
    Invitation.objects.filter(pk=invitation.pk).update(
        token_hash=hash_of_key(token), sent_by=acting.staff_id, sent_at=timezone.now(), expires_at=_expiry()
    )
    _record_invitation(acting, invitation)
    return token


@dataclass(frozen=True, slots=True)
class Opened:
    """What the link of an invitation leads to."""

    invitation_id: int
    appointment_id: int
    institution: Institution
    address: str
    account_id: int | None  # the account that already has this address


def open_invitation(token: str) -> Opened | None:
    """What a link leads to; None if it is forged, used, withdrawn or expired."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM appointments_invitation_of(%s)", [token])
        row = cursor.fetchone()
    if row is None:
        return None
    return Opened(row[0], row[1], Institution.objects.get(pk=row[2]), row[3], row[4])


def accept_invitation(acting: Acting, *, token: str, account: User) -> None:
    """Take up the appointment with the account of the invited address; raises ``Refused`` for any other account."""
    opened = open_invitation(token)
    if opened is None or opened.account_id != account.pk:
        raise Refused(_("This link is for another address: log out, and open it again."))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT appointments_accept_invitation(%s, %s)", [token, account.pk])
    except IntegrityError as error:
        raise Refused(
            _("You gave or approved a role of this appointment, or work there already: ask the administrator.")
        ) from error
    record(
        acting,
        kind=RecordKind.CHANGE,
        act=Act.INVITATION_ACCEPTED,
        about=("appointment", opened.appointment_id),
        recipients=[opened.institution.pk],
        details={"account": account.pk},
    )


def give_role(
    acting: Acting, *, appointment: Appointment, role: Role, valid_from: date, valid_until: date | None = None
) -> HeldRole:
    """Give a role from the first to the last day; one that gives wide access takes effect when a second person approves.

    Raises ``Refused`` if the acting person does not administer the role or holds the appointment, or the days overlap.
    """
    if valid_until is not None and valid_until < valid_from:
        raise Refused(_("The last day must not be before the first."))
    me, holder, working = _sides(acting, appointment)
    if me is None or not rules.may_give(me, role, holder, working):
        raise Refused(
            _("You may not give this role: only those who administer it can, and nobody can give one to themselves.")
        )
    before = _codes(appointment, on=acting.today)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT appointments_give_role(%s, %s, %s, %s)", [appointment.pk, role.value, valid_from, valid_until]
            )
            (number,) = cursor.fetchone()
    except IntegrityError as error:
        raise Refused(_("This role is already given for some of these days.")) from error
    held = HeldRole.objects.get(pk=number)
    _record_role(acting, Act.ROLE_GIVEN, held, before)
    return held


def approve_role(acting: Acting, *, held: HeldRole) -> None:
    """Approve a role as the second person: it takes effect now. Raises ``Refused`` for its giver, its holder, or others."""
    me, holder, working = _sides(acting, held.appointment)
    giver = held.given_by_account_id
    if me is None or giver is None or not rules.may_approve(me, Role(held.role), holder, giver, working):
        raise Refused(_("You may not approve this role: giver, approver and holder must be three different persons."))
    before = _codes(held.appointment, on=acting.today)
    if not _call("appointments_approve_role(%s)", held.pk):
        raise Refused(_("This role no longer waits for approval."))
    _record_role(acting, Act.ROLE_APPROVED, held, before)


def end_role(acting: Acting, *, held: HeldRole, last_day: date | None = None) -> None:
    """End a role, at once or after ``last_day``; or decline one that awaits approval. Raises ``Refused`` if not allowed."""
    if last_day is not None and last_day < acting.today:
        raise Refused(_("Choose a day that is not in the past."))
    me, holder, working = _sides(acting, held.appointment)
    role, giver = Role(held.role), held.given_by_account_id
    waits = held.needs_approval and held.approved_at is None and not held.is_beginning and giver is not None
    may = me is not None and (
        rules.may_end(me, role, holder, working)
        or (waits and giver is not None and rules.may_approve(me, role, holder, giver, working))
    )
    if not may:
        raise Refused(_("You may not end this role: only those who administer it can, and nobody can end their own."))
    before = _codes(held.appointment, on=acting.today)
    if not _call("appointments_end_role(%s, %s)", held.pk, last_day):
        raise Refused(_("This role has already ended."))
    _record_role(acting, Act.ROLE_ENDED, held, before)


def change_post(
    acting: Acting, *, appointment: Appointment, office: Office | None, region: Region | None, percentage: int | None
) -> None:
    """Change office, region or percentage of an appointment; its institution and account never change.

    Raises ``Refused`` if the acting person does not administer it, it has ended, or nothing changes.
    """
    check_may_administer(acting, appointment)
    if appointment.has_ended(on=acting.today):
        raise Refused(_("This appointment has already ended."))
    if office is not None and office.institution_id != appointment.institution_id:
        raise Refused(_("Choose an office of the institution."))
    before = _facts(appointment)
    Appointment.objects.filter(pk=appointment.pk).update(office=office, region=region, percentage=percentage)
    appointment.refresh_from_db()
    if before == (after := _facts(appointment)):
        raise Refused(_("Nothing was changed."))
    record(
        acting,
        kind=RecordKind.CHANGE,
        act=Act.APPOINTMENT_CHANGED,
        about=("appointment", appointment.pk),
        recipients=[appointment.institution_id],
        details={"before": before, "after": after},
    )


def end_days(acting: Acting, *, appointment: Appointment, last_day: date | None) -> None:
    """Set the last day of an appointment, or end it at once (None), and withdraw open invitations.

    The caseload must be passed on by the caller (``desk.administration``). Raises ``Refused`` if not allowed.
    """
    if last_day is not None and last_day < acting.today:
        raise Refused(_("Choose a day that is not in the past; without a day it ends at once."))
    if last_day is not None and appointment.active_from is not None and last_day < appointment.active_from:
        raise Refused(_("The last day must not be before the first."))
    check_may_administer(acting, appointment)
    if appointment.has_ended(on=acting.today):
        raise Refused(_("This appointment has already ended."))
    before = _facts(appointment)
    change: dict[str, Any] = {"ended_by": acting.staff_id}
    change |= {"ended_at": timezone.now()} if last_day is None else {"active_until": last_day}
    Appointment.objects.filter(pk=appointment.pk).update(**change)
    Invitation.objects.filter(appointment=appointment, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=timezone.now()
    )
    appointment.refresh_from_db()
    record(
        acting,
        kind=RecordKind.CHANGE,
        act=Act.APPOINTMENT_ENDED,
        about=("appointment", appointment.pk),
        recipients=[appointment.institution_id],
        details={"before": before, "after": _facts(appointment)},
    )


def may_administer(acting: Acting, appointment: Appointment) -> bool:
    """Whether the acting person administers this appointment: never their own."""
    me, holder, working = _sides(acting, appointment)
    if me is None or me.is_same_human_as(holder):
        return False
    return rules.may_administer(me, appointment.institution_id, working)


def may_administer_at(acting: Acting, institution_id: int) -> bool:
    """Whether the acting person administers an institution."""
    working = colleagues_and_administrators(institution_id, on=acting.today)
    me = next((one for one in working if one.appointment == acting.staff_id), None)
    return me is not None and rules.may_administer(me, institution_id, working)


def check_may_administer(acting: Acting, appointment: Appointment) -> None:
    """Raise ``Refused`` unless ``may_administer``."""
    if not may_administer(acting, appointment):
        raise Refused(_("Only an administrator of this institution can do this, and not for themselves."))


def one_spelling(address: str) -> str:
    """An e-mail address in the one spelling under which it is stored."""
    return address.strip().lower()


def _sides(acting: Acting, appointment: Appointment) -> tuple[Colleague | None, Colleague, list[Colleague]]:
    working = colleagues_and_administrators(appointment.institution_id, on=acting.today)
    me = next((one for one in working if one.appointment == acting.staff_id), None)
    return me, as_colleague(appointment, on=acting.today), working


def _call(function: str, *values: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}", values)
        return bool(cursor.fetchone()[0])


def _check_post(institution: Institution, post: Post) -> None:
    if post.office is not None and post.office.institution_id != institution.pk:
        raise Refused(_("Choose an office of the institution."))
    if post.active_from and post.active_until and post.active_until < post.active_from:
        raise Refused(_("The last day must not be before the first."))


def _works_there(institution: Institution, address: str, *, on: date) -> bool:
    own = Appointment.objects.filter(institution=institution, user__email__iexact=address)
    return own.working(on=on).exists()


def _open_invitation(institution: Institution, address: str) -> Invitation | None:
    still_open = Invitation.objects.filter(
        institution=institution, address=address, accepted_at=None, withdrawn_at=None
    )
    return still_open.select_related("appointment").first()


def _expiry() -> Any:
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


def _facts(appointment: Appointment) -> dict[str, object]:
    return {
        "institution": appointment.institution_id,
        "account": appointment.user_id,
        "office": appointment.office_id,
        "region": appointment.region_id,
        "percentage": appointment.percentage,
        "from": appointment.active_from.isoformat() if appointment.active_from else None,
        "until": appointment.active_until.isoformat() if appointment.active_until else None,
        "ended": appointment.ended_at is not None,
    }


def _codes(appointment: Appointment, *, on: date) -> list[str]:
    return sorted(appointment.roles_on(on))


def _record_role(acting: Acting, act: Act, held: HeldRole, before: list[str]) -> None:
    record(
        acting,
        kind=RecordKind.CHANGE,
        act=act,
        about=("appointment", held.appointment_id),
        recipients=[held.appointment.institution_id],
        details={
            "role": held.role,
            "held": held.pk,
            "before": before,
            "after": _codes(held.appointment, on=acting.today),
        },
    )


def _record_invitation(acting: Acting, invitation: Invitation) -> None:
    record(
        acting,
        kind=RecordKind.CHANGE,
        act=Act.INVITED,
        about=("appointment", invitation.appointment_id),
        recipients=[invitation.institution_id],
        details={"invitation": invitation.pk},
    )
