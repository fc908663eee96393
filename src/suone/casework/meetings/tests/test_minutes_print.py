"""The minutes as a PDF: what whoever prints them may read, and the printing is logged."""

from datetime import timedelta
from io import BytesIO

from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do
from suone.casework.meetings.acts import Act
from suone.casework.meetings.models import Invitee, Meeting
from suone.casework.meetings.rules import EntryKind, Presence
from suone.casework.meetings.services import guests, minutes
from suone.casework.meetings.services.minutes import EntryContent
from suone.casework.meetings.tests.factories import convene
from suone.ground.access.categories import DataCategory
from suone.ground.audit.models import Entry as LogEntry
from suone.ground.audit.models import RecordKind
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import client_of
from suone.records.consents.tests.factories import Cast


def held(cast: Cast, case: Case) -> Meeting:
    meeting = convene(cast, case, cast.worker, cast.adviser, points=["Work and money"])
    due = timezone.localdate() + timedelta(days=9)
    written = (
        EntryContent(EntryKind.MINUTES, "She works part time.", DataCategory.EMPLOYMENT),
        EntryContent(EntryKind.DECISION, "Clarify benefits", responsible=cast.adviser.institution, due_on=due),
        EntryContent(EntryKind.MINUTES, "Debts are settled.", DataCategory.FINANCES),
    )
    for words in written:
        do(cast.coordinator, minutes.write_entry, meeting=meeting, content=words)
    do(cast.coordinator, guests.invite_guest, meeting=meeting, name="Dr. Guest")
    presences = {invitee.pk: Presence.EXCUSED for invitee in Invitee.objects.filter(meeting=meeting, role="invited")}
    do(cast.coordinator, minutes.hold_meeting, meeting=meeting, presences=presences)
    do(cast.coordinator, minutes.finish_minutes, meeting=meeting)
    return meeting


def printed(staff: Appointment, meeting: Meeting) -> tuple[str, PdfReader, str]:
    client: Client = client_of(staff)
    response = client.get(f"/meetings/{meeting.pk}/minutes/print")
    assert response.status_code == 200
    reader = PdfReader(BytesIO(response.content))
    return "\n".join(page.extract_text() for page in reader.pages), reader, str(response.headers)


def test_the_pdf_holds_agenda_presence_and_decisions(cast: Cast, case: Case) -> None:
    text, reader, headers = printed(cast.worker, meeting := held(cast, case))

    for word in ("Round table", "Work and money", "excused", "She works part time.", "Debts are settled.", "RAV de"):
        assert word in text
    assert f"{timezone.localdate() + timedelta(days=9):%d.%m.%Y}" in text
    assert "Dr. Guest" in text
    assert "Muster" not in str(reader.metadata) + headers
    assert f'filename="{meeting.case_number}-{meeting.pk}.pdf"' in headers
    assert LogEntry.objects.filter(act=Act.PRINTED, kind=RecordKind.PRINT, staff_id=cast.worker.pk).count() == 1


def test_whoever_prints_gets_what_they_may_read(cast: Cast, case: Case) -> None:
    text, _reader, _headers = printed(cast.adviser, held(cast, case))

    assert "She works part time." in text
    assert "Debts" not in text
    assert "Dr. Guest" not in text
