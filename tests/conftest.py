"""A real server with a database of its own that holds the demo canton, and a real browser in front of it."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, sync_playwright
from pytest_django import DjangoDbBlocker

from suone.config.tests import databases
from suone.demo.cast import PASSWORD
from tests import canton
from tests.canton import ROOT
from tests.site import Site

_SHELL = "/usr/bin/chromium-headless-shell"  # the same browser without what draws windows, at two thirds of the time
CHROMIUM = os.environ.get("SUONE_CHROMIUM") or (_SHELL if os.access(_SHELL, os.X_OK) else "/usr/bin/chromium")
_PAGES = ROOT / "tests" / "accessibility"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--in-process-gpu", "--disable-background-networking",
    "--js-flags=--no-opt",  # a page lives too briefly for optimised code to pay
]  # fmt: skip


@pytest.fixture(scope="session")
def site(django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """The demo canton, filled in, behind a server of its own."""
    name = f"journey_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():
        environment = canton.clone(name)
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
        shutil.rmtree(environment["SUONE_REGISTER_KEYS"])


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
        self._page = self.context.new_page()
        self._page.set_default_timeout(30_000)  # a busy machine is slow, not wrong
        self._page.set_default_navigation_timeout(60_000)
        self._starts_at = ""
        self.trouble: list[str] = []
        self._page.on("console", self._note)
        self._page.on("pageerror", lambda error: self.trouble.append(str(error)))

    @property
    def page(self) -> Page:
        """Where the visitor is; after the log-in at the worklist, which is loaded once somebody looks."""
        if self._starts_at:
            self.open(self._starts_at)
        return self._page

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
        self._starts_at = "/"
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
        self._starts_at = ""
        self._page.goto(self.site.address + path)

    def press(self, text: str, **values: object) -> None:
        """Press the button or follow the link with this sentence."""
        name = self.word(text, **values)
        main = self.page.locator("main")
        found = main.get_by_role("button", name=name, exact=True).or_(main.get_by_role("link", name=name, exact=True))
        self.click(found.first)

    def click(self, found: Locator) -> None:
        """Click, and wait for a form that is held back until its texts are saved."""
        found.click()
        self.page.wait_for_selector("form[aria-busy]", state="detached")

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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In the usual run each journey and each page speaks one of its languages, in turn; ``SUONE_SWEEP=full`` all of them."""
    if os.environ.get("SUONE_SWEEP") == "full":
        return
    spoken: dict[str, set[str]] = {}
    for item in items:
        if language := _language_of(item):
            spoken.setdefault(_what_is_spoken(item), set()).add(language)
    chosen = {
        what: sorted(languages)[turn % len(languages)] for turn, (what, languages) in enumerate(sorted(spoken.items()))
    }
    silent = {item for item in items if (language := _language_of(item)) and chosen[_what_is_spoken(item)] != language}
    config.hook.pytest_deselected(items=[item for item in items if item in silent])
    items[:] = [item for item in items if item not in silent]
    # The pages last: short tests, of which both of two workers get some, while one plays the journeys.
    items.sort(key=lambda item: item.path.is_relative_to(_PAGES))


def _language_of(item: pytest.Item) -> str:
    in_browser = item.path.is_relative_to(ROOT / "tests" / "journeys") or item.path.is_relative_to(_PAGES)
    parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return str(parameters.get("language", "")) if in_browser else ""


def _what_is_spoken(item: pytest.Item) -> str:
    """The journey, whatever else its languages differ in; or the page."""
    assert isinstance(item, pytest.Function)
    parameters = item.callspec.params
    page = parameters.get("name", parameters.get("path", "")) if item.path.is_relative_to(_PAGES) else ""
    return f"{item.path}::{item.originalname}::{page}"
