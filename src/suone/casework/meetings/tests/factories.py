"""The smallest meeting about a case: convened by the office, with the adviser's institution at the table."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do
from suone.casework.meetings.models import DateProposal, Invitee, Meeting
from suone.casework.meetings.rules import Kind
from suone.casework.meetings.services.convening import Convocation, Seat, convene_meeting
from suone.organisation.appointments.models import Appointment
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.models import Dossier


def at(days: int, hour: int = 10) -> datetime:
    """So many days from today, at the full hour."""
    day = timezone.localtime() + timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def convocation(*seats: Appointment, named: Appointment | None = None, **changes: Any) -> Convocation:
    """A round table today, unless the test says otherwise."""
    invited = [Seat(staff.institution) for staff in seats] + ([Seat(named.institution, named)] if named else [])
    usual: dict[str, Any] = {"kind": Kind.ROUND_TABLE, "seats": invited, "place": "IIZ, Sitten"}
    if "proposals" not in changes:
        usual["starts_at"] = at(0)
    else:
        usual["answer_until"] = timezone.localdate() + timedelta(days=3)
    return Convocation(**usual | changes)


def convene(
    cast: Cast, case: Case | None, *seats: Appointment, by: Appointment | None = None, **changes: Any
) -> Meeting:
    dossier = Dossier.objects.get(pk=case.pk) if case else None
    meeting: Meeting = do(
        by or cast.coordinator,
        convene_meeting,
        dossier=dossier,
        convocation=convocation(*seats or (cast.worker, cast.adviser), **changes),
    )
    return meeting


def invitee(meeting: Meeting, staff: Appointment) -> Invitee:
    return Invitee.objects.select_related("meeting", "institution").get(
        meeting=meeting, institution_id=staff.institution_id
    )


def proposals(meeting: Meeting) -> list[DateProposal]:
    return list(DateProposal.objects.filter(meeting=meeting))


def fresh(meeting: Meeting) -> Meeting:
    return Meeting.objects.get(pk=meeting.pk)
