"""Checks which facts an instrument establishes: they must be in the registry and have the right shape."""

from collections.abc import Iterator

from suone.canton.instruments.loading import read_instrument
from suone.canton.instruments.rules import Instrument
from suone.canton.procedures.facts import Fact, Shape, Source, word
from suone.ground.schemafiles.positions import Path
from suone.ground.schemafiles.problems import BrokenFile, cut
from suone.ground.schemafiles.reading import problem


def read_instrument_and_facts(text: str, source: str) -> Instrument:
    """An instrument whose facts are checked as well; raises ``BrokenFile`` with file, line and remedy."""
    instrument = read_instrument(text, source)
    found = [
        problem(text, source, whole="the instrument", at=at, sentence=f"{at[-1]} {sentence}")
        for at, fact, shape in _facts_named(instrument)
        if (sentence := _fault(fact, shape))
    ]
    if found:
        raise BrokenFile(found)
    return instrument


def _fault(fact: str, shape: Shape) -> str:
    if fact not in Fact.values:
        return f"{cut(fact)} is no fact; the guide to procedures lists them"
    known = word(fact)
    if known.source is Source.DERIVED:
        return f"{fact} follows from the case, so that an instrument cannot establish it"
    if known.shape is not shape:
        return f"{fact} is {known.shape.value}, yet the instrument establishes {shape.value}"
    return ""


def _facts_named(instrument: Instrument) -> Iterator[tuple[Path, str, Shape]]:
    """Each fact named in the file, with its position and the shape of its value."""
    of_kind = {"yes_no": Shape.YES, "choice": Shape.CHOICE, "day": Shape.DAY, "number": Shape.NUMBER}
    for number, item in enumerate(instrument.items):
        if item.establishes:
            yield ("item", number, "establishes"), item.establishes, of_kind.get(item.kind, Shape.NUMBER)
    for band in instrument.bands:
        if band.establishes:
            yield ("bands", band.code, "establishes"), band.establishes, Shape.DAY
    establishes = instrument.establishes
    for name, fact in (("finished_on", establishes.finished_on), ("decided_on", establishes.decided_on)):
        if fact:
            yield ("establishes", name), fact, Shape.DAY
    if establishes.decided:
        yield ("establishes", "decided"), establishes.decided, Shape.CHOICE
