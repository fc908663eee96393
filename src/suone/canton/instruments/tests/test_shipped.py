"""What must hold for every instrument that comes with the product, whatever is answered."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.canton.instruments.loading import FOLDER, instrument, read_instrument, shipped_instruments
from suone.canton.instruments.rules import Instrument, Item, Proposal, answer_text, evaluate, explain, fits, full_months

ALL = [instrument(name) for name in shipped_instruments()]
each = pytest.mark.parametrize("this", ALL, ids=lambda this: this.identifier)
LANGUAGES = ("de", "fr", "it", "en")
DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


def answer_to(item: Item) -> st.SearchStrategy[str]:
    if item.kind == "number":
        return st.integers(item.least, item.most).map(str)
    if item.kind == "day":
        return DAYS.map(date.isoformat)
    return st.text(max_size=40) if item.kind == "text" else st.sampled_from(item.codes)


def answers_to(this: Instrument) -> st.SearchStrategy[dict[str, str]]:
    """Any part of the questions, each with an answer, nothing, or something that is none."""
    asked = {
        item.id: answer_to(item) | st.sampled_from(["", "unknown", "?", "-1", "٣"])
        for item in this.items
        if item.is_asked
    }
    return st.fixed_dictionaries({}, optional=asked)


def rank(this: Instrument, band: str) -> int:
    """The rank of a band; the first is the highest."""
    return -[known.code for known in this.bands].index(band)


@cache
def read_again(identifier: str) -> Instrument:
    """As the kept text of its version says it."""
    return read_instrument((FOLDER / f"{identifier}.toml").read_text("utf-8"), identifier)


def again(this: Instrument, kept: Proposal) -> Proposal:
    """Calculated from what is kept of an answer: version and answers."""
    return evaluate(read_again(this.identifier), {step.item: step.answer for step in kept.steps})


def test_what_the_product_comes_with() -> None:
    assert set(shipped_instruments()) == {
        "level-triage", "severity-index", "life-situations", "short-assessment", "practice-assessment",
        "in-depth-assessment", "segmentation", "early-detection", "outcome",
    }, "Name a new file here."  # fmt: skip


@each
def test_a_paper_is_named_only_where_it_says_something(this: Instrument) -> None:
    assert bool(this.source) == any(this.origins.values())
    assert set(this.origins) >= {"questions", "bands"}


@pytest.mark.parametrize(
    ("name", "sourced"),
    [
        ("level-triage", {"questions", "bands"}),
        ("early-detection", {"questions", "rules"}),
        ("severity-index", {"range"}),
        ("segmentation", {"bands", "again_after_months"}),
        ("life-situations", {"bands"}),
        ("outcome", set()),
        ("short-assessment", set()),
        ("practice-assessment", set()),
        ("in-depth-assessment", set()),
    ],
)
def test_what_the_papers_say_and_what_the_product_proposes(name: str, sourced: set[str]) -> None:
    assert {part for part, place in instrument(name).origins.items() if place} == sourced


@each
@given(data=st.data())
def test_every_answer_leads_to_a_band_with_an_explanation_in_every_language(this: Instrument, data) -> None:
    result = evaluate(this, data.draw(answers_to(this)))

    band = this.band(result.band)
    assert band.explanation["de"]
    assert band.explanation["fr"]
    for language in LANGUAGES:
        sentence = explain(this, result, language)
        assert len(sentence) > 10
        assert "None" not in sentence
        assert "{" not in sentence


@each
@given(data=st.data())
def test_the_points_stay_between_their_bounds_and_every_question_is_accounted_for(this: Instrument, data) -> None:
    result = evaluate(this, data.draw(answers_to(this)))

    assert this.least <= result.points <= this.most
    assert result.points == sum(step.points for step in result.steps)
    counted = [item.id for item in this.items if item.counts]
    assert sorted([step.item for step in result.steps] + list(result.unanswered)) == sorted(counted)
    under = {item.id for item in this.items if item.dimension}
    assert sum(result.dimensions.values()) == sum(step.points for step in result.steps if step.item in under)


@each
@given(data=st.data())
def test_a_result_can_be_calculated_again_from_what_is_kept(this: Instrument, data) -> None:
    result = evaluate(this, data.draw(answers_to(this)))

    assert again(this, result) == result
    assert json.dumps(again(this, result).as_json()) == json.dumps(result.as_json())


@pytest.mark.parametrize("this", [i for i in ALL if not i.rules], ids=lambda this: this.identifier)
@given(data=st.data())
def test_more_points_never_lead_to_a_lower_band(this: Instrument, data) -> None:
    answers = data.draw(answers_to(this))
    item = data.draw(st.sampled_from([item for item in this.items if item.codes or item.steps]))
    results = [evaluate(this, answers | {item.id: data.draw(answer_to(item))}) for _time in range(2)]
    fewer, more = sorted(results, key=lambda result: result.points)

    assert rank(this, more.band) >= rank(this, fewer.band)


@each
def test_every_band_can_be_reached(this: Instrument) -> None:
    if this.rules:
        assert {rule.band for rule in this.rules} == {band.code for band in this.bands}
    else:
        assert all(band.threshold is not None and band.threshold <= this.most for band in this.bands)


@each
def test_every_french_text_has_its_narrow_spaces_and_no_german_text_a_sharp_s(this: Instrument) -> None:
    text = Path(FOLDER / f"{this.identifier}.toml").read_text("utf-8")

    assert "ß" not in text
    for french in re.findall(r'\bfr = "((?:[^"\\]|\\.)*)"', text):
        assert not re.search(r"[^\u202f][:;?!](\s|$)", french), french


# The severity index.

SEVERITY = instrument("severity-index")


def test_the_severity_index_spans_exactly_0_to_6_5() -> None:
    worst = {item.id: max(item.codes, key=item.points_for) for item in SEVERITY.items}
    best = {item.id: min(item.codes, key=item.points_for) for item in SEVERITY.items}

    assert evaluate(SEVERITY, worst).points == Decimal("6.5") == SEVERITY.most
    assert evaluate(SEVERITY, best).points == 0 == SEVERITY.least


@given(data=st.data())
def test_one_more_risk_never_lowers_the_severity_index(data) -> None:
    answers = data.draw(answers_to(SEVERITY))
    item = data.draw(st.sampled_from([item for item in SEVERITY.items if item.kind == "yes_no"]))
    without, noted = evaluate(SEVERITY, answers | {item.id: "no"}), evaluate(SEVERITY, answers | {item.id: "yes"})

    assert noted.points == without.points + item.weight
    assert rank(SEVERITY, noted.band) >= rank(SEVERITY, without.band)


def test_a_planted_weight_is_found_by_the_declared_span() -> None:
    text = (FOLDER / "severity-index.toml").read_text("utf-8")

    with pytest.raises(Exception, match=r"the points span 0 to 7\.75, but range says 0 to 6\.5"):
        read_instrument(text.replace("weight = 0.75", "weight = 2.00", 1), "planted.toml")


def test_the_default_weights_say_that_they_are_a_default() -> None:
    assert "nicht veröffentlicht" in SEVERITY.note["de"]
    assert "n’a pas publié" in SEVERITY.note["fr"]


def test_the_severity_index_explains_itself_in_a_sentence() -> None:
    result = evaluate(SEVERITY, {"last_work": "longer", "health": "yes", "finances": "yes", "housing": "no"})

    assert explain(SEVERITY, result, "de") == (
        "Index 2,75 von 6,5 (mittel): Letzte Arbeit 1,5, Gesundheit 0,75, Finanzen 0,5 (offen: 9)"
    )
    assert explain(SEVERITY, result, "fr") == (
        "Indice 2,75 sur 6,5 (moyenne)\u202f: Dernier emploi 1,5, Santé 0,75, Finances 0,5 (sans réponse\u202f: 9)"
    )
    assert result.dimensions == {"recent_integration": Decimal("1.5"), "risks": Decimal("1.25")}


def test_without_any_risk_nothing_adds_to_the_index() -> None:
    nothing = {item.id: "no" for item in SEVERITY.items} | {"last_work": "within_six_months"}

    assert explain(SEVERITY, evaluate(SEVERITY, nothing), "de") == "Index 0,0 von 6,5 (gering): nichts zählt dazu"


# Segmentation.

SEGMENTS = instrument("segmentation")


@pytest.mark.parametrize(
    ("chances", "measures", "release", "social_work", "segment"),
    [
        ("good", "yes", "no", "no", "A"),
        ("none", "no", "yes", "no", "A"),
        ("good", "yes", "no", "yes", "V"),
        ("some", "yes", "no", "no", "V"),
        ("some", "unclear", "no", "yes", "O"),
        ("some", "no", "no", "no", "O"),
        ("none", "yes", "no", "no", "O"),
        ("none", "unclear", "no", "no", "O"),
        ("none", "no", "no", "no", "S"),
        ("none", "no", "yes", "yes", "S"),
    ],
)
def test_the_answers_lead_to_a_segment(chances, measures, release, social_work, segment) -> None:
    answers = {
        "chances": chances, "with_measures": measures, "release_expected": release, "needs_social_work": social_work,
    }  # fmt: skip

    assert evaluate(SEGMENTS, answers).band == segment


@given(data=st.data())
def test_better_prospects_never_lead_nearer_to_stabilising(data) -> None:
    answers = data.draw(answers_to(SEGMENTS)) | {"needs_social_work": data.draw(st.sampled_from(["yes", "no"]))}
    better = {
        "chances": ("none", "some", "good"),
        "with_measures": ("no", "unclear", "yes"),
        "release_expected": ("no", "yes"),
    }
    item, steps = data.draw(st.sampled_from(sorted(better.items())))
    worse = data.draw(st.integers(0, len(steps) - 2))
    before = evaluate(SEGMENTS, answers | {item: steps[worse]})
    after = evaluate(SEGMENTS, answers | {item: steps[worse + 1]})

    assert rank(SEGMENTS, after.band) >= rank(SEGMENTS, before.band)


def test_without_answers_the_proposal_is_to_orient() -> None:
    assert evaluate(SEGMENTS, {}).band == "O"


def test_each_segment_has_its_standard_strategy_and_s_excludes_labour_market_measures() -> None:
    assert all(band.strategy["de"] and band.strategy["fr"] for band in SEGMENTS.bands)
    assert "keine arbeitsmarktlichen Massnahmen" in SEGMENTS.band("S").strategy["de"]
    assert SEGMENTS.again_after_months == 6


# Life situations.

LIFE = instrument("life-situations")
SITUATIONS = {
    "1": {"age": "25", "may_not_complete": "yes"},
    "2": {"without_job": "yes", "social_assistance": "applying", "certified": "yes"},
    "3": {"without_job": "yes", "social_assistance": "receiving", "feels_unfit": "yes"},
    "4": {"without_job": "yes", "given_notice": "yes", "may_fall_ill": "yes"},
    "5": {"without_job": "no", "age": "56", "clear_limits": "yes"},
    "6": {"without_job": "no", "frequent_absences": "yes", "certified": "yes"},
}


@pytest.mark.parametrize(("situation", "answers"), SITUATIONS.items())
def test_each_of_the_six_life_situations_is_recognised_and_hangs_on_each_of_its_answers(situation, answers) -> None:
    assert evaluate(LIFE, answers).band == situation
    for item in answers:
        assert evaluate(LIFE, {name: answer for name, answer in answers.items() if name != item}).band == "none"


@pytest.mark.parametrize("without_job", ["yes", "no"])
def test_zurich_situation_1_counts_pupils_and_apprentices_who_have_a_place(without_job: str) -> None:
    assert evaluate(LIFE, SITUATIONS["1"] | {"without_job": without_job}).band == "1"
    assert evaluate(LIFE, SITUATIONS["1"] | {"without_job": without_job, "age": "26"}).band == "none"


def test_zurich_situation_5_begins_at_56_since_over_55_is_meant() -> None:
    assert evaluate(LIFE, SITUATIONS["5"] | {"age": "55"}).band == "none"
    assert evaluate(LIFE, SITUATIONS["5"]).band == "5"


def test_when_several_apply_all_are_named_and_the_first_is_proposed() -> None:
    result = evaluate(LIFE, SITUATIONS["2"] | SITUATIONS["4"])

    assert result.band == "2"
    assert result.fitting == ("2", "4")


# Early detection.

EARLY = instrument("early-detection")


@pytest.mark.parametrize(
    ("first", "notified", "band"),
    [
        ("2026-01-15", "2026-07-14", "early"),
        ("2026-01-15", "2026-07-15", "late"),
        ("2025-08-31", "2026-02-28", "late"),
        ("2025-08-31", "2026-02-27", "early"),
        ("2026-05-01", "2026-05-01", "early"),
        ("2026-05-02", "2026-05-01", "unknown"),
        ("", "2026-05-01", "unknown"),
    ],
)
def test_early_is_less_than_six_months(first: str, notified: str, band: str) -> None:
    assert evaluate(EARLY, {"first_contact_on": first, "notified_on": notified}).band == band


@given(DAYS, st.integers(0, 4000), st.integers(0, 400))
def test_the_months_never_shrink_as_time_passes(since: date, days: int, more: int) -> None:
    earlier, later = since + timedelta(days=days), since + timedelta(days=days + more)

    assert 0 <= full_months(since, earlier) <= full_months(since, later)


# Outcome.

OUTCOME = instrument("outcome")


def test_only_what_lasts_six_months_later_is_found_to_be_lasting() -> None:
    closing = {"moment": "closing", "outcome": "primary_market", "lasts": "yes"}

    assert evaluate(OUTCOME, closing).band == "integrated"
    assert evaluate(OUTCOME, closing | {"moment": "six_months"}).band == "lasting"
    assert evaluate(OUTCOME, closing | {"moment": "six_months", "lasts": "no"}).band == "integrated"
    assert OUTCOME.band("lasting").establishes == "lasting_on"


@pytest.mark.parametrize("code", [option.code for option in OUTCOME.item("outcome").options])
def test_every_outcome_has_its_conclusion(code: str) -> None:
    assert evaluate(OUTCOME, {"outcome": code}).band != "open"


# Answers.


@each
@given(data=st.data())
def test_what_is_no_answer_is_not_understood(this: Instrument, data) -> None:
    item = data.draw(st.sampled_from([item for item in this.items if item.is_asked and item.counts]))
    typed = data.draw(st.text(max_size=12))

    result = evaluate(this, {item.id: typed})

    assert (item.id in result.unanswered) == (not fits(item, typed.strip()))


@each
@given(data=st.data())
def test_every_answer_can_be_shown(this: Instrument, data) -> None:
    item = data.draw(st.sampled_from([item for item in this.items if item.is_asked and item.counts]))

    assert all(answer_text(item, data.draw(answer_to(item)), language) not in ("", "–") for language in LANGUAGES)
