"""The constellations of the agreement SMZ–IV in the browser, in German and in French, as both sides."""

from collections.abc import Callable

import pytest

from suone.canton.procedures.loading import shipped
from tests.conftest import Site, Visitor
from tests.journeys import handing_over, steps
from tests.journeys.test_from_one_institution_to_another import ahv, lead

_PROCEDURE = "vs-smz-iv"
_OTHER_SOCIAL_WORKER = "yannick.theytaz@example.org"
_MISSED = "12. und 19. März, Kurs Werkstatt / 12 et 19 mars, cours atelier"


def item(phase: str, item_id: str, language: str) -> str:
    return shipped()[_PROCEDURE].item(phase, item_id).title[language]


def state_of_request(site: Site, address: str) -> tuple[object, ...]:
    statement = "SELECT state, due_on FROM decisions_decision WHERE dossier_id = %s ORDER BY id DESC LIMIT 1"
    return site.sql(statement, steps.case_id(address))[0]


@pytest.mark.parametrize(("language", "number"), [("de", 78500), ("fr", 78501)])
def test_constellation_1_the_coordinates_wait_until_the_iv_names_somebody(
    visit: Callable[..., Visitor], site: Site, language: str, number: int
) -> None:
    worker = visit(steps.SOCIAL_WORKER, language)
    handing_over.begin(worker, name=("Imhasly", "Noé"), ahv_number=ahv(number))
    handing_over.answer_questions(worker, "IV", "refers")
    handing_over.choose(worker, "iv_contact_kind", "application")
    # What the IV owes is not asked of the social worker: register, question to the person, advisers named.
    for fact in ("register_checked", "person_asked", "advisers_named"):
        assert worker.page.locator(f"[name=fact_{fact}]").count() == 0
    handing_over.state(worker, ticked=("health_attested",))
    worker.page.fill("[name=message]", "Anmeldung eingereicht / demande déposée")
    worker.page.check("[name=agrees]")
    address = handing_over.send(worker)

    counsellor = visit(steps.CAREER_COUNSELLOR, language)
    steps.sees_nothing(counsellor, address)
    handing_over.open_request(counsellor, address)
    counsellor.page.check("input[name=answer][value=later]")
    counsellor.press("Answer")
    counsellor.page.wait_for_url("**/requests/")

    # That somebody will be named is an answer; the coordinates go on waiting, and the course stays where it was.
    assert state_of_request(site, address)[0] == "pending"
    assert steps.phase_title(_PROCEDURE, "contacted", language) in steps.what_is_next(worker, address)

    handing_over.answer(counsellor, address)

    assert lead(counsellor, address) == "Rahel Kalbermatten"  # SMZ goes on following
    assert steps.phase_title(_PROCEDURE, "parallel", language) in steps.what_is_next(counsellor, address)
    duties = counsellor.page.locator("main").inner_text()
    for duty in ("register_iv", "ask_iv", "advisers"):
        assert item("parallel", duty, language) in duties
    for duty in ("register_smz", "ask_smz"):
        assert item("parallel", duty, language) not in duties


@pytest.mark.parametrize(("language", "number"), [("de", 78600), ("fr", 78601)])
def test_constellation_2_missed_appointments_reach_the_social_worker_alone(
    visit: Callable[..., Visitor], site: Site, language: str, number: int
) -> None:
    counsellor = visit(steps.CAREER_COUNSELLOR, language)
    handing_over.begin(counsellor, name=("Fux", "Selma"), ahv_number=ahv(number))
    handing_over.answer_questions(counsellor, "SMZ", "refers")
    counsellor.page.fill("[name=message]", "Frühintervention läuft / intervention précoce en cours")
    counsellor.page.check("[name=agrees]")
    address = handing_over.send(counsellor)
    worker = visit(steps.SOCIAL_WORKER, language)
    handing_over.answer(worker, address)
    assert lead(worker, address) == "Andrea Truffer"
    duties = worker.page.locator("main").inner_text()
    for duty in ("register_smz", "ask_smz", "advisers"):
        assert item("parallel", duty, language) in duties

    counsellor.open(address)
    counsellor.press("Notify the social worker of missed appointments")
    counsellor.page.check("input[name=basis][value=ivg-68bis-3]")
    counsellor.press("Next")
    counsellor.page.check("[name=kind][value=missed]")
    counsellor.page.fill("[name=measure]", "Werkstatt / atelier")
    counsellor.page.fill("[name=text]", _MISSED)
    for condition in counsellor.page.locator("[name=conditions]").all():
        condition.check()
    counsellor.page.locator("main form button.btn-primary").click()
    counsellor.page.wait_for_url(f"**{address}")
    assert _MISSED in counsellor.page.content()

    worker.open(address)
    assert _MISSED in worker.page.content()
    # A colleague of the same centre, who reads the case, reads nothing of it.
    colleague = visit(_OTHER_SOCIAL_WORKER, language)
    colleague.open(address)
    assert colleague.page.locator(".who-lead strong").inner_text() == "Andrea Truffer"
    assert _MISSED not in colleague.page.content()
