"""Who may sign for a person on a day. Pure: no clock, no database.

Sources: ZGB Art. 14 (of age at eighteen), Art. 304 (parents represent the child; a third party in good faith may assume
that each acts with the other's consent), Art. 327a (guardian of a minor), Art. 394 and 398 (guardian of an adult).
From which age somebody under eighteen signs alone is a setting of the canton, with its law.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.ground.access.errors import Refused

OF_AGE = 18  # ZGB Art. 14


class Kind(models.TextChoices):
    """In which capacity somebody signs for the person."""

    PARENT = "parent", gettext_lazy("parent")
    GUARDIAN = "guardian", gettext_lazy("guardian")


class Representative(Protocol):
    """Somebody recorded as signing for the person; ``valid_until`` is the last day, ``ended_on`` the day it was ended."""

    kind: str
    name: str
    valid_from: date
    valid_until: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class SigningAge:
    """From which age the person signs alone, and the law that says so."""

    years: int = OF_AGE
    law: str = ""


@dataclass(frozen=True, slots=True)
class Signers:
    """Who may sign: the person, or one of these; ``reason`` says why the person may not sign alone."""

    person: bool
    representatives: tuple[Representative, ...] = ()
    reason: str = ""


def is_in_force(representative: Representative, *, on: date) -> bool:
    """Whether a representation has begun, is not past its last day, and was not ended."""
    last = representative.valid_until
    ended = representative.ended_on
    return representative.valid_from <= on and (last is None or on <= last) and (ended is None or on < ended)


def signers(
    *, born_at_latest: date | None, representatives: Sequence[Representative], age: SigningAge, on: date
) -> Signers:
    """Who may sign on this day.

    ``born_at_latest`` is the latest possible date of birth (31 December if only the year is known), so that nobody counts
    as older than they may be; None if unknown, which counts as old enough. A guardian takes precedence at any age;
    parents sign for a person who is too young to sign alone.
    """
    in_force = [r for r in representatives if is_in_force(r, on=on)]
    guardians = tuple(r for r in in_force if r.kind == Kind.GUARDIAN)
    if guardians:
        return Signers(False, guardians, _("A guardian is recorded and must sign."))
    if born_at_latest is None or _years(born_at_latest, on) >= age.years:
        return Signers(True)
    parents = tuple(r for r in in_force if r.kind == Kind.PARENT)
    return Signers(False, parents, _too_young(age))


def check_may_sign(who: Signers, *, representative: Representative | None = None) -> None:
    """Raise ``Refused`` if the signatory (a representative, or else the person) may not sign."""
    if who.person:
        if representative is not None:
            raise Refused(_("The person signs alone: no representative is recorded."))
        return
    if representative is not None and representative in who.representatives:
        return
    if who.representatives:
        names = ", ".join(r.name for r in who.representatives)
        raise Refused(_("%(reason)s Let %(names)s sign.") % {"reason": who.reason, "names": names})
    raise Refused(
        _("%(reason)s Enter who signs for the person: a parent, or a guardian with the authority that decided.")
        % {"reason": who.reason}
    )


def check_can_record(
    *,
    kind: str,
    name: str,
    valid_from: date,
    valid_until: date | None,
    decided_by: str,
    born_at_latest: date | None,
    on: date,
) -> None:
    """Raise ``Refused`` if a representation cannot be recorded.

    It needs a name and a period that is not over, a guardian needs the deciding authority, and parents can represent
    minors only.
    """
    if not name.strip():
        raise Refused(_("Enter the name of whoever signs for the person."))
    if valid_until is not None and valid_until < valid_from:
        raise Refused(_("The last day must not be before the first."))
    if valid_until is not None and valid_until < on:
        raise Refused(_("This decision is already over: enter one that is in force."))
    if kind == Kind.GUARDIAN and not decided_by.strip():
        raise Refused(_("Enter which authority decided on the guardian."))
    if kind == Kind.PARENT and born_at_latest is not None and _years(born_at_latest, on) >= OF_AGE:
        raise Refused(
            _("The person is of age: parents no longer sign. For a guardian, enter the authority that decided.")
        )


def latest_birth(year: int, month: int | None, day: int | None) -> date:
    """The latest date that a birth known by day, month or year can mean."""
    if month is None:
        return date(year, 12, 31)
    return date(year, month, day or monthrange(year, month)[1])


def parents_until(born_at_latest: date) -> date:
    """The last day on which parents can sign: the day before the person comes of age."""
    try:
        birthday = born_at_latest.replace(year=born_at_latest.year + OF_AGE)
    except ValueError:  # born on 29 February
        birthday = date(born_at_latest.year + OF_AGE, 3, 1)
    return date.fromordinal(birthday.toordinal() - 1)


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _too_young(age: SigningAge) -> str:
    if age.law:
        return _("The person is under %(years)s (%(law)s).") % {"years": age.years, "law": age.law}
    return _("The person is under %(years)s.") % {"years": age.years}
