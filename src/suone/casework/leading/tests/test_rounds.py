"""Who comes back begins anew: what was done before does not open the way a second time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.tests.factories import changed, published
from suone.casework.cases.models import Case
from suone.casework.cases.rules import ClosingReason, Outcome, State
from suone.casework.leading import services
from suone.casework.leading.models import Course, Passage
from suone.casework.leading.queries import every_fact
from suone.casework.leading.tests.factories import do, notify
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem

CLOSING = {"outcome": Outcome.PRIMARY_MARKET, "closing_reason": ClosingReason.GOALS_REACHED}
WHY = "the partners follow next week"

pytestmark = pytest.mark.usefixtures("_outcomes_are_registered")


def report(cast: Cast, case: Case, **facts: object) -> None:
    for fact, value in facts.items():
        do(cast.coordinator, services.report_fact, dossier=case.dossier, fact=Fact(fact), value=value)


def advance(cast: Cast, case: Case, to: str) -> None:
    do(cast.coordinator, services.advance_case, case=Case.objects.get(pk=case.pk), to=to, reason=WHY)


def place(case: Case) -> tuple[str, int]:
    course = Course.objects.get(pk=case.pk)
    return course.phase, course.round


def open_steps(case: Case) -> list[str]:
    items = WorkItem.objects.filter(dossier_id=case.pk, state=ItemState.OPEN)
    return sorted(items.values_list("step", flat=True))


@kept
def implemented(cast: Cast) -> Case:
    """A complex case in its implementation, after a round table and a signed plan."""
    case = notify(cast, procedure=published("vs-complex"))
    do(cast.coordinator, services.triage_case, case=case, answers={}, level="complex", reason="seen together")
    today = timezone.localdate()
    for fact, value in ((Fact.ROUND_TABLE_HELD_ON, today), (Fact.SERVICE_ORDERED, True), (Fact.PLAN_BINDING_ON, today)):
        do(cast.coordinator, services.report_fact, dossier=case.dossier, fact=fact, value=value)
    do(cast.coordinator, services.advance_case, case=case, to="implementation", reason=WHY)
    return Case.objects.get(pk=case.pk)


def test_after_going_back_the_items_are_set_anew_and_the_way_forward_is_closed(cast: Cast, implemented: Case) -> None:
    advance(cast, implemented, "support")

    assert place(implemented) == ("support", 2)
    assert open_steps(implemented) == ["support/order_service", "support/plan"]
    with pytest.raises(Refused, match=r"No service has been ordered yet.*not signed by all"):
        advance(cast, implemented, "implementation")


def test_the_plan_of_a_second_round_needs_a_second_round_table(cast: Cast, implemented: Case) -> None:
    """Held yesterday and recorded today, or recorded today before the case came back: it is the first one."""
    advance(cast, implemented, "support")
    today = timezone.localdate()
    report(cast, implemented, plan_binding_on=today, round_table_held_on=today - timedelta(days=1))

    with pytest.raises(Refused, match="No service has been ordered yet"):
        advance(cast, implemented, "implementation")
    report(cast, implemented, round_table_held_on=today)
    advance(cast, implemented, "implementation")

    assert place(implemented) == ("implementation", 2)


def test_a_meeting_on_a_day_before_the_round_does_not_count_though_recorded_in_it(
    cast: Cast, implemented: Case
) -> None:
    advance(cast, implemented, "support")
    yesterday = timezone.localdate() - timedelta(days=1)
    report(cast, implemented, assessment_held_on=yesterday, person_attended=True)
    who = acting(cast.coordinator)

    with acting_as(who):
        known = every_fact(implemented.pk)

    assert known[Fact.ASSESSMENT_HELD_ON] == yesterday
    assert {Fact.ASSESSMENT_HELD_ON, Fact.ROUND_TABLE_HELD_ON} < known.earlier
    assert Fact.PERSON_ATTENDED not in known.earlier


def test_what_follows_belongs_to_the_round_until_a_phase_is_entered_again(cast: Cast, implemented: Case) -> None:
    advance(cast, implemented, "support")
    report(cast, implemented, service_ordered=True, plan_binding_on=timezone.localdate())
    advance(cast, implemented, "implementation")
    advance(cast, implemented, "support")

    passages = Passage.objects.filter(dossier_id=implemented.pk).order_by("pk").values_list("to_phase", "round")
    assert list(passages) == [
        ("notification", 1),
        ("support", 1),
        ("implementation", 1),
        ("support", 2),
        ("implementation", 2),
        ("support", 3),
    ]


def test_after_reopening_a_case_is_not_closed_on_what_closed_it(cast: Cast, implemented: Case) -> None:
    report(cast, implemented, review_held_on=timezone.localdate())
    do(cast.coordinator, services.close_case, case=implemented, **CLOSING, text=WHY)
    do(cast.coordinator, services.reopen_case, case=Case.objects.get(pk=implemented.pk), reason="it did not last")

    assert place(implemented) == ("implementation", 2)
    assert open_steps(implemented) == ["implementation/review"]
    with pytest.raises(Refused, match="give the reason"):  # the review was that of the first round
        do(cast.coordinator, services.close_case, case=Case.objects.get(pk=implemented.pk), **CLOSING)


def test_a_person_sent_back_from_aftercare_returns_there_only_once_integrated_again(cast: Cast) -> None:
    case = notify(cast, procedure=published("so-iim"))
    today = timezone.localdate()
    report(cast, case, need_clarified=True, subsidiarity_checked=True, short_assessment_on=today, entitled=True)
    report(cast, case, segmented_on=today, segment="A")
    assert place(case) == ("release", 1)
    report(cast, case, integrated_on=today, release_through="labour_market")
    advance(cast, case, "aftercare")

    advance(cast, case, "segmentation")

    assert place(case) == ("release", 2)  # the segment stands until another is decided
    assert "release/release" in open_steps(case)
    with pytest.raises(Refused):
        advance(cast, case, "aftercare")
    report(cast, case, integrated_on=today)
    advance(cast, case, "aftercare")
    case.refresh_from_db()
    assert (case.state, place(case)) == (State.IN_AFTERCARE, ("aftercare", 2))


def test_another_version_in_the_same_phase_continues_the_round(cast: Cast, implemented: Case) -> None:
    newer = changed("vs-complex", "2027.1")
    case = implemented

    do(cast.coordinator, services.move_case_over, case=case, version=newer, phase="implementation", reason="new rules")
    assert place(case) == ("implementation", 1)
    do(cast.coordinator, services.move_case_over, case=case, version=newer, phase="support", reason="back to the plan")

    assert place(case) == ("support", 2)


def test_a_day_recorded_late_does_not_replace_a_later_one(cast: Cast, implemented: Case) -> None:
    today = timezone.localdate()
    report(cast, implemented, review_held_on=today)

    report(cast, implemented, review_held_on=today - timedelta(days=30))

    with acting_as(acting(cast.coordinator)):
        assert every_fact(implemented.pk)[Fact.REVIEW_HELD_ON] == today
