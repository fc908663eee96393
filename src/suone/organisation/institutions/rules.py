"""Days known as exactly as a source says them: a year, a month or a day."""

import re
from datetime import date

SINCE = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"


def as_exact_as_known(since: str) -> date | None:
    """The first day that ``2019``, ``2021-11`` or ``2021-11-15`` may mean; None if it is none of these."""
    if not re.match(SINCE, since):
        return None
    parts = [int(part) for part in since.split("-")]
    try:
        year, month, day = [*parts, 1, 1][:3]
        return date(year, month, day)
    except ValueError:
        return None
