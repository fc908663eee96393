"""How many clicks, fields and pages the everyday acts take; ``docs/usability.md`` holds the numbers, and this counts them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator

from tests.canton import ROOT
from tests.conftest import Visitor
from tests.journeys import handing_over, steps
from tests.journeys.registers import number_of


class Counted:
    """A visitor whose clicks and typed fields are counted, and the pages opened by them; a choice from a list is a click."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.page = visitor, visitor.page
        self.clicks = self.fields = self.pages = 0
        self.page.on("load", self._opened)

    def _opened(self, _page: object) -> None:
        self.pages += 1

    def begin(self, address: str) -> None:
        self.visitor.open(address)
        self.page.wait_for_load_state("load")
        self.clicks = self.fields = self.pages = 0

    def click(self, what: str | Locator) -> None:
        self.clicks += 1
        self.visitor.click((self.page.locator(what) if isinstance(what, str) else what).first)

    def press(self, sentence: str) -> None:
        self.clicks += 1
        self.visitor.press(sentence)

    def choose(self, name: str, value: str | None) -> None:
        self.clicks += 1
        self.page.select_option(f"[name={name}]", value)

    def type(self, name: str, text: str) -> None:
        self.fields += 1
        self.page.locator(f"[name={name}]").fill(text)

    def end(self, address: str) -> tuple[int, int, int]:
        self.page.wait_for_url(address)
        self.page.wait_for_load_state("load")
        return self.clicks, self.fields, self.pages


def written() -> dict[str, tuple[int, int, int]]:
    rows = re.findall(
        r"^\| ([A-Z][^|]+?) \| (\d+) \| (\d+) \| (\d+) \|", (ROOT / "docs" / "usability.md").read_text(), re.M
    )
    return {name: (int(clicks), int(fields), int(pages)) for name, clicks, fields, pages in rows}


@pytest.mark.browser
@pytest.mark.parametrize(("language", "number"), [("de", 79100), ("fr", 79101)])
def test_the_everyday_acts_take_as_many_clicks_as_the_page_on_usability_says(
    visit: Callable[..., Visitor], language: str, number: int
) -> None:
    taken: dict[str, tuple[int, int, int]] = {}
    people = steps.SOCIAL_WORKER, steps.CAREER_COUNSELLOR, steps.COORDINATOR
    worker, counsellor, coordinator = (Counted(visit(who, language)) for who in people)

    smz = handing_over.short_name(counsellor.visitor, "SMZ")
    counsellor.begin("/")
    counsellor.press("Hand over a person")
    for name, text in (("last_name", "Andres"), ("first_name", "Léa"), ("ahv_number", number_of(number))):
        counsellor.type(name, text)
    option = counsellor.page.locator("[name=receiver] option", has_text=f"{smz} ·").first
    counsellor.choose("receiver", option.get_attribute("value"))
    counsellor.click("[name=direction][value=refers]")
    counsellor.page.locator("button[name=send]").wait_for()
    counsellor.click("[name=agrees]")
    counsellor.click("button[name=send]")
    taken["Hand over a person"] = counsellor.end("**/dossiers/*/")
    address = counsellor.page.url.removeprefix(counsellor.visitor.site.address)

    worker.begin("/")
    worker.click(worker.page.get_by_role("link", name=steps.case_number(worker.visitor, address)))
    worker.click("button[name=answer][value=accept]")
    taken["Accept a hand-over"] = worker.end(f"**{address}")

    counsellor.begin(address)
    counsellor.press("Notify the social worker of missed appointments")
    counsellor.click("[name=kind][value=missed]")
    counsellor.type("measure", "Werkstatt / atelier")
    counsellor.type("text", "12.3., 19.3.")
    counsellor.click("[name=conditions]")
    counsellor.click("main form button.btn-primary")
    taken["Tell of missed appointments"] = counsellor.end(f"**{address}")

    worker.begin("/")
    worker.click("nav a[href='/cases/notify']")
    worker.page.locator("[name=ahv_missing_reason]").wait_for()
    for name, text in (("last_name", "Andres"), ("first_name", "Noa"), ("ahv_number", number_of(number + 10))):
        worker.type(name, text)
    assert worker.page.locator("[name=ahv_missing_reason]").is_hidden()  # not asked beside a number
    steps.draw_signature(worker.visitor)
    worker.press("Notify the case")
    taken["Notify a case, beside the signature"] = worker.end("**/dossiers/*/")
    notified = worker.page.url.removeprefix(worker.visitor.site.address)

    steps.triage(coordinator.visitor, notified)
    for code in ("IV", "RAV"):
        steps.let_read(coordinator.visitor, notified, code)
    coordinator.begin(notified)
    coordinator.press("Ask an institution")
    coordinator.press("Ask")
    taken["Ask all whom the consent names to take part"] = coordinator.end(f"**{notified}")

    assert taken == written()
