"""``suone procedures check|draw``: what is wrong is reported with its line, and a drawing comes out."""

from pathlib import Path

import click
import pytest

from suone.canton.procedures.commands import instruments, procedures
from suone.canton.procedures.loading import FOLDER
from suone.ground.console.tests.running import run

SHIPPED = sorted(FOLDER.glob("*.toml"))


def test_every_shipped_procedure_is_sound() -> None:
    result = run(procedures, "check", *SHIPPED)

    assert result.exit_code == 0, result.output
    assert result.output.count("is sound") == len(SHIPPED)


def test_problems_are_named_with_file_line_and_what_is_allowed(tmp_path: Path) -> None:
    broken = tmp_path / "own.toml"
    broken.write_text((FOLDER / "vs-complex.toml").read_text().replace('to = "network"', 'to = "nowhere"'))

    result = run(procedures, "check", broken)

    assert result.exit_code == 1
    assert "own.toml, line" in result.output
    assert "to 'nowhere' is unknown; possible are notification, support" in result.output


@pytest.mark.parametrize("group", [procedures, instruments], ids=["procedures", "instruments"])
def test_a_byte_order_mark_is_skipped_and_another_encoding_is_named_with_its_line(
    tmp_path: Path, group: click.Group
) -> None:
    text = next((FOLDER.parents[1] / str(group.name) / "files").glob("*.toml")).read_text("utf-8")
    own, other = tmp_path / "own.toml", tmp_path / "other.toml"
    own.write_text(text, "utf-8-sig")
    other.write_text(f"# ok\n# Übergabe\n{text}", "latin-1", errors="replace")

    read, refused = (run(group, "check", path) for path in (own, other))

    assert (read.exit_code, refused.exit_code) == (0, 1)
    assert "other.toml, line 2: this is not written in UTF-8: save the file again" in refused.output


@pytest.mark.parametrize(("language", "word"), [("de", "Meldung"), ("fr", "Annonce"), ("en", "Notification")])
def test_a_drawing_is_in_the_language_asked_for(tmp_path: Path, language: str, word: str) -> None:
    target = tmp_path / "drawing.svg"

    result = run(procedures, "draw", FOLDER / "vs-complex.toml", "--language", language, "--to", target)

    assert result.exit_code == 0, result.output
    assert word in target.read_text()
