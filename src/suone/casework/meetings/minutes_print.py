"""The minutes as a PDF: agenda, presence, entries and decisions that the person printing may read."""

from pathlib import Path
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from suone.casework.meetings.models import AgendaPoint, Entry
from suone.casework.meetings.queries import MeetingDetails, Topic
from suone.casework.meetings.rules import BINDING_KINDS, PersonPart
from suone.ground.access.acting import Acting
from suone.ground.audit.shown import note_row
from suone.records.documents.typeset import LANGUAGES, Frame, typeset

_LAYOUT = Path(__file__).parent / "typst" / "minutes.typ"
_VERSION = "minutes-2026-1"


def minutes_pdf(table: MeetingDetails, *, printed_by: Acting) -> bytes:
    """Return the minutes as an accessible PDF in the reader's language."""
    language = (get_language() or "de")[:2]
    meeting = table.meeting
    for row in (meeting, *table.points, *table.entries):
        note_row(row)
    frame = Frame(
        title=str(meeting.get_kind_display()),
        issuer=printed_by.institution_name,
        reference=meeting.case_number or "–",
        version=_VERSION,
        printed_at=timezone.localtime(),
    )
    data = {"words": _words(), "meeting": _filled_in(table)}
    return typeset(_LAYOUT.read_text(), data, language if language in LANGUAGES else "de", frame=frame)


def _words() -> dict[str, str]:
    return {
        "meeting": _("Meeting"),
        "people": _("Who was there"),
        "who": _("Who"),
        "presence": _("Presence"),
        "agenda": _("Agenda"),
        "minutes": _("Minutes"),
        "decisions": _("Decisions and mandates"),
        "what": _("What"),
        "responsible": _("Responsible"),
        "until": _("Until"),
        "nothing": _("Nothing yet."),
        "extent": _("These minutes contain what the person who printed them may read."),
    }


def _filled_in(table: MeetingDetails) -> dict[str, Any]:
    return {
        "kind": str(table.meeting.get_kind_display()),
        "when": _when(table),
        "particulars": _particulars(table),
        "people": [
            [somebody.name, str(somebody.get_presence_display())] for somebody in [*table.at_table, *_guests(table)]
        ],
        "agenda": [_title(point) for point in table.points],
        "topics": [_topic(topic) for topic in table.topics if topic.entries],
        "decisions": [
            [entry.text, entry.responsible.name if entry.responsible else "–", _day(entry)]
            for entry in table.entries
            if entry.kind in BINDING_KINDS
        ],
    }


def _when(table: MeetingDetails) -> str:
    starts_at, ends_at = table.meeting.starts_at, table.meeting.ends_at
    if starts_at is None or ends_at is None:
        return ""
    return f"{formats.date_format(timezone.localtime(starts_at), 'l, j. F Y, H:i')}–{timezone.localtime(ends_at):%H:%M}"


def _particulars(table: MeetingDetails) -> list[list[str]]:
    meeting = table.meeting
    came = {True: _("was there"), False: _("was not there"), None: str(PersonPart(meeting.person_part).label)}
    return [
        [_("Place"), meeting.place or "–"],
        [_("Convened by"), f"{meeting.convening.name}, {meeting.convened_by.full_name}"],
        [_("The person"), came[meeting.person_came]],
        [_("State"), str(meeting.get_state_display())],
        *([[_("Missing"), ", ".join(str(party.label) for party in table.missing)]] if table.missing else []),
    ]


def _guests(table: MeetingDetails) -> list[Any]:
    return [guest for guest in table.guests if guest.revoked_at is None]


def _topic(topic: Topic) -> list[Any]:
    return [_title(topic.point) if topic.point else "", [_entry(entry) for entry in topic.entries]]


def _entry(entry: Entry) -> list[str]:
    label = f"{entry.get_kind_display()} · {entry.get_category_display()}"
    return [label, entry.text, entry.language, f"{entry.institution.short_name}, {entry.staff.full_name}"]


def _title(point: AgendaPoint) -> str:
    """The point's own title; without one it is a case, named by its number."""
    return point.title or (point.dossier.number if point.dossier else "–")


def _day(entry: Entry) -> str:
    return f"{entry.due_on:%d.%m.%Y}" if entry.due_on else "–"
