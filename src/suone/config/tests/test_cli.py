"""The command line: each trouble is one sentence, and help needs no database."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]


def _suone(*arguments: str, var: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SUONE_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "-m", "suone.config.cli", *arguments],
        env=kept | {"SUONE_VAR": str(var)} | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = (line for line in done.stderr.splitlines() if line and not line.startswith("{"))
    return line


def test_help_lists_the_commands(tmp_path: Path) -> None:
    done = _suone("--help", var=tmp_path)

    assert done.returncode == 0
    for command in ("serve", "worker", "migrate", "demo", "check", "stop", "manage"):
        assert f"\n  {command} " in done.stdout


def test_the_operations_page_names_commands_that_exist(tmp_path: Path) -> None:
    listed = _suone("--help", var=tmp_path).stdout
    page = (ROOT / "docs" / "operations.md").read_text()

    for command in re.findall(r"^\| `suone (\w+)", page, re.MULTILINE):
        assert f"\n  {command} " in listed


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = _suone("demo", "--port", str(port), var=tmp_path)

    assert f"Port {port} is taken by another program" in _sentence(done)


def test_a_wrong_setting_is_said_in_one_sentence(tmp_path: Path) -> None:
    done = _suone("migrate", var=tmp_path, SUONE_PORT="many")

    assert "SUONE_PORT is 'many'" in _sentence(done)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense", "DATABASE_URL is not a PostgreSQL address"),
        ("postgres://suone_app:x@127.0.0.1:1/suone", "The database cannot be reached as suone_app"),
    ],
)
def test_a_broken_database_is_said_in_one_sentence(tmp_path: Path, address: str, said: str) -> None:
    done = _suone("migrate", var=tmp_path, DATABASE_URL=address)

    assert said in _sentence(done)


def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = _suone("migrate", var=tmp_path / "file" / "var")

    assert "SUONE_VAR is" in _sentence(done)
