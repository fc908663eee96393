"""What the decorators for partners' systems do before, around and after a handler."""

import json
from datetime import date
from typing import Annotated, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest
from django.test import Client
from django.urls import path
from django.utils import timezone
from ninja import Header, NinjaAPI
from ninja.responses import Status

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Permission, Role
from suone.ground.api.problems import Trouble, answer_with_problems
from suone.ground.api.shapes import Answered, Number, Sent, line
from suone.ground.audit.models import Entry, RecordKind
from suone.ground.audit.services import record
from suone.ground.entrances.for_systems import PartnerKey, answers, carries_out
from suone.ground.entrances.models import SystemAnswer

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

api = NinjaAPI(urls_namespace="test-systems", auth=PartnerKey(), openapi_url=None)
answer_with_problems(api)
Key = Annotated[str, line(most=64)] | None


class Thing(Sent):
    day: date
    text: Annotated[str, line(least=1, most=10)] = "x"


class Said(Answered):
    said: str


@api.get("/things/{thing_id}", response=Said)
@answers(Permission.REGISTER_USE, act="thing.read")
def read_thing(request: HttpRequest, thing_id: Number) -> Said:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user || ' ' || actor_kind() || ' ' || actor_institution()")
        return Said(said=cursor.fetchone()[0])


@api.post("/things", response={201: Said})
@carries_out(Permission.REGISTER_DELIVER)
def make_thing(request: Any, thing: Thing, idempotency_key: Key = Header(None)) -> Status[Said]:  # noqa: B008
    record(request.acting, kind=RecordKind.STORE, act="thing.made")
    return Status(201, Said(said=thing.text))


@api.delete("/things/{thing_id}", response=Said)
@carries_out(Permission.AUDIT_READ)
def remove_thing(request: HttpRequest, thing_id: Number) -> Said:
    return Said(said="gone")


@api.put("/troubles/{word}", response=Said)
@carries_out(Permission.REGISTER_DELIVER)
def trouble(request: Any, word: str) -> Said:
    record(request.acting, kind=RecordKind.STORE, act="thing.made")
    raise {
        "refused": Refused("Not like this"),
        "conflict": Conflict(current={"Text": "secret"}, submitted={"Text": "mine"}),
        "missing": Http404(),
        "denied": PermissionDenied(),
        "broken": RuntimeError("756.1234.5678.97"),
        "own": Trouble("would-end-many", "Look again", ended=3),
    }[word]


@api.get("/sneaky", response=Said)
@answers(Permission.REGISTER_USE)
def sneaky(request: Any) -> Said:
    record(request.acting, kind=RecordKind.STORE, act="thing.made")
    return Said(said="written")


urlpatterns = [path("api/v1/", api.urls)]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    """A partner's system of institution 3, whose key is ``suone_right``."""
    system = Acting(
        kind=Kind.SYSTEM,
        today=timezone.localdate(),
        institution_id=3,
        system_id=5,
        roles=frozenset({Role.PARTNER_SYSTEM}),
    )
    monkeypatch.setattr("suone.organisation.appointments.acting.acting_of_key", {"suone_right": system}.get)
    return Client(headers={"authorization": "Bearer suone_right"}, raise_request_exception=False)


def _post(client: Client, body: object, **headers: str) -> Any:
    return client.post("/api/v1/things", json.dumps(body), content_type="application/json", headers=headers)


def _logged() -> list[tuple[str, str]]:
    return list(Entry.objects.order_by("id").values_list("kind", "act"))


def test_a_reading_is_done_as_the_system_and_logged(client: Client) -> None:
    answer = client.get("/api/v1/things/7")

    assert answer.json() == {"said": "suone_app system 3"}
    entry = Entry.objects.get()
    assert (entry.kind, entry.act, entry.object_type, entry.object_id) == ("read", "thing.read", "thing", 7)


def test_what_reads_cannot_write(client: Client) -> None:
    answer = client.get("/api/v1/sneaky")

    assert answer.status_code == 500
    assert _logged() == []


@pytest.mark.parametrize("header", ["", "Bearer suone_wrong", "Basic abc", "Bearer", "suone_right"])
def test_without_a_valid_key_nothing_is_disclosed(client: Client, header: str) -> None:
    answer = client.get("/api/v1/things/7", headers={"authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"] == "urn:suone:problem:key"
    assert [act for _kind, act in _logged()] == ([] if not header.startswith("Bearer") else ["access.denied"])


def test_the_key_is_asked_before_the_form(client: Client) -> None:
    assert _post(client, {"day": "no day"}, authorization="Bearer suone_wrong").status_code == 401


def test_after_twenty_wrong_keys_no_more_are_tried_and_a_right_one_still_works(client: Client) -> None:
    wrong = [client.get("/api/v1/sneaky", headers={"authorization": "Bearer suone_wrong"}) for _try in range(22)]

    assert [answer.status_code for answer in wrong[-3:]] == [401, 429, 429]
    assert wrong[-1].headers["Retry-After"] == "60"
    assert len(_logged()) == 20
    assert client.get("/api/v1/things/7").status_code == 200


def test_a_key_has_so_many_requests_a_minute(client: Client, settings: Any) -> None:
    settings.API_REQUESTS_A_MINUTE = 3

    answers = [client.get("/api/v1/things/7") for _try in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].headers["Content-Type"] == "application/problem+json"


def test_whoever_lacks_the_permission_is_refused_and_it_is_logged(client: Client) -> None:
    answer = client.delete("/api/v1/things/7")

    assert answer.status_code == 403
    entry = Entry.objects.get()
    assert (entry.kind, entry.details, entry.system_id) == ("denied", {"permission": "audit.read"}, 5)


@pytest.mark.parametrize(
    ("word", "status", "logged"),
    [
        ("refused", 422, []),
        ("conflict", 409, []),
        ("missing", 404, [("denied", "access.denied")]),
        ("denied", 403, [("denied", "access.denied")]),
        ("broken", 500, []),
        ("own", 422, []),
    ],
)
def test_an_error_leaves_nothing_behind_and_says_nothing_personal(
    client: Client, word: str, status: int, logged: list[tuple[str, str]]
) -> None:
    answer = client.put(f"/api/v1/troubles/{word}")

    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "756" not in answer.content.decode()
    assert "secret" not in answer.content.decode()
    assert _logged() == logged


def test_a_problem_of_an_endpoints_own_carries_what_a_machine_needs(client: Client) -> None:
    problem = client.put("/api/v1/troubles/own").json()

    assert (problem["type"], problem["detail"], problem["ended"]) == (
        "urn:suone:problem:would-end-many",
        "Look again",
        3,
    )


def test_a_wrong_form_names_the_fields_and_repeats_no_value(client: Client) -> None:
    answer = _post(client, {"day": "756.1234.5678.97", "text": "756.1234.5678.97", "756.1234.5678.97": 1})

    assert answer.status_code == 422
    assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == {
        ("/day", "date_from_datetime_parsing"),
        ("/text", "string_too_long"),
        ("/", "extra_forbidden"),
    }
    assert "756" not in answer.content.decode()


@pytest.mark.parametrize("number", ["0", "x", str(2**63)])
def test_a_number_that_no_row_can_have_is_a_wrong_form(client: Client, number: str) -> None:
    assert client.get(f"/api/v1/things/{number}").status_code == 422


@pytest.mark.parametrize("body", ["{", "\xff", '{"day": "2026-01-01", "text": "a\\u0000"}'])
def test_what_cannot_be_read_is_refused(client: Client, body: str) -> None:
    answer = client.post("/api/v1/things", body.encode("latin-1"), content_type="application/json")

    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_request_that_is_too_large_is_refused_as_such(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    assert _post(client, {"day": "2026-01-01", "text": "words"}).status_code == 413


def test_the_same_request_with_the_same_key_is_done_once(client: Client) -> None:
    first = _post(client, {"day": "2026-01-01"}, **{"idempotency-key": "abc"})
    second = _post(client, {"day": "2026-01-01"}, **{"idempotency-key": "abc"})

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json() == {"said": "x"}
    assert _logged() == [("store", "thing.made")]


def test_another_request_with_the_same_key_is_refused(client: Client) -> None:
    _post(client, {"day": "2026-01-01"}, **{"idempotency-key": "abc"})
    other = _post(client, {"day": "2026-01-02"}, **{"idempotency-key": "abc"})

    assert other.status_code == 422
    assert other.json()["type"] == "urn:suone:problem:idempotency-key"
    assert len(_logged()) == 1


def test_the_key_of_another_institution_is_another_key(client: Client) -> None:
    SystemAnswer.objects.create(institution_id=4, key="abc", request="other", status=200, body="theirs")

    assert _post(client, {"day": "2026-01-01"}, **{"idempotency-key": "abc"}).status_code == 201


def test_without_a_key_each_request_is_done(client: Client) -> None:
    _post(client, {"day": "2026-01-01"})
    _post(client, {"day": "2026-01-01"})

    assert len(_logged()) == 2
    assert not SystemAnswer.objects.exists()
