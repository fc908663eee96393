"""Checking rows before anything is sent: number, days, duplicates, and what the directory does not know."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from stdnum.ch import ssn
from stdnum.exceptions import ValidationError
from stdnum.util import clean

from suone.register.client.columns import AHV_NUMBER, FROM, OFFICE, REFERENCE, REFERRED_BY, UNTIL, WORKER
from suone.register.client.language import gettext as _
from suone.register.client.tables import Row, Table

MOST_SIGNS = 40  # of a reference
_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True, slots=True)
class Registration:
    """One person followed by the institution for a time. The AHV number never leaves the client."""

    number: str
    valid_from: date
    valid_until: date | None
    office: str
    worker: str
    reference: str
    referred_by: str


@dataclass(frozen=True)
class Directory:
    """What the register knows: the institution's offices by number, its workers by address, and all institutions' codes."""

    offices: frozenset[str]
    workers: frozenset[str]
    institutions: frozenset[str]


@dataclass(frozen=True)
class Checked:
    """The valid rows in the order of the file, and the rejected ones, each with a message."""

    valid: Sequence[tuple[Row, Registration]]
    errors: Sequence[tuple[Row, str]]


class _RowError(Exception):
    """What is wrong with a row, as a message for the user."""


def check(table: Table, directory: Directory) -> Checked:
    """Check every row by itself and against the rows above it for duplicate registrations."""
    valid: list[tuple[Row, Registration]] = []
    errors: list[tuple[Row, str]] = []
    begun: dict[tuple[str, date], int] = {}
    running: dict[str, int] = {}
    for row in table.rows:
        try:
            found = _registration(table, row, directory)
            _refuse_second(found, begun, running)
        except _RowError as wrong:
            errors.append((row, str(wrong)))
            continue
        begun[found.number, found.valid_from] = row.number
        if found.valid_until is None:
            running[found.number] = row.number
        valid.append((row, found))
    return Checked(valid, errors)


def ahv_number(text: str) -> str | None:
    """The thirteen digits of an AHV number; None if its length, prefix or check digit is wrong."""
    try:
        return str(ssn.validate(clean(text, "-. \u00a0\u202f'’")))
    except ValidationError:
        return None


def _registration(table: Table, row: Row, directory: Directory) -> Registration:
    typed = table.cell(row, AHV_NUMBER)
    if not typed:
        raise _RowError(_("The AHV number is missing."))
    number = ahv_number(typed)
    if number is None:
        raise _RowError(_("The AHV number is mistyped: its check digit does not hold."))
    valid_from = _day(table.cell(row, FROM))
    if valid_from is None:
        raise _RowError(_("The first day is missing."))
    valid_until = _day(table.cell(row, UNTIL))
    if valid_until is not None and valid_until < valid_from:
        raise _RowError(_("The last day is before the first."))
    reference = table.cell(row, REFERENCE)
    _check_reference(reference)
    return Registration(
        number,
        valid_from,
        valid_until,
        _known(table.cell(row, OFFICE), directory.offices, _("The directory knows no office %(value)s of yours.")),
        _known(
            table.cell(row, WORKER).lower(),
            directory.workers,
            _("The directory knows nobody of yours with the address %(value)s."),
        ),
        reference,
        _known(
            table.cell(row, REFERRED_BY), directory.institutions, _("The directory knows no institution %(value)s.")
        ),
    )


def _check_reference(text: str) -> None:
    """Refuse a reference that contains an AHV number: it is the only free text that is sent."""
    if len(text) > MOST_SIGNS or not text.isprintable():
        raise _RowError(_("The reference must be one line of at most %(most)s signs.") % {"most": MOST_SIGNS})
    digits = "".join(sign for sign in text if sign.isdigit())
    if any(ahv_number(digits[start : start + 13]) for start in range(len(digits) - 12)):
        raise _RowError(_("The reference holds an AHV number, which must not leave: use another reference."))


@lru_cache(maxsize=100_000)
def _day(text: str) -> date | None:
    if not text:
        return None
    for form in _FORMS:
        with suppress(ValueError):
            day = datetime.strptime(text, form).date()
            if 1900 <= day.year <= 2200:
                return day
    raise _RowError(_("%(value)s is no day: write 2026-01-31 or 31.01.2026.") % {"value": text})


def _known(value: str, known: frozenset[str], sentence: str) -> str:
    if value and value not in known:
        raise _RowError(sentence % {"value": value})
    return value


def _refuse_second(found: Registration, begun: dict[tuple[str, date], int], running: dict[str, int]) -> None:
    twin = begun.get((found.number, found.valid_from))
    if twin is not None:
        raise _RowError(_("Row %(row)s already says this of the same person.") % {"row": twin})
    if found.valid_until is None and found.number in running:
        raise _RowError(
            _("Row %(row)s already is an open registration of the same person: end one of the two.")
            % {"row": running[found.number]}
        )
