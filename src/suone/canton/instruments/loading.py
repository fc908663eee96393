"""Instruments are files (``files/*.toml``): read once, checked whole, with errors that name file, line and remedy."""

from functools import cache
from pathlib import Path

from suone.canton.instruments.rules import Instrument
from suone.ground.schemafiles.problems import text_of

FOLDER = Path(__file__).parent / "files"


@cache
def instrument(identifier: str) -> Instrument:
    """The shipped instrument of this name; raises ``BrokenFile`` if there is none."""
    path = FOLDER / f"{identifier}.toml"
    return read_instrument(text_of(path), path.name)


@cache
def shipped_instruments() -> tuple[str, ...]:
    """The names of the instruments that come with the product."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def read_instrument(text: str, source: str) -> Instrument:
    """An instrument from the text of its file, fully checked; raises ``BrokenFile`` with every problem found."""
    from suone.canton.instruments.schema import (
        INSTRUMENTS,
        as_rules,
    )  # late import: building schemas would slow every start

    return as_rules(INSTRUMENTS.read(text, source))


def read_kept_instrument(text: str, source: str) -> Instrument:
    """A published version, checked for its shape only, so that later limits never invalidate kept answers."""
    from suone.canton.instruments.schema import INSTRUMENTS, as_rules

    return as_rules(INSTRUMENTS.read_kept(text, source))
