"""Keeping the entries of the directory."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.forms import ModelForm
from django.utils.translation import gettext as _

from suone.desk.directory.acts import Act
from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.access.row_policies import fields_that_change
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record


def keep_entry(acting: Acting, *, form: ModelForm[Any]) -> None:
    """Add an entry to the directory, or save its changes; ``Refused`` if it would move elsewhere."""
    is_new = form.instance.pk is None
    entry = form.save(commit=False)
    changed = {field.name for field in entry._meta.local_concrete_fields} & set(form.changed_data)
    if changed and getattr(entry, "is_default", False):  # from now on the canton's own
        entry.is_default = False
        changed.add("is_default")
    if is_new:
        entry.save()
    else:
        if changed - fields_that_change(entry):
            raise Refused(_("An entry cannot be moved: end this one and add a new one in the other place."))
        entry.save(update_fields=sorted(changed))
    form.save_m2m()
    kind = RecordKind.STORE if is_new else RecordKind.CHANGE
    record(
        acting,
        kind=kind,
        act=Act.CHANGED,
        about=(entry._meta.model_name or "", entry.pk),
        details={"fields": sorted(form.changed_data)},
    )


def remove_entry(acting: Acting, *, entry: models.Model) -> None:
    """Remove an entry from the directory; raises ``Refused`` if cases or other entries refer to it."""
    about = (entry._meta.model_name or "", entry.pk)
    try:
        entry.delete()
    except models.ProtectedError as error:
        raise Refused(_("Cases or other entries still point here: end it by a date instead of removing it.")) from error
    record(acting, kind=RecordKind.DELETE, act=Act.CHANGED, about=about)
