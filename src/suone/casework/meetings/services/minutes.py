"""Agenda, contributions in advance, presence and minutes of a meeting."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import Fact
from suone.casework.leading.queries import course_of
from suone.casework.leading.services import report_fact
from suone.casework.meetings import rules
from suone.casework.meetings.acts import Act
from suone.casework.meetings.at_the_table import have_both_advisers_met, physicians_among
from suone.casework.meetings.models import AgendaPoint, Entry, Guest, Invitee, InviteeRole, Meeting
from suone.casework.meetings.rules import Answer, EntryKind, Kind, PersonPart, Presence, State
from suone.casework.meetings.services.shared import (
    case_of,
    check_can_manage,
    check_own_invitation,
    lock_meeting,
    notify_invitees,
    record_meeting_event,
    written_language,
)
from suone.casework.support.rules import Kind as ServiceKind
from suone.casework.support.services import complete_by_meeting
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import RecordKind
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import Dossier, Particulars
from suone.records.dossiers.queries import has_power, institutions_with_access, readable_categories
from suone.records.dossiers.services import insert_without_returning
from suone.records.workitems.queries import items_waiting
from suone.records.workitems.services import add_work_item, settle_item

_TITLE = 200  # of a work item
_HELD_ON: dict[Kind, Fact] = {
    Kind.ROUND_TABLE: Fact.ROUND_TABLE_HELD_ON,
    Kind.ASSESSMENT: Fact.ASSESSMENT_HELD_ON,
    Kind.JOINT_INTERVIEW: Fact.JOINT_INTERVIEW_HELD_ON,
    Kind.REVIEW: Fact.REVIEW_HELD_ON,
    Kind.NETWORK: Fact.NETWORK_MEETING_HELD_ON,
    Kind.INTERVISION: Fact.INTERVISION_HELD_ON,
    Kind.FIXED_SESSION: Fact.SESSION_DISCUSSED_ON,
}


@dataclass(frozen=True, slots=True)
class EntryContent:
    """The content of an entry, with who is responsible and by when."""

    kind: EntryKind
    text: str
    category: DataCategory = DataCategory.ADMINISTRATIVE
    point: AgendaPoint | None = None
    responsible: Institution | None = None
    due_on: date | None = None


def add_point(
    acting: Acting,
    *,
    meeting: Meeting,
    title: str = "",
    dossier: Dossier | None = None,
    category: DataCategory = DataCategory.ADMINISTRATIVE,
) -> AgendaPoint:
    """Add a point to the agenda; in a fixed session or an intervision also a case.

    Raises ``Refused`` when the case may not be discussed at this meeting, its category is closed to the author, neither
    title nor case is given, or the person is of another age than the procedure of the case is meant for and the title gives
    no reason.
    """
    meeting = lock_meeting(meeting)
    rules.check_open(State(meeting.state))
    if dossier is not None:
        _check_may_be_discussed(acting, meeting, dossier)
        _check_age(acting, dossier, reason=title)
        _check_can_read(acting, dossier, category)
    elif not title.strip():
        raise Refused(_("Write a text first."))
    last = AgendaPoint.objects.filter(meeting=meeting).aggregate(last=Max("position"))["last"] or 0
    point = insert_without_returning(
        AgendaPoint(
            meeting=meeting,
            dossier_id=dossier.pk if dossier else meeting.dossier_id,
            position=last + 1,
            title=title,
            language=written_language(),
            category=category,
            institution_id=acting.own_institution_id,
            staff_id=acting.own_staff_id,
        )
    )
    record_meeting_event(
        acting, meeting, Act.POINT_ADDED, dossier=dossier, category=category, about=("point", point.pk)
    )
    return point


def remove_point(acting: Acting, *, point: AgendaPoint) -> None:
    """Remove a point from the agenda; raises ``Refused`` once something has been written under it."""
    meeting = lock_meeting(point.meeting)
    rules.check_open(State(meeting.state))
    if point.institution_id != acting.institution_id:
        check_can_manage(acting, meeting)
    if _has_entries(point):
        raise Refused(_("Something has been written under this point: it stays on the agenda."))
    record_meeting_event(acting, meeting, Act.POINT_REMOVED, dossier=point.dossier, about=("point", point.pk))
    point.delete()


def contribute(acting: Acting, *, meeting: Meeting, text: str, category: DataCategory) -> Entry:
    """Contribute in advance what one's institution knows, in a data category that decides who may read it.

    Raises ``Refused`` when the institution may not write in the case, or the meeting is over.
    """
    rules.check_text(text)
    meeting = lock_meeting(meeting)
    rules.check_open(State(meeting.state))
    dossier = case_of(meeting)
    if dossier is not None and not has_power(acting, dossier, Power.WRITE):
        raise Refused(_("Your institution may not contribute to this case: the consent must name it."))
    entry = _keep(acting, meeting, EntryContent(EntryKind.CONTRIBUTION, text, category))
    record_entry_event(acting, entry, Act.CONTRIBUTED, kind=RecordKind.STORE)
    _mark_contributed(acting, meeting)
    return entry


def nothing_to_add(acting: Acting, *, invitee: Invitee) -> None:
    """Record that one's institution has nothing to contribute in advance."""
    meeting = lock_meeting(invitee.meeting)
    check_own_invitation(acting, invitee)
    rules.check_open(State(meeting.state))
    record_meeting_event(
        acting, meeting, Act.NOTHING_TO_ADD, about=("invitee", invitee.pk), text=invitee.institution.name
    )
    _mark_contributed(acting, meeting)


def write_entry(acting: Acting, *, meeting: Meeting, content: EntryContent) -> Entry:
    """Add an entry to the minutes, visible only to one's own institution until they are finished.

    Raises ``Refused`` as ``rules.check_minutes_open`` and ``rules.check_binding`` say, and for a point about a case if the
    category is closed to the author there.
    """
    rules.check_text(content.text)
    meeting = lock_meeting(meeting)
    check_can_manage(acting, meeting)
    rules.check_minutes_open(State(meeting.state), finished=meeting.minutes_finished_at is not None)
    _check_binding(acting, meeting, content)
    if content.point is not None and content.point.dossier is not None:
        _check_can_read(acting, content.point.dossier, content.category)
    entry = _keep(acting, meeting, content)
    record_entry_event(acting, entry, Act.ENTRY_WRITTEN, kind=RecordKind.STORE)
    return entry


def correct_entry(acting: Acting, *, entry: Entry, text: str, version: int) -> None:
    """Correct one's own entry; raises ``Conflict`` with both texts when it was changed meanwhile."""
    rules.check_text(text)
    _check_is_draft(acting, entry)
    if entry.staff_id != acting.staff_id:
        raise Refused(_("Only its author can correct an entry."))
    kept = Entry.objects.filter(pk=entry.pk, version=version).update(
        text=text, version=F("version") + 1, changed_at=timezone.now()
    )
    if not kept:
        entry.refresh_from_db()
        label = str(_("Text"))
        raise Conflict(current={label: entry.text}, submitted={label: text}, about=entry)
    record_entry_event(acting, entry, Act.ENTRY_CORRECTED)


def remove_entry(acting: Acting, *, entry: Entry) -> None:
    """Remove an entry from unfinished minutes, or one's contribution before the meeting."""
    _check_is_draft(acting, entry)
    record_entry_event(acting, entry, Act.ENTRY_REMOVED, kind=RecordKind.DELETE)
    Entry.objects.filter(pk=entry.pk).delete()


def hold_meeting(
    acting: Acting,
    *,
    meeting: Meeting,
    presences: Mapping[int, Presence],
    guests: Mapping[int, Presence] | None = None,
    person_came: bool | None = None,
) -> None:
    """Record that the meeting was held and who was present, and let the procedure proceed.

    ``presences`` and ``guests`` are by invitee and guest id. Raises ``Refused`` as ``rules.check_can_hold`` says.
    """
    meeting = lock_meeting(meeting)
    check_can_manage(acting, meeting)
    starts_on = timezone.localdate(meeting.starts_at) if meeting.starts_at else None
    rules.check_can_hold(
        State(meeting.state),
        Kind(meeting.kind),
        PersonPart(meeting.person_part),
        person_came=person_came,
        starts_on=starts_on,
        on=acting.today,
    )
    for pk, presence in presences.items():
        Invitee.objects.filter(pk=pk, meeting=meeting).update(presence=presence)
    for pk, presence in (guests or {}).items():
        Guest.objects.filter(pk=pk, meeting=meeting).update(presence=presence)
    Meeting.objects.filter(pk=meeting.pk).update(state=State.HELD, person_came=person_came, version=F("version") + 1)
    _complete_service(acting, meeting)
    record_meeting_event(acting, meeting, Act.HELD, details={"person_came": person_came})
    notify_invitees(acting, meeting, Act.HELD)
    _report_to_procedures(acting, meeting, starts_on or acting.today, person_came=person_came)


def finish_minutes(acting: Acting, *, meeting: Meeting) -> None:
    """Finish the minutes: they become readable under the grants, and decisions with a due date become work items.

    Raises ``Refused`` as ``rules.check_can_finish`` says.
    """
    meeting = lock_meeting(meeting)
    check_can_manage(acting, meeting)
    entries = list(Entry.objects.filter(meeting=meeting).exclude(kind=EntryKind.CONTRIBUTION))
    rules.check_can_finish(State(meeting.state), finished=meeting.minutes_finished_at is not None, entries=len(entries))
    Meeting.objects.filter(pk=meeting.pk).update(minutes_finished_at=timezone.now(), version=F("version") + 1)
    for entry in entries:
        _create_work_item(acting, entry)
    record_meeting_event(acting, meeting, Act.MINUTES_FINISHED)
    notify_invitees(acting, meeting, Act.MINUTES_FINISHED)


def record_entry_event(acting: Acting, entry: Entry, act: Act, *, kind: RecordKind = RecordKind.CHANGE) -> None:
    """Record an act on an entry in the log, and in the timeline in the entry's data category."""
    record_meeting_event(
        acting,
        entry.meeting,
        act,
        kind=kind,
        dossier=_case_of_entry(entry),
        category=DataCategory(entry.category),
        about=("meeting_entry", entry.pk),
        details={"kind": entry.kind},
    )


def _keep(acting: Acting, meeting: Meeting, content: EntryContent) -> Entry:
    """Store an entry without reading it back: its author may not be able to read its category."""
    return insert_without_returning(
        Entry(
            meeting=meeting,
            dossier_id=content.point.dossier_id if content.point else meeting.dossier_id,
            point=content.point,
            kind=content.kind,
            category=content.category,
            text=content.text,
            language=written_language(),
            responsible=content.responsible,
            due_on=content.due_on,
            institution_id=acting.own_institution_id,
            staff_id=acting.own_staff_id,
            at=timezone.now(),
        )
    )


def _mark_contributed(acting: Acting, meeting: Meeting) -> None:
    """Mark the contribution as made; after the last one awaited, report to the procedure that all are in."""
    own = Invitee.objects.filter(meeting=meeting, institution_id=acting.own_institution_id)
    own.filter(contributed_at=None).update(contributed_at=timezone.now())
    dossier = case_of(meeting)
    if dossier is None or not has_power(acting, dossier, Power.WRITE):
        return
    for item in items_waiting(acting, dossier, awaiting=Fact.CONTRIBUTIONS_IN):
        settle_item(acting, item=item)
    awaited = Invitee.objects.filter(meeting=meeting, role=InviteeRole.INVITED, contributed_at=None)
    if not awaited.exclude(answer__in=[Answer.WITHDRAWN, Answer.DECLINED]).exists():
        report_fact(acting, dossier=dossier, fact=Fact.CONTRIBUTIONS_IN)


def _has_entries(point: AgendaPoint) -> bool:
    with connection.cursor() as cursor:
        # Checked in the database: others may have unfinished entries under it.
        cursor.execute("SELECT meetings_is_written_to(%s)", [point.pk])
        return bool(cursor.fetchone()[0])


def _check_may_be_discussed(acting: Acting, meeting: Meeting, dossier: Dossier) -> None:
    if Kind(meeting.kind) not in rules.SESSION_KINDS or meeting.dossier_id is not None:
        raise Refused(
            _("This meeting is about one case or about none: cases are put on the agenda of a fixed session.")
        )
    if not has_power(acting, dossier, Power.WRITE):
        raise Refused(_("You can only put cases on the agenda to which you may contribute."))
    if meeting.convening_id not in institutions_with_access(dossier):
        raise Refused(
            _("The convening institution cannot open this case: the consent must name %(institution)s.")
            % {"institution": meeting.convening.name}
        )
    if AgendaPoint.objects.filter(meeting=meeting, dossier=dossier).exists():
        raise Refused(_("This case is already on the agenda."))


def _check_age(acting: Acting, dossier: Dossier, *, reason: str) -> None:
    course, known = course_of(dossier.pk), Particulars.objects.filter(pk=dossier.pk).first()
    age = known.age_on(acting.today) if known else None  # closed to the author, or not recorded
    ages = course.procedure.ages if course else None
    rules.check_age(age, ages, reason=reason)


def _check_binding(acting: Acting, meeting: Meeting, content: EntryContent) -> None:
    rules.check_binding(
        content.kind, has_responsible=content.responsible is not None, due_on=content.due_on, on=acting.today
    )
    dossier = content.point.dossier if content.point and content.point.dossier_id else case_of(meeting)
    if content.responsible is None or dossier is None:
        return
    # It becomes a work item when the minutes are finished: whoever finishes them must be able to read it then.
    if content.category not in readable_categories(acting, dossier):
        raise Refused(_("Choose a data category that is open to you: what is to be done must be readable."))


def _check_can_read(acting: Acting, dossier: Dossier, category: DataCategory) -> None:
    if category not in readable_categories(acting, dossier):
        raise Refused(_("Choose a data category that is open to you."))


def _check_is_draft(acting: Acting, entry: Entry) -> None:
    meeting = lock_meeting(entry.meeting)
    if entry.institution_id != acting.institution_id:
        raise Refused(_("Only the institution that wrote it can change this."))
    if entry.kind == EntryKind.CONTRIBUTION:
        rules.check_open(State(meeting.state))
    else:
        rules.check_minutes_open(State(meeting.state), finished=meeting.minutes_finished_at is not None)


def _report_to_procedures(acting: Acting, meeting: Meeting, day: date, *, person_came: bool | None) -> None:
    """Report the meeting to the procedure of its case, or of the cases on its agenda."""
    fact = _HELD_ON.get(Kind(meeting.kind))
    if fact is None:
        return
    dossier = case_of(meeting)
    if dossier is not None and meeting.kind in rules.WITH_PERSON:
        report_fact(acting, dossier=dossier, fact=Fact.PERSON_ATTENDED, value=bool(person_came))
    if dossier is not None and meeting.kind == Kind.ASSESSMENT:
        report_fact(acting, dossier=dossier, fact=Fact.RAD_ATTENDED, value=_physician_came(meeting, on=acting.today))
    about = [dossier] if dossier else _cases_on_agenda(meeting)
    for one in about:
        report_fact(acting, dossier=one, fact=fact, value=day)
    if dossier is not None and meeting.kind == Kind.NETWORK and have_both_advisers_met(meeting):
        report_fact(acting, dossier=dossier, fact=Fact.BOTH_ADVISERS_MET_ON, value=day)


def _physician_came(meeting: Meeting, *, on: date) -> bool:
    present = Invitee.objects.filter(meeting=meeting, presence=Presence.PRESENT).select_related("institution", "staff")
    return physicians_among(present, on=on) > 0


def _complete_service(acting: Acting, meeting: Meeting) -> None:
    """Complete a round table or assessment that was ordered as a service."""
    dossier = case_of(meeting)
    if dossier is not None and meeting.kind in ServiceKind.values:
        complete_by_meeting(acting, dossier=dossier, kind=ServiceKind(meeting.kind))


def _cases_on_agenda(meeting: Meeting) -> list[Dossier]:
    points = AgendaPoint.objects.filter(meeting=meeting, dossier__isnull=False)
    return list(Dossier.objects.filter(pk__in=points.values("dossier_id")).order_by("pk"))


def _create_work_item(acting: Acting, entry: Entry) -> None:
    """A decision or mandate with somebody responsible becomes a work item of the case."""
    dossier = _case_of_entry(entry)
    if dossier is None or entry.responsible_id is None or entry.due_on is None:
        return
    item = add_work_item(
        acting,
        dossier=dossier,
        title=entry.text if len(entry.text) <= _TITLE else f"{entry.text[: _TITLE - 1]}…",
        details=entry.text if len(entry.text) > _TITLE else "",
        due_on=entry.due_on,
        addressed_id=entry.responsible_id,
        category=DataCategory(entry.category),
        about=("meeting", entry.meeting_id),
    )
    Entry.objects.filter(pk=entry.pk).update(work_item_id=item.pk)


def _case_of_entry(entry: Entry) -> Dossier | None:
    return Dossier.objects.filter(pk=entry.dossier_id).first() if entry.dossier_id else None
