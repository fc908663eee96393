"""Keeping the directory, and whom one acts for."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction
from django.forms import ModelForm
from django.utils.translation import gettext as _

from suone.access.acting import Acting
from suone.access.errors import Refused
from suone.audit.models import RecordKind
from suone.audit.services import record
from suone.institutions.acts import Act
from suone.institutions.models import Absence, Staff


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
