"""Instruments are files (``files/*.toml``): read once, checked whole, with errors that name the place."""

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from suone.canton.instruments.rules import (
    KINDS,
    KNOWN_WORDS,
    POINTS,
    RISK_FACTORS,
    Band,
    Dimension,
    Instrument,
    Item,
    Option,
    Rule,
    Section,
    Tells,
    condition,
)
from suone.ground.access.categories import DataCategory

FOLDER = Path(__file__).parent / "files"
CATEGORIES = tuple(category.name.lower() for category in DataCategory)
_LANGUAGES = ("de", "fr", "en")
_FURTHER_LANGUAGES = ("it",)
_NEEDED = ("identifier", "version", "source", "title", "bands", "item")
_TOP_KEYS = {
    *_NEEDED, "about", "note", "measure", "category", "order", "thresholds", "range", "section", "dimension", "rule",
    "tells", "again_after_months",
}  # fmt: skip
_ITEM_KEYS = {
    "id", "points", "text", "kind", "short", "hint", "section", "dimension", "weight", "options", "least", "most",
    "lowest", "highest", "reversed", "steps", "between", "known", "tells",
}  # fmt: skip
_BAND_KEYS = {"title", "explanation", "strategy", "tells"}
_TELLS_KEYS = {"finished_on", "decided", "decided_on"}


class BrokenInstrument(Exception):
    """The file cannot be used; the message names file, entry and what is allowed."""


@cache
def instrument(identifier: str) -> Instrument:
    """The instrument of this name as it is shipped."""
    path = FOLDER / f"{identifier}.toml"
    return read_instrument(path.read_text("utf-8"), path.name)


@cache
def shipped_instruments() -> tuple[str, ...]:
    """The names of the instruments that come with the product."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def read_instrument(text: str, source: str) -> Instrument:
    """An instrument from the text of its file; raises ``BrokenInstrument``."""
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise BrokenInstrument(f"{source}: {error}") from error
    for key in _NEEDED:
        if key not in content:
            raise BrokenInstrument(f"{source}: {key} is missing.")
    _known_keys(source, content, _TOP_KEYS)
    read = _instrument(source, content)
    _check_names(source, read)
    _check_rules(source, read)
    _check_range(source, read, content.get("range"))
    return read


def _instrument(source: str, content: Mapping[str, Any]) -> Instrument:
    category = content.get("category", "administrative")
    _one_of(source, "category", category, CATEGORIES)
    sections = tuple(_section(source, entry, category) for entry in content.get("section", []))
    dimensions = tuple(
        Dimension(_id(source, "dimension", entry), _texts(source, f"dimension {entry['id']}", entry.get("title", {})))
        for entry in content.get("dimension", [])
    )
    only = sections or (Section("all", _texts(source, "title", content["title"]), {}, category),)
    tells = content.get("tells", {})
    _known_keys(f"{source}, tells", tells, _TELLS_KEYS)
    return Instrument(
        identifier=content["identifier"],
        version=content["version"],
        source=content["source"],
        title=_texts(source, "title", content["title"]),
        about=_some_texts(source, "about", content),
        note=_some_texts(source, "note", content),
        measure=_some_texts(source, "measure", content),
        category=category,
        sections=only,
        dimensions=dimensions,
        items=tuple(_item(source, entry, only[0].id if not sections else "") for entry in content["item"]),
        bands=_bands(source, content),
        rules=tuple(_rule(source, entry, number) for number, entry in enumerate(content.get("rule", []), start=1)),
        tells=Tells(**tells),
        again_after_months=_whole(source, "again_after_months", content.get("again_after_months", 0)),
    )


def _section(source: str, entry: Mapping[str, Any], category: str) -> Section:
    name = _id(source, "section", entry)
    place = f"section {name}"
    _known_keys(f"{source}, {place}", entry, {"id", "title", "about", "category"})
    _one_of(f"{source}, {place}", "category", entry.get("category", category), CATEGORIES)
    title = _texts(source, place, entry.get("title", {}))
    return Section(name, title, _some_texts(source, place, entry, "about"), entry.get("category", category))


def _item(source: str, entry: Mapping[str, Any], only_section: str) -> Item:
    name = _id(source, "item", entry)
    place = f"{source}, item {name}"
    _known_keys(place, entry, _ITEM_KEYS)
    kind = entry.get("kind", "yes_no")
    _one_of(place, "kind", kind, KINDS)
    if "known" in entry:
        _one_of(place, "known", entry["known"], (*KNOWN_WORDS, *(f"risk_factor/{code}" for code in RISK_FACTORS)))
    options = tuple(_option(source, place, option) for option in entry.get("options", []))
    least, most = _bounds(place, entry, kind)
    between = tuple(entry.get("between", ()))
    if (kind == "months") != (len(between) == 2):
        raise BrokenInstrument(f"{place}: between names two items of the kind day, for the kind months alone.")
    if kind == "choice" and len(options) < 2:
        raise BrokenInstrument(f"{place}: a choice needs two options at least, each with code and text.")
    return Item(
        id=name,
        text=_texts(source, f"item {name}", entry.get("text", {})),
        points=_points(place, entry, kind),
        kind=kind,
        short=_some_texts(source, f"item {name}", entry, "short"),
        hint=_some_texts(source, f"item {name}", entry, "hint"),
        section=entry.get("section", only_section),
        dimension=entry.get("dimension", ""),
        weight=_number(place, "weight", entry.get("weight", 1)),
        options=options,
        least=least,
        most=most,
        ends=(
            _some_texts(source, f"item {name}", entry, "lowest"),
            _some_texts(source, f"item {name}", entry, "highest"),
        ),
        reversed=entry.get("reversed", False),
        steps=_steps(place, entry, kind),
        between=(between[0], between[1]) if between else ("", ""),
        known=entry.get("known", ""),
        tells=entry.get("tells", ""),
    )


def _points(place: str, entry: Mapping[str, Any], kind: str) -> dict[str, Decimal]:
    points = entry.get("points", {})
    if kind == "choice":
        points = {option["code"]: option["points"] for option in entry.get("options", []) if "points" in option}
    allowed = {"yes", "no"} if kind == "yes_no" else set(points) if kind == "choice" else set()
    if set(points) - allowed or not all(_is_number(value) and value >= 0 for value in points.values()):
        raise BrokenInstrument(f"{place}: points are numbers from 0 for yes or no; a choice has them in its options.")
    return {answer: Decimal(value) for answer, value in points.items()}


def _option(source: str, place: str, entry: Mapping[str, Any]) -> Option:
    _known_keys(f"{place}, option", entry, {"code", "text", "points"})
    code = entry.get("code")
    if not isinstance(code, str) or not code or " " in code or len(code) > 40:
        raise BrokenInstrument(f"{place}: every option needs a code in one word.")
    return Option(code, _texts(source, f"{place.removeprefix(f'{source}, ')}, option {code}", entry.get("text", {})))


def _bounds(place: str, entry: Mapping[str, Any], kind: str) -> tuple[int, int]:
    least, most = entry.get("least", 0), entry.get("most", 0)
    if kind in ("scale", "number"):
        if type(least) is not int or type(most) is not int or not 0 <= least < most:
            raise BrokenInstrument(f"{place}: a {kind} needs whole numbers least and most, least below most.")
        if kind == "scale" and most - least > 10:
            raise BrokenInstrument(f"{place}: a scale has eleven steps at most.")
    return least, most


def _steps(place: str, entry: Mapping[str, Any], kind: str) -> tuple[tuple[int, Decimal], ...]:
    steps = entry.get("steps", [])
    if steps and kind not in ("number", "months"):
        raise BrokenInstrument(f"{place}: steps are for the kinds number and months.")
    for step in steps:
        if set(step) != {"from", "points"} or type(step["from"]) is not int or not _is_number(step["points"]):
            raise BrokenInstrument(f"{place}: a step is written {{ from = 6, points = 1 }}.")
    starts = [step["from"] for step in steps]
    if starts != sorted(set(starts)):
        raise BrokenInstrument(f"{place}: the steps must rise, each from a number of its own.")
    return tuple((step["from"], Decimal(step["points"])) for step in steps)


def _bands(source: str, content: Mapping[str, Any]) -> tuple[Band, ...]:
    bands = []
    thresholds = content.get("thresholds", {})
    order = content.get("order", list(content["bands"]))
    for code in (*order, *thresholds):
        if code not in content["bands"]:
            raise BrokenInstrument(
                f"{source}: order names {code}, which is no band; bands are {sorted(content['bands'])}."
            )
    by_points = "thresholds" in content or "rule" not in content
    for code in order:
        entry = content["bands"][code]
        _known_keys(f"{source}, band {code}", entry, _BAND_KEYS)
        bands.append(
            Band(
                code=code,
                title=_texts(source, f"band {code}", entry.get("title", {})),
                explanation=_texts(source, f"band {code}", entry.get("explanation", {})),
                threshold=_number(f"{source}, thresholds", code, thresholds.get(code, 0)) if by_points else None,
                strategy=_some_texts(source, f"band {code}", entry, "strategy"),
                tells=entry.get("tells", ""),
            )
        )
    if by_points:
        _check_thresholds(source, [band.threshold for band in bands if band.threshold is not None])
    return tuple(bands)


def _check_thresholds(source: str, thresholds: Sequence[Decimal]) -> None:
    falling = sorted(set(thresholds), reverse=True)
    if not thresholds or list(thresholds) != falling or thresholds[-1] != 0:
        raise BrokenInstrument(f"{source}: thresholds must fall from the first band to the last, which starts at 0.")


def _rule(source: str, entry: Mapping[str, Any], number: int) -> Rule:
    place = f"rule {number}"
    _known_keys(f"{source}, {place}", entry, {"band", "when", "because"})
    return Rule(entry.get("band", ""), tuple(entry.get("when", ())), _texts(source, place, entry.get("because", {})))


def _check_names(source: str, read: Instrument) -> None:
    names = [item.id for item in read.items]
    if len(names) != len(set(names)):
        raise BrokenInstrument(f"{source}: every item needs an id of its own.")
    dimensions = [dimension.id for dimension in read.dimensions]
    sections = [section.id for section in read.sections]
    if len({*names, *dimensions, POINTS}) != len(names) + len(dimensions) + 1 or len(sections) != len(set(sections)):
        raise BrokenInstrument(
            f"{source}: items, dimensions and the word {POINTS} need names of their own, sections too."
        )
    days = [item.id for item in read.items if item.kind == "day"]
    for item in read.items:
        place = f"{source}, item {item.id}"
        _one_of(place, "section", item.section, sections)
        if item.dimension:
            _one_of(place, "dimension", item.dimension, dimensions)
        if len({option.code for option in item.options}) != len(item.options):
            raise BrokenInstrument(f"{place}: every option needs a code of its own.")
        if any(points * 100 % 1 for points in item.all_points):
            raise BrokenInstrument(f"{place}: points times weight have two decimals at most.")
        for day in item.between if item.kind == "months" else ():
            _one_of(place, "between", day, days)


def _check_rules(source: str, read: Instrument) -> None:
    if not read.rules:
        return
    codes = [band.code for band in read.bands]
    for number, rule in enumerate(read.rules, start=1):
        _one_of(f"{source}, rule {number}", "band", rule.band, codes)
        for text in rule.when:
            _check_condition(f"{source}, rule {number}", text, read)
    if read.bands[0].threshold is None and read.rules[-1].when:
        raise BrokenInstrument(f"{source}: the last rule is for whoever no other fits: it has no when.")


def _check_condition(place: str, text: str, read: Instrument) -> None:
    asked = condition(text)
    if asked is None:
        raise BrokenInstrument(f"{place}: {text!r} is no condition; write item, !item, item=code, item>=3 or item<=3.")
    items = {item.id: item for item in read.items if item.counts}
    numbers = {dimension.id for dimension in read.dimensions} | {POINTS}
    _one_of(place, "when", asked.name, (*items, *sorted(numbers)))
    kind = items[asked.name].kind if asked.name in items else "number"
    if asked.compared in (">=", "<="):
        if kind not in ("scale", "number", "months") or not asked.wanted.replace(".", "", 1).isdigit():
            raise BrokenInstrument(f"{place}: {text!r} compares what is no number.")
    elif kind in ("yes_no", "choice", "scale"):
        _one_of(place, f"when, {asked.name}", asked.wanted or "yes", items[asked.name].codes)
    else:
        raise BrokenInstrument(f"{place}: {text!r} must compare: write {asked.name}>=3 or {asked.name}<=3.")


def _check_range(source: str, read: Instrument, declared: Mapping[str, Any] | None) -> None:
    """A file that says what its points span is held to it."""
    if declared is None:
        return
    _known_keys(f"{source}, range", declared, {"least", "most"})
    wanted = (declared.get("least"), declared.get("most"))
    if wanted != (read.least, read.most):
        raise BrokenInstrument(
            f"{source}: the points span {read.least} to {read.most}, but range says {wanted[0]} to {wanted[1]}: "
            "change weights and points, or the range."
        )


def _id(source: str, what: str, entry: Mapping[str, Any]) -> str:
    name = entry.get("id", "")
    if condition(name) is None or name.startswith("!") or "=" in name:
        raise BrokenInstrument(f"{source}, {what} {name or '?'}: id may have small letters, digits and _ only.")
    return str(name)


def _known_keys(place: str, entry: Mapping[str, Any], allowed: Collection[str]) -> None:
    unknown = set(entry) - set(allowed)
    if unknown:
        raise BrokenInstrument(f"{place}: {sorted(unknown)} is not known; allowed are {sorted(allowed)}.")


def _one_of(place: str, key: str, value: Any, allowed: Iterable[str]) -> None:
    possible = list(allowed)
    if value not in possible:
        raise BrokenInstrument(f"{place}: {key} {value!r} is not known; allowed are {', '.join(possible) or 'none'}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _number(place: str, key: str, value: Any) -> Decimal:
    if not _is_number(value) or value < 0:
        raise BrokenInstrument(f"{place}: {key} is a number from 0, such as 0.5.")
    return Decimal(value)


def _whole(source: str, key: str, value: Any) -> int:
    if type(value) is not int or value < 0:
        raise BrokenInstrument(f"{source}: {key} is a whole number from 0.")
    return value


def _texts(source: str, place: str, texts: Mapping[str, str]) -> dict[str, str]:
    lacking = [language for language in _LANGUAGES if not texts.get(language)]
    if lacking:
        raise BrokenInstrument(f"{source}, {place}: the text in {', '.join(lacking)} is missing.")
    unknown = sorted(set(texts) - {*_LANGUAGES, *_FURTHER_LANGUAGES})
    if unknown:
        raise BrokenInstrument(f"{source}, {place}: {unknown} is no language; allowed are de, fr, en and it.")
    return dict(texts)


def _some_texts(source: str, place: str, entry: Mapping[str, Any], key: str = "") -> dict[str, str]:
    """Texts that may be left out, yet not in one language alone."""
    texts = entry.get(key or place)
    return _texts(source, f"{place}, {key}" if key else place, texts) if texts else {}
