"""Whom the invitation to a kind of meeting proposes by name, and which of its parties were missing when it was held."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from django.db.models import Q, QuerySet

from suone.casework.cases.models import Case, Participant, ParticipantState
from suone.casework.meetings.models import Invitee, InviteeRole, Meeting
from suone.casework.meetings.rules import PARTIES, Kind, Party, Presence, are_both_advisers, missing_parties
from suone.ground.access.acting import Acting
from suone.ground.access.permissions import Role
from suone.organisation.appointments.models import Appointment, AppointmentQuerySet, ContactPerson
from suone.organisation.appointments.queries import contact_persons
from suone.organisation.institutions.models import Institution
from suone.records.consents.models import Disclosure, DisclosureForm
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import institutions_with_access


class Invited(Protocol):
    """A seat at the table: of an institution, or of somebody there by name."""

    @property
    def institution(self) -> Institution: ...

    @property
    def staff(self) -> Appointment | None: ...


def institutions_in_case(dossier_id: int) -> list[int]:
    """Return the ids of institutions that take part in a case or have been asked to."""
    around = Participant.objects.filter(
        dossier_id=dossier_id, state__in=[ParticipantState.ASKED, ParticipantState.TAKING_PART]
    )
    return list(around.values_list("institution_id", flat=True))


def people_by_name(dossier: Dossier, *, on: date, also: Iterable[Appointment] = ()) -> AppointmentQuerySet:
    """Who can be invited by name: the region's contact persons, whoever notified or follows the case, medical officers.

    And ``also`` those whom a consent names.
    """
    case = Case.objects.get(pk=dossier.pk)
    return (
        Appointment.objects.working(on=on)
        .filter(
            Q(pk__in=_contacts(case, on=on).values("staff"))
            | Q(pk=case.notified_by_id)
            | Q(pk__in=_followers(case))
            | Q(pk__in=_physicians(on=on).values("pk"))
            | Q(pk__in=[staff.pk for staff in also])
        )
        .near_first(case.region_id)
    )


def proposed_people(kind: Kind, dossier: Dossier, *, on: date) -> list[Appointment]:
    """Whom the invitation to this kind of meeting proposes by name.

    To an assessment the parties that its source names; its contact persons are those of institutions that take part or were
    asked, since an invitation must not tell others of the case. To a network meeting whoever follows the case.
    """
    case = Case.objects.get(pk=dossier.pk)
    if kind is Kind.NETWORK:
        chosen = set(_followers(case))
    elif kind in PARTIES:
        contacts = _contacts(case, on=on).filter(institution_id__in=institutions_in_case(case.pk))
        physician = _physicians(on=on).near_first(case.region_id).first()
        chosen = {*contacts.values_list("staff_id", flat=True), case.notified_by_id}
        chosen |= {physician.pk} if physician else set()
    else:
        return []
    return [staff for staff in people_by_name(dossier, on=on).select_related("institution") if staff.pk in chosen]


def parties_missing_at(acting: Acting, meeting: Meeting, invitees: Sequence[Invitee]) -> list[Party]:
    """Which parties of its kind were not there; none before it is held, nor for those who cannot open the case."""
    case = Case.objects.readable_by(acting).filter(pk=meeting.dossier_id or 0).first()
    if case is None or meeting.person_came is None or Kind(meeting.kind) not in PARTIES:
        return []
    present = [one for one in invitees if one.presence == Presence.PRESENT]
    others = [one for one in present if not physicians_among([one], on=acting.today)]
    named = {one.staff_id for one in others if one.staff_id}
    # A seat without a name is that of the institution's contact persons, save the convener's.
    through = any(one.staff_id is None and one.role == InviteeRole.INVITED for one in others)
    contacts = contact_persons(on=acting.today).filter(Q(staff_id__in=named) | Q(deputy_id__in=named))
    there = {
        Party.CONTACT_PERSONS: through or contacts.exists(),
        Party.NOTIFIER: case.notified_by_id in {*named, meeting.convened_by_id},
        Party.PHYSICIAN: len(others) < len(present),
        Party.PERSON: meeting.person_came,
    }
    return missing_parties(Kind(meeting.kind), {party for party, came in there.items() if came})


def have_both_advisers_met(meeting: Meeting) -> bool:
    """Return whether somebody of social assistance and of IV was there by name; whoever convened it counts by name."""
    present = Invitee.objects.filter(meeting=meeting, presence=Presence.PRESENT)
    named = present.filter(Q(staff__isnull=False) | Q(role=InviteeRole.CONVENER))
    return are_both_advisers(set(named.values_list("institution__kind", flat=True)))


def may_be_told(dossier: Dossier, institution_id: int) -> bool:
    """Return whether an institution may learn whom a case is about: it can open it, or a disclosure to it is recorded."""
    told = Disclosure.objects.filter(dossier=dossier, recipient_id=institution_id).exclude(form=DisclosureForm.ACCESS)
    return institution_id in institutions_with_access(dossier) or told.exists()


def physicians_among(seats: Iterable[Invited], *, on: date) -> int:
    """Count the medical officers invited by name, and the institutions invited that employ one."""
    seats = list(seats)
    named = _physicians(on=on).filter(pk__in=[seat.staff.pk for seat in seats if seat.staff is not None])
    through = _physicians(on=on).filter(institution_id__in=[s.institution.pk for s in seats if s.staff is None])
    return named.count() + through.values("institution_id").distinct().count()


def _physicians(*, on: date) -> AppointmentQuerySet:
    return Appointment.objects.working(on=on).holding(Role.MEDICAL_OFFICER)


def _contacts(case: Case, *, on: date) -> QuerySet[ContactPerson]:
    return contact_persons(on=on).filter(Q(region=None) | Q(region_id=case.region_id))


def _followers(case: Case) -> list[int]:
    """Who follows the case at the institutions that take part."""
    taking_part = Participant.objects.filter(dossier_id=case.pk, state=ParticipantState.TAKING_PART)
    return list(taking_part.exclude(staff=None).values_list("staff_id", flat=True))
