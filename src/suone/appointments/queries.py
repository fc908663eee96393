"""Whom to call, and whom to tell."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from suone.access.permissions import Role
from suone.appointments.models import Absence, Appointment, ContactPerson
from suone.appointments.rules import Colleague
from suone.institutions.models import Institution, Region


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact person as the directory shows them: away until when, and who stands in."""

    entry: ContactPerson
    away_until: date | None

    @property
    def staff(self) -> Appointment:
        return self.entry.staff

    @property
    def deputy(self) -> Appointment | None:
        return self.entry.deputy


def search_contacts(words: str, *, on: date, most: int = 40) -> list[Contact]:
    """Contact persons for words such as "SMZ Siders" or a name: every word must fit the entry somewhere."""
    entries = ContactPerson.objects.select_related("institution", "region", "staff__office", "deputy")
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
    found = list(entries.order_by("institution__circle", "institution__code", "region__position", "position")[:most])
    away = absences_on({entry.staff_id for entry in found}, on=on)
    return [Contact(entry, away.get(entry.staff_id)) for entry in found]


def contacts_of(institution: Institution, region: Region | None, *, on: date) -> list[Contact]:
    """The contact persons of an institution in a region, or all of them where the region has none."""
    entries = list(
        ContactPerson.objects.filter(institution=institution).select_related("staff__office", "deputy", "region")
    )
    near = [entry for entry in entries if region and entry.region_id in (None, region.pk)] or entries
    away = absences_on({entry.staff_id for entry in near}, on=on)
    return [Contact(entry, away.get(entry.staff_id)) for entry in near]


def absences_on(staff_ids: Collection[int], *, on: date) -> dict[int, date]:
    """Who of these is away today, and the last day of it."""
    absences = Absence.objects.filter(staff_id__in=staff_ids, first_day__lte=on, last_day__gte=on)
    return dict(absences.values_list("staff_id", "last_day"))


def deputies_of(staff_ids: Collection[int]) -> list[int]:
    """Who stands in for these, as the directory's contact persons name it."""
    entries = ContactPerson.objects.filter(staff_id__in=staff_ids, deputy__isnull=False)
    return list(dict.fromkeys(entries.order_by("pk").values_list("deputy_id", flat=True)))


def stands_in_for(staff_id: int, *, on: date) -> list[int]:
    """The colleagues who are away today and whose deputy this staff member is."""
    away = ContactPerson.objects.filter(
        deputy_id=staff_id, staff__absences__first_day__lte=on, staff__absences__last_day__gte=on
    )
    return list(away.values_list("staff_id", flat=True).distinct())


def with_deputies(staff_ids: Collection[int], *, on: date) -> list[int]:
    """These, and the deputies of those who are away today."""
    away = absences_on(staff_ids, on=on)
    return [*staff_ids, *(deputies_of(list(away)) if away else [])]


def staff_to_tell(institution_ids: Collection[int], region_id: int | None, *, on: date) -> list[int]:
    """The contact persons of these institutions in a region, or all of them where the region has none.

    Where one is away the deputy is told too, so that nothing waits unseen.
    """
    entries = list(ContactPerson.objects.filter(institution_id__in=institution_ids))
    away = absences_on({entry.staff_id for entry in entries}, on=on)
    told: list[int] = []
    for institution_id in institution_ids:
        own = [entry for entry in entries if entry.institution_id == institution_id]
        in_region = [entry for entry in own if entry.region_id in (None, region_id)] if region_id else []
        for entry in in_region or own:
            told.append(entry.staff_id)
            if entry.staff_id in away and entry.deputy_id:
                told.append(entry.deputy_id)
    return told


def colleagues(institution_id: int) -> list[Appointment]:
    """Who works at an institution."""
    return list(Appointment.objects.filter(institution_id=institution_id))


_OFFICIALS = (Role.INSTITUTION_ADMINISTRATOR, Role.OFFICE_ADMINISTRATOR, Role.CANTONAL_DELEGATE)


def as_colleague(staff: Appointment, *, on: date) -> Colleague:
    """An appointment as far as giving roles is concerned."""
    roles: list[str] | None = getattr(staff, "roles_in_force", None)
    return Colleague(
        appointment=staff.pk,
        account=staff.user_id,
        institution=staff.institution_id,
        at_office=staff.institution.is_iiz_office,
        roles=staff.roles_on(on) if roles is None else frozenset(map(Role, roles)),
    )


def with_a_say(institution_id: int, *, on: date) -> list[Colleague]:
    """Who works at an institution, and everywhere whoever administers or oversees: by them a role is judged."""
    working = Appointment.objects.working(on=on)
    officials = working.holding(*_OFFICIALS).exclude(user=None)
    asked = working.filter(Q(institution=institution_id) | Q(pk__in=officials.values("pk")))
    return [as_colleague(staff, on=on) for staff in asked.with_roles(on=on).select_related("institution")]
