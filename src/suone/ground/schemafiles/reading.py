"""From the text of a file to its validated content, in the same way for every kind of file."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from suone.ground.schemafiles.checks import KEPT
from suone.ground.schemafiles.positions import Path, lines_of, too_deep
from suone.ground.schemafiles.problems import BrokenFile, Fault, cut, line_at, place_of

_MOST_CHARACTERS = 1_000_000  # the longest file shipped with the product has 60'000
_DEEPEST = 8
_MOST_PROBLEMS = 200  # nobody fixes more at a time
_AT_LINE = re.compile(r" \(at line (?P<line>\d+), column (?P<column>\d+)\)$")
_LONG_NUMBER = re.compile(r"[0-9_]{1000}")
_KINDS = {
    "string_type": 'must be a text in "quotation marks"',
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "number_type": "must be a number such as 0.5",
    "bool_type": "must be true or false",
    "date_type": "must be a day such as 2026-01-01",
}


class Entry(BaseModel):
    """A table of a file: its keys and their types; other keys are rejected."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    def faults(self) -> Iterator[Fault]:
        """What is wrong although each key is valid by itself; not checked for a version already published."""
        yield from ()

    @model_validator(mode="before")
    @classmethod
    def _without_keys_of_other_days(cls, content: Any, info: ValidationInfo) -> Any:
        if info.context == KEPT and isinstance(content, dict):
            return {key: value for key, value in content.items() if key in cls.allowed()}
        return content

    @classmethod
    def allowed(cls) -> dict[str, Any]:
        """The keys of this table as written in a file, with their types."""
        return {field.alias or name: field.annotation for name, field in cls.model_fields.items()}

    @model_validator(mode="after")
    def _hangs_together(self, info: ValidationInfo) -> "Entry":
        found = [] if info.context == KEPT else list(self.faults())
        if found:
            raise PydanticCustomError("entry", "unfit", {"faults": found})
        return self


S = TypeVar("S", bound=Entry)


@dataclass(frozen=True, slots=True)
class Kind(Generic[S]):
    """A kind of file: its schema, and its name in messages (``whole``)."""

    schema: type[S]
    whole: str

    def read(self, text: str, source: str) -> S:
        """The content of a file to be published or used, fully checked; raises ``BrokenFile`` with every problem."""
        return self._read(text, source, {})

    def read_kept(self, text: str, source: str) -> S:
        """The content of a version already published: only its shape is checked; raises ``BrokenFile``."""
        return self._read(text, source, KEPT)

    def _read(self, text: str, source: str, context: Mapping[str, Any]) -> S:
        content = parsed(text, source)
        try:
            return self.schema.model_validate(content, context=dict(context))
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
        lines = lines_of(_plain(text))
        found = [
            (line_at(lines, at), f"{place}: {sentence}.")
            for detail in details[:_MOST_PROBLEMS]
            for at, place, sentence in _sentences(detail, content, self.whole, self.schema)
        ]
        found.sort(key=lambda one: one[0])
        problems = [f"{source}, line {line}, {sentence}" for line, sentence in dict.fromkeys(found)]
        if len(details) > _MOST_PROBLEMS:
            problems.append(f"{source}, line 1: {len(details) - _MOST_PROBLEMS} more mistakes; is it the right file?")
        raise BrokenFile(problems)


def problem(text: str, source: str, *, whole: str, at: Path, sentence: str) -> str:
    """A problem of a valid file that only another package can find, as a sentence with file, line and entry."""
    place, _left = place_of(parsed(text, source), at, whole)
    return f"{source}, line {line_at(lines_of(_plain(text)), at)}, {place}: {sentence}."


def parsed(text: str, source: str) -> dict[str, Any]:
    """The content of a TOML file, with decimals as ``Decimal``; raises ``BrokenFile``."""
    text = _plain(text)
    if len(text) > _MOST_CHARACTERS:
        sentence = f"the file has more than {_MOST_CHARACTERS} characters: is it the right one?"
        raise BrokenFile([f"{source}, line 1: {sentence}"])
    line = too_deep(text, _DEEPEST)
    if line is not None:
        raise BrokenFile([f"{source}, line {line}: brackets and names nest deeper than {_DEEPEST}; write it flatter."])
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        raise BrokenFile([_not_toml(str(error), source)]) from error
    except ValueError as error:  # a whole number of thousands of digits
        found = _LONG_NUMBER.search(text)
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        raise BrokenFile([f"{source}, line {line}: this number is too long to be read; shorten it."]) from error


def _plain(text: str) -> str:
    """Without the byte-order mark that some editors add."""
    return text.removeprefix("\ufeff")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("nan")


def _not_toml(message: str, source: str) -> str:
    found = _AT_LINE.search(message)
    where = f", line {found['line']}, column {found['column']}" if found else ", at its end"
    reason = _AT_LINE.sub("", message).removesuffix(" (at end of document)")
    remedy = "look for a missing quotation mark, bracket or equals sign, or a key that occurs twice"
    return f"{source}{where}: this cannot be read ({reason}): {remedy}."


def _sentences(
    detail: ErrorDetails, content: dict[str, Any], whole: str, schema: type[Entry]
) -> Iterator[tuple[Path, str, str]]:
    """Path, entry and sentence of each fault; one error of pydantic may contain several."""
    path: Path = tuple(step for step in detail["loc"] if step != "[key]")
    is_key = path != detail["loc"]
    kind = detail["type"]
    if kind == "entry":
        for fault in detail["ctx"]["faults"]:
            at = (*path, *fault.at)
            yield at, place_of(content, at, whole)[0], fault.sentence
        return
    place, left = place_of(content, path, whole)
    if kind == "value":
        label = _label(left[:-1] if is_key else left)
        yield from (((*path, *fault.at), place, f"{label} {fault.sentence}") for fault in detail["ctx"]["faults"])
        return
    if kind == "extra_forbidden":
        inside = f"{_label(left[:-1])}: " if left[:-1] else ""
        allowed = ", ".join(sorted(_type_at(schema, path[:-1]).allowed()))
        yield path, place, f"{inside}unknown entry {cut(str(path[-1])).strip(chr(39))}; allowed are {allowed}"
    elif kind == "missing":
        yield path, place, f"{_label(left)} is missing"
    else:
        in_list = bool(path) and isinstance(path[-1], int)
        wanted = _type_at(schema, path[:-1] if in_list else path)
        yield path, place, f"{_label(left) or path[-2]} {_described(wanted) or _KINDS.get(kind, detail['msg'])}"


def _label(left: Path) -> str:
    return ": ".join(cut(key).strip("'") for key in left if isinstance(key, str))


def _type_at(schema: type[Entry], path: Path) -> Any:
    """The type in the schema at a path; ``None`` if there is none."""
    found: Any = schema
    for step in path:
        if isinstance(found, type) and issubclass(found, Entry):
            found = _bare(found.allowed().get(str(step)))
        else:
            found = _bare((get_args(found) or (None,))[-1])
    return found


def _bare(kind: Any) -> Any:
    """A type without its annotations and without ``None``."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (UnionType, Union):
        return _bare(next(part for part in get_args(kind) if part is not type(None)))
    return kind


def _described(wanted: Any) -> str:
    """How to write a list or table; empty for a single value, which has its own message."""
    if isinstance(wanted, type) and issubclass(wanted, Entry):
        return f"must be a table such as {{ {next(iter(wanted.allowed()))} = … }}"
    if get_origin(wanted) is dict:
        if get_args(wanted)[1] is str:
            return 'must be one text for each language, such as title.de = "…"'
        return "must be a table, one line for each key"
    if get_origin(wanted) is list:
        of = _bare(get_args(wanted)[0])
        if isinstance(of, type) and issubclass(of, Entry):
            return "must be entries that each begin with their heading in [[double brackets]]"
        return (
            "must be a list of numbers, such as [15, 25]"
            if of is int
            else 'must be a list of words, such as ["one", "two"]'
        )
    return ""
