"""Level triage as a truth table, and what must hold for every set of answers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.canton.instruments.loading import instrument
from suone.canton.instruments.rules import Instrument, Proposal, evaluate

TRIAGE = instrument("level-triage")
IDS = [item.id for item in TRIAGE.items]
COUNTED = [item.id for item in TRIAGE.items if item.points]
MOST = sum(max(item.all_points) for item in TRIAGE.items)
RANK = {band.code: rank for rank, band in enumerate(reversed(TRIAGE.bands))}

# A case that two workers can settle by themselves: every answer is the reassuring one.
EASY = {item.id: "no" if item.points.get("yes") else "yes" for item in TRIAGE.items} | {"strategies_differ": "no"}
# The two descriptions of the Valais report 2024, with everything that each allows ("kann").
ALLOWED_BY_BOTH = {"can_take_part": "no", "strategies_differ": "yes"}
NETWORK = ALLOWED_BY_BOTH | {
    "several_institutions": "yes", "difficulties_accumulate": "no", "complex_risks": "yes",
    "measures_available": "yes", "livelihood_secured": "yes", "claims_clear": "yes",
}  # fmt: skip
COMPLEX = ALLOWED_BY_BOTH | {
    "several_institutions": "yes", "difficulties_accumulate": "yes", "complex_risks": "yes",
    "measures_available": "no", "claims_clear": "no",
}  # fmt: skip

any_answers = st.dictionaries(st.sampled_from(IDS), st.sampled_from(["yes", "no", "unknown"]))


def worst(item_id: str) -> str:
    """The answer to this item that favours a higher level most."""
    points = TRIAGE.item(item_id).points
    return max(points, key=lambda answer: points[answer], default="yes")


def proposed(**answers: str) -> str:
    return evaluate(TRIAGE, EASY | answers).band


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({}, "simple"),
        ({"strategies_differ": "yes"}, "simple"),
        ({"claims_clear": "no"}, "simple"),
        ({"several_institutions": "yes"}, "network"),
        ({"complex_risks": "yes"}, "simple"),
        ({"difficulties_accumulate": "yes"}, "network"),
        ({"measures_available": "no", "can_take_part": "no"}, "simple"),
        ({"measures_available": "no", "claims_clear": "no"}, "network"),
        ({"several_institutions": "yes", "complex_risks": "yes"}, "network"),
        ({"several_institutions": "yes", "can_take_part": "no", "strategies_differ": "yes"}, "network"),
        ({"several_institutions": "yes", "complex_risks": "yes", "claims_clear": "no"}, "network"),
        ({"several_institutions": "yes", "difficulties_accumulate": "yes", "complex_risks": "yes"}, "complex"),
        ({"several_institutions": "yes", "difficulties_accumulate": "yes", "measures_available": "no"}, "complex"),
    ],
)
def test_the_criteria_lead_to_a_level(answers: dict[str, str], level: str) -> None:
    assert proposed(**answers) == level


def test_report_2024_the_picture_of_network_is_proposed_as_network_with_all_that_it_allows() -> None:
    assert evaluate(TRIAGE, NETWORK).band == "network"


def test_report_2024_the_picture_of_complex_is_proposed_as_complex_without_what_it_merely_allows() -> None:
    assert evaluate(TRIAGE, COMPLEX).band == "complex"
    assert evaluate(TRIAGE, COMPLEX | {"can_take_part": "yes", "strategies_differ": "no"}).band == "complex"


@given(any_answers)
def test_report_2024_what_both_descriptions_allow_never_pushes_towards_complex(answers: dict[str, str]) -> None:
    assert evaluate(TRIAGE, answers | ALLOWED_BY_BOTH).points == evaluate(TRIAGE, answers).points


def test_report_2024_two_institutions_suffice_for_network() -> None:
    assert proposed(several_institutions="yes") == "network"
    assert "zwei genügen" in TRIAGE.item("several_institutions").text["de"]


def test_everything_at_its_worst_is_complex_and_counts_all_points() -> None:
    result = evaluate(TRIAGE, {item_id: worst(item_id) for item_id in IDS})

    assert (result.band, result.points) == ("complex", MOST)
    assert [step.item for step in result.reasons] == COUNTED


def test_without_answers_the_lowest_level_is_proposed_and_everything_is_named_as_open() -> None:
    result = evaluate(TRIAGE, {})

    assert (result.band, result.points, result.reasons) == ("simple", 0, ())
    assert list(result.unanswered) == IDS


def test_the_reasons_are_the_answers_that_spoke_for_a_higher_level_each_with_its_sentence() -> None:
    result = evaluate(TRIAGE, EASY | {"several_institutions": "yes", "claims_clear": "no"})

    assert [(step.item, step.answer, step.points) for step in result.reasons] == [
        ("several_institutions", "yes", 2),
        ("claims_clear", "no", 1),
    ]
    assert all(TRIAGE.item(step.item).text["fr"] for step in result.reasons)


def test_a_reassuring_answer_is_part_of_the_calculation_but_is_no_reason() -> None:
    result = evaluate(TRIAGE, {"claims_clear": "yes"})

    assert [(step.item, step.points) for step in result.steps] == [("claims_clear", 0)]
    assert result.reasons == ()


def test_unknown_counts_nothing_and_is_named() -> None:
    result = evaluate(TRIAGE, EASY | {"complex_risks": "unknown"})

    assert result.points == 0
    assert result.unanswered == ("complex_risks",)


def test_an_answer_to_a_question_of_another_version_changes_nothing() -> None:
    assert evaluate(TRIAGE, EASY | {"asked_in_1999": "yes"}) == evaluate(TRIAGE, EASY)


@pytest.mark.parametrize("band", TRIAGE.bands, ids=lambda band: band.code)
def test_a_level_begins_exactly_at_its_threshold(band) -> None:
    assert next(b.code for b in TRIAGE.bands if band.threshold >= b.threshold) == band.code
    assert band.threshold <= MOST


@given(any_answers)
def test_the_points_stay_between_their_bounds_and_every_question_is_accounted_for(answers: dict[str, str]) -> None:
    result = evaluate(TRIAGE, answers)

    assert 0 <= result.points <= MOST
    assert sorted([step.item for step in result.steps] + list(result.unanswered)) == sorted(IDS)


@given(any_answers)
def test_the_same_answers_give_the_same_result_in_whatever_order_they_come(answers: dict[str, str]) -> None:
    backwards = dict(reversed(answers.items()))

    assert evaluate(TRIAGE, answers) == evaluate(TRIAGE, backwards)


@given(any_answers)
def test_a_kept_result_can_be_calculated_again_from_what_was_kept(answers: dict[str, str]) -> None:
    kept = json.loads(json.dumps(evaluate(TRIAGE, answers).as_json()))

    again = evaluate(instrument(kept["identifier"]), {step["item"]: step["answer"] for step in kept["steps"]})

    assert json.loads(json.dumps(again.as_json())) == kept
    assert sum(step["points"] for step in kept["steps"]) == kept["points"]


@given(any_answers, st.sampled_from(IDS))
def test_one_more_sign_of_a_complex_case_never_lowers_the_level(answers: dict[str, str], item_id: str) -> None:
    before = evaluate(TRIAGE, answers)
    after = evaluate(TRIAGE, answers | {item_id: worst(item_id)})

    assert after.points >= before.points
    assert RANK[after.band] >= RANK[before.band]


@given(any_answers)
def test_the_level_is_the_highest_whose_threshold_is_reached(answers: dict[str, str]) -> None:
    result: Proposal = evaluate(TRIAGE, answers)
    reached = [band for band in TRIAGE.bands if band.threshold <= result.points]

    assert result.band == max(reached, key=lambda band: band.threshold).code


def test_the_triage_names_its_three_levels_from_the_highest_to_the_lowest() -> None:
    triage: Instrument = TRIAGE

    assert [band.code for band in triage.bands] == ["complex", "network", "simple"]
    assert triage.band("network").title["fr"] == "réseau"
