"""Every page can be used by everybody: in German and French, by day and by night, on a desk and on a phone.

In the usual run each page is loaded once, and languages turn from page to page. axe-core judges it by all rules in a look of
its scheme and width, which turn too. A probe of our own measures the borders of fields and buttons, which axe does not, and
nothing scrolls sideways at 320 px; both are looked at in a second look too. ``SUONE_SWEEP=full`` judges every page in both
languages and all four looks.
"""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page

from suone.demo.cast import PASSWORD
from tests.accessibility import pages
from tests.conftest import Site, Visitor
from tests.journeys.registers import number_of

_FULL = os.environ.get("SUONE_SWEEP") == "full"
_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
_WIDE, _NARROW = 1366, 320
# Forms with free text that no draft is kept of.
_LOSES_TEXT = """() => [...document.querySelectorAll("form:has(textarea)")]
    .filter(form => form.dataset.draft === undefined && !form.dataset.autosave).map(form => form.outerHTML.slice(0, 200))"""
Look = tuple[Literal["light", "dark"], int]
_OPPOSITES: list[list[Look]] = [[("light", _WIDE), ("dark", _NARROW)], [("dark", _WIDE), ("light", _NARROW)]]
_PROBE = (Path(__file__).parent / "borders.js").read_text()
# axe itself is in the page before anything else: see conftest.py.
_JUDGE = f"""async (rules) => ({{
    faults: !rules ? [] : (await axe.run(
        document, {{runOnly: rules, resultTypes: ["violations"], selectors: false, preload: false}}
    )).violations.map(
        found => `${{found.id}}: ${{found.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ")}}`
    ),
    faint: ({_PROBE})(),
    reaches: document.documentElement.scrollWidth,
}})"""


def looks(turn: int, language: str) -> list[Look]:
    """The looks of a page: axe judges it in the first; in the usual run each language begins with one of two opposites."""
    pair = _OPPOSITES[turn % 2]
    two = pair if (turn // 2 + (language == "fr")) % 2 == 0 else pair[::-1]
    return [*two, *_OPPOSITES[(turn + 1) % 2]] if _FULL else two


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
    _see(visitor.page, looks(_turn(name), language)[0])  # before it is loaded: to lay it out again takes as long
    response = visitor.page.goto(site.address + path.format_map(_Parts(site)))
    if "/accounts/reauthenticate/?" in visitor.page.url:
        visitor.page.fill("main input[name=password]", PASSWORD)
        with visitor.page.expect_navigation() as leading_back:
            visitor.page.press("main input[name=password]", "Enter")
        response = leading_back.value
    assert response is not None
    return visitor.page, response.status


def _turn(name: str) -> int:
    return list(pages.PAGES).index(name)


def _see(page: Page, look: Look) -> None:
    scheme, width = look
    page.emulate_media(color_scheme=scheme)
    if page.viewport_size is None or page.viewport_size["width"] != width:
        page.set_viewport_size({"width": width, "height": 900})


def _faults(page: Page, language: str, turn: int) -> list[str]:
    """What is wrong with the page as it stands, in the looks of its turn."""
    found = []
    for place, (scheme, width) in enumerate(looks(turn, language)):
        _see(page, (scheme, width))
        said = page.evaluate(_JUDGE, _RULES if place == 0 or _FULL else None)
        look = f"{scheme} {width}"
        found += [f"{look}: {fault}" for fault in said["faults"]]
        found += [f"{look}: faint border {fault}" for fault in said["faint"]]
        if said["reaches"] > width:
            found.append(f"{look}: scrolls sideways to {said['reaches']} px")
    return found


def test_each_page_is_judged_in_both_schemes_and_both_widths() -> None:
    for turn in range(8):
        (german, *_), (french, *_) = looks(turn, "de"), looks(turn, "fr")
        assert {german[0], french[0]} == {"light", "dark"}
        assert {german[1], french[1]} == {_WIDE, _NARROW}

    for language in ("de", "fr"):
        assert len({looks(turn, language)[0] for turn in range(4)}) == 4


@pytest.mark.browser
def test_a_page_with_a_fault_of_every_kind_is_found(enter: Callable[..., Visitor], site: Site) -> None:
    page, _status = _opened(enter, site, "contacts", "de")
    page.evaluate(
        """() => {
            document.querySelector("main").insertAdjacentHTML("beforeend", `<div class="planted"><img src="/robots.txt">
                <p>Zu schwach</p><input aria-label="Feld"><div>breit</div></div>`);
            const [img, text, field, wide] = document.querySelector(".planted").children;
            text.style.color = "#888"; text.style.background = "#999";
            field.style.border = "1px solid #999"; field.style.background = "#888"; field.parentElement.style.background = "#888";
            wide.style.width = "2000px";
        }"""
    )

    faults = "; ".join(_faults(page, "de", _turn("contacts")))

    for expected in ("image-alt: ", "color-contrast: ", "faint border", "scrolls sideways"):
        assert expected in faults


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

    faults = _faults(page, language, _turn(name))

    assert status == pages.STATUS.get(name, 200)
    assert page.evaluate(_LOSES_TEXT) == []
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

    faults = _faults(page, language, _turn(name))

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

    faults = _faults(visitor.page, language, len(path))

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

    faults = _faults(visitor.page, language, 0)

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

    faults = _faults(visitor.page, language, person)

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

    faults = _faults(visitor.page, language, len(words))

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

    faults = _faults(visitor.page, language, len(show))

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
