"""The constellations, and what the form asks."""

from datetime import date

import pytest

from suone.canton.procedures.conditions import Facts
from suone.canton.procedures.facts import Fact
from suone.canton.procedures.loading import FOLDER, read_procedure
from suone.canton.procedures.rules import Procedure
from suone.casework.handovers.queries import guide_for
from suone.casework.handovers.rules import (
    LEAST,
    Answers,
    Direction,
    categories_for,
    check_can_propose,
)
from suone.ground.access.categories import ALL_BUT_HEALTH, HEALTH_BIT, SENSITIVE, DataCategory
from suone.ground.access.errors import Refused
from suone.organisation.institutions.kinds import InstitutionKind as Kind

TODAY = date(2026, 11, 25)
REFERS, COMES, OVER = Direction.REFERS, Direction.COMES, Direction.HANDS_OVER
RAV, SMZ, IV = Kind.UNEMPLOYMENT_INSURANCE, Kind.SOCIAL_ASSISTANCE, Kind.DISABILITY_INSURANCE
AfAw, BSL, KSSL = Kind.ASYLUM, Kind.CAREER_GUIDANCE, Kind.BENEFIT_COORDINATION


@pytest.mark.parametrize(
    ("direction", "own", "other", "constellation", "between"),
    [
        (REFERS, SMZ, IV, "1", "smz_iv"),
        (COMES, IV, SMZ, "1", "smz_iv"),
        (REFERS, IV, SMZ, "2", "iv_smz"),
        (COMES, SMZ, IV, "2", "iv_smz"),
        (OVER, SMZ, IV, "3", "smz_iv"),
        (OVER, IV, SMZ, "3", "iv_smz"),
        (OVER, RAV, SMZ, "3", "rav_smz"),
        (REFERS, SMZ, RAV, "1", "rav_smz"),
        (COMES, SMZ, RAV, "2", "rav_smz"),
        (OVER, AfAw, RAV, "3", "bip_rav"),
        (REFERS, BSL, IV, "1", "other"),
        (REFERS, KSSL, IV, "1", "other"),  # no party to the agreement SMZ–IV
    ],
)
def test_the_constellation_follows_from_one_direction(
    direction: Direction, own: str, other: str, constellation: str, between: str
) -> None:
    answers = Answers(direction, own, other)

    assert (answers.constellation, answers.between) == (constellation, between)


@pytest.fixture(scope="module")
def procedure() -> Procedure:
    return read_procedure((FOLDER / "vs-smz-iv.toml").read_text(), "vs-smz-iv.toml")


def asked(procedure: Procedure, facts: Facts) -> set[str]:
    guide = guide_for(procedure, procedure.start, facts, on=TODAY)
    assert guide is not None
    return {entry.fact.value for entry in guide.asked}


def test_between_rav_and_smz_only_the_jobless_refugee_is_asked_for(procedure: Procedure) -> None:
    found = asked(procedure, {Fact.HANDOVER_BETWEEN.value: "rav_smz", Fact.CONSTELLATION.value: "3"})

    assert found == {"jobless_refugee"}


def test_bip_judges_the_fitness_and_refugees_are_registered_with_rav(procedure: Procedure) -> None:
    facts = {Fact.HANDOVER_BETWEEN.value: "bip_rav", Fact.CONSTELLATION.value: "3"}

    assert "fit_for_work" in asked(procedure, facts)
    assert "rav_registration" not in asked(procedure, facts)
    assert "rav_registration" in asked(procedure, facts | {"jobless_refugee": True})


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
def test_the_reasons_against_a_proposal_are_given(change: dict[str, object], sentence: str) -> None:
    check_can_propose(**FINE)  # type: ignore[arg-type]

    with pytest.raises(Refused, match=sentence):
        check_can_propose(**FINE | change)  # type: ignore[arg-type]
