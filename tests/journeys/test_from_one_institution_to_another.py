"""Simple matters in the Valais, in German and in French: a plain hand-over in a minute, SMZ to IV during the pause, BIP to RAV."""

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.conftest import Site, Visitor
from tests.journeys import handing_over, steps
from tests.journeys.registers import number_of

_BIP = steps.OUTSIDER
_PROCEDURE = "vs-smz-iv"


def requirement(requirement_id: str, language: str) -> str:
    return steps.asked_by(_PROCEDURE, "contact", requirement_id, language)


@pytest.mark.parametrize(("language", "number"), [("de", 78100), ("fr", 78101)])
def test_a_plain_hand_over_takes_less_than_a_minute(
    visit: Callable[..., Visitor], site: Site, language: str, number: int
) -> None:
    worker = visit(steps.SOCIAL_WORKER, language)

    began = time.monotonic()
    typed = handing_over.begin(worker, name=("Zenklusen", "Mira"), ahv_number=number_of(number))
    handing_over.answer_questions(worker, "RAV", "hands_over")
    worker.page.locator("[name=message]").press_sequentially("Sucht eine Stelle / cherche un emploi", delay=20)
    typed += 1
    worker.page.check("[name=agrees]")
    address = handing_over.send(worker)
    took = time.monotonic() - began

    assert typed <= 6
    assert took <= 60
    adviser = visit(steps.RAV_ADVISER, language)
    steps.sees_nothing(adviser, address)  # until it is accepted
    handing_over.answer(adviser, address)
    assert handing_over.lead(adviser, address) == "Thomas Pfammatter"
    assert worker.word("Hand-over accepted") in adviser.page.content()


@pytest.mark.parametrize(
    ("language", "with_exception", "number"),
    [("de", False, 78200), ("de", True, 78201), ("fr", False, 78202), ("fr", True, 78203)],
)
def test_smz_to_iv_during_the_pause_goes_through_with_an_exception_or_a_reason(
    visit: Callable[..., Visitor], site: Site, language: str, with_exception: bool, number: int
) -> None:
    worker = visit(steps.SOCIAL_WORKER, language)
    ended_on = (date.today() - timedelta(days=40)).isoformat()

    # The IV ended its placement six weeks ago: a network meeting comes first, so the case alone is opened.
    handing_over.begin(worker, name=("Anthamatten", "Remo"), ahv_number=number_of(number))
    handing_over.answer_questions(worker, "IV", "refers")
    assert requirement("iv_contact_kind", language) in worker.page.locator("#guided").inner_text()
    handing_over.choose(worker, "iv_contact_kind", "placement")
    handing_over.state_where_it_applies(worker, "iv_placement_ended_on", ended_on)
    assert requirement("network_meeting_first", language) in worker.page.locator("#guided").inner_text()
    address = handing_over.open_only(worker)
    handing_over.keep_request(worker, address)
    steps.let_read(worker, address, "IV")
    meeting = steps.convene(worker, address, "network", place="Brig", people=["Andrea Truffer"])
    steps.hold(worker, meeting, person="yes")

    # Now it can be proposed; the pause warns.
    worker.open(address)
    worker.press("Hand over or support together")
    handing_over.answer_questions(worker, "IV", "refers")
    assert requirement("pause", language) in worker.page.locator("#guided").inner_text()
    if with_exception:
        handing_over.choose(worker, "relevant_measures", "training")
        assert requirement("pause", language) not in worker.page.locator("#guided").inner_text()
    worker.page.fill("[name=message]", "Neues Gesuch um Arbeitsvermittlung / nouvelle demande de placement")
    assert worker.page.locator("[name=agrees]").count() == 0  # the consent for the meeting allows it
    # What was stated when the case was opened is there already, and is not asked for again.
    assert worker.page.input_value("[name=fact_iv_contact_kind]") == "placement"
    handing_over.state(worker, ticked=("target_agreement_considered",), typed={"former_adviser_contacted": ended_on})
    worker.page.fill("[name=name_former_adviser_contacted]", "Thomas Pfammatter")
    if not with_exception:
        worker.press("Make contact")
        assert worker.word("To continue anyway, give the reason.") in worker.page.locator(".error-summary").inner_text()
        worker.page.fill("[name=reason]", "Mit der IV besprochen / convenu avec l’AI")
    handing_over.send(worker)

    counsellor = visit(steps.CAREER_COUNSELLOR, language)
    handing_over.answer(counsellor, address)
    assert handing_over.lead(counsellor, address) == "Rahel Kalbermatten"  # both follow, the lead stays
    phase = site.sql("SELECT phase FROM leading_course WHERE dossier_id = %s", steps.case_id(address))[0][0]
    assert phase == "parallel"
    reasons = site.sql(  # given where the contact is made, whatever phase comes next
        "SELECT bool_or(reason <> '') FROM leading_passage WHERE dossier_id = %s", steps.case_id(address)
    )
    assert bool(reasons[0][0]) is not with_exception


@pytest.mark.parametrize(("language", "number"), [("de", 78300), ("fr", 78301)])
def test_bip_judges_the_fitness_and_hands_over_to_rav(
    visit: Callable[..., Visitor], site: Site, language: str, number: int
) -> None:
    worker = visit(_BIP, language)
    handing_over.begin(worker, name=("Tesfay", "Luam"), ahv_number=number_of(number))
    handing_over.answer_questions(worker, "RAV", "hands_over")
    worker.page.fill("[name=message]", "A2, Küche / cuisine")
    worker.page.check("[name=agrees]")
    handing_over.state_where_it_applies(worker, "jobless_refugee")

    # Without BIP's judgement, and without the registration with RAV that the law asks for, nothing is sent.
    worker.press("Propose")
    said = worker.page.locator(".error-summary").inner_text()
    assert requirement("fit_for_work", language) in said
    assert steps.asked_by(_PROCEDURE, "transfer", "rav_registration", language) in said
    handing_over.state(worker, ticked=("fit_for_work", "rav_registration"))
    address = handing_over.send(worker)

    adviser = visit(steps.RAV_ADVISER, language)
    handing_over.answer(adviser, address)
    assert handing_over.lead(adviser, address) == "Thomas Pfammatter"
    assert steps.phase_title(_PROCEDURE, "transfer", language) in steps.what_is_next(adviser, address)
    # BIP may still contribute for a while.
    assert "Mathieu Praplan" in worker_page(worker, address)


def worker_page(worker: Visitor, address: str) -> str:
    worker.open(address)
    return str(worker.page.content())


@pytest.mark.parametrize(("language", "number"), [("de", 78400), ("fr", 78401)])
def test_a_declined_hand_over_says_why_and_the_sender_stays_responsible(
    visit: Callable[..., Visitor], site: Site, language: str, number: int
) -> None:
    worker = visit(steps.SOCIAL_WORKER, language)
    handing_over.begin(worker, name=("Karlen", "Urs"), ahv_number=number_of(number))
    handing_over.answer_questions(worker, "RAV", "hands_over")
    worker.page.fill("[name=message]", "Teilzeit / temps partiel")
    worker.page.check("[name=agrees]")
    address = handing_over.send(worker)

    adviser = visit(steps.RAV_ADVISER, language)
    handing_over.answer(adviser, address, reason="Nicht vermittelbar / pas apte au placement")

    steps.sees_nothing(adviser, address)
    assert handing_over.lead(worker, address) == "Rahel Kalbermatten"
    assert "Nicht vermittelbar / pas apte au placement" in worker.page.content()
    worker.open("/requests/?show=ours")
    assert "Nicht vermittelbar / pas apte au placement" in worker.page.content()


@pytest.mark.parametrize("language", ["de", "fr"])
def test_first_advice_is_recorded_in_a_minute_and_becomes_a_hand_over_with_one_click(
    visit: Callable[..., Visitor], site: Site, language: str
) -> None:
    office = visit(steps.COORDINATOR, language)
    office.open("/advice/")
    began = time.monotonic()
    office.press("Record first advice")
    office.page.check("[name=asker][value=citizen]")
    office.page.select_option("[name=topic]", "work")
    office.page.fill("[name=note]", "Zurück in den Beruf / retour à l’emploi")
    office.page.fill("[name=first_name]", "Elena")
    office.page.fill("[name=last_name]", "Lochmatter")
    office.press("Record")
    office.page.wait_for_url("**/advice/*")
    assert time.monotonic() - began <= 60

    office.press("Hand over from it")
    office.page.wait_for_url("**/handovers/drafts/*")
    assert office.page.input_value("[name=last_name]") == "Lochmatter"
    handing_over.answer_questions(office, "RAV", "hands_over")
    assert office.page.input_value("[name=message]") == "Zurück in den Beruf / retour à l’emploi"
