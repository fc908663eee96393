"""Two institutions learn from the register that they follow the same person, and what each does about it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Site, Visitor
from tests.journeys import registers, steps
from tests.journeys.registers import number_of, open_register

pytestmark = pytest.mark.browser


@pytest.fixture
def register(site: Site, settings: Any) -> Site:
    settings.REGISTER_KEYS_FOLDER = site.keys
    open_register(site, "RAV", "SMZ")
    return site


@pytest.mark.parametrize(("language", "person"), [("de", 1), ("fr", 2)])
def test_both_find_each_other_and_one_notifies_a_case(
    visit: Callable[..., Visitor], register: Site, language: str, person: int
) -> None:
    number, reference = number_of(person), f"J-{language}"
    social = visit(steps.SOCIAL_WORKER, language)
    adviser = visit(steps.RAV_ADVISER, language)

    # The social worker follows the person first.
    registers.enter(social, number, reference=reference)
    assert social.word("Nobody else follows this person now; you will be notified if that changes.") in registers.said(
        social
    )

    # The adviser asks, and has to enter the person before anything is disclosed.
    registers.ask(adviser, number)
    assert adviser.word("Your institution has not entered this person yet") in registers.said(adviser)
    assert "Kalbermatten" not in registers.said(adviser)
    adviser.click(adviser.page.locator("main form.form button.btn-primary"))
    adviser.page.locator("section[aria-labelledby=others-title]").wait_for()
    assert "Rahel Kalbermatten" in registers.said(adviser)
    assert adviser.page.locator("main a[href^='tel:']").count() >= 1
    assert number not in adviser.page.url
    assert number not in adviser.page.locator("main").inner_text()

    # The other side is notified without asking, calls, and says so.
    social.open("/")
    social.page.locator("main a[href='/register/alerts']").click()
    line = social.page.locator("tbody tr", has_text=reference)
    assert "Thomas Pfammatter" in line.inner_text()
    line.get_by_role("button", name=social.word("Already in touch"), exact=True).click()
    social.page.get_by_text(social.word("Noted: the alert is dealt with.")).wait_for()
    assert social.page.locator("tbody tr", has_text=reference).count() == 0

    # The adviser notifies a case from the alert: the other institution is named as recipient already.
    adviser.open("/register/alerts")
    adviser.press("Notify a case")
    adviser.page.wait_for_url("**/cases/notify?with=*&alert=*")
    smz = steps.institution(adviser, "SMZ")
    assert adviser.page.locator("#id_recipients").get_by_label(smz, exact=True).is_checked()
    _fill_in(adviser, number)
    adviser.press("Notify the case")
    adviser.page.wait_for_url("**/dossiers/*/")
    case = steps.case_id(adviser.page.url.removeprefix(register.address))
    assert register.sql(
        "SELECT state FROM register_alert a JOIN institutions_institution i ON i.id = a.institution_id"
        " WHERE i.code = 'RAV' ORDER BY a.id DESC LIMIT 1"
    ) == [("notified",)]

    # From the case the register is asked by the case alone; whoever asked is shown.
    adviser.click(adviser.page.locator(f"form[action='/dossiers/{case}/register'] button"))
    adviser.page.locator("section[aria-labelledby=asked-title]").wait_for()
    assert "Rahel Kalbermatten" in registers.said(adviser)
    assert adviser.word("first talk with the person") in registers.said(adviser)

    # Both go on without the person: what was is still seen by nobody who does not follow them.
    for visitor in (social, adviser):
        registers.end(visitor, number)
    registers.ask(adviser, number)
    assert "Kalbermatten" not in registers.said(adviser)


def _fill_in(adviser: Visitor, number: str) -> None:
    page = adviser.page
    page.fill("[name=last_name]", "Zenklusen")
    page.fill("[name=first_name]", "Moritz")
    page.fill("[name=ahv_number]", number)
    page.select_option("#id_procedure", label="–")
    steps.draw_signature(adviser)
