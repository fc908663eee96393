"""A year's keys, opened, switched and destroyed on purpose: by whoever owns the database, from the command line.

A yearly change runs so: ``open`` (institutions deliver to both epochs from now on), wait until the new one holds what
the old one holds, ``switch`` (the new one answers), ``destroy`` (the old keys, and with them the old table and every old
copy of it, are closed for good).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.institutions.models import Institution
from suone.register import oprf
from suone.register.server import keys
from suone.register.server.acts import Act
from suone.register.server.tokens import HMAC, VOPRF, token_service

OWNER = "owner"  # the connection of the database's owner


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch of any state; ``has_keys``: they lie on this machine."""

    number: int
    kind: str
    state: str
    opened_at: datetime
    destroyed_at: datetime | None

    @property
    def has_keys(self) -> bool:
        return keys.exist(self.number)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an institution has come with the epoch that fills: its open registrations in both."""

    institution: str
    current: int
    opening: int


def all_epochs(*, using: str = OWNER) -> list[Epoch]:
    """Every epoch there ever was."""
    rows = _call(using, "SELECT number, kind, state, opened_at, destroyed_at FROM register.epoch ORDER BY number")
    return [Epoch(*row) for row in rows]


def open_epoch(kind: str = VOPRF, *, using: str = OWNER) -> int:
    """Make keys for a new epoch and open it; the first one answers at once, any other fills beside the current one.

    Raises ``Refused`` while another one fills.
    """
    if any(epoch.state == "opening" for epoch in all_epochs(using=using)):
        raise Refused("An epoch is being filled already: switch to it before you open another.")
    if settings.REGISTER_TOKEN_SERVICE:
        return _open_with_service(using)
    token_key = oprf.new_secret_key() if kind == VOPRF else secrets.token_bytes(32)
    public_key = b"" if kind == HMAC else oprf.public_key(token_key)
    return _open(using, kind, public_key, token_key)


def _open_with_service(using: str) -> int:
    """The token service's operator has opened the epoch there; here it gets the same number and that public key."""
    there = max(token_service().epochs(), key=lambda epoch: epoch.number, default=None)
    due = max((epoch.number for epoch in all_epochs(using=using)), default=0) + 1
    if there is None or there.number != due:
        raise Refused(f"The token service has no epoch {due} yet: its operator opens it first.")
    return _open(using, VOPRF, there.public_key, None)


def _open(using: str, kind: str, public_key: bytes, token_key: bytes | None) -> int:
    with transaction.atomic(using=using):
        ((number,),) = _call(using, "SELECT register.open_epoch(%s, %s)", [kind, public_key])
        keys.make_keys(number, token_key=token_key)
    _record(Act.EPOCH_OPENED, number)
    return int(number)


def progress(*, using: str = OWNER) -> list[Progress]:
    """Open registrations of each institution in the epoch that answers and in the one that fills."""
    codes = dict(Institution.objects.using(using).values_list("pk", "code"))
    return [
        Progress(codes.get(one, str(one)), *counts)
        for one, *counts in _call(using, "SELECT * FROM register.epoch_progress()")
    ]


def switch_epoch(*, even_if_behind: bool = False, using: str = OWNER) -> int:
    """From now on the new epoch answers. Raises ``Refused`` where none fills, or where an institution is behind."""
    behind = [one for one in progress(using=using) if one.opening < one.current]
    if behind and not even_if_behind:
        names = ", ".join(f"{one.institution} ({one.opening} of {one.current})" for one in behind)
        raise Refused(f"Not everybody has delivered to the new epoch: {names}. Wait for their next delivery.")
    ((number,),) = _call(using, "SELECT register.switch_epoch()")
    if number is None:
        raise Refused("No epoch is being filled: open one first.")
    _record(Act.EPOCH_SWITCHED, number)
    return int(number)


def destroy_epoch(number: int, *, using: str = OWNER) -> None:
    """Destroy an old epoch's keys and table. Raises ``Refused`` for one that is still in use."""
    epoch = next((one for one in all_epochs(using=using) if one.number == number), None)
    if epoch is None or epoch.state != "closing":
        raise Refused(f"Epoch {number} cannot be destroyed: only one that was switched away from can.")
    # The table first: keys without a table open nothing, a table without keys could still be matched.
    _call(using, "SELECT register.destroy_epoch(%s::smallint)", [number])
    keys.destroy_keys(number)
    _record(Act.EPOCH_DESTROYED, number)


def _record(act: Act, number: int) -> None:
    acting = acting_for_job("register: epochs")
    with acting_as(acting):
        record(acting, kind=RecordKind.CHANGE, act=act, details={"epoch": number})


def _call(using: str, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall())
