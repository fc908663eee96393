"""Guests without an account: a link, shown once, that leads only to the invitation."""

import hashlib
import secrets
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

from suone.casework.meetings import rules
from suone.casework.meetings.acts import Act
from suone.casework.meetings.models import Guest, Meeting
from suone.casework.meetings.rules import Answer, State
from suone.casework.meetings.services.shared import check_can_manage, lock_meeting, record_meeting_event
from suone.ground.access.acting import Acting
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.services import end_of, insert_without_returning
from suone.records.inbox.services import notify_staff

# While no date is set: long enough to find one.
_DAYS_WITHOUT_A_DATE = 90


@dataclass(frozen=True, slots=True)
class GuestInvitation:
    """Everything a guest can see."""

    guest_id: int
    meeting_id: int
    dossier_id: int | None
    uid: UUID
    state: str
    starts_at: datetime | None
    minutes: int
    place: str
    host: str
    host_fr: str
    host_person: str
    host_phone: str
    host_staff_id: int
    answer: str
    version: int

    @property
    def host_name(self) -> str:
        """The name of the inviting institution in the guest's language."""
        return self.host_fr if (get_language() or "de").startswith("fr") else self.host

    @property
    def ends_at(self) -> datetime | None:
        """When the meeting ends; ``None`` while it has no date."""
        return self.starts_at + timedelta(minutes=self.minutes) if self.starts_at else None


def invite_guest(acting: Acting, *, meeting: Meeting, name: str, function: str = "", email: str = "") -> str:
    """Invite a guest without an account; returns the token of their link, which is shown once and never stored."""
    meeting = lock_meeting(meeting)
    check_can_manage(acting, meeting)
    rules.check_open(State(meeting.state))
    token = secrets.token_urlsafe(32)
    day = timezone.localdate(meeting.starts_at) if meeting.starts_at else None
    guest = insert_without_returning(
        Guest(
            meeting=meeting,
            dossier_id=meeting.dossier_id,
            institution_id=acting.own_institution_id,
            invited_by_id=acting.own_staff_id,
            name=name,
            function=function,
            email=email,
            token_hash=hash_of(token),
            valid_until=end_of(day or acting.today + timedelta(days=_DAYS_WITHOUT_A_DATE)),
        )
    )
    record_meeting_event(acting, meeting, Act.GUEST_INVITED, kind=RecordKind.STORE, about=("guest", guest.pk))
    return token


def revoke_guest(acting: Acting, *, guest: Guest) -> None:
    """Withdraw a guest's invitation, so that the link no longer opens anything."""
    meeting = lock_meeting(guest.meeting)
    check_can_manage(acting, meeting)
    Guest.objects.filter(pk=guest.pk, revoked_at=None).update(revoked_at=timezone.now())
    record_meeting_event(acting, meeting, Act.GUEST_REVOKED, about=("guest", guest.pk))


def open_invitation(acting: Acting, *, token: str) -> GuestInvitation | None:
    """Return the invitation behind a guest's link, ``None`` for a link that is forged, withdrawn or expired."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM meetings_invitation_of_guest(%s)", [hash_of(token)])
        row = cursor.fetchone()
    if row is None:
        return None
    names = [column.name for column in fields(GuestInvitation)]
    invitation = GuestInvitation(**dict(zip(names, row, strict=True)))
    _log_guest_act(acting, invitation, RecordKind.READ, Act.GUEST_READ)
    return invitation


def answer_as_guest(acting: Acting, *, token: str, accept: bool) -> bool:
    """Record whether a guest will come and notify who invited them; returns whether the link was still valid.

    The same answer again changes nothing and notifies nobody.
    """
    given = Answer.ACCEPTED if accept else Answer.DECLINED
    with connection.cursor() as cursor:
        cursor.execute("SELECT meetings_answer_of_guest(%s, %s)", [hash_of(token), given.value])
        (is_new,) = cursor.fetchone()
    invitation = open_invitation(acting, token=token)
    if invitation is None:
        return False
    if not is_new:
        return invitation.answer == given and rules.is_open(State(invitation.state))
    _log_guest_act(acting, invitation, RecordKind.CHANGE, Act.GUEST_ANSWERED)
    dossier = Dossier(pk=invitation.dossier_id) if invitation.dossier_id else None
    notify_staff(acting, staff_ids=[invitation.host_staff_id], act=Act.GUEST_ANSWERED, dossier=dossier)
    return True


def hash_of(token: str) -> str:
    """Return the SHA-256 of a token; a random token of 256 bits needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _log_guest_act(acting: Acting, invitation: GuestInvitation, kind: RecordKind, act: Act) -> None:
    record(acting, kind=kind, act=act, dossier_id=invitation.dossier_id, about=("guest", invitation.guest_id))
