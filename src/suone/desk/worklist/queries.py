"""What needs me today: work items, requests to answer, consents that run out, and what I wait for from others."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from suone.casework.casepage.queries import NextAction, next_action
from suone.casework.meetings.models import Meeting
from suone.casework.meetings.queries import answer_day, waiting_invitations
from suone.ground.access.acting import Acting
from suone.ground.access.permissions import Permission
from suone.ground.audit.shown import Shows
from suone.ground.web.jinja import localized
from suone.organisation.appointments.models import AppointmentQuerySet
from suone.organisation.appointments.queries import colleagues
from suone.organisation.institutions.models import in_short
from suone.records.decisions.models import Decision, kind_of
from suone.records.decisions.queries import addressed_to, asked_by
from suone.records.workitems.models import WorkItem
from suone.records.workitems.queries import my_open_items, readable_items, waiting_for_others

MOST = 500
PAGE = 50  # entries shown at once


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the worklist. ``dossier_id`` is missing where only a request, not the case, is open to me.

    ``about`` is the case that the line names, open to me or not.
    """

    shows: ClassVar = Shows(case="about")

    number: str
    who: str
    dossier_id: int | None
    about: int | None
    step: str
    language: str
    due_on: date
    institution: str
    person: str
    phone: str
    state: str
    item: WorkItem | None = None
    action: NextAction | None = None  # the act that settles it
    decision_id: int | None = None
    answered_at_page: str = ""  # the name of the page where this kind of request is answered
    meeting_id: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What a list counts and sorts by. Of work items, which can be many, an ``Entry`` is fetched only for those shown."""

    due_on: date
    number: str
    responsible: str
    item_id: int | None = None
    entry: Entry | None = None

    def urgency(self, today: date) -> str:
        """How urgent it is on a day: overdue, today, within a week (seven days), or later."""
        if self.due_on < today:
            return "overdue"
        if self.due_on == today:
            return "today"
        return "week" if self.due_on <= today + timedelta(days=7) else "later"


def mine(acting: Acting) -> list[Line]:
    """Work items, requests and invitations for the acting person, by deadline; at most ``MOST`` of each."""
    others: list[Entry] = []
    if acting.may(Permission.CASE_WORK):
        others += map(_of_request, addressed_to(acting)[:MOST])
    if acting.may(Permission.MEETING_ATTEND):
        others += (_of_invitation(invitee.meeting) for invitee in waiting_invitations(acting)[:MOST])
    return in_order([*_lines(my_open_items(acting)), *map(_line, others)])


def awaited(acting: Acting) -> list[Line]:
    """What the acting person asked others to do or decide, by deadline; at most ``MOST`` of each."""
    requests = map(_of_awaited_request, asked_by(acting)[:MOST])
    return in_order([*_lines(waiting_for_others(acting)), *map(_line, requests)])


def entries(acting: Acting, lines: Sequence[Line], *, state: str) -> list[Entry]:
    """The entries of these lines, in their order; ``state`` is the word for work items."""
    wanted = [line.item_id for line in lines if line.item_id]
    items = readable_items(acting).filter(pk__in=wanted) if wanted else ()
    found = {item.pk: _of_item(item, state) for item in items}
    shown = (line.entry or found.get(line.item_id or 0) for line in lines)
    return [entry for entry in shown if entry is not None]


# What the table can be sorted by, beside the deadline that decides among equals.
SORTS: dict[str, Callable[[Line], str]] = {
    "due": lambda line: "",
    "case": lambda line: line.number,
    "who": lambda line: line.responsible,
}


def in_order(lines: Iterable[Line], column: str = "due", *, descending: bool = False) -> list[Line]:
    """By deadline, or by case or responsible and then by deadline."""
    by_deadline = sorted(lines, key=lambda line: (line.due_on, line.number), reverse=descending and column == "due")
    return sorted(by_deadline, key=SORTS[column], reverse=descending)


def counts(lines: Iterable[Line], today: date) -> dict[str, int]:
    """How many are overdue, due today, due within a week."""
    counted = {"overdue": 0, "today": 0, "week": 0, "later": 0}
    for line in lines:
        counted[line.urgency(today)] += 1
    return counted


def colleagues_of(acting: Acting) -> AppointmentQuerySet:
    """To whom work can be handed on."""
    return colleagues(acting.own_institution_id, on=acting.today).who_can(Permission.CASE_WORK)


def _lines(items: QuerySet[WorkItem]) -> list[Line]:
    names = ("addressed__code", "addressed__short_name_fr", "assigned__first_name", "assigned__last_name")
    rows = items.prefetch_related(None).order_by("due_on", "pk").values_list("pk", "due_on", "dossier__number", *names)
    return [
        Line(due_on, number, f"{in_short(code, french)} {first or ''} {last or ''}".casefold(), item_id=pk)
        for pk, due_on, number, code, french, first, last in rows[:MOST]
    ]


def _line(entry: Entry) -> Line:
    return Line(entry.due_on, entry.number, f"{entry.institution} {entry.person}".casefold(), entry=entry)


def _of_request(decision: Decision) -> Entry:
    return Entry(
        number=decision.case_number,
        who="",
        dossier_id=None,
        about=decision.dossier_id,
        step=str(kind_of(decision).to_answer),
        language="",
        due_on=decision.due_on,
        institution=decision.asked_institution.short_name,
        person=decision.asked_by.full_name if decision.asked_by else "",
        phone=decision.asked_by.phone if decision.asked_by else "",
        state=_("request"),
        decision_id=decision.pk,
        answered_at_page=kind_of(decision).address,
    )


def _of_awaited_request(decision: Decision) -> Entry:
    return Entry(
        number=decision.case_number,
        who=decision.dossier.who,
        dossier_id=decision.dossier_id,
        about=decision.dossier_id,
        step=str(kind_of(decision).awaited),
        language="",
        due_on=decision.due_on,
        institution=decision.addressed.short_name,
        person=decision.addressed_staff.full_name if decision.addressed_staff else "",
        phone=decision.addressed_staff.phone if decision.addressed_staff else "",
        state=_("waits"),
    )


def _of_invitation(meeting: Meeting) -> Entry:
    """A meeting to which one's institution has still to say whether it comes, or which dates suit."""
    return Entry(
        number=meeting.case_number or meeting.get_kind_display(),
        who=meeting.dossier.who if meeting.dossier else "",
        dossier_id=None,
        about=meeting.dossier_id,
        step=_("Answer the proposed dates") if meeting.starts_at is None else _("Answer the invitation"),
        language="",
        due_on=answer_day(meeting),
        institution=meeting.convening.short_name,
        person=meeting.convened_by.full_name,
        phone=meeting.convened_by.phone,
        state=_("invitation"),
        meeting_id=meeting.pk,
    )


def _of_item(item: WorkItem, state: str) -> Entry:
    return Entry(
        number=item.dossier.number,
        who=item.dossier.who,
        dossier_id=item.dossier_id,
        about=item.dossier_id,
        step=localized(item.title, item.language, item.texts),
        language=item.language,
        due_on=item.due_on,
        institution=item.addressed.short_name,
        person=item.assigned.full_name if item.assigned else "",
        phone=item.assigned.phone if item.assigned else "",
        state=state,
        item=item,
        action=next_action(item),
    )
