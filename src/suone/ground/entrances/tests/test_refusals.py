"""A refused act leaves a trace of its own, and nothing of what somebody wanted to write."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from psycopg.errors import InsufficientPrivilege

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.errors import Refused
from suone.ground.access.models import User
from suone.ground.access.permissions import Permission, Role
from suone.ground.audit.models import Entry, RecordKind
from suone.ground.audit.services import record
from suone.ground.entrances.decorators import acts
from suone.ground.web.bound import seal

pytestmark = pytest.mark.django_db
TEXT = "Frau Beispiel ist krank"


def _request() -> Any:
    request = RequestFactory().post("/dossiers/7/notes", {"text": TEXT, "opened_as": seal(4, 9)})
    request.user = User(email="a@example.org")
    request.session = {}
    request.acting = Acting(
        kind=Kind.STAFF,
        today=date(2026, 11, 23),
        institution_id=3,
        staff_id=9,
        user_id=4,
        roles=frozenset({Role.FRONT_LINE_WORKER}),
    )
    return request


@pytest.mark.parametrize("trouble", [PermissionDenied(TEXT), Http404(TEXT), "policy"])
def test_an_attempt_is_logged_when_all_else_is_undone_and_without_its_text(trouble: Any) -> None:
    @acts(Permission.CASE_WORK)
    def write_note(request: HttpRequest, dossier_id: int) -> HttpResponse:
        acting = request.acting  # type: ignore[attr-defined]
        record(acting, kind=RecordKind.CHANGE, act="note.written", purpose=request.POST["text"])
        if trouble == "policy":
            raise ProgrammingError(TEXT) from InsufficientPrivilege(TEXT)
        raise trouble

    with pytest.raises((PermissionDenied, Http404)):
        write_note(_request(), dossier_id=7)

    entry = Entry.objects.get()
    assert (entry.kind, entry.act, entry.dossier_id) == ("denied", "access.denied", 7)
    assert (entry.staff_id, entry.user_id, entry.institution_id, entry.acting_kind) == (9, 4, 3, "staff")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry e WHERE audit_line(e) LIKE %s", [f"%{TEXT}%"])
        assert cursor.fetchone() == (0,)


def test_a_refusal_by_a_rule_undoes_the_act_and_is_no_denial() -> None:
    @acts(Permission.CASE_WORK)
    def write_note(request: HttpRequest, dossier_id: int) -> HttpResponse:
        record(request.acting, kind=RecordKind.CHANGE, act="note.written")  # type: ignore[attr-defined]
        raise Refused(TEXT)

    response = write_note(_request(), dossier_id=7)

    assert not Entry.objects.exists()
    assert response.status_code == 422
    page = response.content.decode()  # type: ignore[attr-defined]
    assert page.count(TEXT) == 2  # the sentence, which is the same here, and what was typed
