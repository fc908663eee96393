"""A man on social assistance in Zürich who feels unfit for work: screening, clarification, one plan, one lead.

A few questions show which of the six life situations applies; the worker decides. After a quick clarification RAV, IV
and social assistance tie their possibilities into one package, and one professional leads. In German and in French.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.conftest import Site, Visitor
from tests.journeys import assessing, steps

_PROCEDURE = "zh-network"
_THIRD_SITUATION = {
    "work": {"without_job": "yes", "may_not_complete": "no", "given_notice": "no"},
    "situation": {"social_assistance": "receiving", "certified": "no", "feels_unfit": "yes", "may_fall_ill": "no"},
    "will": {"wants": "yes"},
}


@dataclass(frozen=True)
class Words:
    """What the professionals write."""

    ahv_number: str
    question: str
    goal: str
    package: tuple[str, str, str]


_WORDS = {
    "de": Words(
        ahv_number="756.0000.7920.06",
        question="Was traut er sich zu, und was braucht er dafür?",
        goal="Rasch zurück in eine Arbeit, die er sich zutraut.",
        package=("Vermittlung und Bewerbungshilfe", "Arbeitsversuch in der Werkstatt", "Budgetberatung"),
    ),
    "fr": Words(
        ahv_number="756.0000.7920.13",
        question="De quoi se sent-il capable, et que lui faut-il pour cela\u202f?",
        goal="Retrouver vite un travail dont il se sent capable.",
        package=("Placement et aide aux candidatures", "Essai de travail à l’atelier", "Conseil en budget"),
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
def test_from_the_screening_to_one_plan_for_all(visit: Callable[..., Visitor], site: Site, language: str) -> None:
    words = _WORDS[language]
    worker, adviser = visit(steps.SOCIAL_WORKER, language), visit(steps.RAV_ADVISER, language)
    counsellor = visit(steps.CAREER_COUNSELLOR, language)

    def asks(phase: str, requirement: str) -> bool:
        return steps.asked_by(_PROCEDURE, phase, requirement, language) in steps.what_is_next(worker, address)

    # Screening: the age is known; which life situation applies is proposed and decided, the will to take part is asked.
    address = steps.notify(
        worker,
        name=("Hug", "Beat"),
        born="1979-02-03",
        ahv_number=words.ahv_number,
        question=words.question,
        procedure=_PROCEDURE,
    )
    assert asks("screening", "life_situation")
    assert asks("screening", "voluntary")
    screening = assessing.begin(worker, address, "life-situations")
    worker.open(f"{screening}/sections/work")
    assert worker.page.input_value("[name=item_age]") in ("46", "47", "48", "49")
    assessing.answer(worker, screening, _THIRD_SITUATION)
    assert "3" in assessing.finish(worker, screening)
    assert not asks("screening", "voluntary")
    assert asks("screening", "life_situation")  # the proposal decides nothing
    assessing.decide(worker, screening)

    # It goes on by itself to the quick clarification, with ALV and IV asked to take part.
    assert asks("clarification", "clarified")
    assert asks("clarification", "partners")
    for code, visitor in (("RAV", adviser), ("IV", counsellor)):
        steps.ask_to_take_part(worker, address, code)
        steps.accept(visitor, address)
    assert not asks("clarification", "partners")
    steps.record_fact(worker, address, "clarified_on", steps.days_from_today(0))
    steps.go_on(worker, address, _PROCEDURE, "planning")

    # One professional leads; the possibilities of all become one package that all sign.
    _name_lead(worker, address, "Thomas Pfammatter")
    assert asks("planning", "plan")
    plan = steps.begin_plan(worker, address, "integration_plan")
    steps.write_line(worker, plan, "goal", words.goal)
    for title, code in zip(words.package, ("RAV", "IV", "SMZ"), strict=True):
        steps.add_measure(worker, plan, title, goal=words.goal, by=code, payer=code)
    steps.put_up(worker, plan)
    for visitor in (worker, adviser, counsellor):
        steps.sign(visitor, plan)
    steps.let_the_person_sign(worker, plan)
    assert not asks("planning", "plan")
    steps.go_on(worker, address, _PROCEDURE, "integration")
    payers = site.sql(
        "SELECT count(DISTINCT institution_id) FROM plans_measure WHERE dossier_id = %s", steps.case_id(address)
    )
    assert payers == [(3,)]


def _name_lead(worker: Visitor, address: str, name: str) -> None:
    worker.open(address)
    worker.press("Name the lead")
    steps.choose(worker, "staff", name)
    worker.press("Name the lead")
    worker.page.wait_for_url(f"**{address}")
    assert name in worker.page.locator(".who-lead").inner_text()
