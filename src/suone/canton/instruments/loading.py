"""Instruments are files (``files/*.toml``): read once, checked whole, with errors that name file, line and remedy."""

from functools import cache
from pathlib import Path

from suone.canton.instruments.rules import Instrument
from suone.ground.schemafiles.problems import BrokenFile, text_of

FOLDER = Path(__file__).parent / "files"


class BrokenInstrument(BrokenFile):
    """The file cannot be used as an instrument."""


@cache
def instrument(identifier: str) -> Instrument:
    """The instrument of this name as it is shipped."""
    path = FOLDER / f"{identifier}.toml"
    return read_instrument(text_of(path), path.name)


@cache
def shipped_instruments() -> tuple[str, ...]:
    """The names of the instruments that come with the product."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def read_instrument(text: str, source: str) -> Instrument:
    """An instrument from the text of its file, all of it checked; raises ``BrokenInstrument``."""
    from suone.canton.instruments.schema import INSTRUMENTS, as_rules  # late: a start need not build schemas

    return as_rules(INSTRUMENTS.read(text, source))


def read_kept_instrument(text: str, source: str) -> Instrument:
    """A published version as the answers given under it know it: its shape alone is looked at."""
    from suone.canton.instruments.schema import INSTRUMENTS, as_rules

    return as_rules(INSTRUMENTS.read_kept(text, source))
