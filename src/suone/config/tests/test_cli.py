"""The command line: each trouble is one sentence, and help needs no database."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
ELSEWHERE = "postgres://suone_app:x@127.0.0.1:1/suone"  # where no database answers


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


def test_help_is_quick_since_it_needs_neither_django_nor_what_the_commands_work_with(tmp_path: Path) -> None:
    look = (
        "import sys, suone.config.cli; print([name for name in {'django', 'requests', 'babel'} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_what_an_institution_runs_needs_no_django(tmp_path: Path) -> None:
    (tmp_path / "django.py").write_text("raise ImportError('There is no Django here.')")

    done = _suone("register", "who", "4711", "--url", "https://x", "--store", str(tmp_path / "store"), "--language", "en",
                  var=tmp_path, PYTHONPATH=str(tmp_path))  # fmt: skip

    assert _sentence(done) == "Error: The store knows no such reference."


def test_the_web_server_goes_to_no_other_port_than_the_one_it_is_given(tmp_path: Path, taken: int) -> None:
    done = _suone("serve", "--port", str(taken), var=tmp_path, DATABASE_URL=ELSEWHERE)

    assert f"Port {taken} is taken by another program" in _sentence(done)


@pytest.mark.parametrize("is_option", [True, False])
def test_the_demo_goes_on_to_a_free_port_and_says_so(tmp_path: Path, taken: int, is_option: bool) -> None:
    chosen = (["--port", str(taken)], {}) if is_option else ([], {"SUONE_PORT": str(taken)})

    done = _suone("demo", *chosen[0], var=tmp_path, DATABASE_URL=ELSEWHERE, DATABASE_OWNER_URL=ELSEWHERE, **chosen[1])

    ports = re.match(r"  Port (\d+) is taken by another program: the demo takes (\d+)\.\n", done.stdout)
    assert ports, done.stdout
    assert int(ports[1]) == taken < int(ports[2]) <= taken + 100
    assert "The database cannot be reached" in _sentence(done)  # as wanted here: it is not to take long
    assert "ready" not in done.stdout


def test_make_demo_hands_its_port_on() -> None:
    for words, asked in ((["PORT=8123"], "suone demo --port 8123"), ([], "suone demo")):
        shown = subprocess.run(
            ["make", "--dry-run", "--no-print-directory", "demo", *words],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name not in ("PORT", "MAKEFLAGS", "MAKELEVEL")},
            capture_output=True,
            text=True,
            check=True,
        )

        assert shown.stdout.rstrip().endswith(asked)


def test_a_wrong_setting_is_reported_in_one_sentence(tmp_path: Path) -> None:
    done = _suone("migrate", var=tmp_path, SUONE_PORT="many")

    assert "SUONE_PORT is 'many'" in _sentence(done)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nonsense", "DATABASE_URL is not a PostgreSQL address"),
        (ELSEWHERE, "The database cannot be reached as suone_app"),
    ],
)
def test_a_broken_database_is_reported_in_one_sentence(tmp_path: Path, address: str, sentence: str) -> None:
    done = _suone("migrate", var=tmp_path, DATABASE_URL=address)

    assert sentence in _sentence(done)


def test_a_folder_that_cannot_be_made_is_reported_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = _suone("migrate", var=tmp_path / "file" / "var")

    assert "SUONE_VAR is" in _sentence(done)
