"""What is wrong with a file, as sentences for its author: file, line, entry, and what is allowed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from suone.ground.schemafiles.positions import Path

_INLINE = ("options", "steps")  # named together with the entry they belong to
_NAMES = ("id", "code", "key", "to")


class BrokenFile(Exception):
    """The file cannot be used; ``problems`` are sentences, each with file, line and remedy."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a value or an entry; ``at`` is the path from there, ``sentence`` has no full stop."""

    sentence: str
    at: Path = ()


def cut(value: object, most: int = 60) -> str:
    """A value of the file as quoted in a sentence, cut to ``most`` characters."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def unknown(word: str, possible: Iterable[str]) -> Fault:
    """The fault that a word is not in the list."""
    return Fault(f"{cut(word)} is unknown; possible are {', '.join(one for one in possible if one) or 'none'}")


def not_among(words: Iterable[str], possible: Iterable[str], key: str, at: Path = ()) -> Iterator[Fault]:
    """A fault for each word under a key of the entry at ``at`` that is not among the possible ones."""
    allowed = list(possible)
    for word in words:
        if word not in allowed:
            yield Fault(f"{key} {unknown(word, allowed).sentence}", (*at, key.partition(",")[0]))


def twice(names: Sequence[str], what: str, at: Path = ()) -> Iterator[Fault]:
    """A fault for each name that occurs more than once."""
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault(f"{what} {cut(name).strip(chr(39))} occurs twice", at)


def text_of(path: FilePath) -> str:
    """The text of a file in UTF-8, with or without a byte-order mark; raises ``BrokenFile``."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        sentence = "this is not written in UTF-8: save the file again with the encoding UTF-8 (in the editor's Save as)"
        raise BrokenFile([f"{path.name}, line {line}: {sentence}."]) from error


def place_of(content: Mapping[str, Any], path: Path, whole: str) -> tuple[str, Path]:
    """The name of the entry on the way to ``path``, and the rest of the path from there."""
    name, left, value = whole, path, content
    for depth, step in enumerate(path):
        try:
            value = value[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            break
        if not isinstance(value, dict) or depth == 0:
            continue
        heading = str(path[depth - 1])
        if isinstance(step, int):
            entry = _entry(heading, step, value)
            name = f"{name}, {entry}" if heading in _INLINE else entry
            left = path[depth + 1 :]
        elif depth == 1 and len(path) > 2:
            name, left = f"{heading.removesuffix('s')} {step}", path[2:]
    return name, left


def _entry(heading: str, number: int, value: Mapping[str, Any]) -> str:
    if heading in _INLINE:
        heading = heading.removesuffix("s")
    for key in _NAMES:
        given = value.get(key)
        if isinstance(given, str) and given:
            return f"{heading}{' to' if key == 'to' else ''} {cut(given).strip(chr(39))}"
    return f"{heading} {number + 1}"


def line_at(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the closest enclosing entry in the file."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)
