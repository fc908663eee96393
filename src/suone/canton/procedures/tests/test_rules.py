"""The engine as truth tables, and what must hold for every set of facts and every day."""

from dataclasses import replace
from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suone.canton.procedures.conditions import Facts, FactsOfRound, applies, fact_of
from suone.canton.procedures.days import months_after, months_before, working_days_after
from suone.canton.procedures.facts import CODES, WORDS, Fact, Shape, word
from suone.canton.procedures.loading import shipped
from suone.canton.procedures.rules import (
    RULES,
    Due,
    Item,
    Move,
    Phase,
    PhaseStatus,
    Planned,
    Procedure,
    Requirement,
    automatic_move,
    difference,
    due_day,
    is_met,
    is_settled,
    items_withdrawn,
    phase_status,
    planned_items,
    stated_facts,
)
from suone.canton.procedures.services import holidays_of

TODAY = date(2026, 3, 31)
TEXT = {"de": "Es fehlt.", "fr": "Il manque.", "en": "Missing."}
DUE = Due(working_days=5)


def asks(rule: str, fact: str, **more: object) -> Requirement:
    return replace(Requirement(id=fact, rule=rule, fact=fact, missing=TEXT), **more)  # type: ignore[arg-type]


def way(*needs: str, to: str = "next", automatic: bool = False) -> Move:
    return Move(to=to, title=TEXT, needs=needs, automatic=automatic)


def phase(*parts: Requirement | Item | Move, name: str = "start", state: str = "notified") -> Phase:
    return Phase(
        id=name,
        title=TEXT,
        state=state,
        about=TEXT,
        requirements=tuple(part for part in parts if isinstance(part, Requirement)),
        items=tuple(part for part in parts if isinstance(part, Item)),
        moves=tuple(part for part in parts if isinstance(part, Move)),
    )


def procedure(*phases: Phase, version: str = "1") -> Procedure:
    return Procedure("small", version, "VS", TEXT, TEXT, "invented", (), "case", TODAY, phases)


def status_of(place: Phase, **facts: object) -> PhaseStatus:
    return phase_status(place, facts, on=TODAY)  # type: ignore[arg-type]


def ids(requirements: tuple[Requirement, ...]) -> list[str]:
    return [requirement.id for requirement in requirements]


# What a requirement asks


@pytest.mark.parametrize(
    ("requirement", "value", "met"),
    [
        (asks("holds", "consent_valid"), True, True),
        (asks("holds", "consent_valid"), False, False),
        (asks("holds", "consent_valid"), None, False),
        (asks("holds", "triaged_on"), TODAY, True),
        (asks("holds", "segment"), "A", True),
        (asks("holds", "segment"), "", False),
        (asks("holds", "risk_factors"), 0, False),
        (asks("holds_not", "entitled"), True, False),
        (asks("holds_not", "entitled"), False, True),
        (asks("holds_not", "entitled"), None, True),
        (asks("within_months", "registered_rav_on", number=6), date(2025, 9, 30), True),
        (asks("within_months", "registered_rav_on", number=6), date(2025, 9, 29), False),
        (asks("within_months", "registered_rav_on", number=6), TODAY, True),
        (asks("within_months", "registered_rav_on", number=6), None, False),
        (asks("months_passed", "iv_placement_ended_on", number=3), date(2025, 12, 31), True),
        (asks("months_passed", "iv_placement_ended_on", number=3), date(2026, 1, 1), False),
        (asks("months_passed", "iv_placement_ended_on", number=3), None, True),
        (asks("at_least", "institutions", number=2), 2, True),
        (asks("at_least", "institutions", number=2), 1, False),
        (asks("at_least", "institutions", number=2), None, False),
        (asks("at_most", "age", number=25), 25, True),
        (asks("at_most", "age", number=25), 26, False),
        (asks("at_most", "age", number=25), None, False),
        (asks("one_of", "level", codes=("simple", "network")), "network", True),
        (asks("one_of", "level", codes=("simple", "network")), "complex", False),
        (asks("one_of", "level", codes=("simple", "network")), None, False),
    ],
)
def test_each_rule_judges_its_fact(requirement: Requirement, value: object, met: bool) -> None:
    facts: Facts = {} if value is None else {requirement.fact: value}  # type: ignore[dict-item]

    assert is_met(requirement, facts, on=TODAY) is met


def test_every_rule_is_in_the_truth_table() -> None:
    marks = test_each_rule_judges_its_fact.pytestmark  # type: ignore[attr-defined]

    assert {case[0].rule for case in marks[0].args[1]} == set(RULES)


def test_a_requirement_is_asked_only_of_the_cases_it_applies_to() -> None:
    new_facts = asks("holds", "new_medical_facts", applies=("earlier_iv_application", "handover_between=smz_iv"))

    assert is_met(new_facts, {}, on=TODAY)
    assert is_met(new_facts, {"earlier_iv_application": True}, on=TODAY)
    assert not is_met(new_facts, {"earlier_iv_application": True, "handover_between": "smz_iv"}, on=TODAY)


def test_one_of_several_facts_suffices() -> None:
    recent = asks("within_months", "registered_rav_on", number=6, any_of=("registered_iv_on",))

    assert not is_met(recent, {"registered_rav_on": date(2024, 1, 1)}, on=TODAY)
    assert is_met(recent, {"registered_rav_on": date(2024, 1, 1), "registered_iv_on": TODAY}, on=TODAY)


def test_a_requirement_is_judged_on_the_day_that_it_names() -> None:
    recent = asks("within_months", "registered_rav_on", number=6, judged_on="notified_on")
    facts: Facts = {"registered_rav_on": date(2025, 1, 1)}

    assert is_met(recent, facts | {"notified_on": date(2025, 7, 1)}, on=TODAY)
    assert not is_met(recent, facts | {"notified_on": date(2025, 7, 2)}, on=TODAY)
    assert not is_met(recent, facts, on=TODAY)


def test_one_exception_settles_a_requirement() -> None:
    contact = asks("holds", "partner_contacted", unless=("coordinates_sent", "constellation=4"))

    assert not is_met(contact, {}, on=TODAY)
    assert is_met(contact, {"coordinates_sent": True}, on=TODAY)
    assert is_met(contact, {"constellation": "4"}, on=TODAY)


@pytest.mark.parametrize(
    ("condition", "fact", "facts", "holds"),
    [
        ("entitled", "entitled", {"entitled": True}, True),
        ("entitled", "entitled", {}, False),
        ("!entitled", "entitled", {}, True),
        ("!entitled", "entitled", {"entitled": True}, False),
        ("segment=S", "segment", {"segment": "S"}, True),
        ("segment=S", "segment", {"segment": "A"}, False),
        ("!segment=S", "segment", {}, True),
        ("triaged_on", "triaged_on", {"triaged_on": TODAY}, True),
    ],
)
def test_a_condition_is_a_fact_its_negation_or_a_value(condition: str, fact: str, facts: Facts, holds: bool) -> None:
    assert fact_of(condition) == fact
    assert applies([condition], facts) is holds


def test_conditions_hold_all_together() -> None:
    assert applies([], {})
    assert not applies(["entitled", "segment=S"], {"entitled": True})


# Where a case stands


def test_what_must_hold_closes_a_way_and_what_should_only_warns() -> None:
    place = phase(
        asks("holds", "consent_valid"),
        asks("holds", "question_recorded", severity="should"),
        way("consent_valid", "question_recorded"),
    )

    closed, warned, free = (
        status_of(place),
        status_of(place, consent_valid=True),
        status_of(place, consent_valid=True, question_recorded=True),
    )

    assert (ids(closed.lacking), ids(closed.warnings), closed.ways[0].is_open) == (
        ["consent_valid"],
        ["question_recorded"],
        False,
    )
    assert (ids(warned.lacking), ids(warned.ways[0].warnings), warned.ways[0].is_open) == (
        [],
        ["question_recorded"],
        True,
    )
    assert (ids(free.met), free.warnings, free.ways[0].warnings) == (["consent_valid", "question_recorded"], (), ())


def test_what_is_not_asked_of_a_case_is_neither_met_nor_missing() -> None:
    place = phase(asks("holds", "new_medical_facts", applies=("earlier_iv_application",)), way("new_medical_facts"))

    found = status_of(place)

    assert (found.met, found.lacking, found.ways[0].is_open) == ((), (), True)


def test_what_chooses_between_ways_closes_one_yet_is_never_missing() -> None:
    place = phase(
        asks("one_of", "level", codes=("complex",), chooses=True),
        way("level", to="support"),
        way(to="network"),
    )

    found = status_of(place, level="network")

    assert (found.lacking, found.warnings) == ((), ())
    assert [entry.is_open for entry in found.ways] == [False, True]
    assert ids(found.ways[0].lacking) == ["level"]


def test_the_first_automatic_way_that_is_open_is_taken() -> None:
    place = phase(
        asks("holds", "consent_valid"),
        asks("holds", "triaged_on"),
        way("consent_valid", to="by_hand"),
        way("consent_valid", "triaged_on", to="first", automatic=True),
        way("consent_valid", to="second", automatic=True),
    )

    def taken(facts: Facts) -> str | None:
        move = automatic_move(place, facts, on=TODAY)
        return move.to if move else None

    assert taken({}) is None
    assert taken({"consent_valid": True}) == "second"
    assert taken({"consent_valid": True, "triaged_on": TODAY}) == "first"


def test_a_warning_keeps_a_way_from_being_taken_by_itself() -> None:
    place = phase(asks("holds", "question_recorded", severity="should"), way("question_recorded", automatic=True))

    assert automatic_move(place, {}, on=TODAY) is None
    assert automatic_move(place, {"question_recorded": True}, on=TODAY) is not None


def test_only_words_that_a_worker_states_are_offered_once() -> None:
    place = phase(
        asks("holds", "consent_valid"),
        asks("holds", "new_medical_facts", applies=("earlier_iv_application",), unless=("triaged_on",)),
        Item("ask", TEXT, "lead", DUE, completed_by="person_asked", applies=("!entitled", "new_medical_facts")),
        way("consent_valid"),
    )

    assert stated_facts(place) == ["new_medical_facts", "earlier_iv_application", "person_asked", "entitled"]


# Work items


def planned(*items: Item, **facts: object) -> list[Planned]:
    return planned_items(phase(*items), facts, on=TODAY, holidays=frozenset())  # type: ignore[arg-type]


def test_an_item_is_set_where_it_applies_and_is_not_done_already() -> None:
    item = Item("ask", TEXT, "lead", DUE, completed_by="person_asked", applies=("constellation=2",))

    assert planned(item) == []
    assert planned(item, constellation="2", person_asked=True) == []
    assert planned(item, constellation="2") == [Planned(item, date(2026, 4, 7))]


def test_an_item_without_a_fact_is_always_set() -> None:
    assert len(planned(Item("agree", TEXT, "lead", DUE))) == 1


@pytest.mark.parametrize(
    ("conditions", "facts", "once", "withdrawn"),
    [
        ((), {}, False, False),
        (("jobless_refugee",), {}, False, True),
        (("jobless_refugee",), {"jobless_refugee": False}, False, True),
        (("jobless_refugee",), {"jobless_refugee": True}, False, False),
        (("jobless_refugee", "!fit_for_work"), {"jobless_refugee": True, "fit_for_work": True}, False, True),
        (("constellation=2",), {"constellation": "1"}, False, True),
        (("lead_kind=disability_insurance",), {}, False, False),  # derived: unknown to whoever acts
        (("lead_kind=disability_insurance", "jobless_refugee"), {}, False, True),
        (("meeting_convened",), FactsOfRound({"meeting_convened": True}, ["meeting_convened"]), False, True),
        (("meeting_convened",), FactsOfRound({"meeting_convened": True}, ["meeting_convened"]), True, False),
    ],
)
def test_an_item_is_withdrawn_when_what_it_depends_on_no_longer_holds(
    conditions: tuple[str, ...], facts: Facts, once: bool, withdrawn: bool
) -> None:
    item = Item("ask", TEXT, "lead", DUE, applies=conditions, once=once)

    assert items_withdrawn(phase(item), facts) == [item] * withdrawn


def test_a_repeated_item_is_set_for_the_next_time() -> None:
    item = Item("reassess", TEXT, "lead", Due(months=1), completed_by="segmented_on", repeats=6)

    assert planned(item)[0].due_on == date(2026, 4, 30)
    assert planned(item, segmented_on=TODAY)[0].due_on == date(2026, 9, 30)
    assert planned(item, segmented_on=date(2025, 12, 15))[0].due_on == date(2026, 6, 15)


def test_what_is_overdue_already_is_due_today() -> None:
    item = Item("reassess", TEXT, "lead", DUE, completed_by="segmented_on", repeats=6)

    assert planned(item, segmented_on=date(2025, 1, 1))[0].due_on == TODAY


@pytest.mark.parametrize(
    ("value", "since", "settled"),
    [
        (None, None, False),
        (False, None, False),
        (True, None, True),
        (True, TODAY, True),
        (TODAY, None, True),
        (TODAY + timedelta(days=1), TODAY, True),
        (TODAY, TODAY, False),
        (TODAY - timedelta(days=1), TODAY, False),
    ],
)
def test_a_repeated_item_is_settled_by_what_happened_after_it_was_set(
    value: date | bool | None, since: date | None, settled: bool
) -> None:
    item = Item("review", TEXT, "lead", DUE, completed_by="review_held_on", repeats=3)

    assert is_settled(item, {} if value is None else {"review_held_on": value}, since=since) is settled


# Days

FRIDAY, GOOD_FRIDAY, EASTER_MONDAY = date(2026, 3, 27), date(2026, 4, 3), date(2026, 4, 6)
JOSEPH = date(2026, 3, 19)  # St Joseph, a day off in the Valais and not in Zürich


def days_off(canton: str) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CH", subdiv=canton, years=[2026, 2027]))


@pytest.mark.parametrize(
    ("due", "on", "canton", "day"),
    [
        (Due(working_days=1), FRIDAY, "ZH", date(2026, 3, 30)),
        (Due(working_days=5), FRIDAY, "ZH", date(2026, 4, 7)),  # past Good Friday and Easter Monday
        (Due(working_days=1), date(2026, 3, 28), "ZH", date(2026, 3, 30)),  # counted from a Saturday
        (Due(working_days=1), date(2026, 3, 18), "VS", date(2026, 3, 20)),
        (Due(working_days=1), date(2026, 3, 18), "ZH", JOSEPH),
        (Due(days=1), FRIDAY, "ZH", date(2026, 3, 30)),
        (Due(days=1), date(2026, 3, 18), "VS", date(2026, 3, 20)),
        (Due(months=1), date(2026, 1, 31), "ZH", date(2026, 3, 2)),  # 28 February is a Saturday
        (Due(months=6), date(2026, 10, 1), "LU", date(2027, 4, 1)),
        (Due(months=1, days=1, working_days=1), date(2026, 4, 1), "ZH", date(2026, 5, 4)),
    ],
)
def test_deadlines_count_the_working_days_of_the_canton(due: Due, on: date, canton: str, day: date) -> None:
    assert due_day(due, on=on, holidays=days_off(canton)) == day


@pytest.mark.parametrize(
    ("due", "on", "day"),
    [
        (Due(working_days=2), date(2026, 12, 30), date(2027, 1, 4)),  # New Year's Day is a Friday
        (Due(days=2), date(2026, 12, 30), date(2027, 1, 4)),
        (Due(days=79), date(2026, 12, 30), date(2027, 3, 22)),  # St Joseph, a Friday
        (Due(months=26), date(2026, 11, 1), date(2029, 1, 2)),  # a Monday two New Years later
    ],
)
def test_a_deadline_across_new_year_counts_the_holidays_of_its_own_year(due: Due, on: date, day: date) -> None:
    assert due_day(due, on=on, holidays=holidays_of("VS", on.year)) == day


def test_the_day_itself_does_not_count() -> None:
    assert working_days_after(FRIDAY, 0, frozenset()) == FRIDAY
    assert working_days_after(FRIDAY, 1, frozenset()) == date(2026, 3, 30)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -2, date(2025, 11, 15)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_end_on_the_last_day_of_a_shorter_month(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then


any_day = st.dates(date(2020, 1, 1), date(2040, 12, 31))
any_due = st.builds(Due, working_days=st.integers(0, 40), days=st.integers(0, 60), months=st.integers(0, 24)).filter(
    lambda due: bool(due.working_days or due.days or due.months)
)


@given(any_day, any_due, st.frozensets(any_day, max_size=30))
def test_nothing_is_ever_due_on_a_day_off(on: date, due: Due, free: frozenset[date]) -> None:
    day = due_day(due, on=on, holidays=free)

    assert day.weekday() < 5
    assert day not in free
    assert day >= on


@given(any_day, any_due, st.frozensets(any_day, max_size=30))
def test_a_day_off_never_shortens_a_deadline(on: date, due: Due, free: frozenset[date]) -> None:
    assert due_day(due, on=on, holidays=free) >= due_day(due, on=on, holidays=frozenset())


@given(any_day, st.integers(0, 120))
def test_going_back_as_many_months_never_overshoots(day: date, months: int) -> None:
    there = months_after(day, months)

    assert (there.year * 12 + there.month) - (day.year * 12 + day.month) == months
    assert day - timedelta(days=3) <= months_before(there, months) <= day


# Every set of facts

PHASES = [place for entry in shipped().values() for place in entry.phases]


def value_of(fact: Fact) -> st.SearchStrategy[object]:
    known = word(fact)
    if known.shape is Shape.CHOICE:
        return st.sampled_from(known.codes)
    return {Shape.YES: st.booleans(), Shape.DAY: any_day, Shape.NUMBER: st.integers(0, 99)}[known.shape]


def asked_in(place: Phase) -> list[Fact]:
    words = {requirement.fact for requirement in place.requirements}
    words |= {fact_of(c) for requirement in place.requirements for c in (*requirement.applies, *requirement.unless)}
    return [Fact(name) for name in sorted(words)]


def some_facts(place: Phase) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional={fact.value: value_of(fact) for fact in asked_in(place)})


phases_and_facts = st.sampled_from(PHASES).flatmap(lambda place: st.tuples(st.just(place), some_facts(place)))


@given(phases_and_facts)
def test_a_requirement_is_met_missing_a_warning_or_chooses_and_never_two_of_them(given_: tuple[Phase, Facts]) -> None:
    place, facts = given_

    found = phase_status(place, facts, on=TODAY)

    places = ids(found.met) + ids(found.lacking) + ids(found.warnings)
    assert len(places) == len(set(places))
    asked = {r.id for r in place.requirements if applies(r.applies, facts)}
    assert asked - set(places) <= {r.id for r in place.requirements if r.chooses}


@given(phases_and_facts)
def test_a_way_is_open_exactly_if_everything_it_must_have_is_met(given_: tuple[Phase, Facts]) -> None:
    place, facts = given_

    for entry in phase_status(place, facts, on=TODAY).ways:
        needed = [place.requirement(name) for name in entry.move.needs]
        missing = [r for r in needed if not is_met(r, facts, on=TODAY)]
        assert entry.is_open == (not [r for r in missing if r.severity == "must"])
        assert {r.id for r in missing} == {*ids(entry.lacking), *ids(entry.warnings)}


@given(phases_and_facts, st.data())
def test_more_true_facts_never_close_a_way_that_only_needs_what_holds(
    given_: tuple[Phase, Facts], data: st.DataObject
) -> None:
    place, facts = given_
    before = phase_status(place, facts, on=TODAY)
    simple = [
        entry
        for entry in before.ways
        if all(
            place.requirement(name).rule == "holds"
            and not place.requirement(name).applies
            and not any(condition.startswith("!") or "=" in condition for condition in place.requirement(name).unless)
            for name in entry.move.needs
        )
    ]
    more = {
        fact.value: True if word(fact).shape is Shape.YES else TODAY
        for fact in asked_in(place)
        if word(fact).shape in (Shape.YES, Shape.DAY) and data.draw(st.booleans())
    }

    after = {entry.move.to: entry for entry in phase_status(place, {**facts, **more}, on=TODAY).ways}

    assert all(after[entry.move.to].is_open for entry in simple if entry.is_open)


@given(phases_and_facts)
def test_what_is_done_by_itself_needs_nobody_and_leaves_nothing_out(given_: tuple[Phase, Facts]) -> None:
    place, facts = given_

    move = automatic_move(place, facts, on=TODAY)

    if move is not None:
        assert move.automatic
        assert all(is_met(place.requirement(name), facts, on=TODAY) for name in move.needs)


# Versions


def test_a_difference_names_what_came_went_and_changed() -> None:
    item = Item("ask", TEXT, "lead", DUE)
    end = phase(name="next", state="closed")
    old = procedure(phase(asks("holds", "consent_valid"), item, way("consent_valid")), end)
    new = procedure(
        phase(asks("holds", "triaged_on"), replace(item, due=Due(working_days=10)), way("triaged_on")),
        replace(end, title={**TEXT, "de": "Ende"}),
        version="2",
    )

    found = difference(old, new)

    assert found.added == ("start/triaged_on",)
    assert found.removed == ("start/consent_valid",)
    assert found.changed == ("start/ask", "start → next", "next")
    assert not found.is_empty


def test_the_same_text_under_another_version_is_no_difference() -> None:
    small = procedure(phase(way()), phase(name="next", state="closed"))

    assert difference(small, replace(small, version="2")).is_empty


# The registry of words


def test_every_word_is_known_and_every_choice_explains_its_codes() -> None:
    assert set(WORDS) == set(Fact)
    for fact, known in WORDS.items():
        assert (known.shape is Shape.CHOICE) == bool(known.codes), fact
        assert set(CODES.get(fact, {})) == set(known.codes), fact
