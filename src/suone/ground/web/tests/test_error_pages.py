"""Pages for what went wrong: in the reader's language, saying what to do, showing nothing else."""

import re

import pytest
from django.test import Client
from django.utils import translation
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from suone.ground.access.models import User
from suone.ground.access.tests.worlds import kept
from suone.ground.web import views

pytestmark = pytest.mark.django_db


def translated(language: str, sentence: str) -> str:
    with translation.override(language):
        return translation.gettext(sentence)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@kept
def account() -> User:
    """An account without a staff entry: it may log in and open nothing."""
    return User.objects.create_user(email="ada@example.org", password="Demo-only-4711", language="de")


def log_in(client: Client, account: User) -> None:
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")


@pytest.mark.parametrize(
    ("language", "title"),
    [("de", "Diese Seite gibt es nicht"), ("fr", "Cette page n’existe pas"), ("en", "This page does not exist")],
)
def test_a_page_that_does_not_exist_says_so(client: Client, language: str, title: str) -> None:
    answer = client.get("/nowhere/at/all", headers={"accept-language": language})

    page = answer.content.decode()
    assert answer.status_code == 404
    assert f'<html lang="{language}">' in page
    assert f"<h1>{title}</h1>" in page
    assert "/nowhere" not in page.split("<main")[1]


@pytest.mark.parametrize("language", ["de", "fr", "en"])
def test_a_page_one_may_not_open_says_whom_to_ask(client: Client, account: User, language: str) -> None:
    User.objects.filter(pk=account.pk).update(language=language)
    log_in(client, account)

    answer = client.get("/")

    page = answer.content.decode()
    assert answer.status_code == 403
    assert f'<html lang="{language}">' in page
    assert translated(language, "You may not open this page") in page
    assert translated(language, "Your role does not include it. If you need it, ask the IIZ office.") in page


@pytest.mark.parametrize("language", ["de", "fr", "en"])
def test_a_fault_of_ours_is_reported_without_its_details(
    client: Client, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("the inner secret")

    monkeypatch.setattr(views.connection, "cursor", broken)

    with capture_logs([merge_contextvars]) as lines:
        answer = client.get("/healthz", headers={"accept-language": language, "x-request-id": "chosen-by-others"})

    page = answer.content.decode()
    (failure,) = (line for line in lines if line["event"] == "request_failed")
    number = re.search(r"\b[0-9a-f]{8}\b", page)
    assert number is not None
    assert failure["request_id"].startswith(number[0])
    assert answer.status_code == 500
    assert f'<html lang="{language}">' in page
    assert translated(language, "Something went wrong on our side") in page
    assert "the inner secret" not in page


def test_the_sentences_of_the_error_pages_are_translated() -> None:
    sentences = [
        "You may not open this page",
        "This page does not exist",
        "This request could not be understood",
        "Something went wrong on our side",
    ]

    for sentence in sentences:
        assert len({translated(language, sentence) for language in ("de", "fr", "en")}) == 3, sentence


def test_a_form_from_elsewhere_is_not_accepted(account: User) -> None:
    client = Client(enforce_csrf_checks=True)
    log_in(client, account)

    answer = client.post("/language", {"language": "fr"})

    assert answer.status_code == 403
    account.refresh_from_db()
    assert account.language == "de"


def test_a_form_sent_after_the_log_in_has_ended_leads_to_the_log_in() -> None:
    answer = Client(enforce_csrf_checks=True).post("/language", {"language": "fr"})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/")


def test_error_pages_are_kept_by_nobody(client: Client) -> None:
    assert client.get("/nowhere")["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/accounts/login/", "/robots.txt", "/healthz"])
def test_pages_of_libraries_and_words_for_machines_are_kept_by_nobody(client: Client, address: str) -> None:
    assert client.get(address)["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "address", "sent"),
    [
        ("get", "/accounts/login/?next=%00", {}),
        ("get", "/accounts/login/?%00=1", {}),
        ("get", "/no%00where", {}),
        ("post", "/accounts/login/", {"login": "ada\0@example.org"}),
    ],
)
def test_what_no_keyboard_types_is_refused_with_a_page(
    client: Client, method: str, address: str, sent: dict[str, str]
) -> None:
    client.raise_request_exception = False

    answer = getattr(client, method)(address, sent or None)

    assert answer.status_code == 400
    assert b"<h1>" in answer.content
