"""The four constellations, what the form asks, and the pause of the IV."""

from datetime import date

import pytest

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.loading import FOLDER, read_procedure
from suone.canton.procedures.rules import Facts, Procedure
from suone.casework.handovers.queries import guide_for
from suone.casework.handovers.rules import (
    LEAST,
    Answers,
    Follows,
    categories_for,
    check_can_propose,
)
from suone.ground.access.categories import ALL_BUT_HEALTH, HEALTH_BIT, SENSITIVE, DataCategory
from suone.ground.access.errors import Refused
from suone.organisation.institutions.kinds import InstitutionKind as Kind

TODAY = date(2026, 11, 25)
BOTH, THEY, WE = Follows.BOTH, Follows.THEY, Follows.WE
RAV, SMZ, IV = Kind.UNEMPLOYMENT_INSURANCE, Kind.SOCIAL_ASSISTANCE, Kind.DISABILITY_INSURANCE
AfAw, BSL, KSSL = Kind.ASYLUM, Kind.CAREER_GUIDANCE, Kind.BENEFIT_COORDINATION


@pytest.mark.parametrize(
    ("follows", "direct", "own", "other", "constellation", "between"),
    [
        (BOTH, True, SMZ, IV, "1", "smz_iv"),
        (BOTH, False, SMZ, IV, "2", "iv_smz"),
        (BOTH, True, IV, SMZ, "2", "iv_smz"),
        (THEY, True, SMZ, IV, "3", "smz_iv"),
        (THEY, False, SMZ, IV, "4", "smz_iv"),
        (WE, True, SMZ, IV, "4", "iv_smz"),
        (WE, False, SMZ, IV, "4", "iv_smz"),
        (THEY, True, RAV, SMZ, "3", "rav_smz"),
        (BOTH, True, SMZ, RAV, "1", "rav_smz"),
        (THEY, True, AfAw, RAV, "3", "bip_rav"),
        (BOTH, True, BSL, IV, "1", "other"),
        (BOTH, True, KSSL, IV, "1", "other"),  # no party to the agreement SMZ–IV
    ],
)
def test_two_questions_make_one_of_four_constellations(
    follows: Follows, direct: bool, own: str, other: str, constellation: str, between: str
) -> None:
    answers = Answers(follows, direct, own, other)

    assert (answers.constellation, answers.between) == (constellation, between)


@pytest.fixture(scope="module")
def procedure() -> Procedure:
    return read_procedure((FOLDER / "vs-smz-iv.toml").read_text(), "vs-smz-iv.toml")


def asked(procedure: Procedure, facts: Facts) -> set[str]:
    guide = guide_for(procedure, procedure.start, facts, on=TODAY)
    assert guide is not None
    return {entry.fact.value for entry in guide.asked}


def warned(procedure: Procedure, facts: Facts) -> set[str]:
    guide = guide_for(procedure, procedure.start, facts, on=TODAY)
    assert guide is not None
    return {requirement.id for requirement in guide.warnings}


TO_IV = {Fact.HANDOVER_BETWEEN.value: "smz_iv", Fact.CONSTELLATION.value: "1"}


def test_between_rav_and_smz_little_is_asked(procedure: Procedure) -> None:
    found = asked(procedure, {Fact.HANDOVER_BETWEEN.value: "rav_smz", Fact.CONSTELLATION.value: "3"})

    assert found == {
        "register_checked", "person_asked", "promise_reminder", "iv_placement_ended_on", "jobless_refugee",
    }  # fmt: skip


def test_to_the_iv_the_attested_health_problem_is_asked_and_new_facts_only_after_an_earlier_application(
    procedure: Procedure,
) -> None:
    first = asked(procedure, TO_IV)
    again = asked(procedure, TO_IV | {"earlier_iv_application": True})

    assert {"health_attested", "iv_contact_kind", "advisers_named", "earlier_iv_application"} <= first
    assert "new_medical_facts" not in first
    assert "new_medical_facts" in again


def test_bip_judges_the_fitness_and_refugees_are_registered_with_rav(procedure: Procedure) -> None:
    facts = {Fact.HANDOVER_BETWEEN.value: "bip_rav", Fact.CONSTELLATION.value: "3"}

    assert "fit_for_work" in asked(procedure, facts)
    assert "rav_registration" not in asked(procedure, facts)
    assert "rav_registration" in asked(procedure, facts | {"jobless_refugee": True})


@pytest.mark.parametrize(
    ("ended_on", "expected"),
    [
        (date(2026, 10, 1), {"pause", "pause_full"}),
        (date(2026, 7, 1), {"pause_full"}),
        (date(2026, 5, 1), set()),
    ],
)
def test_the_pause_of_three_to_six_months_warns_and_its_exceptions_settle_it(
    procedure: Procedure, ended_on: date, expected: set[str]
) -> None:
    facts = TO_IV | {"iv_placement_ended_on": ended_on}

    assert warned(procedure, facts) & {"pause", "pause_full"} == expected
    assert not warned(procedure, facts | {"relevant_measures": True}) & {"pause", "pause_full"}
    assert "relevant_measures" in asked(procedure, facts) or not expected


def test_after_the_pause_began_the_written_request_and_the_former_adviser_are_asked(procedure: Procedure) -> None:
    found = asked(procedure, TO_IV | {"iv_placement_ended_on": date(2026, 10, 1)})

    assert {"written_request", "former_adviser_contacted", "target_agreement_considered"} <= found
    assert "written_request" not in asked(procedure, TO_IV)


def test_a_phase_without_a_way_of_its_own_has_no_guide(procedure: Procedure) -> None:
    facts = {Fact.HANDOVER_BETWEEN.value: "rav_smz", Fact.CONSTELLATION.value: "3"}

    assert guide_for(procedure, procedure.phase("alone"), facts, on=TODAY) is None


@pytest.mark.parametrize(
    ("chosen", "consented", "expected"),
    [
        (0, None, LEAST),
        (0b11, None, 0b11),
        (ALL_BUT_HEALTH, None, ALL_BUT_HEALTH),
        (ALL_BUT_HEALTH, 0b101, 0b101),
        (0, ALL_BUT_HEALTH, LEAST),
        (0, HEALTH_BIT | 1, 1),
        (HEALTH_BIT | 1, None, 1),
    ],
)
def test_the_receiver_reaches_what_was_chosen_and_never_more_than_the_consent(
    chosen: int, consented: int | None, expected: int
) -> None:
    assert categories_for(chosen, consented) == expected


def test_a_hand_over_starts_with_the_least_and_with_nothing_sensitive() -> None:
    assert LEAST & SENSITIVE == 0
    assert categories_for(0, SENSITIVE | DataCategory.IDENTITY.bit) == DataCategory.IDENTITY.bit


FINE = {
    "level": "simple",
    "is_open": True,
    "own_institution": False,
    "is_pending": False,
    "agrees": True,
    "categories": 1,
    "overlap_until": None,
    "on": TODAY,
}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"level": "complex"}, "complex"),
        ({"is_open": False}, "closed"),
        ({"own_institution": True}, "institution other than"),
        ({"is_pending": True}, "already proposed"),
        ({"agrees": False}, "Ask the person"),
        ({"categories": 0}, "any of this"),
        ({"overlap_until": date(2026, 11, 24)}, "not in the past"),
    ],
)
def test_what_speaks_against_a_proposal_is_said(change: dict[str, object], sentence: str) -> None:
    check_can_propose(**FINE)  # type: ignore[arg-type]

    with pytest.raises(Refused, match=sentence):
        check_can_propose(**FINE | change)  # type: ignore[arg-type]
