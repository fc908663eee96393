"""The annual report 2024 of IIZ Wallis, rule by rule: each test is named after its chapter."""

from datetime import date

import pytest

from suone.canton.procedures.facts import Scalar
from suone.canton.procedures.rules import planned_items
from suone.canton.procedures.tests.sources import PROCEDURES, TODAY, Paper

COMPLEX = Paper("vs-complex")
COACHING = Paper("vs-coaching-rav-smz")
YOUTH = Paper("vs-youth")
PAPERS = (COMPLEX, COACHING, YOUTH)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.procedure.identifier)
def test_every_statement_of_the_files_is_played(paper: Paper) -> None:
    assert paper.played == paper.stated


@COMPLEX.says("notification/consent")
@COACHING.says("notification/consent")
@YOUTH.says("notification/consent")
@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.procedure.identifier)
def test_vs_nothing_begins_without_a_valid_consent(paper: Paper) -> None:
    assert "consent" in paper.lacking("notification", triaged_on=TODAY)
    assert "consent" not in paper.lacking("notification", triaged_on=TODAY, consent_valid=True)


# IIZ Jugendliche


@YOUTH.says("receiver", "notification")
def test_vs_youth_plattform_t1_receives_them_and_the_iiz_office_everything_else() -> None:
    receivers = {name: procedure.receiver for name, procedure in PROCEDURES.items() if procedure.receiver}

    assert {name: receiver.kind for name, receiver in receivers.items()} == {"vs-youth": "youth_transition"}
    items = [item for phase in YOUTH.procedure.phases for item in phase.items]
    assert {item.addressed for item in items} == {"receiver"}


@YOUTH.says("notification/notifier")
@pytest.mark.parametrize("circle", ["first", "second", "private"])
def test_vs_youth_both_circles_and_private_persons_notify(circle: str) -> None:
    assert "notifier" not in YOUTH.lacking("notification", notifier_circle=circle)
    assert "notifier" in YOUTH.lacking("notification")


def test_vs_complex_cases_of_adults_are_notified_by_the_first_circle() -> None:
    assert "first_circle" not in COMPLEX.warned("notification", notifier_circle="first")
    for circle in ("second", "private"):
        assert "first_circle" in COMPLEX.warned("notification", notifier_circle=circle)


@YOUTH.says("notification/old_enough", "notification/young_enough")
@pytest.mark.parametrize(("age", "fits"), [(14, False), (15, True), (25, True), (26, False)])
def test_vs_youth_they_are_between_15_and_25(age: int, fits: bool) -> None:
    assert (not YOUTH.warned("notification", age=age) & {"old_enough", "young_enough"}) is fits


@YOUTH.says("session")
def test_vs_youth_the_fixed_session_is_the_way_of_a_notification() -> None:
    assert YOUTH.phase("session").meetings == ("fixed_session",)
    assert "session" in {move.to for move in YOUTH.phase("notification").moves}


@YOUTH.says("session/t1_convention")
def test_vs_youth_with_a_health_impairment_the_convention_t1_iv_applies() -> None:
    directed: dict[str, Scalar] = {"session_discussed_on": TODAY, "directed_to": True}

    assert YOUTH.is_open("session", "direction", **directed)
    assert not YOUTH.is_open("session", "direction", **directed, health_attested=True)
    assert YOUTH.is_open("session", "direction", **directed, health_attested=True, t1_convention=True)


# Gemeldete Fälle vom Typ komplexe IIZ


@YOUTH.says("convening fixed_session")
def test_vs_notified_cases_plattform_t1_convenes_the_fixed_sessions() -> None:
    assert YOUTH.convened_by("fixed_session", institution="youth_transition")
    assert not YOUTH.convened_by("fixed_session", "regional_coordinator", institution="coordination_office")


@YOUTH.says("session: discuss", "session: discuss due")
def test_vs_notified_cases_a_session_every_two_months() -> None:
    item = YOUTH.item("session", "discuss")

    assert (item.addressed, item.due.months, item.repeats) == ("receiver", 2, 2)
    planned = planned_items(YOUTH.phase("session"), {}, on=date(2026, 2, 2), holidays=frozenset())
    assert {entry.item.id: entry.due_on for entry in planned} == {"discuss": date(2026, 4, 2)}


@YOUTH.says("session/discussed", "session/directed", "direction")
def test_vs_notified_cases_they_are_discussed_and_directed_to_the_right_institution() -> None:
    assert not YOUTH.is_open("session", "direction", directed_to=True)
    assert not YOUTH.is_open("session", "direction", session_discussed_on=TODAY)
    assert YOUTH.is_open("session", "direction", session_discussed_on=TODAY, directed_to=True)


# IIZ-Netzwerk, komplexe IIZ


@COMPLEX.says("notification")
def test_vs_complex_it_is_notified_to_the_iiz_office() -> None:
    assert COMPLEX.procedure.receiver is None
    assert COMPLEX.procedure.start.id == "notification"


@COMPLEX.says("network")
@pytest.mark.parametrize(("level", "phase"), [("simple", "network"), ("network", "network"), ("complex", "support")])
def test_vs_network_is_enough_where_it_is_not_complex(level: str, phase: str) -> None:
    triaged: dict[str, Scalar] = {
        "consent_valid": True, "triaged_on": TODAY, "risk_factors": 1, "first_contact_on": TODAY,
        "notified_early": True, "question_recorded": True, "notifier_circle": "first",
    }  # fmt: skip

    assert COMPLEX.moves_to("notification", **triaged, level=level) == phase


def test_vs_example_the_round_table_is_convened_under_the_regional_coordinator() -> None:
    assert COMPLEX.convened_by("round_table", "regional_coordinator", institution="coordination_office")
    assert not COMPLEX.convened_by("round_table", "front_line_worker", institution="unemployment_insurance")


@COMPLEX.says("support: plan")
def test_vs_example_the_case_manager_draws_up_the_integration_plan() -> None:
    item = COMPLEX.item("support", "plan")

    assert (item.addressed, item.completed_by, item.due.origin.is_default) == ("case_manager", "plan_binding_on", True)


# Die Leistungen in Zahlen


@COMPLEX.says("support")
def test_vs_services_five_kinds_for_complex_cases() -> None:
    assert set(COMPLEX.phase("support").services) == {
        "round_table", "assessment", "coaching", "case_management", "medical_mandate",
    }  # fmt: skip


@COMPLEX.says("support: medical_report", "support/medical_report")
def test_vs_services_the_rad_carries_out_the_medical_mandate() -> None:
    item = COMPLEX.item("support", "medical_report")

    assert (item.addressed, item.role, item.applies) == (
        "disability_insurance", "medical_officer", ("medical_mandate_given",),
    )  # fmt: skip
    assert "medical_report" not in COMPLEX.warned("support")
    assert "medical_report" in COMPLEX.warned("support", medical_mandate_given=True)
    assert "medical_report" not in COMPLEX.warned("support", medical_mandate_given=True, medical_report_on=TODAY)


@COMPLEX.says("notification/risk_factors")
def test_vs_severity_index_front_line_workers_note_risk_factors() -> None:
    assert "risk_factors" in COMPLEX.warned("notification", risk_factors=0)
    assert "risk_factors" not in COMPLEX.warned("notification", risk_factors=1)


@COMPLEX.says("notification/first_contact", "notification/early_detection")
def test_vs_early_detection_is_from_the_first_contact_to_the_notification() -> None:
    asked = {"first_contact", "early_detection"}

    assert COMPLEX.warned("notification") & asked == {"first_contact"}
    assert COMPLEX.warned("notification", first_contact_on=TODAY, notified_early=False) & asked == {"early_detection"}
    assert not COMPLEX.warned("notification", first_contact_on=TODAY, notified_early=True) & asked


# Begriffe und Abkürzungen


@COMPLEX.says("support/assessment_with_person", "support/assessment_with_rad", "support/target_agreement")
@pytest.mark.parametrize(
    ("requirement", "fact"),
    [
        ("assessment_with_person", "person_attended"),
        ("assessment_with_rad", "rad_attended"),
        ("target_agreement", "target_agreement_binding_on"),
    ],
)
def test_vs_assessment_with_the_person_and_a_physician_ends_in_a_target_agreement(requirement: str, fact: str) -> None:
    held: dict[str, Scalar] = {"assessment_held_on": TODAY}

    assert requirement not in COMPLEX.lacking("support")
    assert requirement in COMPLEX.lacking("support", **held)
    assert requirement not in COMPLEX.lacking("support", **held, **{fact: True})


@COMPLEX.says("support/case_manager")
def test_vs_case_management_one_member_of_the_pool_answers_for_it() -> None:
    assert "case_manager" in COMPLEX.warned("support")
    assert "case_manager" not in COMPLEX.warned("support", case_manager_named=True)


@COACHING.says("notification/benefits_exhausted", "intensive")
def test_vs_coaching_intensive_is_for_those_whose_benefits_are_exhausted() -> None:
    ready: dict[str, Scalar] = {"consent_valid": True, "triaged_on": TODAY}

    assert COACHING.moves_to("notification", **ready, coaching_kind="intensive") is None
    assert COACHING.moves_to("notification", **ready, coaching_kind="intensive", benefits_exhausted=True) == "intensive"
    assert COACHING.moves_to("notification", **ready, coaching_kind="tandem") == "tandem"


@COACHING.says("tandem/both_institutions", "intensive/both_institutions")
@pytest.mark.parametrize("phase", ["tandem", "intensive"])
def test_vs_coaching_unemployment_insurance_and_social_assistance_support_together(phase: str) -> None:
    assert "both_institutions" in COACHING.lacking(phase)
    assert "both_institutions" not in COACHING.lacking(phase, rav_and_smz=True)


@COACHING.says(
    "tandem", "tandem/tandem_named", "tandem/dossier_analysed", "tandem/plan", "tandem: form_tandem", "tandem: analyse",
    "tandem: plan", "carrying_out",
)  # fmt: skip
@pytest.mark.parametrize(
    ("item", "fact"), [("form_tandem", "tandem_named"), ("analyse", "clarified_on"), ("plan", "plan_binding_on")]
)
def test_vs_coaching_tandems_analyse_the_dossier_write_the_plan_and_carry_it_out(item: str, fact: str) -> None:
    done: dict[str, Scalar] = {
        "lead_named": True, "tandem_named": True, "rav_and_smz": True, "clarified_on": TODAY, "plan_binding_on": TODAY,
    }  # fmt: skip
    without = {name: value for name, value in done.items() if name != fact}

    assert COACHING.item("tandem", item).completed_by == fact
    assert COACHING.moves_to("tandem", **without) is None
    assert COACHING.moves_to("tandem", **done) == "carrying_out"


@COACHING.says("tandem/leading", "intensive/leading")
@pytest.mark.parametrize("phase", ["tandem", "intensive"])
def test_vs_network_between_rav_and_smz_the_leading_institution_is_named(phase: str) -> None:
    assert "leading" in COACHING.lacking(phase)
    assert "leading" not in COACHING.lacking(phase, lead_named=True)
