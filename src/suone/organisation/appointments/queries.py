"""Whom to call, and whom to notify."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.organisation.appointments.models import Absence, Appointment, AppointmentQuerySet, BodyMember, ContactPerson
from suone.organisation.appointments.rules import Colleague, standing_in
from suone.organisation.institutions.models import BodyKind, Institution, Region


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact person as the directory shows them, with the last day of an absence and the deputy."""

    entry: ContactPerson
    staff: Appointment  # the person named in the entry, or the deputy if that person has left
    away_until: date | None
    deputy: Appointment | None


def contact_persons(*, on: date) -> QuerySet[ContactPerson]:
    """Directory entries whose contact person or deputy works at the institution that day."""
    working = Appointment.objects.working(on=on)
    entries = ContactPerson.objects.annotate(
        staff_works=Exists(working.filter(pk=OuterRef("staff"))),
        deputy_works=Exists(working.filter(pk=OuterRef("deputy"))),
    ).filter(Q(staff_works=True) | Q(deputy_works=True))
    return entries.select_related("institution", "region", "staff__office", "deputy__office")


def search_contacts(words: str, *, on: date, region: Region | None = None, most: int = 40) -> list[Contact]:
    """Contact persons for words such as "SMZ Siders" or a name: each word must match some field of the entry.

    With a ``region``, those of that region or of the whole canton.
    """
    entries = contact_persons(on=on)
    if region is not None:
        entries = entries.filter(Q(region=None) | Q(region=region))
    for word in words.split():
        entries = entries.filter(
            Q(institution__code__unaccent__icontains=word)
            | Q(institution__short_name_fr__unaccent__icontains=word)
            | Q(institution__name_de__unaccent__icontains=word)
            | Q(institution__name_fr__unaccent__icontains=word)
            | Q(region__name_de__unaccent__icontains=word)
            | Q(region__name_fr__unaccent__icontains=word)
            | Q(staff__last_name__unaccent__icontains=word)
            | Q(staff__first_name__unaccent__icontains=word)
            | Q(staff__office__name_de__unaccent__icontains=word)
            | Q(staff__office__name_fr__unaccent__icontains=word)
            | Q(topics__unaccent__icontains=word)
        )
    found = entries.order_by("institution__circle", "institution__code", "region__position", "position")[:most]
    return as_contacts(found, on=on)


def contacts_of(institution: Institution, region: Region | None, *, on: date) -> list[Contact]:
    """The contact persons of an institution in a region; all of them if it has none there."""
    entries = list(contact_persons(on=on).filter(institution=institution))
    near = [entry for entry in entries if region and entry.region_id in (None, region.pk)] or entries
    return as_contacts(near, on=on)


def as_contacts(entries: Iterable[Any], *, on: date) -> list[Contact]:
    """Turn entries of ``contact_persons`` into contacts: nobody who has left, and a deputy for whoever is away."""
    entries = list(entries)
    named = {pk for entry in entries for pk in (entry.staff_id, entry.deputy_id) if pk}
    away = absences_on(named, on=on)
    covers = stand_ins(set(away), on=on)
    people = Appointment.objects.in_bulk({pk for found in covers.values() for pk in found})
    contacts = []
    for entry in entries:
        deputy = entry.deputy if entry.deputy_works else None
        staff = entry.staff if entry.staff_works else deputy
        if staff is None:
            continue
        if staff.pk in away:
            covering = covers.get(staff.pk)
            deputy = people[covering[0]] if covering else None
        contacts.append(Contact(entry, staff, away.get(staff.pk), deputy if deputy != staff else None))
    return contacts


def absences_on(staff_ids: Collection[int], *, on: date) -> dict[int, date]:
    """Those of these appointments that are away on this day, with the last day of the absence."""
    absences = Absence.objects.filter(staff_id__in=staff_ids, first_day__lte=on, last_day__gte=on)
    return dict(absences.values_list("staff_id", "last_day"))


def stand_ins(away: Collection[int], *, on: date) -> dict[int, list[int]]:
    """Who covers each of these absent people: the deputy in the absence, else in the directory; if away, that one's deputy.

    People whom nobody covers are left out.
    """
    deputies: dict[int, list[int]] = {}
    absent: set[int] = set()
    asked: set[int] = set()
    waiting = set(away)
    while waiting:
        asked |= waiting
        absences = Absence.objects.filter(staff_id__in=waiting, first_day__lte=on, last_day__gte=on)
        named = dict(absences.values_list("staff_id", "deputy_id"))
        absent |= named.keys()
        entered = ContactPerson.objects.filter(
            staff_id__in=[pk for pk, deputy in named.items() if deputy is None], deputy__isnull=False
        )
        for staff_id, deputy_id in entered.order_by("pk").values_list("staff_id", "deputy_id"):
            deputies.setdefault(staff_id, []).append(deputy_id)
        deputies |= {pk: [deputy] for pk, deputy in named.items() if deputy is not None}
        waiting = {pk for found in deputies.values() for pk in found} - asked
    met = {pk for found in deputies.values() for pk in found}
    if not met:
        return {}
    working = set(Appointment.objects.working(on=on).filter(pk__in=met).values_list("pk", flat=True))
    found = {pk: standing_in(pk, deputies=deputies, absent=absent | (met - working)) for pk in away if pk in absent}
    return {pk: covering for pk, covering in found.items() if covering}


def stands_in_for(staff_id: int, *, on: date) -> list[int]:
    """The absent colleagues whom this staff member covers, including those whose deputy is absent, too."""
    away = Absence.objects.filter(first_day__lte=on, last_day__gte=on)
    covered: list[int] = []
    waiting = {staff_id}
    while waiting:
        entered = Q(deputy=None, staff__contact_for__deputy_id__in=waiting)
        found = set(away.filter(Q(deputy_id__in=waiting) | entered).values_list("staff_id", flat=True))
        waiting = found - {staff_id, *covered}
        covered += sorted(waiting)
    return covered


def with_stand_ins(staff_ids: Collection[int], *, on: date) -> list[int]:
    """These appointments, and those that cover the absent ones among them; without duplicates."""
    away = absences_on(staff_ids, on=on)
    covering = stand_ins(set(away), on=on) if away else {}
    return list(dict.fromkeys([*staff_ids, *(pk for staff_id in staff_ids for pk in covering.get(staff_id, []))]))


def staff_to_notify(
    institution_ids: Collection[int], region_id: int | None, *, on: date, followers: Collection[int] = ()
) -> list[int]:
    """Whom to notify at these institutions about a case: the contact persons of its region, and its ``followers`` there.

    If an institution has neither, its first contact person is notified, so that no message is lost; without a region, all
    of them are. If somebody is away, so is whoever covers them. Nobody who has left is notified. Returns appointment ids.
    """
    entries: list[Any] = list(
        contact_persons(on=on).filter(institution_id__in=institution_ids).order_by("position", "pk")
    )
    following = Appointment.objects.working(on=on).filter(pk__in=followers, institution_id__in=institution_ids)
    working = dict(following.values_list("pk", "institution_id")) if followers else {}
    notified: list[int] = []
    for institution_id in institution_ids:
        follow = [pk for pk in followers if working.get(pk) == institution_id]
        own = [entry for entry in entries if entry.institution_id == institution_id]
        if region_id is not None:
            in_region = [entry for entry in own if entry.region_id in (None, region_id)]
            own = in_region or ([] if follow else own[:1])
        notified += follow
        notified += [entry.staff_id if entry.staff_works else entry.deputy_id for entry in own]
    return with_stand_ins(list(dict.fromkeys(notified)), on=on)


def institutions_of_leavers(staff_ids: Collection[int], *, on: date) -> dict[int, int]:
    """Those of these appointments that have ended, with the institution they were at."""
    working = Appointment.objects.working(on=on).filter(pk=OuterRef("pk"))
    left = Appointment.objects.filter(~Exists(working), pk__in=staff_ids)
    return dict(left.values_list("pk", "institution_id"))


def pool_for_case_management(region_id: int, *, on: date) -> list[int]:
    """The appointments in the region's pool for case management; empty where the canton keeps none."""
    running = BodyMember.objects.filter(
        Q(term_until=None) | Q(term_until__gte=on),
        term_from__lte=on,
        body__kind=BodyKind.POOL,
        body__region_id=region_id,
        staff__in=Appointment.objects.working(on=on).values("pk"),
    )
    return list(running.values_list("staff_id", flat=True))


def colleagues(institution_id: int, *, on: date) -> AppointmentQuerySet:
    """Everybody who works at an institution that day; for pickers."""
    return Appointment.objects.filter(institution_id=institution_id).working(on=on)


def own_region(acting: Acting) -> Region | None:
    """The region where the acting person works, or else that of their office; None for the whole canton."""
    staff = Appointment.objects.select_related("region", "office__region").get(pk=acting.own_staff_id)
    return staff.region or (staff.office.region if staff.office else None)


_OFFICIALS = (Role.INSTITUTION_ADMINISTRATOR, Role.OFFICE_ADMINISTRATOR, Role.CANTONAL_DELEGATE)


def as_colleague(staff: Appointment, *, on: date) -> Colleague:
    """An appointment in the form that the rules for giving roles take."""
    roles: list[str] | None = getattr(staff, "roles_in_force", None)
    return Colleague(
        appointment=staff.pk,
        account=staff.user_id,
        institution=staff.institution_id,
        at_office=staff.institution.is_iiz_office,
        roles=staff.roles_on(on) if roles is None else frozenset(map(Role, roles)),
    )


def colleagues_and_administrators(institution_id: int, *, on: date) -> list[Colleague]:
    """Everybody at an institution, and administrators and delegates everywhere: the input of the rules for roles."""
    working = Appointment.objects.working(on=on)
    officials = working.holding(*_OFFICIALS).exclude(user=None)
    asked = working.filter(Q(institution=institution_id) | Q(pk__in=officials.values("pk")))
    return [as_colleague(staff, on=on) for staff in asked.with_roles(on=on).select_related("institution")]


def appointment_by_address(institution: Institution, address: str) -> Appointment:
    """Who works at an institution under an e-mail address; raises ``Refused`` where nobody does."""
    appointment = Appointment.objects.filter(institution=institution, email__iexact=address).first()
    if appointment is None:
        raise Refused(
            f"Nobody at {institution.code} has the address {address}: enter the person in the directory first."
        )
    return appointment
