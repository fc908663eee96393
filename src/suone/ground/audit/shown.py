"""Whom a response shows: noted when an attribute of a row is printed, so that the log names exactly these persons.

Within ``noting``, the template environment calls ``note`` for each row of which a template reads an attribute, so that no
page has to list whom it shows. Content that passes through no template (a file, a calendar entry, an API response) is noted
by the code that builds it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Shows:
    """Which case or person a page shows when it prints an attribute of a row; a class declares it as ``shows``.

    Without a declaration, a row that has a ``dossier_id`` shows that case.
    """

    case: str = ""  # the attribute with the id of its case; the database adds the person of the case
    person: str = ""  # the attribute with the key of its person, if it belongs to no case
    kind: str = ""  # the kind under which the row is named by id, if it has neither case nor key


@dataclass(slots=True)
class Shown:
    """The cases and persons that a response shows, and the ids of other rows about a person by kind."""

    cases: set[int] = field(default_factory=set)
    persons: set[int] = field(default_factory=set)
    others: dict[str, set[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.cases or self.persons or self.others)

    def nobody(self) -> None:
        """Forget everything noted: the response is not sent, or has no content."""
        for noted in (self.cases, self.persons, self.others):
            noted.clear()


_NOBODY = Shows()
_IMPERSONAL_ATTRIBUTES = frozenset({"pk", "id"})
_listening: ContextVar[Shown | None] = ContextVar("shown", default=None)
_known: dict[type, Shows] = {}
# Cache: types whose rows show nobody; the template environment skips them.
impersonal: set[type] = set()


@contextmanager
def noting() -> Iterator[Shown]:
    """Collect whom the response built inside the block shows."""
    shown = Shown()
    token = _listening.set(shown)
    try:
        yield shown
    finally:
        _listening.reset(token)


def note(row: object, attribute: str, value: object) -> None:
    """Note whom this row shows because ``attribute`` (or the row itself, if empty) is printed with ``value``.

    Ids, relations, booleans and empty values reveal nothing about anybody and are ignored.
    """
    shows = _known.get(type(row)) or _shows(type(row))
    if shows is _NOBODY or attribute in _IMPERSONAL_ATTRIBUTES or attribute.endswith("_id"):
        return
    if value is None or isinstance(value, bool) or (isinstance(value, str) and not value):
        return
    if value is not row and (hasattr(value, "_meta") or hasattr(value, "all")):
        return  # another row, or a manager: noted when one of its own attributes is printed
    _keep(row, shows)


def note_row(row: object) -> None:
    """Note whom this row shows, if it passes through no template."""
    _keep(row, _known.get(type(row)) or _shows(type(row)))


def note_case(dossier_id: int | None) -> None:
    """Note that the response shows this case."""
    shown = _listening.get()
    if shown is not None and dossier_id is not None:
        shown.cases.add(dossier_id)


def note_person(person_id: int | None) -> None:
    """Note that the response identifies this person."""
    shown = _listening.get()
    if shown is not None and person_id is not None:
        shown.persons.add(person_id)


def _keep(row: Any, shows: Shows) -> None:
    shown = _listening.get()
    if shown is None:
        return
    if shows.case:
        note_case(getattr(row, shows.case))
    if shows.person:
        note_person(getattr(row, shows.person))
    if shows.kind:
        shown.others.setdefault(shows.kind, set()).add(row.pk)


def _shows(row_type: type) -> Shows:
    declared = getattr(row_type, "shows", None)
    if isinstance(declared, Shows):
        shows = _NOBODY if declared == _NOBODY else declared
    elif hasattr(row_type, "dossier_id") or "dossier_id" in getattr(row_type, "__dataclass_fields__", ()):
        shows = Shows(case="dossier_id")
    else:
        shows = _NOBODY
    if shows is _NOBODY:
        impersonal.add(row_type)
    _known[row_type] = shows
    return shows
