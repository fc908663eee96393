"""Every key of a TOML file has its line, however it is written."""

import tomllib
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

import pytest

from suone.ground.schemafiles.positions import Path, lines_of, too_deep

SHIPPED = sorted(FilePath(__file__).parents[3].rglob("*.toml"))


def paths_of(value: Any, path: Path = ()) -> Iterator[Path]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from paths_of(inner, (*path, step))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_place_of_every_shipped_file_has_a_line_and_no_other_has(file: FilePath) -> None:
    text = file.read_text("utf-8")

    assert set(lines_of(text)) == set(paths_of(tomllib.loads(text)))


def test_lines_are_those_of_the_keys() -> None:
    text = """\
a."b.c".d = [1, {x = 1}, [2,
  3]]  # ] no end = of it
[[list]]
text = '''
[[no.heading]]
x = 1
'''
[list.inner]
"when" = 1979-05-27 07:32:00
f = 3.14
[[list]]
[[ list.deep ]]
z = 'x # y'
"""
    lines = lines_of(text)

    assert set(lines) == set(paths_of(tomllib.loads(text)))
    assert lines["a", "b.c", "d", 1, "x"] == 1
    assert lines["a", "b.c", "d", 2, 1] == 2
    assert lines["list", 0, "text"] == 4
    assert lines["list", 0, "inner", "when"] == 9
    assert lines["list", 1] == 11
    assert lines["list", 1, "deep", 0, "z"] == 13


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = " + "[" * 9, 2),
        ("b = " + "[" * 8, None),
        ("\n" + ".".join("a" * 10) + " = 1", 2),
        (".".join("a" * 9) + " = 1\n" + ".".join("a" * 9) + " = 1", None),
        ('a = ".........." # [[[[[[[[[[', None),
        ("a = [{ b = [1.5] }]\n" * 20, None),
    ],
)
def test_what_nests_too_deep_is_found_before_it_is_parsed(text: str, line: int | None) -> None:
    assert too_deep(text, 8) == line
