"""The plan and the booklet on paper: in four languages, with what the printing person may read and nothing else."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pypdf import PdfReader

from suone.casework.cases.models import Case
from suone.casework.cases.queries import readable_case
from suone.casework.leading.tests.factories import do
from suone.casework.plans import printing, services
from suone.casework.plans.models import Plan
from suone.casework.plans.printing import booklet_pdf, plan_pdf
from suone.casework.plans.queries import readable_plan, sheet_of
from suone.casework.plans.rules import EntryKind, Kind, MeasureState, State
from suone.casework.plans.services import MeasureTerms
from suone.casework.plans.tests.factories import GOAL, HEALTH, MEASURE, again, all_sign, measure_of, put_up, sign, write
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast
from suone.records.documents.typeset import LANGUAGES

COMMITMENT = "Comes to every meeting"
FILES = sorted((Path(printing.__file__).parent / "templates").glob("*.toml"))


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.DOCUMENTS_FOLDER = tmp_path


@kept
def plan(cast: Cast, plan: Plan) -> Plan:
    """With a commitment, a difficulty in the category of health, and a measure in the hands of the adviser."""
    write(cast.worker, plan, COMMITMENT, EntryKind.COMMITMENT)
    write(cast.worker, plan, HEALTH, EntryKind.DIFFICULTY, DataCategory.HEALTH)
    terms = MeasureTerms(
        "Work training",
        cast.adviser.institution,
        staff=cast.adviser,
        payer=cast.worker.institution,
        from_on=timezone.localdate() + timedelta(days=3),
        until_on=timezone.localdate() + timedelta(days=60),
    )
    do(cast.worker, services.add_measure, plan=plan, terms=terms)
    do(cast.worker, services.set_review, plan=plan, review_on=timezone.localdate() + timedelta(days=90), version=1)
    return again(plan)


def squeezed(text: str) -> str:
    return "".join(text.split()).replace("-", "").replace("\u00ad", "")


def read(by: Appointment, plan: Plan, language: str, *, booklet: bool = False) -> PdfReader:
    who = acting(by)
    with acting_as(who):
        sheet = sheet_of(who, readable_plan(who, plan.dossier_id, plan.pk))
        if booklet:
            data = booklet_pdf(who, sheet, readable_case(who, plan.dossier_id), language=language)
        else:
            data = plan_pdf(who, sheet, language=language)
    return PdfReader(BytesIO(data))


def printed(by: Appointment, plan: Plan, language: str = "en", *, booklet: bool = False) -> str:
    return squeezed("".join(page.extract_text() for page in read(by, plan, language, booklet=booklet).pages))


def keys(texts: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a language by its place in the file, with the places that are filled in."""
    for key, value in texts.items():
        if isinstance(value, dict):
            yield from keys(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", str(len(value)) if isinstance(value, list) else ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_language_has_the_same_texts(file: Path) -> None:
    content = tomllib.loads(file.read_text())

    german = dict(keys(content["de"]))
    for language in LANGUAGES:
        assert dict(keys(content[language])) == german, language
    assert "ß" not in str(content["de"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_cover_every_kind_state_and_section(language: str) -> None:
    words = printing._words("plan", language)

    assert set(words["kinds"]) == set(Kind.values)
    assert set(words["states"]) == set(State.values)
    assert set(words["measure_states"]) == set(MeasureState.values)
    assert set(words["signed"]) == {"screen", "scan", "paper"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_says_in_every_language_what_is_agreed(cast: Cast, plan: Plan, language: str) -> None:
    text = printed(cast.worker, plan, language)
    words = printing._words("plan", language)

    for part in (
        words["kinds"]["integration_plan"],
        words["states"]["draft"],
        words["goals"],
        words["declaration"],
        words["no_signatures"],
        GOAL,
        MEASURE,
        COMMITMENT,
        "Work training",
        cast.adviser.full_name,
        "Peter Muster",
        f"{timezone.localdate() + timedelta(days=60):%d.%m.%Y}",
    ):
        assert squeezed(part) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_booklet_says_in_every_language_what_comes_next_and_who_helps(
    cast: Cast, plan: Plan, language: str
) -> None:
    text = printed(cast.worker, plan, language, booklet=True)
    words = printing._words("booklet", language)

    for part in (
        words["title"],
        words["not_binding"],
        words["steps"],
        words["people_intro"],
        *words["change_points"],
        words["review"].format(day=f"{timezone.localdate() + timedelta(days=90):%d.%m.%Y}"),
        GOAL,
        MEASURE,
        COMMITMENT,
        cast.adviser.full_name,
        cast.adviser.phone,
        cast.coordinator.full_name,
        cast.adviser.institution.name_fr if language == "fr" else cast.adviser.institution.name_de,
    ):
        assert squeezed(part) in text


@pytest.mark.parametrize("booklet", [False, True])
def test_health_is_printed_for_the_medical_officer_alone(cast: Cast, plan: Plan, booklet: bool) -> None:
    write(cast.worker, plan, f"{HEALTH} heals", EntryKind.GOAL, DataCategory.HEALTH)

    for by in (cast.worker, cast.adviser):
        assert squeezed(HEALTH) not in printed(by, plan, booklet=booklet)
    assert squeezed(f"{HEALTH} heals") in printed(cast.physician, plan, booklet=booklet)


def test_whoever_may_not_read_identity_prints_no_name(cast: Cast, case: Case, plan: Plan) -> None:
    from suone.records.dossiers.models import Grant

    for grant in Grant.objects.filter(institution=cast.adviser.institution):
        Grant.objects.filter(pk=grant.pk).update(categories=grant.categories & ~DataCategory.IDENTITY.bit)

    assert "Muster" not in printed(cast.adviser, plan)
    assert "Muster" not in printed(cast.adviser, plan, booklet=True)
    assert squeezed(GOAL) in printed(cast.adviser, plan)


def test_the_signatures_are_on_the_plan_and_a_line_waits_for_the_others(cast: Cast, plan: Plan) -> None:
    plan = put_up(cast, plan)
    sign(cast.adviser, plan)

    text = printed(cast.worker, plan)

    assert squeezed(f"Signed in the system on {timezone.localdate():%d.%m.%Y}.") in text
    assert text.count(squeezed("Place, date")) == 2
    assert squeezed("The person") in text


def test_a_binding_plan_says_since_when_and_its_booklet_does_not_say_not_yet(cast: Cast, plan: Plan) -> None:
    plan = all_sign(cast, plan)

    assert squeezed(f"Binding since {timezone.localdate():%d.%m.%Y}") in printed(cast.worker, plan)
    assert squeezed("does not hold yet") not in printed(cast.worker, plan, booklet=True)


def test_what_is_done_is_no_step_any_more(cast: Cast, plan: Plan) -> None:
    plan = all_sign(cast, plan)
    do(
        cast.worker,
        services.record_progress,
        measure=measure_of(plan),
        state=MeasureState.DONE,
        result="",
        version=1,
    )

    text = printed(cast.worker, plan, booklet=True)

    assert text.index(squeezed(MEASURE)) > text.index(squeezed("This is done"))


@pytest.mark.parametrize("booklet", [False, True])
def test_the_files_properties_name_nobody_and_pages_are_tagged(cast: Cast, plan: Plan, booklet: bool) -> None:
    pdf = read(cast.worker, plan, "fr", booklet=booklet)

    assert pdf.metadata is not None
    assert "Muster" not in str(pdf.metadata)
    assert plan.dossier.number in str(pdf.metadata.title)
    assert "/MarkInfo" in pdf.trailer["/Root"]
