"""The database alone: who reads an assessment, section by section, and that what is finished stays as it is."""

import pytest
from django.db import ProgrammingError, transaction

from suone.access.acting import acting_for_job
from suone.access.categories import DataCategory
from suone.access.database import acting_as
from suone.appointments.models import Appointment
from suone.appointments.tests.factories import acting
from suone.assessments.models import Assessment, Line, SectionAnswers
from suone.assessments.tests.factories import INTAKE, begin, finished, save
from suone.cases.models import Case
from suone.consents.tests.factories import Cast


def seen_by(staff: Appointment) -> tuple[int, int, int]:
    """Assessments, sections, lines of the calculation."""
    with acting_as(acting(staff)):
        return Assessment.objects.count(), SectionAnswers.objects.count(), Line.objects.count()


@pytest.fixture
def intake(cast: Cast, case: Case) -> Assessment:
    """Three sections: administration, work, family."""
    answers = INTAKE | {"circumstances": {"supported": "yes"}}
    return finished(cast.worker, case, "short-assessment", answers)


def test_each_reads_the_sections_and_lines_of_the_categories_that_are_open_to_them(
    cast: Cast, intake: Assessment
) -> None:
    assert seen_by(cast.worker) == (1, 3, 5)
    assert seen_by(cast.adviser) == (1, 2, 4)  # not the family
    assert seen_by(cast.stranger) == seen_by(cast.physician) == (0, 0, 0)


def test_the_clock_looks_at_every_case(intake: Assessment) -> None:
    with acting_as(acting_for_job("tests: count")):
        assert Assessment.objects.count() == 1


def test_a_finished_one_takes_no_answers_any_more(cast: Cast, intake: Assessment) -> None:
    row = SectionAnswers.objects.get(assessment=intake, section="work")

    with acting_as(acting(cast.worker)):
        assert SectionAnswers.objects.filter(pk=row.pk).update(answers={}) == 0
        assert SectionAnswers.objects.filter(pk=row.pk).delete()[0] == 0
        assert Assessment.objects.filter(pk=intake.pk).delete()[0] == 0
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(acting(cast.worker)):
        Line.objects.create(
            dossier_id=intake.dossier_id,
            assessment=intake,
            item="added",
            category=DataCategory.ADMINISTRATIVE,
            answer="yes",
            points=9,
        )


def test_a_stranger_keeps_none_and_changes_none(cast: Cast, case: Case) -> None:
    this = begin(cast.worker, case, "segmentation")
    save(cast.worker, this, "prospects", {"chances": "good"})

    with acting_as(acting(cast.stranger)):
        assert Assessment.objects.filter(pk=this.pk).update(reason="mine") == 0
        assert SectionAnswers.objects.filter(assessment=this).delete()[0] == 0
    for model, fields in (
        (Assessment, {"instrument": "outcome", "version": this.version, "number": 1, "started_by": cast.stranger}),
        (SectionAnswers, {"assessment": this, "section": "support", "language": "de", "saved_by": cast.stranger}),
    ):
        fields |= {"institution": cast.stranger.institution} if model is Assessment else {}
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
            acting_as(acting(cast.stranger)),
        ):
            model.objects.create(dossier=case.dossier, category=DataCategory.ADMINISTRATIVE, **fields)


def test_who_may_read_work_alone_writes_no_section_about_money(cast: Cast, case: Case) -> None:
    this = begin(cast.worker, case, "short-assessment")

    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(acting(cast.adviser)):
        SectionAnswers.objects.create(
            dossier=case.dossier,
            assessment=this,
            section="finances",
            category=DataCategory.FINANCES,
            language="de",
            saved_by=cast.adviser,
        )
