"""Lookups behind the pages of meetings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.canton.procedures.queries import versions_in_force
from suone.canton.procedures.rules import Convening
from suone.canton.procedures.services import origin_in_words
from suone.casework.cases.models import Case
from suone.casework.leading.queries import course_of
from suone.casework.meetings.at_the_table import parties_missing_at
from suone.casework.meetings.models import (
    AgendaPoint,
    DateAnswer,
    DateProposal,
    Entry,
    Guest,
    Invitee,
    InviteeRole,
    Meeting,
    Reason,
)
from suone.casework.meetings.rules import (
    CASE_KINDS,
    OPEN_KINDS,
    Answer,
    EntryKind,
    Kind,
    Party,
    State,
    Suits,
    in_words,
    kinds_in_order,
    may_convene,
    who_convenes,
)
from suone.casework.plans.queries import offered_kinds
from suone.casework.plans.rules import Kind as PlanKind
from suone.casework.support.queries import possible_staff
from suone.casework.support.rules import Kind as ServiceKind
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Permission
from suone.organisation.appointments.models import Appointment, AppointmentQuerySet
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import readable_categories

PAGE = 50
_AHEAD = (State.PLANNING, State.SCHEDULED)


@dataclass(frozen=True, slots=True)
class ProposedDate:
    """A proposed date with its answers by invitee id."""

    proposal: DateProposal
    answers: Mapping[int, Suits]

    def count(self, suits: str) -> int:
        """How many invitees gave this answer."""
        return sum(answer == suits for answer in self.answers.values())


@dataclass(frozen=True, slots=True)
class Topic:
    """A point of the agenda with its entries, or without a point the entries that belong to none."""

    point: AgendaPoint | None
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class MeetingDetails:
    """Everything about a meeting that the acting person may read."""

    meeting: Meeting
    dossier: Dossier | None  # none where the case is not open
    invitees: Sequence[Invitee]
    guests: Sequence[Guest]
    own: Invitee | None
    dates: Sequence[ProposedDate]
    points: Sequence[AgendaPoint]
    hidden_cases: int
    contributions: Sequence[Entry]
    topics: Sequence[Topic]
    missing: Sequence[Party]  # of those who belong to a meeting of its kind

    @property
    def at_table(self) -> list[Invitee]:
        """The invitees whose invitation is not withdrawn."""
        return [invitee for invitee in self.invitees if invitee.answer != Answer.WITHDRAWN]

    @property
    def without_contribution(self) -> list[Invitee]:
        """Those invited whose contribution is still awaited."""
        asked = [invitee for invitee in self.at_table if invitee.role == InviteeRole.INVITED]
        return [invitee for invitee in asked if invitee.contributed_at is None and invitee.is_expected]

    def has_answered_dates(self, invitee: Invitee) -> bool:
        """Return whether this invitee has answered every proposed date."""
        return bool(self.dates) and all(invitee.pk in date.answers for date in self.dates)

    @property
    def entries(self) -> list[Entry]:
        """The readable entries of all points, in the order of the agenda."""
        return [entry for topic in self.topics for entry in topic.entries]


def meeting_list(
    acting: Acting, *, show: str = "ahead", region_id: int | None = None, mine: bool = False
) -> list[Meeting]:
    """List meetings ahead by time, or with ``show="past"`` held and cancelled ones, latest first; ``PAGE`` at most.

    ``mine`` limits to meetings the acting person convened or is invited to, by name or with their institution.
    """
    meetings = Meeting.objects.readable_by(acting)
    if mine:
        own = Invitee.objects.filter(meeting_id=OuterRef("pk"), institution_id=acting.own_institution_id)
        meetings = meetings.filter(
            Q(convened_by_id=acting.own_staff_id)
            | Exists(own.filter(staff=None))
            | Exists(own.filter(staff_id=acting.own_staff_id))
        )
    if region_id:
        meetings = meetings.filter(region_id=region_id)
    meetings = meetings.select_related("convening", "convened_by", "region")
    if show == "past":
        return list(meetings.exclude(state__in=_AHEAD).order_by("-starts_at", "-pk")[:PAGE])
    return list(meetings.filter(state__in=_AHEAD).order_by("starts_at", "pk")[:PAGE])


def meetings_of(acting: Acting, dossier: Dossier) -> list[Meeting]:
    """List the meetings of a case: those ahead by time, then past ones, latest first."""
    meetings = Meeting.objects.readable_by(acting).filter(dossier=dossier).select_related("convening")
    by_time = list(meetings.order_by("starts_at", "pk"))
    ahead = [meeting for meeting in by_time if meeting.is_ahead]
    past = [meeting for meeting in by_time if not meeting.is_ahead]
    return [*ahead, *reversed(past)]


def readable_meeting(acting: Acting, meeting_id: int) -> Meeting:
    """Return a meeting; raises ``Http404`` for those neither invited nor allowed to open its case."""
    meetings = Meeting.objects.readable_by(acting).select_related("convening", "convened_by", "region")
    meeting = meetings.filter(pk=meeting_id).first()
    if meeting is None:
        raise Http404
    return meeting


def open_case_of(acting: Acting, meeting: Meeting) -> Dossier | None:
    """Return the case of a meeting, ``None`` when the acting person may not open it."""
    return Dossier.objects.readable_by(acting).filter(pk=meeting.dossier_id or 0).first()


def case_by_number(acting: Acting, number: str) -> Dossier:
    """Return a case by its number; raises ``Refused`` when the acting person may not open it."""
    dossier = Dossier.objects.readable_by(acting).filter(number=number).first()
    if dossier is None:
        raise Refused(_("There is no case with this number that you may open."))
    return dossier


def meeting_details(acting: Acting, meeting: Meeting) -> MeetingDetails:
    """Gather everything about a meeting that the acting person may read."""
    invitees = list(
        Invitee.objects.readable_by(acting)
        .filter(meeting=meeting)
        .select_related("institution", "staff", "answered_by")
        .order_by("role", "institution__code", "pk")
    )
    points = list(
        AgendaPoint.objects.readable_by(acting).filter(meeting=meeting).select_related("dossier", "institution")
    )
    entries = list(
        Entry.objects.readable_by(acting)
        .filter(meeting=meeting)
        .select_related("institution", "staff", "responsible", "work_item", "plan", "service")
        .order_by("pk")
    )
    written = [entry for entry in entries if entry.kind != EntryKind.CONTRIBUTION]
    cases = {point.dossier_id for point in points if point.dossier_id and meeting.dossier_id is None}
    return MeetingDetails(
        meeting=meeting,
        dossier=open_case_of(acting, meeting),
        invitees=invitees,
        guests=list(_guests_seen_by(acting, meeting)),
        own=_own_of(acting, invitees),
        dates=_dates_of(meeting, invitees),
        points=points,
        hidden_cases=_cases_on_agenda(meeting) - len(cases) if meeting.dossier_id is None else 0,
        contributions=[entry for entry in entries if entry.kind == EntryKind.CONTRIBUTION],
        topics=_topics(points, written),
        missing=parties_missing_at(acting, meeting, invitees),
    )


@dataclass(frozen=True, slots=True)
class Reasons:
    """The reasons recorded for a meeting, as far as the reader may read them."""

    exception: str = ""
    cancelled: str = ""
    declined: Mapping[int, str] = field(default_factory=dict)  # by invitation


def reasons_of(acting: Acting, meeting: Meeting) -> Reasons:
    """Return the latest reason of each kind, and those of declined invitations by invitee id."""
    rows = list(Reason.objects.readable_by(acting).filter(meeting=meeting).order_by("pk"))
    by_part = {row.part: row.text for row in rows}
    return Reasons(
        exception=by_part.get(Reason.Part.EXCEPTION, ""),
        cancelled=by_part.get(Reason.Part.CANCELLED, ""),
        declined={row.invitee_id: row.text for row in rows if row.invitee_id is not None},
    )


def waiting_invitations(acting: Acting) -> list[Invitee]:
    """List unanswered invitations of the acting person and their institution, whether to come or which dates suit."""
    answered = DateAnswer.objects.filter(proposal_id=OuterRef("pk"), invitee_id=OuterRef(OuterRef("pk")))
    open_dates = DateProposal.objects.filter(~Exists(answered), meeting_id=OuterRef("meeting_id"))
    unanswered = Q(meeting__state=State.SCHEDULED, answer=Answer.WAITING) | Q(
        Exists(open_dates), meeting__state=State.PLANNING, answer__in=[Answer.WAITING, Answer.ACCEPTED]
    )
    mine = Q(staff_id=acting.own_staff_id) | Q(staff=None)
    invitees = Invitee.objects.filter(
        unanswered, mine, institution_id=acting.own_institution_id, role=InviteeRole.INVITED
    )
    invitees = invitees.select_related("meeting__convening", "meeting__convened_by", "meeting__dossier__particulars")
    return list(invitees.order_by("pk"))


def answer_day(meeting: Meeting) -> date:
    """Return the day by which an invitation should be answered: the day set, or the day before the meeting."""
    if meeting.starts_at is not None:
        return timezone.localdate(meeting.starts_at) - timedelta(days=1)
    return meeting.answer_until or timezone.localdate()


def own_invitation(acting: Acting, meeting_id: int) -> Invitee:
    """Return the acting person's invitation, or that of their institution; raises ``Http404`` without either."""
    meeting = readable_meeting(acting, meeting_id)
    invitees = Invitee.objects.filter(meeting=meeting, institution_id=acting.own_institution_id)
    own = _own_of(acting, list(invitees.select_related("meeting", "institution")))
    if own is None:
        raise Http404
    return own


def invitee_of(acting: Acting, meeting_id: int, invitee_id: int) -> Invitee:
    """Return an invitation of a meeting; raises ``Http404`` when the acting person may not read it."""
    invitees = Invitee.objects.readable_by(acting).select_related("meeting", "institution")
    invitee = invitees.filter(meeting=readable_meeting(acting, meeting_id), pk=invitee_id).first()
    if invitee is None:
        raise Http404
    return invitee


def guest_of(acting: Acting, meeting_id: int, guest_id: int) -> Guest:
    """Return a guest of a meeting; raises ``Http404`` when the acting person may not read it."""
    guests = _guests_seen_by(acting, readable_meeting(acting, meeting_id)).select_related("meeting")
    guest = guests.filter(pk=guest_id).first()
    if guest is None:
        raise Http404
    return guest


def point_of(acting: Acting, meeting_id: int, point_id: int) -> AgendaPoint:
    """Return a point of the agenda; raises ``Http404`` when the acting person may not read it."""
    points = AgendaPoint.objects.readable_by(acting).select_related("meeting", "dossier")
    point = points.filter(meeting=readable_meeting(acting, meeting_id), pk=point_id).first()
    if point is None:
        raise Http404
    return point


def entry_of(acting: Acting, meeting_id: int, entry_id: int) -> Entry:
    """Return an entry of a meeting; raises ``Http404`` when the acting person may not read it."""
    entries = Entry.objects.readable_by(acting).select_related("meeting", "responsible")
    entry = entries.filter(meeting=readable_meeting(acting, meeting_id), pk=entry_id).first()
    if entry is None:
        raise Http404
    return entry


def kinds_for(dossier: Dossier | None) -> list[Kind]:
    """List the kinds of meeting to choose from, those of the procedure's current phase first."""
    if dossier is None:
        return [kind for kind in Kind if kind in OPEN_KINDS]
    course = course_of(dossier.pk)
    first = course.current.meetings if course else ()
    return kinds_in_order(first, [kind for kind in Kind if kind in CASE_KINDS | {Kind.INTERVISION}])


def conveners_for(dossier: Dossier | None, *, on: date) -> list[Convening]:
    """List what the case's procedure, or for a meeting without a case those in force, say of who convenes meetings."""
    if dossier is None:
        return [one for version in versions_in_force(on=on) for one in version.procedure.convening]
    course = course_of(dossier.pk)
    return list(course.procedure.convening) if course else []


@dataclass(frozen=True, slots=True)
class ConvenedByOthers:
    """A kind of meeting that the acting person does not convene: who does, and where that is written."""

    kind: Kind
    who: str
    origin: str


def convened_by_others(acting: Acting, dossier: Dossier | None, kinds: Sequence[Kind]) -> list[ConvenedByOthers]:
    """List those of the kinds of meeting that the procedure leaves to others."""
    conveners = conveners_for(dossier, on=acting.today)
    own = Institution.objects.get(pk=acting.own_institution_id).kind
    others = [kind for kind in kinds if not may_convene(kind, conveners, roles=acting.roles, institution=own)]
    return [
        ConvenedByOthers(kind, in_words(named), origin_in_words(named[0].origin))
        for kind in others
        for named in [who_convenes(kind, conveners)]
    ]


def plan_kinds_for(entry: Entry) -> list[PlanKind]:
    """List the kinds of plan into which an entry can be written."""
    dossier = Dossier.objects.filter(pk=entry.dossier_id or 0).first()
    return offered_kinds(dossier) if dossier else []


def people_for_service(acting: Acting, entry: Entry) -> AppointmentQuerySet:
    """Return who can be responsible for a service that a mandate requires: participating staff and medical officers."""
    case = Case.objects.readable_by(acting).filter(pk=entry.dossier_id or 0).first()
    if case is None:
        return Appointment.objects.none()
    either = [
        possible_staff(case, kind).order_by().values("pk")
        for kind in (ServiceKind.COACHING, ServiceKind.MEDICAL_MANDATE)
    ]
    people = Appointment.objects.filter(Q(pk__in=either[0]) | Q(pk__in=either[1]))
    return people.near_first(case.region_id)


def may_follow_up(acting: Acting, meeting: Meeting) -> bool:
    """Return whether the acting person may turn entries of the finished minutes into plans and services."""
    is_own = meeting.convening_id == acting.institution_id
    return is_own and meeting.minutes_finished_at is not None and acting.may(Permission.PLAN_WRITE)


def institutions_at(meeting: Meeting) -> QuerySet[Institution]:
    """Return the institutions invited, which can be made responsible for an entry."""
    at_table = Invitee.objects.filter(meeting=meeting).exclude(answer=Answer.WITHDRAWN)
    return Institution.objects.filter(pk__in=at_table.values("institution_id"))


def _guests_seen_by(acting: Acting, meeting: Meeting) -> QuerySet[Guest]:
    """Guests invited by the acting institution; all of them with access to the data category network."""
    guests = Guest.objects.filter(meeting=meeting).select_related("institution").order_by("pk")
    dossier = open_case_of(acting, meeting)
    if dossier is not None and DataCategory.NETWORK in readable_categories(acting, dossier):
        return guests
    return guests.filter(institution_id=acting.own_institution_id)


def _own_of(acting: Acting, invitees: Sequence[Invitee]) -> Invitee | None:
    own = [i for i in invitees if i.institution_id == acting.institution_id and i.answer != Answer.WITHDRAWN]
    by_name = [invitee for invitee in own if invitee.staff_id == acting.staff_id]
    return next(iter([*by_name, *(invitee for invitee in own if invitee.staff_id is None)]), None)


def _dates_of(meeting: Meeting, invitees: Sequence[Invitee]) -> list[ProposedDate]:
    proposals = list(DateProposal.objects.filter(meeting=meeting))
    answers: dict[int, dict[int, Suits]] = {proposal.pk: {} for proposal in proposals}
    for answer in DateAnswer.objects.filter(proposal__in=proposals, invitee__in=[i.pk for i in invitees]):
        answers[answer.proposal_id][answer.invitee_id] = Suits(answer.suits)
    return [ProposedDate(proposal, answers[proposal.pk]) for proposal in proposals]


def _cases_on_agenda(meeting: Meeting) -> int:
    with connection.cursor() as cursor:
        # Counted in the database: the number of cases may be known, but not whose they are.
        cursor.execute("SELECT meetings_cases_on_agenda(%s)", [meeting.pk])
        return int(cursor.fetchone()[0])


def _topics(points: Sequence[AgendaPoint], entries: Sequence[Entry]) -> list[Topic]:
    known = {point.pk for point in points}
    loose = [entry for entry in entries if entry.point_id not in known]
    topics = [Topic(point, [entry for entry in entries if entry.point_id == point.pk]) for point in points]
    return [*topics, Topic(None, loose)] if loose else topics


def categories_at(acting: Acting, meeting: Meeting) -> list[DataCategory]:
    """The data categories to choose from for a point or an entry: those of the meeting's case that the author may read.

    All of them for a meeting about no case or about several: the service checks those of the case that is chosen.
    """
    if meeting.dossier_id is None:
        return list(DataCategory)
    dossier = open_case_of(acting, meeting)
    return readable_categories(acting, dossier) if dossier is not None else []
