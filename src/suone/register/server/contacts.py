"""Whom to call about a registration elsewhere: the responsible worker, or else the contact person and deputy.

Of a former registration secretariat and contact person, who know the former worker (agreement SMZ–IV, no. 4).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.queries import absences_on, contacts_of, stand_ins
from suone.organisation.institutions.models import Institution, Office


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call; where that person is away, until when and who stands in."""

    name: str
    phone: str
    email: str
    away_until: date | None = None
    deputy_name: str = ""
    deputy_phone: str = ""


@dataclass(frozen=True, slots=True)
class Secretariat:
    """The office that answers where no worker is named."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Place:
    """A registration as the register holds it: numbers of the directory, and days."""

    institution: int
    office: int | None
    worker: int | None
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Found:
    """A registration at another institution, open or past: where, since when, and whom to call."""

    institution: str  # its short name
    institution_name: str
    institution_id: int
    kind: str
    region: str
    since: date
    until: date | None
    contact: Contact | None
    secretariat: Secretariat | None  # of a former registration, and where nobody is named to call


def places_in(answer: str) -> list[Place]:
    """The registrations in an answer (JSON) of the register's functions."""
    return [
        Place(
            row["institution"],
            row["office"],
            row["worker"],
            date.fromisoformat(row["valid_from"]),
            row["valid_until"] and date.fromisoformat(row["valid_until"]),
        )
        for row in json.loads(answer)
    ]


def resolve(places: Sequence[Place], *, on: date) -> list[Found]:
    """Registrations with names and telephone numbers, in the same order; the number of queries does not grow with them."""
    institutions = Institution.objects.in_bulk({place.institution for place in places})
    offices = Office.objects.select_related("region").in_bulk({place.office for place in places if place.office})
    workers = Appointment.objects.in_bulk({place.worker for place in places if place.worker})
    away = absences_on(set(workers), on=on)
    secretariats = _secretariats(institutions)
    contacts: dict[tuple[int, int | None], Contact | None] = {}
    found = []
    for place in places:
        contact: Contact | None
        institution = institutions[place.institution]
        office = offices.get(place.office) if place.office else None
        worker = workers.get(place.worker) if place.worker else None
        is_former = place.valid_until is not None and place.valid_until < on
        if worker is not None and not worker.has_ended(on=on) and not is_former:
            contact = _worker(worker, away.get(worker.pk), on)
        else:
            there = (institution.pk, office.region_id if office else None)
            if there not in contacts:
                contacts[there] = _contact_person(institution, office, on)
            contact = contacts[there]
        found.append(
            Found(
                institution.code,
                institution.name,
                institution.pk,
                institution.kind,
                office.region.name if office and office.region else "",
                place.valid_from,
                place.valid_until,
                contact,
                _secretariat(secretariats.get(institution.pk, []), office) if is_former or contact is None else None,
            )
        )
    return found


def _worker(worker: Appointment, away_until: date | None, on: date) -> Contact:
    deputy = None
    if away_until is not None:
        covering = stand_ins([worker.pk], on=on).get(worker.pk, [])
        deputy = Appointment.objects.filter(pk__in=covering[:1]).first()
    return _shown(worker, away_until, deputy)


def _contact_person(institution: Institution, office: Office | None, on: date) -> Contact | None:
    entries = contacts_of(institution, office.region if office else None, on=on)
    if not entries:
        return None
    return _shown(entries[0].staff, entries[0].away_until, entries[0].deputy)


def _secretariats(institutions: Iterable[int]) -> dict[int, list[Office]]:
    """The offices of each institution that can be called or written to."""
    reachable = Office.objects.filter(institution_id__in=list(institutions), is_active=True)
    found: dict[int, list[Office]] = {}
    for office in reachable.exclude(phone="", email="").order_by("pk"):
        found.setdefault(office.institution_id, []).append(office)
    return found


def _secretariat(offices: Sequence[Office], of: Office | None) -> Secretariat | None:
    """The office of the registration itself, or else one of its region, or else any of the institution."""
    near = [one for one in offices if of is not None and one.pk == of.pk]
    near += [one for one in offices if of is not None and of.region_id and one.region_id == of.region_id]
    chosen = next(iter([*near, *offices]), None)
    return Secretariat(chosen.name, chosen.phone, chosen.email) if chosen else None


def _shown(staff: Appointment, away_until: date | None, deputy: Appointment | None) -> Contact:
    return Contact(
        staff.full_name,
        staff.phone,
        staff.email,
        away_until,
        deputy.full_name if deputy else "",
        deputy.phone if deputy else "",
    )
