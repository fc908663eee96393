"""Keys lead to the search and to pages, never while somebody types, and whoever does not want them turns them off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.conftest import Visitor
from tests.journeys import steps


@pytest.mark.browser
def test_keys_lead_to_search_and_pages_until_they_are_turned_off(visit: Callable[..., Visitor]) -> None:
    worker = visit(steps.SOCIAL_WORKER, "de")
    page = worker.page
    worker.open("/")

    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/cases/")
    page.keyboard.press("/")
    page.keyboard.type("gm?")
    expect(page.locator("#find")).to_have_value("gm?")
    assert page.url.endswith("/cases/")

    page.locator("main h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    worker.open("/")
    page.keyboard.press("?")
    page.keyboard.press("/")
    page.keyboard.type("x")
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator("#find")).to_have_value("")

    page.locator(".account summary").click()
    page.locator("[data-keys]").click()
    page.locator("#keys-on").check()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
