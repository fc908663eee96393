"""Meetings of the demo: a round table that was held, a review whose date is being found, a fixed session."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.meetings.models import AgendaPoint, DateProposal, Invitee, Meeting
from suone.casework.meetings.rules import EntryKind, Kind, PersonPart, Presence, Suits
from suone.casework.meetings.services.convening import Convocation, Seat, answer_invitation, convene_meeting
from suone.casework.meetings.services.dates import answer_dates
from suone.casework.meetings.services.guests import invite_guest
from suone.casework.meetings.services.minutes import (
    EntryContent,
    add_point,
    contribute,
    finish_minutes,
    hold_meeting,
    write_entry,
)
from suone.ground.access.categories import DataCategory
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, Region
from suone.records.dossiers.models import Dossier


@dataclass(frozen=True, slots=True)
class Table:
    """Who meets about the case."""

    act: Callable[[Appointment, Callable[..., Any]], Any]
    institutions: Mapping[str, Institution]
    coordinator: Appointment
    rav_adviser: Appointment
    social_worker: Appointment
    case_manager: Appointment


def play_meetings(table: Table, case: Case, *, region: Region) -> None:
    """What was said about the bus inspector, and what is ahead."""
    _round_table(table, case, region)
    _review(table, case, region)


def _round_table(table: Table, case: Case, region: Region) -> None:
    meeting = _convene(
        table,
        table.coordinator,
        case,
        Convocation(
            kind=Kind.ROUND_TABLE,
            seats=_seats(table, "RAV", "SMZ", "IV"),
            region=region,
            starts_at=_at(0, 8),
            minutes=90,
            place="Bureau CII, salle 2",
            points=["Emploi et vacances scolaires", "Santé : quelle clarification ?", "Suite"],
        ),
    )
    contributions = (
        (
            table.rav_adviser,
            "Contrat à 25 % toute l’année scolaire, aucun salaire pendant les vacances.",
            DataCategory.EMPLOYMENT,
        ),
        (table.social_worker, "Aide sociale complémentaire depuis huit mois ; loyer assuré.", DataCategory.FINANCES),
    )
    for staff, text, category in contributions:
        _do(table, staff, contribute, meeting=meeting, text=text, category=category)
    employment, health, next_steps = AgendaPoint.objects.filter(meeting=meeting)
    words = (
        EntryContent(
            EntryKind.MINUTES,
            "Un second emploi pendant les vacances est possible s’il ne met pas en danger le poste actuel.",
            DataCategory.EMPLOYMENT,
            employment,
        ),
        EntryContent(
            EntryKind.RECOMMENDATION,
            "Chercher des remplacements de courte durée dans la vallée.",
            DataCategory.EMPLOYMENT,
            employment,
        ),
        EntryContent(
            EntryKind.MANDATE,
            "Clarifier la capacité de travail par un mandat médical CII.",
            DataCategory.ADMINISTRATIVE,
            health,
            table.institutions["IV"],
            timezone.localdate() + timedelta(days=21),
        ),
        EntryContent(
            EntryKind.DECISION,
            "Vérifier le droit aux indemnités pendant les vacances scolaires.",
            DataCategory.ADMINISTRATIVE,
            next_steps,
            table.institutions["RAV"],
            timezone.localdate() + timedelta(days=10),
        ),
    )
    for entry in words:
        _do(table, table.coordinator, write_entry, meeting=meeting, content=entry)
    presences = {
        invitee.pk: Presence.EXCUSED if invitee.institution_id == table.institutions["SMZ"].pk else Presence.PRESENT
        for invitee in Invitee.objects.filter(meeting=meeting)
    }
    _do(table, table.coordinator, hold_meeting, meeting=meeting, presences=presences)
    _do(table, table.coordinator, finish_minutes, meeting=meeting)


def _review(table: Table, case: Case, region: Region) -> None:
    """The case manager looks for a date; RAV has answered, the others have not."""
    meeting = _convene(
        table,
        table.case_manager,
        case,
        Convocation(
            kind=Kind.REVIEW,
            seats=_seats(table, "RAV", "SMZ", "BSL", "IIZ"),
            region=region,
            proposals=[_at(14, 9), _at(15, 14), _at(19, 10)],
            answer_until=timezone.localdate() + timedelta(days=6),
            person_part=PersonPart.WHOLE,
            place="Office AI",
            points=["Où en est le plan ?"],
        ),
    )
    proposals = list(DateProposal.objects.filter(meeting=meeting))
    answers = dict(zip([proposal.pk for proposal in proposals], (Suits.YES, Suits.IF_NEED_BE, Suits.NO), strict=True))
    _do(table, table.rav_adviser, answer_dates, invitee=_invitation(meeting, table.rav_adviser), answers=answers)
    _do(
        table, table.case_manager, invite_guest, meeting=meeting, name="Dr Noëlle Fauchère", function="Psychothérapeute"
    )


def play_session(
    act: Callable[[Appointment, Callable[..., Any]], Any],
    case: Case,
    *,
    youth_worker: Appointment,
    guest: Appointment,
    institutions: Mapping[str, Institution],
) -> None:
    """The next fixed session of the region, convened by Plattform T1, with a young person on its agenda."""
    convocation = Convocation(
        kind=Kind.FIXED_SESSION,
        seats=[Seat(institutions[code]) for code in ("RAV", "SMZ", "IV", "BSL", "IIZ")],
        region=case.region,
        starts_at=_at(20, 13),
        minutes=180,
        place="Plateforme T1",
    )
    meeting = act(youth_worker, lambda acting: convene_meeting(acting, convocation=convocation))
    invitation = _invitation(meeting, guest)
    act(guest, lambda acting: answer_invitation(acting, invitee=invitation, accept=True))
    act(youth_worker, lambda acting: add_point(acting, meeting=meeting, title="Dates des prochaines séances"))
    dossier = Dossier.objects.get(pk=case.pk)
    act(youth_worker, lambda acting: add_point(acting, meeting=meeting, dossier=dossier))


def _convene(table: Table, staff: Appointment, case: Case | None, convocation: Convocation) -> Meeting:
    dossier = Dossier.objects.get(pk=case.pk) if case else None
    meeting: Meeting = _do(table, staff, convene_meeting, convocation=convocation, dossier=dossier)
    return meeting


def _do(table: Table, staff: Appointment, service: Callable[..., Any], **arguments: Any) -> Any:
    return table.act(staff, lambda acting: service(acting, **arguments))


def _seats(table: Table, *codes: str) -> list[Seat]:
    return [Seat(table.institutions[code]) for code in codes if code in table.institutions]


def _invitation(meeting: Meeting, staff: Appointment) -> Invitee:
    invitees = Invitee.objects.select_related("meeting", "institution")
    return invitees.get(meeting=meeting, institution_id=staff.institution_id)


def _at(days: int, hour: int) -> datetime:
    day = timezone.localtime() + timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)
