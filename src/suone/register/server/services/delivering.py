"""Deliveries of an institution's system: opened, filled in parts, applied whole or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.queries import colleagues
from suone.organisation.institutions.models import Institution, Office
from suone.register import oprf
from suone.register.server.acts import Act
from suone.register.server.functions import call
from suone.register.server.services.shared import QuotaExceeded, check_takes_part, kept_days, report_canary
from suone.register.server.tokens import (
    TOKEN_BYTES,
    VOPRF,
    EpochInfo,
    epoch_of,
    evaluated,
    stored,
)

MOST_ROWS = 5_000  # in one part of a delivery


MOST_NUMBERS = 1_000  # in one question to the token service


class WouldEndMany(Refused):
    """A snapshot would end more open registrations than is usual: somebody has to confirm it."""

    def __init__(self, ended: int, open_before: int) -> None:
        super().__init__(_("This snapshot would end many registrations: confirm it, or look at the file."))
        self.ended = ended
        self.open_before = open_before


class RowsRefused(Refused):
    """Rows of a part that cannot be taken: (place in the part, field, sentence). Nothing of the part was taken."""

    def __init__(self, errors: Sequence[tuple[int, str, str]]) -> None:
        super().__init__(
            _("Some rows cannot be taken, and none of this part was: correct them and send the part again.")
        )
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery under way: ``parts`` says how many rows of which part are there."""

    id: int
    epoch: int
    kind: str
    rows: int
    state: str
    parts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class DeliveredRow:
    """One registration as it comes in: the token stands for the person, the rest names what the directory knows."""

    token: bytes
    valid_from: date
    valid_until: date | None
    office: str
    worker: str
    reference: str
    referred_by: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What a delivery changed; ``overlaps`` counts persons newly followed elsewhere too."""

    added: int
    changed: int
    ended: int
    unchanged: int
    overlaps: int


# ---- the token service


def evaluate(acting: Acting, *, epoch: int, elements: bytes) -> oprf.Evaluation:
    """Turn blinded numbers into tokens with the epoch's key, and prove it; the numbers stay with the institution.

    ``elements`` are blinded numbers of 32 bytes each, at most 1'000. Raises ``QuotaExceeded``, and ``Refused`` for
    elements that are none. Counted, because whoever has all tokens has all numbers.
    """
    check_takes_part(acting)
    count, rest = divmod(len(elements), 32)
    if rest or not 1 <= count <= MOST_NUMBERS:
        raise Refused(_("Send between 1 and 1'000 blinded numbers of 32 bytes each."))
    info = epoch_of(epoch)
    if info.kind != VOPRF:
        raise Refused(_("This register works with a common key: tokens are made at the institution."))
    _count_numbers(count)
    try:
        evaluation = evaluated(info, elements)
    except oprf.InvalidElement as error:
        raise Refused(_("An element is no blinded number: blind the numbers again and send them again.")) from error
    record(acting, kind=RecordKind.READ, act=Act.EVALUATED, details={"epoch": epoch, "numbers": count})
    return evaluation


def _count_numbers(count: int) -> None:
    ((today,),) = call("SELECT register.count_evaluations(%s)", [count])
    if today > settings.REGISTER_NUMBERS_A_DAY:
        raise QuotaExceeded(
            _(
                "Your institution has reached the daily limit of numbers turned into tokens: continue tomorrow, or ask the"
                " IIZ office for a higher quota."
            )
        )


# ---- deliveries


def open_delivery(acting: Acting, *, epoch: int, kind: str, rows: int, digest: str) -> Delivery:
    """Begin a delivery (``snapshot`` or ``changes``) of so many rows, or go on with the one of the same digest."""
    check_takes_part(acting)
    epoch_of(epoch)
    ((number,),) = call("SELECT (register.open_delivery(%s::smallint, %s, %s, %s)).id", [epoch, kind, rows, digest])
    record(acting, kind=RecordKind.STORE, act=Act.DELIVERY_OPENED, about=("delivery", number), details={"rows": rows})
    return delivery_of(acting, number)


def delivery_of(acting: Acting, delivery_id: int) -> Delivery:
    """One of the institution's own deliveries and the parts that are there; raises ``Http404`` for any other."""
    found = call(
        "SELECT id, epoch, kind, rows, state FROM register.own_delivery(%s) WHERE id IS NOT NULL", [delivery_id]
    )
    if not found:
        raise Http404
    parts = dict(call("SELECT number, rows FROM register.parts_of(%s)", [delivery_id]))
    ((number, epoch, kind, rows, state),) = found
    return Delivery(number, epoch, kind, rows, state, parts)


def add_part(acting: Acting, *, delivery_id: int, number: int, rows: Sequence[DeliveredRow]) -> None:
    """Store a part of a delivery, replacing an earlier one of the same number.

    Raises ``RowsRefused`` for invalid rows, and then stores nothing of the part; ``Refused`` if the delivery is closed.
    """
    delivery = delivery_of(acting, delivery_id)
    info = epoch_of(delivery.epoch)
    columns = _columns(rows, directory_for(acting), info)
    ((taken,),) = call(
        "SELECT register.add_part(%s, %s, %s::uuid[], %s::date[], %s::date[], %s::integer[], %s::integer[],"
        " %s::integer[], %s::text[], NULL)",
        [delivery_id, number, *columns],
    )
    if not taken:
        raise _closed()


def apply_delivery(acting: Acting, *, delivery_id: int, confirmed: bool = False) -> Applied:
    """Apply a delivery as a whole, or not at all; both institutions are notified of new overlaps.

    Raises ``WouldEndMany`` where a snapshot would end more than the allowed share of the open registrations and nobody
    confirmed that, and ``Refused`` where parts are missing or a registration is there twice.
    """
    share = 1.0 if confirmed else settings.REGISTER_END_SHARE
    ((added, changed, ended, unchanged, overlaps, open_before, refusal, canary),) = call(
        "SELECT * FROM register.apply_delivery(%s, %s, %s)", [delivery_id, acting.today, share]
    )
    if refusal == "many":
        raise WouldEndMany(ended, open_before)
    if refusal == "closed":
        raise _closed()
    if refusal == "incomplete":
        raise Refused(_("Parts of this delivery are missing: send them, then apply it."))
    if refusal == "duplicates":
        raise Refused(
            _("This delivery contains the same person twice with the same first day: send each registration once.")
        )
    report_canary(acting, touched=canary)
    details = {"added": added, "changed": changed, "ended": ended, "overlaps": overlaps}
    record(acting, kind=RecordKind.STORE, act=Act.DELIVERY_APPLIED, about=("delivery", delivery_id), details=details)
    return Applied(added, changed, ended, unchanged, overlaps)


def abandon_delivery(acting: Acting, *, delivery_id: int) -> None:
    """Abandon an open delivery; the register remains unchanged. Raises ``Refused`` if it is closed."""
    ((done,),) = call("SELECT register.abandon_delivery(%s)", [delivery_id])
    if not done:
        raise _closed()
    record(acting, kind=RecordKind.CHANGE, act=Act.DELIVERY_ABANDONED, about=("delivery", delivery_id))


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    """An office to which a delivery may refer, by its number in the directory."""

    number: int
    name_de: str
    name_fr: str
    region: str


@dataclass(frozen=True)
class Directory:
    """What a delivery may name: the own offices and workers' addresses, and the codes of all institutions."""

    offices: Sequence[OfficeEntry]
    workers: Mapping[str, int]
    institutions: Mapping[str, int]


def directory_for(acting: Acting) -> Directory:
    """The part of the directory that the acting institution's deliveries may name."""
    check_takes_part(acting)
    own = acting.own_institution_id
    offices = Office.objects.filter(institution_id=own).select_related("region").order_by("pk")
    workers = colleagues(own, on=timezone.localdate()).exclude(email="").order_by("pk")
    return Directory(
        [
            OfficeEntry(office.pk, office.name_de, office.name_fr, office.region.name if office.region else "")
            for office in offices
        ],
        {email.lower(): pk for pk, email in workers.values_list("pk", "email")},
        dict(Institution.objects.order_by("code").values_list("code", "pk")),
    )


def _columns(rows: Sequence[DeliveredRow], directory: Directory, epoch: EpochInfo) -> list[list[Any]]:
    """The rows as columns of numbers; raises ``RowsRefused`` with a sentence for each wrong one."""
    offices = {str(office.number): office.number for office in directory.offices}
    columns: list[list[Any]] = [[], [], [], [], [], []]
    errors: list[tuple[int, str, str]] = []
    for place, row in enumerate(rows):
        for field, sentence in _wrong_in(row, directory, offices, epoch):
            errors.append((place, field, sentence))
        first, last = kept_days(row.valid_from, row.valid_until)
        values = (
            first,
            last,
            offices.get(row.office),
            directory.workers.get(row.worker.lower()),
            directory.institutions.get(row.referred_by),
            row.reference,
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    if errors:
        raise RowsRefused(errors)
    return [stored(epoch.number, [row.token for row in rows]), *columns]


def _wrong_in(
    row: DeliveredRow, directory: Directory, offices: Mapping[str, int], epoch: EpochInfo
) -> Iterable[tuple[str, str]]:
    if len(row.token) != TOKEN_BYTES[epoch.kind]:
        yield "token", _("This is no token of the epoch: derive it again.")
    if row.valid_until is not None and row.valid_until < row.valid_from:
        yield "valid_until", _("The last day must not be before the first.")
    if row.office and row.office not in offices:
        yield "office", _("Your institution has no office with this number: see the directory.")
    if row.worker and row.worker.lower() not in directory.workers:
        yield "worker", _("Nobody at your institution has this address: see the directory.")
    if row.referred_by and row.referred_by not in directory.institutions:
        yield "referred_by", _("There is no institution with this short name: see the directory.")


def _closed() -> Refused:
    return Refused(_("This delivery is no longer open: start it again."))
