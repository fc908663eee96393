from urllib.parse import urlsplit

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from suone.demo.cast import PASSWORD, load_cast
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments import logins
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.loading import load_directory
from suone.organisation.signin.models import Letter

EMAIL = "rahel.kalbermatten@example.org"


@kept
def staff() -> Appointment:
    load_cast(load_directory("vs"), today=timezone.localdate())
    return Appointment.objects.get(email=EMAIL)


def _log_in(client: Client, password: str) -> int:
    return client.post("/accounts/login/", {"login": EMAIL, "password": password}).status_code


def test_a_log_in_and_a_log_out_are_logged_with_the_staff_entry(staff: Appointment, client: Client) -> None:
    _log_in(client, PASSWORD)
    client.post("/accounts/logout/")

    entries = Entry.objects.filter(kind="log-in").order_by("id")

    assert [entry.act for entry in entries] == ["account.logged_in", "account.logged_out"]
    assert {entry.staff_id for entry in entries} == {staff.pk}


def test_a_failed_log_in_is_logged_without_what_was_typed(staff: Appointment, client: Client) -> None:
    status = _log_in(client, "not-the-password")

    entry = Entry.objects.get(kind="log-in")
    assert status == 200
    assert (entry.act, entry.user_id) == ("account.log_in_failed", staff.user_id)
    assert "not-the-password" not in str(vars(entry))


def test_an_unknown_address_is_logged_without_an_account(staff: Appointment, client: Client) -> None:
    client.post("/accounts/login/", {"login": "nobody@example.org", "password": "something-long"})

    entry = Entry.objects.get(kind="log-in")
    assert (entry.user_id, entry.staff_id, entry.acting_kind) == (None, None, "public")


def test_nobody_gets_in_when_the_log_cannot_be_written(
    staff: Appointment, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*args: object, **kwargs: object) -> None:
        raise OperationalError("could not extend file")

    client.raise_request_exception = False
    monkeypatch.setattr(logins, "record", full_disk)

    status = _log_in(client, PASSWORD)

    assert status == 500
    assert "_auth_user_id" not in client.session


def test_after_five_failures_a_minute_even_the_right_password_has_to_wait(staff: Appointment, client: Client) -> None:
    for number in range(5):
        _log_in(client, f"wrong-password-{number}")

    _log_in(client, PASSWORD)

    assert "_auth_user_id" not in client.session


def test_after_four_failures_the_right_password_still_does(staff: Appointment, client: Client) -> None:
    for number in range(4):
        _log_in(client, f"wrong-password-{number}")

    _log_in(client, PASSWORD)

    assert "_auth_user_id" in client.session


def test_a_log_in_gives_the_session_a_new_number(staff: Appointment, client: Client) -> None:
    client.get("/accounts/login/")
    before = client.session.session_key

    _log_in(client, PASSWORD)

    assert client.session.session_key not in (None, before)


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/x", "/\\evil.example", "https:evil.example", "javascript:alert(1)"],
)
def test_a_log_in_leads_to_no_other_host(staff: Appointment, client: Client, address: str) -> None:
    typed = {"login": EMAIL, "password": PASSWORD, "next": address}
    answers = [client.post("/accounts/login/", typed), client.get("/accounts/login/", {"next": address})]

    for answer in answers:  # the second comes with a session: whoever is logged in already is sent on at once
        assert answer.status_code == 302
        to = urlsplit(answer["Location"])
        assert (to.scheme, to.netloc, to.path[:1], to.path[:2] == "/\\") == ("", "", "/", False)


def test_a_log_in_leads_on_to_an_address_of_the_product(staff: Appointment, client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD, "next": "/dossiers/"})

    assert answer["Location"] == "/dossiers/"


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/"])
@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST"])
def test_no_other_host_name_is_answered_or_believed(db: None, path: str, header: str) -> None:
    client = Client(**{header: "evil.example"})
    answers = [client.get(path), client.post(path, {"email": EMAIL, "login": EMAIL, "password": "x"})]

    for answer in answers:
        assert b"evil.example" not in answer.content
        assert "evil.example" not in answer.headers.get("Location", "")
        assert answer.status_code == 400 or header != "HTTP_HOST"
    assert header != "HTTP_HOST" or not Letter.objects.exists()
