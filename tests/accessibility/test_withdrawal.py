"""Whoever has a case open when its consent is withdrawn sees it no longer: not there, not again, not by Back."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.accessibility.pages import COORDINATOR
from tests.conftest import CHROMIUM, FLAGS, Site, Visitor

_RECIPIENT = "andrea.truffer@example.org"
_NOTE = "Sucht eine Stelle als Gärtner, am liebsten im Freien."
_BLANK_WITHIN = 30_000
# Where disability insurance reads by the consent alone.
_CASE = """
SELECT c.dossier_id, r.consent_id FROM cases_case c
JOIN consents_consentrecipient r ON r.dossier_id = c.dossier_id
JOIN institutions_institution i ON i.id = r.institution_id
WHERE c.state = 'active' AND i.code = 'IV' AND NOT EXISTS (
    SELECT FROM cases_participant p WHERE p.dossier_id = c.dossier_id AND p.institution_id = i.id)
ORDER BY c.dossier_id DESC LIMIT 1
"""


@pytest.fixture
def remembering(browser: Browser, site: Site) -> Iterator[Callable[[str], Visitor]]:
    """Visitors whose browser keeps whole pages for Back, as people's own does; Playwright's usual one keeps none."""
    chromium = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=FLAGS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    visitors: list[Visitor] = []

    def enter(email: str) -> Visitor:
        visitors.append(Visitor(chromium, site, "de").log_in(email))
        return visitors[-1]

    yield enter
    for visitor in visitors:
        visitor.close()
    chromium.close()


@pytest.mark.browser
def test_a_withdrawn_consent_closes_the_pages_that_are_open(
    remembering: Callable[[str], Visitor], enter: Callable[..., Visitor], site: Site
) -> None:
    dossier, consent = site.sql(_CASE)[0]
    case = f"/dossiers/{dossier}/"
    coordinator = enter(COORDINATOR, "de")
    _write_note(coordinator, case)
    reader = remembering(_RECIPIENT)
    left = reader.context.new_page()
    for page in (reader.page, left):
        page.goto(site.address + case)
        assert _NOTE in page.inner_text("#timeline")
    left.goto(site.address + "/directory/")

    coordinator.open(f"{case}consents/{consent}/withdraw")
    coordinator.press("Withdraw the consent")
    coordinator.page.wait_for_url(f"{site.address}/")

    _wait_until_gone(reader.page)
    again = reader.page.goto(site.address + case)
    assert again is not None
    assert again.status == 404
    for page in (reader.page, left):
        page.go_back()
        _wait_until_gone(page)
    assert left.inner_text("h1") == reader.word("This page does not exist")


@pytest.mark.browser
def test_back_shows_nothing_after_logging_out(
    remembering: Callable[[str], Visitor], enter: Callable[..., Visitor], site: Site
) -> None:
    active = site.sql("SELECT min(dossier_id) FROM cases_case WHERE state = 'active'")[0][0]
    case = f"/dossiers/{active}/"
    _write_note(enter(COORDINATOR, "de"), case)
    reader = remembering(COORDINATOR)
    reader.open(case)
    assert _NOTE in reader.page.inner_text("#timeline")

    reader.page.click(".account summary")
    reader.page.click("[data-logout] button")
    reader.page.wait_for_url("**/accounts/login/**")
    reader.page.go_back()

    _wait_until_gone(reader.page)
    reader.page.wait_for_url(f"**/accounts/login/?next={case}")


def _write_note(visitor: Visitor, case: str) -> None:
    visitor.open(case)
    visitor.page.fill("main [name=text]", _NOTE)
    visitor.page.select_option("main [name=category]", "1")
    visitor.press("Save the note")
    visitor.page.wait_for_url(f"**{case}")
    assert _NOTE in visitor.page.inner_text("#timeline")


def _wait_until_gone(page: Page) -> None:
    page.wait_for_function(
        "note => document.body !== null && !document.body.innerText.includes(note)", arg=_NOTE, timeout=_BLANK_WITHIN
    )
