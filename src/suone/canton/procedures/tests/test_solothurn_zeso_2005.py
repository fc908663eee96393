"""S. Ritler, IIZ in the canton of Solothurn (ZESO 3/2005), rule by rule: each test is named after its place."""

import pytest

from suone.canton.procedures.facts import Scalar
from suone.canton.procedures.tests.sources import PROCEDURES, TODAY, Paper

CM_OFFICE = Paper("so-cm-office")
RAV_IV = Paper("so-rav-iv")
ENTERS: dict[str, Scalar] = {
    "need_clarified": True, "multiple_problems": True, "expected_over_two_years": True, "consent_valid": True,
}  # fmt: skip


@pytest.mark.parametrize("paper", [CM_OFFICE, RAV_IV], ids=lambda paper: paper.procedure.identifier)
def test_every_statement_of_the_files_is_played(paper: Paper) -> None:
    assert paper.played == paper.stated


# Bürgernähe als zentrales Anliegen


@CM_OFFICE.says("first_advice", "first_advice: advise")
def test_so_citizens_first_advice_is_given_where_somebody_turns_to() -> None:
    assert CM_OFFICE.procedure.start.id == "first_advice"
    item = CM_OFFICE.item("first_advice", "advise")
    assert (item.addressed, item.completed_by) == ("notifier", "need_clarified")


@CM_OFFICE.says("first_advice/multiple_problems", "first_advice/over_two_years")
@pytest.mark.parametrize("condition", ["multiple_problems", "expected_over_two_years"])
def test_so_citizens_the_cm_office_is_for_multiple_problems_and_more_than_two_years(condition: str) -> None:
    assert CM_OFFICE.moves_to("first_advice", **ENTERS) == "opening"
    assert CM_OFFICE.moves_to("first_advice", **ENTERS | {condition: False}) is None


@CM_OFFICE.says("first_advice/consent")
def test_so_citizens_advice_needs_no_consent_and_the_cm_office_does() -> None:
    assert CM_OFFICE.moves_to("first_advice", **ENTERS | {"consent_valid": False}) is None
    assert CM_OFFICE.is_open("first_advice", "rejected")


@CM_OFFICE.says("case_management")
def test_so_citizens_the_cm_office_supports_for_as_long_as_it_takes() -> None:
    """More than two years: nothing ends the support by itself."""
    assert not any(move.automatic for move in CM_OFFICE.phase("case_management").moves)
    assert CM_OFFICE.is_open("placement", "case_management")


@CM_OFFICE.says("placement", "placement/placed", "placement: place")
def test_so_citizens_the_cm_office_places_in_the_primary_labour_market() -> None:
    assert CM_OFFICE.is_open("case_management", "placement", consent_valid=True)
    assert not CM_OFFICE.is_open("placement", "closed")
    assert CM_OFFICE.is_open("placement", "closed", integrated_on=TODAY)
    item = CM_OFFICE.item("placement", "place")
    assert (item.addressed, item.completed_by) == ("case_manager", "integrated_on")


def test_so_citizens_the_cm_office_is_a_task_of_communes_unemployment_and_disability_insurance() -> None:
    assert "Gemeinden, der Arbeitslosen- und der Invalidenversicherung" in CM_OFFICE.procedure.about["de"]


# Grenzen überwinden


def test_so_borders_the_expected_600_persons_are_no_condition() -> None:
    assert CM_OFFICE.moves_to("first_advice", **ENTERS) == "opening"
    assert "600" not in str(PROCEDURES["so-cm-office"])


# RAV and IV: the article says that they coordinate support and placement, and nothing of how


@RAV_IV.says("handover/consent")
def test_so_rav_iv_every_step_of_the_hand_over_is_a_default() -> None:
    assert RAV_IV.stated == {"handover/consent"}
    assert "consent" in RAV_IV.warned("handover")
    assert "consent" not in RAV_IV.warned("handover", consent_valid=True)


@pytest.mark.parametrize(
    ("sender", "asked"),
    [("unemployment_insurance", "disability_insurance"), ("disability_insurance", "unemployment_insurance")],
)
def test_so_rav_iv_the_other_office_answers(sender: str, asked: str) -> None:
    items = [item for item in RAV_IV.phase("handover").items if item.applies == (f"lead_kind={sender}",)]

    assert [item.addressed for item in items] == [asked]
    assert "between_both" in RAV_IV.lacking("handover", lead_kind="social_assistance")
    assert "between_both" not in RAV_IV.lacking("handover", lead_kind=sender)
