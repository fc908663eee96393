"""Worked example: Peter M., 26, between unemployment insurance, social assistance and disability insurance.

The social worker proposes the collaboration and he signs; the coordination office brings IV, RAV and social assistance
together; a plan is made and reviewed; he finds an internship, and the case is closed. Once in German, once in French.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.conftest import Site, Visitor

SOCIAL_WORKER = "rahel.kalbermatten@example.org"
COORDINATOR = "stefan.imsand@example.org"
RAV_ADVISER = "thomas.pfammatter@example.org"
CAREER_COUNSELLOR = "andrea.truffer@example.org"
OUTSIDER = "mathieu.praplan@example.org"  # asylum office: no consent names it

_AHV = {"de": "756.9217.0769.85", "fr": "756.1234.5678.97"}
_NOTES = {
    "de": [
        "Wunsch: Psychotherapeut nimmt am Gespräch teil.",
        "Drei Monate berufliche Abklärung, danach Arbeitstraining.",
    ],
    "fr": ["Souhait : son psychothérapeute participe.", "Trois mois d’observation professionnelle, puis entraînement."],
}


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
def test_peter_is_carried_from_proposal_to_closing(visit: Callable[..., Visitor], site: Site, language: str) -> None:
    social_worker = visit(SOCIAL_WORKER, language)
    address = _notify(social_worker, language)

    coordinator = visit(COORDINATOR, language)
    _triage(coordinator, address)
    for institution in ("IV", "RAV"):
        _ask_to_take_part(coordinator, address, institution)

    counsellor, adviser = visit(CAREER_COUNSELLOR, language), visit(RAV_ADVISER, language)
    for visitor in (counsellor, adviser):
        _accept(visitor, address)

    _name_case_manager(coordinator, address, "Andrea Truffer")
    _write_note(counsellor, address, _NOTES[language][0])
    _write_note(counsellor, address, _NOTES[language][1])
    _add_work_item(counsellor, address, "Standortgespräch / bilan", "RAV")
    _finish_all_work_items(adviser, address)

    adviser.open(address)
    timeline = adviser.page.locator("#timeline").inner_text()
    assert _NOTES[language][1] in timeline

    outsider = visit(OUTSIDER, language)
    outsider.open(address)
    assert outsider.page.locator("h1").inner_text() == outsider.word("This page does not exist")

    _close(coordinator, address)
    number = address.strip("/").split("/")[-1]
    assert site.sql("SELECT state, outcome FROM cases_case WHERE dossier_id = %s", int(number)) == [
        ("closed", "internship")
    ]


def _notify(worker: Visitor, language: str) -> str:
    page = worker.page
    worker.open("/cases/notify")
    page.fill("[name=last_name]", "Muster")
    page.fill("[name=first_name]", "Peter")
    page.fill("[name=date_of_birth]", "2000-03-14")
    page.fill("[name=ahv_number]", _AHV[language])
    page.select_option("#id_language", language)
    page.select_option("#id_procedure", "")  # a case may go without a procedure, by its states alone
    for code in ("IV", "RAV"):
        page.locator("#id_recipients").get_by_label(_institution(worker, code), exact=True).check()
    pad = page.locator("#pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 90, steps=5)
    page.mouse.up()
    page.fill("[name=question]", "Abklärung und Arbeitstraining?")
    page.locator("#id_risk_factors input").first.check()
    page.fill("[name=first_contact_on]", (date.today() - timedelta(days=60)).isoformat())
    worker.press("Notify the case")
    page.wait_for_url("**/dossiers/*/")
    return page.url.removeprefix(worker.site.address)


def _triage(coordinator: Visitor, address: str) -> None:
    page = coordinator.page
    coordinator.open(address)
    coordinator.press("Triage")
    for item in ("several_institutions", "difficulties_accumulate", "complex_risks"):
        page.check(f"#{item}_yes")
    coordinator.press("Show the proposal")
    assert page.locator("input[name=level]:checked").get_attribute("value") == "complex"
    coordinator.press("Decide the triage")
    page.wait_for_url(f"**{address}")


def _ask_to_take_part(coordinator: Visitor, address: str, code: str) -> None:
    coordinator.open(address + "participants")
    coordinator.page.select_option("[name=institution]", label=_institution(coordinator, code))
    coordinator.press("Ask")
    coordinator.page.wait_for_url(f"**{address}")


def _accept(visitor: Visitor, address: str) -> None:
    number = _case_number(visitor, address)
    visitor.open("/")
    visitor.page.get_by_role("link", name=number).first.click()
    visitor.page.check("input[name=answer][value=accept]")
    visitor.press("Answer")
    visitor.page.wait_for_url(f"{visitor.site.address}/")
    visitor.open(address)
    assert visitor.page.locator(".identity strong").first.inner_text() == number


def _name_case_manager(coordinator: Visitor, address: str, name: str) -> None:
    coordinator.open(address)
    coordinator.press("Name the case manager")
    option = coordinator.page.locator("[name=staff] option", has_text=name).first
    coordinator.page.select_option("[name=staff]", option.get_attribute("value"))
    coordinator.press("Name")
    coordinator.page.wait_for_url(f"**{address}")
    assert coordinator.word("Case manager") in coordinator.page.locator(".people").inner_text()


def _write_note(visitor: Visitor, address: str, text: str) -> None:
    visitor.open(address)
    visitor.page.fill("[name=text]", text)
    visitor.page.select_option("[name=category]", "1")
    visitor.press("Save the note")
    visitor.page.wait_for_url(f"**{address}")


def _add_work_item(visitor: Visitor, address: str, title: str, code: str) -> None:
    visitor.open(address)
    visitor.press("Add a work item")
    visitor.page.fill("[name=title]", title)
    visitor.page.fill("[name=due_on]", (date.today() + timedelta(days=7)).isoformat())
    visitor.page.select_option("[name=addressed]", label=_institution(visitor, code))
    visitor.page.locator("main form button.btn-primary").click()
    visitor.page.wait_for_url(f"**{address}")
    assert title in visitor.page.locator("main").inner_text()


def _finish_all_work_items(visitor: Visitor, address: str) -> None:
    visitor.open(address)
    done = visitor.page.locator("main").get_by_role("button", name=visitor.word("Done"), exact=True)
    while done.count():
        before = done.count()
        done.first.click()
        visitor.page.wait_for_load_state()
        assert done.count() < before


def _close(coordinator: Visitor, address: str) -> None:
    coordinator.open(address)
    coordinator.press("Close the case")
    coordinator.page.select_option("[name=outcome]", "internship")
    coordinator.page.select_option("[name=closing_reason]", "goals_reached")
    coordinator.press("Close the case")
    coordinator.page.wait_for_url(f"**{address}")
    assert coordinator.word("closed") in coordinator.page.locator(".identity").inner_text()


def _institution(visitor: Visitor, code: str) -> str:
    column = {"de": "name_de", "fr": "name_fr", "en": "name_en"}[visitor.language]
    name = visitor.site.sql(f"SELECT {column} FROM institutions_institution WHERE code = %s", code)[0][0]
    return str(name)


def _case_number(visitor: Visitor, address: str) -> str:
    pk = int(address.strip("/").split("/")[-1])
    return str(visitor.site.sql("SELECT number FROM dossiers_dossier WHERE id = %s", pk)[0][0])
