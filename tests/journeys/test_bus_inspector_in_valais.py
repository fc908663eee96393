"""Worked example: a bus inspector, 44, with a small post and fragile health, under the procedure of Valais.

Notification, triage, a tandem that recommends a round table, a round table that orders a medical mandate, a report of
which partners read the consequences alone, a case management, a plan that everybody signs, a review, the closing.
Once in German, once in French.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.conftest import Site, Visitor
from tests.journeys import steps

_PROCEDURE = "vs-complex"


@dataclass(frozen=True)
class Words:
    """What the professionals write."""

    ahv_number: str
    question: str
    recommendation: str
    minutes: str
    advice: str
    mandate: str
    medical_question: str
    findings: str
    consequences: str
    goal: str
    measures: tuple[str, str, str]
    review: str
    reason: str


_WORDS = {
    "de": Words(
        ahv_number="756.0000.7770.03",
        question="Lässt sich die Anstellung von 25 Prozent ergänzen, ohne sie zu gefährden?",
        recommendation="Eine zweite Stelle könnte die jetzige gefährden. Das Tandem empfiehlt einen runden Tisch.",
        minutes="Ein Einsatz in den Schulferien ist möglich, wenn er die jetzige Stelle nicht gefährdet.",
        advice="In den Schulferien kurze Stellvertretungen im Tal suchen.",
        mandate="Leistungsfähigkeit mit einem medizinischen Auftrag klären.",
        medical_question="Welche Tätigkeiten sind in welchem Umfang zumutbar?",
        findings="Befund: degenerative Veränderungen der Lendenwirbelsäule, reaktive Verstimmung.",
        consequences="Es gibt keinen objektiven Grund für eine Arbeitsunfähigkeit.",
        goal="Sie behält ihre Stelle, und die Ferienzeit ist überbrückt.",
        measures=("Beratungsgespräche bei der BSL", "Ergänzende Sozialhilfe", "Stellvertretungen suchen"),
        review="Die Gespräche bei der BSL laufen; die Stelle ist gesichert.",
        reason="Alle sind mündlich informiert.",
    ),
    "fr": Words(
        ahv_number="756.0000.7771.02",
        question="Le poste à 25 % peut-il être complété sans être mis en danger\u202f?",
        recommendation="Un second emploi pourrait menacer le poste actuel. Le tandem recommande une table ronde.",
        minutes="Un travail pendant les vacances scolaires est possible s’il ne menace pas le poste actuel.",
        advice="Chercher des remplacements de courte durée dans la vallée.",
        mandate="Clarifier la capacité de travail par un mandat médical.",
        medical_question="Quelles activités sont exigibles, et dans quelle mesure\u202f?",
        findings="Constat : altérations dégénératives du rachis lombaire, humeur réactionnelle.",
        consequences="Il n’y a pas de motif objectif d’incapacité de travail.",
        goal="Elle garde son poste, et les vacances scolaires sont couvertes.",
        measures=("Entretiens de conseil à l’OSP", "Aide sociale complémentaire", "Chercher des remplacements"),
        review="Les entretiens à l’OSP sont en cours ; le poste est assuré.",
        reason="Tous ont été informés de vive voix.",
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_bus_inspector_keeps_her_post(visit: Callable[..., Visitor], site: Site, language: str) -> None:
    words = _WORDS[language]
    social_worker = visit(steps.SOCIAL_WORKER, language)
    coordinator = visit(steps.COORDINATOR, language)
    adviser = visit(steps.RAV_ADVISER, language)
    manager = visit(steps.CAREER_COUNSELLOR, language)

    def asks(visitor: Visitor, phase: str, requirement: str) -> bool:
        return steps.asked_by(_PROCEDURE, phase, requirement, language) in steps.what_is_next(visitor, address)

    # Notified with her consent, and triaged: the case goes on to the services by itself.
    address = steps.notify(
        social_worker,
        name=("Theler", "Ornella"),
        born="1982-05-09",
        ahv_number=words.ahv_number,
        question=words.question,
        procedure=_PROCEDURE,
    )
    assert asks(social_worker, "notification", "triaged")
    assert not asks(social_worker, "notification", "consent")
    steps.triage(coordinator, address)
    assert steps.phase_title(_PROCEDURE, "support", language) in steps.what_is_next(coordinator, address)
    assert asks(coordinator, "support", "service")
    assert asks(coordinator, "support", "partners")

    for code, visitor in (("RAV", adviser), ("IV", manager)):
        steps.ask_to_take_part(coordinator, address, code)
        steps.accept(visitor, address)
    assert not asks(coordinator, "support", "partners")

    # The tandem finds what one adviser alone would not, and recommends a round table.
    tandem = steps.order_service(
        coordinator, address, "coaching", staff="Thomas Pfammatter", second="Rahel Kalbermatten"
    )
    assert not asks(coordinator, "support", "service")
    steps.complete_service(adviser, tandem, words.recommendation, outcome="continued")
    social_worker.open(tandem)
    assert words.recommendation in social_worker.page.locator("main").inner_text()

    # The round table, without her, orders a medical mandate.
    steps.order_service(coordinator, address, "round_table", question=words.question)
    meeting = steps.convene(coordinator, address, "round_table", place="IIZ, Saal 2", points=[words.question])
    steps.answer_invitation(adviser, meeting)
    steps.hold(coordinator, meeting)
    steps.write_minutes(coordinator, meeting, "minutes", words.minutes)
    steps.write_minutes(coordinator, meeting, "recommendation", words.advice)
    steps.write_minutes(coordinator, meeting, "mandate", words.mandate, responsible="IV")
    steps.finish_minutes(coordinator, meeting)
    adviser.open(meeting)
    assert words.advice in adviser.page.locator("main").inner_text()
    assert words.mandate in steps.what_is_next(manager, address)

    # The medical officer reports; partners read what it means for work, and the findings nowhere.
    officer = visit(steps.MEDICAL_OFFICER, language)
    steps.let_read_health(coordinator, address, "Helena Wyssen")
    mandate = steps.order_service(
        coordinator, address, "medical_mandate", staff="Helena Wyssen", question=words.medical_question
    )
    assert asks(coordinator, "support", "medical_report")
    _report(officer, mandate, words)
    assert words.findings in officer.page.locator("main").inner_text()
    assert not asks(coordinator, "support", "medical_report")
    for partner in (adviser, social_worker, manager, coordinator):
        for page in (mandate, address):
            partner.open(page)
            assert words.findings not in partner.page.content()
        partner.open(mandate)
        assert words.consequences in partner.page.locator("main").inner_text()

    # One case manager answers for all of it, and draws up the plan with the institutions.
    assert asks(coordinator, "support", "case_manager")
    management = steps.order_service(coordinator, address, "case_management")
    steps.name_case_manager(coordinator, address, "Andrea Truffer")
    steps.start_service(coordinator, management)
    assert not asks(coordinator, "support", "case_manager")
    plan = steps.begin_plan(manager, address, "integration_plan")
    steps.write_line(manager, plan, "goal", words.goal)
    for title, code in zip(words.measures, ("BSL", "SMZ", "RAV"), strict=True):
        steps.add_measure(manager, plan, title, goal=words.goal, by=code, payer=code, days=(1, 90))
    steps.put_up(manager, plan)
    for visitor in (social_worker, adviser, manager):
        steps.sign(visitor, plan)
    assert _states(site, "plans_plan", address) == ["in_signing"]
    steps.let_the_person_sign(social_worker, plan)
    assert _states(site, "plans_plan", address) == ["binding"]

    # It is carried out, reviewed with her, and she keeps her post.
    steps.go_on(coordinator, address, _PROCEDURE, "implementation")
    assert asks(manager, "implementation", "review")
    review = steps.convene(manager, address, "review", place="IV")
    steps.hold(manager, review, person="yes")
    steps.write_minutes(manager, review, "minutes", words.review)
    steps.finish_minutes(manager, review)
    assert not asks(manager, "implementation", "review")
    assert asks(coordinator, "implementation", "services_closed")
    steps.complete_service(manager, management, words.review)
    assert asks(manager, "implementation", "informed")
    steps.inform_everyone(manager, address, words.review)
    steps.record_fact(manager, address, "outcome_informed", remark=words.reason)
    for visitor in (manager, adviser, social_worker, coordinator):
        steps.finish_all_work_items(visitor, address)
    steps.sees_nothing(visit(steps.OUTSIDER, language), address, meeting, mandate, plan)

    steps.close(coordinator, address, outcome="stabilised")
    assert site.sql("SELECT state, outcome FROM cases_case WHERE dossier_id = %s", steps.case_id(address)) == [
        ("closed", "stabilised")
    ]


def _report(officer: Visitor, mandate: str, words: Words) -> None:
    officer.open(mandate)
    officer.press("Write the report")
    assert words.medical_question in officer.page.locator("main").inner_text()
    officer.page.fill("[name=findings]", words.findings)
    officer.page.fill("[name=consequences]", words.consequences)
    officer.page.fill("[name=capacity_percent]", "100")
    officer.press("Complete with this report")
    officer.page.wait_for_url(f"**{mandate}")


def _states(site: Site, table: str, address: str) -> list[object]:
    rows = site.sql(f"SELECT state FROM {table} WHERE dossier_id = %s", steps.case_id(address))
    return [state for (state,) in rows]
