"""A woman in the continuous case lead of Solothurn, from the intake through two reassessments to lasting integration.

The intake clears need and subsidiarity in the short assessment; the instrument proposes a segment and a person decides.
Half a year later she is to be stabilised, which excludes labour-market measures; another half-year later work is within
reach. The plan binds, she finds a job, and six months of aftercare end with the finding that it lasts.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.conftest import Site, Visitor
from tests.journeys import assessing, steps

_PROCEDURE = "so-iim"
_INTAKE = {
    "need": {"need_clarified": "yes", "subsidiarity_checked": "yes", "entitled": "yes"},
    "work": {"last_work": "within_two_years", "wants_work": "4", "capacity": "part"},
}
_UNCLEAR = {
    "prospects": {"chances": "some", "with_measures": "unclear"},
    "support": {"release_expected": "no", "needs_social_work": "yes"},
}
_WITHIN_REACH = {"prospects": {"chances": "some", "with_measures": "yes"}}


@dataclass(frozen=True)
class Words:
    """What the professionals write."""

    ahv_number: str
    question: str
    need: str
    clarified: str
    illness: str
    goal: str
    placement: str
    choir: str


_WORDS = {
    "de": Words(
        ahv_number="756.0000.7910.09",
        question="Was braucht sie, um wieder zu arbeiten?",
        need="Tagesstruktur und eine Stelle im Teilpensum.",
        clarified="Die Abklärung ist wegen des Spitalaufenthalts unterbrochen.",
        illness="Nach dem Spitalaufenthalt braucht sie zuerst Ruhe.",
        goal="Eine Stelle im Teilpensum in der Pflege.",
        placement="Bewerbungscoaching und Vermittlung",
        choir="Mitsingen im Quartierchor",
    ),
    "fr": Words(
        ahv_number="756.0000.7910.16",
        question="De quoi a-t-elle besoin pour retravailler\u202f?",
        need="Un rythme de journée et un poste à temps partiel.",
        clarified="Le bilan est interrompu par le séjour à l’hôpital.",
        illness="Après l’hôpital, elle a d’abord besoin de repos.",
        goal="Un poste à temps partiel dans les soins.",
        placement="Coaching de candidature et placement",
        choir="Chanter dans le chœur du quartier",
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
def test_from_the_intake_through_two_reassessments_to_aftercare(
    visit: Callable[..., Visitor], site: Site, language: str
) -> None:
    words = _WORDS[language]
    worker = visit(steps.SOCIAL_WORKER, language)

    def stands_in(phase: str) -> bool:
        worker.open(address)
        return steps.phase_title(_PROCEDURE, phase, language) in worker.page.locator(".phase-line").inner_text()

    def asks(phase: str, requirement: str) -> bool:
        return steps.asked_by(_PROCEDURE, phase, requirement, language) in steps.what_is_next(worker, address)

    # Intake: what is typed stays, whatever happens; need, subsidiarity and entitlement come true with the assessment.
    address = steps.notify(
        worker,
        name=("Anliker", "Vera"),
        born="1984-05-12",
        ahv_number=words.ahv_number,
        question=words.question,
        procedure=_PROCEDURE,
        readers=(),
    )
    assert asks("intake", "short_assessment")
    assert asks("intake", "subsidiarity")
    intake = assessing.begin(worker, address, "short-assessment")
    _is_kept_while_typing(worker, intake, words.need)
    assessing.answer(worker, intake, _INTAKE)
    assessing.finish(worker, intake)
    assert words.need in worker.page.locator("main").inner_text()
    assert stands_in("segmentation")

    # The instrument proposes with its reasons; the social worker decides.
    first, conclusion = assessing.assess(worker, address, "segmentation", _UNCLEAR)
    assert conclusion.startswith("O")
    assert worker.word("to be decided") in conclusion
    assert stands_in("segmentation")
    assessing.decide(worker, first)
    assert stands_in("orient")
    steps.sees_nothing(visit(steps.OUTSIDER, language), address, first)

    # Half a year later it is overdue. After a stay in hospital she is to be stabilised: decided otherwise, with a reason.
    assessing.let_months_pass(site, address, 7)
    assert asks("orient", "reassessed")
    assert _is_overdue(worker, address)
    again = assessing.begin(worker, address, "segmentation")
    assessing.finish(worker, again)  # what was answered before is there
    assessing.decide(worker, again, "S", words.illness)
    assert not _is_overdue(worker, address)
    steps.go_on(worker, address, _PROCEDURE, "segmentation", reason=words.clarified, reaches="stabilise")

    # The segment S takes no labour-market measures into the plan, and says why.
    plan = steps.begin_plan(worker, address, "integration_plan")
    steps.write_line(worker, plan, "goal", words.goal)
    _refuses_placement(worker, plan, words, language)

    # Another half-year later work is within reach; now the same measure is welcome.
    assessing.let_months_pass(site, address, 7)
    assert _is_overdue(worker, address)
    third, conclusion = assessing.assess(worker, address, "segmentation", _WITHIN_REACH)
    assert conclusion.startswith("V")
    assessing.decide(worker, third)
    assert stands_in("change")
    _compares_three(worker, address)
    _add_placement(worker, plan, words)
    steps.put_up(worker, plan)
    steps.sign(worker, plan)
    steps.let_the_person_sign(worker, plan)
    assert not asks("change", "plan")

    # She has found a job: six months of aftercare, then the finding that it lasts.
    steps.record_fact(worker, address, "integrated_on", steps.days_from_today(0))
    steps.record_fact(worker, address, "release_through", "labour_market")
    steps.go_on(worker, address, _PROCEDURE, "aftercare")
    assert asks("aftercare", "six_months")
    assessing.let_months_pass(site, address, 6)
    assert not asks("aftercare", "six_months")
    assert asks("aftercare", "lasting")
    outcome, _conclusion = assessing.assess(
        worker,
        address,
        "outcome",
        {"outcome": {"moment": "six_months", "outcome": "primary_market", "lasts": "yes", "workload": "60"}},
    )
    assessing.decide(worker, outcome)
    assert not asks("aftercare", "lasting")
    steps.finish_all_work_items(worker, address)
    steps.close(worker, address, "primary_market")
    phases = site.sql("SELECT to_phase FROM leading_passage WHERE dossier_id = %s ORDER BY id", steps.case_id(address))
    assert [phase for (phase,) in phases] == [
        "intake", "segmentation", "orient", "segmentation", "stabilise", "segmentation", "change", "aftercare", "closed",
    ]  # fmt: skip


def _is_kept_while_typing(worker: Visitor, intake: str, need: str) -> None:
    worker.open(f"{intake}/sections/need")
    assessing.fill(worker, "need", need)
    expect(worker.page.locator("#draft-state")).to_contain_text(worker.word("Saved at"))
    worker.open(f"{intake}/sections/need")
    assert worker.page.input_value("[name=item_need]") == need


def _is_overdue(worker: Visitor, address: str) -> bool:
    worker.open("/cases/mine")
    worker.press("Overdue reassessments")
    worker.page.wait_for_url("**/assessments/overdue")
    return steps.case_number(worker, address) in worker.page.locator("main").inner_text()


def _fill_in_placement(worker: Visitor, plan: str, words: Words) -> None:
    worker.open(f"{plan}edit")
    worker.page.locator("section#goal .timeline li", has_text=words.goal).locator("a[href*='measures/add']").click()
    worker.page.fill("[name=title]", words.placement)
    worker.page.select_option("[name=institution]", label=steps.institution(worker, "SMZ"))
    worker.page.check("[name=is_for_labour_market]")
    worker.press("Save")


def _refuses_placement(worker: Visitor, plan: str, words: Words, language: str) -> None:
    _fill_in_placement(worker, plan, words)
    said = steps.asked_by(_PROCEDURE, "stabilise", "no_labour_measures", language)
    expect(worker.page.locator(".error-summary")).to_contain_text(said)
    steps.add_measure(worker, plan, words.choir, goal=words.goal, by="SMZ")


def _add_placement(worker: Visitor, plan: str, words: Words) -> None:
    _fill_in_placement(worker, plan, words)
    worker.page.wait_for_url(f"**{plan}edit*")
    assert words.placement in worker.page.locator("main").inner_text()


def _compares_three(worker: Visitor, address: str) -> None:
    worker.open(f"{address}assessments/compare/segmentation")
    chart = worker.page.locator("svg[role=img]")
    assert chart.locator("circle").count() == 3
    box = chart.bounding_box()
    assert box is not None
    assert box["width"] > 200
