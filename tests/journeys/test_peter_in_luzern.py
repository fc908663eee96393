"""Worked example: Peter M., 26, between unemployment insurance, social assistance and disability insurance, as in Luzern.

The social worker proposes the collaboration and he signs. What the procedure asks for is stated; the joint interview is
prepared, with a date that suits everybody, what is known in advance, and his psychotherapist as a guest; it is held in
two parts and leads to an action plan that binds all, him too. He finds an internship. Once in German, once in French.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.conftest import Site, Visitor
from tests.journeys import steps

_PROCEDURE = "lu-iiz"
_GUEST = "Dr. med. Noëlle Fauchère"


@dataclass(frozen=True)
class Words:
    """What the professionals write."""

    ahv_number: str
    question: str
    contributions: tuple[str, str, str]
    minutes: str
    decision: str
    goal: str
    measures: tuple[str, str, str]
    commitment: str
    review: str
    internship: str
    reason: str


_WORDS = {
    "de": Words(
        ahv_number="756.0000.7772.01",
        question="Welche Tätigkeit passt zu seinem Tempo, und wer begleitet ihn?",
        contributions=(
            "Anspruch auf Berufsberatung der IV ist gegeben.",
            "Bezieht Taggelder seit vier Monaten.",
            "Ergänzende Sozialhilfe seit drei Monaten.",
        ),
        minutes="Er arbeitet genau und gern am Computer; das Tempo ist die Schwierigkeit.",
        decision="Platz für die berufliche Abklärung suchen.",
        goal="Eine Stelle in der Informatik, die seinem Tempo entspricht.",
        measures=("Berufliche Abklärung, drei Monate", "Arbeitstraining am gleichen Ort", "Job-Coaching"),
        commitment="Ich nehme das Job-Coaching in Anspruch.",
        review="Das Arbeitstraining gelingt; gemeinsam wird eine Stelle gesucht.",
        internship="Praktikum als PC-Supporter für drei Monate, mit Aussicht auf Anstellung.",
        reason="Alle sind mit der Rundmeldung informiert.",
    ),
    "fr": Words(
        ahv_number="756.0000.7773.00",
        question="Quelle activité convient à son rythme, et qui l’accompagne\u202f?",
        contributions=(
            "Le droit à l’orientation professionnelle de l’AI est reconnu.",
            "Touche des indemnités journalières depuis quatre mois.",
            "Aide sociale complémentaire depuis trois mois.",
        ),
        minutes="Il travaille avec précision et aime l’informatique ; le rythme est la difficulté.",
        decision="Chercher une place pour l’observation professionnelle.",
        goal="Un emploi en informatique qui respecte son rythme.",
        measures=("Observation professionnelle, trois mois", "Entraînement au travail au même endroit", "Job coaching"),
        commitment="Je m’engage à suivre le job coaching.",
        review="L’entraînement au travail réussit ; on cherche ensemble un emploi.",
        internship="Stage de trois mois comme assistant informatique, avec perspective d’engagement.",
        reason="Tous ont reçu le message.",
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr"])
def test_peter_finds_an_internship(visit: Callable[..., Visitor], site: Site, language: str) -> None:
    words = _WORDS[language]
    social_worker = visit(steps.SOCIAL_WORKER, language)
    coordinator = visit(steps.COORDINATOR, language)
    counsellor = visit(steps.CAREER_COUNSELLOR, language)
    adviser = visit(steps.RAV_ADVISER, language)
    outsider = visit(steps.OUTSIDER, language)

    def asks(visitor: Visitor, phase: str, requirement: str) -> bool:
        return steps.asked_by(_PROCEDURE, phase, requirement, language) in steps.what_is_next(visitor, address)

    # He signs; what the entry asks for is missing, is stated, and the case goes on by itself.
    address = steps.notify(
        social_worker,
        name=("Mathier", "Peter"),
        born="2000-03-14",
        ahv_number=words.ahv_number,
        question=words.question,
        procedure=_PROCEDURE,
    )
    statements = {
        "out_of_work": "yes",
        "registered_rav_on": steps.days_from_today(-120),
        "registered_social_on": steps.days_from_today(-400),
        "voluntary": "yes",
        "several_involved": "yes",
    }
    for requirement in ("out_of_work", "registered", "registered_recently", "voluntary", "several_involved"):
        assert asks(social_worker, "entry", requirement)
    for fact, value in statements.items():
        steps.record_fact(social_worker, address, fact, value)
    steps.correct_fact(social_worker, address, "registered_rav_on", steps.days_from_today(-90), reason=words.reason)
    assert asks(coordinator, "entry", "examined")
    steps.record_fact(coordinator, address, "conditions_checked_on", steps.days_from_today(0))
    assert steps.phase_title(_PROCEDURE, "preparation", language) in steps.what_is_next(coordinator, address)

    # The joint interview is prepared: institutions, date, guest, and what each knows already.
    for requirement in ("partners", "convened", "exchanged"):
        assert asks(coordinator, "preparation", requirement)
    for code, visitor in (("IV", counsellor), ("RAV", adviser)):
        steps.ask_to_take_part(coordinator, address, code)
        steps.accept(visitor, address)
    meeting = steps.convene_by_dates(coordinator, address, "joint_interview", place="Luzern", days=(3, 4))
    for visitor, answers in ((counsellor, ("no", "yes")), (adviser, ("yes", "yes")), (social_worker, ("yes", "yes"))):
        steps.answer_dates(visitor, meeting, answers)
    _fix_the_date_that_suits_all(coordinator, meeting)
    for visitor in (counsellor, adviser, social_worker):
        steps.answer_invitation(visitor, meeting)
    _invite_the_psychotherapist(coordinator, visit("", language), meeting, secrets=("Mathier", words.question))
    for visitor, text in zip((counsellor, adviser, social_worker), words.contributions, strict=True):
        steps.contribute(visitor, meeting, text)
    assert not asks(coordinator, "preparation", "exchanged")
    adviser.open(meeting)
    assert words.contributions[0] in adviser.page.locator("main").inner_text()
    steps.sees_nothing(outsider, address, meeting)
    steps.go_on(coordinator, address, _PROCEDURE, "interview")

    # The joint interview in two parts, the second with him.
    assert asks(coordinator, "interview", "interview_held")
    steps.move_to_today(coordinator, meeting)
    steps.hold(coordinator, meeting, person="yes")
    steps.write_minutes(coordinator, meeting, "minutes", words.minutes)
    steps.write_minutes(coordinator, meeting, "decision", words.decision, responsible="IV")
    steps.finish_minutes(coordinator, meeting)
    assert not asks(coordinator, "interview", "interview_held")
    assert not asks(coordinator, "interview", "person_in_second_part")

    # The action plan: the IV organises and pays; he commits to the coaching; all sign.
    assert asks(coordinator, "interview", "case_manager")
    steps.name_case_manager(coordinator, address, "Andrea Truffer")
    plan = steps.begin_plan(counsellor, address, "action_plan")
    steps.write_line(counsellor, plan, "goal", words.goal)
    steps.write_line(counsellor, plan, "commitment", words.commitment)
    for title, days in zip(words.measures, ((1, 90), (91, 170), (91, 260)), strict=True):
        steps.add_measure(
            counsellor, plan, title, goal=words.goal, by="IV", payer="IV", staff="Andrea Truffer", days=days
        )
    steps.put_up(counsellor, plan)
    for visitor in (social_worker, adviser, counsellor):
        steps.sign(visitor, plan)
    assert asks(coordinator, "interview", "action_plan")
    steps.let_the_person_sign(social_worker, plan, on_paper=True)
    assert not asks(coordinator, "interview", "action_plan")
    steps.go_on(coordinator, address, _PROCEDURE, "support")

    # Reviewed with IV and RAV; he finds an internship; everybody knows; the case is closed.
    assert asks(counsellor, "support", "review_held")
    review = steps.convene(counsellor, address, "review", place="IV")
    steps.hold(counsellor, review, person="yes")
    steps.write_minutes(counsellor, review, "minutes", words.review)
    steps.finish_minutes(counsellor, review)
    assert not asks(counsellor, "support", "review_held")
    steps.inform_everyone(counsellor, address, words.internship)
    adviser.open(address)
    assert words.internship in adviser.page.locator("#timeline").inner_text()
    steps.record_fact(counsellor, address, "outcome_informed", remark=words.reason)
    for visitor in (counsellor, adviser, social_worker, coordinator):
        steps.finish_all_work_items(visitor, address)
    steps.sees_nothing(outsider, address, meeting, plan)

    steps.close(coordinator, address)
    assert site.sql("SELECT state, outcome FROM cases_case WHERE dossier_id = %s", steps.case_id(address)) == [
        ("closed", "internship")
    ]


def _fix_the_date_that_suits_all(coordinator: Visitor, meeting: str) -> None:
    coordinator.open(meeting)
    dates = coordinator.page.locator("section[aria-labelledby=dates-title]")
    assert coordinator.word("everybody has answered") in dates.inner_text()
    coordinator.click(dates.get_by_role("button", name=coordinator.word("Set this date"), exact=True).nth(1))
    coordinator.page.wait_for_load_state()
    assert coordinator.page.locator("section[aria-labelledby=dates-title]").count() == 0


def _invite_the_psychotherapist(
    coordinator: Visitor, guest: Visitor, meeting: str, *, secrets: tuple[str, ...]
) -> None:
    """By a link that opens the invitation, without a log-in, and shows nothing of the case."""
    coordinator.open(meeting)
    coordinator.press("Invite a guest")
    coordinator.page.fill("[name=name]", _GUEST)
    coordinator.press("Create the link")
    link = coordinator.page.input_value("#link")

    guest.page.goto(link)
    seen = guest.page.locator("main").inner_text()
    assert "Stefan Imsand" in seen
    assert not [secret for secret in secrets if secret in guest.page.content()]
    guest.press("I will be there")
    assert guest.word("you will be there") in guest.page.locator("main").inner_text()
    for address in (meeting, "/"):
        guest.open(address)
        assert "/accounts/login/" in guest.page.url

    coordinator.open(meeting)
    entry = coordinator.page.locator(".who", has_text=_GUEST).inner_text()
    assert coordinator.word("will be there") in entry
