"""Instruments are files (``files/*.toml``): read once, checked whole, with errors that name the place."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from suone.instruments.rules import Band, Instrument, Item

_FOLDER = Path(__file__).parent / "files"
_LANGUAGES = ("de", "fr", "en")
_ITEM_KEYS = {"id", "points", "text"}


class BrokenInstrument(Exception):
    """The file cannot be used; the message names file, entry and what is allowed."""


@cache
def instrument(identifier: str) -> Instrument:
    """The instrument of this name as it is shipped."""
    path = _FOLDER / f"{identifier}.toml"
    return read_instrument(path.read_text(), path.name)


@cache
def shipped_instruments() -> tuple[str, ...]:
    """The names of the instruments that come with the product."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def read_instrument(text: str, source: str) -> Instrument:
    """An instrument from the text of its file; raises ``BrokenInstrument``."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrokenInstrument(f"{source}: {error}") from error
    for key in ("identifier", "version", "source", "title", "order", "bands", "thresholds", "item"):
        if key not in content:
            raise BrokenInstrument(f"{source}: {key} is missing.")
    items = tuple(_item(source, entry) for entry in content["item"])
    ids = [item.id for item in items]
    if len(ids) != len(set(ids)):
        raise BrokenInstrument(f"{source}: every item needs an id of its own.")
    return Instrument(
        identifier=content["identifier"],
        version=content["version"],
        source=content["source"],
        title=_texts(source, "title", content["title"]),
        items=items,
        bands=_bands(source, content),
    )


def _item(source: str, entry: dict[str, Any]) -> Item:
    name = entry.get("id", "?")
    unknown = set(entry) - _ITEM_KEYS
    if unknown:
        raise BrokenInstrument(
            f"{source}, item {name}: {sorted(unknown)} is not known; allowed are {sorted(_ITEM_KEYS)}."
        )
    points = entry.get("points", {})
    if set(points) - {"yes", "no"} or not all(isinstance(value, int) and value >= 0 for value in points.values()):
        raise BrokenInstrument(f"{source}, item {name}: points are whole numbers from 0 for yes or no.")
    return Item(id=name, text=_texts(source, f"item {name}", entry.get("text", {})), points=points)


def _bands(source: str, content: dict[str, Any]) -> tuple[Band, ...]:
    bands = []
    for code in content["order"]:
        entry = content["bands"].get(code)
        if entry is None:
            raise BrokenInstrument(
                f"{source}: order names {code}, which is no band; bands are {sorted(content['bands'])}."
            )
        bands.append(
            Band(
                code=code,
                title=_texts(source, f"band {code}", entry.get("title", {})),
                explanation=_texts(source, f"band {code}", entry.get("explanation", {})),
                threshold=content["thresholds"].get(code, 0),
            )
        )
    thresholds = [band.threshold for band in bands]
    if thresholds != sorted(thresholds, reverse=True) or len(set(thresholds)) != len(thresholds) or thresholds[-1] != 0:
        raise BrokenInstrument(f"{source}: thresholds must fall from the first band to the last, which starts at 0.")
    return tuple(bands)


def _texts(source: str, place: str, texts: dict[str, str]) -> dict[str, str]:
    lacking = [language for language in _LANGUAGES if not texts.get(language)]
    if lacking:
        raise BrokenInstrument(f"{source}, {place}: the text in {', '.join(lacking)} is missing.")
    return texts
