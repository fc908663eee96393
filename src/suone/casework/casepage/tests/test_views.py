"""The course of a case on its pages: what is missing, what can be stated, where it may go, moving over, informing all."""

import re

import pytest

from suone.canton.instruments.loading import instrument, shipped_instruments
from suone.canton.procedures.facts import Fact, Source, word
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.tests.factories import changed, published
from suone.casework.casepage.known import CORRECTED_AT
from suone.casework.casepage.services import inform_everyone
from suone.casework.cases import services
from suone.casework.cases.models import Case, Note
from suone.casework.cases.queries import background_notes
from suone.casework.cases.rules import NoteKind
from suone.casework.leading import services as leading
from suone.casework.leading.models import Course, KnownFact
from suone.casework.leading.tests.factories import do, notify
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.tests.factories import acting, client_of
from suone.records.consents.tests.factories import Cast, line
from suone.records.dossiers.models import Event
from suone.records.inbox.models import Message


@kept
def version() -> ProcedureVersion:
    return published("vs-complex")


@kept
def supported(cast: Cast, version: ProcedureVersion) -> Case:
    """In the phase of services, under the Valais procedure."""
    case = notify(cast, procedure=version)
    do(cast.coordinator, leading.triage_case, case=case, answers={}, level="complex", reason="seen together")
    return case


def test_the_case_says_its_phase_and_what_is_missing(cast: Cast, supported: Case) -> None:
    page = client_of(cast.coordinator).get(f"/dossiers/{supported.pk}/").content.decode()

    assert "Services" in page
    assert "No service has been ordered yet" in page
    assert f"/dossiers/{supported.pk}/course" in page


def test_the_case_begins_with_its_question_and_the_phases_with_its_place(cast: Cast, supported: Case) -> None:
    page = client_of(cast.coordinator).get(f"/dossiers/{supported.pk}/").content.decode()
    beginning = page[page.index('class="about"') : page.index('id="next-title"')]

    assert [title.strip() for title in re.findall(r"<li[^>]*>([^<]+)<", beginning)] == [
        phase.title["en"] for phase in supported.dossier.course.procedure.phases
    ]
    assert re.findall(r'<li aria-current="step">([^<]+)<', beginning) == ["Services"]
    who = acting(cast.coordinator)
    with acting_as(who):
        noted = background_notes(who, supported.pk)
    assert noted.question in beginning
    assert all(label in beginning for label in noted.risk_labels)


def test_the_timeline_shows_what_people_wrote_and_folds_what_was_done(cast: Cast, supported: Case) -> None:
    note = {"dossier": supported.dossier, "category": DataCategory.EMPLOYMENT, "kind": NoteKind.NOTE}
    do(cast.worker, services.write_note, text="He wants to work outdoors.", **note)
    client = client_of(cast.coordinator)

    def timeline(question: str = "") -> str:
        page = client.get(f"/dossiers/{supported.pk}/{question}").content.decode()
        return page[page.index('<ul class="timeline">') : page.index('id="people-title"')]

    shown = timeline()
    folded = re.findall(r"<details>(.*?)</details>", shown, re.DOTALL)
    assert any("Consent signed" in run for run in folded)
    assert all("He wants to work outdoors." not in run for run in folded)
    assert "He wants to work outdoors." in shown
    assert [int(count) for count in re.findall(r"(\d+) entries", shown)] == [run.count("<li>") for run in folded]
    assert "<details>" not in timeline("?kind=course")


def test_the_course_shows_the_drawing_with_the_place_of_the_case(cast: Cast, supported: Case) -> None:
    page = client_of(cast.coordinator).get(f"/dossiers/{supported.pk}/course").content.decode()

    assert '<g class="phase here">' in page
    assert '<g class="phase past">' in page
    assert "the case is here" in page
    assert "not yet" in page


def test_a_stated_fact_is_stored_logged_and_shown(cast: Cast, supported: Case) -> None:
    client = client_of(cast.worker)

    answer = client.post(
        f"/dossiers/{supported.pk}/course/facts/health_attested", {"value": "yes", "remark": "certificate seen"}
    )

    assert answer.status_code == 302
    assert KnownFact.objects.get(dossier_id=supported.pk, fact="health_attested").value is True
    assert Entry.objects.filter(dossier_id=supported.pk, act="procedure.fact_known").count() == 1
    page = client.get(f"/dossiers/{supported.pk}/course").content.decode()
    assert "certificate seen" in page
    line_told = Event.objects.get(dossier_id=supported.pk, act="procedure.fact_known")
    assert line_told.text_language == ""
    assert line_told.texts["fr"].endswith("oui")
    assert line_told.texts["de"].endswith("ja")


def _stated(cast: Cast, case: Case) -> KnownFact:
    said = {"fact": Fact.PERSON_ASKED, "value": True, "remark": "by telephone"}
    do(cast.coordinator, leading.record_fact, case=case, **said)
    return KnownFact.objects.get(dossier_id=case.pk, fact=Fact.PERSON_ASKED)


def test_a_fact_is_corrected_from_the_course_and_the_trace_is_shown_there(cast: Cast, supported: Case) -> None:
    client, known = client_of(cast.coordinator), _stated(cast, supported)
    course = f"/dossiers/{supported.pk}/course"
    assert f"{course}/facts/{known.pk}/correct" in client.get(course).content.decode()

    empty = client.post(f"{course}/facts/{known.pk}/correct", {"value": "no", "remark": ""})
    answer = client.post(f"{course}/facts/{known.pk}/correct", {"value": "no", "remark": "I misheard"})

    assert (empty.status_code, answer.status_code) == (422, 302)
    page = client.get(course).content.decode()
    assert "<s>The person was asked who else supports them: yes</s> → no" in page
    assert "I misheard" in page
    assert "that step stays taken" not in page


def test_what_a_step_was_taken_on_is_taken_back_and_the_course_says_that_the_step_stays(
    cast: Cast, supported: Case
) -> None:
    client, known = client_of(cast.coordinator), _stated(cast, supported)
    version = Course.objects.get(pk=supported.pk).version
    onwards = {"version": version, "phase": "implementation", "reason": "after all"}
    do(cast.coordinator, leading.move_case_over, case=supported, **onwards)

    do(cast.coordinator, leading.take_back_fact, known=known, reason="it was another person")

    assert "that step stays taken" in client.get(f"/dossiers/{supported.pk}/course").content.decode()
    assert Course.objects.get(pk=supported.pk).phase == "implementation"


def test_a_correction_sent_after_another_one_is_a_conflict_that_shows_both(cast: Cast, supported: Case) -> None:
    client, known = client_of(cast.coordinator), _stated(cast, supported)
    do(cast.coordinator, leading.take_back_fact, known=known, reason="it was another person")

    answer = client.post(
        f"/dossiers/{supported.pk}/course/facts/{known.pk}/correct", {"value": "no", "remark": "I misheard"}
    )

    assert answer.status_code == 409
    assert "taken back" in answer.content.decode()


def test_the_course_says_where_what_an_act_reported_is_corrected(cast: Cast, supported: Case) -> None:
    by = cast.coordinator
    known = KnownFact.objects.create(
        dossier=supported.dossier, fact=Fact.PERSON_ATTENDED, value=True, staff=by, institution=by.institution
    )
    course = f"/dossiers/{supported.pk}/course"

    page = client_of(cast.coordinator).get(course).content.decode()

    assert "Corrected with the meeting and its minutes" in page
    assert f"facts/{known.pk}/" not in page


def test_no_other_institution_is_offered_to_correct_or_does(cast: Cast, version: ProcedureVersion) -> None:
    case = notify(cast, line(cast.adviser), procedure=version)
    known = _stated(cast, case)
    client, course = client_of(cast.adviser), f"/dossiers/{case.pk}/course"

    page = client.get(course).content.decode()
    answer = client.post(f"{course}/facts/{known.pk}/correct", {"value": "no", "remark": "I misheard"})

    assert "The person was asked who else supports them: yes" in page
    assert f"facts/{known.pk}/" not in page
    assert answer.status_code == 422
    assert client_of(cast.stranger).get(f"{course}/facts/{known.pk}/correct").status_code == 404
    assert not KnownFact.objects.filter(replaces=known).exists()


def test_every_fact_that_an_act_reports_says_where_it_is_corrected() -> None:
    reported = {fact for fact in Fact if word(fact).source is Source.RECORDED}
    of_assessments = {fact for shipped in shipped_instruments() for fact in instrument(shipped).established_facts()}

    assert reported - CORRECTED_AT.keys() <= of_assessments


@pytest.mark.parametrize("fact", ["plan_binding_on", "no_such_word"])
def test_a_fact_that_an_act_records_cannot_be_stated(cast: Cast, supported: Case, fact: str) -> None:
    assert client_of(cast.worker).get(f"/dossiers/{supported.pk}/course/facts/{fact}").status_code == 404


def test_a_step_that_lacks_something_is_refused_and_the_case_stays(cast: Cast, supported: Case) -> None:
    client = client_of(cast.coordinator)

    answer = client.post(f"/dossiers/{supported.pk}/course/advance/implementation", {"reason": ""})

    assert answer.status_code == 422
    assert "not signed by all" in answer.content.decode()
    assert Course.objects.get(pk=supported.pk).phase == "support"


def test_an_end_is_no_step_but_an_act_of_its_own(cast: Cast, supported: Case) -> None:
    assert client_of(cast.coordinator).get(f"/dossiers/{supported.pk}/course/advance/closed").status_code == 404


def test_moving_over_shows_the_difference_first(cast: Cast, supported: Case) -> None:
    newer = changed("vs-complex", "2027.1", ("number = 2", "number = 3"))
    client = client_of(cast.coordinator)

    chosen = client.post(f"/dossiers/{supported.pk}/course/over", {"version": newer.pk})
    page = client.get(chosen["Location"]).content.decode()
    answer = client.post(chosen["Location"], {"phase": "support", "reason": "new rules"})

    assert "support/partners" in page
    assert answer.status_code == 302
    assert Course.objects.get(pk=supported.pk).version == newer


def test_informing_everybody_reaches_those_who_may_read_and_names_the_others(cast: Cast, supported: Case) -> None:
    reach = do(
        cast.worker, inform_everyone, dossier=supported.dossier, text="She begins on Monday.",
        category=DataCategory.EMPLOYMENT,
    )  # fmt: skip

    assert cast.coordinator in reach.reached
    assert Note.objects.get(dossier_id=supported.pk).text == "She begins on Monday."
    assert Message.objects.filter(staff=cast.coordinator, act="course.informed").count() == 1
    entry = Entry.objects.get(dossier_id=supported.pk, act="course.informed")
    assert entry.recipients == [cast.coordinator.institution_id]


def test_a_partner_without_the_category_is_named_as_not_reached(cast: Cast, version: ProcedureVersion) -> None:
    case = notify(cast, line(cast.adviser, DataCategory.ADMINISTRATIVE.bit), procedure=version)
    do(cast.coordinator, leading.triage_case, case=case, answers={}, level="complex", reason="seen together")
    decision = do(
        cast.coordinator, services.ask_to_take_part, case=case, institution=cast.adviser.institution,
        due_on=case.state_since, question="",
    )  # fmt: skip
    do(cast.adviser, services.answer_participation, decision=decision, accept=True)

    reach = do(
        cast.worker, inform_everyone, dossier=case.dossier, text="Works on Mondays.", category=DataCategory.EMPLOYMENT
    )

    assert cast.adviser in reach.not_reached
    assert not Message.objects.filter(staff=cast.adviser, act="course.informed").exists()


def test_what_lies_in_a_category_that_is_closed_is_called_closed_and_not_lacking(cast: Cast) -> None:
    case = notify(cast, line(cast.adviser, DataCategory.IDENTITY.bit | DataCategory.EDUCATION.bit), question="Debts?")
    partner, worker = client_of(cast.adviser), client_of(cast.worker)

    page = partner.get(f"/dossiers/{case.pk}/").content.decode()
    consents = partner.get(f"/dossiers/{case.pk}/consents/").content.decode()
    access = partner.get(f"/dossiers/{case.pk}/access").content.decode()

    assert "Debts?" not in page
    assert page.count("closed to you") == 1
    assert "as far as open to you" in page
    assert "closed to you" in consents
    assert f"/dossiers/{case.pk}/documents/" not in consents
    assert "Open to you here: Identity and contact, Education." in access
    assert "does not appear on your pages" in access
    assert "closed to you" not in worker.get(f"/dossiers/{case.pk}/").content.decode()
    assert f"/dossiers/{case.pk}/documents/" in worker.get(f"/dossiers/{case.pk}/consents/").content.decode()


def test_my_lead_lists_phase_deadline_and_consent(cast: Cast, supported: Case) -> None:
    page = client_of(cast.coordinator).get("/cases/mine").content.decode()

    assert supported.dossier.number in page
    assert "Services" in page


def test_each_procedure_has_its_page(cast: Cast, version: ProcedureVersion) -> None:
    page = client_of(cast.worker).get(f"/procedures/{version.pk}").content.decode()

    assert "IIZ Wallis" in page
    assert "Triage the notification" in page
    assert "within 5 working days" in page
    assert "<svg" in page


def test_the_page_of_a_procedure_says_who_convenes_which_meeting_and_where_that_is_said(
    cast: Cast, version: ProcedureVersion
) -> None:
    page = " ".join(client_of(cast.worker).get(f"/procedures/{version.pk}").content.decode().split())

    assert '<li>Round table <span class="muted">– Regional coordinator</span> <span class="muted">(default of' in page
