"""A second factor where a role needs one, and the question who is there before a sensitive act."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from axes.models import AccessFailureLog
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from suone.demo.cast import PASSWORD, load_cast
from suone.ground.access.models import User
from suone.ground.access.permissions import Permission, Role, permissions_of, roles_that_see_persons
from suone.ground.access.services import end_log_ins
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment, PartnerSystem
from suone.organisation.institutions.loading import load_directory

EMAIL = "stefan.imsand@example.org"  # a regional coordinator
GLASS = "/emergency"
SECRET = generate_totp_secret()
TYPED = {"number": "VS-2026-0001", "reason": "Der Vermieter räumt morgen die Wohnung.", "idempotency_key": "k"}


@kept
def staff() -> Appointment:
    load_cast(load_directory("vs"), today=timezone.localdate())
    User.objects.filter(email=EMAIL).update(language="en")
    return Appointment.objects.select_related("user").get(email=EMAIL)


@pytest.fixture
def needed(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["persons"]


@kept
def factor(staff: Appointment) -> Authenticator:
    authenticator: Authenticator = TOTP.activate(staff.user, SECRET).instance
    return authenticator


@pytest.fixture
def commits_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As outside of tests, where no transaction lies around the request."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda do, **_others: do())


def code(steps_ahead: int = 0) -> str:
    return str(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + steps_ahead)))


def log_in(client: Client, *, with_code: bool = False) -> HttpResponse:
    answer = client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    if with_code:
        answer = client.post("/accounts/2fa/authenticate/", {"code": code()})
    return answer  # type: ignore[return-value]


def let_pass(client: Client, minutes: float) -> None:
    session = client.session
    for entry in session["account_authentication_methods"]:
        entry["at"] -= minutes * 60
    session.save()


def hidden(answer: HttpResponse) -> dict[str, str]:
    page = answer.content.decode()
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def heading(answer: HttpResponse) -> str:
    found = re.search(r"<h1>([^<]+)</h1>", answer.content.decode())
    return found.group(1) if found else ""


SET_UP, CONFIRM = "Set up a second factor", "Please confirm that it is you"


# Who needs one


def test_every_role_that_opens_data_about_persons_needs_one_and_the_steering_group_does_not() -> None:
    assert roles_that_see_persons() == frozenset(Role) - {Role.STEERING, Role.PARTNER_SYSTEM, Role.THEMATIC_COORDINATOR}


@pytest.mark.parametrize(
    "permission", [Permission.CASE_READ, Permission.AUDIT_READ, Permission.PERSON_MERGE, Permission.REGISTER_USE]
)
def test_whoever_has_a_permission_about_persons_needs_one(permission: Permission) -> None:
    holders = {role for role in Role if permission in permissions_of(frozenset({role}))} - {Role.PARTNER_SYSTEM}

    assert holders <= roles_that_see_persons()


@pytest.mark.parametrize("address", ["/", "/cases/", "/messages/", GLASS])
def test_without_one_no_page_opens(staff: Appointment, needed: None, client: Client, address: str) -> None:
    log_in(client)

    asked = client.get(address)

    assert (asked.status_code, heading(asked)) == (403, SET_UP)
    assert not Entry.objects.filter(kind="read").exists()


def test_without_one_no_form_is_taken(staff: Appointment, needed: None, client: Client) -> None:
    log_in(client)

    sent = client.post("/messages/preferences", {"digest": "never"})

    assert (sent.status_code, heading(sent)) == (403, SET_UP)
    assert not Entry.objects.filter(act="inbox.preference_set").exists()


def test_where_it_is_not_needed_nothing_is_asked(staff: Appointment, client: Client) -> None:
    log_in(client)

    assert client.get("/").status_code == 200


def test_with_the_second_step_of_the_log_in_pages_open(
    staff: Appointment, needed: None, factor: Authenticator, client: Client
) -> None:
    log_in(client, with_code=True)

    assert client.get("/").status_code == 200


def test_a_role_that_opens_no_person_is_let_in_without(staff: Appointment, needed: None, client: Client) -> None:
    client.post("/accounts/login/", {"login": "philemon.crettaz@example.org", "password": PASSWORD})  # steering

    assert client.get("/").status_code == 200


def test_setting_one_up_opens_the_pages_and_gives_recovery_codes(
    staff: Appointment, needed: None, client: Client, commits_at_once: None
) -> None:
    log_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    value = format_hotp_value(hotp_value(secret, int(time.time()) // 30))

    client.post("/accounts/2fa/totp/activate/", {"code": value})

    assert client.get("/").status_code == 200
    assert Authenticator.objects.filter(user=staff.user, type="recovery_codes").exists()


def test_the_last_one_is_not_given_back_where_it_is_needed(
    staff: Appointment, needed: None, factor: Authenticator, client: Client, settings: Any
) -> None:
    log_in(client, with_code=True)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(pk=factor.pk).exists()

    settings.SECOND_FACTOR_ROLES = ["none"]
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(pk=factor.pk).exists()


def test_a_partners_key_needs_none(staff: Appointment, needed: None) -> None:
    assert Role.PARTNER_SYSTEM not in roles_that_see_persons()
    assert PartnerSystem._meta.label  # decorated by suone.ground.entrances.for_systems, which asks for the key alone


# Asked again


def test_right_after_the_log_in_a_sensitive_act_asks_nothing(staff: Appointment, client: Client) -> None:
    log_in(client)

    assert heading(client.get(GLASS)) == "Open a case in an emergency"


def test_later_the_password_is_asked_again_where_there_is_no_factor(staff: Appointment, client: Client) -> None:
    log_in(client)
    let_pass(client, 11)

    asked = client.get(GLASS)
    assert (asked.status_code, heading(asked)) == (403, CONFIRM)

    on = client.post(GLASS, hidden(asked) | {"confirm-password-password": PASSWORD})
    assert (on.status_code, on["Location"]) == (302, GLASS)
    assert heading(client.get(GLASS)) == "Open a case in an emergency"
    assert Entry.objects.get(act="identity.confirmed").details == {"by": "password"}


def test_other_pages_ask_nothing(staff: Appointment, client: Client) -> None:
    log_in(client)
    let_pass(client, 60)

    assert client.get("/").status_code == 200


def test_a_password_is_not_enough_for_whoever_has_a_factor(
    staff: Appointment, factor: Authenticator, client: Client
) -> None:
    of_log_in = code()
    log_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": of_log_in})
    let_pass(client, 11)
    asked = client.get(GLASS)

    client.post("/accounts/reauthenticate/", {"password": PASSWORD})  # the library's page takes it for its own ends
    assert heading(client.get(GLASS)) == CONFIRM
    by_password = client.post(GLASS, {"confirm-answer": "password", "confirm-password-password": PASSWORD})
    assert heading(by_password) == CONFIRM
    assert "confirm-code-code" in asked.content.decode()

    used = client.post(GLASS, hidden(asked) | {"confirm-code-code": of_log_in})
    assert heading(used) == CONFIRM  # it may not be used twice
    cache.clear()
    client.post(GLASS, hidden(asked) | {"confirm-code-code": code()})
    assert heading(client.get(GLASS)) == "Open a case in an emergency"


def test_what_was_typed_goes_on_after_the_answer(staff: Appointment, client: Client) -> None:
    log_in(client)
    client.get(GLASS)
    let_pass(client, 11)

    asked = client.post(GLASS, TYPED)
    carried = hidden(asked)
    done = client.post(GLASS, carried | {"confirm-password-password": PASSWORD})

    assert asked.status_code == 403
    assert not Entry.objects.filter(act="glass.broken").exists()
    assert {name: carried[name] for name in TYPED} == TYPED
    # The form itself is judged now: there is no such case, and the text is in it.
    assert (done.status_code, heading(done)) == (422, "Open a case in an emergency")
    assert TYPED["reason"] in done.content.decode()


def test_a_wrong_answer_is_asked_again_with_the_text_kept(staff: Appointment, client: Client) -> None:
    log_in(client)
    let_pass(client, 11)
    asked = client.post(GLASS, TYPED)

    again = client.post(GLASS, hidden(asked) | {"confirm-password-password": "not-the-password"})

    assert (again.status_code, heading(again)) == (403, CONFIRM)
    assert TYPED["reason"] in again.content.decode()
    assert "not-the-password" not in again.content.decode()


def test_wrong_answers_count_as_failures_of_the_account_and_the_text_stays(
    staff: Appointment, factor: Authenticator, client: Client
) -> None:
    log_in(client, with_code=True)
    let_pass(client, 11)
    sent = hidden(client.post(GLASS, TYPED))
    for _time in range(5):
        answer = client.post(GLASS, sent | {"confirm-code-code": "000000"})

    cache.clear()
    right_too_early = client.post(GLASS, sent | {"confirm-code-code": code()})

    assert (answer.status_code, right_too_early.status_code) == (429, 429)
    assert TYPED["reason"] in right_too_early.content.decode()
    assert AccessFailureLog.objects.count() == 5
    assert Entry.objects.filter(act="account.log_in_failed", user_id=staff.user_id).count() == 5


def test_wrong_codes_at_the_log_in_pause_the_account(staff: Appointment, factor: Authenticator, client: Client) -> None:
    log_in(client)
    for _time in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})

    client.post("/accounts/2fa/authenticate/", {"code": code()})

    assert "_auth_user_id" not in client.session


def test_the_question_is_in_german_and_french(staff: Appointment, client: Client) -> None:
    log_in(client)
    let_pass(client, 11)

    for language, word in (("de", "Bitte bestätigen"), ("fr", "Veuillez confirmer")):
        client.post("/language", {"language": language})
        assert word in heading(client.get(GLASS))


# Other log-ins


def test_with_a_new_round_every_log_in_has_ended(staff: Appointment, client: Client) -> None:
    log_in(client)

    end_log_ins(User.objects.get(pk=staff.user_id))

    assert client.get("/")["Location"].startswith("/accounts/login/")


def test_another_factor_ends_the_log_ins_elsewhere_and_this_one_goes_on(
    staff: Appointment, client: Client, commits_at_once: None
) -> None:
    elsewhere = Client()
    log_in(elsewhere)
    log_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get("/accounts/2fa/totp/activate/")
    value = format_hotp_value(hotp_value(client.session["mfa.totp.secret"], int(time.time()) // 30))

    client.post("/accounts/2fa/totp/activate/", {"code": value})

    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_another_password_ends_the_log_ins_elsewhere_and_this_one_goes_on(staff: Appointment, client: Client) -> None:
    elsewhere = Client()
    log_in(elsewhere)
    log_in(client)
    new = "Ein-neues-2026!"

    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
