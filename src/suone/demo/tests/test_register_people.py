"""The people of the demo's register: the same each time, nobody's numbers, and the published figures come out of them."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from suone.demo.cast import cast_file
from suone.demo.register_people import Spell, registrations
from suone.records.persons.ahv import compact

TODAY = date(2026, 11, 25)
# IIZ Wallis, Jahresbericht 2024: whom several follow, and per cent of each institution's persons followed elsewhere too.
PUBLISHED = {
    2023: (5_126, {"RAV": 15, "IV": 23, "SMZ": 45, "BSL": 31, "AfAw": 2}),
    2024: (6_887, {"RAV": 28, "IV": 26, "SMZ": 47, "BSL": 35, "AfAw": 7}),
}


@pytest.fixture(scope="module")
def spells() -> list[Spell]:
    return registrations(today=TODAY)


def _followed(spells: list[Spell], day: date) -> dict[str, set[str]]:
    """Who is followed by whom on a day."""
    followed: dict[str, set[str]] = {}
    for spell in spells:
        if spell.first_day <= day and (spell.last_day is None or spell.last_day >= day):
            followed.setdefault(spell.number, set()).add(spell.institution)
    return followed


@pytest.mark.parametrize("year", [2023, 2024])
def test_the_published_figures_come_out(spells: list[Spell], year: int) -> None:
    followed = _followed(spells, date(year, 12, 31))
    several, shares = PUBLISHED[year]

    assert sum(len(by) > 1 for by in followed.values()) == several
    for institution, share in shares.items():
        own = [by for by in followed.values() if institution in by]
        assert round(100 * sum(len(by) > 1 for by in own) / len(own)) == share, institution


def test_fifteen_per_cent_of_about_46000_are_followed_by_several_at_the_end_of_2024(spells: list[Spell]) -> None:
    followed = _followed(spells, date(2024, 12, 31))

    assert len(followed) == 45_913
    assert round(100 * 6_887 / len(followed)) == 15


def test_the_published_referrals_of_2024_come_out(spells: list[Spell]) -> None:
    referred = Counter((one.referred_by, one.institution) for one in spells if one.first_day.year == 2024)

    assert referred["RAV", "SMZ"] == 120
    assert referred["SMZ", "RAV"] == 97


def test_today_about_as_many_are_followed(spells: list[Spell]) -> None:
    followed = _followed(spells, TODAY)

    assert 45_000 < len(followed) < 47_000
    assert {one.first_day.year for one in spells} >= {2025, 2026}


def test_some_leave_and_come_back_elsewhere_and_most_do_not(spells: list[Spell]) -> None:
    of: dict[str, list[Spell]] = {}
    for spell in spells:
        of.setdefault(spell.number, []).append(spell)
    gone = [all_of for all_of in of.values() if all_of[0].last_day and all_of[0].last_day.year == 2024]

    back = [
        all_of
        for first, *others in gone
        if (all_of := [one for one in others if first.last_day and one.first_day > first.last_day])
    ]

    assert 100 < len(back) < len(gone) / 2


def test_nobody_is_registered_twice_at_once_by_one_institution(spells: list[Spell]) -> None:
    periods: dict[tuple[str, str], list[Spell]] = {}
    for spell in spells:
        assert spell.last_day is None or spell.first_day <= spell.last_day <= TODAY
        assert spell.first_day <= TODAY
        periods.setdefault((spell.number, spell.institution), []).append(spell)

    for several in periods.values():
        several.sort(key=lambda spell: spell.first_day)
        for one, next_one in pairwise(several):
            assert one.last_day is not None
            assert one.last_day < next_one.first_day


def test_numbers_are_valid_and_nobodys(spells: list[Spell]) -> None:
    numbers = {spell.number for spell in spells}
    cast = {compact(one["ahv_number"]) for one in cast_file()["person"] if "ahv_number" in one}

    assert all(number.startswith("7560000") and compact(number) == number for number in numbers)
    assert not numbers & cast


def test_they_are_the_same_each_time_and_the_published_years_on_every_day(spells: list[Spell]) -> None:
    assert registrations(today=TODAY) == spells

    later = registrations(today=date(2028, 2, 1))
    for year in (2023, 2024):
        assert _followed(later, date(year, 12, 31)) == _followed(spells, date(year, 12, 31))
