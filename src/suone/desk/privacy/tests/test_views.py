"""Only data protection reads the log, and each reading is itself logged."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from suone.desk.privacy.forms import LogFilter
from suone.desk.privacy.purposes import purpose_in_words
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry, RecordKind
from suone.ground.audit.sealing import seal
from suone.ground.audit.services import record
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import give
from suone.organisation.institutions.models import Institution

pytestmark = pytest.mark.django_db
SOURCE = Path(__file__).parents[3]


def _client(role: Role) -> Client:
    institution = Institution.objects.create(
        code=role.value[:20], name_de="Amt", name_fr="Office", circle="first", kind="other"
    )
    user = User.objects.create_user(email=f"{role.value}@example.ch", password="Demo-only-4711")
    staff = Appointment.objects.create(user=user, institution=institution, first_name="Ada", last_name="Muster")
    give(staff, role)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _tell(count: int) -> None:
    job = acting_for_job("a test")
    with acting_as(job):
        for _number in range(count):
            record(job, kind=RecordKind.READ, act="consent.read")


def test_data_protection_reads_the_log_page_by_page() -> None:
    client = _client(Role.DATA_PROTECTION_OFFICER)
    _tell(60)

    first = client.get("/log/?act=consent.read")
    before = Entry.objects.filter(act="consent.read").order_by("-id")[49].pk
    second = client.get(f"/log/?act=consent.read&before={before}")

    assert first.status_code == second.status_code == 200
    assert first.content.count(b"<tr>") == 51
    assert f"before={before}" in first.content.decode()
    assert second.content.count(b"<tr>") == 11
    assert Entry.objects.filter(act="log.read").count() == 2


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DATA_PROTECTION_OFFICER])
@pytest.mark.parametrize("path", ["/log/", "/log/proof", "/log/who-saw", "/log/colleague"])
def test_nobody_else_gets_in_and_the_attempt_is_logged(role: Role, path: str) -> None:
    answer = _client(role).get(path)

    assert answer.status_code == 403
    assert Entry.objects.filter(kind=RecordKind.DENIED).count() == 1


def test_a_wrong_filter_shows_nothing() -> None:
    client = _client(Role.DATA_PROTECTION_OFFICER)

    assert client.get("/log/?case=Muster").status_code == 422
    assert client.get("/log/?case=2026-0001").status_code == 200


def test_the_log_is_proven_on_demand(settings: Any, tmp_path: Path) -> None:
    settings.ANCHOR_FOLDER = str(tmp_path)
    client = _client(Role.DATA_PROTECTION_OFFICER)
    _tell(3)
    seal()

    answer = client.post("/log/proof")

    assert answer.status_code == 200
    assert Entry.objects.get(act="log.proven").details == {"findings": 0, "seals": 1}


def test_every_purpose_of_a_job_is_shown_in_the_readers_language() -> None:
    """What the clock and the commands name as their purpose, over the whole source."""
    sources = [path for path in SOURCE.rglob("*.py") if "tests" not in path.parts]
    named = re.compile(r'(?:acting_for_job|as_job)\(\s*"([^"]+)"')
    purposes = {purpose for path in sources for purpose in named.findall(path.read_text())}

    assert len(purposes) > 40
    with translation.override("fr"):
        assert {purpose for purpose in purposes if purpose_in_words(purpose) == purpose} == set()
    assert purpose_in_words("As somebody typed it") == "As somebody typed it"


def test_the_filter_offers_each_act_once() -> None:
    for language in ("de", "fr", "en"):
        with translation.override(language):
            labels = [label for _code, label in LogFilter().fields["act"].choices]
        assert len(labels) == len(set(labels)), language
