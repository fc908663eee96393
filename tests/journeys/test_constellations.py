"""The constellations of the agreement SMZ–IV in the browser, in German and in French, as both sides."""

from collections.abc import Callable
from typing import Any

import pytest

from suone.canton.procedures.loading import shipped
from tests.conftest import Site, Visitor
from tests.journeys import handing_over, registers, steps
from tests.journeys.handing_over import lead
from tests.journeys.registers import number_of

_PROCEDURE = "vs-smz-iv"
_OTHER_SOCIAL_WORKER = "yannick.theytaz@example.org"
_SIDES = {"SMZ": steps.SOCIAL_WORKER, "IV": steps.CAREER_COUNSELLOR}
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
    handing_over.begin(worker, name=("Imhasly", "Noé"), ahv_number=number_of(number))
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
    counsellor.click(counsellor.page.locator("button[name=answer][value=later]"))
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


@pytest.mark.parametrize(("language", "number"), [("de", 78550), ("fr", 78551)])
def test_constellation_1_a_placement_request_is_written_by_the_person_and_prepared_with_the_iv_in_any_case(
    visit: Callable[..., Visitor], site: Site, language: str, number: int
) -> None:
    def asked(requirement: str) -> str:
        return steps.asked_by(_PROCEDURE, "contact", requirement, language)

    def guided() -> str:
        return worker.page.locator("#guided").inner_text()

    worker, counsellor = visit(steps.SOCIAL_WORKER, language), visit(steps.CAREER_COUNSELLOR, language)
    long_ago = steps.days_from_today(-500)
    handing_over.begin(worker, name=("Venetz", "Jan"), ahv_number=number_of(number))
    handing_over.answer_questions(worker, "IV", "refers")
    handing_over.choose(worker, "iv_contact_kind", "placement")
    # A first request meets none of the rules; a renewed one meets all, however long ago the IV stopped.
    in_any_case = ("written_request", "former_adviser", "network_meeting_first", "joint_agreement_considered")
    assert not [rule for rule in in_any_case if asked(rule) in guided()]
    handing_over.state_where_it_applies(worker, "iv_placement_ended_on", long_ago)
    assert [rule for rule in in_any_case if asked(rule) in guided()] == list(in_any_case)
    assert asked("pause") not in guided()
    assert asked("pause_full") not in guided()
    address = handing_over.open_only(worker)
    request = f"{address}placement-request"

    # The form is printed in the person's language; what they wrote is a document, and the case no longer asks for it.
    assert asked("written_request") in steps.what_is_next(worker, address)
    steps.sees_nothing(counsellor, request)
    form = worker.context.request.get(f"{site.address}{request}/form")
    assert (form.status, form.headers["content-type"]) == (200, "application/pdf")
    handing_over.keep_request(worker, address)
    assert asked("written_request") not in steps.what_is_next(worker, address)
    assert asked("network_meeting_first") in steps.what_is_next(worker, address)

    # The former workplace adviser is contacted and both advisers meet, before the request goes out.
    steps.let_read(worker, address, "IV")
    meeting = steps.convene(worker, address, "network", place="Brig", people=["Andrea Truffer"])
    steps.hold(worker, meeting, person="yes")
    worker.open(address)
    worker.press("Hand over or support together")
    handing_over.answer_questions(worker, "IV", "refers")
    assert worker.page.locator("[name=fact_written_request]").count() == 0
    worker.page.fill("[name=message]", "Neues Gesuch / nouvelle demande")
    worker.press("Make contact")
    said = worker.page.locator(".error-summary").inner_text()
    for rule in ("former_adviser", "joint_agreement_considered"):
        assert asked(rule) in said
    handing_over.state(
        worker, ticked=("target_agreement_considered",), typed={"former_adviser_contacted": steps.days_from_today(-3)}
    )
    worker.page.fill("[name=name_former_adviser_contacted]", "Rita Salamin")
    handing_over.send(worker)
    handing_over.answer(counsellor, address)

    # The IV reads the request, and adds none: it is for the social worker to bring.
    counsellor.open(address)
    title = counsellor.word("Request for job placement, written by the person")
    file = counsellor.page.locator("section[aria-labelledby=documents-title] a", has_text=title).get_attribute("href")
    assert counsellor.context.request.get(f"{site.address}{file}").body() == handing_over.PDF
    steps.sees_nothing(counsellor, request)


@pytest.mark.parametrize(("language", "number"), [("de", 78600), ("fr", 78601)])
def test_constellation_2_missed_appointments_reach_the_social_worker_alone(
    visit: Callable[..., Visitor], site: Site, language: str, number: int
) -> None:
    counsellor = visit(steps.CAREER_COUNSELLOR, language)
    handing_over.begin(counsellor, name=("Fux", "Selma"), ahv_number=number_of(number))
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

    # The person names their advisers to the IV, which leads here; the social worker reads them and records none.
    counsellor.open(address)
    counsellor.press("Record the advisers")
    rav = handing_over.short_name(counsellor, "RAV")
    option = counsellor.page.locator("[name=workplace] option", has_text=f"{rav} ·").first.get_attribute("value")
    counsellor.page.fill("[name=name]", "Thomas Pfammatter")
    counsellor.page.select_option("[name=workplace]", option)
    counsellor.page.fill("[name=phone]", "027 555 01 01")
    counsellor.press("Record the adviser")
    counsellor.page.get_by_text(counsellor.word("The adviser is recorded.")).wait_for()
    worker.open(address)
    people = worker.page.locator("section[aria-labelledby=people-title]")
    assert "Thomas Pfammatter" in people.inner_text()
    assert people.locator("a[href='tel:0275550101'], a[href='tel:+41275550101']").count() == 1
    assert people.get_by_role("link", name=worker.word("Ask to take part"), exact=True).count() == 0
    worker.open(f"{address}advisers")
    assert worker.page.locator("main form").count() == 0
    counsellor.open(address)
    counsellor.press("Ask to take part")
    assert counsellor.page.input_value("[name=institution]") == option

    counsellor.open(address)
    counsellor.press("Notify the social worker of missed appointments")
    counsellor.page.check("[name=kind][value=missed]")
    counsellor.page.fill("[name=measure]", "Werkstatt / atelier")
    counsellor.page.fill("[name=text]", _MISSED)
    counsellor.page.check("[name=conditions]")
    counsellor.click(counsellor.page.locator("main form button.btn-primary"))
    counsellor.page.wait_for_url(f"**{address}")
    assert _MISSED in counsellor.page.content()

    worker.open(address)
    assert _MISSED in worker.page.content()
    # A colleague of the same centre, who reads the case, reads nothing of it.
    colleague = visit(_OTHER_SOCIAL_WORKER, language)
    colleague.open(address)
    assert colleague.page.locator(".who-lead strong").inner_text() == "Andrea Truffer"
    assert _MISSED not in colleague.page.content()


@pytest.mark.parametrize(
    ("language", "sender", "receiver", "number"),
    [("de", "SMZ", "IV", 78700), ("fr", "SMZ", "IV", 78701), ("de", "IV", "SMZ", 78702), ("fr", "IV", "SMZ", 78703)],
)
def test_constellation_3_coordinates_are_all_that_a_direct_hand_over_asks(
    visit: Callable[..., Visitor], site: Site, language: str, sender: str, receiver: str, number: int
) -> None:
    worker = visit(_SIDES[sender], language)
    handing_over.begin(worker, name=("Ruppen", "Lia"), ahv_number=number_of(number))
    handing_over.answer_questions(worker, receiver, "hands_over")
    # Neither register nor question, neither certificate nor kind of contact: nothing is asked and nothing speaks against it.
    assert worker.page.locator("#guided [name^=fact_]").count() == 0
    assert worker.page.locator("#guided .alert").count() == 0
    worker.page.fill("[name=message]", "Zieht um / déménage")
    worker.page.check("[name=agrees]")
    address = handing_over.send(worker)

    # Nobody was named, so the coordinates went to the contact person; with them nothing is lacking.
    assert facts(site, address) >= {"coordinates_sent"}
    assert "partner_contacted" not in facts(site, address)
    said = steps.what_is_next(worker, address)
    assert steps.phase_title(_PROCEDURE, "transfer", language) in said
    assert steps.asked_by(_PROCEDURE, "contact", "transfer_coordinated", language) not in said
    assert worker.word("Still missing") not in said

    # Who is not asked reads and answers nothing; who is asked sees whom to call, and reads the case once they accept.
    request = f"/handovers/requests/{request_number(site, address)}"
    for nobody in (steps.RAV_ADVISER, steps.OUTSIDER):
        steps.sees_nothing(visit(nobody, language), address, request)
    other = visit(_SIDES[receiver], language)
    steps.sees_nothing(other, address)
    handing_over.open_request(other, address)
    assert other.page.locator("main dl a[href^='tel:']").count() >= 1
    # A direct hand-over is taken or declined.
    assert other.page.locator("button[name=answer][value=later]").count() == 0
    handing_over.answer(other, address)

    assert lead(other, address) == full_name(site, _SIDES[receiver])  # the first institution stops
    duties = other.page.locator("main").inner_text()
    for duty in ("register_iv", "ask_iv", "register_smz", "ask_smz", "advisers"):
        assert item("parallel", duty, language) not in duties


@pytest.fixture
def register(site: Site, settings: Any) -> Site:
    settings.REGISTER_KEYS_FOLDER = site.keys
    registers.open_register(site, "RAV", "SMZ", "IV")
    return site


@pytest.mark.parametrize(
    ("language", "first", "second", "number"),
    [("de", "SMZ", "IV", 78800), ("fr", "SMZ", "IV", 78801), ("de", "IV", "SMZ", 78802), ("fr", "IV", "SMZ", 78803)],
)
def test_constellation_4_who_stops_sends_nothing_and_the_other_side_finds_whom_to_ask(
    visit: Callable[..., Visitor], register: Site, language: str, first: str, second: str, number: int
) -> None:
    person = number_of(number)
    worker, other = visit(_SIDES[first], language), visit(_SIDES[second], language)
    registers.enter(worker, person, since=steps.days_from_today(-90))
    handing_over.begin(worker, name=("Bregy", "Ivo"), ahv_number=person)
    handing_over.answer_questions(worker, second, "refers")
    address = handing_over.open_only(worker)
    before = messages(register)

    # One click on the page of the case, and nothing else.
    worker.open(address)
    worker.press("Stop without hand-over")
    worker.page.get_by_text(worker.word("The case is closed; nothing was sent.")).wait_for()
    registers.end(worker, person, last_day=steps.days_from_today(-1))

    assert messages(register) == before
    for table in ("handovers_handover", "consents_disclosure", "decisions_decision"):
        assert register.sql(f"SELECT count(*) FROM {table} WHERE dossier_id = %s", steps.case_id(address)) == [(0,)]
    steps.sees_nothing(other, address)

    # Who does not follow the person learns nothing; who does finds the former registration and whom to ask.
    registers.ask(other, person)
    assert other.word("Your institution has not entered this person yet") in registers.said(other)
    assert other.word("Followed formerly by") not in registers.said(other)
    registers.enter(other, person)
    assert other.word("Nobody else follows this person now.") in registers.said(other)
    former = other.page.locator(
        "section[aria-labelledby=others-title] tbody tr", has_text=steps.institution(other, first)
    )
    assert former.count() == 1
    assert other.word("Secretariat") in former.inner_text()
    assert (
        former.locator("a[href^='tel:']").count() >= 2
    )  # of the secretariat and of the contact person, if not the deputy's
    written = {link.get_attribute("href") for link in former.locator("a[href^='mailto:']").all()}
    assert written & {f"mailto:{address}" for address in contact_persons(register, first)}
    assert len(written) == 2


def facts(site: Site, address: str) -> set[object]:
    return {
        row[0] for row in site.sql("SELECT fact FROM leading_knownfact WHERE dossier_id = %s", steps.case_id(address))
    }


def request_number(site: Site, address: str) -> object:
    return site.sql("SELECT max(id) FROM decisions_decision WHERE dossier_id = %s", steps.case_id(address))[0][0]


def messages(site: Site) -> object:
    return site.sql("SELECT count(*) FROM inbox_message")[0][0]


def full_name(site: Site, email: str) -> str:
    statement = "SELECT first_name || ' ' || last_name FROM appointments_appointment WHERE email = %s"
    return str(site.sql(statement, email)[0][0])


def contact_persons(site: Site, code: str) -> list[object]:
    """Their addresses."""
    statement = (
        "SELECT a.email FROM appointments_contactperson c JOIN appointments_appointment a ON a.id = c.staff_id"
        " JOIN institutions_institution i ON i.id = c.institution_id WHERE i.code = %s"
    )
    return [email for (email,) in site.sql(statement, code)]
