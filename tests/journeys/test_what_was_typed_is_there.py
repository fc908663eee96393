"""Typed text is never lost: the page is reloaded, the log-in ends, another part is saved, somebody else saves first."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Site, Visitor
from tests.journeys.steps import COORDINATOR, RAV_ADVISER

pytestmark = pytest.mark.browser

_ACTIVE = "SELECT min(dossier_id) FROM cases_case WHERE state = 'active'"
_PLAN = "SELECT dossier_id, id FROM plans_plan WHERE state = 'draft' ORDER BY id LIMIT 1"
_TEXT = "Sie möchte zuerst mit ihrer Ärztin reden."


@pytest.fixture
def case(site: Site) -> str:
    site.sql("DELETE FROM entrances_draft")
    return f"/dossiers/{site.sql(_ACTIVE)[0][0]}/"


def _note(page: Page) -> str:
    return page.input_value("main .note-form [name=text]")


def _type(page: Page, text: str, where: str = "main .note-form") -> None:
    """As keys do, and until the server has it."""
    with page.expect_response(
        lambda answer: answer.url.endswith("/drafts") and answer.request.method == "POST"
    ) as saved:
        page.fill(f"{where} [name=text]", text)
    assert saved.value.status == 200


def _log_out_on_the_server(site: Site, visitor: Visitor) -> None:
    key = next(cookie["value"] for cookie in visitor.context.cookies() if cookie["name"] == "sessionid")
    site.sql("DELETE FROM django_session WHERE session_key = %s", key)


def _kept(site: Site) -> list[tuple[object, ...]]:
    return site.sql("SELECT form, fields FROM entrances_draft ORDER BY form")


@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_page_opened_again_shows_what_was_typed_until_it_is_discarded(
    visit: Callable[..., Visitor], site: Site, case: str, language: str
) -> None:
    worker = visit(COORDINATOR, language)
    page = worker.page
    worker.open(case)
    page.select_option("main .note-form [name=category]", "1")
    _type(page, _TEXT)

    page.reload()

    line = page.locator(".note-form .draft-line")
    expect(line).to_contain_text(worker.word("Draft of %(moment)s restored.", moment="")[:7])
    assert _note(page) == _TEXT
    assert page.input_value("main .note-form [name=category]") == "1"

    with page.expect_response("**/drafts"):
        line.get_by_role("button", name=worker.word("Discard")).click()
    expect(line).to_have_text(worker.word("The draft is deleted."))
    assert _note(page) == ""
    assert page.evaluate("document.activeElement.name") == "text"
    assert _kept(site) == []


def test_a_form_that_was_sent_leaves_no_draft(visit: Callable[..., Visitor], site: Site, case: str) -> None:
    worker = visit(COORDINATOR, "de")
    page = worker.page
    worker.open(case)
    page.select_option("main .note-form [name=category]", "1")
    _type(page, _TEXT)
    page.fill("main .note-form [name=text]", _TEXT + " Am Montag.")  # not saved yet when it is sent

    with page.expect_navigation():
        worker.press("Save the note")

    assert "Am Montag." in page.inner_text("#timeline")
    fetched = page.evaluate(f"fetch('/drafts?of={case}notes').then(answer => answer.json())")
    assert fetched["drafts"] == {}
    assert _note(page) == ""


def test_after_the_log_in_one_is_back_on_the_page_with_the_text(
    visit: Callable[..., Visitor], site: Site, case: str
) -> None:
    worker = visit(COORDINATOR, "de")
    page = worker.page
    worker.open(case)
    _type(page, _TEXT)
    _log_out_on_the_server(site, worker)

    with page.expect_navigation(url="**/accounts/login/**"):
        worker.press("Save the note")
    worker.context.add_cookies(
        [{"name": "sessionid", "value": site.session_of(COORDINATOR), "url": site.address, "httpOnly": True}]
    )
    page.reload()  # as the log-in leads on

    page.wait_for_url(f"**{case}")
    expect(page.locator(".note-form .draft-line button")).to_be_visible()
    assert _note(page) == _TEXT


def test_text_typed_after_the_log_in_has_ended_waits_unseen_for_the_next_one(
    visit: Callable[..., Visitor], site: Site, case: str
) -> None:
    worker = visit(COORDINATOR, "de")
    page = worker.page
    worker.open(case)
    _log_out_on_the_server(site, worker)

    page.fill("main .note-form [name=text]", _TEXT)
    expect(page.locator(".note-form .draft-line")).to_have_text(
        worker.word("You are logged out. Log in in another window; your text stays here.")
    )
    expect(page.locator("#veil")).to_be_visible(timeout=30_000)
    assert not page.locator("main").is_visible()

    worker.context.add_cookies(
        [{"name": "sessionid", "value": site.session_of(COORDINATOR), "url": site.address, "httpOnly": True}]
    )
    expect(page.locator(".note-form .draft-line button")).to_be_visible(timeout=20_000)
    assert _note(page) == _TEXT


@pytest.mark.parametrize("is_at_once", [False, True])
def test_a_form_sent_although_the_log_in_has_ended_keeps_its_text_and_is_sent_after_the_next_one(
    visit: Callable[..., Visitor], site: Site, case: str, is_at_once: bool
) -> None:
    worker = visit(COORDINATOR, "de")
    page = worker.page
    worker.open(case)
    page.select_option("main .note-form [name=category]", "1")
    _log_out_on_the_server(site, worker)
    text = f"{_TEXT} Am Dienstag."
    page.fill("main .note-form [name=text]", text)
    line = page.locator(".note-form .draft-line")
    logged_out = worker.word("You are logged out. Log in in another window; your text stays here.")
    if not is_at_once:
        expect(line).to_have_text(logged_out)

    with page.expect_response("**/drafts"):
        worker.press("Save the note")
    expect(line).to_have_text(logged_out)

    page.wait_for_timeout(500)  # a form that is sent has left by then
    assert page.url.endswith(case)
    assert _note(page) == text

    worker.context.add_cookies(
        [{"name": "sessionid", "value": site.session_of(COORDINATOR), "url": site.address, "httpOnly": True}]
    )
    with page.expect_navigation():
        worker.press("Save the note")
    assert "Am Dienstag." in page.inner_text("#timeline")


def test_a_form_sent_while_the_server_is_away_stays_with_its_text(
    visit: Callable[..., Visitor], site: Site, case: str
) -> None:
    worker = visit(COORDINATOR, "de")
    page = worker.page
    worker.open(case)
    page.select_option("main .note-form [name=category]", "1")
    page.fill("main .note-form [name=text]", _TEXT)
    worker.context.set_offline(True)

    worker.press("Save the note")

    expect(page.locator(".note-form .draft-line .alert-warning")).to_be_visible()
    assert page.url.endswith(case)
    assert _note(page) == _TEXT
    worker.context.set_offline(False)
    with page.expect_navigation():
        worker.press("Save the note")
    assert _TEXT in page.inner_text("#timeline")


def test_the_text_of_one_section_stays_when_another_is_saved(
    visit: Callable[..., Visitor], site: Site, case: str
) -> None:
    dossier, plan = site.sql(_PLAN)[0]
    worker = visit(COORDINATOR, "de")
    page = worker.page
    worker.open(f"/dossiers/{dossier}/plans/{plan}/edit")
    goal, resource = (f"form[action$='?kind={kind}']" for kind in ("goal", "resource"))
    for section in (goal, resource):
        page.locator("details", has=page.locator(section)).evaluate("it => it.open = true")
    _type(page, _TEXT, goal)
    page.fill(f"{resource} [name=text]", "Spricht drei Sprachen.")
    page.select_option(f"{resource} [name=category]", index=1)

    with page.expect_navigation():
        page.click(f"{resource} .btn-primary")

    expect(page.locator(f"{goal} .draft-line button")).to_be_visible()
    assert page.input_value(f"{goal} [name=text]") == _TEXT
    assert page.input_value(f"{resource} [name=text]") == ""


def test_a_draft_of_an_older_text_leads_to_both_texts_once(
    visit: Callable[..., Visitor], site: Site, case: str
) -> None:
    dossier, plan = site.sql(_PLAN)[0]
    line = site.sql("SELECT min(id) FROM plans_entry WHERE plan_id = %s", plan)[0][0]
    worker = visit(COORDINATOR, "de")
    page = worker.page
    worker.open(f"/dossiers/{dossier}/plans/{plan}/entries/{line}/change")
    _type(page, _TEXT, "main form.form")
    site.sql("UPDATE plans_entry SET text = 'Von jemand anderem.', version = version + 1 WHERE id = %s", line)

    page.reload()
    expect(page.locator("main form .draft-line")).to_contain_text(
        worker.word("Somebody else saved meanwhile: when you send it, you see both texts.")
    )
    with page.expect_navigation():
        page.click("main form.form .btn-primary")
    for text in (_TEXT, "Von jemand anderem."):
        assert text in page.inner_text("main table")

    with page.expect_response("**/drafts?**"):
        page.click("main a")
    assert page.input_value("main form.form [name=text]") == _TEXT
    with page.expect_navigation():
        page.click("main form.form .btn-primary")
    assert site.sql("SELECT text FROM plans_entry WHERE id = %s", line) == [(_TEXT,)]


def test_nobody_sees_the_draft_of_a_colleague(visit: Callable[..., Visitor], site: Site, case: str) -> None:
    worker, colleague = visit(COORDINATOR, "de"), visit(RAV_ADVISER, "de")
    worker.open(case)
    _type(worker.page, _TEXT)

    with colleague.page.expect_response("**/drafts?**") as fetched:
        colleague.open(case)

    assert fetched.value.json()["drafts"] == {}
    assert _note(colleague.page) == ""


def test_a_paste_that_is_too_long_is_said_and_stays_whole(visit: Callable[..., Visitor], site: Site, case: str) -> None:
    worker = visit(COORDINATOR, "de")
    page = worker.page
    worker.open(case)
    page.select_option("main .note-form [name=category]", "1")

    page.fill("main .note-form [name=text]", "ü" * 12_000)

    expect(page.locator(".note-form .length-note")).to_contain_text("2000")
    with page.expect_navigation():
        worker.press("Save the note")
    assert "2000" in page.inner_text(".error-summary")
    assert page.input_value("main [name=text]") == "ü" * 12_000


def test_a_double_click_saves_once_and_leads_to_the_message(
    visit: Callable[..., Visitor], site: Site, case: str
) -> None:
    worker = visit(COORDINATOR, "de")
    page = worker.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    worker.open(f"{case}notes")
    page.select_option("main form.form [name=category]", "1")
    page.fill("main form.form [name=text]", "Zweimal gedrückt.")

    with page.expect_navigation():
        page.eval_on_selector("main form.form .btn-primary", "button => { button.click(); button.click(); }")

    assert sum(url.endswith("/notes") for url in sent) == 1
    assert site.sql("SELECT count(*) FROM cases_note WHERE text = 'Zweimal gedrückt.'") == [(1,)]
    assert page.evaluate("document.activeElement.matches('[data-message]')")


def test_typing_keeps_the_log_in_alive_and_its_end_is_announced(
    visit: Callable[..., Visitor], site: Site, case: str
) -> None:
    worker = visit(COORDINATOR, "fr")
    page = worker.page
    page.clock.install()
    worker.open(case)
    for _time in range(4):
        with page.expect_response("**/drafts"):
            page.press("main .note-form [name=text]", "a")
            page.clock.run_for(9 * 60_000)
    expect(page.locator("#idle")).to_be_hidden()

    minutes = 4 * 9
    while not page.locator("#idle").is_visible():  # an answer may still be under way while the clock is turned
        assert minutes < 5 * 60
        page.clock.run_for(26 * 60_000)
        minutes += 26
        page.wait_for_timeout(200)
    with page.expect_response("**/drafts"):
        page.click("#idle button")
    page.clock.run_for(60_000)
    expect(page.locator("#idle")).to_be_hidden()
    expect(page.locator("#ending")).to_be_hidden()

    page.clock.fast_forward((12 * 60 - minutes - 1 - 4) * 60_000)
    page.clock.run_for(20_000)
    expect(page.locator("#ending")).to_be_visible()
