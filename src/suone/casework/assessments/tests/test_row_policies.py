"""The database alone: who reads an assessment, section by section, and that what is finished stays as it is."""

from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from suone.casework.assessments.models import Assessment, Line, Score, SectionAnswers
from suone.casework.assessments.tests.factories import INTAKE, begin, decided, finished, save
from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import notify
from suone.ground.access.acting import acting_for_job
from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory, mask_of
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import WORK, Cast, line


def seen_by(staff: Appointment) -> tuple[int, int, int]:
    """Assessments, sections, lines of the calculation."""
    with acting_as(acting(staff)):
        return Assessment.objects.count(), SectionAnswers.objects.count(), Line.objects.count()


@kept
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


def score_of(staff: Appointment, this: Assessment) -> Score | None:
    """What the policy shows, and the application's filter with it."""
    with acting_as(acting(staff)):
        found = Score.objects.filter(pk=this.pk).first()
        assert Score.objects.readable_by(acting(staff)).filter(pk=this.pk).exists() is (found is not None)
    return found


def test_a_score_is_read_by_whoever_may_read_all_that_it_was_made_of(cast: Cast, intake: Assessment) -> None:
    """The database takes the mask from the answered sections; the family is closed to the adviser."""
    made_of = [DataCategory.ADMINISTRATIVE, DataCategory.EMPLOYMENT, DataCategory.FAMILY]
    assert Score.objects.get(pk=intake.pk).categories == mask_of(made_of)
    assert score_of(cast.worker, intake) == score_of(cast.coordinator, intake) == intake.score
    for staff in (cast.adviser, cast.stranger, cast.physician):
        assert score_of(staff, intake) is None


def test_several_grants_open_a_score_together(cast: Cast) -> None:
    """The institution reads work and administration, its officer the family in her own name."""
    scope = [
        line(cast.coordinator, ALL_BUT_HEALTH),
        line(cast.adviser, WORK),
        line(cast.adviser, mask_of([DataCategory.FAMILY]), named=True),
    ]
    case = notify(cast, scope=scope)
    this = finished(cast.worker, case, "short-assessment", INTAKE | {"circumstances": {"supported": "yes"}})

    assert score_of(cast.adviser, this) == this.score


def test_a_mask_of_ones_own_making_opens_no_score(cast: Cast, case: Case) -> None:
    """Whoever may not read a section keeps no score made of it either, whatever they say of its categories."""
    this = begin(cast.worker, case, "short-assessment")
    save(cast.worker, this, "circumstances", {"supported": "yes"})

    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(acting(cast.adviser)):
        Score.objects.create(
            dossier=case.dossier, assessment=this, categories=mask_of([DataCategory.EMPLOYMENT]), points=1, proposed="a"
        )


def test_the_clock_looks_at_every_case(intake: Assessment) -> None:
    with acting_as(acting_for_job("tests: count")):
        assert Assessment.objects.count() == 1


def test_a_finished_one_takes_no_answers_any_more(cast: Cast, intake: Assessment) -> None:
    row = SectionAnswers.objects.get(assessment=intake, section="work")

    with acting_as(acting(cast.worker)):
        assert SectionAnswers.objects.filter(pk=row.pk).update(answers={}) == 0
        assert SectionAnswers.objects.filter(pk=row.pk).delete()[0] == 0
        assert Assessment.objects.filter(pk=intake.pk)._raw_delete("default") == 0
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
        assert Assessment.objects.filter(pk=this.pk).update(again_on=None) == 0
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


def _refused(by: Appointment, rows: QuerySet[Any], **changes: Any) -> bool:
    try:
        with transaction.atomic(), acting_as(acting(by)):
            return rows.update(**changes) == 0
    except ProgrammingError:
        return True


def test_what_was_decided_stays_as_it_was_decided(cast: Cast, case: Case) -> None:
    this = decided(cast.worker, case)
    assessment, score = Assessment.objects.filter(pk=this.pk), Score.objects.filter(assessment=this)
    today = timezone.localdate()

    for somebody in (cast.worker, cast.coordinator):
        assert _refused(somebody, score, decided="other", reason="x")
        assert _refused(somebody, assessment, decided_by=cast.coordinator.pk)
        assert _refused(somebody, assessment, decided_on=None, decided_by=None)
        assert _refused(somebody, assessment, state="draft", finished_on=None, finished_by=None)
        assert not _refused(somebody, assessment, again_on=today)


def test_nobody_decides_but_the_lead_in_their_own_name(cast: Cast, case: Case) -> None:
    this = finished(cast.worker, case)
    assessment, score = Assessment.objects.filter(pk=this.pk), Score.objects.filter(assessment=this)
    deciding = {"decided_on": timezone.localdate()}

    assert _refused(cast.adviser, assessment, **deciding, decided_by=cast.adviser.pk)
    assert _refused(cast.coordinator, score, decided=this.score.proposed)
    assert not _refused(cast.coordinator, assessment, **deciding, decided_by=cast.coordinator.pk)
    assert _refused(cast.worker, score, decided=this.score.proposed)
    assert not _refused(cast.coordinator, score, decided=this.score.proposed)
