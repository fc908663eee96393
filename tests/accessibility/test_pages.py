"""Every page can be used by everybody: in German and French, by day and by night, on a desk and on a phone.

Each page is loaded once for each language. axe-core judges it by all rules, in German on the desk and in French on the
phone, and by what colours decide in each scheme at each width; a probe of our own measures the borders of fields and
buttons, which axe does not; and nothing scrolls sideways at 320 px.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page

from suone.demo.cast import PASSWORD
from tests.accessibility import pages
from tests.conftest import Site, Visitor
from tests.journeys.registers import number_of

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
_WIDE, _NARROW = 1366, 320
# Both widths in both languages, and both schemes in both widths; the first look is judged by all rules.
_LOOKS = {"de": [("light", _WIDE), ("dark", _NARROW)], "fr": [("light", _NARROW), ("dark", _WIDE)]}
# What the page is made of is the same in the second look: width and scheme change what is seen of it and its colours.
_OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
_JUDGE = """async (rules) =>
    (await axe.run(document, {runOnly: rules, resultTypes: ["violations"], selectors: false, preload: false})).violations
    .map(found => `${found.id}: ${found.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ")}`)"""
_PROBE = (Path(__file__).parent / "borders.js").read_text()


@cache
def _part(site: Site, name: str) -> str:
    found = site.sql((pages.PARTS | pages.WHO)[name])[0][0]
    assert found is not None, f"The canton has no example of: {name}"
    return str(found)


class _Parts(dict[str, str]):
    def __init__(self, site: Site) -> None:
        self.site = site

    def __missing__(self, name: str) -> str:
        return _part(self.site, name)


def _opened(enter: Callable[..., Visitor], site: Site, name: str, language: str) -> tuple[Page, int]:
    who, path = pages.PAGES[name]
    visitor = enter(_part(site, who) if who in pages.WHO else who, language)
    response = visitor.page.goto(site.address + path.format_map(_Parts(site)))
    if "/accounts/reauthenticate/?" in visitor.page.url:
        visitor.page.fill("main input[name=password]", PASSWORD)
        with visitor.page.expect_navigation() as leading_back:
            visitor.page.press("main input[name=password]", "Enter")
        response = leading_back.value
    assert response is not None
    return visitor.page, response.status


def _faults(page: Page, language: str) -> list[str]:
    """What is wrong with the page, in every look of this language."""
    page.evaluate(_AXE)
    found = []
    for (scheme, width), rules in zip(_LOOKS[language], (_RULES, _OF_COLOURS), strict=True):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        look = f"{scheme} {width}"
        found += [f"{look}: {fault}" for fault in page.evaluate(_JUDGE, rules)]
        found += [f"{look}: faint border {fault}" for fault in page.evaluate(_PROBE)]
        sideways = page.evaluate("document.documentElement.scrollWidth")
        if sideways > width:
            found.append(f"{look}: scrolls sideways to {sideways} px")
    return found


def test_every_address_has_an_example_or_a_reason_not_to() -> None:
    known = set(pages.PAGES) | set(pages.NO_PAGES) | pages.LEADING_ON

    addresses = pages.named_addresses()

    assert sorted(set(addresses) - known) == [], (
        "Add an example to PAGES of pages.py, or to NO_PAGES if it shows no page."
    )
    assert sorted(known - set(addresses)) == [], "No such address any more: remove these from pages.py."


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("name", pages.PAGES)
def test_a_page_can_be_used_by_everybody(enter: Callable[..., Visitor], site: Site, name: str, language: str) -> None:
    page, status = _opened(enter, site, name, language)

    faults = _faults(page, language)

    assert status == pages.STATUS.get(name, 200)
    assert page.url == site.address + pages.PAGES[name][1].format_map(_Parts(site))
    assert page.locator("html").get_attribute("lang") == language
    assert faults == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("name", pages.FORMS_WITH_ERRORS)
def test_a_form_that_says_what_is_wrong_can_be_used_by_everybody(
    enter: Callable[..., Visitor], site: Site, name: str, language: str
) -> None:
    page, _status = _opened(enter, site, name, language)
    _send_empty(page)

    faults = _faults(page, language)

    assert page.locator(".error-summary").count() == 1
    assert page.locator(".error-summary").evaluate("summary => summary === document.activeElement")
    assert faults == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize(("path", "code", "title"), [
    ("/log/", 403, "You may not open this page"),
    ("/dossiers/999999/", 404, "This page does not exist"),
    ("/no-such-page", 404, "This page does not exist"),
])  # fmt: skip
def test_a_page_of_refusal_can_be_used_by_everybody(
    enter: Callable[..., Visitor], site: Site, path: str, code: int, title: str, language: str
) -> None:
    visitor = enter(pages.COORDINATOR, language)
    response = visitor.page.goto(site.address + path)

    faults = _faults(visitor.page, language)

    assert response is not None
    assert response.status == code
    assert visitor.page.locator("h1").inner_text() == visitor.word(title)
    assert faults == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_question_who_is_there_can_be_used_by_everybody(
    enter: Callable[..., Visitor], site: Site, language: str
) -> None:
    visitor = enter(pages.COORDINATOR, language)
    _let_the_log_in_grow_old(visitor, site)
    visitor.page.goto(site.address + "/emergency")

    faults = _faults(visitor.page, language)

    assert visitor.page.locator("h1").inner_text() == visitor.word("Please confirm that it is you")
    assert faults == []


def _let_the_log_in_grow_old(visitor: Visitor, site: Site) -> None:
    key = next(one["value"] for one in visitor.page.context.cookies() if one["name"] == "sessionid")
    kept = str(site.sql("SELECT session_data FROM django_session WHERE session_key = %s", key)[0][0])
    data = SessionStore().decode(kept)
    for one in data["account_authentication_methods"]:
        one["at"] -= 7200
    site.sql("UPDATE django_session SET session_data = %s WHERE session_key = %s", SessionStore().encode(data), key)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("person", [9, 10])
def test_what_the_register_answers_can_be_used_by_everybody(
    enter: Callable[..., Visitor], site: Site, person: int, language: str
) -> None:
    """About a person of one's own, and about somebody who is not entered."""
    visitor = enter(pages.SOCIAL_WORKER, language)
    visitor.open("/register/")
    visitor.page.fill("[name=number]", number_of(person))
    visitor.page.press("[name=number]", "Enter")
    visitor.page.locator("#own-title").wait_for()

    faults = _faults(visitor.page, language)

    assert faults == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("words", ["2026-0001", "Xyzzy"])
def test_what_a_search_finds_can_be_used_by_everybody(
    enter: Callable[..., Visitor], site: Site, words: str, language: str
) -> None:
    visitor = enter(pages.COORDINATOR, language)
    visitor.open("/directory/")
    visitor.page.fill("#find", words)
    visitor.page.press("#find", "Enter")
    visitor.page.wait_for_load_state()

    faults = _faults(visitor.page, language)

    assert not visitor.page.url.endswith("/directory/")
    assert faults == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("show", ["overdue", "today", "week", "waiting"])
def test_a_filtered_worklist_can_be_used_by_everybody(
    enter: Callable[..., Visitor], site: Site, show: str, language: str
) -> None:
    visitor = enter(pages.COORDINATOR, language)
    visitor.open(f"/?show={show}")

    faults = _faults(visitor.page, language)

    assert visitor.page.locator(".tile a[aria-current]").count() == 1
    assert faults == []


@pytest.mark.browser
@pytest.mark.parametrize("name", ["worklist", "cases"])
def test_the_first_case_is_reached_in_four_tabs(enter: Callable[..., Visitor], site: Site, name: str) -> None:
    page, _status = _opened(enter, site, name, "de")
    page.set_viewport_size({"width": _WIDE, "height": 900})

    page.keyboard.press("Tab")
    skips = page.evaluate("document.activeElement.className")
    page.keyboard.press("Enter")
    reached = []
    for _step in range(3):  # with the one that found the skip link they are four
        page.keyboard.press("Tab")
        reached.append(str(page.evaluate("document.activeElement.getAttribute('href')")))

    assert skips == "skip"
    assert any(address.startswith("/dossiers/") for address in reached)


def _send_empty(page: Page) -> None:
    """Send the page's own form with nothing in it, past what the browser would check."""
    with page.expect_navigation():
        page.evaluate(
            """() => {
                const form = [...document.querySelectorAll('main form[method=post]')].find(
                    one => one.classList.contains('form'));
                for (const field of form.querySelectorAll('input:not([type=hidden]), textarea')) {
                    if (['checkbox', 'radio'].includes(field.type)) field.checked = false; else field.value = '';
                }
                form.noValidate = true;
                form.requestSubmit();
            }"""
        )


@pytest.mark.browser
def test_on_paper_the_worklist_has_its_rows_and_no_forms(enter: Callable[..., Visitor], site: Site) -> None:
    page, _status = _opened(enter, site, "worklist", "fr")
    page.emulate_media(media="print")

    rows, header, buttons = (page.locator(part).first for part in ("main tbody tr", ".top", "main button"))

    assert rows.is_visible()
    assert not header.is_visible()
    assert not buttons.is_visible()
    page.emulate_media(media="screen")
