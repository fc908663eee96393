"""A real server with its own database and the demo's cast, and a real browser in front of it."""

import fcntl
import os
import secrets
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import translation
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django import DjangoDbBlocker

from suone.config.tests import databases
from suone.demo.cast import PASSWORD
from suone.ground.access.models import User

ROOT = Path(__file__).resolve().parents[1]
_SHELL = "/usr/bin/chromium-headless-shell"  # the same browser without what draws windows, at two thirds of the time
CHROMIUM = os.environ.get("SUONE_CHROMIUM") or (_SHELL if os.access(_SHELL, os.X_OK) else "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--in-process-gpu", "--disable-background-networking"]
_SEED = """
import django; django.setup()
from django.db import transaction
from django.utils import timezone
from suone.demo.cast import load_cast
from suone.demo.seed import as_owner, publish_shipped
from suone.organisation.institutions.loading import load_directory
with as_owner(), transaction.atomic():
    load_cast(load_directory("vs"), today=timezone.localdate())
    publish_shipped()
"""


class Site:
    """Where the server answers, and the database behind it."""

    def __init__(self, address: str, owner_url: str, keys: str) -> None:
        self.address = address
        self.owner_url = owner_url
        self.keys = keys  # where its register's keys lie

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Look into the database as its owner."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def session_of(self, email: str) -> str:
        """The key of a new session, as typing the password begins one: to hash it takes longer than most pages."""
        number, password, round_ = self.sql(
            "SELECT id, password, log_in_round FROM access_user WHERE email = %s", email
        )[0]
        store, key = SessionStore(), secrets.token_hex(16)
        begun = {
            "_auth_user_id": str(number),
            "_auth_user_backend": "allauth.account.auth_backends.AuthenticationBackend",
            "_auth_user_hash": User(password=str(password), log_in_round=int(str(round_))).get_session_auth_hash(),
            "account_authentication_methods": [{"method": "password", "at": time.time(), "email": email}],
            "account_authentication_methods_user": str(number),
        }
        self.sql(
            "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, now() + interval '1 day')",
            key, store.encode(begun),
        )  # fmt: skip
        return key


@pytest.fixture(scope="session")
def site(django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    name = f"journey_{uuid.uuid4().hex[:8]}"
    base = settings.DATABASES["owner"]
    host, port = base["HOST"], base["PORT"]
    address = f"postgres://%s@/{name}?host={host}" + (f"&port={port}" if port else "")
    with django_db_blocker.unblock():
        databases.make_migrated(name)
    environment = os.environ | {
        "DATABASE_URL": address % "suone_app",
        "DATABASE_OWNER_URL": address % "suone_owner",
        "SUONE_VAR": str(settings.VAR),
        "SUONE_REGISTER_KEYS": str(settings.VAR / "keys" / name),
        "SUONE_LOG_LEVEL": "ERROR",
        "SUONE_CONFIRM_MINUTES": "60",  # a log-in serves many tests
        "SUONE_DOUBTS_LAW": "kantonales Gesetz",  # without a law nobody clears doubts
        "DJANGO_SETTINGS_MODULE": "suone.config.settings",
    }
    subprocess.run([sys.executable, "-c", _SEED], check=True, env=environment, cwd=ROOT)
    collect = [sys.executable, "-m", "suone.config.cli", "manage", "collectstatic", "--noinput", "--verbosity", "0"]
    with (settings.VAR / "static.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # the tests' workers share the folder
        subprocess.run(collect, check=True, env=environment, cwd=ROOT)
    port_number = _free_port()
    server = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "suone.config.wsgi:application", "--bind", f"127.0.0.1:{port_number}",
            "--worker-class", "gthread", "--threads", "8", "--log-level", "error",
        ],
        env=environment | {"SUONE_PORT": str(port_number)},
        cwd=ROOT,
    )  # fmt: skip
    try:
        _wait_for(port_number)
        yield Site(
            f"http://localhost:{port_number}", environment["DATABASE_OWNER_URL"], environment["SUONE_REGISTER_KEYS"]
        )
    finally:
        server.terminate()
        server.wait(timeout=20)
        databases.drop(name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


class Visitor:
    """Somebody in front of the browser, in one language; trouble on the console fails the test."""

    def __init__(self, browser: Browser, site: Site, language: str, *, width: int = 1366, dark: bool = False) -> None:
        self.site = site
        self.language = language
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale={"de": "de-CH", "fr": "fr-CH", "en": "en-GB"}[language],
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)  # a busy machine is slow, not wrong
        self.page.set_default_navigation_timeout(60_000)
        self.trouble: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        # A page that is refused (404, 422 …) is reported on the console, too; that is no fault of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.trouble.append(message.text)

    def word(self, text: str, **values: object) -> str:
        """A sentence of the product in the visitor's language."""
        with translation.override(self.language):
            return translation.gettext(text) % values if values else translation.gettext(text)

    def log_in(self, email: str) -> "Visitor":
        """At the worklist, with the session and the choice of language that ``type_log_in`` would end in."""
        for name, value in (
            (settings.SESSION_COOKIE_NAME, self.site.session_of(email)),
            (settings.LANGUAGE_COOKIE_NAME, self.language),
        ):
            self.context.add_cookies([{"name": name, "value": value, "url": self.site.address, "httpOnly": True}])
        self.site.sql("UPDATE access_user SET language = %s WHERE email = %s", self.language, email)
        self.open("/")
        return self

    def type_log_in(self, email: str) -> "Visitor":
        """With the password, as people do."""
        self.page.goto(f"{self.site.address}/accounts/login/")
        self.page.fill("input[name=login]", email)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.get_by_role("button", name=self.word("Log in"), exact=True).click()
        self.page.wait_for_url(f"{self.site.address}/")
        if self.page.locator("html").get_attribute("lang") != self.language:
            self.page.click(f".languages button[value={self.language}]")
        return self

    def open(self, path: str) -> None:
        self.page.goto(self.site.address + path)

    def press(self, text: str, **values: object) -> None:
        """Press the button or follow the link with this sentence."""
        name = self.word(text, **values)
        main = self.page.locator("main")
        found = main.get_by_role("button", name=name, exact=True).or_(main.get_by_role("link", name=name, exact=True))
        found.first.click()

    def close(self) -> None:
        self.context.close()
        assert self.trouble == []


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[object]:
    """``visit(email, language)``: somebody with a browser of their own, logged in; with ``typing`` by the form."""
    visitors: list[Visitor] = []

    def enter(email: str, language: str, *, typing: bool = False, **looks: object) -> Visitor:
        visitor = Visitor(browser, site, language, **looks)  # type: ignore[arg-type]
        visitors.append(visitor)
        if not email:
            return visitor
        return visitor.type_log_in(email) if typing else visitor.log_in(email)

    yield enter
    for visitor in visitors:
        visitor.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _wait_for(port: int) -> None:
    for _attempt in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("The server does not answer.")
