"""Keeping the entries of the directory."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.forms import ModelForm
from django.utils.translation import gettext as _

from suone.access.acting import Acting
from suone.access.errors import Refused
from suone.audit.models import RecordKind
from suone.audit.services import record
from suone.directory.acts import Act


def keep_entry(acting: Acting, *, form: ModelForm[Any]) -> None:
    """Add an entry of the directory, or keep its changes."""
    is_new = form.instance.pk is None
    kind = RecordKind.STORE if is_new else RecordKind.CHANGE
    entry = form.save(commit=False)
    # The columns of the form alone: others may not be changed here at all.
    columns = [field.name for field in entry._meta.concrete_fields if field.name in form.fields]
    entry.save(update_fields=None if is_new else columns)
    form.save_m2m()
    record(acting, kind=kind, act=Act.CHANGED, about=(entry._meta.model_name or "", entry.pk))


def remove_entry(acting: Acting, *, entry: models.Model) -> None:
    """Take an entry out of the directory; ``Refused`` when cases still need it."""
    about = (entry._meta.model_name or "", entry.pk)
    try:
        entry.delete()
    except models.ProtectedError as error:
        raise Refused(_("Cases or other entries still point here: end it by a date instead of removing it.")) from error
    record(acting, kind=RecordKind.DELETE, act=Act.CHANGED, about=about)
