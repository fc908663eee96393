"""A register that lives in a test: answers like the product's addresses, and keeps every byte that reached it."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import BaseAdapter

from suone.register import oprf

ADDRESS = "https://register.example.org"
Registrations = dict[tuple[str, str], dict[str, Any]]


class RegisterInMemory(BaseAdapter):
    """One institution's side of the register, mounted in place of the network."""

    trusts_environment = False

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[bytes] = []
        self.asked: list[tuple[str, str]] = []
        self.secrets: dict[int, bytes] = {}
        self.epochs: list[dict[str, Any]] = []
        self.registrations: dict[int, Registrations] = {}
        self.deliveries: dict[int, dict[str, Any]] = {}
        self.workers = ["ada.amacker@example.org"]
        self.refuses: Callable[[dict[str, Any]], str | None] = lambda row: None
        self.breaks_at: Callable[[str, str], bool] = lambda method, path: False
        self.answers_once_with: list[requests.Response] = []
        self.open_epoch(1, "current")

    def open_epoch(self, number: int, state: str, *, kind: str = "voprf") -> None:
        self.secrets[number] = oprf.new_secret_key()
        public = b64encode(oprf.public_key(self.secrets[number])).decode()
        self.epochs.append({"number": number, "kind": kind, "public_key": public, "state": state})
        self.registrations[number] = {}

    def open_rows(self, epoch: int = 1) -> list[dict[str, Any]]:
        return [row for row in self.registrations[epoch].values() if row["valid_until"] is None]

    def session(self) -> requests.Session:
        session = requests.sessions.Session()
        session.trust_env = self.trusts_environment
        session.mount(ADDRESS, self)
        return session

    def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:  # type: ignore[override]
        path = str(request.url).removeprefix(ADDRESS + "/api/v1/register/")
        method = str(request.method)
        body = request.body or b""
        self.seen.append(f"{method} {request.url} {dict(request.headers)}".encode() + bytes(body))
        self.asked.append((method, path))
        if self.breaks_at(method, path):
            raise requests.exceptions.ConnectionError("cut off")
        if self.answers_once_with:
            answer = self.answers_once_with.pop()
            answer.request = request
            return answer
        return _answer(*self._route(method, path.split("/"), json.loads(body) if body else {}))

    def close(self) -> None:
        pass

    def _route(self, method: str, path: list[str], sent: dict[str, Any]) -> tuple[int, Any]:
        match method, path:
            case "GET", ["epochs"]:
                return 200, self.epochs
            case "GET", ["directory"]:
                office = {"number": 12, "name_de": "x", "name_fr": "x", "region": "x"}
                return 200, {"offices": [office], "workers": self.workers, "institutions": ["SMZ", "RAV"]}
            case "POST", ["tokens"]:
                found = oprf.evaluate(self.secrets[sent["epoch"]], b64decode(sent["elements"]))
                return 200, {
                    "elements": b64encode(found.elements).decode(),
                    "proof": b64encode(found.proof).decode(),
                }
            case "POST", ["deliveries"]:
                return 201, self._open(sent)
            case "DELETE", ["deliveries", number]:
                self.deliveries[int(number)]["state"] = "abandoned"
                return 204, None
            case "PUT", ["deliveries", number, "parts", part]:
                return self._add(self.deliveries[int(number)], int(part), sent["rows"])
            case "POST", ["deliveries", number, "apply"]:
                return self._apply(self.deliveries[int(number)], sent["confirmed"])
        return 404, problem("not-found")

    def _open(self, sent: dict[str, Any]) -> dict[str, Any]:
        for known in self.deliveries.values():
            if known["state"] == "open" and known["sent"] == sent:
                return _shown(known)
        new = {"id": len(self.deliveries) + 1, "sent": sent, "state": "open", "parts": {}}
        self.deliveries[new["id"]] = new
        return _shown(new)

    def _add(self, delivery: dict[str, Any], number: int, rows: list[dict[str, Any]]) -> tuple[int, Any]:
        errors = [
            {"pointer": f"/rows/{place}/office", "code": "office", "detail": sentence}
            for place, row in enumerate(rows)
            if (sentence := self.refuses(row))
        ]
        if errors:
            return 422, problem("rows-refused", errors=errors)
        delivery["parts"][number] = rows
        return 204, None

    def _apply(self, delivery: dict[str, Any], confirmed: bool) -> tuple[int, Any]:
        sent, known = delivery["sent"], self.registrations[delivery["sent"]["epoch"]]
        rows = [row for _number, part in sorted(delivery["parts"].items()) for row in part]
        assert len(rows) == sent["rows"]
        delivered = {(row["token"], row["valid_from"]): row for row in rows}
        before = [key for key, row in known.items() if row["valid_until"] is None]
        missing = [key for key in before if sent["kind"] == "snapshot" and key not in delivered]
        if len(missing) > len(before) / 2 and not confirmed:
            return 409, problem("would-end-many", ended=len(missing), open_before=len(before))
        added = [key for key in delivered if key not in known]
        changed = [key for key, row in delivered.items() if key in known and known[key] != row]
        known.update(delivered)
        for key in missing:
            known[key] = known[key] | {"valid_until": "2026-11-25"}
        delivery["state"] = "applied"
        counts = {"added": len(added), "changed": len(changed), "ended": len(missing), "overlaps": 0}
        return 200, counts | {"unchanged": len(delivered) - len(added) - len(changed)}


def problem(word: str, **members: Any) -> dict[str, Any]:
    return {"type": f"urn:suone:problem:{word}", "title": word, "status": 0, "detail": f"Told: {word}."} | members


def _shown(delivery: dict[str, Any]) -> dict[str, Any]:
    parts = [{"number": number, "rows": len(rows)} for number, rows in delivery["parts"].items()]
    return {"id": delivery["id"], "state": delivery["state"], "parts": parts} | delivery["sent"]


def _answer(status: int, body: Any, **headers: str) -> requests.Response:
    answer = requests.Response()
    answer.status_code = status
    answer.headers.update(headers)
    answer._content = b"" if body is None else json.dumps(body).encode()
    return answer


def slow_down(seconds: int) -> requests.Response:
    """An answer that asks to wait."""
    return _answer(429, problem("too-many"), **{"Retry-After": str(seconds)})


def page_of_something_else() -> requests.Response:
    answer = _answer(404, None)
    answer._content = b"<html>"
    return answer
