"""Rules for a person's particulars. Pure: no clock, no database."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from suone.ground.access.errors import Refused

_EARLIEST = 1880
_SHAPES = (
    re.compile(r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<month>\d{1,2})[./](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})"),
)


@dataclass(frozen=True, slots=True)
class Birth:
    """When somebody was born, as precisely as it is known: the day, the month or only the year."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def on(cls, day: date) -> "Birth":
        """The birth on a day that is known exactly."""
        return cls(day.year, day.month, day.day)

    @property
    def exact(self) -> date | None:
        """The day, where it is known; a year is never taken for its first of January."""
        return date(self.year, self.month, self.day) if self.month and self.day else None

    def __str__(self) -> str:
        known = [f"{part:02}" for part in (self.day, self.month) if part]
        return ".".join([*known, str(self.year)])

    def age_on(self, day: date) -> int:
        """The age in full years that has certainly been reached; if only the year is known, the lowest possible age."""
        month, of_month = self.month or 12, self.day or 31
        return day.year - self.year - ((day.month, day.day) < (month, of_month))

    def oldest_on(self, day: date) -> int:
        """The highest possible age in full years."""
        return day.year - self.year - ((day.month, day.day) < (self.month or 1, self.day or 1))


def parse_birth(text: str) -> Birth | None:
    """A day, month or year of birth as typed (1.4.1999, 1999-04-01, 4.1999, 1999); None if it is none of these."""
    text = re.sub(r"\s*([./-])\s*", r"\1", text.strip())
    for shape in _SHAPES:
        if found := shape.fullmatch(text):
            parts = {name: int(value) for name, value in found.groupdict().items()}
            birth = Birth(**parts)
            try:
                date(birth.year, birth.month or 1, birth.day or 1)
            except ValueError:
                return None
            return birth
    return None


def check_birth(birth: Birth | None, *, on: date) -> None:
    """Raise ``Refused`` if a birth lies in the future or before 1880."""
    if birth is None:
        return
    if birth.oldest_on(on) < 0 or birth.year < _EARLIEST:
        raise Refused(_("This date of birth cannot be right: check it and type it again."))


def check_name(last_name: str, first_name: str) -> None:
    """Raise ``Refused`` if both names are empty; one is enough."""
    if not (last_name.strip() or first_name.strip()):
        raise Refused(_("Enter the name; if the person has only one name, enter it in one of the two fields."))


def check_death(died_on: date | None, birth: Birth | None, *, on: date) -> None:
    """Raise ``Refused`` if a death lies in the future, or before the birth."""
    if died_on is None:
        return
    if died_on > on:
        raise Refused(_("A date of death cannot lie in the future."))
    if birth is not None and birth.oldest_on(died_on) < 0:
        raise Refused(_("The date of death lies before the date of birth."))
