"""Sealed entries are copied out of the database, and a folder that never answers stops nothing."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from suone.ground.audit import copying, merkle
from suone.ground.audit.copying import copy_out, lag
from suone.ground.audit.models import Entry
from suone.ground.audit.sealing import seal
from suone.ground.audit.tests.conftest import do, write
from suone.ground.audit.tree import hashes_between
from suone.ground.audit.verifying import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_COPY_FOLDER = str(tmp_path / "copies")
    return tmp_path / "copies"


def _copied(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]


def test_what_is_sealed_is_copied_once_and_hashes_to_its_leaf(log: list[int], folder: Path) -> None:
    write(1)  # not sealed yet
    assert (lag(), copy_out(), lag()) == (9, 0, 0)
    seal()
    assert copy_out() == 0
    assert copy_out() == 0

    copies = _copied(folder)
    assert [copy["entry"] for copy in copies] == [*log, log[-1] + 1]
    assert [path.name for path in sorted(folder.iterdir())] == [
        "entries-000000000000-000000000008.jsonl", "entries-000000000009-000000000009.jsonl",
    ]  # fmt: skip
    leaves = b"".join(merkle.leaf_hash(bytes.fromhex(copy["salt"]) + copy["line"].encode()) for copy in copies)
    assert leaves == hashes_between(0, 10)


def test_a_long_lag_is_caught_up_in_several_files(
    log: list[int], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_MOST", 2)
    monkeypatch.setattr(copying, "_FILES", 3)

    assert copy_out() == 3
    assert copy_out() == 0

    assert [copy["place"] for copy in _copied(folder)] == list(range(9))


def test_a_destroyed_entry_leaves_a_gap_and_no_lag(log: list[int], folder: Path) -> None:
    do("SELECT audit_destroy(ARRAY[%s::bigint], 'kept long enough')", log[8])

    assert copy_out() == 0

    assert [copy["place"] for copy in _copied(folder)] == list(range(8))


def test_a_folder_that_takes_and_never_answers_stops_no_act(
    log: list[int], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "PATIENCE", 0.4)
    folder.mkdir()
    silent = folder / "entries-000000000000-000000000008.jsonl.part"
    os.mkfifo(silent)  # whoever opens it waits for a reader who never comes

    with capture_logs() as lines:
        assert copy_out() == 9
    assert [(line["event"], line["log_level"], line["entries"]) for line in lines] == [("audit.copies_lag", "error", 9)]
    assert "no answer" in lines[0]["trouble"]
    write(1)
    assert seal() == 1
    assert verify().is_whole

    silent.unlink()
    assert copy_out() == 0
    assert len(_copied(folder)) == Entry.objects.count() == 10


@pytest.mark.parametrize("trouble", ["a file", "no number"])
def test_a_folder_that_refuses_is_reported(log: list[int], folder: Path, trouble: str) -> None:
    if trouble == "a file":
        folder.write_text("")
    else:
        folder.mkdir()
        (folder / "entries-0-x.jsonl").write_text("")

    assert lag() is None
    with capture_logs() as lines:
        assert copy_out() == 9
    assert lines[0]["trouble"] == "the folder cannot be written"


def test_without_a_folder_nothing_is_copied(log: list[int], settings: Any) -> None:
    settings.AUDIT_COPY_FOLDER = ""

    assert (copy_out(), lag()) == (0, 0)
