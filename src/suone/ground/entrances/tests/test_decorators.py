"""What a view's decorator does before, around and after the view."""

import uuid
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.models import User
from suone.ground.access.permissions import Permission, Role
from suone.ground.audit.models import Entry, RecordKind
from suone.ground.audit.services import record
from suone.ground.entrances import decorators
from suone.ground.entrances.decorators import acts, reads
from suone.ground.entrances.models import Submission
from suone.ground.web import pages
from suone.ground.web.bound import seal
from suone.ground.web.jinja import environment

pytestmark = pytest.mark.django_db


def _request(
    method: str = "GET", *, staff: int = 9, roles: tuple[Role, ...] = (Role.FRONT_LINE_WORKER,), **data: str
) -> Any:
    mark = {"opened_as": seal(4, staff)} if method == "POST" else {}
    request = getattr(RequestFactory(), method.lower())("/somewhere/7", mark | data)
    request.user = User(email="a@example.org")
    request.session = {}
    request.acting = Acting(
        kind=Kind.STAFF, today=date(2026, 11, 23), institution_id=3, staff_id=staff, user_id=4, roles=frozenset(roles)
    )
    return request


def _logged() -> list[tuple[str, str]]:
    return list(Entry.objects.order_by("id").values_list("kind", "act"))


def _actor() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user || ' ' || actor_institution() || ' ' || actor_staff()")
        return str(cursor.fetchone()[0])


@reads(Permission.CASE_READ, act="thing.read")
def read_thing(request: HttpRequest, dossier_id: int, note_id: int = 0) -> HttpResponse:
    return HttpResponse(_actor())


@acts(Permission.CASE_WORK)
def do_thing(request: HttpRequest, dossier_id: int) -> HttpResponse:
    record(request.acting, kind=RecordKind.CHANGE, act="thing.done", dossier_id=dossier_id)  # type: ignore[attr-defined]
    if request.POST.get("wrong"):
        return HttpResponse("mend this", status=422)
    return HttpResponse(status=302, headers={"Location": f"/things/{request.POST['text']}"})


def test_a_reading_is_done_as_the_acting_person_and_recorded() -> None:
    response = read_thing(_request(), dossier_id=7, note_id=12)

    entry = Entry.objects.get()
    assert response.content == b"suone_app 3 9"
    assert (entry.kind, entry.act, entry.dossier_id) == ("read", "thing.read", 7)
    assert (entry.object_type, entry.object_id, entry.staff_id, entry.institution_id) == ("note", 12, 9, 3)
    assert entry.roles == ["front_line_worker"]


def test_a_view_that_reads_cannot_write() -> None:
    @reads(Permission.CASE_READ, act="thing.read")
    def sneaky(request: HttpRequest) -> HttpResponse:
        record(request.acting, kind=RecordKind.CHANGE, act="thing.done")  # type: ignore[attr-defined]
        return HttpResponse()

    with pytest.raises(DatabaseError, match="read-only"):
        sneaky(_request())


def test_a_form_that_is_only_shown_cannot_write_either() -> None:
    with pytest.raises(DatabaseError, match="read-only"):
        do_thing(_request("GET"), dossier_id=7)


def _full_disk(*args: object, **kwargs: object) -> None:
    raise DatabaseError("could not extend file")


def test_what_cannot_be_recorded_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decorators, "record", _full_disk)
    file = BytesIO(b"about somebody")

    @reads(Permission.CASE_READ, act="thing.read")
    def view(request: HttpRequest) -> HttpResponse:
        return FileResponse(file)  # type: ignore[return-value]  # a file is an answer too

    response = view(_request())

    assert response.status_code == 503
    assert "about somebody" not in response.content.decode()
    assert "log cannot be written" in response.content.decode()
    assert file.closed


@pytest.mark.parametrize("status", [200, 422])
def test_a_form_shown_again_is_not_shown_either_without_its_log(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decorators, "record", _full_disk)

    @acts(Permission.CASE_WORK)
    def view(request: HttpRequest, dossier_id: int) -> HttpResponse:
        return HttpResponse("about somebody", status=status)

    assert view(_request("GET"), dossier_id=7).status_code == 503
    if status == 422:
        assert view(_request("POST"), dossier_id=7).status_code == 503


def test_without_its_log_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decorators, "record", _full_disk)

    @acts(Permission.CASE_WORK)
    def view(request: HttpRequest) -> HttpResponse:
        decorators.record(request.acting, kind=RecordKind.CHANGE, act="thing.done")  # type: ignore[attr-defined]
        return HttpResponse()

    with pytest.raises(DatabaseError, match="extend"):
        view(_request("POST"))


@dataclass
class _Row:
    """A row of a case, as a template meets it."""

    dossier_id: int
    text: str = "words"
    is_open: bool = True


def _listing(template: str) -> Any:
    @reads(Permission.CASE_READ, act="thing.listed")
    def view(request: HttpRequest) -> HttpResponse:
        rows = [_Row(5), _Row(6), _Row(8, text="")]
        return HttpResponse(environment(autoescape=True).from_string(template).render(rows=rows))

    return view


@pytest.mark.parametrize(
    ("template", "cases"),
    [
        ("{% for row in rows %}{{ row.text }}{% endfor %}", [5, 6]),  # nothing of the third is there to print
        ("{{ rows[0].text }}", [5]),
        ("{{ rows|map(attribute='text')|join }}", [5, 6]),
        ("{% for row in rows if row.is_open %}{{ row.dossier_id }}{% endfor %}", []),
        ("{{ rows|length }}", []),
    ],
)
def test_the_log_names_those_of_whom_something_is_printed(template: str, cases: list[int]) -> None:
    _listing(template)(_request())

    entry = Entry.objects.get()
    assert entry.dossiers_shown == cases
    assert entry.dossier_id == (cases[0] if len(cases) == 1 else None)


def test_what_one_page_showed_is_not_in_the_row_of_the_next() -> None:
    _listing("{{ rows[0].text }}")(_request())
    _listing("{{ rows[1].text }}")(_request())

    assert list(Entry.objects.order_by("id").values_list("dossiers_shown", flat=True)) == [[5], [6]]


@pytest.mark.parametrize(("status", "shown"), [(200, [7]), (302, []), (204, [])])
def test_an_answer_that_only_leads_on_shows_nobody(status: int, shown: list[int]) -> None:
    @reads(Permission.CASE_READ, act="thing.read")
    def view(request: HttpRequest, dossier_id: int) -> HttpResponse:
        return HttpResponse("words", status=status)

    view(_request(), dossier_id=7)

    assert Entry.objects.get().dossiers_shown == shown


def test_what_a_reading_leaves_behind_is_kept_with_its_row_or_not_at_all() -> None:
    left: list[int] = []

    def remember(acting: Acting, *, dossier_id: int) -> None:
        left.append(dossier_id)
        if dossier_id == 8:
            raise DatabaseError("could not extend file")

    @reads(Permission.CASE_READ, act="thing.read", after=[remember])
    def view(request: HttpRequest, dossier_id: int) -> HttpResponse:
        return HttpResponse("words")

    assert view(_request(), dossier_id=7).status_code == 200
    assert view(_request(), dossier_id=8).status_code == 503
    assert left == [7, 8]
    assert list(Entry.objects.values_list("dossier_id", flat=True)) == [7]


def test_a_search_by_post_is_a_reading_and_cannot_write() -> None:
    @reads(Permission.CASE_READ, act="thing.found", by_post=True)
    def view(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            return HttpResponse(cursor.fetchone()[0])

    assert view(_request("POST", words="x")).content == b"on"
    assert _logged() == [("read", "thing.found")]


def test_whoever_lacks_the_permission_is_refused_and_it_is_logged() -> None:
    with pytest.raises(PermissionDenied):
        read_thing(_request(roles=(Role.STEERING,)), dossier_id=7)

    entry = Entry.objects.get()
    assert (entry.kind, entry.dossier_id, entry.staff_id) == ("denied", 7, 9)
    assert entry.details == {"permission": "case.read"}


def test_what_does_not_exist_for_somebody_is_logged_as_denied_and_the_reading_undone() -> None:
    @reads(Permission.CASE_READ, act="thing.read")
    def missing(request: HttpRequest, dossier_id: int) -> HttpResponse:
        raise Http404

    with pytest.raises(Http404):
        missing(_request(), dossier_id=7)

    assert [kind for kind, _act in _logged()] == ["denied"]


def test_nobody_logged_in_is_sent_to_the_log_in_and_comes_back() -> None:
    request = _request()
    request.user, request.acting = AnonymousUser(), None

    response = read_thing(request, dossier_id=7)

    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/login/?next=/somewhere/7"


def test_an_account_without_work_is_refused() -> None:
    request = _request()
    request.acting = None

    with pytest.raises(PermissionDenied):
        read_thing(request, dossier_id=7)


@pytest.mark.parametrize(("view", "method"), [(read_thing, "POST"), (read_thing, "PUT"), (do_thing, "DELETE")])
def test_a_method_that_is_none_of_the_views_is_refused(view: Any, method: str) -> None:
    response = view(_request(method), dossier_id=7)

    assert response.status_code == 405
    assert _logged() == []


def test_a_form_sent_twice_acts_once_and_leads_to_the_same_place() -> None:
    key = str(uuid.uuid4())

    first = do_thing(_request("POST", idempotency_key=key, text="one"), dossier_id=7)
    second = do_thing(_request("POST", idempotency_key=key, text="one"), dossier_id=7)

    assert first.headers["Location"] == second.headers["Location"] == "/things/one"
    assert _logged() == [("change", "thing.done")]


def test_a_form_sent_again_with_other_words_is_asked_about() -> None:
    key = str(uuid.uuid4())

    do_thing(_request("POST", idempotency_key=key, text="one"), dossier_id=7)
    second = do_thing(_request("POST", idempotency_key=key, text="other words"), dossier_id=7)

    assert second.status_code == 409
    assert "different content" in second.content.decode()
    assert _logged() == [("change", "thing.done")]


def test_the_same_key_of_somebody_else_is_another_form() -> None:
    key = str(uuid.uuid4())

    do_thing(_request("POST", idempotency_key=key, text="one"), dossier_id=7)
    do_thing(_request("POST", staff=10, idempotency_key=key, text="two"), dossier_id=7)

    assert _logged() == [("change", "thing.done")] * 2
    assert set(Submission.objects.values_list("staff_id", "location")) == {(9, "/things/one"), (10, "/things/two")}


@pytest.mark.parametrize("key", ["", "no key"])
def test_a_form_without_a_key_still_acts(key: str) -> None:
    do_thing(_request("POST", idempotency_key=key, text="one"), dossier_id=7)
    do_thing(_request("POST", idempotency_key=key, text="one"), dossier_id=7)

    assert len(_logged()) == 2
    assert not Submission.objects.exists()


def test_an_answer_with_an_error_leaves_nothing_behind_and_the_form_may_be_sent_again() -> None:
    key = str(uuid.uuid4())

    wrong = do_thing(_request("POST", idempotency_key=key, wrong="yes", text="one"), dossier_id=7)
    assert wrong.status_code == 422
    assert _logged() == [("read", "form.shown")]  # the page that shows the form again names the case

    mended = do_thing(_request("POST", idempotency_key=key, text="one"), dossier_id=7)
    assert mended.status_code == 302
    assert _logged() == [("read", "form.shown"), ("change", "thing.done")]


@pytest.mark.parametrize(
    ("trouble", "page", "says"),
    [
        (Refused("Not like this"), "refused_page", "Not like this"),
        (Conflict(current={"Text": "theirs"}, submitted={"Text": "mine"}), "conflict_page", "theirs"),
    ],
)
def test_a_refusal_or_conflict_becomes_a_page_and_leaves_nothing_behind(
    trouble: Exception, page: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    @acts(Permission.CASE_WORK)
    def view(request: HttpRequest) -> HttpResponse:
        record(request.acting, kind=RecordKind.CHANGE, act="thing.done")  # type: ignore[attr-defined]
        raise trouble

    def shown(request: HttpRequest, what: Any) -> HttpResponse:
        return HttpResponse(str(what if isinstance(what, str) else what.current))

    monkeypatch.setattr(decorators, page, shown)
    assert hasattr(pages, page)

    response = view(_request("POST"))

    assert says in response.content.decode()
    assert ("change", "thing.done") not in _logged()


def test_a_view_shows_which_permission_it_takes() -> None:
    assert read_thing.permission is Permission.CASE_READ  # type: ignore[attr-defined]
    assert do_thing.permission is Permission.CASE_WORK  # type: ignore[attr-defined]
