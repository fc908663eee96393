"""Files that a canton writes: whatever is changed in a shipped one, it is read or refused in sentences that name the line."""

import json
import os
import re
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suone.canton.instruments.loading import read_instrument, read_kept_instrument
from suone.canton.instruments.rules import Instrument, evaluate
from suone.canton.procedures.loading import read_kept_procedure, read_procedure
from suone.canton.procedures.rules import Procedure, planned_items
from suone.config.schemas import schemas
from suone.demo.cast_schema import CASTS
from suone.ground.schemafiles.problems import BrokenFile
from suone.organisation.institutions.schema import DIRECTORIES
from suone.records.consents.legal_bases import read_legal_bases

SOURCE = Path(__file__).parents[1] / "src" / "suone"
TODAY = date(2026, 6, 15)
EXAMPLES = int(os.environ.get("SUONE_FUZZ", "40"))
Read = Callable[[str, str], Any]
# The kind by the name of its schema: how it is read, how a kept version is, and the files that are shipped.
KINDS: dict[str, tuple[Read, Read, list[Path]]] = {
    "procedure": (read_procedure, read_kept_procedure, sorted((SOURCE / "canton/procedures/files").glob("*.toml"))),
    "instrument": (read_instrument, read_kept_instrument, sorted((SOURCE / "canton/instruments/files").glob("*.toml"))),
    "directory": (DIRECTORIES.read, DIRECTORIES.read_kept, [SOURCE / "organisation/institutions/files/vs.toml"]),
    "legal-bases": (read_legal_bases, read_legal_bases, [SOURCE / "records/consents/legal_bases.toml"]),
    "cast": (CASTS.read, CASTS.read_kept, [SOURCE / "demo/cast.toml"]),
}
SHIPPED = [pytest.param(kind, path, id=path.stem) for kind, (_, _, paths) in KINDS.items() for path in paths]
VALUES = (
    "nan", "-inf", "1e400", "-1", "0", "0.5", "1_000_000_000_000", "9" * 5000, "true", '""', '" "', f'"{"x" * 100_000}"', "[]",
    "{}", "[nan]", "[[]]", "[" * 3000, "{ a = { b = { c = [1] } } }", "2026-01-01", "2026-01-01T08:00:00", "08:00:00", '"\\u0000"',
    '["", ""]', "[1, 2]", "{ de = 1, fr = 2, en = 3 }", '{ from = 1, points = "x" }', "'''\nlong\n'''", '"voluntary"', '"!x=y"', "²",
)  # fmt: skip
PROBLEM = re.compile(r"own\.toml, (line [1-9]\d*|at its end)[,:] .*\.", re.DOTALL)


def changed(lines: list[str], number: int, how: str, value: str) -> None:
    """Spoil the file at one of its lines."""
    number %= len(lines)
    line = lines[number]
    if how == "value":
        lines[number] = f"{line.partition('=')[0] or 'key '}= {value}"
    elif how == "drop":
        del lines[number]
    elif how == "twice":
        lines.insert(number, line)
    elif how == "rename":
        lines[number] = f"new_{line}"
    elif how == "cut":
        lines[number] = line[: len(line) // 2]
    elif how == "end":
        del lines[number + 1 :]
    elif how == "move":
        lines.append(lines.pop(number))
    elif how == "add":
        lines.insert(number, f"{value} = {value}")


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 2000),
        st.sampled_from(("value", "value", "value", "drop", "twice", "rename", "cut", "end", "move", "add")),
        st.sampled_from(VALUES),
    ),
    min_size=1,
    max_size=4,
)


def used(read: Any) -> None:
    """What the engines do with a file that was found sound."""
    if isinstance(read, Instrument):
        evaluate(read, {})
    elif isinstance(read, Procedure):
        for phase in read.phases:
            for planned in planned_items(phase, {}, on=TODAY, holidays=frozenset()):
                assert planned.due_on < TODAY + timedelta(days=366 * 25)


def refused(read: Read, text: str) -> list[str]:
    """Why the file is refused; nothing where it is read."""
    try:
        read(text, "own.toml")
    except BrokenFile as broken:
        return broken.problems or ["refused without a reason"]
    return []


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_a_spoilt_file_is_read_or_refused_with_its_line(kind: str, data: st.DataObject) -> None:
    read, read_kept, paths = KINDS[kind]
    lines = data.draw(st.sampled_from(paths)).read_text("utf-8").splitlines()
    for number, how, value in data.draw(CHANGES):
        changed(lines, number, how, value)
        lines = lines or [""]
    text = "\n".join(lines)

    for problem in (*refused(lambda *file: used(read(*file)), text), *refused(read_kept, text)):
        assert PROBLEM.fullmatch(problem), problem


@pytest.mark.parametrize(("kind", "path"), SHIPPED)
def test_every_shipped_file_is_sound_for_an_editor_too(kind: str, path: Path) -> None:
    schema = json.loads(schemas()[f"{kind}.json"])
    content = json.loads(json.dumps(tomllib.loads(path.read_text("utf-8")), default=date.isoformat))

    jsonschema_rs.validator_for(schema).validate(content)


@pytest.mark.parametrize(("kind", "path"), SHIPPED)
def test_a_file_reads_the_same_as_it_is_published_and_as_it_is_kept(kind: str, path: Path) -> None:
    read, read_kept, _paths = KINDS[kind]
    text = path.read_text("utf-8")

    assert read(text, path.name) == read_kept(text, path.name)


@pytest.mark.parametrize("kind", KINDS)
def test_an_editor_reports_an_unknown_key(kind: str) -> None:
    schema = json.loads(schemas()[f"{kind}.json"])
    content = json.loads(json.dumps(tomllib.loads(KINDS[kind][2][0].read_text("utf-8")), default=date.isoformat))

    assert not jsonschema_rs.is_valid(schema, content | {"colour": "red"})


@pytest.mark.parametrize("kind", KINDS)
def test_the_schemas_for_editors_are_those_of_the_code(kind: str) -> None:
    committed = Path(__file__).parents[1] / "docs" / "schemas" / f"{kind}.json"

    assert committed.read_text("utf-8") == schemas()[f"{kind}.json"], "run make schemas"
