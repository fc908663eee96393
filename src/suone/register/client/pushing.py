"""Delivering registrations: derive tokens, send in parts, apply as a whole; an interrupted delivery resumes."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol, TypeVar

from suone.register.client.checking import Directory, Registration
from suone.register.client.language import gettext as _
from suone.register.client.server import Applied, Epoch, Part, Register, RowsRefused, WouldEndMany
from suone.register.client.store import Store
from suone.register.client.trouble import Trouble
from suone.register.oprf import InvalidElement, InvalidProof
from suone.register.oprf.tokenizers import HmacTokenizer, Tokenizer, VoprfTokenizer

T = TypeVar("T")
SNAPSHOT, CHANGES = "snapshot", "changes"
_ROWS = 2_500  # in a part: always below two megabytes
_NUMBERS = 1_000  # in a question to the token service


class Counting(Protocol):
    """A progress bar."""

    def update(self, n_steps: int) -> None: ...


Progress = Callable[[str, int], AbstractContextManager[Counting]]


@dataclass(frozen=True)
class Delivered:
    """The result in the current epoch, and the rows that the register refused, by index."""

    applied: Applied
    refused: Sequence[tuple[int, str]]


@dataclass
class Push:
    """One delivery to every live epoch: the current one answers, the opening one fills."""

    register: Register
    directory: Directory
    store: Store
    progress: Progress
    confirm: Callable[[WouldEndMany], bool]
    hmac_key: bytes | None = None

    def deliver(self, kind: str, registrations: Sequence[Registration]) -> Delivered:
        """Deliver registrations (``SNAPSHOT`` or ``CHANGES``) to every live epoch, and store what was accepted.

        Raises ``Trouble`` if the delivery cannot be completed; nothing is applied in part.
        """
        named = self._with_references(registrations)
        refused: dict[int, str] = {}
        results = []
        for epoch in self._epochs():
            if not self.store.is_filled(epoch.number):
                self._fill(epoch)
            results.append(self._deliver_to(epoch, kind, named, refused))
            self.store.mark_filled(epoch.number)
        taken = [one for place, one in enumerate(named) if place not in refused]
        self.store.keep_registrations(taken, ended_on=date.today() if kind == SNAPSHOT else None)
        return Delivered(results[0], sorted(refused.items()))

    def renew(self) -> None:
        """Deliver everything in the store to every live epoch again; ends no registration."""
        for epoch in self._epochs():
            self._fill(epoch)
            self.store.mark_filled(epoch.number)

    def _fill(self, epoch: Epoch) -> None:
        """Deliver all registrations in the store, past ones included, so that a new epoch finds every match again."""
        known = [_without_the_unknown(one, self.directory) for one in self.store.registrations()]
        if known:
            self._deliver_to(epoch, CHANGES, known, {})

    def _epochs(self) -> list[Epoch]:
        """The live epochs, the current one first, their keys pinned."""
        epochs = sorted(self.register.epochs(), key=lambda epoch: epoch.state != "current")
        if not epochs:
            raise Trouble(_("The register is not open yet: ask the IIZ office."))
        for epoch in epochs:
            self.store.pin(epoch.number, epoch.public_key)
        self.store.forget_epochs(epoch.number for epoch in epochs)
        return epochs

    def _with_references(self, registrations: Sequence[Registration]) -> list[Registration]:
        made = self.store.references([one.number for one in registrations if not one.reference])
        return [one if one.reference else replace(one, reference=made[one.number]) for one in registrations]

    def _deliver_to(
        self, epoch: Epoch, kind: str, registrations: Sequence[Registration], refused: dict[int, str]
    ) -> Applied:
        """Send missing parts and apply the delivery; if the register refuses rows, start again without them."""
        tokens = self._tokens(epoch, registrations)
        while True:
            going = [place for place in range(len(registrations)) if place not in refused]
            rows = [_row(registrations[place], tokens[registrations[place].number]) for place in going]
            delivery, there = self.register.open_delivery(
                epoch=epoch.number, kind=kind, rows=len(rows), digest=_digest(kind, rows)
            )
            found = self._send(delivery, rows, there)
            if not found:
                return self._apply(delivery)
            refused.update({going[place]: sentence for place, sentence in found})
            self.register.abandon(delivery)

    def _tokens(self, epoch: Epoch, registrations: Sequence[Registration]) -> dict[str, bytes]:
        """The tokens of all numbers: from the store, or else from the token service and then stored batch by batch."""
        known = self.store.tokens(epoch.number)
        missing = [number for number in dict.fromkeys(one.number for one in registrations) if number not in known]
        if not missing:
            return known
        tokenizer = self._tokenizer(epoch)
        with self.progress(_("Blind the numbers"), len(missing)) as bar:
            for numbers in _chunks(missing, _NUMBERS):
                try:
                    made = dict(zip(numbers, tokenizer.tokens(numbers), strict=True))
                except (InvalidProof, InvalidElement) as error:
                    raise Trouble(
                        _("The token service did not use its published key: nothing was sent. Inform the IIZ office.")
                    ) from error
                self.store.keep_tokens(epoch.number, made)
                known |= made
                bar.update(len(numbers))
        return known

    def _tokenizer(self, epoch: Epoch) -> Tokenizer:
        if epoch.kind == "voprf":
            return VoprfTokenizer(
                lambda elements: self.register.evaluate(epoch.number, elements), epoch.public_key, _NUMBERS
            )
        if epoch.kind == "hmac" and self.hmac_key is not None:
            return HmacTokenizer(self.hmac_key)
        raise Trouble(_("This register works with a common key: name its file with --hmac-key-file."))

    def _send(self, delivery: int, rows: Part, there: frozenset[int]) -> list[tuple[int, str]]:
        """Send the parts that the register does not have yet; returns the rows that it refused, by index."""
        refused: list[tuple[int, str]] = []
        with self.progress(_("Send the registrations"), len(rows)) as bar:
            for number, part in enumerate(_chunks(rows, _ROWS), start=1):
                if number not in there:
                    try:
                        self.register.add_part(delivery, number, part)
                    except RowsRefused as refusal:
                        first = (number - 1) * _ROWS
                        refused += [(first + place, sentence) for place, sentence in refusal.errors]
                bar.update(len(part))
        return refused

    def _apply(self, delivery: int) -> Applied:
        try:
            return self.register.apply(delivery, confirmed=False)
        except WouldEndMany as many:
            if self.confirm(many):
                return self.register.apply(delivery, confirmed=True)
            self.register.abandon(delivery)
            raise Trouble(_("Nothing was changed in the register.")) from many


def _without_the_unknown(registration: Registration, directory: Directory) -> Registration:
    """Blank offices, workers and institutions that the directory no longer lists, in old registrations."""
    return replace(
        registration,
        office=registration.office if registration.office in directory.offices else "",
        worker=registration.worker if registration.worker in directory.workers else "",
        referred_by=registration.referred_by if registration.referred_by in directory.institutions else "",
    )


def _row(registration: Registration, token: bytes) -> dict[str, object]:
    """A row as it is sent: with the token instead of the number."""
    until = registration.valid_until
    return {
        "token": b64encode(token).decode(),
        "valid_from": registration.valid_from.isoformat(),
        "valid_until": None if until is None else until.isoformat(),
        "office": registration.office,
        "worker": registration.worker,
        "reference": registration.reference,
        "referred_by": registration.referred_by,
    }


def _digest(kind: str, rows: Part) -> str:
    """Identifies a delivery. Computed over what is sent, never the file: a hash over AHV numbers could be brute-forced."""
    digest = hashlib.sha256(kind.encode())
    for row in rows:
        digest.update(json.dumps(row, sort_keys=True).encode())
    return digest.hexdigest()


def _chunks(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (things[start : start + size] for start in range(0, len(things), size))
