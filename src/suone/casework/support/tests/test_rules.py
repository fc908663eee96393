"""When a service may be ordered, begun, completed and reported on: pure rules."""

from datetime import UTC, datetime
from typing import Any

import pytest

from suone.canton.procedures.facts import CODES, Fact
from suone.canton.procedures.schema import SERVICE_KINDS
from suone.casework.support import rules
from suone.casework.support.rules import MOVES, TASKS, CoachingOutcome, Kind, State, Variant
from suone.ground.access.categories import HEALTH_BIT
from suone.ground.access.errors import Refused

RAV, SMZ = "unemployment_insurance", "social_assistance"


def check(kind: Kind, **changes: Any) -> None:
    usual: dict[str, Any] = {
        "variant": "",
        "institutions": [RAV],
        "level": "complex",
        "is_case_active": True,
        "has_consent": True,
        "is_medical_officer": True,
        "open_kinds": set(),
    }
    rules.check_can_order(kind=kind, **usual | changes)


def test_the_kinds_are_those_that_procedures_name() -> None:
    assert tuple(Kind.values) == SERVICE_KINDS
    assert set(Variant.values) == set(CODES[Fact.COACHING_KIND])


def test_every_kind_is_explained_and_sets_its_work_items() -> None:
    kinds = {(kind, "") for kind in Kind if kind is not Kind.COACHING}

    assert set(rules.EXPLANATIONS) == set(Kind)
    assert set(TASKS) == kinds | {(Kind.COACHING, variant) for variant in Variant}


def test_kinds_of_the_phase_are_offered_first() -> None:
    offered = rules.offers(["medical_mandate", "coaching"])

    assert [(offer.kind, offer.is_foreseen) for offer in offered] == [
        (Kind.COACHING, True),
        (Kind.MEDICAL_MANDATE, True),
        (Kind.ROUND_TABLE, False),
        (Kind.ASSESSMENT, False),
        (Kind.CASE_MANAGEMENT, False),
    ]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.COACHING])
def test_every_kind_can_be_ordered_in_an_active_case(kind: Kind) -> None:
    check(kind)


@pytest.mark.parametrize("kind", Kind)
def test_none_is_ordered_in_a_case_that_is_not_active(kind: Kind) -> None:
    with pytest.raises(Refused, match="active case"):
        check(kind, is_case_active=False)


@pytest.mark.parametrize(
    ("kind", "changes", "sentence"),
    [
        (Kind.COACHING, {}, "tandem or intensive"),
        (Kind.COACHING, {"variant": "other"}, "tandem or intensive"),
        (Kind.COACHING, {"variant": Variant.TANDEM}, "both sides"),
        (Kind.COACHING, {"variant": Variant.TANDEM, "institutions": [RAV, RAV]}, "both sides"),
        (Kind.COACHING, {"variant": Variant.TANDEM, "institutions": [RAV, "disability_insurance"]}, "both sides"),
        (Kind.COACHING, {"variant": Variant.INTENSIVE, "institutions": [RAV]}, "both sides"),
        (Kind.ROUND_TABLE, {"variant": Variant.TANDEM}, "Only coaching"),
        (Kind.ROUND_TABLE, {"institutions": [RAV, SMZ]}, "Only coaching"),
        (Kind.CASE_MANAGEMENT, {"open_kinds": {"case_management"}}, "already has case management"),
        (Kind.MEDICAL_MANDATE, {"has_consent": False}, "needs a valid consent"),
        (Kind.MEDICAL_MANDATE, {"is_medical_officer": False}, "Choose a medical officer"),
    ],
)
def test_what_cannot_be_ordered_is_refused_with_a_sentence(kind: Kind, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        check(kind, **changes)


@pytest.mark.parametrize("variant", Variant)
def test_vs_report_2024_terms_coaching_is_of_unemployment_insurance_and_social_assistance(variant: Variant) -> None:
    check(Kind.COACHING, variant=variant, institutions=[RAV, SMZ])
    check(Kind.COACHING, variant=variant, institutions=[SMZ, RAV])


@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize("level", ["", "simple", "network"])
def test_vs_report_2024_services_in_numbers_coaching_is_for_complex_cases_only(variant: Variant, level: str) -> None:
    with pytest.raises(Refused, match="complex cases"):
        check(Kind.COACHING, variant=variant, institutions=[RAV, SMZ], level=level)


def test_only_a_medical_mandate_asks_for_a_consent() -> None:
    check(Kind.ROUND_TABLE, has_consent=False, is_medical_officer=False)


@pytest.mark.parametrize("now", State)
@pytest.mark.parametrize("then", State)
def test_states_move_as_the_table_says(now: State, then: State) -> None:
    if then in MOVES[now]:
        rules.check_can_move(now, then)
    else:
        with pytest.raises(Refused, match="cannot become"):
            rules.check_can_move(now, then)


def test_what_has_ended_stays_ended() -> None:
    assert {state for state, moves in MOVES.items() if not moves} == set(State) - rules.OPEN_STATES


@pytest.mark.parametrize(
    ("kind", "result", "outcome", "sentence"),
    [
        (Kind.ROUND_TABLE, " ", "", "Write the result"),
        (Kind.ROUND_TABLE, "done", "reintegrated", "Only a coaching"),
        (Kind.COACHING, "done", "", "how the coaching ended"),
        (Kind.COACHING, "done", "well", "how the coaching ended"),
        (Kind.MEDICAL_MANDATE, "done", "", "by the medical officer's report"),
    ],
)
def test_a_completion_that_lacks_something_is_refused(kind: Kind, result: str, outcome: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        rules.check_can_complete(kind, result=result, outcome=outcome)


@pytest.mark.parametrize("outcome", CoachingOutcome)
def test_a_coaching_closes_with_each_outcome(outcome: CoachingOutcome) -> None:
    rules.check_can_complete(Kind.COACHING, result="done", outcome=outcome)


@pytest.mark.parametrize(
    ("kind", "is_named", "findings", "consequences", "sentence"),
    [
        (Kind.ASSESSMENT, True, "f", "c", "Only a medical mandate"),
        (Kind.MEDICAL_MANDATE, False, "f", "c", "who holds the mandate"),
        (Kind.MEDICAL_MANDATE, True, " ", "c", "separately"),
        (Kind.MEDICAL_MANDATE, True, "f", " ", "separately"),
    ],
)
def test_a_report_that_cannot_be_is_refused(
    kind: Kind, is_named: bool, findings: str, consequences: str, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        rules.check_can_report(kind, is_named_officer=is_named, findings=findings, consequences=consequences)


def test_a_cancellation_without_a_reason_is_refused() -> None:
    with pytest.raises(Refused, match="Give a reason"):
        rules.check_reason("  ")


def test_looking_back_never_lengthens_what_was_opened() -> None:
    early, late = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)

    assert rules.access_end_after_report(opened_until=early, look_back_until=late) == early
    assert rules.access_end_after_report(opened_until=late, look_back_until=early) == early


def test_a_mandate_opens_health_and_what_it_needs_for_work_and_no_more() -> None:
    assert rules.MANDATE_CATEGORIES == 1 << 0 | 1 << 1 | HEALTH_BIT | 1 << 10


@pytest.mark.parametrize(("closed", "reintegrated", "share"), [(0, 0, None), (4, 0, 0.0), (25, 13, 0.52)])
def test_the_share_of_the_reintegrated(closed: int, reintegrated: int, share: float | None) -> None:
    assert rules.share_reintegrated(closed=closed, reintegrated=reintegrated) == share
