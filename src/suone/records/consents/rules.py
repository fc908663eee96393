"""When a consent is valid and what it may cover. Pure: no clock, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.ground.access.categories import HEALTH_BIT, DataCategory
from suone.ground.access.errors import Refused


class State(models.TextChoices):
    """Whether a consent is in force on a day, not yet, or no longer."""

    PLANNED = "planned", gettext_lazy("not yet valid")
    VALID = "valid", gettext_lazy("valid")
    EXPIRED = "expired", gettext_lazy("expired")
    WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who may read what: an institution, or one named person of it; ``categories`` is a bit mask."""

    institution_id: int
    staff_id: int | None
    categories: int
    is_medical_officer: bool = False


def state_of(*, valid_from: date, valid_until: date, is_withdrawn: bool, on: date) -> State:
    """The state of a consent on a day; first and last day are included."""
    if is_withdrawn:
        return State.WITHDRAWN
    if on < valid_from:
        return State.PLANNED
    return State.EXPIRED if on > valid_until else State.VALID


def check_can_sign(
    *, recipients: Sequence[Recipient], purpose: str, valid_from: date, valid_until: date, signed_on: date, on: date
) -> None:
    """Raise ``Refused`` unless a consent has a purpose, recipients without duplicates, and a period that is not over.

    Health may be given to a medical officer only (ATSG Art. 47 para 2), and the signature must not lie in the future.
    """
    if not purpose.strip():
        raise Refused(_("Say for which purpose the data may be used in this case."))
    if not recipients:
        raise Refused(_("Choose at least one institution that may read."))
    if valid_until < valid_from:
        raise Refused(_("The last day must not be before the first."))
    if valid_until < on:
        raise Refused(_("This consent would already be over: choose a later last day."))
    if signed_on > on:
        raise Refused(_("A signature cannot be in the future."))
    named = [(recipient.institution_id, recipient.staff_id) for recipient in recipients]
    if len(named) != len(set(named)):
        raise Refused(_("Name every recipient once only."))
    for recipient in recipients:
        _check_recipient(recipient)


def check_not_too_long(*, valid_from: date, valid_until: date, latest_from: date, latest: date, months: int) -> None:
    """Raise ``Refused`` if a consent ends after ``latest``, or begins after ``latest_from``.

    ``months`` is the canton's maximum: for the duration, and between the signature and the first day.
    """
    if valid_until > latest:
        raise Refused(
            _("A consent is valid for at most %(months)s months: choose %(day)s as last day, or an earlier one.")
            % {"months": months, "day": f"{latest:%d.%m.%Y}"}
        )
    if valid_from > latest_from:
        raise Refused(
            _("A consent begins at most %(months)s months after it was signed: choose an earlier first day.")
            % {"months": months}
        )


def check_access_not_too_long(*, until: date, latest: date, months: int) -> None:
    """Raise ``Refused`` if a disclosure without consent opens a case for more than ``months``, that is after ``latest``."""
    if until > latest:
        raise Refused(
            _(
                "On this legal basis a case is opened for at most %(months)s months: choose %(day)s as last day, or an earlier one."
            )
            % {"months": months, "day": f"{latest:%d.%m.%Y}"}
        )


def _check_recipient(recipient: Recipient) -> None:
    if not recipient.categories:
        raise Refused(_("Choose at least one data category for every recipient."))
    # ATSG Art. 47 para 2: medical content is for the medical officer.
    if recipient.categories & HEALTH_BIT and not (recipient.staff_id and recipient.is_medical_officer):
        raise Refused(
            _(
                "Medical content is for a medical officer only: name one, or leave health out. Partners learn the consequences for fitness under employment."
            )
        )


def check_can_pass_on(*, passed: Iterable[DataCategory], readable: Iterable[DataCategory]) -> None:
    """Raise ``Refused`` if a disclosure without consent covers a category that the acting person may not read."""
    have = set(readable)
    closed = ", ".join(str(category.label) for category in passed if category not in have)
    if closed:
        raise Refused(
            _("You can pass on only what is open to you in this case. Leave out: %(categories)s.")
            % {"categories": closed}
        )


def check_can_narrow(*, now: int, then: int) -> None:
    """Raise ``Refused`` unless the mask ``then`` is a proper subset of ``now``: narrowing only removes categories."""
    if then & ~now:
        raise Refused(_("A consent can only be narrowed here: for more, let the person sign a new one."))
    if then == now:
        raise Refused(_("Take away at least one category, or withdraw the consent."))


def missing_conditions(*, wanted: Iterable[str], confirmed: Iterable[str]) -> list[str]:
    """Which conditions of a legal basis nobody has confirmed yet."""
    have = set(confirmed)
    return [code for code in wanted if code not in have]
