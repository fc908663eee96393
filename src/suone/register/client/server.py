"""The register over the network: one method for each address of ``docs/openapi.json`` that the client uses."""

import time
import uuid
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests
from requests.auth import AuthBase

from suone.register.client.checking import Directory
from suone.register.client.language import gettext as _
from suone.register.client.trouble import Trouble
from suone.register.oprf import Evaluation

_SECONDS = 60
_TRIES = 5
_PAUSE = 2.0  # seconds after the first failure, doubled after each
Part = Sequence[dict[str, object]]


@dataclass(frozen=True)
class Epoch:
    """A year's keys of the register: tokens of two epochs have nothing in common."""

    number: int
    kind: str
    public_key: bytes
    state: str


@dataclass(frozen=True)
class Applied:
    """What a delivery changed."""

    added: int
    changed: int
    ended: int
    unchanged: int
    overlaps: int


class RowsRefused(Exception):
    """The register refuses rows of a part: place in the part and sentence."""

    def __init__(self, errors: Sequence[tuple[int, str]]) -> None:
        super().__init__("rows refused")
        self.errors = errors


class WouldEndMany(Exception):
    """A snapshot would end so many registrations that somebody must confirm it."""

    def __init__(self, ended: int, open_before: int) -> None:
        super().__init__("would end many")
        self.ended = ended
        self.open_before = open_before


class _Bearer(AuthBase):
    """Sends the key in a header; set as the session's auth, since requests would otherwise prefer a .netrc entry."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class Register:
    """The register at an address, for whoever holds the key."""

    def __init__(self, address: str, key: str, *, language: str) -> None:
        self._base = address.rstrip("/") + "/api/v1/register/"
        self._session = requests.Session()
        self._session.headers["Accept-Language"] = language
        self._session.auth = _Bearer(key)

    def close(self) -> None:
        self._session.close()

    def epochs(self) -> list[Epoch]:
        return [
            Epoch(one["number"], one["kind"], b64decode(one["public_key"]), one["state"])
            for one in self._ask("GET", "epochs")
        ]

    def directory(self) -> Directory:
        found = self._ask("GET", "directory")
        return Directory(
            frozenset(str(office["number"]) for office in found["offices"]),
            frozenset(address.lower() for address in found["workers"]),
            frozenset(found["institutions"]),
        )

    def evaluate(self, epoch: int, elements: bytes) -> Evaluation:
        found = self._ask("POST", "tokens", {"epoch": epoch, "elements": b64encode(elements).decode()})
        return Evaluation(b64decode(found["elements"]), b64decode(found["proof"]))

    def open_delivery(self, *, epoch: int, kind: str, rows: int, digest: str) -> tuple[int, frozenset[int]]:
        """The delivery's number, and the parts that are there already."""
        asked: dict[str, object] = {"epoch": epoch, "kind": kind, "rows": rows, "digest": digest}
        found = self._ask("POST", "deliveries", asked)
        return found["id"], frozenset(part["number"] for part in found["parts"])

    def add_part(self, delivery: int, number: int, rows: Part) -> None:
        self._ask("PUT", f"deliveries/{delivery}/parts/{number}", {"rows": rows})

    def apply(self, delivery: int, *, confirmed: bool) -> Applied:
        return Applied(**self._ask("POST", f"deliveries/{delivery}/apply", {"confirmed": confirmed}, once=True))

    def abandon(self, delivery: int) -> None:
        self._ask("DELETE", f"deliveries/{delivery}")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None, *, once: bool = False) -> Any:
        """Send a request, with retries; ``once`` adds an idempotency key, so that a retry has no second effect."""
        headers = {"Idempotency-Key": uuid.uuid4().hex} if once else {}
        for attempt in range(_TRIES):
            last = attempt == _TRIES - 1
            try:
                answer = self._session.request(
                    method, self._base + path, json=body, headers=headers, timeout=_SECONDS, allow_redirects=False
                )
            except requests.exceptions.SSLError as error:
                raise Trouble(_("The register's certificate cannot be trusted: check the address.")) from error
            except requests.exceptions.RequestException as error:
                if last:
                    raise Trouble(
                        _("The register cannot be reached: start again later, and only what is missing will be sent.")
                    ) from error
                time.sleep(_PAUSE * 2**attempt)
                continue
            if answer.status_code in (429, 502, 503, 504) and not last:
                time.sleep(_wait(answer, _PAUSE * 2**attempt))
                continue
            return _read(answer)
        raise AssertionError("the last try answers or raises")


def _wait(answer: requests.Response, otherwise: float) -> float:
    said = answer.headers.get("Retry-After", "")
    return float(min(int(said), 120)) if said.isdigit() else otherwise


def _read(answer: requests.Response) -> Any:
    if answer.status_code == 204:
        return None
    try:
        found = answer.json()
    except ValueError:
        found = None
    if answer.ok and found is not None and answer.status_code < 300:
        return found
    if not isinstance(found, dict) or "type" not in found:
        raise Trouble(_("No register answers at this address (%(status)s): check it.") % {"status": answer.status_code})
    kind = str(found["type"]).rpartition(":")[2]
    if kind == "rows-refused":
        raise RowsRefused([(_place(error["pointer"]), error["detail"]) for error in found["errors"]])
    if kind == "would-end-many":
        raise WouldEndMany(found["ended"], found["open_before"])
    raise Trouble(str(found["detail"]))


def _place(pointer: str) -> int:
    """``/rows/12/office`` is about row 12 of the part."""
    return int(pointer.split("/")[2])
