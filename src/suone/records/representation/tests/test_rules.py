"""Who may sign: the person, a parent, a guardian, by age and by decision."""

from dataclasses import dataclass
from datetime import date

import pytest

from suone.ground.access.errors import Refused
from suone.records.representation import rules
from suone.records.representation.rules import Kind, SigningAge, check_can_record, check_may_sign, signers

TODAY = date(2026, 11, 29)
ZGB = SigningAge(18, "ZGB Art. 14")


@dataclass(frozen=True)
class Entry:
    kind: str
    name: str = "Ada Amacker"
    valid_from: date = date(2020, 1, 1)
    valid_until: date | None = None
    ended_on: date | None = None


MOTHER = Entry(Kind.PARENT, "Ada Amacker")
GUARDIAN = Entry(Kind.GUARDIAN, "Beat Brunner", valid_until=date(2028, 6, 30))


@pytest.mark.parametrize(
    ("born_at_latest", "entries", "age", "person", "names"),
    [
        (date(2008, 11, 29), [], ZGB, True, []),  # eighteen today
        (date(2008, 11, 30), [], ZGB, False, []),  # tomorrow
        (date(2011, 5, 1), [MOTHER], ZGB, False, ["Ada Amacker"]),
        (date(2011, 5, 1), [], SigningAge(14, "law of the canton"), True, []),
        (date(2011, 5, 1), [MOTHER], SigningAge(16, "law of the canton"), False, ["Ada Amacker"]),
        (date(2011, 5, 1), [MOTHER, GUARDIAN], ZGB, False, ["Beat Brunner"]),
        (date(2011, 5, 1), [GUARDIAN], SigningAge(14, "law"), False, ["Beat Brunner"]),
        (date(1981, 3, 3), [GUARDIAN], ZGB, False, ["Beat Brunner"]),
        (date(1981, 3, 3), [MOTHER], ZGB, True, []),  # parents of an adult sign nothing
        (date(2008, 12, 31), [], ZGB, False, []),  # only the year is known: may still be seventeen
        (None, [], ZGB, True, []),
        (None, [GUARDIAN], ZGB, False, ["Beat Brunner"]),
        (date(2008, 2, 29), [], SigningAge(18), True, []),
    ],
)
def test_who_signs(
    born_at_latest: date | None, entries: list[Entry], age: SigningAge, person: bool, names: list[str]
) -> None:
    who = signers(born_at_latest=born_at_latest, representatives=entries, age=age, on=TODAY)

    assert (who.person, [r.name for r in who.representatives]) == (person, names)


@pytest.mark.parametrize(
    ("on", "person"), [(date(2028, 6, 30), False), (date(2028, 7, 1), True), (date(2019, 12, 31), True)]
)
def test_a_guardian_of_an_adult_signs_to_the_last_day_of_the_decision(on: date, person: bool) -> None:
    assert signers(born_at_latest=date(1981, 3, 3), representatives=[GUARDIAN], age=ZGB, on=on).person is person


def test_an_ended_representation_counts_no_longer_from_its_day_on() -> None:
    ended = Entry(Kind.GUARDIAN, ended_on=TODAY)

    assert signers(born_at_latest=None, representatives=[ended], age=ZGB, on=TODAY).person
    assert not signers(born_at_latest=None, representatives=[ended], age=ZGB, on=date(2026, 11, 28)).person


def test_the_reason_names_the_law() -> None:
    who = signers(born_at_latest=date(2011, 5, 1), representatives=[], age=ZGB, on=TODAY)

    assert who.reason == "The person is under 18 (ZGB Art. 14)."


MINOR = signers(born_at_latest=date(2011, 5, 1), representatives=[MOTHER], age=ZGB, on=TODAY)
ALONE = signers(born_at_latest=date(1981, 3, 3), representatives=[], age=ZGB, on=TODAY)
NOBODY = signers(born_at_latest=date(2011, 5, 1), representatives=[], age=ZGB, on=TODAY)


@pytest.mark.parametrize(
    ("who", "representative", "remedy"),
    [
        (MINOR, None, "Let Ada Amacker sign"),
        (MINOR, Entry(Kind.PARENT, "Somebody Else"), "Let Ada Amacker sign"),
        (NOBODY, None, "Enter who signs for the person"),
        (ALONE, MOTHER, "signs alone"),
    ],
)
def test_who_may_not_sign_is_named_the_remedy(who: rules.Signers, representative: Entry | None, remedy: str) -> None:
    with pytest.raises(Refused, match=remedy):
        check_may_sign(who, representative=representative)


@pytest.mark.parametrize(("who", "representative"), [(ALONE, None), (MINOR, MOTHER)])
def test_who_may_sign_does(who: rules.Signers, representative: Entry | None) -> None:
    check_may_sign(who, representative=representative)


_RIGHT = {
    "kind": Kind.GUARDIAN,
    "name": "Beat Brunner",
    "valid_from": date(2026, 1, 1),
    "valid_until": None,
    "decided_by": "KESB",
    "born_at_latest": date(1981, 3, 3),
    "on": TODAY,
}


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"name": "  "}, "Enter the name"),
        ({"valid_until": date(2025, 12, 31)}, "before the first"),
        ({"valid_from": date(2020, 1, 1), "valid_until": date(2026, 11, 28)}, "already over"),
        ({"decided_by": " "}, "which authority"),
        ({"kind": Kind.PARENT}, "of age"),
    ],
)
def test_a_representative_is_recorded_with_what_makes_one(changes: dict[str, object], remedy: str) -> None:
    with pytest.raises(Refused, match=remedy):
        check_can_record(**_RIGHT | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes", [{}, {"kind": Kind.PARENT, "decided_by": "", "born_at_latest": date(2011, 5, 1)}, {"valid_until": TODAY}]
)
def test_what_is_right_is_recorded(changes: dict[str, object]) -> None:
    check_can_record(**_RIGHT | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("born", "last"), [(date(2011, 5, 1), date(2029, 4, 30)), (date(2008, 2, 29), date(2026, 2, 28))]
)
def test_parents_sign_until_the_day_before_the_person_comes_of_age(born: date, last: date) -> None:
    assert rules.parents_until(born) == last


@pytest.mark.parametrize(
    ("known", "latest"),
    [((2008, None, None), date(2008, 12, 31)), ((2008, 2, None), date(2008, 2, 29)), ((2008, 2, 3), date(2008, 2, 3))],
)
def test_what_is_known_of_a_birth_makes_nobody_older(known: tuple[int, int | None, int | None], latest: date) -> None:
    assert rules.latest_birth(*known) == latest
