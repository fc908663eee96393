"""How long a log-in lasts, and in which language its pages are."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suone.ground.access.models import User
from suone.ground.access.tests.worlds import kept

pytestmark = pytest.mark.django_db

PASSWORD = "Demo-only-4711"


@kept
def account() -> User:
    return User.objects.create_user(email="ada@example.org", password=PASSWORD, language="fr")


@pytest.fixture
def inside(account: User) -> Client:
    """A browser with a log-in that has already asked for a page."""
    client = Client()
    log_in(client)
    client.get("/")
    return client


def log_in(client: Client) -> None:
    client.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})


def is_inside(client: Client) -> bool:
    return "_auth_user_id" in client.session


def session_of(client: Client) -> Session:
    return Session.objects.get(session_key=client.session.session_key)


def ends_in(client: Client, left: timedelta) -> None:
    """The session ends in so much time, and the last request was more than a minute ago."""
    session = client.session
    session["heard_at"] = (timezone.now() - timedelta(seconds=61)).timestamp()
    session.save()
    Session.objects.filter(pk=session_of(client).pk).update(expire_date=timezone.now() + left)


def began(client: Client, ago: timedelta) -> None:
    session = client.session
    session["logged_in_since"] = (timezone.now() - ago).timestamp()
    session.save()


def test_logging_in_gives_a_new_session_id_and_ends_the_old_one(account: User) -> None:
    client = Client()
    planted = client.session
    planted["from"] = "somebody else"
    planted.save()

    log_in(client)

    assert is_inside(client)
    assert client.session.session_key != planted.session_key
    assert not Session.objects.filter(session_key=planted.session_key).exists()


def test_logging_out_ends_the_session_on_the_server(inside: Client) -> None:
    key = inside.session.session_key

    inside.post("/accounts/logout/")

    assert not Session.objects.filter(session_key=key).exists()


def test_after_thirty_idle_minutes_the_log_in_has_ended(inside: Client) -> None:
    assert settings.SESSION_COOKIE_AGE == 30 * 60
    ends_in(inside, -timedelta(seconds=1))

    answer = inside.get("/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_each_page_begins_the_thirty_minutes_again(inside: Client) -> None:
    ends_in(inside, timedelta(minutes=1))

    inside.get("/")

    left = session_of(inside).expire_date - timezone.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


def test_within_a_minute_pages_write_nothing_to_the_session(inside: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        inside.get("/")
        inside.get("/messages/")

    assert not [query["sql"] for query in asked if "django_session" in query["sql"] and "SELECT" not in query["sql"]]


def test_asking_whether_a_page_may_stay_open_prolongs_nothing(inside: Client) -> None:
    ends_in(inside, timedelta(minutes=1))

    for _time in range(3):
        inside.get("/alive")

    assert session_of(inside).expire_date - timezone.now() <= timedelta(minutes=1)


def test_a_log_in_ends_after_twelve_hours_however_busy(inside: Client) -> None:
    began(inside, timedelta(hours=12, seconds=5))

    answer = inside.get("/")

    assert not is_inside(inside)
    assert answer["Location"].startswith("/accounts/login/")


def test_within_twelve_hours_work_goes_on(inside: Client) -> None:
    began(inside, timedelta(hours=11, minutes=59))

    inside.get("/")

    assert is_inside(inside)


def test_the_twelve_hours_count_from_the_log_in_and_are_not_pushed_on(inside: Client) -> None:
    first = inside.session["logged_in_since"]

    inside.get("/")
    inside.get("/alive")

    assert inside.session["logged_in_since"] == first


def test_the_cookie_is_kept_from_scripts_and_other_sites(inside: Client) -> None:
    cookie = inside.cookies[settings.SESSION_COOKIE_NAME]

    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == ""  # gone when the browser is closed; the server counts the thirty minutes


def test_the_accounts_language_is_followed_on_any_machine(inside: Client) -> None:
    answer = inside.get("/", headers={"accept-language": "de"})

    assert '<html lang="fr">' in answer.content.decode()


def test_a_choice_on_this_machine_goes_first_and_is_kept_in_the_account(inside: Client, account: User) -> None:
    inside.post("/language", {"language": "en", "next": "/nowhere"})
    elsewhere = Client()
    log_in(elsewhere)

    account.refresh_from_db()
    assert account.language == "en"
    assert '<html lang="en">' in inside.get("/").content.decode()
    assert '<html lang="en">' in elsewhere.get("/").content.decode()


def test_whoever_is_not_logged_in_reads_the_browsers_language_until_they_choose(client: Client) -> None:
    before = client.get("/accounts/login/", headers={"accept-language": "fr"}).content.decode()
    client.post("/language", {"language": "de"})
    after = client.get("/accounts/login/", headers={"accept-language": "fr"}).content.decode()

    assert '<html lang="fr">' in before
    assert '<html lang="de">' in after


def test_a_language_that_does_not_exist_changes_nothing(inside: Client, account: User) -> None:
    inside.post("/language", {"language": "xx"})

    account.refresh_from_db()
    assert account.language == "fr"
    assert settings.LANGUAGE_COOKIE_NAME not in inside.cookies


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/cases/", "/cases/"),
        ("", "/"),
        ("//evil.example.org/", "/"),
        ("https://evil.example.org/", "/"),
        ("http://[", "/"),
        ("javascript:alert(1)", "/"),
        ("\\\\evil.example.org", "/"),
    ],
)
def test_the_choice_of_a_language_leads_back_into_the_product(client: Client, asked: str, led_to: str) -> None:
    assert client.post("/language", {"language": "fr", "next": asked})["Location"] == led_to


def test_the_load_balancer_and_robots_are_answered_without_a_log_in(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"
    assert b"Disallow: /" in client.get("/robots.txt").content
    assert client.post("/healthz").status_code == 405
