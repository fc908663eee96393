"""Whom an answer shows: noted where something of a row is printed, so that the log names them and nobody else.

While a door listens (``noting``), each row of which a template takes something is noted by ``note``: the templates'
environment calls it, so that no page has to say whom it shows. What passes by no template (a file, a calendar entry, an
answer to a machine) is noted by whoever builds it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Shows:
    """What somebody learns about whom when a page prints something of a row; a class declares it as ``shows``.

    Without a declaration a row that has a ``dossier_id`` shows that case.
    """

    case: str = ""  # the attribute that holds the number of its case; the database adds the person of the case
    person: str = ""  # … of its person, where it stands in no case
    kind: str = ""  # what stands in no case and belongs to no person's key is named by kind and number


@dataclass(slots=True)
class Shown:
    """The cases and persons that an answer shows, and other rows about a person by kind."""

    cases: set[int] = field(default_factory=set)
    persons: set[int] = field(default_factory=set)
    others: dict[str, set[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.cases or self.persons or self.others)

    def nobody(self) -> None:
        """What was made is not sent: it shows nobody."""
        for noted in (self.cases, self.persons, self.others):
            noted.clear()


_NOBODY = Shows()
_IMPERSONAL_ATTRIBUTES = frozenset({"pk", "id"})
_listening: ContextVar[Shown | None] = ContextVar("shown", default=None)
_known: dict[type, Shows] = {}
# Types whose rows show nobody, so that the templates' environment need not ask again.
impersonal: set[type] = set()


@contextmanager
def noting() -> Iterator[Shown]:
    """Listen to whom the answer shows that is made inside."""
    shown = Shown()
    token = _listening.set(shown)
    try:
        yield shown
    finally:
        _listening.reset(token)


def note(row: object, attribute: str, value: object) -> None:
    """Note whom this row shows, now that ``attribute`` of it is printed, or the row itself.

    Numbers of rows, relations, yes or no, and nothing at all print nothing about anybody.
    """
    shows = _known.get(type(row)) or _shows(type(row))
    if shows is _NOBODY or attribute in _IMPERSONAL_ATTRIBUTES or attribute.endswith("_id"):
        return
    if value is None or isinstance(value, bool) or (isinstance(value, str) and not value):
        return
    if value is not row and (hasattr(value, "_meta") or hasattr(value, "all")):
        return  # a row of its own, or a way to rows: they are noted when something of them is printed
    _keep(row, shows)


def note_row(row: object) -> None:
    """Note whom this row shows, where it passes by no template."""
    _keep(row, _known.get(type(row)) or _shows(type(row)))


def note_case(dossier_id: int | None) -> None:
    """Note that the answer shows this case."""
    shown = _listening.get()
    if shown is not None and dossier_id is not None:
        shown.cases.add(dossier_id)


def note_person(person_id: int | None) -> None:
    """Note that the answer says who this person is."""
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
