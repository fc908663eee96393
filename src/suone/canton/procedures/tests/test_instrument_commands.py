"""``suone instruments check``: what is wrong is reported with its place."""

from pathlib import Path

from suone.canton.instruments.loading import FOLDER
from suone.canton.procedures.commands import instruments
from suone.ground.console.tests.running import run

SHIPPED = sorted(FOLDER.glob("*.toml"))


def test_every_shipped_instrument_is_sound() -> None:
    result = run(instruments, "check", *SHIPPED)

    assert result.exit_code == 0, result.output
    assert result.output.count("is sound.") == len(SHIPPED)


def test_a_broken_file_is_named_with_its_place_and_the_others_are_checked_all_the_same(tmp_path: Path) -> None:
    broken = tmp_path / "own.toml"
    broken.write_text((FOLDER / "severity-index.toml").read_text("utf-8").replace("weight = 0.75", "weight = 9", 1))

    result = run(instruments, "check", broken, SHIPPED[0])

    assert result.exit_code == 1
    assert "own.toml, line 9, the instrument: the points span 0 to 14.75, but range says 0 to 6.5" in result.output
    assert "is sound." in result.output
