"""Failures are counted by account over all addresses, and by address over all accounts."""

import re
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db.models import F
from django.http import HttpResponse
from django.test import Client, RequestFactory

from suone.ground.access.models import User
from suone.organisation.signin.limits import address_of, forget_old_failures, unlock

pytestmark = pytest.mark.django_db

PASSWORD = "Demo-only-4711"
ADA, BEAT, NOBODY = "ada@example.org", "beat@example.org", "nobody@example.org"


@pytest.fixture(autouse=True)
def accounts() -> None:
    for address in (ADA, BEAT):
        User.objects.create_user(email=address, password=PASSWORD)


def try_in(address: str, password: str = "wrong-password", **headers: str) -> HttpResponse:
    return Client().post("/accounts/login/", {"login": address, "password": password}, **headers)  # type: ignore[arg-type,return-value]


def gets_in(address: str, **headers: str) -> bool:
    return try_in(address, PASSWORD, **headers).status_code == 302


def let_pass(minutes: float) -> None:
    AccessFailureLog.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))


def _without_token(answer: HttpResponse) -> str:
    return re.sub(r'value="\w{64}"', "", answer.content.decode())


def fail(times: int, address: str = ADA, **headers: str) -> list[int]:
    return [try_in(address, f"wrong-{number}", **headers).status_code for number in range(times)]


def test_after_five_failures_the_account_waits_a_minute_from_wherever() -> None:
    for number in range(5):
        try_in(ADA, REMOTE_ADDR=f"203.0.113.{number}")

    assert not gets_in(ADA, REMOTE_ADDR="198.51.100.7")
    let_pass(1.1)
    assert gets_in(ADA, REMOTE_ADDR="198.51.100.7")


def test_the_pause_doubles_with_each_further_failure() -> None:
    fail(5)
    let_pass(1.1)
    fail(1)

    let_pass(1.1)
    assert not gets_in(ADA)
    let_pass(1)
    assert gets_in(ADA)


def test_what_is_tried_during_a_pause_does_not_prolong_it() -> None:
    fail(5)
    let_pass(0.5)
    fail(10)

    let_pass(0.6)

    assert gets_in(ADA)


def test_a_log_in_that_succeeds_begins_the_count_again() -> None:
    fail(4)
    gets_in(ADA)
    fail(4)

    assert gets_in(ADA)


def test_twenty_failures_behind_a_cantons_proxy_lock_out_nobody_else() -> None:
    for number in range(20):
        try_in(ADA if number < 10 else f"colleague-{number}@example.org")

    assert gets_in(BEAT)


def test_an_account_that_does_not_exist_is_answered_alike() -> None:
    for number in range(7):
        known, unknown = try_in(ADA, f"w{number}"), try_in(NOBODY, f"w{number}")
        assert known.status_code == unknown.status_code == (200 if number < 4 else 429)
        assert _without_token(known).replace(ADA, "") == _without_token(unknown).replace(NOBODY, "")


@pytest.mark.parametrize("spelling", ["ADA@EXAMPLE.ORG", " ada@example.org ", "Ada@Example.org"])
def test_no_spelling_gets_tries_of_its_own(spelling: str) -> None:
    fail(5, spelling)

    assert not gets_in(ADA)


def test_an_address_is_slowed_down_after_very_many_failures_and_no_account_is_locked(settings: Any) -> None:
    settings.LOGIN_FAILURES_BY_ADDRESS = 20
    for number in range(20):
        try_in(f"account-{number}@example.org", REMOTE_ADDR="203.0.113.9")

    assert try_in(BEAT, PASSWORD, REMOTE_ADDR="203.0.113.9").status_code == 429
    assert gets_in(BEAT, REMOTE_ADDR="203.0.113.10")
    let_pass(1.1)
    assert gets_in(BEAT, REMOTE_ADDR="203.0.113.9")


def test_forty_failures_each_with_an_invented_forwarded_address_are_one_address(settings: Any) -> None:
    settings.LOGIN_FAILURES_BY_ADDRESS, settings.TRUSTED_PROXIES = 40, 1
    for number in range(40):
        claims = f"10.0.0.{number}, 203.0.113.9"  # the last entry is the own proxy's
        try_in(f"account-{number}@example.org", HTTP_X_FORWARDED_FOR=claims)

    assert try_in(BEAT, PASSWORD, HTTP_X_FORWARDED_FOR="10.9.9.9, 203.0.113.9").status_code == 429
    assert gets_in(BEAT, HTTP_X_FORWARDED_FOR="10.0.0.1, 203.0.113.10")


@pytest.mark.parametrize(
    ("proxies", "heard", "header", "from_"),
    [
        (0, "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (1, "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (1, "10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        (2, "10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "203.0.113.9", "198.51.100.1", "203.0.113.9"),  # passed by the outer proxy: nothing to believe
        (1, "203.0.113.9", "", "203.0.113.9"),
        (1, "203.0.113.9", "not an address", "0.0.0.0"),
        (1, "10.0.0.1", "198.51.100.1:51234", "198.51.100.1"),
        (0, "2001:db8:1:2:aaaa::1", "", "2001:db8:1:2::"),
        (0, "2001:db8:1:2:bbbb::9", "", "2001:db8:1:2::"),
        (0, "2001:db8:1:3::1", "", "2001:db8:1:3::"),
        (0, "::ffff:203.0.113.9", "", "203.0.113.9"),
        (0, "", "", "0.0.0.0"),
    ],
)
def test_only_what_the_own_proxies_added_is_believed(
    settings: Any, proxies: int, heard: str, header: str, from_: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    forwarded = {"HTTP_X_FORWARDED_FOR": header} if header else {}

    assert address_of(RequestFactory().get("/", REMOTE_ADDR=heard, **forwarded)) == from_


def test_what_was_typed_is_kept_nowhere() -> None:
    try_in("my-password-by-mistake@example.org", "and-the-right-one")
    gets_in(ADA)

    kept = str(list(AccessFailureLog.objects.values())) + str(list(AccessAttempt.objects.values()))
    assert "mistake" not in kept
    assert "right-one" not in kept
    assert not AccessLog.objects.exists()


def test_an_administrator_can_unlock_an_account() -> None:
    fail(9)

    unlock(User.objects.get(email=ADA))

    assert gets_in(ADA)


def test_counts_are_forgotten_after_a_day() -> None:
    fail(2)
    let_pass(24 * 60 + 1)
    fail(1)

    assert forget_old_failures() == 2
    assert AccessFailureLog.objects.count() == 1
