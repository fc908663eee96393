"""What is true of kept answers, without database and clock."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.canton.instruments.loading import instrument, shipped_instruments
from suone.canton.instruments.rules import Item, evaluate, explain, fits
from suone.casework.assessments import rules
from suone.casework.assessments.drawing import Dot, Scale, draw
from suone.casework.assessments.rules import Particulars, StoredResult, as_proposal
from suone.casework.cases.rules import RiskFactor
from suone.ground.access.errors import Refused

TODAY = date(2026, 11, 25)
EVERY_RISK = tuple(RiskFactor)
NOTHING_KNOWN = Particulars((), EVERY_RISK, None, TODAY, None, "", None, TODAY)
SEGMENTS, OUTCOME, SEVERITY = instrument("segmentation"), instrument("outcome"), instrument("severity-index")
each = pytest.mark.parametrize("name", shipped_instruments())


def knowing(**changes: object) -> Particulars:
    names = (
        "risk_factors",
        "open_risks",
        "first_contact_on",
        "notified_on",
        "age",
        "closing_outcome",
        "closed_on",
        "on",
    )
    return Particulars(**{name: getattr(NOTHING_KNOWN, name) for name in names} | changes)  # type: ignore[arg-type]


# What the case knows already


def test_risk_factors_that_were_noted_are_answered_and_the_others_are_not_there() -> None:
    known = rules.known_answers(SEVERITY, knowing(risk_factors=["health", "finances"]))

    assert (known["health"], known["finances"], known["housing"]) == ("yes", "yes", "no")
    assert "last_work" not in known


def test_a_risk_factor_that_is_closed_to_whoever_answers_does_not_count_as_absent() -> None:
    open_ones = [risk for risk in EVERY_RISK if risk != RiskFactor.HOUSING]

    known = rules.known_answers(SEVERITY, knowing(risk_factors=["health"], open_risks=open_ones))

    assert known["finances"] == "no"
    assert "housing" not in known


def test_no_risk_factor_noted_may_mean_that_nobody_has_looked() -> None:
    assert rules.known_answers(SEVERITY, NOTHING_KNOWN) == {}


def test_early_detection_is_known_whole_once_the_first_contact_is() -> None:
    early = instrument("early-detection")

    assert not rules.is_all_known(early, rules.known_answers(early, NOTHING_KNOWN))
    assert rules.is_all_known(early, rules.known_answers(early, knowing(first_contact_on=date(2026, 9, 1))))


@pytest.mark.parametrize(
    ("closed_on", "moment"),
    [
        (None, ""),
        (TODAY, "closing"),
        (date(2026, 7, 1), "closing"),
        (date(2026, 6, 25), "six_months"),
        (date(2026, 5, 25), "six_months"),
    ],
)
def test_an_outcome_is_the_one_at_closing_or_the_one_about_six_months_later(closed_on: date, moment: str) -> None:
    assert knowing(closed_on=closed_on).closing_moment == moment


def test_what_is_known_but_is_no_answer_is_left_out() -> None:
    assert "age" not in rules.known_answers(instrument("life-situations"), knowing(age=4))


@each
@given(data=st.data())
def test_only_answers_of_the_section_are_kept_in_it(name: str, data: st.DataObject) -> None:
    this = instrument(name)
    typed = {item.id: data.draw(st.text(max_size=8) | st.sampled_from(item.codes or ("1",))) for item in this.items}

    for section in this.sections:
        kept = rules.answers_of_section(this, section.id, typed)
        assert kept.keys() <= {item.id for item in this.items_of(section.id)}
        assert all(fits(this.item(item), answer) for item, answer in kept.items())


# The result as it is kept


def _answer(item: Item) -> st.SearchStrategy[str]:
    if item.kind == "number":
        return st.integers(item.least, item.most).map(str)
    if item.kind == "day":
        return st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(date.isoformat)
    return st.text(max_size=8) if item.kind == "text" else st.sampled_from(item.codes)


@each
@given(data=st.data())
def test_a_kept_result_explains_itself_as_the_engine_did(name: str, data: st.DataObject) -> None:
    this = instrument(name)
    answers = {item.id: data.draw(_answer(item)) for item in this.items if item.is_asked and data.draw(st.booleans())}
    proposal = evaluate(this, answers)

    kept = as_proposal(this, StoredResult(proposal.points, proposal.band, proposal.rule, proposal.steps))

    assert (kept.band, kept.points, kept.dimensions) == (proposal.band, proposal.points, proposal.dimensions)
    said = explain(this, proposal, "de").removesuffix(f" (offen: {len(proposal.unanswered)})")
    assert explain(this, kept, "de") == said
    assert evaluate(this, {step.item: step.answer for step in kept.steps}).band == proposal.band


# Deciding


def test_as_proposed_needs_no_reason_and_otherwise_does() -> None:
    rules.check_decision(SEGMENTS, proposed="O", band="O", reason="")
    rules.check_decision(SEGMENTS, proposed="O", band="V", reason="She has found a place")

    with pytest.raises(Refused):
        rules.check_decision(SEGMENTS, proposed="O", band="V", reason="  ")
    with pytest.raises(Refused):
        rules.check_decision(SEGMENTS, proposed="O", band="Z", reason="Because")


def test_a_decided_segment_establishes_segment_and_day_and_a_lasting_outcome_its_finding() -> None:
    assert dict(rules.facts_of_decision(SEGMENTS, "S", on=TODAY)) == {"segment": "S", "segmented_on": TODAY}
    assert dict(rules.facts_of_decision(OUTCOME, "lasting", on=TODAY)) == {"lasting_on": TODAY}
    assert dict(rules.facts_of_decision(OUTCOME, "integrated", on=TODAY)) == {}
    assert dict(rules.facts_of_decision(instrument("life-situations"), "none", on=TODAY)) == {}


def test_the_answers_establish_facts_when_the_assessment_is_finished() -> None:
    short = instrument("short-assessment")
    proposal = evaluate(short, {"need_clarified": "yes", "entitled": "no"})

    assert dict(rules.facts_of_answers(short, proposal, on=TODAY)) == {
        "need_clarified": True,
        "entitled": False,
        "short_assessment_on": TODAY,
    }


# The clock


def test_a_segment_is_due_again_after_six_months_and_a_short_assessment_never() -> None:
    assert rules.due_again_on(SEGMENTS, on=date(2026, 8, 31)) == date(2027, 2, 28)
    assert rules.due_again_on(instrument("short-assessment"), on=TODAY) is None


@given(st.integers(-400, 400))
def test_it_is_asked_for_from_two_weeks_before(days: int) -> None:
    assert rules.is_to_be_asked_again(TODAY + timedelta(days=days), on=TODAY) == (days <= 14)


@pytest.mark.parametrize(
    ("closed_on", "asked"),
    [(date(2026, 5, 26), False), (date(2026, 5, 25), True), (date(2025, 11, 26), True), (date(2025, 11, 25), False)],
)
def test_the_later_outcome_is_asked_for_between_six_months_and_a_year(closed_on: date, asked: bool) -> None:
    assert rules.may_ask_for_later_outcome(closed_on, on=TODAY) is asked


# Charts and exports


@given(st.lists(st.tuples(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.floats(0, 6.5)), min_size=1, max_size=9))
def test_every_result_lies_within_the_chart_and_is_described_in_words(found: list[tuple[date, float]]) -> None:
    dots = [Dot(day, height, "moderate", "1") for day, height in sorted(found)]

    picture = draw(dots, Scale(0, 6.5, [(0, "0"), (6.5, "6.5")]), title="Severity <index>")

    assert picture.count("<circle") == len(dots)
    assert all(dot.label in picture for dot in dots)
    assert "Severity &lt;index&gt;" in picture
    for part in picture.split('cx="')[1:]:
        assert 0 <= float(part.split('"')[0]) <= 400
