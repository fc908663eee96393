"""The agreement SMZ–IV, rule by rule, as its file holds it; each test is named after its place in the agreement."""

from datetime import date

import pytest

from suone.canton.procedures.conditions import with_implied
from suone.canton.procedures.days import months_before
from suone.canton.procedures.facts import Fact, Scalar
from suone.canton.procedures.loading import shipped
from suone.canton.procedures.rules import Planned, phase_status, planned_items

TODAY = date(2026, 6, 15)
PROCEDURE = shipped()["vs-smz-iv"]
ONE: dict[str, Scalar] = {"handover_between": "smz_iv", "constellation": "1"}
TWO: dict[str, Scalar] = {"handover_between": "iv_smz", "constellation": "2"}
BOTH_WAYS_OF_THREE = [{"handover_between": between, "constellation": "3"} for between in ("smz_iv", "iv_smz")]
AGAIN = {"iv_contact_kind": "placement", "iv_placement_ended_on": months_before(TODAY, 24)}
IN_ANY_CASE = {"written_request", "former_adviser", "network_meeting_first", "joint_agreement_considered"}


def lacking(facts: dict[str, Scalar], phase: str = "contact") -> set[str]:
    found = phase_status(PROCEDURE.phase(phase), with_implied(facts), on=TODAY)
    return {requirement.id for requirement in found.lacking}


def warned(facts: dict[str, Scalar]) -> set[str]:
    found = phase_status(PROCEDURE.start, with_implied(facts), on=TODAY)
    return {requirement.id for requirement in found.warnings}


def items(facts: dict[str, Scalar], phase: str = "parallel") -> dict[str, Planned]:
    planned = planned_items(PROCEDURE.phase(phase), facts, on=TODAY, holidays=frozenset())
    return {entry.item.id: entry for entry in planned}


def whose(facts: dict[str, Scalar], completed_by: str) -> list[str]:
    return [entry.item.addressed for entry in items(facts).values() if entry.item.completed_by == completed_by]


@pytest.mark.parametrize("fact", ["register_checked", "person_asked"])
def test_smz_iv_1_a_the_iv_coordinator_checks_the_register_and_asks_the_person(fact: str) -> None:
    assert whose(ONE, fact) == ["disability_insurance"]


@pytest.mark.parametrize("fact", ["register_checked", "person_asked"])
def test_smz_iv_2_a_the_social_worker_checks_the_register_and_asks_the_person(fact: str) -> None:
    assert whose(TWO, fact) == ["social_assistance"]


def test_smz_iv_1_a_and_2_a_apply_to_nobody_else_and_not_to_the_sender() -> None:
    asked = {"register_checked", "person_asked"}
    for phase in PROCEDURE.phases:
        assert not asked & {requirement.fact for requirement in phase.requirements}, phase.id
        if phase.id != "parallel":
            assert not asked & {item.completed_by for item in phase.items}, phase.id
    for between in ("rav_smz", "bip_rav", "other"):
        for constellation in ("1", "2"):
            other = {"handover_between": between, "constellation": constellation}
            assert set(items(other)) == {"review"}


@pytest.mark.parametrize("facts", [ONE | {"iv_contact_kind": "application", "health_attested": True}, TWO])
def test_smz_iv_1_b_and_2_b_ask_for_contact_or_own_coordinates(facts: dict[str, Scalar]) -> None:
    assert lacking(facts) == {"partner_contacted"}
    assert lacking(facts | {"partner_contacted": True}) == set()
    assert lacking(facts | {"coordinates_sent": True}) == set()


def test_smz_iv_1_b_and_2_b_parallel_support_begins_with_an_answer_and_coordinates_wait() -> None:
    place = PROCEDURE.phase("contacted")
    sent = ONE | {"coordinates_sent": True}
    to_parallel = next(move for move in place.moves if move.to == "parallel")

    assert to_parallel.automatic
    assert "parallel" not in [move.to for move in PROCEDURE.start.moves]
    assert lacking(sent, "contacted") == set()
    ways = {way.move.to: way for way in phase_status(place, sent, on=TODAY).ways}
    assert not ways["parallel"].is_open
    ways = {way.move.to: way for way in phase_status(place, sent | {"handover_accepted_on": TODAY}, on=TODAY).ways}
    assert ways["parallel"].is_open


def test_smz_iv_introduction_iv_keeps_whom_the_person_names_whichever_side_it_is_on() -> None:
    assert whose(ONE, "advisers_named") == ["disability_insurance"]
    assert whose(TWO, "advisers_named") == ["disability_insurance"]


@pytest.mark.parametrize("kind", ["early_registration", "application", "worsening"])
def test_smz_iv_1_only_persons_with_an_attested_health_problem_are_registered_with_iv(kind: str) -> None:
    assert "health_attested" in lacking(ONE | {"iv_contact_kind": kind})
    assert "health_attested" not in lacking(TWO | {"iv_contact_kind": kind})


def test_smz_iv_1_after_an_earlier_application_new_facts_are_objectively_confirmed() -> None:
    first = ONE | {"iv_contact_kind": "application"}
    assert "new_medical_facts" not in lacking(first)
    assert "new_medical_facts" in lacking(first | {"earlier_iv_application": True})
    sentences = PROCEDURE.start.requirement("new_medical_facts").missing
    assert "objektiv bestätigt" in sentences["de"]
    assert "mit oder ohne Rente" in sentences["de"]
    assert "confirmé objectivement" in sentences["fr"]


def test_smz_iv_1_a_worsening_or_an_ended_placement_implies_an_earlier_application() -> None:
    assert "new_medical_facts" in lacking(ONE | {"iv_contact_kind": "worsening"})
    assert "new_medical_facts" in lacking(ONE | {"iv_contact_kind": "application", "iv_placement_ended_on": TODAY})
    assert with_implied({}) == {}
    assert Fact.EARLIER_IV_APPLICATION not in with_implied({"iv_contact_kind": "application"})


@pytest.mark.parametrize(
    ("months", "measures", "expected"),
    [
        (2, "", {"pause", "pause_full"}),
        (4, "", {"pause_full"}),
        (6, "", set()),
        *((2, measure, set()) for measure in ("motivation", "fitness", "preparation", "training")),
    ],
)
def test_smz_iv_1_a_renewed_placement_request_within_3_to_6_months_is_warned_of_and_not_blocked(
    months: int, measures: str, expected: set[str]
) -> None:
    facts = ONE | AGAIN | {"iv_placement_ended_on": months_before(TODAY, months), "relevant_measures": measures}

    assert warned(facts) & {"pause", "pause_full"} == expected
    assert not lacking(facts) & {"pause", "pause_full"}


def test_smz_iv_1_in_any_case_a_renewed_request_is_written_by_the_person_and_prepared_with_iv() -> None:
    assert lacking(ONE | AGAIN) >= IN_ANY_CASE
    assert lacking(ONE | AGAIN | {"relevant_measures": "training"}) >= IN_ANY_CASE
    done = {
        "written_request": True, "former_adviser_contacted": TODAY, "both_advisers_met_on": TODAY,
        "target_agreement_considered": True, "coordinates_sent": True,
    }  # fmt: skip
    assert lacking(ONE | AGAIN | done) == set()


@pytest.mark.parametrize(
    "facts",
    [
        ONE | AGAIN | {"iv_placement_ended_on": ""},  # a first request
        ONE | AGAIN | {"iv_contact_kind": "worsening"},
        TWO | AGAIN,
        *(three | AGAIN for three in BOTH_WAYS_OF_THREE),
        {"handover_between": "rav_smz", "constellation": "1"} | AGAIN,
    ],
)
def test_smz_iv_1_in_any_case_holds_for_no_other_contact_and_no_other_direction(facts: dict[str, Scalar]) -> None:
    assert not lacking(facts) & IN_ANY_CASE
    assert not warned(facts) & {"pause", "pause_full"}


def test_smz_iv_1_nobody_certifies_the_cooperation_agreement_of_iv() -> None:
    assert not [fact for fact in Fact.values if "cooperation" in fact]


@pytest.mark.parametrize("facts", BOTH_WAYS_OF_THREE)
def test_smz_iv_3_asks_for_contact_or_coordinates_and_nothing_more(facts: dict[str, Scalar]) -> None:
    assert lacking(facts) == {"transfer_coordinated"}
    for fact in ("coordinates_sent", "partner_contacted"):
        known = facts | {fact: True, "ahv_known": True}
        assert lacking(known) == set()
        assert warned(known) == set()
        found = phase_status(PROCEDURE.phase("transfer"), known, on=TODAY)
        assert (found.lacking, found.warnings) == ((), ())
        assert set(items(known, "transfer")) == {"accept"}


@pytest.mark.parametrize("phase", [phase.id for phase in PROCEDURE.phases if phase.state == "active"])
def test_smz_iv_4_whoever_stops_needs_nothing(phase: str) -> None:
    stops = next(move for move in PROCEDURE.phase(phase).moves if move.to == "stopped")

    assert stops.needs == ()
    assert PROCEDURE.phase("stopped").origin.source == "SMZ–IV Ziff. 4"


def test_smz_iv_after_4_the_ahv_number_is_recommended_and_never_asks_for_a_reason() -> None:
    assert PROCEDURE.start.requirement("ahv_number").severity == "should"
    assert not [move.to for move in PROCEDURE.start.moves if "ahv_number" in move.needs]


def test_items_of_rav_smz_are_not_addressed_to_iv() -> None:
    for phase in PROCEDURE.phases:
        for constellation in ("1", "2", "3"):
            facts = {"handover_between": "rav_smz", "constellation": constellation, "jobless_refugee": True}
            assert "disability_insurance" not in [entry.item.addressed for entry in items(facts, phase.id).values()]
