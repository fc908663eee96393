"""Finding a date: proposing dates, answering them, setting the date."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.casework.meetings import rules
from suone.casework.meetings.acts import Act
from suone.casework.meetings.models import DateAnswer, DateProposal, Invitee, InviteeRole, Meeting
from suone.casework.meetings.rules import Answer, State, Suits
from suone.casework.meetings.services.shared import (
    check_can_manage,
    check_own_invitation,
    day_of,
    lock_meeting,
    notify_convener,
    notify_invitees,
    record_meeting_event,
)
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Conflict, Refused


def propose_dates(acting: Acting, *, meeting: Meeting, proposals: Sequence[datetime], answer_until: date) -> None:
    """Propose further dates, to be answered by ``answer_until``; raises ``Refused`` once a date is set."""
    meeting = lock_meeting(meeting)
    check_can_manage(acting, meeting)
    if meeting.state != State.PLANNING:
        raise Refused(_("The date of this meeting has already been set."))
    rules.check_proposals(proposals, answer_until, on=acting.today)
    known = set(DateProposal.objects.filter(meeting=meeting).values_list("starts_at", flat=True))
    if known & set(proposals):
        raise Refused(_("A date has been proposed twice."))
    keep_proposals(meeting, proposals)
    Meeting.objects.filter(pk=meeting.pk).update(answer_until=answer_until, all_answered_at=None)
    record_meeting_event(acting, meeting, Act.DATES_PROPOSED)
    notify_invitees(acting, meeting, Act.DATES_PROPOSED)


def answer_dates(acting: Acting, *, invitee: Invitee, answers: Mapping[int, Suits]) -> None:
    """Answer the proposed dates; ``answers`` are by proposal id.

    The last missing answer notifies the convener, exactly once even if several people answer at the same time. Raises
    ``Refused`` once a date is set.
    """
    meeting = lock_meeting(invitee.meeting)
    check_own_invitation(acting, invitee)
    if meeting.state != State.PLANNING:
        raise Refused(_("The date of this meeting has already been set."))
    for proposal in DateProposal.objects.filter(meeting=meeting, pk__in=answers):
        DateAnswer.objects.update_or_create(
            proposal=proposal,
            invitee_id=invitee.pk,
            defaults={"suits": answers[proposal.pk], "staff_id": acting.own_staff_id, "at": timezone.now()},
        )
    record_meeting_event(
        acting, meeting, Act.DATES_ANSWERED, about=("invitee", invitee.pk), text=invitee.institution.name
    )
    report_if_all_answered(acting, meeting)


def report_if_all_answered(acting: Acting, meeting: Meeting) -> None:
    """Notify the convener, once, when no answer to the proposed dates is missing any more."""
    if meeting.state != State.PLANNING:
        return
    with connection.cursor() as cursor:
        # Checked in the database: the last to answer may not be able to read the other answers.
        cursor.execute("SELECT meetings_last_answer(%s)", [meeting.pk])
        (is_last,) = cursor.fetchone()
    if is_last:
        record_meeting_event(acting, meeting, Act.ALL_ANSWERED)
        notify_convener(acting, meeting, Act.ALL_ANSWERED)


def fix_date(acting: Acting, *, meeting: Meeting, starts_at: datetime, version: int) -> None:
    """Set the date of a meeting, or reschedule it, and notify everybody invited.

    Those whom the date suited count as accepting; the others are asked again. Raises ``Conflict`` when somebody else set
    it first, ``Refused`` once the meeting is over.
    """
    meeting = lock_meeting(meeting)
    check_can_manage(acting, meeting)
    rules.check_can_move(State(meeting.state), State.SCHEDULED)
    moved = Meeting.objects.filter(pk=meeting.pk, version=version).update(
        state=State.SCHEDULED, starts_at=starts_at, version=F("version") + 1
    )
    if not moved:
        label = str(_("Begins"))
        raise Conflict(
            current={label: day_of(meeting)},
            submitted={label: f"{timezone.localtime(starts_at):%d.%m.%Y, %H:%M}"},
            about=meeting,
        )
    meeting.refresh_from_db()
    _update_answers(meeting, starts_at)
    _extend_guest_links(meeting)
    record_meeting_event(acting, meeting, Act.DATE_FIXED, text=day_of(meeting))
    notify_invitees(acting, meeting, Act.DATE_FIXED)


def keep_proposals(meeting: Meeting, proposals: Sequence[datetime]) -> None:
    """Store proposed dates."""
    for starts_at in proposals:
        DateProposal.objects.create(meeting=meeting, dossier_id=meeting.dossier_id, starts_at=starts_at)


def _update_answers(meeting: Meeting, starts_at: datetime) -> None:
    """Count those whom the date suited as accepting, and await an answer from the others."""
    suited = DateAnswer.objects.filter(
        proposal__meeting=meeting, proposal__starts_at=starts_at, suits__in=[Suits.YES, Suits.IF_NEED_BE]
    ).values_list("invitee_id", flat=True)
    asked = Invitee.objects.filter(meeting=meeting, role=InviteeRole.INVITED).exclude(answer=Answer.WITHDRAWN)
    asked.filter(pk__in=list(suited)).update(answer=Answer.ACCEPTED)
    asked.exclude(pk__in=list(suited)).exclude(answer=Answer.DECLINED).update(answer=Answer.WAITING)


def _extend_guest_links(meeting: Meeting) -> None:
    """Keep guests' links valid until the end of the meeting's day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT meetings_let_guests_in(%s)", [meeting.pk])
