from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from suone.register.client import commands, language, server
from suone.register.client.tests.register_in_memory import ADDRESS, RegisterInMemory

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _in_english() -> None:
    language.use_language("en")


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> RegisterInMemory:
    """A register in memory, in place of the network."""
    memory = RegisterInMemory()
    monkeypatch.setattr(server.requests, "Session", memory.session)
    monkeypatch.setattr(server.time, "sleep", lambda seconds: None)
    return memory


@pytest.fixture
def push(tmp_path: Path, register: RegisterInMemory) -> Run:
    """Run ``suone register push`` on a file with this content."""
    (tmp_path / "key").write_text("suone_secret")

    def run(content: str | bytes, *options: str, name: str = "file.csv") -> Result:
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        common = ["--url", ADDRESS, "--key-file", str(tmp_path / "key"), "--store", str(tmp_path / "store.db")]
        return CliRunner().invoke(commands.push, [str(file), *common, "--language", "en", *options])

    return run
