"""Lookups behind the pages of a case: lists, participants, background and timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby

from django.db import connection
from django.db.models import Q
from django.http import Http404
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from suone.casework.cases.models import (
    Assignment,
    Background,
    Case,
    Draft,
    Function,
    Note,
    Participant,
    ParticipantState,
)
from suone.casework.cases.rules import (
    QUESTION_CATEGORY,
    TIMELINE_KINDS,
    Education,
    RiskFactor,
    TimelineKind,
    load,
)
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.ground.access.permissions import Permission
from suone.organisation.appointments.models import Appointment, AppointmentQuerySet
from suone.organisation.appointments.queries import absences_on, contacts_of, pool_for_case_management, stand_ins
from suone.records.dossiers.audience import Audience
from suone.records.dossiers.models import Dossier, Event
from suone.records.dossiers.queries import events_of, last_visit
from suone.records.workitems.queries import name_items

LATEST = 20  # entries of the timeline at once


_SHORT_RUN = 2  # lines of the timeline that stay unfolded


@dataclass(frozen=True, slots=True)
class Involved:
    """A person in the list of those involved in a case."""

    name: str
    institution: str
    function: str = ""
    phone: str = ""
    deputy: str = ""
    absence: str = ""
    is_lead: bool = False
    tags: Sequence[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline: an event with its note, if any. Without an event it marks the last visit."""

    event: Event | None
    note: Note | None = None
    institution: str = ""  # the one that was asked, takes part or left
    times: int = 1  # how often in a row

    @property
    def is_record(self) -> bool:
        """Whether it says what was done in the product's words alone: neither a note, nor a text that somebody wrote."""
        return self.event is not None and self.note is None and (not self.event.text or bool(self.event.texts))

    def reads_like(self, other: "Line") -> bool:
        """Return whether two lines read the same: the same act by the same person, without a note or text."""
        return bool(self._bare_act) and self._bare_act == other._bare_act

    @property
    def _bare_act(self) -> tuple[str, int | None, int | None, int | None] | None:
        """The act and its author, for a line that shows nothing else."""
        if self.event is None or self.note or self.institution or self.event.text:
            return None
        return self.event.act, self.event.staff_id, self.event.institution_id, self.event.on_behalf_of_id


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the timeline."""

    on: date
    lines: list[Line]

    @property
    def runs(self) -> list[tuple[bool, list[Line]]]:
        """The lines as they follow each other, in runs; what was done without a word of anybody folds where it is long."""
        runs = [(is_record, list(lines)) for is_record, lines in groupby(self.lines, key=lambda line: line.is_record)]
        return [(is_record and len(lines) > _SHORT_RUN, lines) for is_record, lines in runs]


def readable_case(acting: Acting, dossier_id: int) -> Case:
    """Return the case with its file; raises ``Http404`` when the acting person may not open it."""
    case = (
        Case.objects.readable_by(acting)
        .filter(pk=dossier_id)
        .select_related("dossier", "region", "notifier", "counted_for", "notified_by")
        .first()
    )
    if case is None:
        raise Http404
    return case


@dataclass(frozen=True, slots=True)
class BackgroundNotes:
    """The background of a case, limited to the data categories its reader may read."""

    question: str = ""
    question_category: DataCategory = QUESTION_CATEGORY
    state_reason: str = ""
    risk_factors: Sequence[RiskFactor] = ()
    education: str = ""  # a code of Education

    @property
    def education_label(self) -> str:
        """The completed education in the reader's language, or its code if there is no such choice any more."""
        return str(dict(Education.choices).get(self.education, self.education))

    @property
    def risk_labels(self) -> list[str]:
        """The readable risk factors in the reader's language."""
        return [str(risk.label) for risk in self.risk_factors]


def background_notes(acting: Acting, dossier_id: int) -> BackgroundNotes:
    """Return the background of a case as far as the acting person may read it."""
    rows = Background.objects.readable_by(acting, category_column="category").filter(dossier_id=dossier_id)
    latest: dict[str, Background] = {}
    risks = set()
    for row in rows.order_by("pk"):
        latest[row.kind] = row
        risks.add(row.risk_factor)
    question, reason = (latest.get(kind) for kind in (Background.Kind.QUESTION, Background.Kind.STATE_REASON))
    education = latest.get(Background.Kind.EDUCATION)
    return BackgroundNotes(
        question=question.text if question else "",
        question_category=DataCategory(question.category) if question else QUESTION_CATEGORY,
        state_reason=reason.text if reason else "",
        risk_factors=[risk for risk in RiskFactor if risk in risks],
        education=education.text if education else "",
    )


@dataclass(frozen=True, slots=True)
class BackgroundCounts:
    """What procedures need to know of the background, without its content."""

    has_question: bool
    risk_factors: int


def background_counts(dossier_id: int) -> BackgroundCounts:
    """Return whether a question is recorded and how many risk factors, including those in closed data categories."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_question, risk_factors FROM cases_counted_background(%s)", [dossier_id])
        row = cursor.fetchone()
    return BackgroundCounts(row[0], row[1]) if row else BackgroundCounts(has_question=False, risk_factors=0)


def is_question_closed(noted: BackgroundNotes, counted: BackgroundCounts) -> bool:
    """Return whether the case has a question in a data category closed to the reader of ``noted``."""
    return not noted.question and counted.has_question


def audience(dossier_id: int) -> Audience:
    """Return the region of a case, its institutions, and who leads, follows and notified it: who gets messages about it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT region, staff, lead, notifier, institutions FROM cases_audience(%s)", [dossier_id])
        row = cursor.fetchone()
    return Audience(row[0], tuple(row[1]), row[2], row[3], frozenset(row[4])) if row else Audience()


def people_of(case: Case, *, on: date, participants: Sequence[Participant] | None = None) -> list[Involved]:
    """List lead, case manager and participating staff, the lead first, with absences and deputies on that day.

    ``participants`` are those of the case, if they are fetched already.
    """
    current = Assignment.objects.filter(dossier_id=case.pk, valid_until=None).select_related("staff__institution")
    functions: dict[int, list[str]] = {}
    staff: dict[int, Appointment] = {}
    for assignment in sorted(current, key=lambda a: a.function != Function.LEAD):
        functions.setdefault(assignment.staff_id, []).append(assignment.function)
        staff[assignment.staff_id] = assignment.staff
    participants = list(participants_of(case) if participants is None else participants)
    for participant in participants:
        if participant.state == ParticipantState.TAKING_PART and participant.staff:
            staff.setdefault(participant.staff_id or 0, participant.staff)
    away = absences_on(staff, on=on)
    covering = stand_ins(set(away), on=on) if away else {}
    names = Appointment.objects.in_bulk({pk for found in covering.values() for pk in found})
    people = []
    for pk, person in staff.items():
        has_left = person.has_ended(on=on)
        deputy = next((names[found] for found in covering.get(pk, [])), None)
        if has_left:  # call the contact person instead
            contact = next(iter(contacts_of(person.institution, case.region, on=on)), None)
            deputy = contact.staff if contact else None
        people.append(
            Involved(
                name=person.full_name,
                institution=person.institution.name,
                function=person.function,
                phone=person.phone,
                is_lead=Function.LEAD in functions.get(pk, []),
                tags=[str(Function.CASE_MANAGER.label)] if Function.CASE_MANAGER in functions.get(pk, []) else [],
                absence=_absence(away.get(pk), has_left=has_left),
                deputy=f"{deputy.full_name}, {deputy.phone}" if deputy else "",
            )
        )
    return people


def _absence(until: date | None, *, has_left: bool) -> str:
    if has_left:
        return _("No longer works here")
    return _("Away until %(day)s") % {"day": formats.date_format(until, "d.m.Y")} if until else ""


def participants_of(case: Case) -> list[Participant]:
    """List the participants of a case in every state, oldest first."""
    participants = Participant.objects.filter(dossier_id=case.pk).prefetch_related("decision__texts")
    return list(participants.select_related("staff__institution", "institution", "decision").order_by("pk"))


def lead_of(case: Case) -> Appointment | None:
    """Return the current lead of the case, or ``None``."""
    assignment = (
        Assignment.objects.filter(dossier_id=case.pk, function=Function.LEAD, valid_until=None)
        .select_related("staff__institution")
        .first()
    )
    return assignment.staff if assignment else None


def timeline_of(
    acting: Acting, dossier: Dossier, *, before_id: int | None, institution_id: int | None = None, kind: str = ""
) -> tuple[list[Line], int | None]:
    """Return a page of the timeline, newest first, and the cursor of the next page (``None`` on the last).

    A ``Line`` without an event marks the reader's last visit. ``kind`` is a code of ``TimelineKind``.
    """
    only = _of_kind(kind)
    events = events_of(acting, dossier, before_id=before_id, most=LATEST + 1, institution_id=institution_id, only=only)
    following = events[LATEST - 1].pk if len(events) > LATEST else None
    events = events[:LATEST]
    name_items(acting, events)
    note_ids = {event.object_id or 0 for event in events if event.object_type == "note"}
    notes = {
        note.pk: note
        for note in Note.objects.readable_by(acting, category_column="category")
        .filter(pk__in=note_ids)
        .select_related("staff", "institution")
    }
    about = {event.object_id or 0 for event in events if event.object_type == "participant"}
    asked = {
        participant.pk: participant.institution.name
        for participant in Participant.objects.filter(pk__in=about).select_related("institution")
    }
    shown: set[int] = set()
    lines: list[Line] = []
    visit = last_visit(acting, dossier)
    since: datetime | None = visit.before_this_one(at=timezone.now()) if visit else None
    for event in events:
        if since is not None and event.at <= since:
            if lines:
                lines.append(Line(event=None))
            since = None
        note = notes.get(event.object_id or 0) if event.object_type == "note" else None
        if note is not None and note.pk in shown:
            note = None
        elif note is not None:
            shown.add(note.pk)
        institution = asked.get(event.object_id or 0, "") if event.object_type == "participant" else ""
        lines.append(Line(event=event, note=note, institution=institution))
    return lines, following


def by_day(lines: Sequence[Line]) -> list[Day]:
    """Group timeline lines by day and merge those that read the same; the mark of the last visit keeps its place."""
    days: list[Day] = []
    for line in lines:
        on = timezone.localdate(line.event.at) if line.event else days[-1].on
        if not days or days[-1].on != on:
            days.append(Day(on, [line]))
        elif line.reads_like(days[-1].lines[-1]):
            days[-1].lines[-1] = replace(days[-1].lines[-1], times=days[-1].lines[-1].times + 1)
        else:
            days[-1].lines.append(line)
    return days


def _of_kind(kind: str) -> Q | None:
    if kind not in TimelineKind.values:
        return None
    if kind == TimelineKind.COURSE:
        return ~Q(object_type__in=TIMELINE_KINDS)
    return Q(object_type__in=[name for name, its_kind in TIMELINE_KINDS.items() if its_kind == kind])


def readable_note(acting: Acting, dossier_id: int, note_id: int) -> Note:
    """Return a note of the case; raises ``Http404`` when the acting person may not read it."""
    note = (
        Note.objects.readable_by(acting, category_column="category")
        .filter(dossier_id=dossier_id, pk=note_id)
        .select_related("dossier")
        .first()
    )
    if note is None:
        raise Http404
    return note


def readable_participant(acting: Acting, dossier_id: int, participant_id: int) -> Participant:
    """Return a participant of the case; raises ``Http404`` when the acting person may not open the case."""
    participant = (
        Participant.objects.readable_by(acting)
        .filter(dossier_id=dossier_id, pk=participant_id)
        .select_related("dossier", "decision", "institution")
        .first()
    )
    if participant is None:
        raise Http404
    return participant


def own_draft(acting: Acting, draft_id: int, *, kind: str = "notification") -> Draft:
    """Return a draft of the acting person; raises ``Http404`` for anybody else's."""
    draft = Draft.objects.filter(pk=draft_id, staff_id=acting.own_staff_id, kind=kind).first()
    if draft is None:
        raise Http404
    return draft


def own_drafts(acting: Acting) -> list[Draft]:
    """List the acting person's draft notifications, latest first."""
    return list(Draft.objects.filter(staff_id=acting.own_staff_id, kind="notification").order_by("-updated_at"))


def possible_leads(case: Case) -> AppointmentQuerySet:
    """Return who may lead the case: staff of participating institutions and its receiver, those of its region first."""
    return case_staff(case).who_can(Permission.CASE_LEAD).near_first(case.region_id)


@dataclass(frozen=True, slots=True)
class Load:
    """How many open cases a colleague leads, and how many that makes per full post where their percentage is known."""

    staff: Appointment
    led: int

    @property
    def per_post(self) -> int | None:
        """How many open cases that makes per full post; ``None`` without a percentage."""
        return load(self.led, self.staff.percentage) if self.staff.percentage else None


def loads_of_colleagues(acting: Acting, case: Case) -> list[Load]:
    """List the acting person's colleagues who may lead the case and whose percentage is recorded, the least loaded first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT staff, led FROM cases_led_by_colleagues()")
        led = dict(cursor.fetchall())
    colleagues = possible_leads(case).filter(institution_id=acting.own_institution_id, percentage__isnull=False)
    found = [Load(staff, led.get(staff.pk, 0)) for staff in colleagues]
    return sorted(found, key=lambda one: (one.per_post or 0, one.staff.pk))


def pool_of(case: Case) -> list[Appointment]:
    """Return the members of the pool for case management of the case's region; empty where the canton keeps none."""
    members = pool_for_case_management(case.region_id, on=timezone.localdate())
    return list(Appointment.objects.filter(pk__in=members).select_related("institution").order_by("last_name", "pk"))


def case_staff(case: Case) -> AppointmentQuerySet:
    """Return who works today at the participating institutions and at the one that receives the case."""
    around = Participant.objects.filter(dossier_id=case.pk, state=ParticipantState.TAKING_PART).values("institution_id")
    working = Appointment.objects.working(on=timezone.localdate())
    receiver = case.dossier.receiver_id
    receives = Q(institution_id=receiver) if receiver else Q(institution__is_iiz_office=True)
    return working.filter(Q(institution_id__in=around) | receives)
