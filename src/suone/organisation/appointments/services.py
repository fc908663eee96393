"""Absences, contact persons, and the keys of partners' systems."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.acts import Act
from suone.organisation.appointments.appointing import may_administer_at
from suone.organisation.appointments.models import Absence, Appointment, ContactPerson, PartnerSystem
from suone.organisation.appointments.rules import KEY_PREFIX, hash_of_key
from suone.organisation.institutions.models import Institution, Region


def enter_absence(
    acting: Acting, *, staff: Appointment, first_day: date, last_day: date, deputy: Appointment | None = None
) -> Absence:
    """Record that somebody is away on these days, both included, and who their deputy is meanwhile.

    Raises ``Refused`` if the days are reversed or overlap another absence, or the deputy is no colleague.
    """
    if last_day < first_day:
        raise Refused(_("The last day must not be before the first."))
    if deputy is not None and (deputy.pk == staff.pk or deputy.institution_id != staff.institution_id):
        raise Refused(_("Nobody can be their own deputy: choose somebody else."))
    try:
        with transaction.atomic():
            absence = Absence.objects.create(staff=staff, deputy=deputy, first_day=first_day, last_day=last_day)
    except IntegrityError as error:
        raise Refused(_("An absence is already recorded for some of these days.")) from error
    record(
        acting,
        kind=RecordKind.STORE,
        act=Act.ABSENCE_ENTERED,
        about=("staff", staff.pk),
        details={"from": first_day.isoformat(), "until": last_day.isoformat(), "deputy": deputy.pk if deputy else None},
    )
    return absence


def remove_absence(acting: Acting, *, absence: Absence) -> None:
    """Delete an absence: the person is not away after all."""
    about = ("staff", absence.staff_id)
    absence.delete()
    record(acting, kind=RecordKind.DELETE, act=Act.ABSENCE_REMOVED, about=about)


@dataclass(frozen=True, slots=True)
class ContactAssignment:
    """A contact person of an institution, in a region or (if None) everywhere, and the deputy."""

    staff: Appointment
    deputy: Appointment | None = None
    region: Region | None = None
    topics: str = ""
    position: int = 0


def enter_contact_person(acting: Acting, *, institution: Institution, assignment: ContactAssignment) -> ContactPerson:
    """Add a contact person of an institution to the directory.

    Raises ``Refused`` unless the acting person administers the institution and those named work there.
    """
    entry = ContactPerson(institution=institution)
    _answer(acting, entry, assignment)
    _record_contact(acting, RecordKind.STORE, Act.CONTACT_ENTERED, entry, after=_answers(entry))
    return entry


def change_contact_person(acting: Acting, *, entry: ContactPerson, assignment: ContactAssignment) -> None:
    """Change the contact person, deputy, region, topics or position of a directory entry; raises ``Refused`` as for a new one."""
    before = _answers(entry)
    _answer(acting, entry, assignment)
    _record_contact(acting, RecordKind.CHANGE, Act.CONTACT_CHANGED, entry, before=before, after=_answers(entry))


def remove_contact_person(acting: Acting, *, entry: ContactPerson) -> None:
    """Remove a contact person from the directory; raises ``Refused`` unless the acting person administers the institution."""
    _check_administers(acting, entry.institution_id)
    before, number = _answers(entry), entry.pk
    entry.delete()
    entry.pk = number
    _record_contact(acting, RecordKind.DELETE, Act.CONTACT_REMOVED, entry, before=before)


def _answer(acting: Acting, entry: ContactPerson, assignment: ContactAssignment) -> None:
    _check_administers(acting, entry.institution_id)
    values = {name: getattr(assignment, name) for name in ContactAssignment.__slots__}
    for named, kept in ((assignment.staff, entry.staff_id), (assignment.deputy, entry.deputy_id)):
        if named is not None and named.pk != kept:
            _check_works_there(acting, named, entry.institution_id)
    if assignment.deputy == assignment.staff:
        raise Refused(_("Nobody can be their own deputy: choose somebody else."))
    for name, value in values.items():
        setattr(entry, name, value)
    try:
        with transaction.atomic():
            entry.save(update_fields=None if entry.pk is None else list(values))
    except IntegrityError as error:
        raise Refused(_("This person is already a contact person there.")) from error


def _check_administers(acting: Acting, institution_id: int) -> None:
    if acting.kind is not Kind.JOB and not may_administer_at(acting, institution_id):
        raise Refused(_("Only an administrator of the institution decides who answers for it."))


def _check_works_there(acting: Acting, staff: Appointment, institution_id: int) -> None:
    working = Appointment.objects.working(on=acting.today)
    if not working.filter(pk=staff.pk, institution_id=institution_id).exists():
        raise Refused(_("Whoever answers for an institution must work there today: choose a colleague who does."))


def _answers(entry: ContactPerson) -> dict[str, object]:
    return {"region": entry.region_id, "staff": entry.staff_id, "deputy": entry.deputy_id}


def _record_contact(acting: Acting, kind: RecordKind, act: Act, entry: ContactPerson, **details: Any) -> None:
    about = ("contactperson", entry.pk)
    record(acting, kind=kind, act=act, about=about, recipients=[entry.institution_id], details=details)


def create_partner_system(
    acting: Acting, *, institution: Institution, name: str, responsible: Appointment, valid_until: date | None = None
) -> tuple[PartnerSystem, str]:
    """Give an institution's system access to the API; returns it with its key, of which only the hash is stored.

    ``valid_until`` is the last day. Raises ``Refused`` unless the acting person administers the institution and somebody
    else, who works there, is responsible: as with roles, nobody gives access to themselves. Also refused while another key
    of that name is valid.
    """
    _check_administers(acting, institution.pk)
    _check_works_there(acting, responsible, institution.pk)
    if acting.staff_id is not None and acting.user_id == responsible.user_id:
        raise Refused(_("Somebody else must answer for the key: nobody gives access to themselves."))
    if PartnerSystem.objects.filter(institution=institution, name=name, ended_at=None).exists():
        raise Refused(_("There is a key of this name: end it first, or choose another name."))
    if valid_until is not None and valid_until < acting.today:
        raise Refused(_("A key cannot expire before it takes effect."))
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    system = PartnerSystem.objects.create(
        institution=institution,
        name=name,
        responsible=responsible,
        key_hash=hash_of_key(key),
        valid_from=acting.today,
        valid_until=valid_until,
    )
    record(acting, kind=RecordKind.STORE, act=Act.PARTNER_CREATED, about=("partnersystem", system.pk))
    return system, key


def end_partner_system(acting: Acting, *, system: PartnerSystem) -> None:
    """Revoke the key of a partner's system at once; raises ``Refused`` if it is already revoked."""
    _check_administers(acting, system.institution_id)
    if not PartnerSystem.objects.filter(pk=system.pk, ended_at=None).update(ended_at=timezone.now()):
        raise Refused(_("This key has already been revoked."))
    record(acting, kind=RecordKind.CHANGE, act=Act.PARTNER_ENDED, about=("partnersystem", system.pk))
