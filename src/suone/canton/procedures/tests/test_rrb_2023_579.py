"""RRB 2023/579 of the canton of Solothurn, the integral integration model, rule by rule: each test is named after its number."""

from datetime import date, timedelta

import pytest

from suone.canton.procedures.days import months_before
from suone.canton.procedures.facts import Scalar
from suone.canton.procedures.rules import planned_items
from suone.canton.procedures.tests.sources import TODAY, Paper

IIM = Paper("so-iim")
SEGMENTS = {"A": "release", "V": "change", "O": "orient", "S": "stabilise"}
INTAKE: dict[str, Scalar] = {"need_clarified": True, "subsidiarity_checked": True, "short_assessment_on": TODAY}
each_segment = pytest.mark.parametrize(("segment", "phase"), SEGMENTS.items())


def test_every_statement_of_the_file_is_played() -> None:
    assert IIM.played == IIM.stated


# 1.1 Gegenstand


@IIM.says("intake/entitled")
def test_rrb_1_1_2_outside_social_assistance_it_begins_with_an_increased_integration_need() -> None:
    assert IIM.moves_to("intake", **INTAKE) is None
    assert IIM.moves_to("intake", **INTAKE, entitled=True) == "segmentation"
    assert IIM.moves_to("intake", **INTAKE, integration_need=True) == "segmentation"


@IIM.says("change/plan", "change: prepare")
def test_rrb_1_1_2_the_case_leading_office_sets_the_measures_down_in_the_integration_plan() -> None:
    item = IIM.item("change", "prepare")

    assert (item.addressed, item.completed_by) == ("lead", "plan_binding_on")
    assert "plan" in IIM.lacking("change")
    assert "plan" not in IIM.lacking("change", plan_binding_on=TODAY)


@IIM.says("aftercare/lasting", "aftercare: finding", "aftercare: finding due")
def test_rrb_1_1_2_it_ends_with_the_finding_that_the_integration_lasts() -> None:
    item = IIM.item("aftercare", "finding")

    assert (item.addressed, item.completed_by, item.due.months) == ("lead", "lasting_on", 6)
    assert not IIM.is_open("aftercare", "closed", integrated_on=months_before(TODAY, 6))
    assert IIM.is_open("aftercare", "closed", integrated_on=months_before(TODAY, 6), lasting_on=TODAY)


# 2.1 (Teil-)Konzept and 3.1


@IIM.says("intake/assistance_kind")
def test_rrb_2_1_and_3_1_ordinary_and_asylum_social_assistance_are_told_apart() -> None:
    assert "assistance_kind" in IIM.warned("intake")
    for kind in ("ordinary", "asylum"):
        assert "assistance_kind" not in IIM.warned("intake", assistance_kind=kind)


@IIM.says(
    "intake", "intake/need", "intake/subsidiarity", "intake/short_assessment", "intake: intake",
    "intake: short_assessment",
)  # fmt: skip
@pytest.mark.parametrize("part", INTAKE)
def test_rrb_2_1_1_need_subsidiarity_and_short_assessment_make_the_intake(part: str) -> None:
    without = {fact: value for fact, value in INTAKE.items() if fact != part}

    assert IIM.moves_to("intake", **without, entitled=True) is None
    assert IIM.moves_to("intake", **INTAKE, entitled=True) == "segmentation"
    assert {item.addressed for item in IIM.phase("intake").items} == {"notifier"}


@IIM.says("segmentation", "segmentation/segment", "segmentation: assign", *SEGMENTS.values())
@each_segment
def test_rrb_2_1_2_the_intake_assigns_one_of_four_segments_and_its_strategy_follows(segment: str, phase: str) -> None:
    item = IIM.item("segmentation", "assign")

    assert (item.addressed, item.completed_by) == ("notifier", "segmented_on")
    assert IIM.moves_to("segmentation", segmented_on=TODAY) is None
    assert IIM.moves_to("segmentation", segmented_on=TODAY, segment=segment) == phase


@IIM.says("release: release", "release: release due")
def test_rrb_2_1_2_a_whoever_is_released_leaves_within_six_months() -> None:
    item = IIM.item("release", "release")

    assert (item.addressed, item.due.months) == ("lead", 6)
    assert not IIM.phase("release").services


@IIM.says("release/release_kind", "change/release_kind")
@pytest.mark.parametrize("phase", ["release", "change"])
def test_rrb_2_1_2_release_may_be_whole_or_partial(phase: str) -> None:
    assert "release_kind" not in IIM.warned(phase)
    assert "release_kind" in IIM.warned(phase, integrated_on=TODAY)
    for kind in ("whole", "partial"):
        assert "release_kind" not in IIM.warned(phase, integrated_on=TODAY, release_kind=kind)


@IIM.says("orient: deepen")
def test_rrb_2_1_2_o_a_deeper_clarification_comes_first() -> None:
    place = IIM.phase("orient")

    assert place.items[0].id == "deepen"
    assert place.items[0].addressed == "lead"
    assert {"practice-assessment", "in-depth-assessment"} <= set(place.instruments)


@IIM.says("stabilise: social", "stabilise/no_labour_measures")
def test_rrb_2_1_2_s_social_integration_without_measures_or_placement_for_the_labour_market() -> None:
    assert IIM.item("stabilise", "social").addressed == "lead"
    assert "no_labour_measures" in IIM.lacking("stabilise", labour_measures=True)
    assert "no_labour_measures" not in IIM.lacking("stabilise", labour_measures=False)


@IIM.says(
    "segmentation/decided",
    *(f"{phase}/reassessed" for phase in SEGMENTS.values()),
    *(f"{phase}: reassess" for phase in SEGMENTS.values()),
    *(f"{phase}: reassess due" for phase in SEGMENTS.values()),
)
@each_segment
def test_rrb_2_1_2_last_paragraph_everybody_is_reassessed_every_six_months_at_least(segment: str, phase: str) -> None:
    item = IIM.item(phase, "reassess")
    limit = months_before(TODAY, 6)

    assert (item.addressed, item.due.months, item.repeats, item.completed_by) == ("lead", 6, 6, "segmented_on")
    assert "reassessed" not in IIM.lacking(phase, segment=segment, segmented_on=limit)
    assert "reassessed" in IIM.lacking(phase, segment=segment, segmented_on=limit - timedelta(days=1))
    assert IIM.moves_to("segmentation", segment=segment, segmented_on=limit - timedelta(days=1)) is None
    planned = planned_items(IIM.phase(phase), {"segmented_on": date(2026, 2, 2)}, on=TODAY, holidays=frozenset())
    assert {entry.item.id: entry.due_on for entry in planned}["reassess"] == date(2026, 8, 3)  # a Monday


@IIM.says(
    "intake/not_entitled", "intake/assistance_foreseeable", "intake/prevention_useful", "prevention", "prevention: advise"
)  # fmt: skip
def test_rrb_2_1_3_preventive_advice_without_entitlement_where_assistance_is_in_sight_and_chances_are_intact() -> None:
    checked: dict[str, Scalar] = {"need_clarified": True, "subsidiarity_checked": True}
    apt = checked | {"assistance_foreseeable": True, "prevention_useful": True}

    assert IIM.is_open("intake", "prevention", **apt)
    assert not IIM.is_open("intake", "prevention", **apt, entitled=True)
    for asked in ("assistance_foreseeable", "prevention_useful"):
        assert not IIM.is_open("intake", "prevention", **apt | {asked: False})
    assert IIM.item("prevention", "advise").addressed == "lead"


@IIM.says("release/through_labour_market", "change/through_labour_market")
@pytest.mark.parametrize("phase", ["release", "change"])
@pytest.mark.parametrize(("through", "followed"), [("labour_market", True), ("assets", False), ("prior_claims", False)])
def test_rrb_2_1_4_whoever_leaves_without_the_labour_market_has_no_aftercare(
    phase: str, through: str, followed: bool
) -> None:
    facts: dict[str, Scalar] = {"segmented_on": TODAY, "integrated_on": TODAY, "plan_binding_on": TODAY}

    assert IIM.is_open(phase, "aftercare", **facts, release_through=through) is followed


@IIM.says("aftercare", "aftercare/six_months")
def test_rrb_2_1_4_the_social_service_follows_for_six_months() -> None:
    assert IIM.phase("aftercare").state == "in_aftercare"
    assert {item.addressed for item in IIM.phase("aftercare").items} == {"lead"}
    limit = months_before(TODAY, 6)
    assert "six_months" not in IIM.warned("aftercare", integrated_on=limit)
    assert "six_months" in IIM.warned("aftercare", integrated_on=limit + timedelta(days=1))


# 2.2 Pilotphase


def test_rrb_2_2_the_three_instruments_of_the_potential_assessment_are_used() -> None:
    used = {name for phase in IIM.procedure.phases for name in phase.instruments}

    assert {"short-assessment", "practice-assessment", "in-depth-assessment"} <= used
