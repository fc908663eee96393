"""Drafts: what is typed into a form with free text is saved by itself, and there again when its page is opened again.

A draft holds what its author changed and no more; it ends when the form has been sent. Saving and reading it are not
recorded: nobody but the author reads it, and what it says was shown to the author before. The draft of a form about a case is
saved and shown while the case is open to its author, and destroyed with the case.
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import ProgrammingError, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum, TextField
from django.db.models.functions import Cast, Coalesce, Length
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import InsufficientPrivilege

from suone.ground.access.acting import Acting, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.entrances.models import Draft, Submission
from suone.ground.web.bound import DRAFT, NOT_TYPED

MOST_BYTES = 200_000  # of one draft
MOST_DRAFTS = 100  # of one person; with all that they say, at most:
MOST_BYTES_IN_ALL = 2_000_000
_LONGEST_ADDRESS = 200
_MOST_FIELDS = 200
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
# What a form sends besides what is typed into it.
_NEVER_TYPED = NOT_TYPED | {"draft_field", "draft_key", "draft_version", "password"}


class NoSuchForm(Refused):
    """Nothing of the product is sent to this address, or under this name."""


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

    What arrives after the form was sent is dropped. Raises ``NoSuchForm`` for an address or a field that no form has, and
    ``Refused`` if it is too long, if there are too many drafts, or if the case is closed to the author. No draft makes room
    for another: the earlier ones stay.
    """
    _check_form(typed)
    if typed.size > MOST_BYTES:
        raise Refused(_("This is too much text for a draft: copy it, and send the form or shorten it."))
    if not typed.fields:
        Draft.objects.filter(staff_id=acting.own_staff_id, form=typed.form).delete()
        return None
    if typed.key is not None and _sent().filter(staff_id=acting.own_staff_id, key=typed.key).exists():
        return None
    _check_room(acting, typed)
    now = timezone.now()  # the database writes its own
    draft = Draft(
        staff_id=acting.own_staff_id,
        form=typed.form,
        fields=typed.fields,
        key=typed.key,
        version=typed.version[:20],
        at=now,
    )
    try:
        with transaction.atomic():
            Draft.objects.bulk_create(
                [draft],
                update_conflicts=True,
                unique_fields=["staff_id", "form"],
                update_fields=["fields", "key", "version", "at"],
            )
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        raise Refused(_("This case is closed to you: what you type is not saved.")) from error
    return now


def _check_form(typed: Typed) -> None:
    if not _leads_to_an_act(typed.form):
        raise NoSuchForm(_("No form is sent to this address."))
    known = all(_NAME.fullmatch(name) and name not in _NEVER_TYPED for name in typed.fields)
    if not known or len(typed.fields) > _MOST_FIELDS:
        raise NoSuchForm(_("This form has no such field."))


def _check_room(acting: Acting, typed: Typed) -> None:
    """Raise ``Refused`` where the author has as many drafts as there may be, or as much text."""
    others = Draft.objects.filter(staff_id=acting.own_staff_id).exclude(form=typed.form)
    length = Coalesce(Sum(Length(Cast("fields", TextField()))), 0)
    kept = others.aggregate(number=Count("pk"), length=length)
    if kept["number"] < MOST_DRAFTS and kept["length"] + typed.size <= MOST_BYTES_IN_ALL:
        return
    oldest = others.earliest("at")
    raise Refused(
        _(
            "You have %(number)s drafts, and there is no room for more: send or discard one. The oldest is of %(day)s, at"
            " %(address)s."
        )
        % {
            "number": kept["number"],
            "day": f"{timezone.localtime(oldest.at):%d.%m.%Y}",
            "address": oldest.form,
        }
    )


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


def forget_of(staff_ids: Iterable[int]) -> None:
    """Delete the drafts of appointments that have ended, as a job."""
    Draft.objects.filter(staff_id__in=list(staff_ids)).delete()


def _sent() -> "QuerySet[Submission]":
    return Submission.objects.exclude(location="")


def _leads_to_an_act(form: str) -> bool:
    """Whether it is the address of an act as pages write it: zeros before a number would hide its case from the database."""
    path = form.partition("?")[0]
    if len(form) > _LONGEST_ADDRESS:
        return False
    try:
        found = resolve(path)
    except Resolver404:
        return False
    is_act = getattr(found.func, "kind", None) == RecordKind.CHANGE
    return is_act and reverse(found.view_name, args=found.args, kwargs=found.kwargs) == path
