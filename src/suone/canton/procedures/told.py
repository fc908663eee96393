"""Which facts the answers to an instrument make true: its file names words of the registry, and is held to them."""

from collections.abc import Iterator

from suone.canton.instruments.loading import BrokenInstrument, read_instrument
from suone.canton.instruments.rules import Instrument
from suone.canton.procedures.facts import Fact, Shape, Source, word


def read_telling(text: str, source: str) -> Instrument:
    """An instrument whose file tells facts that there are; raises ``BrokenInstrument`` with file, entry and remedy."""
    instrument = read_instrument(text, source)
    for place, fact, shape in _told(instrument):
        if fact not in Fact.values:
            raise BrokenInstrument(f"{source}, {place}: {fact!r} is no fact; see suone/procedures/facts.py.")
        known = word(fact)
        if known.source is Source.DERIVED:
            raise BrokenInstrument(f"{source}, {place}: {fact} follows from the case and cannot be told.")
        if known.shape is not shape:
            raise BrokenInstrument(f"{source}, {place}: {fact} is {known.shape.value}, yet {shape.value} is told here.")
    return instrument


def _told(instrument: Instrument) -> Iterator[tuple[str, str, Shape]]:
    """Where the file tells which fact, and of what shape the value is."""
    of_kind = {"yes_no": Shape.YES, "choice": Shape.CHOICE, "day": Shape.DAY, "number": Shape.NUMBER}
    for item in instrument.items:
        if item.tells:
            yield f"item {item.id}", item.tells, of_kind.get(item.kind, Shape.NUMBER)
    for band in instrument.bands:
        if band.tells:
            yield f"band {band.code}", band.tells, Shape.DAY
    tells = instrument.tells
    for name, fact in (("finished_on", tells.finished_on), ("decided_on", tells.decided_on)):
        if fact:
            yield f"tells, {name}", fact, Shape.DAY
    if tells.decided:
        yield "tells, decided", tells.decided, Shape.CHOICE
