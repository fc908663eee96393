"""What is typed and not sent yet is saved for its author alone, and ends with the form."""

import json
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.test import RequestFactory
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict
from suone.ground.access.models import User
from suone.ground.access.permissions import Permission, Role
from suone.ground.audit.models import Entry
from suone.ground.entrances import drafts, views
from suone.ground.entrances.decorators import acts
from suone.ground.entrances.models import Draft
from suone.ground.web.bound import seal

pytestmark = pytest.mark.django_db
NOTES = "/advice/7/correct"  # a form about no case; with one: tests/test_drafts_of_a_case.py
TEXT = "Sie sucht eine Stelle."


def _as(staff: int = 9) -> Acting:
    return Acting(
        kind=Kind.STAFF,
        today=date(2026, 11, 23),
        institution_id=3,
        staff_id=staff,
        user_id=4,
        roles=frozenset({Role.FRONT_LINE_WORKER}),
    )


def _request(method: str, path: str, data: dict[str, Any], *, staff: int = 9) -> Any:
    request = getattr(RequestFactory(), method)(path, data)
    request.user = User(email="a@example.org")
    request.session = {}
    request.staff_entries = []
    request.acting = _as(staff)
    return request


def save(*, mark: str = "", staff: int = 9, of: str = NOTES, key: str = "", version: str = "", **fields: Any) -> Any:
    data = {"opened_as": mark or seal(4, staff), "draft_of": of, "draft_field": list(fields), "draft_key": key}
    return views.drafts(_request("post", "/drafts", data | {"draft_version": version} | fields, staff=staff))


def fetch(*of: str, staff: int = 9) -> dict[str, Any]:
    response = views.drafts(_request("get", "/drafts", {"of": of}, staff=staff))
    found: dict[str, Any] = json.loads(response.content)["drafts"]  # type: ignore[attr-defined]
    return found


@acts(Permission.CASE_WORK)
def write_note(request: HttpRequest, dossier_id: int) -> HttpResponse:
    if request.POST["text"] == "again":
        return HttpResponse("with one more row")
    if request.POST["text"] == "older":
        raise Conflict(current={"Text": "theirs"}, submitted={"Text": "mine"})
    return redirect("/") if request.POST["text"] else HttpResponse("empty", status=422)


def send(text: str, *, key: str = "", staff: int = 9) -> None:
    data = {"opened_as": seal(4, staff), "draft_of": NOTES, "text": text, "idempotency_key": key}
    write_note(_request("post", NOTES, data, staff=staff), dossier_id=7)


def test_a_draft_is_fetched_as_it_was_typed_last() -> None:
    save(text=TEXT, category="1", ticked=["a", "b"], version="3")
    save(text=TEXT + " Bald.", ticked=[], version="3")

    found = fetch(NOTES, "/advice/8/correct")

    assert set(found) == {NOTES}
    assert found[NOTES]["fields"] == {"text": [TEXT + " Bald."], "ticked": []}
    assert found[NOTES]["version"] == "3"
    assert found[NOTES]["at"] == f"{timezone.localtime():%H:%M}"


def test_nobody_else_reads_a_draft_or_writes_into_it() -> None:
    save(text=TEXT)
    save(staff=10, text="Anderes")

    assert fetch(NOTES, staff=10)[NOTES]["fields"] == {"text": ["Anderes"]}
    assert fetch(NOTES)[NOTES]["fields"] == {"text": [TEXT]}
    with acting_as(_as(10)):
        assert Draft.objects.filter(staff_id=9).count() == 0
        assert Draft.objects.filter(staff_id=9).delete()[0] == 0


def test_a_page_opened_under_another_appointment_saves_nothing() -> None:
    save(text=TEXT)

    response = save(mark=seal(4, 10), text="overwritten")

    assert response.status_code == 409
    assert fetch(NOTES)[NOTES]["fields"] == {"text": [TEXT]}


def test_a_draft_ends_when_its_form_has_been_sent_and_not_before() -> None:
    for text in ("", "again"):
        save(text=text)
        send(text)
        assert set(fetch(NOTES)) == {NOTES}
    save(staff=10, text=TEXT)

    send(TEXT)

    assert fetch(NOTES) == {}
    assert set(fetch(NOTES, staff=10)) == {NOTES}


def test_what_arrives_after_the_form_was_sent_is_no_draft() -> None:
    key = str(uuid.uuid4())
    send(TEXT, key=key)

    late = save(key=key, text=TEXT)

    assert json.loads(late.content) == {"at": ""}
    assert not Draft.objects.exists()


def test_a_save_that_overtook_the_form_is_not_restored() -> None:
    key = str(uuid.uuid4())
    send(TEXT, key=key)
    Draft.objects.create(staff_id=9, form=NOTES, fields={"text": [TEXT]}, key=key)  # both were under way at once

    assert fetch(NOTES) == {}


def test_after_a_conflict_was_shown_the_draft_is_a_change_of_what_stands_there_now() -> None:
    save(text="mine", version="1")

    send("older")

    assert fetch(NOTES)[NOTES] | {"at": ""} == {"fields": {"text": ["mine"]}, "version": "", "at": ""}


def test_undoing_everything_leaves_no_draft() -> None:
    save(text=TEXT)

    save()

    assert not Draft.objects.exists()


def test_too_much_text_is_said_and_the_earlier_draft_stays() -> None:
    save(text=TEXT)

    response = save(text="ä" * (drafts.MOST_BYTES // 2))

    assert response.status_code == 422
    assert json.loads(response.content)["problem"].startswith("This is too much text for a draft")
    assert fetch(NOTES)[NOTES]["fields"] == {"text": [TEXT]}


@pytest.mark.parametrize(
    "of", ["", "/nowhere", "/healthz", "/dossiers/7/access", "https://example.org/", "/" + "x" * 300]
)
def test_a_draft_belongs_to_a_form_of_ours(of: str) -> None:
    response = save(of=of, text=TEXT)

    assert response.status_code == 400
    assert json.loads(response.content) == {"problem": "No form is sent to this address."}
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "name", ["", "idempotency_key", "csrfmiddlewaretoken", "password", "te xt", "<b>", "0", "x" * 101, "text\n"]
)
def test_a_draft_holds_fields_that_a_form_can_have(name: str) -> None:
    assert save(**{name: TEXT}).status_code == 400
    assert not Draft.objects.exists()


def test_a_draft_holds_no_more_fields_than_a_form_has() -> None:
    assert save(**{f"field_{number}": "x" for number in range(200)}).status_code == 200
    assert save(**{f"field_{number}": "x" for number in range(201)}).status_code == 400


def test_nobody_has_more_drafts_than_there_may_be_and_none_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 2)
    first = "/advice/1/correct"
    save(of=first, text=TEXT)
    save(text=TEXT)
    save(staff=10, text=TEXT)

    response = save(of="/advice/3/correct", text=TEXT)

    assert response.status_code == 422
    problem = json.loads(response.content)["problem"]
    assert problem.startswith("You have 2 drafts, and there is no room for more")
    assert problem.endswith(f"{timezone.localdate():%d.%m.%Y}, at {first}.")
    assert set(fetch(first, NOTES, "/advice/3/correct")) == {first, NOTES}
    assert save(text=TEXT + " Bald.").status_code == 200  # of those there are each may go on
    save(of=first)
    assert save(of="/advice/3/correct", text=TEXT).status_code == 200


def test_nor_more_text_in_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_BYTES_IN_ALL", 300)
    save(of="/advice/1/correct", text="x" * 200)

    assert save(text="y" * 200).status_code == 422
    assert save(text="y" * 50).status_code == 200
    assert set(fetch("/advice/1/correct", NOTES)) == {"/advice/1/correct", NOTES}


def test_saving_and_fetching_drafts_is_not_recorded() -> None:
    save(text=TEXT)
    fetch(NOTES)

    assert not Entry.objects.exists()


def test_drafts_that_nobody_continues_are_deleted(settings: Any) -> None:
    settings.DRAFT_DAYS = 30
    for number, days in enumerate((29, 31)):
        Draft.objects.create(staff_id=9, form=f"/advice/{number}/correct", fields={"text": [TEXT]})
        Draft.objects.filter(form=f"/advice/{number}/correct").update(at=timezone.now() - timedelta(days=days))

    drafts.forget_old()

    assert set(Draft.objects.values_list("form", flat=True)) == {"/advice/0/correct"}


@pytest.mark.parametrize(
    ("referer", "next_"),
    [
        ("http://testserver/dossiers/7/notes?before=3", "/dossiers/7/notes%3Fbefore%3D3"),
        ("https://elsewhere.example/dossiers/7/", "/"),
        ("http://testserver//elsewhere.example/", "/elsewhere.example/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_a_form_sent_after_the_session_leads_back_to_its_page(referer: str, next_: str) -> None:
    request = RequestFactory().post(NOTES, {"text": TEXT}, headers={"Referer": referer})
    request.user = AnonymousUser()
    request.acting = None  # type: ignore[attr-defined]

    response = write_note(request, dossier_id=7)

    assert response.headers["Location"] == f"/accounts/login/?next={next_}"
