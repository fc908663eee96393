"""Convening a meeting, inviting, answering invitations, cancelling."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import Fact
from suone.casework.leading.services import report_fact
from suone.casework.meetings import rules
from suone.casework.meetings.acts import Act
from suone.casework.meetings.at_the_table import may_be_told, physicians_among
from suone.casework.meetings.models import AgendaPoint, Invitee, InviteeRole, Meeting, Reason
from suone.casework.meetings.queries import conveners_for
from suone.casework.meetings.rules import Answer, Kind, PersonPart, State
from suone.casework.meetings.services.dates import keep_proposals, report_if_all_answered
from suone.casework.meetings.services.shared import (
    case_of,
    check_can_manage,
    check_own_invitation,
    lock_meeting,
    notify_convener,
    notify_invitees,
    record_meeting_event,
    titles_of,
    written_language,
)
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import RecordKind
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, Region
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.services import insert_without_returning, lock


@dataclass(frozen=True, slots=True)
class Seat:
    """An invitation to make: to an institution, or to a named member of its staff."""

    institution: Institution
    staff: Appointment | None = None


@dataclass(frozen=True, slots=True)
class Convocation:
    """The details of a meeting to convene: a time, or proposed dates with a day for the answers. Lengths are in minutes."""

    kind: Kind
    seats: Sequence[Seat]
    region: Region | None = None
    starts_at: datetime | None = None
    proposals: Sequence[datetime] = field(default_factory=tuple)
    answer_until: date | None = None
    minutes: int = 60
    place: str = ""
    person_part: PersonPart = PersonPart.ABSENT
    second_part_after: int | None = None
    exception_reason: str = ""
    points: Sequence[str] = field(default_factory=tuple)


def convene_meeting(acting: Acting, *, convocation: Convocation, dossier: Dossier | None = None) -> Meeting:
    """Convene a meeting, with or without a case, and notify everybody invited.

    Raises ``Refused`` when convener, kind, presence of the person, length, dates or physician do not fit (``rules``), and
    for a network meeting with an institution that may not learn of the person.
    """
    _check(acting, convocation, has_case=dossier is not None)
    rules.check_convener(
        Kind(convocation.kind),
        conveners_for(dossier, on=acting.today),
        roles=acting.roles,
        institution=Institution.objects.get(pk=acting.own_institution_id).kind,
    )
    if dossier is not None:
        dossier = lock(dossier.pk)
        _check_may_be_told(acting, Kind(convocation.kind), dossier, convocation.seats)
    meeting = Meeting.objects.create(
        dossier=dossier,
        case_number=dossier.number if dossier else "",
        kind=convocation.kind,
        region=convocation.region,
        state=State.SCHEDULED if convocation.starts_at else State.PLANNING,
        starts_at=convocation.starts_at,
        minutes=convocation.minutes,
        place=convocation.place,
        person_part=convocation.person_part,
        second_part_after=convocation.second_part_after if convocation.person_part == PersonPart.SECOND else None,
        answer_until=convocation.answer_until,
        convening_id=acting.own_institution_id,
        convened_by_id=acting.own_staff_id,
        has_exception=bool(convocation.exception_reason.strip()),
    )
    if meeting.has_exception:
        _save_reason(acting, meeting, Reason.Part.EXCEPTION, convocation.exception_reason)
    own = Seat(Institution.objects.get(pk=acting.own_institution_id))
    _seat(meeting, own, role=InviteeRole.CONVENER, answer=Answer.ACCEPTED)
    invited = [_seat(meeting, seat) for seat in _others(acting, convocation.seats)]
    keep_proposals(meeting, convocation.proposals)
    for position, title in enumerate(convocation.points, start=1):
        AgendaPoint.objects.create(
            meeting=meeting,
            dossier=dossier,
            position=position,
            title=title,
            language=written_language(),
            institution_id=acting.own_institution_id,
            staff_id=acting.own_staff_id,
        )
    record_meeting_event(
        acting,
        meeting,
        Act.CONVENED,
        kind=RecordKind.STORE,
        text=titles_of(meeting)[written_language()],
        texts=titles_of(meeting),
        recipients=[invitee.institution_id for invitee in invited],
        details={"kind": meeting.kind},
    )
    notify_invitees(acting, meeting, Act.CONVENED, invited)
    if dossier is not None:
        report_fact(acting, dossier=dossier, fact=Fact.MEETING_CONVENED)
    return meeting


def invite(acting: Acting, *, meeting: Meeting, seat: Seat) -> Invitee:
    """Invite one more institution, or a named member of its staff.

    Raises ``Refused`` when already invited, and to a network meeting before the institution may learn of the person.
    """
    meeting = lock_meeting(meeting)
    check_can_manage(acting, meeting)
    rules.check_open(State(meeting.state))
    dossier = case_of(meeting)
    if dossier is not None:
        _check_may_be_told(acting, Kind(meeting.kind), dossier, [seat])
    known = Invitee.objects.filter(meeting=meeting, institution=seat.institution, staff=seat.staff).first()
    if known is not None and known.answer != Answer.WITHDRAWN:
        raise Refused(_("They have already been invited."))
    if known is None:
        known = _seat(meeting, seat)
    else:
        Invitee.objects.filter(pk=known.pk).update(answer=Answer.WAITING, answered_at=None)
    _record_invitee_event(acting, meeting, Act.INVITED, known)
    notify_invitees(acting, meeting, Act.INVITED, [known])
    return known


def uninvite(acting: Acting, *, invitee: Invitee) -> None:
    """Withdraw an invitation and notify those concerned.

    Raises ``Refused`` for the convener, and for the only physician of an assessment.
    """
    meeting = lock_meeting(invitee.meeting)
    check_can_manage(acting, meeting)
    rules.check_open(State(meeting.state))
    if invitee.role == InviteeRole.CONVENER:
        raise Refused(_("The convener is always at the table: cancel the meeting instead."))
    others = Invitee.objects.filter(meeting=meeting).exclude(answer=Answer.WITHDRAWN).exclude(pk=invitee.pk)
    rules.check_physician(
        Kind(meeting.kind),
        invited_physicians=physicians_among(others.select_related("institution", "staff"), on=acting.today),
        has_reason=meeting.has_exception,
    )
    Invitee.objects.filter(pk=invitee.pk).update(
        answer=Answer.WITHDRAWN, answered_at=timezone.now(), answered_by_id=acting.own_staff_id
    )
    _record_invitee_event(acting, meeting, Act.UNINVITED, invitee)
    notify_invitees(acting, meeting, Act.UNINVITED, [invitee])


def answer_invitation(acting: Acting, *, invitee: Invitee, accept: bool, reason: str = "") -> None:
    """Answer an invitation for one's own institution; raises ``Refused`` when declining without a reason."""
    meeting = lock_meeting(invitee.meeting)
    check_own_invitation(acting, invitee)
    rules.check_open(State(meeting.state))
    if not accept:
        rules.check_reason(reason)
    Invitee.objects.filter(pk=invitee.pk).update(
        answer=Answer.ACCEPTED if accept else Answer.DECLINED,
        answered_at=timezone.now(),
        answered_by_id=acting.own_staff_id,
    )
    if not accept:
        _save_reason(acting, meeting, Reason.Part.DECLINED, reason, invitee=invitee)
    _record_invitee_event(acting, meeting, Act.ANSWERED, invitee, details={"accepted": accept})
    notify_convener(acting, meeting, Act.ANSWERED)
    report_if_all_answered(acting, meeting)


def change_particulars(acting: Acting, *, meeting: Meeting, place: str, minutes: int, version: int) -> None:
    """Change place and length (in minutes) of a meeting; raises ``Conflict`` when somebody else saved first."""
    meeting = lock_meeting(meeting)
    check_can_manage(acting, meeting)
    rules.check_open(State(meeting.state))
    rules.check_length(minutes, meeting.second_part_after, PersonPart(meeting.person_part))
    kept = Meeting.objects.filter(pk=meeting.pk, version=version).update(
        place=place, minutes=minutes, version=F("version") + 1
    )
    if not kept:
        label = str(_("Place"))
        raise Conflict(current={label: meeting.place}, submitted={label: place}, about=meeting)
    record_meeting_event(acting, meeting, Act.CHANGED)
    notify_invitees(acting, meeting, Act.CHANGED)


def cancel_meeting(acting: Acting, *, meeting: Meeting, reason: str) -> None:
    """Cancel a meeting with a reason and notify everybody invited; raises ``Refused`` once it is over."""
    rules.check_reason(reason)
    meeting = lock_meeting(meeting)
    check_can_manage(acting, meeting)
    rules.check_can_move(State(meeting.state), State.CANCELLED)
    Meeting.objects.filter(pk=meeting.pk).update(state=State.CANCELLED, version=F("version") + 1)
    _save_reason(acting, meeting, Reason.Part.CANCELLED, reason)
    record_meeting_event(acting, meeting, Act.CANCELLED, text=reason)
    notify_invitees(acting, meeting, Act.CANCELLED)
    dossier = case_of(meeting)
    if dossier is not None and not _has_another_ahead(meeting, dossier):
        report_fact(acting, dossier=dossier, fact=Fact.MEETING_CONVENED, value=False)


def _check(acting: Acting, convocation: Convocation, *, has_case: bool) -> None:
    kind = Kind(convocation.kind)
    rules.check_kind(kind, has_case=has_case)
    rules.check_person_part(kind, convocation.person_part, has_case=has_case)
    rules.check_length(convocation.minutes, convocation.second_part_after, convocation.person_part)
    rules.check_when(convocation.starts_at, convocation.proposals, convocation.answer_until, on=acting.today)
    rules.check_physician(
        kind,
        invited_physicians=physicians_among(convocation.seats, on=acting.today),
        has_reason=bool(convocation.exception_reason.strip()),
    )


def _check_may_be_told(acting: Acting, kind: Kind, dossier: Dossier, seats: Iterable[Seat]) -> None:
    others = {seat.institution for seat in seats if seat.institution.pk != acting.institution_id}
    for institution in sorted(others, key=lambda institution: institution.code) if kind is Kind.NETWORK else ():
        rules.check_may_be_told(kind, institution.short_name, is_told=may_be_told(dossier, institution.pk))


def _save_reason(
    acting: Acting, meeting: Meeting, part: Reason.Part, text: str, *, invitee: Invitee | None = None
) -> None:
    insert_without_returning(
        Reason(
            meeting=meeting,
            dossier_id=meeting.dossier_id,
            invitee=invitee,
            part=part,
            text=text.strip(),
            at=timezone.now(),
            staff_id=acting.own_staff_id,
            institution_id=acting.own_institution_id,
        )
    )


def _others(acting: Acting, seats: Iterable[Seat]) -> list[Seat]:
    """Remove duplicates and the convening institution as a whole, which attends anyway."""
    once = {(seat.institution.pk, seat.staff.pk if seat.staff else None): seat for seat in seats}
    return [
        seat for (institution_id, staff_id), seat in once.items() if staff_id or institution_id != acting.institution_id
    ]


def _seat(
    meeting: Meeting, seat: Seat, *, role: InviteeRole = InviteeRole.INVITED, answer: Answer = Answer.WAITING
) -> Invitee:
    try:
        with transaction.atomic():
            return Invitee.objects.create(
                meeting=meeting,
                dossier_id=meeting.dossier_id,
                institution=seat.institution,
                staff=seat.staff,
                role=role,
                answer=answer,
            )
    except IntegrityError as error:
        raise Refused(_("They have already been invited.")) from error


def _has_another_ahead(meeting: Meeting, dossier: Dossier) -> bool:
    ahead = Q(state=State.PLANNING) | Q(state=State.SCHEDULED)
    return Meeting.objects.filter(ahead, dossier=dossier).exclude(pk=meeting.pk).exists()


def _record_invitee_event(
    acting: Acting, meeting: Meeting, act: Act, invitee: Invitee, details: dict[str, object] | None = None
) -> None:
    record_meeting_event(
        acting,
        meeting,
        act,
        about=("invitee", invitee.pk),
        text=invitee.institution.name,
        recipients=[invitee.institution_id],
        details=details,
    )
