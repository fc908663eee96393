"""Whom an answer shows: what of a row counts as shown, and what shows nobody."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from suone.ground.audit.shown import Shown, Shows, note, note_case, note_person, note_row, noting


@dataclass
class _Line:
    pk: int = 1
    dossier_id: int | None = 5


@dataclass
class _Bare:
    note: str
    dossier_id: int


class _OfAClass:
    dossier_id = 5


@dataclass
class _Person:
    shows: ClassVar[Shows] = Shows(person="pk")
    pk: int = 9


@dataclass
class _Elsewhere:
    shows: ClassVar[Shows] = Shows(kind="advice")
    pk: int = 3


@dataclass
class _Nobody:
    shows: ClassVar[Shows] = Shows()
    dossier_id: int = 5


class _Rows:
    def all(self) -> None: ...


class _Relation:
    _meta = None


@pytest.mark.parametrize("value", ["Muster", 0, 12, ["a"]])
def test_what_is_printed_of_a_row_shows_its_case(value: Any) -> None:
    with noting() as shown:
        note(_Line(), "text", value)

    assert shown == Shown(cases={5})


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("pk", 1),
        ("id", 1),
        ("dossier_id", 5),
        ("text", None),
        ("is_open", True),
        ("is_open", False),
        ("text", ""),
        ("author", _Relation()),
        ("notes", _Rows()),
    ],
)
def test_numbers_relations_and_nothing_show_nobody(attribute: str, value: object) -> None:
    with noting() as shown:
        note(_Line(), attribute, value)

    assert not shown


def test_a_row_printed_as_a_whole_shows_its_case_though_it_is_a_row() -> None:
    class Row(_Relation):
        dossier_id = 5

    row = Row()
    with noting() as shown:
        note(row, "", row)

    assert shown == Shown(cases={5})


def test_each_row_shows_what_its_class_declares() -> None:
    for row, expected in (
        (_Line(), Shown(cases={5})),
        (_OfAClass(), Shown(cases={5})),
        (_Bare("x", 5), Shown(cases={5})),
        (_Person(), Shown(persons={9})),
        (_Elsewhere(), Shown(others={"advice": {3}})),
        (_Nobody(), Shown()),
        (object(), Shown()),
        (_Line(dossier_id=None), Shown()),
    ):
        with noting() as shown:
            note_row(row)
        assert shown == expected
        assert bool(shown) is (expected != Shown())


def test_where_nobody_listens_nothing_is_noted() -> None:
    note(_Line(), "text", "Muster")
    note_case(5)
    note_person(9)

    with noting() as shown:
        note_person(None)
        note_case(None)
        note_case(5)
        note_person(9)

    assert shown == Shown(cases={5}, persons={9})
    shown.nobody()
    assert not shown
