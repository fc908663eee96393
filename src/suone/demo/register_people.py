"""The persons of the demo's register: about 46'000 at a time, each invented, each with the registrations of their years.

Drawn with a fixed seed, so that at the end of 2023 and of 2024 as many persons are followed by the same institutions as
the canton's published figures ask for (IIZ Wallis, Jahresbericht 2024: share of each institution's persons who are
followed elsewhere too, persons followed by several, referrals between RAV and SMZ). The report does not print how many
persons each institution follows, nor who shares whom: these sizes are chosen so that all its figures hold at once.
What comes out is registrations alone; the register counts them by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from stdnum import ean

Followers = tuple[str, ...]  # short names, in the order of INSTITUTIONS

INSTITUTIONS = ("RAV", "IV", "SMZ", "BSL", "AfAw")
_REGIONS = {"oberwallis": 24, "siders": 14, "sitten": 25, "martinach": 20, "monthey": 17}  # out of a hundred persons

_FOLLOWED = {  # by each institution, at the end of the year
    2023: {"RAV": 16_000, "IV": 18_000, "SMZ": 6_600, "BSL": 2_900, "AfAw": 7_600},
    2024: {"RAV": 15_500, "IV": 19_500, "SMZ": 7_300, "BSL": 3_000, "AfAw": 8_224},
}
_TOGETHER = {  # by exactly these
    2023: {
        "RAV IV": 1_357, "RAV SMZ": 526, "RAV BSL": 290, "RAV AfAw": 36, "IV SMZ": 2_035, "IV BSL": 405, "IV AfAw": 31,
        "SMZ BSL": 86, "SMZ AfAw": 58, "BSL AfAw": 12, "RAV IV SMZ": 160, "RAV IV BSL": 45, "RAV SMZ BSL": 30,
        "IV SMZ BSL": 25, "RAV SMZ AfAw": 14, "IV SMZ AfAw": 10, "RAV BSL AfAw": 6,
    },
    2024: {
        "RAV IV": 2_385, "RAV SMZ": 763, "RAV BSL": 350, "RAV AfAw": 130, "IV SMZ": 1_773, "IV BSL": 330, "IV AfAw": 86,
        "SMZ BSL": 86, "SMZ AfAw": 220, "BSL AfAw": 40, "RAV IV SMZ": 400, "RAV IV BSL": 100, "RAV SMZ BSL": 74,
        "IV SMZ BSL": 50, "RAV SMZ AfAw": 56, "IV SMZ AfAw": 24, "RAV BSL AfAw": 20,
    },
}  # fmt: skip
_REFERRED = {
    2024: {("RAV", "SMZ"): 120, ("SMZ", "RAV"): 97}
}  # from, to; elsewhere a third of those who could have been

_FIRST_YEAR, _LAST_PUBLISHED = 2023, 2024
_GROWTH, _GROWTH_TOGETHER = (
    1.005,
    1.02,
)  # a year, before and after the published ones: of one institution's, of several's
_BEFORE = {
    "RAV": 400,
    "IV": 2_500,
    "SMZ": 1_500,
    "BSL": 300,
    "AfAw": 1_800,
}  # days, at most, when the first year begins
_STAYS = 0.95  # from one year to the next, where the figures allow it
_LEAVES = 0.65  # for good, of the others
_CHANGES, _RETURNS = 0.6, 0.12  # of the places that come free: taken by somebody known there, by somebody who had left
_SHORTEST_GAP, _LONGEST_GAP = 7, 200  # days between leaving one institution and coming to another


@dataclass(slots=True)
class Spell:
    """One registration: an institution follows a person from a day, until a day or until further notice."""

    number: str
    region: str
    institution: str
    first_day: date
    last_day: date | None = None
    referred_by: str = ""


@dataclass(slots=True)
class _Person:
    number: str
    region: str
    spells: list[Spell] = field(default_factory=list)

    def begin(self, institution: str, day: date) -> None:
        self.spells.append(Spell(self.number, self.region, institution, day))

    def leave(self, institution: str, day: date) -> None:
        next(spell for spell in self.spells if spell.institution == institution and not spell.last_day).last_day = day


def registrations(*, today: date) -> list[Spell]:
    """Every registration from before 2023 until today; the same ones each time, but for the current year."""
    canton = _Canton(Random("Suone"))  # noqa: S311 - drawn for show, and the same each time
    canton.begin(date(_FIRST_YEAR, 1, 1), _sets_of(_FIRST_YEAR - 1))
    for year in range(_FIRST_YEAR, today.year + 1):
        canton.live_through(year, _sets_of(year), until=today)
    return [spell for person in canton.persons for spell in person.spells]


def number_of(place: int) -> str:
    """A valid AHV number out of the range 756.0000, to which nobody's belongs; the cast has those below 20'000."""
    first = f"7560000{place:05d}"
    return first + str(ean.calc_check_digit(first))


def _sets_of(year: int) -> dict[Followers, int]:
    """How many persons are followed by exactly which institutions at the end of a year."""
    published = min(max(year, _FIRST_YEAR), _LAST_PUBLISHED)
    together = {tuple(names.split()): persons for names, persons in _TOGETHER[published].items()}
    alone = {
        (one,): persons - sum(shared for followers, shared in together.items() if one in followers)
        for one, persons in _FOLLOWED[published].items()
    }
    growth = [_GROWTH ** (year - published), _GROWTH_TOGETHER ** (year - published)]
    return {followers: round(persons * growth[len(followers) > 1]) for followers, persons in (alone | together).items()}


class _Canton:
    """Draws who comes, stays, changes and leaves, year after year."""

    def __init__(self, random: Random) -> None:
        self.persons: list[_Person] = []
        self._random = random
        self._numbers = iter(random.sample(range(20_000, 100_000), 80_000))
        self._by_followers: dict[Followers, list[_Person]] = {}

    def begin(self, day: date, sets: dict[Followers, int]) -> None:
        """Everybody who is followed when the first year begins, since some day before."""
        for followers, persons in sets.items():
            there = self._by_followers[followers] = [self._newcomer() for _place in range(persons)]
            for person in there:
                for institution in followers:
                    person.begin(institution, day - timedelta(days=self._random.randint(1, _BEFORE[institution])))

    def live_through(self, year: int, sets: dict[Followers, int], *, until: date) -> None:
        """A year, after which these sets of institutions follow so many persons each."""
        # A week away from the year's ends, so that its figures hold where days are kept as weeks.
        first, last = date(year, 1, 8), min(date(year, 12, 20), until - timedelta(days=1))
        if last - first < timedelta(days=60):
            return
        movers: dict[Followers, list[_Person]] = {}
        free: list[Followers] = []
        for followers, wanted in sets.items():
            there = self._by_followers[followers]
            self._random.shuffle(there)
            stay = min(wanted, round(len(there) * _STAYS))
            leave = round((len(there) - stay) * _LEAVES)
            self._leave(followers, there[stay : stay + leave], first, last)
            movers[followers] = there[stay + leave :]
            del there[stay:]
            free += [followers] * (wanted - stay)
        self._random.shuffle(free)
        for followers in free:
            self._by_followers[followers].append(self._who_comes(followers, movers, first, last))
        for before, leavers in movers.items():
            self._leave(before, leavers, first, last)
        self._refer(first, last, _REFERRED.get(year, {}))

    def _leave(self, followers: Followers, leavers: list[_Person], first: date, last: date) -> None:
        for person in leavers:
            self._change(person, followers, (), first, last)

    def _who_comes(
        self, followers: Followers, movers: dict[Followers, list[_Person]], first: date, last: date
    ) -> _Person:
        """Somebody known to one of these institutions, somebody who comes back from elsewhere, or somebody new."""
        chance = self._random.random()
        known = [one for one in movers if movers[one] and one != followers and not set(one).isdisjoint(followers)]
        left = [one for one in movers if movers[one] and set(one).isdisjoint(followers)]
        if known and chance < _CHANGES:
            before = self._random.choice(known)
            person = movers[before].pop()
            self._change(person, before, followers, first, last)
        elif left and chance < _CHANGES + _RETURNS:
            before = self._random.choice(left)
            person = movers[before].pop()
            self._come_back(person, before, followers, first, last)
        else:
            person = self._newcomer()
            self._change(person, (), followers, first, last)
        return person

    def _change(self, person: _Person, before: Followers, after: Followers, first: date, last: date) -> None:
        for institution in before:
            if institution not in after:
                person.leave(institution, self._day(first, last))
        for institution in after:
            if institution not in before:
                person.begin(institution, self._day(first, last))

    def _come_back(self, person: _Person, before: Followers, after: Followers, first: date, last: date) -> None:
        """The revolving door: followed by nobody for a while, then by others."""
        left_on = self._day(first, last - timedelta(days=30))
        for institution in before:
            person.leave(institution, left_on)
        back_from = left_on + timedelta(days=_SHORTEST_GAP)
        for institution in after:
            person.begin(institution, self._day(back_from, min(last, left_on + timedelta(days=_LONGEST_GAP))))

    def _refer(self, first: date, last: date, published: dict[tuple[str, str], int]) -> None:
        """Some of those who came this year were sent by an institution that had followed them before."""
        could: dict[tuple[str, str], list[Spell]] = {}
        for person in self.persons:
            for spell in person.spells:
                if first <= spell.first_day <= last:
                    earlier = sorted(_seen_before(spell, person.spells))
                    if earlier:
                        could.setdefault((self._random.choice(earlier), spell.institution), []).append(spell)
        for way, spells in could.items():
            for spell in self._random.sample(spells, published.get(way, len(spells) // 3)):
                spell.referred_by = way[0]

    def _newcomer(self) -> _Person:
        (region,) = self._random.choices(list(_REGIONS), weights=list(_REGIONS.values()))
        person = _Person(number_of(next(self._numbers)), region)
        self.persons.append(person)
        return person

    def _day(self, first: date, last: date) -> date:
        return first + timedelta(days=self._random.randint(0, (last - first).days))


def _seen_before(spell: Spell, all_spells: Iterable[Spell]) -> set[str]:
    return {
        other.institution
        for other in all_spells
        if other.first_day < spell.first_day and other.institution != spell.institution
    }
