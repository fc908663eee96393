"""The register's API: shapes in and out, and what its services refuse."""

import json
from base64 import b64encode
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.organisation.appointments.services import create_partner_system
from suone.organisation.appointments.tests.factories import make_institution, make_staff
from suone.register.oprf import Evaluation
from suone.register.server import queries, services, tokens

pytestmark = pytest.mark.django_db
_ROW = {"token": b64encode(b"t" * 64).decode(), "valid_from": "2026-01-31", "reference": "D-1"}


@pytest.fixture
def client() -> Client:
    """The system of an institution."""
    staff = make_staff(make_institution("SMZ"), Role.CONTACT_PERSON, last_name="Amacker")
    job = acting_for_job("test")
    with acting_as(job):
        _system, key = create_partner_system(job, institution=staff.institution, name="x", responsible=staff)
    return Client(headers={"authorization": f"Bearer {key}"})


class Called:
    """Stands in for a service, and keeps what it was asked."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []

    def __call__(self, acting: Any, *args: Any, **kwargs: Any) -> Any:
        self.asked.append(kwargs | {"args": args, "institution": acting.institution_id})
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def _send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return client.generic(
        method.upper(),
        f"/api/v1/register/{path}",
        "" if body is None else json.dumps(body),
        content_type="application/json",
        headers=headers,
    )


_DELIVERY = services.Delivery(id=7, epoch=2, kind="snapshot", rows=9, state="open", parts={2: 4, 1: 5})
_SHOWN = {
    "id": 7,
    "epoch": 2,
    "kind": "snapshot",
    "rows": 9,
    "state": "open",
    "parts": [{"number": 1, "rows": 5}, {"number": 2, "rows": 4}],
}


def test_the_live_epochs_are_shown(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    epoch = tokens.EpochInfo(3, "voprf", b"\xff" * 32, "current")
    monkeypatch.setattr(tokens, "live_epochs", lambda: [epoch])

    assert client.get("/api/v1/register/epochs").json() == [
        {"number": 3, "kind": "voprf", "public_key": b64encode(b"\xff" * 32).decode(), "state": "current"}
    ]


def test_blinded_numbers_are_evaluated(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate = Called(Evaluation(b"e" * 32, b"p" * 64))
    monkeypatch.setattr(services, "evaluate", evaluate)

    answer = _send(client, "post", "tokens", {"epoch": 3, "elements": b64encode(b"b" * 32).decode()})

    assert answer.json() == {"elements": b64encode(b"e" * 32).decode(), "proof": b64encode(b"p" * 64).decode()}
    assert (evaluate.asked[0]["epoch"], evaluate.asked[0]["elements"]) == (3, b"b" * 32)


@pytest.mark.parametrize("elements", ["?", "abc", "AAA\n"])
def test_what_is_no_base64_is_named(client: Client, elements: str) -> None:
    answer = _send(client, "post", "tokens", {"epoch": 3, "elements": elements})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/elements"


def test_a_delivery_is_opened_once_for_one_key(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    opening = Called(_DELIVERY)
    monkeypatch.setattr(services, "open_delivery", opening)
    body = {"epoch": 2, "kind": "snapshot", "rows": 9, "digest": "0" * 64}

    answers = [_send(client, "post", "deliveries", body, **{"idempotency-key": "k"}) for _try in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json() for answer in answers] == [_SHOWN, _SHOWN]
    assert len(opening.asked) == 1


def test_a_delivery_is_shown(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "delivery_of", Called(_DELIVERY))

    assert client.get("/api/v1/register/deliveries/7").json() == _SHOWN


def test_a_delivery_is_given_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    abandon = Called(None)
    monkeypatch.setattr(services, "abandon_delivery", abandon)

    assert client.delete("/api/v1/register/deliveries/7").status_code == 204
    assert abandon.asked[0]["delivery_id"] == 7


def test_a_part_is_handed_on_row_by_row(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    adding = Called(None)
    monkeypatch.setattr(services, "add_part", adding)

    answer = _send(client, "put", "deliveries/7/parts/2", {"rows": [_ROW | {"office": "12"}]})

    assert answer.status_code == 204, answer.content
    assert (adding.asked[0]["delivery_id"], adding.asked[0]["number"]) == (7, 2)
    assert adding.asked[0]["rows"] == [
        services.DeliveredRow(
            token=b"t" * 64,
            valid_from=date(2026, 1, 31),
            valid_until=None,
            office="12",
            worker="",
            reference="D-1",
            referred_by="",
        )
    ]


def test_refused_rows_are_named_by_their_place(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "add_part", Called(services.RowsRefused([(1, "office", "No such office.")])))

    answer = _send(client, "put", "deliveries/7/parts/2", {"rows": [_ROW, _ROW]})

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:suone:problem:rows-refused"
    assert answer.json()["errors"] == [{"pointer": "/rows/1/office", "code": "office", "detail": "No such office."}]


@pytest.mark.parametrize(
    "changed",
    [
        {"ahv_number": "756.1234.5678.97"},
        {"valid_from": 20260131},
        {"valid_from": "2026-01-31T00:00:00"},
        {"reference": ""},
        {"reference": "x" * 41},
        {"reference": "a\nb"},
        {"token": "AAAA"},
    ],
)
def test_a_row_holds_nothing_but_what_belongs_there(client: Client, changed: dict[str, object]) -> None:
    answer = _send(client, "put", "deliveries/7/parts/2", {"rows": [_ROW | changed]})

    assert answer.status_code == 422
    assert "756" not in answer.content.decode()


def test_a_delivery_is_applied_once_for_one_key(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    applying = Called(services.Applied(added=1, changed=2, ended=3, unchanged=4, overlaps=5))
    monkeypatch.setattr(services, "apply_delivery", applying)

    for _try in range(2):
        answer = _send(client, "post", "deliveries/7/apply", {"confirmed": True}, **{"idempotency-key": "k"})
        assert answer.json() == {"added": 1, "changed": 2, "ended": 3, "unchanged": 4, "overlaps": 5}

    assert [(asked["delivery_id"], asked["confirmed"]) for asked in applying.asked] == [(7, True)]


def test_a_snapshot_that_would_end_many_says_how_many(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "apply_delivery", Called(services.WouldEndMany(30, 40)))

    answer = _send(client, "post", "deliveries/7/apply", {})

    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["type"], problem["ended"], problem["open_before"]) == ("urn:suone:problem:would-end-many", 30, 40)


def test_every_answer_has_the_same_size_whatever_it_says(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    contact = {"name": "Ada Amacker", "phone": "027 555 00 00", "email": "a@example.org"}
    found = {
        "institution": "RAV",
        "kind": "unemployment_insurance",
        "region": "Oberwallis",
        "since": date(2026, 1, 1),
        "until": None,
        "contact": contact,
        "secretariat": contact,
    }
    asked = {"epoch": 3, "token": _ROW["token"], "purpose": "first_talk"}
    sizes = []
    for count in (0, 1, 7):
        looking = Called(SimpleNamespace(found=[found] * count))
        monkeypatch.setattr(services, "look_up", looking)
        answer = _send(client, "post", "lookups", asked)
        assert len(answer.json()["found"]) == count
        sizes.append(len(answer.content))

    assert set(sizes) == {4096}
    assert looking.asked[0]["token"] == b"t" * 64


def test_a_question_needs_its_purpose(client: Client) -> None:
    asked = {"epoch": 3, "token": _ROW["token"], "purpose": "curiosity"}

    assert _send(client, "post", "lookups", asked).status_code == 422


def test_alerts_come_by_the_institutions_own_reference(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    alert = SimpleNamespace(
        pk=5,
        at=timezone.now(),
        reference="D-1",
        since=date(2026, 1, 1),
        other_institution=SimpleNamespace(code="RAV", kind="unemployment_insurance"),
        other_since=date(2026, 2, 1),
        state="new",
    )
    asking = Called([alert])
    monkeypatch.setattr(queries, "alerts_of", asking)

    (alert,) = client.get("/api/v1/register/alerts?before=9").json()

    assert (alert["id"], alert["reference"], alert["other_institution"]) == (5, "D-1", "RAV")
    assert alert["other_kind"] == "unemployment_insurance"
    assert asking.asked[0]["before"] == 9
    assert Entry.objects.latest("id").act == "register.listed"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "lookups"),
        ("get", "alerts"),
        ("get", "epochs"),
        ("get", "directory"),
        ("post", "tokens"),
        ("post", "deliveries"),
        ("get", "deliveries/7"),
        ("delete", "deliveries/7"),
        ("put", "deliveries/7/parts/1"),
        ("post", "deliveries/7/apply"),
    ],
)
def test_without_a_key_nothing_is_processed(method: str, path: str) -> None:
    answer = _send(Client(), method, path, {})

    assert answer.status_code == 401
    assert not Entry.objects.exists()
