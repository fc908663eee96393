"""What counts in a new round of a case: what became true in it, and what the file says holds once for good."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.canton.procedures.conditions import Facts, FactsOfRound, in_new_round
from suone.canton.procedures.facts import WORDS, Fact, Shape, Source, word
from suone.canton.procedures.rules import RULES, Due, Item, Requirement, is_met, is_settled, planned_items
from suone.canton.procedures.tests.test_rules import DUE, TEXT, TODAY, asks, phase

HAPPENED = sorted(fact for fact, known in WORDS.items() if known.belongs_to_round)
DESCRIBES = sorted(set(WORDS) - set(HAPPENED))


def value_of(fact: str) -> st.SearchStrategy[bool | int | str | date]:
    known = word(fact)
    return {
        Shape.YES: st.just(True),
        Shape.DAY: st.dates(TODAY - timedelta(days=900), TODAY),
        Shape.NUMBER: st.integers(1, 5),
        Shape.CHOICE: st.sampled_from(known.codes or ("-",)),
    }[known.shape]


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    chosen = draw(st.lists(st.sampled_from(sorted(WORDS)), unique=True, max_size=12))
    return {fact: draw(value_of(fact)) for fact in chosen}


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    rule = draw(st.sampled_from(sorted(set(RULES) - {"holds_not"})))
    fact = draw(st.sampled_from([fact for fact in HAPPENED if word(fact).shape in RULES[rule].shapes] or HAPPENED))
    waived = draw(st.lists(st.sampled_from(HAPPENED), max_size=2))
    return asks(rule, fact, number=draw(st.integers(1, 36)), unless=tuple(waived))


@st.composite
def items(draw: st.DrawFn) -> Item:
    repeats = draw(st.sampled_from((0, 3)))
    fact = draw(st.sampled_from(HAPPENED))
    return Item(fact, TEXT, "lead", DUE, completed_by=fact, repeats=repeats)


def item(completed_by: str, **more: object) -> Item:
    return replace(Item(completed_by, TEXT, "lead", DUE, completed_by=completed_by), **more)  # type: ignore[arg-type]


@given(requirements(), facts())
def test_a_requirement_never_accepts_what_became_true_before_the_round(asked: Requirement, known: Facts) -> None:
    whatever_is_accepted = {asked.fact, *asked.unless}
    known = {fact: value for fact, value in known.items() if fact in whatever_is_accepted} | {asked.fact: TODAY}

    assert not is_met(asked, in_new_round(known), on=TODAY)


@given(requirements(), facts())
def test_once_accepts_in_every_round_what_it_accepts_in_the_first(asked: Requirement, known: Facts) -> None:
    for_good = replace(asked, once=True)

    assert is_met(for_good, in_new_round(known), on=TODAY) == is_met(asked, known, on=TODAY)


@given(st.sampled_from(HAPPENED), facts())
def test_what_forbids_still_forbids_in_a_new_round(fact: str, known: Facts) -> None:
    forbids = asks("holds_not", fact)

    assert is_met(forbids, in_new_round(known), on=TODAY) == is_met(forbids, known, on=TODAY)


@given(st.lists(items(), max_size=6, unique_by=lambda each: each.id), facts())
def test_a_new_round_sets_every_item_as_if_nothing_had_happened(set_items: list[Item], known: Facts) -> None:
    place = phase(*set_items)

    anew = planned_items(place, in_new_round(known), on=TODAY, holidays=frozenset())

    assert anew == planned_items(place, {}, on=TODAY, holidays=frozenset())
    assert [planned.item for planned in anew] == set_items


@given(st.sampled_from(HAPPENED), facts(), facts())
def test_what_happens_in_the_round_settles_its_items(fact: str, before: Facts, since: Facts) -> None:
    known = FactsOfRound({**before, **since, fact: TODAY}, set(before) - set(since) - {fact})

    assert is_settled(item(fact), known, since=None)


@given(st.sampled_from(DESCRIBES), facts())
def test_what_describes_the_case_holds_in_every_round(fact: str, known: Facts) -> None:
    assert is_met(asks("holds", fact), in_new_round(known), on=TODAY) == is_met(asks("holds", fact), known, on=TODAY)


def test_an_item_that_is_to_be_done_once_is_not_set_again() -> None:
    known = in_new_round({Fact.T1_CONVENTION: True})
    place = phase(item(Fact.T1_CONVENTION, once=True), item(Fact.PARTNER_CONTACTED, once=True))

    assert [planned.item.id for planned in planned_items(place, known, on=TODAY, holidays=frozenset())] == [
        Fact.PARTNER_CONTACTED
    ]


def test_a_recurring_item_begins_its_months_anew() -> None:
    review = item(Fact.REVIEW_HELD_ON, repeats=3, due=Due(months=1))
    known = in_new_round({Fact.REVIEW_HELD_ON: TODAY - timedelta(days=10)})

    [planned] = planned_items(phase(review), known, on=TODAY, holidays=frozenset())

    assert planned.due_on == date(2026, 4, 30)


@pytest.mark.parametrize(
    ("condition", "asked_again"),
    [(Fact.MEDICAL_MANDATE_GIVEN, False), (Fact.JOBLESS_REFUGEE, True), (Fact.SERVICES_RUNNING, True)],
)
def test_a_condition_on_an_act_of_an_earlier_round_asks_nothing(condition: Fact, asked_again: bool) -> None:
    """Whoever comes back without a new mandate owes no new report; a refugee is a refugee in every round."""
    known = in_new_round({condition: True})
    report = asks("holds", Fact.MEDICAL_REPORT_ON, applies=(condition,))
    to_do = item(Fact.MEDICAL_REPORT_ON, applies=(condition,))

    assert is_met(report, known, on=TODAY) is not asked_again
    assert bool(planned_items(phase(to_do), known, on=TODAY, holidays=frozenset())) is asked_again


def test_only_what_happened_belongs_to_a_round() -> None:
    assert Fact.CONSENT_VALID not in HAPPENED
    assert {fact for fact in HAPPENED if word(fact).source is Source.DERIVED} == set()
    assert {Fact.SEGMENT, Fact.CONSTELLATION, Fact.SERVICES_RUNNING} < set(DESCRIBES)
    assert FactsOfRound({Fact.SEGMENT: "A"}, [Fact.SEGMENT]).earlier == frozenset()
