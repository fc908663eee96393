"""R. von Steiger, the IIZ network of the canton of Zürich (ZESO 3/2005), rule by rule: each test is named after its place."""

import pytest

from suone.canton.procedures.facts import Scalar
from suone.canton.procedures.tests.sources import TODAY, Paper

ZURICH = Paper("zh-network")
SITUATIONS = ("1", "2", "3", "4", "5", "6")
OUT_OF_WORK = {"2", "3", "4"}
EMPLOYED = {"5", "6"}


def warned(situation: str, **facts: Scalar) -> set[str]:
    return ZURICH.warned("screening", life_situation=situation, **facts)


def test_every_statement_of_the_file_is_played() -> None:
    assert ZURICH.played == ZURICH.stated


# Gefährdende Lebenssituationen


@ZURICH.says("screening", "screening/life_situation")
def test_zh_situations_one_of_the_six_opens_the_way() -> None:
    willing: dict[str, Scalar] = {"voluntary": True, "consent_valid": True}

    assert "life_situation" in ZURICH.lacking("screening", **willing)
    assert ZURICH.moves_to("screening", **willing) is None
    assert ZURICH.moves_to("screening", **willing, life_situation="3", out_of_work=True) == "clarification"


@ZURICH.says("screening/youth_age")
@pytest.mark.parametrize(("age", "fits"), [(25, True), (26, False)])
def test_zh_situation_1_is_for_youth_up_to_25(age: int, fits: bool) -> None:
    assert ("youth_age" not in warned("1", age=age)) is fits
    assert "youth_age" not in warned("2", age=age)


@pytest.mark.parametrize("out_of_work", [True, False])
def test_zh_situation_1_a_place_at_school_or_in_an_apprenticeship_does_not_exclude(out_of_work: bool) -> None:
    assert not warned("1", age=18, out_of_work=out_of_work)


@ZURICH.says("screening/certified_unfit", "screening/certified_absences")
@pytest.mark.parametrize("situation", SITUATIONS)
def test_zh_situations_2_and_6_go_with_a_medical_certificate(situation: str) -> None:
    asks = {"2": "certified_unfit", "6": "certified_absences"}

    assert warned(situation) & set(asks.values()) == ({asks[situation]} if situation in asks else set())
    assert not warned(situation, health_attested=True) & set(asks.values())


@ZURICH.says("screening/out_of_work")
@pytest.mark.parametrize("situation", SITUATIONS)
def test_zh_situations_2_to_4_are_without_a_job(situation: str) -> None:
    assert ("out_of_work" in warned(situation, out_of_work=False)) is (situation in OUT_OF_WORK)
    assert "out_of_work" not in warned(situation, out_of_work=True)


@ZURICH.says("screening/employed")
@pytest.mark.parametrize("situation", SITUATIONS)
def test_zh_situations_5_and_6_are_employees_threatened_with_losing_their_job(situation: str) -> None:
    assert ("employed" in warned(situation, out_of_work=True)) is (situation in EMPLOYED)
    assert "employed" not in warned(situation, out_of_work=False)


@ZURICH.says("screening/older_age")
@pytest.mark.parametrize(("age", "fits"), [(55, False), (56, True)])
def test_zh_situation_5_is_for_employees_over_55(age: int, fits: bool) -> None:
    assert ("older_age" not in warned("5", age=age)) is fits
    assert "older_age" not in warned("6", age=age)


# Schnell agieren im IIZ-Netzwerk


@ZURICH.says("screening/voluntary")
def test_zh_network_nobody_is_taken_in_who_does_not_wish_it() -> None:
    ready: dict[str, Scalar] = {"life_situation": "3", "out_of_work": True, "consent_valid": True}

    assert ZURICH.moves_to("screening", **ready, voluntary=False) is None
    assert ZURICH.moves_to("screening", **ready, voluntary=True) == "clarification"


def test_zh_network_no_institution_orders_another_to_do_anything() -> None:
    """Nobody can give orders: what a phase asks of the partners falls to whoever leads, and no other kind is addressed."""
    items = [item for phase in ZURICH.procedure.phases for item in phase.items]

    assert {item.addressed for item in items} == {"notifier", "lead"}
    assert not ZURICH.procedure.convening


@ZURICH.says("screening/consent")
def test_zh_network_nothing_is_exchanged_without_consent() -> None:
    assert "consent" in ZURICH.lacking("screening")
    assert "consent" not in ZURICH.lacking("screening", consent_valid=True)


@ZURICH.says("clarification", "clarification/clarified", "clarification: clarify")
def test_zh_network_the_situation_is_clarified_quickly_before_the_plan() -> None:
    assert not ZURICH.is_open("clarification", "planning", institutions=2)
    assert ZURICH.is_open("clarification", "planning", institutions=2, clarified_on=TODAY)
    item = ZURICH.item("clarification", "clarify")
    assert (item.addressed, item.completed_by, item.due.origin.is_default) == ("lead", "clarified_on", True)


@ZURICH.says("planning", "planning/plan", "planning: plan")
def test_zh_network_one_binding_plan_ties_the_package() -> None:
    lead: dict[str, Scalar] = {"lead_kind": "social_assistance"}

    assert not ZURICH.is_open("planning", "integration", **lead, plan_drafted=True)
    assert ZURICH.is_open("planning", "integration", **lead, plan_binding_on=TODAY)
    assert ZURICH.item("planning", "plan").completed_by == "plan_binding_on"


@ZURICH.says("planning/case_lead")
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
def test_zh_network_the_lead_is_a_professional_of_rav_social_assistance_or_iv(kind: str, may_lead: bool) -> None:
    assert ("case_lead" not in ZURICH.lacking("planning", lead_kind=kind)) is may_lead
    assert ZURICH.is_open("planning", "integration", lead_kind=kind, plan_binding_on=TODAY) is may_lead


@ZURICH.says("integration", "integration/everybody_informed")
def test_zh_network_structured_communication_closes_no_case_in_silence() -> None:
    assert not ZURICH.is_open("integration", "closed", review_held_on=TODAY)
    assert ZURICH.is_open("integration", "closed", review_held_on=TODAY, outcome_informed=True)
