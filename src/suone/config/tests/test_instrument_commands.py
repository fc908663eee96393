"""``suone instruments check``: what is wrong is said with its place."""

from pathlib import Path

from click.testing import CliRunner

from suone.canton.instruments.loading import FOLDER
from suone.config.cli import main

SHIPPED = sorted(FOLDER.glob("*.toml"))


def test_every_shipped_instrument_is_sound() -> None:
    result = CliRunner().invoke(main, ["instruments", "check", *map(str, SHIPPED)])

    assert result.exit_code == 0, result.output
    assert result.output.count("is sound.") == len(SHIPPED)


def test_a_broken_file_is_named_with_its_place_and_the_others_are_checked_all_the_same(tmp_path: Path) -> None:
    broken = tmp_path / "own.toml"
    broken.write_text((FOLDER / "severity-index.toml").read_text("utf-8").replace("weight = 0.75", "weight = 9", 1))

    result = CliRunner().invoke(main, ["instruments", "check", str(broken), str(SHIPPED[0])])

    assert result.exit_code == 1
    assert "own.toml: the points span 0 to 14.75, but range says 0 to 6.5" in result.output
    assert "is sound." in result.output
