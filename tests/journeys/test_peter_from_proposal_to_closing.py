"""Peter M. without a procedure: the states alone carry a case from the proposal to the closing.

The social worker proposes the collaboration and he signs; the coordination office brings IV, RAV and social assistance
together; he finds an internship, and the case is closed. Once in German, once in French.
"""

from collections.abc import Callable

import pytest

from tests.conftest import Site, Visitor
from tests.journeys import steps

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
    social_worker = visit(steps.SOCIAL_WORKER, language)
    address = steps.notify(
        social_worker,
        name=("Muster", "Peter"),
        born="2000-03-14",
        ahv_number=_AHV[language],
        question="Abklärung und Arbeitstraining?",
    )

    coordinator = visit(steps.COORDINATOR, language)
    steps.triage(coordinator, address)
    for code in ("IV", "RAV"):
        steps.ask_to_take_part(coordinator, address, code)

    counsellor, adviser = visit(steps.CAREER_COUNSELLOR, language), visit(steps.RAV_ADVISER, language)
    for visitor in (counsellor, adviser):
        steps.accept(visitor, address)

    steps.name_case_manager(coordinator, address, "Andrea Truffer")
    for note in _NOTES[language]:
        steps.write_note(counsellor, address, note)
    steps.add_work_item(counsellor, address, "Standortgespräch / bilan", "RAV")
    steps.finish_all_work_items(adviser, address)

    adviser.open(address)
    assert _NOTES[language][1] in adviser.page.locator("#timeline").inner_text()
    steps.sees_nothing(visit(steps.OUTSIDER, language), address)

    steps.close(coordinator, address)
    assert site.sql("SELECT state, outcome FROM cases_case WHERE dossier_id = %s", steps.case_id(address)) == [
        ("closed", "internship")
    ]
