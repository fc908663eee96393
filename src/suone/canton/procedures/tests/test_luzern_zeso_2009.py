"""R. Bachmann, "Gemeinsam zum Ziel" (ZESO 1/2009), rule by rule: each test is named after its place in the article."""

from datetime import date, timedelta

import pytest

from suone.canton.procedures.days import months_before
from suone.canton.procedures.facts import Fact, Scalar, word
from suone.canton.procedures.rules import EACH
from suone.canton.procedures.tests.sources import TODAY, Paper

LUZERN = Paper("lu-iiz")
NOTIFIED = date(2025, 12, 1)
PARTNERS = ("registered_rav_on", "registered_iv_on", "registered_social_on")
ENTERS: dict[str, Scalar] = {
    "out_of_work": True, "registered_rav_on": NOTIFIED, "notified_on": NOTIFIED, "voluntary": True,
    "several_involved": True, "consent_valid": True, "conditions_checked_on": NOTIFIED,
}  # fmt: skip


def entry(**facts: Scalar) -> set[str]:
    return LUZERN.lacking("entry", notified_on=NOTIFIED, **facts)


def test_every_statement_of_the_file_is_played() -> None:
    assert LUZERN.played == LUZERN.stated


# Voraussetzungen und Ablauf des Prozesses


@LUZERN.says("entry")
def test_lu_conditions_who_fulfils_all_of_them_enters_by_itself() -> None:
    assert LUZERN.moves_to("entry", **ENTERS) == "preparation"


@LUZERN.says("entry/out_of_work", "entry/voluntary", "entry/several_involved")
@pytest.mark.parametrize("condition", ["out_of_work", "voluntary", "several_involved"])
def test_lu_points_1_to_3_each_condition_is_needed(condition: str) -> None:
    assert LUZERN.moves_to("entry", **ENTERS | {condition: False}) is None
    assert condition in entry()


@LUZERN.says("entry/registered", "entry/registered_recently")
@pytest.mark.parametrize("partner", PARTNERS)
def test_lu_point_1_one_registration_of_six_months_at_most_suffices_on_the_day_of_notification(partner: str) -> None:
    limit = months_before(NOTIFIED, 6)

    recent, older = entry(**{partner: limit}), entry(**{partner: limit - timedelta(days=1)})

    assert not recent & {"registered", "registered_recently"}
    assert older & {"registered", "registered_recently"} == {"registered_recently"}


def test_lu_point_1_an_older_registration_with_another_partner_does_no_harm() -> None:
    found = entry(registered_rav_on=date(2020, 1, 1), registered_iv_on=NOTIFIED)

    assert not found & {"registered", "registered_recently"}


def test_lu_point_1_without_any_registration_nobody_enters_and_an_exception_does_not_replace_it() -> None:
    assert "registered" in entry(exception_admitted=True)


def test_lu_point_1_an_exception_from_the_six_months_is_the_offices_alone_with_a_reason() -> None:
    assert "registered_recently" in entry(registered_rav_on=date(2020, 1, 1))
    assert "registered_recently" not in entry(registered_rav_on=date(2020, 1, 1), exception_admitted=True)
    assert (word(Fact.EXCEPTION_ADMITTED).of_office, word(Fact.EXCEPTION_ADMITTED).asks_reason) == (True, True)


@LUZERN.says("entry/consent", "preparation/consent")
@pytest.mark.parametrize("phase", ["entry", "preparation"])
def test_lu_peter_m_signs_the_consent_before_data_are_exchanged(phase: str) -> None:
    assert "consent" in LUZERN.lacking(phase)
    assert "consent" not in LUZERN.lacking(phase, consent_valid=True)


def test_lu_point_4_the_registration_is_checked_by_the_office_alone() -> None:
    assert LUZERN.item("entry", "examine").addressed == "office"
    assert word(Fact.CONDITIONS_CHECKED_ON).of_office


def test_lu_point_4_the_office_neither_ranks_nor_uses_instruments_of_the_valais() -> None:
    assert {name for phase in LUZERN.procedure.phases for name in phase.instruments} == {"outcome"}
    facts = {requirement.fact for phase in LUZERN.procedure.phases for requirement in phase.requirements}
    assert not facts & {"level", "triaged_on", "risk_factors"}


@LUZERN.says("convening joint_interview", "preparation", "preparation/convened", "preparation: convene")
def test_lu_point_4_the_coordination_office_convenes_the_joint_interview() -> None:
    ready: dict[str, Scalar] = {"consent_valid": True, "institutions": 2}

    assert LUZERN.convened_by("joint_interview", institution="coordination_office")
    assert not LUZERN.convened_by("joint_interview", "regional_coordinator", institution="unemployment_insurance")
    assert LUZERN.item("preparation", "convene").addressed == "office"
    assert not LUZERN.is_open("preparation", "interview", **ready)
    assert LUZERN.is_open("preparation", "interview", **ready, meeting_convened=True)


@LUZERN.says("interview", "interview/interview_held", "interview: hold")
def test_lu_point_5_the_joint_interview_is_held() -> None:
    rest: dict[str, Scalar] = {"person_attended": True, "plan_binding_on": TODAY, "case_manager_named": True}

    assert LUZERN.lacking("interview", **rest) == {"interview_held"}
    assert LUZERN.is_open("interview", "support", **rest, joint_interview_held_on=TODAY)
    assert LUZERN.item("interview", "hold").completed_by == "joint_interview_held_on"


@LUZERN.says("interview/case_manager", "support")
def test_lu_point_7_one_professional_becomes_case_manager() -> None:
    rest: dict[str, Scalar] = {"person_attended": True, "plan_binding_on": TODAY, "joint_interview_held_on": TODAY}

    assert LUZERN.lacking("interview", **rest) == {"case_manager"}
    assert LUZERN.is_open("interview", "support", **rest, case_manager_named=True)
    assert {item.addressed for item in LUZERN.phase("support").items} == {"case_manager"}


# Standortgespräch: alle an einem Tisch


@LUZERN.says("preparation/exchanged", "preparation: exchange")
def test_lu_joint_interview_each_invited_institution_contributes_before_it() -> None:
    item = LUZERN.item("preparation", "exchange")

    assert (item.addressed, item.completed_by, item.applies) == (EACH, "contributions_in", ("meeting_convened",))
    assert "exchanged" in LUZERN.warned("preparation")
    assert "exchanged" not in LUZERN.warned("preparation", contributions_in=True)


@LUZERN.says("interview/person_in_second_part")
def test_lu_joint_interview_its_second_part_is_with_the_person() -> None:
    assert "person_in_second_part" in LUZERN.lacking("interview", joint_interview_held_on=TODAY)
    assert "person_in_second_part" not in LUZERN.lacking("interview", person_attended=True)


# Verbindlichkeit für alle Beteiligten


@LUZERN.says("interview/action_plan", "interview: sign")
def test_lu_commitment_the_person_signs_the_action_plan_too() -> None:
    assert "action_plan" in LUZERN.lacking("interview", plan_drafted=True)
    assert "action_plan" not in LUZERN.lacking("interview", plan_binding_on=TODAY)
    item = LUZERN.item("interview", "sign")
    assert (item.addressed, item.completed_by) == ("case_manager", "plan_binding_on")


# Gute Chancen: vom Praktikum zur Anstellung


@LUZERN.says("support: review")
def test_lu_good_prospects_the_case_manager_holds_the_review_meeting() -> None:
    item = LUZERN.item("support", "review")

    assert (item.addressed, item.completed_by) == ("case_manager", "review_held_on")
    assert "review_held" in LUZERN.lacking("support")


@LUZERN.says("support/informed", "support: inform")
def test_lu_good_prospects_the_case_manager_informs_everybody_regularly() -> None:
    item = LUZERN.item("support", "inform")

    assert (item.addressed, item.repeats > 0, item.due.origin.is_default) == ("case_manager", True, True)
    assert "informed" in LUZERN.warned("support")
    assert "informed" not in LUZERN.warned("support", outcome_informed=True)
