"""A deadline in words: the words carry the meaning, the colour only repeats it."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day, its wording in the reader's language, and its urgency: ``overdue``, ``today``, ``week`` or ``later``."""

    day: date
    words: str
    urgency: str


def deadline(day: date, today: date) -> Deadline:
    """How a deadline reads on a given day."""
    left = (day - today).days
    if left < 0:
        words = ngettext("overdue by %(days)s day", "overdue by %(days)s days", -left) % {"days": -left}
        return Deadline(day, words, "overdue")
    if left == 0:
        return Deadline(day, _("today"), "today")
    words = _("tomorrow") if left == 1 else ngettext("in %(days)s day", "in %(days)s days", left) % {"days": left}
    return Deadline(day, words, "week" if left <= 7 else "later")
