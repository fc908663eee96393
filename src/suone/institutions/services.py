"""Keeping the directory, and whom one acts for."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction
from django.forms import ModelForm
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.access.acting import Acting
from suone.access.errors import Refused
from suone.audit.models import RecordKind
from suone.audit.services import record
from suone.institutions.acts import Act
from suone.institutions.models import Absence, Institution, PartnerSystem, Staff
from suone.institutions.rules import KEY_PREFIX, hash_of_key


def keep_entry(acting: Acting, *, form: ModelForm[Any]) -> None:
    """Add an entry of the directory, or keep its changes."""
    kind = RecordKind.STORE if form.instance.pk is None else RecordKind.CHANGE
    entry = form.save()
    record(acting, kind=kind, act=Act.CHANGED, about=(entry._meta.model_name or "", entry.pk))


def remove_entry(acting: Acting, *, entry: models.Model) -> None:
    """Take an entry out of the directory; ``Refused`` when cases still need it."""
    about = (entry._meta.model_name or "", entry.pk)
    try:
        entry.delete()
    except models.ProtectedError as error:
        raise Refused(_("Cases or other entries still point here: end it by a date instead of removing it.")) from error
    record(acting, kind=RecordKind.DELETE, act=Act.CHANGED, about=about)


def enter_absence(acting: Acting, *, staff: Staff, first_day: date, last_day: date) -> Absence:
    """Say that somebody is away on these days, both included."""
    if last_day < first_day:
        raise Refused(_("The last day must not be before the first."))
    try:
        with transaction.atomic():
            absence = Absence.objects.create(staff=staff, first_day=first_day, last_day=last_day)
    except IntegrityError as error:
        raise Refused(_("An absence is already entered for some of these days.")) from error
    record(acting, kind=RecordKind.STORE, act=Act.ABSENCE_ENTERED, about=("staff", staff.pk))
    return absence


def remove_absence(acting: Acting, *, absence: Absence) -> None:
    """The person is there after all."""
    about = ("staff", absence.staff_id)
    absence.delete()
    record(acting, kind=RecordKind.DELETE, act=Act.ABSENCE_REMOVED, about=about)


def create_partner_system(
    acting: Acting, *, institution: Institution, name: str, responsible: Staff, valid_until: date | None = None
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
