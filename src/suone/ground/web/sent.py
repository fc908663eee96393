"""What a request says past a form: text of sensible length, a number, a day, or whether something was pressed.

Views read ``request.GET`` and ``request.POST`` through this alone, or hand them to a form as a whole: whatever comes, a
wrong type is nothing, and no answer is an error of the server.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_date

from suone.ground.web.fields import number_in

_LONGEST = 500
_FIRST, _LAST = date(1900, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Said:
    """The values of a query or of a form."""

    values: QueryDict

    def has(self, name: str) -> bool:
        """Whether it is there at all, such as the name of a button."""
        return name in self.values

    def text(self, name: str, default: str = "") -> str:
        """The text without what is around it; the default if it is missing, and nothing if it is far too long."""
        text = self.values.get(name)
        if not isinstance(text, str):
            return default
        text = text.strip()
        return text if len(text) <= _LONGEST else ""

    def number(self, name: str, *, most: int = 10**18) -> int | None:
        """The id of a row, or another whole number that is not too great; None for anything else."""
        number = number_in(self.text(name))
        return number if number is not None and number <= most else None

    def year(self, name: str) -> int | None:
        """A year of the calendar; None for anything else."""
        year = self.number(name)
        return year if year is not None and _FIRST.year <= year <= _LAST.year else None

    def numbers(self, name: str) -> list[int]:
        """Several, each by itself or with commas between them; leaves out what is none."""
        texts = [part for text in self.values.getlist(name) for part in str(text).split(",")]
        return [number for text in texts if (number := number_in(text.strip())) is not None]

    def day(self, name: str) -> date | None:
        """A day of the calendar, in ISO format; None for anything else."""
        try:
            day = parse_date(self.text(name))
        except ValueError:
            return None
        return day if day is not None and _FIRST <= day <= _LAST else None

    def among(self, names: Iterable[str]) -> dict[str, str]:
        """Those of these texts that are there."""
        return {name: self.text(name) for name in names if self.has(name)}


def in_query(request: HttpRequest) -> Said:
    """What the address says behind the question mark."""
    return Said(request.GET)


def in_form(request: HttpRequest) -> Said:
    """What the form says that no form class reads."""
    return Said(request.POST)
