"""The pages: what is offered, the sections with their autosave, the result, the decision, the comparison, the files."""

from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from suone.canton.instruments.rules import format_number
from suone.canton.procedures.facts import Fact
from suone.casework.assessments.models import Assessment, SectionAnswers
from suone.casework.assessments.services import decide_assessment
from suone.casework.assessments.tests.factories import INTAKE, TO_STABILISE, begin, decided, due_on, finished, save
from suone.casework.cases.models import Case
from suone.casework.leading.services import record_fact
from suone.casework.leading.tests.factories import do
from suone.ground.audit.models import Entry
from suone.organisation.appointments.tests.factories import client_of
from suone.records.consents.tests.factories import Cast


@pytest.fixture
def worker(cast: Cast) -> Client:
    return client_of(cast.worker)


def address(case: Case, rest: str = "") -> str:
    return f"/dossiers/{case.pk}/assessments/{rest}"


def text_of(client: Client, at: str) -> str:
    response = client.get(at)
    assert response.status_code == 200, at
    return str(response.content.decode())


def test_what_the_phase_foresees_comes_first_and_the_triage_is_not_among_it(case: Case, worker: Client) -> None:
    page = text_of(worker, address(case))

    assert page.index("Short assessment") < page.index("Other instruments") < page.index("Severity index")
    assert "level-triage" not in page


def test_the_case_says_what_is_missing_and_where_to_assess(case: Case, worker: Client) -> None:
    page = text_of(worker, f"/dossiers/{case.pk}/")

    assert "The short assessment is missing: make it at intake." in page
    assert address(case) in page


def test_from_beginning_to_result(cast: Cast, case: Case, worker: Client) -> None:
    started = worker.post(address(case, "start/segmentation"))
    this = Assessment.objects.get()
    assert started.headers["Location"] == address(case, str(this.pk))
    assert "to be answered" in text_of(worker, address(case, str(this.pk)))
    for section, answers in TO_STABILISE.items():
        page = text_of(worker, address(case, f"{this.pk}/sections/{section}"))
        assert 'name="version" value="0"' in page
        typed = {f"item_{item}": answer for item, answer in answers.items()} | {"version": 0}
        assert worker.post(address(case, f"{this.pk}/sections/{section}"), typed).status_code == 302
    worker.post(address(case, f"{this.pk}/finish"))

    page = text_of(worker, address(case, str(this.pk)))
    assert "S: stabilise" in page
    assert "even with measures no realistic chance in the medium and longer term" in page
    assert "no labour-market measures and no placement efforts" in page
    assert "Not decided yet: the proposal decides nothing." in page
    assert "Regierungsratsbeschluss Solothurn Nr. 2023/579" in page
    assert "<dt>Conclusions</dt><dd>Ziff. 2.1 Nr. 2</dd>" in page
    assert "<dt>Rules</dt><dd>default of this product</dd>" in page
    assert Entry.objects.filter(act="assessment.read").exists()


def test_autosave_keeps_what_can_be_read_and_says_where_to_go_on(case: Case, cast: Cast, worker: Client) -> None:
    this = begin(cast.worker, case, "practice-assessment")
    at = address(case, f"{this.pk}/sections/performance/keep")

    first = worker.post(at, {"version": 0, "item_pace": "3", "item_presence": "9999"})
    second = worker.post(at, {"version": first.json()["version"], "item_pace": "4"})
    late = worker.post(at, {"version": 1, "item_pace": "2"})

    assert (first.status_code, second.json()["version"], late.status_code) == (200, 2, 409)
    assert first.json()["page"] == address(case, f"{this.pk}/sections/performance")
    assert SectionAnswers.objects.get(assessment=this).answers == {"pace": "4"}


def test_a_number_beyond_its_bounds_is_reported_and_nothing_is_stored(case: Case, cast: Cast, worker: Client) -> None:
    this = begin(cast.worker, case, "practice-assessment")

    answer = worker.post(address(case, f"{this.pk}/sections/performance"), {"version": 0, "item_presence": "101"})

    assert answer.status_code == 422
    assert not SectionAnswers.objects.exists()


def test_a_conflict_shows_both_answers(case: Case, cast: Cast, worker: Client) -> None:
    this = begin(cast.worker, case, "segmentation")
    save(cast.coordinator, this, "prospects", {"chances": "good"})

    answer = worker.post(address(case, f"{this.pk}/sections/prospects"), {"version": 0, "item_chances": "none"})

    assert answer.status_code == 409
    assert "good: a job can be expected within six months" in answer.content.decode()
    assert "none in the medium and longer term" in answer.content.decode()


def test_a_section_that_is_closed_does_not_exist_and_is_named_as_such(case: Case, cast: Cast) -> None:
    adviser = client_of(cast.adviser)
    this = begin(cast.worker, case, "short-assessment")

    assert "closed to you" in text_of(adviser, address(case, str(this.pk)))
    assert adviser.get(address(case, f"{this.pk}/sections/finances")).status_code == 404


def test_a_result_made_of_closed_categories_shows_no_number_and_no_band(case: Case, cast: Cast) -> None:
    """They see that there is one, and the lines that are open to them: on pages, over time, and in files."""
    answers = INTAKE | {"circumstances": {"supported": "yes", "housing_secure": "no"}}
    first = finished(cast.worker, case, "short-assessment", answers)
    instrument, score = first.version.instrument, first.score
    other = next(band.code for band in instrument.bands if band.code != score.proposed)
    do(cast.worker, decide_assessment, assessment=first, band=other, reason="Words of a reason")
    again = finished(cast.worker, case, "short-assessment", answers)
    secrets = [instrument.band(code).title["en"] for code in (score.proposed, other)]
    secrets += ["Words of a reason", f"{format_number(score.points, 'en')} of {format_number(instrument.most, 'en')}"]
    paths = [
        f"/dossiers/{case.pk}/",
        *(address(case, rest) for rest in ("", f"{first.pk}", f"{again.pk}", "compare/short-assessment", "export/csv")),
    ]

    whole, partial = ([text_of(client_of(who), path) for path in paths] for who in (cast.worker, cast.adviser))

    assert [secret for secret in secrets if not any(secret in page for page in whole)] == []
    for path, page in zip(paths, partial, strict=True):
        assert "a result that you may not see" in page, path
        assert [secret for secret in secrets if secret in page] == [], path
    assert "This section is closed to you." in partial[2]
    assert "A way back to work" in partial[2]


def test_deciding_otherwise_without_a_reason_is_refused_on_the_form(case: Case, cast: Cast, worker: Client) -> None:
    this = finished(cast.worker, case)
    at = address(case, f"{this.pk}/decide")
    assert "The proposal decides nothing: you decide." in text_of(worker, at)

    refused = worker.post(at, {"band": "S", "reason": ""})
    taken = worker.post(at, {"band": "S", "reason": "A long stay in hospital"})

    assert refused.status_code == 422
    assert "give a reason" in refused.content.decode()
    assert taken.status_code == 302
    assert "A long stay in hospital" in text_of(worker, address(case, str(this.pk)))


def test_whoever_decides_on_s_is_warned_of_labour_market_measures_under_way(
    case: Case, cast: Cast, worker: Client
) -> None:
    this = finished(cast.worker, case, answers=TO_STABILISE)
    do(cast.worker, record_fact, case=case, fact=Fact.LABOUR_MEASURES, value=True)

    assert "the segment S excludes them" in text_of(worker, address(case, f"{this.pk}/decide"))
    other = finished(cast.worker, case, "life-situations", {"work": {"without_job": "yes"}})
    assert "the segment S excludes them" not in text_of(worker, address(case, f"{other.pk}/decide"))


def test_results_over_time_have_a_chart_with_words_and_a_table(case: Case, cast: Cast, worker: Client) -> None:
    decided(cast.worker, case)
    decided(cast.worker, case, answers=TO_STABILISE)

    page = text_of(worker, address(case, "compare/segmentation"))

    assert page.count("<circle") == 2
    assert 'role="img" aria-labelledby="chart-title chart-summary"' in page
    assert page.count("S: stabilise") >= 3
    assert worker.get(address(case, "compare/outcome")).status_code == 404


def test_the_export_holds_every_answer_and_no_formula(case: Case, cast: Cast, worker: Client) -> None:
    intake = {"need": INTAKE["need"] | {"need": "=HYPERLINK(1)"}, "work": INTAKE["work"]}
    finished(cast.worker, case, "short-assessment", intake)
    decided(cast.worker, case, "O", "She wants to think")

    csv = worker.get(address(case, "export/csv")).content.decode("utf-8-sig")
    sheet = CalamineWorkbook.from_filelike(BytesIO(worker.get(address(case, "export/xlsx")).content))
    rows = sheet.get_sheet_by_index(0).to_python()

    assert "'=HYPERLINK(1)" in csv
    assert "She wants to think" in csv
    assert "Conclusions;Ziff. 2.1 Nr. 2" in csv
    assert "Rules;default of this product" in csv
    assert len(rows) == len(csv.splitlines())
    assert [row[7] for row in rows if row[6] == "Decided"] == ["O: orient"]
    assert worker.get(address(case, "export/pdf")).status_code == 404
    assert Entry.objects.filter(act="assessment.exported").count() == 2


def test_an_export_leaves_out_what_is_closed(case: Case, cast: Cast) -> None:
    finished(cast.worker, case, "short-assessment", INTAKE | {"circumstances": {"supported": "yes"}})

    csv = client_of(cast.adviser).get(address(case, "export/csv")).content.decode()

    assert "4 of 5" in csv
    assert "Family" not in csv


def test_the_overdue_list_names_the_case_and_leads_to_it(case: Case, cast: Cast, worker: Client) -> None:
    assert "Nothing is overdue." in text_of(worker, "/assessments/overdue")
    due_on(decided(cast.worker, case), timezone.localdate())
    Assessment.objects.update(again_on=timezone.localdate().replace(year=timezone.localdate().year - 1))

    page = text_of(worker, "/assessments/overdue")

    assert case.dossier.number in page
    assert "V: change" in page


def test_a_draft_is_deleted_and_a_stranger_finds_nothing(case: Case, cast: Cast, worker: Client) -> None:
    this = begin(cast.worker, case, "segmentation")
    assert client_of(cast.stranger).get(address(case, str(this.pk))).status_code == 404

    worker.post(address(case, f"{this.pk}/drop"))

    assert not Assessment.objects.exists()
