"""Absences, and the keys of partners' systems."""

from __future__ import annotations

import secrets
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.access.acting import Acting
from suone.access.errors import Refused
from suone.appointments.acts import Act
from suone.appointments.models import Absence, Appointment, PartnerSystem
from suone.appointments.rules import KEY_PREFIX, hash_of_key
from suone.audit.models import RecordKind
from suone.audit.services import record
from suone.institutions.models import Institution


def enter_absence(
    acting: Acting, *, staff: Appointment, first_day: date, last_day: date, deputy: Appointment | None = None
) -> Absence:
    """Say that somebody is away on these days, both included, and who stands in until the last of them."""
    if last_day < first_day:
        raise Refused(_("The last day must not be before the first."))
    if deputy is not None and (deputy.pk == staff.pk or deputy.institution_id != staff.institution_id):
        raise Refused(_("Nobody stands in for themselves: choose somebody else as deputy."))
    try:
        with transaction.atomic():
            absence = Absence.objects.create(staff=staff, deputy=deputy, first_day=first_day, last_day=last_day)
    except IntegrityError as error:
        raise Refused(_("An absence is already entered for some of these days.")) from error
    record(
        acting,
        kind=RecordKind.STORE,
        act=Act.ABSENCE_ENTERED,
        about=("staff", staff.pk),
        details={"from": first_day.isoformat(), "until": last_day.isoformat(), "deputy": deputy.pk if deputy else None},
    )
    return absence


def remove_absence(acting: Acting, *, absence: Absence) -> None:
    """The person is there after all."""
    about = ("staff", absence.staff_id)
    absence.delete()
    record(acting, kind=RecordKind.DELETE, act=Act.ABSENCE_REMOVED, about=about)


def create_partner_system(
    acting: Acting, *, institution: Institution, name: str, responsible: Appointment, valid_until: date | None = None
) -> tuple[PartnerSystem, str]:
    """Let an institution's system in; comes back with its key, which is shown once and kept nowhere."""
    if responsible.institution_id != institution.pk:
        raise Refused(_("The responsible person must work for the institution."))
    if valid_until is not None and valid_until < acting.today:
        raise Refused(_("A key cannot end before it begins."))
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
    """From now on the key opens nothing."""
    if not PartnerSystem.objects.filter(pk=system.pk, ended_at=None).update(ended_at=timezone.now()):
        raise Refused(_("This key has ended already."))
    record(acting, kind=RecordKind.CHANGE, act=Act.PARTNER_ENDED, about=("partnersystem", system.pk))
