"""Writing a plan: what is stored, what is logged, and that two writers never overwrite each other."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.tests.factories import published
from suone.casework.cases.models import Case
from suone.casework.leading.models import Course, KnownFact
from suone.casework.leading.queries import known_facts
from suone.casework.leading.tests.factories import do
from suone.casework.plans import services
from suone.casework.plans.models import Entry, Measure, Plan
from suone.casework.plans.rules import EntryKind, Kind, MeasureState
from suone.casework.plans.services import MeasureTerms
from suone.casework.plans.tests.factories import (
    GOAL,
    HEALTH,
    MEASURE,
    again,
    all_sign,
    draft,
    measure_of,
    put_up,
    write,
)
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry as Told
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.models import Event


def logged(act: str) -> int:
    return Told.objects.filter(act=act).count()


def test_a_plan_is_begun_as_a_draft_and_the_procedure_learns_of_it(cast: Cast, case: Case) -> None:
    plan = do(
        cast.worker,
        services.begin_plan,
        dossier=case.dossier,
        kind=Kind.ACTION_PLAN,
        review_on=timezone.localdate() + timedelta(days=90),
    )

    kept = Plan.objects.get()
    assert (kept.pk, kept.number, kept.state, kept.round) == (plan.pk, 1, "draft", 0)
    assert kept.review_on == timezone.localdate() + timedelta(days=90)
    assert logged("plan.begun") == 1
    assert Event.objects.get(act="plan.begun").text == "Action plan 1"
    assert KnownFact.objects.get(fact="plan_drafted").value is True


def test_one_version_of_a_kind_is_in_the_making_and_other_kinds_go_beside_it(cast: Cast, case: Case) -> None:
    draft(cast, case)

    with pytest.raises(Refused, match="already being prepared"):
        do(cast.adviser, services.begin_plan, dossier=case.dossier, kind=Kind.INTEGRATION_PLAN)
    do(cast.adviser, services.begin_plan, dossier=case.dossier, kind=Kind.TARGET_AGREEMENT)

    assert Plan.objects.count() == 2


def test_a_sentence_and_a_measure_are_stored_and_logged(cast: Cast, plan: Plan) -> None:
    goal, measure = Entry.objects.get(), Measure.objects.get()

    assert (goal.text, goal.kind, goal.language, goal.category) == (GOAL, "goal", "en", DataCategory.EMPLOYMENT)
    assert (measure.title, measure.goal_line, measure.state) == (MEASURE, goal.line, "planned")
    assert logged("plan.entry_written") == logged("plan.measure_written") == 1
    assert not Event.objects.filter(act="plan.entry_written").exists()  # the timeline names the plan, not its lines


def test_everything_about_a_measure_is_kept(cast: Cast, plan: Plan) -> None:
    terms = MeasureTerms(
        title="Work training",
        institution=cast.adviser.institution,
        category=DataCategory.EDUCATION,
        staff=cast.adviser,
        payer=cast.worker.institution,
        payer_text="half of it",
        from_on=timezone.localdate(),
        until_on=timezone.localdate() + timedelta(days=60),
    )

    measure = do(cast.worker, services.add_measure, plan=plan, terms=terms)

    kept = Measure.objects.get(pk=measure.pk)
    assert (kept.staff, kept.payer, kept.payer_text) == (cast.adviser, cast.worker.institution, "half of it")
    assert (kept.from_on, kept.until_on, kept.category) == (
        timezone.localdate(),
        timezone.localdate() + timedelta(days=60),
        DataCategory.EDUCATION,
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"from_on": date(2026, 1, 2), "until_on": date(2026, 1, 1)}, "last day"),
        ({"staff": "worker"}, "works for the responsible"),
    ],
)
def test_a_measure_that_makes_no_sense_is_refused(
    cast: Cast, plan: Plan, changes: dict[str, Any], sentence: str
) -> None:
    changes = {name: getattr(cast, value) if value == "worker" else value for name, value in changes.items()}

    with pytest.raises(Refused, match=sentence):
        do(
            cast.worker,
            services.add_measure,
            plan=plan,
            terms=MeasureTerms("Course", cast.adviser.institution, **changes),
        )


def test_of_two_changes_to_a_sentence_the_second_gets_both_texts(cast: Cast, plan: Plan) -> None:
    goal = Entry.objects.select_related("plan").get()
    change = {"entry": goal, "category": DataCategory.EMPLOYMENT, "version": 1}

    do(cast.worker, services.change_entry, **change, text="Work 80 percent")
    with pytest.raises(Conflict) as conflict:
        do(cast.adviser, services.change_entry, **change, text="Work 40 percent")

    assert conflict.value.current["Text"] == "Work 80 percent"
    assert conflict.value.submitted["Text"] == "Work 40 percent"
    assert Entry.objects.get().text == "Work 80 percent"
    assert logged("plan.entry_changed") == 1


def test_of_two_changes_to_a_measure_the_second_gets_both_texts(cast: Cast, plan: Plan) -> None:
    measure = measure_of(plan)
    institution = cast.adviser.institution

    do(
        cast.worker,
        services.change_measure,
        measure=measure,
        terms=MeasureTerms("One", institution, until_on=timezone.localdate()),
        version=1,
    )
    with pytest.raises(Conflict) as conflict:
        do(cast.adviser, services.change_measure, measure=measure, terms=MeasureTerms("Two", institution), version=1)

    assert (conflict.value.current["Measure"], conflict.value.submitted["Measure"]) == ("One", "Two")
    assert conflict.value.current["Until"] == f"{timezone.localdate():%d.%m.%Y}"
    assert conflict.value.current["Data category"] == "Employment"


def test_a_line_that_somebody_removed_meanwhile_is_reported_as_such(cast: Cast, plan: Plan) -> None:
    goal = Entry.objects.select_related("plan").get()
    do(cast.worker, services.remove_entry, entry=goal)

    with pytest.raises(Refused, match="removed this line"):
        do(cast.adviser, services.change_entry, entry=goal, text="x", category=DataCategory.EMPLOYMENT, version=1)

    assert logged("plan.entry_removed") == 1


def test_a_measure_stays_when_its_goal_is_taken_out_and_can_be_taken_out_itself(cast: Cast, plan: Plan) -> None:
    do(cast.worker, services.remove_entry, entry=Entry.objects.select_related("plan").get())
    assert Measure.objects.count() == 1

    do(cast.worker, services.remove_measure, measure=measure_of(plan))

    assert Measure.objects.count() == 0
    assert logged("plan.measure_removed") == 1


def test_a_plan_in_signing_is_not_written_in(cast: Cast, plan: Plan) -> None:
    goal, measure = Entry.objects.select_related("plan").get(), measure_of(plan)
    put_up(cast, plan)
    terms = MeasureTerms("Course", cast.adviser.institution)

    for act, arguments in (
        (services.add_entry, {"plan": plan, "kind": EntryKind.GOAL, "text": "x"}),
        (services.change_entry, {"entry": goal, "text": "x", "category": DataCategory.EMPLOYMENT, "version": 1}),
        (services.remove_entry, {"entry": goal}),
        (services.add_measure, {"plan": plan, "terms": terms}),
        (services.change_measure, {"measure": measure, "terms": terms, "version": 1}),
        (services.remove_measure, {"measure": measure}),
        (services.set_review, {"plan": plan, "review_on": timezone.localdate(), "version": 2}),
        (services.drop_plan, {"plan": plan}),
    ):
        with pytest.raises(Refused):
            do(cast.worker, act, **arguments)


def test_whoever_only_reads_cannot_write(cast: Cast, case: Case, plan: Plan) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_grant SET power = 1 WHERE institution_id = %s", [cast.adviser.institution_id])

    with pytest.raises(Refused, match="not write"):
        write(cast.adviser, plan, "x")


def test_a_failing_log_undoes_the_act(cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr(services.shared, "record", fail)
    monkeypatch.setattr(services.shared, "record_event", fail)

    with pytest.raises(RuntimeError):
        do(cast.worker, services.begin_plan, dossier=case.dossier, kind=Kind.INTEGRATION_PLAN)

    assert not Plan.objects.exists()


def test_a_draft_can_be_given_up_and_the_next_one_counts_on(cast: Cast, case: Case, plan: Plan) -> None:
    do(cast.worker, services.drop_plan, plan=plan)
    following = draft(cast, case)

    assert again(plan).state == "dropped"
    assert following.number == 2
    assert logged("plan.dropped") == 1


def test_the_review_day_is_stored_logged_and_never_past(cast: Cast, plan: Plan) -> None:
    do(cast.worker, services.set_review, plan=plan, review_on=timezone.localdate() + timedelta(days=30), version=1)

    with pytest.raises(Refused, match="not in the past"):
        do(cast.worker, services.set_review, plan=plan, review_on=timezone.localdate() - timedelta(days=1), version=2)
    with pytest.raises(Conflict) as conflict:
        do(cast.worker, services.set_review, plan=plan, review_on=timezone.localdate(), version=1)

    assert conflict.value.current == {"Review on": f"{timezone.localdate() + timedelta(days=30):%d.%m.%Y}"}
    assert logged("plan.review_set") == 1


def test_a_binding_plan_is_changed_by_a_new_version_that_copies_it(cast: Cast, plan: Plan) -> None:
    write(cast.worker, plan, HEALTH, EntryKind.DIFFICULTY, DataCategory.HEALTH)
    plan = all_sign(cast, plan)

    new = do(cast.adviser, services.change_plan, plan=plan)

    assert (new.number, new.previous_id, new.state) == (2, plan.pk, "draft")
    copied = Entry.objects.filter(plan=new)
    # Health too, which neither the worker nor the adviser can read.
    assert {entry.text for entry in copied} == {GOAL, HEALTH}
    assert {entry.line for entry in copied} == {entry.line for entry in Entry.objects.filter(plan=plan)}
    assert Measure.objects.get(plan=new).line == Measure.objects.get(plan=plan).line
    assert again(plan).state == "binding"
    assert logged("plan.new_version") == 1


def test_only_a_binding_plan_is_changed_and_once_at_a_time(cast: Cast, plan: Plan) -> None:
    with pytest.raises(Refused):
        do(cast.worker, services.change_plan, plan=plan)
    plan = all_sign(cast, plan)
    do(cast.worker, services.change_plan, plan=plan)

    with pytest.raises(Refused, match="already being prepared"):
        do(cast.adviser, services.change_plan, plan=plan)


def test_nobody_copies_a_plan_by_hand(cast: Cast, case: Case, plan: Plan) -> None:
    def copy(_acting: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT plans_copy_content(%s, %s)", [plan.pk, plan.pk])

    with pytest.raises(ProgrammingError, match="not permitted"):
        do(cast.worker, copy)


def test_a_meeting_writes_into_the_draft_or_opens_one(cast: Cast, case: Case) -> None:
    def draft_for(by: Any) -> Plan:
        return do(by, services.draft_for, dossier=case.dossier, kind=Kind.INTEGRATION_PLAN)

    first = draft_for(cast.worker)
    write(cast.worker, first, GOAL)
    do(cast.worker, services.add_measure, plan=first, terms=MeasureTerms(MEASURE, cast.adviser.institution))
    assert draft_for(cast.adviser).pk == first.pk

    put_up(cast, first)
    with pytest.raises(Refused, match="withdraw it"):
        draft_for(cast.adviser)
    do(cast.worker, services.withdraw_signing, plan=first)
    all_sign(cast, first)

    second = draft_for(cast.adviser)
    assert (second.number, second.previous_id) == (2, first.pk)


def test_the_course_of_a_measure_is_recorded_on_the_binding_plan_and_goes_on_in_the_next(
    cast: Cast, plan: Plan
) -> None:
    with pytest.raises(Refused, match="is binding"):
        do(
            cast.worker,
            services.record_progress,
            measure=measure_of(plan),
            state=MeasureState.RUNNING,
            result="",
            version=1,
        )
    plan = all_sign(cast, plan)
    new = do(cast.worker, services.change_plan, plan=plan)

    do(
        cast.adviser,
        services.record_progress,
        measure=measure_of(plan),
        state=MeasureState.DONE,
        result="Fit for office work",
        version=1,
    )

    for version in (plan, new):
        measure = measure_of(version)
        assert (measure.state, measure.result) == ("done", "Fit for office work")
    event = Event.objects.get(act="plan.progress")
    assert (event.text, event.category) == (f"{MEASURE}: done", DataCategory.EMPLOYMENT)
    with pytest.raises(Conflict):
        do(
            cast.worker,
            services.record_progress,
            measure=measure_of(plan),
            state=MeasureState.RUNNING,
            result="",
            version=1,
        )


def test_the_database_itself_keeps_what_was_signed(cast: Cast, plan: Plan) -> None:
    plan = all_sign(cast, plan)

    def rewrite(_acting: object) -> int:
        return Entry.objects.filter(plan=plan).update(text="something else")

    def remeasure(_acting: object) -> int:
        return Measure.objects.filter(plan=plan).update(title="something else")

    assert do(cast.worker, rewrite) == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        do(cast.worker, remeasure)
    assert do(cast.worker, lambda _acting: Measure.objects.filter(plan=plan).update(state="done")) == 1


# Labour-market measures, which a phase of the procedure may exclude


@kept
def segment(cast: Cast, case: Case) -> Course:
    """The case follows the model of Solothurn, in the segment that stabilises."""
    return Course.objects.create(
        dossier=case.dossier, version=published("so-iim"), phase="stabilise", phase_since=timezone.localdate()
    )


def placement(cast: Cast) -> MeasureTerms:
    return MeasureTerms("Placement", cast.adviser.institution, is_for_labour_market=True)


def test_a_phase_that_excludes_labour_market_measures_takes_none_into_the_plan(
    cast: Cast, plan: Plan, segment: Course
) -> None:
    do(cast.worker, services.add_measure, plan=plan, terms=MeasureTerms("A choir", cast.adviser.institution))

    with pytest.raises(Refused, match="no labour-market measures"):
        do(cast.worker, services.add_measure, plan=plan, terms=placement(cast))


def test_a_plan_that_was_drafted_before_the_phase_is_not_put_up_with_them(
    cast: Cast, plan: Plan, segment: Course
) -> None:
    Course.objects.update(phase="change")
    do(cast.worker, services.add_measure, plan=plan, terms=placement(cast))
    Course.objects.update(phase="stabilise")

    with pytest.raises(Refused, match="no labour-market measures"):
        put_up(cast, plan)


def test_a_binding_labour_market_measure_counts_until_it_is_over(cast: Cast, plan: Plan, segment: Course) -> None:
    Course.objects.update(phase="change")
    measure = do(cast.worker, services.add_measure, plan=plan, terms=placement(cast))
    assert Fact.LABOUR_MEASURES not in known_facts(plan.dossier_id)

    all_sign(cast, plan)
    assert known_facts(plan.dossier_id)[Fact.LABOUR_MEASURES] is True
    do(
        cast.worker,
        services.record_progress,
        measure=Measure.objects.select_related("plan").get(pk=measure.pk),
        state=MeasureState.DONE,
        result="",
        version=1,
    )

    assert known_facts(plan.dossier_id)[Fact.LABOUR_MEASURES] is False


def test_a_new_version_keeps_the_mark(cast: Cast, plan: Plan) -> None:
    do(cast.worker, services.add_measure, plan=plan, terms=placement(cast))

    new = do(cast.worker, services.change_plan, plan=all_sign(cast, plan))

    assert Measure.objects.get(plan=new, title="Placement").is_for_labour_market
