"""One person entered or ended by hand, and asked about at once."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, Office
from suone.register.server import keys, rules
from suone.register.server.acts import Act
from suone.register.server.functions import call
from suone.register.server.rules import Purpose
from suone.register.server.services.asking import PersonAnswer, look_up_person
from suone.register.server.services.shared import (
    check_takes_part,
    checked_number,
    kept_days,
    open_epochs,
    report_canary,
)
from suone.register.server.tokens import (
    EpochInfo,
    stored,
    tokens_here,
)


@dataclass(frozen=True, slots=True)
class Registering:
    """A person typed into the form. ``reference`` is the institution's own, such as a file number; empty: one is made."""

    number: str
    valid_from: date
    valid_until: date | None = None
    office: Office | None = None
    worker: Appointment | None = None
    referred_by: Institution | None = None
    reference: str = ""


# ---- single registrations


def register_person(acting: Acting, *, registering: Registering) -> int:
    """Enter one person whom the own institution follows, in every live epoch; how many others follow them newly too.

    The number is seen by this server alone, closed to a key outside the database, and kept for the next epoch.
    Raises ``Refused`` for a number that does not exist.
    """
    check_takes_part(acting)
    number = checked_number(registering.number)
    rules.check_period(registering.valid_from, registering.valid_until, on=acting.today)
    reference = registering.reference.strip() or f"F-{uuid4().hex[:8].upper()}"
    overlaps = 0
    for epoch in open_epochs():
        done = _register_in(acting, epoch, number, registering, reference)
        overlaps += done if epoch.is_current else 0
    ended = registering.valid_until is not None
    record(acting, kind=RecordKind.STORE, act=Act.ENDED if ended else Act.REGISTERED, details={"overlaps": overlaps})
    return overlaps


def register_and_ask(acting: Acting, *, registering: Registering, purpose: Purpose) -> PersonAnswer:
    """Enter a person whom the own institution follows, and say at once who else does."""
    register_person(acting, registering=registering)
    return look_up_person(acting, number=registering.number, purpose=purpose)


def end_registration(acting: Acting, *, number: str, last_day: date) -> None:
    """End the own institution's registration of a person on a day.

    Raises ``Refused`` for a day in the future, an invalid number, or without an open registration that began before.
    """
    check_takes_part(acting)
    number = checked_number(number)
    if last_day > acting.today:
        raise Refused(_("End the registration on its last day, not before it."))
    _first, kept_until = kept_days(last_day, last_day)
    ended = False
    for epoch in open_epochs():
        (token,) = stored(epoch.number, tokens_here(epoch, [number]))
        ended |= bool(call("SELECT register.end_one(%s::smallint, %s, %s)", [epoch.number, token, kept_until])[0][0])
    if not ended:
        raise Refused(_("Your institution has no open registration of this person that began before this day."))
    record(acting, kind=RecordKind.CHANGE, act=Act.ENDED)


def _register_in(acting: Acting, epoch: EpochInfo, number: str, one: Registering, reference: str) -> int:
    (token,) = stored(epoch.number, tokens_here(epoch, [number]))
    first, last = kept_days(one.valid_from, one.valid_until)
    ((_added, _changed, overlaps, canary),) = call(
        "SELECT * FROM register.register_one(%s::smallint, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            epoch.number,
            token,
            first,
            last,
            one.office.pk if one.office else None,
            one.worker.pk if one.worker else None,
            one.referred_by.pk if one.referred_by else None,
            reference,
            keys.seal(epoch.number).encrypt(number.encode()),
            acting.today,
        ],
    )
    report_canary(acting, touched=canary)
    return int(overlaps)
