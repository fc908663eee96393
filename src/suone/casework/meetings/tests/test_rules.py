"""The rules of meetings, without a database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from suone.canton.procedures.in_words import meeting_words
from suone.canton.procedures.rules import Convening
from suone.canton.procedures.schema import MEETING_KINDS
from suone.casework.meetings import rules
from suone.casework.meetings.rules import EntryKind, Kind, PersonPart, State
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role

TODAY = date(2026, 11, 25)
NOON = datetime(2026, 12, 7, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


ROUND_TABLE_BY_COORDINATOR = [Convening("round_table", roles=("regional_coordinator",))]
SESSION_BY_T1 = [Convening("fixed_session", institutions=("youth_transition",))]


def test_vs_report_2024_example_the_regional_coordinator_convenes_the_round_table() -> None:
    check = rules.check_convener
    by = ROUND_TABLE_BY_COORDINATOR

    check(Kind.ROUND_TABLE, by, roles=[Role.REGIONAL_COORDINATOR], institution="coordination_office")
    check(Kind.REVIEW, by, roles=[Role.FRONT_LINE_WORKER], institution="social_assistance")
    with pytest.raises(Refused, match="Round table: the procedure names who convenes it: Regional coordinator"):
        check(Kind.ROUND_TABLE, by, roles=[Role.FRONT_LINE_WORKER], institution="social_assistance")


def test_vs_report_2024_notified_cases_plattform_t1_convenes_the_fixed_sessions() -> None:
    check = rules.check_convener

    check(Kind.FIXED_SESSION, SESSION_BY_T1, roles=[Role.FRONT_LINE_WORKER], institution="youth_transition")
    with pytest.raises(Refused, match="transition of youth into training"):
        check(Kind.FIXED_SESSION, SESSION_BY_T1, roles=[Role.REGIONAL_COORDINATOR], institution="coordination_office")


def test_the_kinds_are_those_a_procedure_may_name() -> None:
    assert tuple(Kind.values) == MEETING_KINDS
    assert set(Kind) == rules.CASE_KINDS | rules.OPEN_KINDS
    assert set(rules.USUAL_PART) == set(Kind)
    assert meeting_words() == {kind.value: str(kind.label) for kind in Kind}


def test_the_kinds_a_procedure_names_come_first() -> None:
    ordered = rules.kinds_in_order(["review", "network"], [Kind.ROUND_TABLE, Kind.NETWORK, Kind.REVIEW])

    assert ordered == [Kind.NETWORK, Kind.REVIEW, Kind.ROUND_TABLE]


@pytest.mark.parametrize("now", list(State))
@pytest.mark.parametrize("then", list(State))
def test_every_move_is_in_the_table_or_refused(now: State, then: State) -> None:
    if then in rules.MOVES[now]:
        rules.check_can_move(now, then)
    else:
        with pytest.raises(Refused):
            rules.check_can_move(now, then)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_is_about_a_case_or_about_none(kind: Kind) -> None:
    fits = {has_case: _passes(rules.check_kind, kind, has_case=has_case) for has_case in (True, False)}

    assert fits == {True: kind in rules.CASE_KINDS or kind is Kind.INTERVISION, False: kind in rules.OPEN_KINDS}


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        (Kind.ROUND_TABLE, set(PersonPart)),
        (Kind.ASSESSMENT, {PersonPart.WHOLE}),
        (Kind.JOINT_INTERVIEW, {PersonPart.SECOND}),
        (Kind.REVIEW, set(PersonPart)),
    ],
)
def test_the_person_is_there_where_the_kind_needs_them(kind: Kind, allowed: set[PersonPart]) -> None:
    assert {part for part in PersonPart if _passes(rules.check_person_part, kind, part, has_case=True)} == allowed
    assert rules.USUAL_PART[kind] in allowed


def test_a_meeting_without_a_case_is_about_nobody() -> None:
    assert not _passes(rules.check_person_part, Kind.REGIONAL, PersonPart.WHOLE, has_case=False)


@pytest.mark.parametrize(
    ("starts_at", "proposals", "answer_until", "word"),
    [
        (NOON, (), None, ""),
        (None, (NOON, NOON + timedelta(days=1)), TODAY, ""),
        (None, (), None, "Set the time"),
        (NOON, (NOON,), TODAY, "not both"),
        (None, (NOON, NOON), TODAY, "twice"),
        (None, (NOON,), None, "Set the day"),
        (None, (NOON,), TODAY - timedelta(days=1), "Set the day"),
        (None, (NOON,), NOON.date() + timedelta(days=1), "before the first"),
        (None, (NOON - timedelta(days=12),), TODAY, "tomorrow"),
    ],
)
def test_when(starts_at: Any, proposals: Any, answer_until: Any, word: str) -> None:
    if not word:
        rules.check_when(starts_at, proposals, answer_until, on=TODAY)
        return
    with pytest.raises(Refused, match=word):
        rules.check_when(starts_at, proposals, answer_until, on=TODAY)


@pytest.mark.parametrize(
    ("minutes", "after", "part", "passes"),
    [
        (60, None, PersonPart.ABSENT, True),
        (10, None, PersonPart.ABSENT, False),
        (500, None, PersonPart.ABSENT, False),
        (150, 75, PersonPart.SECOND, True),
        (150, None, PersonPart.SECOND, False),
        (150, 150, PersonPart.SECOND, False),
    ],
)
def test_how_long(minutes: int, after: int | None, part: PersonPart, passes: bool) -> None:
    assert _passes(rules.check_length, minutes, after, part) is passes


@pytest.mark.parametrize(
    ("kind", "part", "came", "days", "passes"),
    [
        (Kind.ROUND_TABLE, PersonPart.ABSENT, None, 0, True),
        (Kind.ROUND_TABLE, PersonPart.ABSENT, None, 1, False),
        (Kind.REVIEW, PersonPart.WHOLE, None, 0, False),
        (Kind.REVIEW, PersonPart.WHOLE, False, 0, True),
        (Kind.ASSESSMENT, PersonPart.WHOLE, False, 0, False),
        (Kind.ASSESSMENT, PersonPart.WHOLE, True, -3, True),
        (Kind.JOINT_INTERVIEW, PersonPart.SECOND, False, 0, False),
        (Kind.JOINT_INTERVIEW, PersonPart.SECOND, True, 0, True),
    ],
)
def test_when_a_meeting_was_held(kind: Kind, part: PersonPart, came: bool | None, days: int, passes: bool) -> None:
    held = {"person_came": came, "starts_on": TODAY + timedelta(days=days), "on": TODAY}

    assert _passes(rules.check_can_hold, State.SCHEDULED, kind, part, **held) is passes


@pytest.mark.parametrize(
    ("kind", "responsible", "due_on", "passes"),
    [
        (EntryKind.MINUTES, False, None, True),
        (EntryKind.DECISION, False, None, True),
        (EntryKind.DECISION, True, TODAY, True),
        (EntryKind.DECISION, True, None, False),
        (EntryKind.DECISION, True, TODAY - timedelta(days=1), False),
        (EntryKind.MANDATE, False, None, False),
        (EntryKind.MANDATE, True, TODAY, True),
    ],
)
def test_who_does_what_until_when(kind: EntryKind, responsible: bool, due_on: date | None, passes: bool) -> None:
    assert _passes(rules.check_binding, kind, has_responsible=responsible, due_on=due_on, on=TODAY) is passes


def _passes(check: Any, *arguments: Any, **others: Any) -> bool:
    try:
        check(*arguments, **others)
    except Refused:
        return False
    return True
