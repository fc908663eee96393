"""The rules of a plan, without a database."""

from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from suone.canton.procedures.schema import PLAN_KINDS
from suone.casework.plans import rules
from suone.casework.plans.rules import Change, Form, Kind, Line, SignatureState, State, differences
from suone.ground.access.errors import Refused

TODAY = date(2026, 11, 20)
SIGNED, WAITING, DECLINED = SignatureState.SIGNED, SignatureState.WAITING, SignatureState.DECLINED
RELEASED = SignatureState.RELEASED

lines = st.lists(
    st.builds(
        Line,
        key=st.sampled_from("abcdefgh"),
        section=st.sampled_from(["Goals", "Measures"]),
        parts=st.dictionaries(st.sampled_from(["Text", "Until"]), st.sampled_from(["", "one", "two"]), max_size=2),
    ),
    max_size=8,
    unique_by=lambda line: line.key,
)


def test_the_kinds_of_plan_are_those_a_procedure_may_name() -> None:
    assert tuple(Kind.values) == PLAN_KINDS


@pytest.mark.parametrize("now", list(State))
@pytest.mark.parametrize("then", list(State))
def test_a_plan_moves_by_the_table_and_no_other_way(now: State, then: State) -> None:
    allowed = {
        ("draft", "in_signing"),
        ("draft", "dropped"),
        ("in_signing", "draft"),
        ("in_signing", "binding"),
        ("binding", "superseded"),
    }

    if (now.value, then.value) in allowed:
        rules.check_can_move(now, then)
    else:
        with pytest.raises(Refused):
            rules.check_can_move(now, then)


@pytest.mark.parametrize("state", list(State))
def test_only_a_draft_is_written_in(state: State) -> None:
    if state == State.DRAFT:
        rules.check_can_edit(state)
    else:
        with pytest.raises(Refused):
            rules.check_can_edit(state)


@pytest.mark.parametrize(
    ("goals", "measures", "closed_to", "word"),
    [
        (1, 1, [], None),
        (3, 2, [], None),
        (0, 1, [], "goal"),
        (1, 0, [], "measure"),
        (0, 0, ["BSL"], "goal"),
        (1, 1, ["BSL", "RAV"], "BSL, RAV"),
    ],
)
def test_a_plan_is_put_up_with_a_goal_a_measure_and_readers_only(
    goals: int, measures: int, closed_to: list[str], word: str | None
) -> None:
    with translation.override("en"):
        if word is None:
            rules.check_can_put_up(goals=goals, measures=measures, closed_to=closed_to)
        else:
            with pytest.raises(Refused, match=word):
                rules.check_can_put_up(goals=goals, measures=measures, closed_to=closed_to)


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("has_file", [True, False])
@pytest.mark.parametrize("needs_file", [True, False])
def test_a_scan_needs_its_file_and_the_person_signs_on_the_screen(form: Form, has_file: bool, needs_file: bool) -> None:
    lacking = not has_file and (form == Form.SCAN or (form == Form.SCREEN and needs_file))

    def check(signed_on: date) -> None:
        rules.check_can_sign(
            form=form, has_file=has_file, needs_file=needs_file, signed_on=signed_on, put_up_on=TODAY, on=TODAY
        )

    if lacking:
        with pytest.raises(Refused):
            check(TODAY)
    else:
        check(TODAY)
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
        with pytest.raises(Refused):
            check(day)


@pytest.mark.parametrize(
    ("states", "binds"),
    [
        ([], False),
        ([SIGNED], True),
        ([SIGNED, SIGNED], True),
        ([SIGNED, WAITING], False),
        ([SIGNED, DECLINED], False),
        ([WAITING], False),
        ([SIGNED, RELEASED], True),
        ([WAITING, RELEASED], False),
        ([RELEASED], False),
    ],
)
def test_a_plan_binds_when_everybody_has_signed(states: list[SignatureState], binds: bool) -> None:
    assert rules.is_binding(states) is binds


@pytest.mark.parametrize(
    ("days", "reminded", "due"),
    [(0, False, False), (6, False, False), (7, False, True), (30, False, True), (7, True, False)],
)
def test_a_reminder_comes_once_a_week_after_the_plan_was_put_up(days: int, reminded: bool, due: bool) -> None:
    assert rules.reminder_due(put_up_on=TODAY, reminded=reminded, on=TODAY + timedelta(days=days)) is due


@pytest.mark.parametrize(
    ("has_draft", "has_binding", "may"),
    [(False, False, True), (True, False, False), (False, True, False), (True, True, False)],
)
def test_a_plan_is_begun_once(has_draft: bool, has_binding: bool, may: bool) -> None:
    if may:
        rules.check_can_begin(has_draft=has_draft, has_binding=has_binding)
    else:
        with pytest.raises(Refused):
            rules.check_can_begin(has_draft=has_draft, has_binding=has_binding)


def test_the_days_of_a_measure_run_forward() -> None:
    rules.check_days(None, TODAY)
    rules.check_days(TODAY, None)
    rules.check_days(TODAY, TODAY)
    with pytest.raises(Refused):
        rules.check_days(TODAY, TODAY - timedelta(days=1))


def test_differences_are_listed_by_line_in_the_order_of_reading() -> None:
    goal, measure = Line("g", "Goals", {"Text": "Work"}), Line("m", "Measures", {"Measure": "Course", "Until": ""})
    later = Line("m", "Measures", {"Measure": "Course", "Until": "01.02.2027"})
    new = Line("n", "Goals", {"Text": "Move house"})

    found = differences([goal, measure], [new, later])

    assert [(difference.change, difference.section) for difference in found] == [
        (Change.REMOVED, "Goals"),
        (Change.ADDED, "Goals"),
        (Change.CHANGED, "Measures"),
    ]
    assert found[2].parts == [("Until", "", "01.02.2027")]


@given(lines)
def test_a_version_differs_in_nothing_from_itself(version: list[Line]) -> None:
    assert differences(version, version) == []


@given(lines, lines)
def test_the_differences_applied_to_the_older_version_give_the_newer(before: list[Line], after: list[Line]) -> None:
    kept = {line.key: line for line in before}

    for difference in differences(before, after):
        if difference.after is None:
            assert difference.before is not None
            del kept[difference.before.key]
        else:
            kept[difference.after.key] = difference.after

    assert kept == {line.key: line for line in after}


@given(lines, lines)
def test_read_backwards_what_was_new_is_left_out(before: list[Line], after: list[Line]) -> None:
    forwards, backwards = differences(before, after), differences(after, before)

    assert len(forwards) == len(backwards)
    assert {d.after.key for d in forwards if d.change == Change.ADDED and d.after} == {
        d.before.key for d in backwards if d.change == Change.REMOVED and d.before
    }


@given(lines, lines)
def test_every_changed_line_shows_at_least_where_it_differs(before: list[Line], after: list[Line]) -> None:
    for difference in differences(before, after):
        for _label, old, new in difference.parts:
            assert old != new


@pytest.mark.parametrize(
    ("from_on", "until_on", "expected"),
    [
        (date(2026, 1, 1), date(2026, 5, 1), date(2026, 4, 1)),  # 120 days: thirty before the end
        (date(2026, 5, 1), date(2026, 6, 2), date(2026, 5, 25)),
        (date(2026, 1, 1), date(2026, 3, 17), date(2026, 3, 16)),  # its second half is nearly over: tomorrow
        (date(2026, 1, 1), date(2026, 3, 15), None),
        (None, date(2026, 5, 1), None),
        (date(2026, 1, 1), None, None),
    ],
)
def test_luzern_internship_a_measure_is_reviewed_in_its_second_half(
    from_on: date | None, until_on: date | None, expected: date | None
) -> None:
    assert rules.review_day(from_on, until_on, on=date(2026, 3, 15)) == expected
