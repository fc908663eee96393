"""An instrument in a case: begun, saved section by section, finished, decided, made again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from suone.canton.instruments.loading import FOLDER
from suone.canton.instruments.models import InstrumentVersion
from suone.canton.instruments.rules import evaluate
from suone.canton.instruments.services import publish
from suone.casework.assessments import services
from suone.casework.assessments.models import Assessment, Line, Score, SectionAnswers
from suone.casework.assessments.queries import overdue_reassessments
from suone.casework.assessments.services import ask_for_later_outcomes, ask_for_reassessments
from suone.casework.assessments.tests.factories import (
    INTAKE,
    TO_CHANGE,
    TO_STABILISE,
    again,
    begin,
    decided,
    due_on,
    finished,
    save,
)
from suone.casework.cases.models import Case
from suone.casework.cases.rules import ClosingReason, Outcome
from suone.casework.leading.models import Course
from suone.casework.leading.queries import known_facts
from suone.casework.leading.services import close_case
from suone.casework.leading.tests.factories import activate, do
from suone.ground.access.acting import acting_for_job
from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import Entry
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast, line
from suone.records.dossiers.models import Event
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem


def phase_of(case: Case) -> str:
    return Course.objects.get(pk=case.pk).phase


def open_items(case: Case, **which: object) -> list[WorkItem]:
    return list(WorkItem.objects.filter(dossier_id=case.pk, state=ItemState.OPEN, **which))


def by_the_clock(act: object) -> int:
    job = acting_for_job("tests: what is due again")
    with acting_as(job):
        return act(job)  # type: ignore[operator,no-any-return]


# Beginning and saving


def test_what_the_case_knows_is_filled_in_and_what_was_answered_before_too(cast: Cast) -> None:
    case = activate(cast, scope=[line(cast.coordinator, ALL_BUT_HEALTH)], risk_factors=["health", "finances"])
    first = begin(cast.coordinator, case, "severity-index")
    known = SectionAnswers.objects.get(assessment=first).answers
    assert (known["health"], known["finances"], known["housing"]) == ("yes", "yes", "no")
    save(cast.coordinator, first, "work", {"last_work": "longer"})
    do(cast.coordinator, services.finish_assessment, assessment=first)

    second = begin(cast.coordinator, case, "severity-index")

    assert (second.number, second.instrument) == (2, "severity-index")
    assert SectionAnswers.objects.get(assessment=second, section="work").answers == {"last_work": "longer"}


def test_a_begun_one_is_gone_on_with(cast: Cast, case: Case) -> None:
    assert begin(cast.worker, case, "segmentation") == begin(cast.coordinator, case, "segmentation")
    assert Entry.objects.filter(act="assessment.started").count() == 1


def test_an_instrument_that_asks_nothing_new_is_finished_at_once(cast: Cast) -> None:
    case = activate(cast, first_contact_on=timezone.localdate() - timedelta(days=400))

    this = begin(cast.coordinator, case, "early-detection")

    assert (this.state, this.score.proposed) == ("finished", "late")


@pytest.mark.parametrize("name", ["level-triage", "no-such-instrument"])
def test_the_triage_has_a_page_of_its_own_and_what_is_not_there_is_refused(cast: Cast, case: Case, name: str) -> None:
    with pytest.raises(Refused, match="not in force"):
        begin(cast.worker, case, name)


def test_a_section_is_kept_whole_in_its_category_and_leaves_out_what_is_no_answer(cast: Cast, case: Case) -> None:
    this = begin(cast.worker, case, "short-assessment")

    row = save(cast.worker, this, "work", {"wants_work": "4", "capacity": "nonsense", "need_clarified": "yes"})

    assert (row.answers, row.category, row.version) == ({"wants_work": "4"}, DataCategory.EMPLOYMENT, 1)
    this.refresh_from_db()
    assert this.saved_sections == ["work"]
    assert Entry.objects.filter(act="assessment.saved", details__section="work").count() == 1


def test_two_who_save_the_same_section_see_both_answers(cast: Cast, case: Case) -> None:
    this = begin(cast.worker, case, "segmentation")
    save(cast.worker, this, "prospects", {"chances": "good"})

    with pytest.raises(Conflict) as raised:
        save(cast.coordinator, this, "prospects", {"chances": "none"}, version=0)

    assert list(raised.value.current.values()) == ["good: a job can be expected within six months"]
    assert list(raised.value.submitted.values()) == ["none in the medium and longer term"]


def test_what_is_begun_by_mistake_is_deleted_and_what_is_finished_stays(cast: Cast, case: Case) -> None:
    this = begin(cast.worker, case, "segmentation")
    save(cast.worker, this, "prospects", {"chances": "good"})

    do(cast.worker, services.drop_assessment, assessment=this)

    assert not Assessment.objects.exists()
    assert not SectionAnswers.objects.exists()
    with pytest.raises(Refused, match="repeat it instead"):
        do(cast.worker, services.drop_assessment, assessment=finished(cast.worker, case))


# Finishing


def test_a_result_can_be_calculated_again_from_what_is_kept(cast: Cast) -> None:
    case = activate(cast, risk_factors=["health", "addiction", "isolation"])
    this = finished(cast.coordinator, case, "severity-index", {"work": {"last_work": "within_a_year"}})

    kept = {line.item: line.answer for line in Line.objects.filter(assessment=this)}
    result = evaluate(InstrumentVersion.objects.get(pk=this.version_id).instrument, kept)

    assert (result.points, result.band, result.rule) == (this.score.points, this.score.proposed, this.score.rule)
    assert sum(line.points for line in Line.objects.filter(assessment=this)) == this.score.points


def test_a_cantons_new_weights_count_for_new_answers_and_leave_the_kept_ones(cast: Cast) -> None:
    case = activate(cast, risk_factors=["health"])
    before = finished(cast.coordinator, case, "severity-index", {"work": {"last_work": "longer"}})
    text = (FOLDER / "severity-index.toml").read_text("utf-8").replace('version = "2026-1"', 'version = "vs-1"')
    own = text.replace("weight = 0.75", "weight = 0.5", 1).replace(
        'weight = 0.25\nknown = "risk_factor/housing"', 'weight = 0.5\nknown = "risk_factor/housing"'
    )
    by_the_clock(lambda job: publish(job, text=own, source="own.toml"))

    after = finished(cast.coordinator, case, "severity-index", {})

    before.refresh_from_db()
    assert (before.score.points, before.version.version) == (Decimal("2.25"), "2026-1")
    assert (after.score.points, after.version.version) == (Decimal("2.00"), "vs-1")


def test_whoever_cannot_read_every_section_cannot_finish(cast: Cast, case: Case) -> None:
    this = begin(cast.worker, case, "short-assessment")
    for section, answers in INTAKE.items():
        save(cast.worker, this, section, answers)
    save(cast.worker, this, "circumstances", {"supported": "yes"})

    with pytest.raises(Refused, match="closed to you"):
        do(cast.adviser, services.finish_assessment, assessment=this)


def test_nothing_answered_is_nothing_to_finish(cast: Cast, case: Case) -> None:
    with pytest.raises(Refused, match="at least one section"):
        finished(cast.worker, case, answers={})


def test_the_intake_ticks_off_its_items_and_leads_to_the_segmentation_by_itself(cast: Cast, case: Case) -> None:
    assert phase_of(case) == "intake"

    finished(cast.worker, case, "short-assessment", INTAKE)

    assert phase_of(case) == "segmentation"
    assert {fact: value for fact, value in known_facts(case.pk).items() if value is True} == {
        "need_clarified": True, "subsidiarity_checked": True, "entitled": True,
    }  # fmt: skip
    assert [item.step for item in open_items(case)] == ["segmentation/assign"]
    assert Event.objects.filter(dossier_id=case.pk, act="assessment.finished").count() == 1


def test_without_entitlement_an_increased_need_opens_the_way_all_the_same(cast: Cast, case: Case) -> None:
    outside = {"need": {**INTAKE["need"], "entitled": "no", "integration_need": "yes"}}

    finished(cast.worker, case, "short-assessment", outside)

    assert phase_of(case) == "segmentation"


# Deciding


@pytest.mark.parametrize(
    ("answers", "segment", "phase"), [(TO_CHANGE, "V", "change"), (TO_STABILISE, "S", "stabilise")]
)
def test_a_decided_segment_begins_its_strategy(
    cast: Cast, case: Case, answers: dict[str, dict[str, str]], segment: str, phase: str
) -> None:
    finished(cast.worker, case, "short-assessment", INTAKE)

    proposed = finished(cast.worker, case, answers=answers)
    assert phase_of(case) == "segmentation"  # a proposal decides nothing
    this = do(cast.worker, services.decide_assessment, assessment=proposed, band=segment)

    assert (this.score.proposed, this.score.decided, this.score.conclusion) == (segment, segment, segment)
    assert phase_of(case) == phase
    assert known_facts(case.pk)["segment"] == segment
    assert f"{phase}/reassess" in {item.step for item in open_items(case)}


def test_deciding_otherwise_needs_a_reason_and_is_decided_once(cast: Cast, case: Case) -> None:
    this = finished(cast.worker, case)

    with pytest.raises(Refused, match="give a reason"):
        do(cast.worker, services.decide_assessment, assessment=this, band="O")
    do(cast.worker, services.decide_assessment, assessment=this, band="O", reason="She wants to think about it")

    score = Score.objects.get(assessment=this)
    assert (score.proposed, score.decided, score.reason) == ("V", "O", "She wants to think about it")
    with pytest.raises(Refused, match="already been decided"):
        do(cast.worker, services.decide_assessment, assessment=this, band="V")


def test_only_who_leads_decides(cast: Cast, case: Case) -> None:
    this = finished(cast.worker, case)

    with pytest.raises(Refused, match="lead the case"):
        do(cast.adviser, services.decide_assessment, assessment=this, band="V")


def test_rrb_2_1_2_the_segment_is_decided_in_the_social_service_and_refused_for_others(cast: Cast) -> None:
    case = activate(cast)  # the office leads it too
    this = finished(cast.coordinator, case)

    with pytest.raises(Refused, match="decided by staff of: social assistance, asylum"):
        do(cast.coordinator, services.decide_assessment, assessment=this, band=this.score.proposed)
    do(cast.worker, services.decide_assessment, assessment=this, band=this.score.proposed)


def test_an_unfinished_one_has_nothing_to_decide_on(cast: Cast, case: Case) -> None:
    with pytest.raises(Refused, match="Finish the assessment first"):
        do(cast.worker, services.decide_assessment, assessment=begin(cast.worker, case, "segmentation"), band="V")


# The clock


def test_the_newest_decision_alone_is_due_again(cast: Cast, case: Case) -> None:
    first = decided(cast.worker, case)
    due_on(first, timezone.localdate() + timedelta(days=3))
    assert by_the_clock(ask_for_reassessments) == 1
    (item,) = open_items(case, about_type="assessment")

    second = decided(cast.worker, case)

    first.refresh_from_db()
    item.refresh_from_db()
    assert (first.again_on, item.state) == (None, ItemState.DONE)
    assert second.again_on is not None
    assert (second.again_on - timezone.localdate()).days in range(181, 185)


def test_who_leads_is_asked_once_and_two_weeks_ahead(cast: Cast) -> None:
    case = activate(cast)
    this = decided(cast.worker, case)
    due_on(this, timezone.localdate() + timedelta(days=15))
    assert by_the_clock(ask_for_reassessments) == 0
    due_on(this, timezone.localdate() + timedelta(days=14))

    assert by_the_clock(ask_for_reassessments) == 1
    assert by_the_clock(ask_for_reassessments) == 0

    (item,) = open_items(case, about_type="assessment")
    assert (item.addressed, item.due_on) == (cast.coordinator.institution, timezone.localdate() + timedelta(days=14))


def test_where_the_phase_sets_it_as_a_repeated_item_the_clock_adds_none(cast: Cast, case: Case) -> None:
    finished(cast.worker, case, "short-assessment", INTAKE)
    due_on(decided(cast.worker, case), timezone.localdate())
    assert phase_of(case) == "change"

    assert by_the_clock(ask_for_reassessments) == 0


def test_an_overdue_assessment_is_on_the_list_of_its_lead_alone(cast: Cast, case: Case) -> None:
    this = decided(cast.worker, case)
    due_on(this, timezone.localdate() - timedelta(days=1))

    for who, count in ((cast.worker, 1), (cast.coordinator, 1), (cast.stranger, 0)):
        with acting_as(acting(who)):
            found, following = overdue_reassessments(acting(who))
            assert (len(found), following) == (count, None)
    due_on(this, timezone.localdate())
    with acting_as(acting(cast.worker)):
        assert overdue_reassessments(acting(cast.worker)) == ([], None)


def closed(cast: Cast, days_ago: int) -> Case:
    case = activate(cast)
    do(
        cast.coordinator,
        close_case,
        case=case,
        outcome=Outcome.PRIMARY_MARKET,
        closing_reason=ClosingReason.GOALS_REACHED,
    )
    Case.objects.filter(pk=case.pk).update(closed_on=timezone.localdate() - timedelta(days=days_ago))
    return again(case)


def test_six_months_after_closing_somebody_is_asked_once_and_the_answer_settles_it(cast: Cast) -> None:
    case = closed(cast, 190)

    assert by_the_clock(ask_for_later_outcomes) == 1
    assert by_the_clock(ask_for_later_outcomes) == 0
    (item,) = open_items(case, about_type="later_outcome")
    this = finished(cast.coordinator, case, "outcome", {"outcome": _known(case) | {"lasts": "yes"}})

    item.refresh_from_db()
    assert (this.score.proposed, item.state) == ("lasting", ItemState.DONE)
    do(cast.coordinator, services.decide_assessment, assessment=this, band="lasting")
    assert known_facts(case.pk)["lasting_on"] == timezone.localdate()
    assert by_the_clock(ask_for_later_outcomes) == 0


def test_after_a_death_nobody_is_asked_how_things_are(cast: Cast) -> None:
    case = closed(cast, 190)
    Case.objects.filter(pk=case.pk).update(closing_reason=ClosingReason.DIED, outcome="")

    assert by_the_clock(ask_for_later_outcomes) == 0


def _known(case: Case) -> dict[str, str]:
    return {"moment": "six_months", "outcome": case.outcome}


@pytest.mark.parametrize("days_ago", [100, 400])
def test_not_earlier_and_not_much_later(cast: Cast, days_ago: int) -> None:
    closed(cast, days_ago)

    assert by_the_clock(ask_for_later_outcomes) == 0


def test_the_outcome_at_closing_is_known_from_the_closing(cast: Cast) -> None:
    case = closed(cast, 0)

    this = begin(cast.coordinator, case, "outcome")

    assert SectionAnswers.objects.get(assessment=this).answers == {"moment": "closing", "outcome": "primary_market"}


# What must be true


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("assessment_finished_by_somebody_on_a_day", {"finished_on": None}),
        ("assessment_decided_by_somebody_on_a_day", {"decided_on": date(2026, 1, 1)}),
        ("score_has_a_proposal", {"proposed": ""}),
        ("score_decided_otherwise_with_a_reason", {"decided": "O"}),
    ],
)
def test_the_database_keeps_what_must_be_true(
    cast: Cast, case: Case, constraint: str, changes: dict[str, object]
) -> None:
    this = finished(cast.worker, case)
    model = Score if constraint.startswith("score") else Assessment

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.filter(pk=this.pk).update(**changes)


def test_one_draft_and_one_clock_for_each_instrument(cast: Cast, case: Case) -> None:
    this = begin(cast.worker, case, "segmentation")
    twin = {"dossier": case.dossier, "instrument": "segmentation", "version": this.version, "category": 1}
    twin |= {"started_by": cast.worker, "institution": cast.worker.institution}

    with pytest.raises(IntegrityError, match="assessment_one_draft_at_a_time"), transaction.atomic():
        Assessment.objects.create(**twin, number=2)
    result = {"finished_on": timezone.localdate(), "finished_by": cast.worker, "state": "finished"}
    with pytest.raises(IntegrityError, match="assessment_numbered_within_the_case"), transaction.atomic():
        Assessment.objects.create(**twin, **result, number=1)
    due_on(this, timezone.localdate())
    with pytest.raises(IntegrityError, match="assessment_one_clock_for_each_instrument"), transaction.atomic():
        Assessment.objects.create(**twin, **result, number=2, again_on=timezone.localdate())


def test_what_fails_at_the_log_is_not_kept(cast: Cast, case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_entry FROM suone_app")

    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        begin(cast.worker, case, "segmentation")

    assert not Assessment.objects.exists()
