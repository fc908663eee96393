"""What the papers of Luzern, Zürich and Solothurn say, rule by rule, each test named after its place.

Luzern: ZESO 1/2009. Zürich and Solothurn: ZESO 3/2005.
"""

from datetime import date, timedelta

import pytest

from suone.canton.procedures.conditions import Facts
from suone.canton.procedures.in_words import address_words
from suone.canton.procedures.loading import shipped
from suone.canton.procedures.rules import ADDRESSES, Phase, Scalar, automatic_move, months_before, phase_status

TODAY = date(2026, 6, 15)
PROCEDURES = shipped()


def place(identifier: str, phase: str) -> Phase:
    return PROCEDURES[identifier].phase(phase)


def lacking(identifier: str, phase: str, **facts: Scalar) -> set[str]:
    return {requirement.id for requirement in phase_status(place(identifier, phase), facts, on=TODAY).lacking}


def warned(identifier: str, phase: str, **facts: Scalar) -> set[str]:
    return {requirement.id for requirement in phase_status(place(identifier, phase), facts, on=TODAY).warnings}


def instruments(identifier: str) -> set[str]:
    return {name for phase in PROCEDURES[identifier].phases for name in phase.instruments}


def test_everybody_to_whom_a_work_item_may_go_has_a_word_for_the_pages() -> None:
    assert set(address_words()) == set(ADDRESSES)


# Luzern

_NOTIFIED = date(2025, 12, 1)
_PARTNERS = ("registered_rav_on", "registered_iv_on", "registered_social_on")


@pytest.mark.parametrize("partner", _PARTNERS)
def test_luzern_point_1_one_registration_of_six_months_at_most_suffices_on_the_day_of_notification(
    partner: str,
) -> None:
    limit = months_before(_NOTIFIED, 6)

    recent = lacking("lu-iiz", "entry", notified_on=_NOTIFIED, **{partner: limit})
    older = lacking("lu-iiz", "entry", notified_on=_NOTIFIED, **{partner: limit - timedelta(days=1)})

    assert not recent & {"registered", "registered_recently"}
    assert older & {"registered", "registered_recently"} == {"registered_recently"}


def test_luzern_point_1_an_older_registration_with_another_partner_does_no_harm() -> None:
    facts: dict[str, Scalar] = {"registered_rav_on": date(2020, 1, 1), "registered_iv_on": _NOTIFIED}

    assert not lacking("lu-iiz", "entry", notified_on=_NOTIFIED, **facts) & {"registered", "registered_recently"}


def test_luzern_point_1_without_any_registration_nobody_enters_and_an_exception_does_not_replace_it() -> None:
    assert "registered" in lacking("lu-iiz", "entry", notified_on=_NOTIFIED, exception_admitted=True)


def test_luzern_point_1_the_office_may_admit_an_exception_from_the_six_months() -> None:
    old: Facts = {"notified_on": _NOTIFIED, "registered_rav_on": date(2020, 1, 1)}

    assert "registered_recently" in lacking("lu-iiz", "entry", **old)
    assert "registered_recently" not in lacking("lu-iiz", "entry", **old, exception_admitted=True)


def test_luzern_point_4_the_office_neither_ranks_nor_uses_instruments_of_the_valais() -> None:
    assert instruments("lu-iiz") == {"outcome"}
    facts = {requirement.fact for phase in PROCEDURES["lu-iiz"].phases for requirement in phase.requirements}
    assert not facts & {"level", "triaged_on", "risk_factors"}


def test_luzern_point_4_the_coordination_office_convenes_the_joint_interview() -> None:
    (convening,) = PROCEDURES["lu-iiz"].convening

    assert convening.meeting == "joint_interview"
    assert convening.allows(roles=(), institution="coordination_office")
    assert not convening.allows(roles=("regional_coordinator",), institution="unemployment_insurance")
    assert convening.origin.source


def test_luzern_joint_interview_each_invited_institution_contributes_what_it_knows() -> None:
    item = PROCEDURES["lu-iiz"].item("preparation", "exchange")

    assert (item.addressed, item.completed_by, item.applies) == (
        "each_participant", "contributions_in", ("meeting_convened",),
    )  # fmt: skip
    assert item.origin.source
    assert item.due.origin.is_default


# Zürich


@pytest.mark.parametrize("out_of_work", [True, False])
def test_zurich_situation_1_a_place_at_school_or_in_an_apprenticeship_does_not_exclude(out_of_work: bool) -> None:
    assert "out_of_work" not in warned("zh-network", "screening", life_situation="1", out_of_work=out_of_work)
    assert "out_of_work" in warned("zh-network", "screening", life_situation="2", out_of_work=False)


@pytest.mark.parametrize(("age", "fits"), [(55, False), (56, True)])
def test_zurich_situation_5_is_for_employees_over_55(age: int, fits: bool) -> None:
    assert ("older_age" not in warned("zh-network", "screening", life_situation="5", age=age)) is fits


@pytest.mark.parametrize(
    ("kind", "may_lead"),
    [
        ("unemployment_insurance", True),
        ("social_assistance", True),
        ("disability_insurance", True),
        ("coordination_office", False),
        ("child_and_youth", False),
    ],
)
def test_zurich_the_lead_is_a_professional_of_rav_social_assistance_or_iv(kind: str, may_lead: bool) -> None:
    assert ("case_lead" not in lacking("zh-network", "planning", lead_kind=kind)) is may_lead


# Solothurn: first-contact offices and CM office, RAV and IV


def test_solothurn_the_expected_600_persons_are_no_condition() -> None:
    everything: Facts = {
        "need_clarified": True, "multiple_problems": True, "expected_over_two_years": True, "consent_valid": True,
    }  # fmt: skip

    move = automatic_move(place("so-cm-office", "first_advice"), everything, on=TODAY)

    assert move is not None
    assert move.to == "opening"
    text = str(PROCEDURES["so-cm-office"])
    assert "600" not in text


@pytest.mark.parametrize("condition", ["multiple_problems", "expected_over_two_years"])
def test_solothurn_the_cm_office_is_for_multiple_problems_and_more_than_two_years(condition: str) -> None:
    facts: dict[str, Scalar] = {
        "need_clarified": True, "multiple_problems": True, "expected_over_two_years": True, "consent_valid": True,
    }  # fmt: skip

    assert automatic_move(place("so-cm-office", "first_advice"), facts | {condition: False}, on=TODAY) is None


def test_solothurn_the_cm_office_places_in_the_primary_labour_market() -> None:
    placement = place("so-cm-office", "placement")

    assert "placement" in {move.to for move in place("so-cm-office", "case_management").moves}
    assert "placed" in lacking("so-cm-office", "placement")
    assert lacking("so-cm-office", "placement", integrated_on=TODAY) == set()
    assert placement.requirement("placed").origin.source


def test_solothurn_the_cm_office_is_a_task_of_communes_unemployment_and_disability_insurance() -> None:
    about = PROCEDURES["so-cm-office"].about["de"]

    assert "Gemeinden, der Arbeitslosen- und der Invalidenversicherung" in about


def test_solothurn_rav_and_iv_every_step_of_the_hand_over_is_a_default() -> None:
    handover = PROCEDURES["so-rav-iv"]

    for phase in handover.phases:
        assert phase.origin.is_default, phase.id
        stated = [*phase.requirements, *phase.items]
        assert [entry.id for entry in stated if not entry.origin.is_default and not getattr(entry, "law", "")] == []


@pytest.mark.parametrize(
    ("sender", "asked"),
    [("unemployment_insurance", "disability_insurance"), ("disability_insurance", "unemployment_insurance")],
)
def test_solothurn_rav_and_iv_the_other_office_answers(sender: str, asked: str) -> None:
    items = [item for item in place("so-rav-iv", "handover").items if item.applies == (f"lead_kind={sender}",)]

    assert [item.addressed for item in items] == [asked]
    assert "between_both" in lacking("so-rav-iv", "handover", lead_kind="social_assistance")
    assert "between_both" not in lacking("so-rav-iv", "handover", lead_kind=sender)


# Solothurn: RRB 2023/579, the integral integration model


def test_rrb_2_1_1_need_subsidiarity_and_short_assessment_make_the_intake() -> None:
    assert {"need", "subsidiarity", "short_assessment"} <= lacking("so-iim", "intake")


def test_rrb_2_1_2_the_intake_assigns_the_segment() -> None:
    assert PROCEDURES["so-iim"].item("segmentation", "assign").addressed == "notifier"


def prevention(**facts: Scalar) -> bool:
    known: dict[str, Scalar] = {"need_clarified": True, "subsidiarity_checked": True}
    ways = phase_status(place("so-iim", "intake"), known | facts, on=TODAY).ways
    return next(way for way in ways if way.move.to == "prevention").is_open


def test_rrb_2_1_3_preventive_advice_without_entitlement_where_assistance_is_in_sight_and_chances_are_intact() -> None:
    assert prevention(assistance_foreseeable=True, prevention_useful=True)
    assert not prevention(assistance_foreseeable=True, prevention_useful=True, entitled=True)
    assert not prevention(prevention_useful=True)
    assert not prevention(assistance_foreseeable=True)


def aftercare(segment: str, **facts: Scalar) -> bool:
    known: dict[str, Scalar] = {"segmented_on": TODAY, "integrated_on": TODAY, "plan_binding_on": TODAY}
    ways = phase_status(place("so-iim", segment), known | facts, on=TODAY).ways
    return next(way for way in ways if way.move.to == "aftercare").is_open


@pytest.mark.parametrize("segment", ["release", "change"])
@pytest.mark.parametrize(("through", "followed"), [("labour_market", True), ("assets", False), ("prior_claims", False)])
def test_rrb_2_1_4_whoever_leaves_without_the_labour_market_has_no_aftercare(
    segment: str, through: str, followed: bool
) -> None:
    assert aftercare(segment, release_through=through) is followed


@pytest.mark.parametrize("segment", ["release", "change"])
def test_rrb_2_1_2_release_may_be_whole_or_partial(segment: str) -> None:
    assert "release_kind" in warned("so-iim", segment, integrated_on=TODAY)
    assert "release_kind" not in warned("so-iim", segment, integrated_on=TODAY, release_kind="partial")


def test_rrb_3_1_ordinary_and_asylum_social_assistance_are_kept_apart() -> None:
    assert "assistance_kind" in warned("so-iim", "intake")
    assert "assistance_kind" not in warned("so-iim", "intake", assistance_kind="asylum")
