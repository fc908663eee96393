"""Drafts: what is typed into a form with free text is saved by itself, and there again when its page is opened again.

A draft holds what its author changed and no more; it ends when the form has been sent. Saving and reading it are not
recorded: nobody but the author reads it, and what it says was shown to the author before.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.entrances.models import Draft, Submission
from suone.ground.web.bound import DRAFT

MOST_BYTES = 200_000
_LONGEST_ADDRESS = 200


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed so far, and into which form: its address, key and version."""

    form: str
    fields: dict[str, list[str]]
    key: uuid.UUID | None = None
    version: str = ""

    @property
    def size(self) -> int:
        texts = (text for name, values in self.fields.items() for text in (name, *values))
        return sum(len(text.encode(errors="replace")) for text in texts)


def keep(acting: Acting, typed: Typed) -> datetime | None:
    """Save what was typed in place of the earlier draft of this form, and return when; None if nothing is left to save.

    What arrives after the form was sent is dropped. Raises ``Refused`` if it is too long or no form is sent there.
    """
    if not _leads_to_an_act(typed.form):
        raise Refused(_("No form is sent to this address."))
    if typed.size > MOST_BYTES:
        raise Refused(_("This is too much text for a draft: copy it, and send the form or shorten it."))
    if not typed.fields:
        Draft.objects.filter(staff_id=acting.own_staff_id, form=typed.form).delete()
        return None
    if typed.key is not None and _sent().filter(staff_id=acting.own_staff_id, key=typed.key).exists():
        return None
    now = timezone.now()  # the database writes its own
    draft = Draft(
        staff_id=acting.own_staff_id,
        form=typed.form,
        fields=typed.fields,
        key=typed.key,
        version=typed.version[:20],
        at=now,
    )
    Draft.objects.bulk_create(
        [draft],
        update_conflicts=True,
        unique_fields=["staff_id", "form"],
        update_fields=["fields", "key", "version", "at"],
    )
    return now


def kept(acting: Acting, forms: list[str]) -> list[Draft]:
    """The drafts of these forms by the acting person, without those whose form has been sent meanwhile."""
    sent = _sent().filter(staff_id=OuterRef("staff_id"), key=OuterRef("key"))
    return list(Draft.objects.filter(~Exists(sent), staff_id=acting.own_staff_id, form__in=forms))


def done(request: HttpRequest, acting: Acting) -> None:
    """The form has been sent: its draft ends, in the same transaction."""
    if form := request.POST.get(DRAFT):
        Draft.objects.filter(staff_id=acting.own_staff_id, form=form).delete()


def both_were_shown(request: HttpRequest, acting: Acting) -> None:
    """The author has seen what somebody else saved meanwhile: from now on the draft is a change of that."""
    if form := request.POST.get(DRAFT):
        with acting_as(acting):
            Draft.objects.filter(staff_id=acting.own_staff_id, form=form).update(version="")


def forget_old() -> None:
    """Delete drafts that nobody has continued for ``SUONE_DRAFT_DAYS`` days."""
    with acting_as(acting_for_job("entrances: drafts")):
        Draft.objects.filter(at__lt=timezone.now() - timedelta(days=settings.DRAFT_DAYS)).delete()


def _sent() -> "QuerySet[Submission]":
    return Submission.objects.exclude(location="")


def _leads_to_an_act(form: str) -> bool:
    if len(form) > _LONGEST_ADDRESS:
        return False
    try:
        view = resolve(form.partition("?")[0]).func
    except Resolver404:
        return False
    return getattr(view, "kind", None) == RecordKind.CHANGE
