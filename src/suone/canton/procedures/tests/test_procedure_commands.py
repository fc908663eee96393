"""``suone procedures check|draw``: what is wrong is said with its line, and a drawing comes out."""

from pathlib import Path

import pytest

from suone.canton.procedures.commands import procedures
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


@pytest.mark.parametrize(("language", "word"), [("de", "Meldung"), ("fr", "Annonce"), ("en", "Notification")])
def test_a_drawing_speaks_the_asked_language(tmp_path: Path, language: str, word: str) -> None:
    target = tmp_path / "drawing.svg"

    result = run(procedures, "draw", FOLDER / "vs-complex.toml", "--language", language, "--to", target)

    assert result.exit_code == 0, result.output
    assert word in target.read_text()
