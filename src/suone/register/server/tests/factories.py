"""A register with an epoch, keys of its own and institutions that take part."""

from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from stdnum import ean

from suone.ground.access.acting import Acting, acting_for_job
from suone.ground.access.database import acting_as
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.organisation.institutions.models import Institution
from suone.register.server import epochs, services
from suone.register.server.tokens import EpochInfo, live_epochs, tokens_here

DAY = date(2026, 2, 2)


def number_of(place: int) -> str:
    """A valid AHV number that stands for the place-th fictional person."""
    first = f"7560000{place:05d}"
    return first + str(ean.calc_check_digit(first))


def open_register(*institutions: Institution) -> int:
    """An epoch, and these take part."""
    number = epochs.open_epoch(using="default")
    job = acting_for_job("test")
    with acting_as(job):
        for institution in institutions:
            services.enrol(
                job, institution=institution, legal_basis="AVIG Art. 85f", responsible=None, began_on=date(2026, 1, 1)
            )
    return number


def do(staff: Appointment, service: Callable[..., Any], **words: Any) -> Any:
    who = acting(staff)
    with acting_as(who):
        return service(who, **words)


def as_job(service: Callable[..., Any], **words: Any) -> Any:
    job = acting_for_job("test")
    with acting_as(job):
        return service(job, **words)


def row(epoch: EpochInfo, person: int, **changed: Any) -> services.DeliveredRow:
    (token,) = tokens_here(epoch, [number_of(person)])
    known = {
        "valid_from": DAY,
        "valid_until": None,
        "office": "",
        "worker": "",
        "reference": f"R-{person}",
        "referred_by": "",
    }
    return services.DeliveredRow(token=token, **(known | changed))


def deliver(
    staff: Appointment,
    rows: Sequence[services.DeliveredRow],
    kind: str = "snapshot",
    *,
    confirmed: bool = True,
    epoch: int = 0,
) -> services.Applied:
    """A whole delivery in one part, to the epoch that answers unless the test says otherwise."""
    number = epoch or next(one.number for one in live_epochs() if one.is_current)

    def act(who: Acting) -> services.Applied:
        digest = sha256(repr(rows).encode()).hexdigest()
        delivery = services.open_delivery(who, epoch=number, kind=kind, rows=len(rows), digest=digest)
        if rows:
            services.add_part(who, delivery_id=delivery.id, number=1, rows=rows)
        return services.apply_delivery(who, delivery_id=delivery.id, confirmed=confirmed)

    applied: services.Applied = do(staff, act)
    return applied
