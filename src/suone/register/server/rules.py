"""Rules of the register: days and weeks, sets of institutions, purposes, quotas."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.ground.access.errors import Refused


class Purpose(models.TextChoices):
    """Why a worker asks; kept with each question."""

    FIRST_TALK = "first_talk", gettext_lazy("first talk with the person")
    HAND_OVER = "hand_over", gettext_lazy("hand-over or referral")
    COORDINATION = "coordination", gettext_lazy("coordination of support under way")
    NOTIFICATION = "notification", gettext_lazy("notification of a case")


def kept_days(valid_from: date, valid_until: date | None, *, weeks: bool) -> tuple[date, date | None]:
    """First and last day as they are kept: exact, or widened to whole ISO weeks, since days identify."""
    if not weeks:
        return valid_from, valid_until
    first = valid_from - timedelta(days=valid_from.weekday())
    return first, None if valid_until is None else valid_until + timedelta(days=6 - valid_until.weekday())


MANY_REFUSED = 5  # questions about persons whom the institution does not follow, in a day


def is_unusual(*, questions: int, refused: int, askers: int, most_a_day: int) -> bool:
    """Whether a day's use by an institution should be looked at: questions about strangers, or far more than usual."""
    return refused >= MANY_REFUSED or questions > max(askers, 1) * most_a_day * 0.8


def check_period(valid_from: date, valid_until: date | None, *, on: date) -> None:
    """Raise ``Refused`` for a first day in the future, or a last day before the first."""
    if valid_from > on:
        raise Refused(_("Enter the person once you follow them: the first day must not be in the future."))
    if valid_until is not None and valid_until < valid_from:
        raise Refused(_("The last day must not be before the first."))


def ends_before(day: date, *, months: int, count: int) -> list[date]:
    """The last days of so many periods (12: years, 3: quarters) that ended before ``day``, the oldest first."""
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    ends: list[date] = []
    for _period in range(count):
        end = first - timedelta(days=1)
        first = end.replace(month=end.month - months + 1, day=1)
        ends.append(end)
    return ends[::-1]


def is_few(count: int) -> bool:
    """Whether so few persons are meant that somebody who knows the place could recognise them."""
    return 0 < count < 5


def shown(count: int) -> str:
    """A count as pages show it: ``6'887``; 1 to 4 persons are shown alike."""
    return "1–4" if is_few(count) else counted(count)


def counted(count: int) -> str:
    """``6'887``."""
    return f"{count:,}".replace(",", "'")


@dataclass(frozen=True, slots=True)
class Followed:
    """Persons followed on a day: how many in all, by two or more, and for each institution and pair."""

    persons: int
    shared: int
    of: Mapping[int, int]  # place → persons followed there
    shared_of: Mapping[int, int]  # place → of these also followed elsewhere
    pairs: Mapping[tuple[int, int], int]  # two places, the smaller first → persons followed by both

    @property
    def share(self) -> float:
        """Of all persons, the part followed by two or more."""
        return self.shared / self.persons if self.persons else 0.0

    def share_of(self, place: int) -> float:
        """Of an institution's persons, the part also followed elsewhere."""
        return self.shared_of.get(place, 0) / self.of[place] if self.of.get(place) else 0.0


def followed(masks: Iterable[tuple[int, int]]) -> Followed:
    """Figures from the sets of institutions: (set as bits, persons)."""
    persons = shared = 0
    of: dict[int, int] = {}
    shared_of: dict[int, int] = {}
    pairs: dict[tuple[int, int], int] = {}
    for mask, count in masks:
        places = [place for place in range(mask.bit_length()) if mask >> place & 1]
        persons += count
        for place in places:
            of[place] = of.get(place, 0) + count
        if len(places) < 2:
            continue
        shared += count
        for place in places:
            shared_of[place] = shared_of.get(place, 0) + count
        for i, one in enumerate(places):
            for other in places[i + 1 :]:
                pairs[one, other] = pairs.get((one, other), 0) + count
    return Followed(persons, shared, of, shared_of, pairs)
