"""The environment is read in one place, and a wrong value is reported in one sentence."""

import re
from pathlib import Path

import pytest

from suone.config import env

PACKAGE = Path(__file__).resolve().parents[2]
ROOT = PACKAGE.parents[1]


def test_every_setting_is_documented_with_its_default_and_meaning() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()

    for setting in env.SETTINGS:
        default = f"`{setting.default}`" if setting.default else "empty"
        assert f"| `{setting.name}` | {default} | {setting.meaning} |" in page


def test_no_documented_setting_is_unknown() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()

    documented = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))

    assert documented == {setting.name for setting in env.SETTINGS}


def test_only_env_reads_the_environment() -> None:
    readers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts and re.search(r"os\.environ(?!\.setdefault)|getenv", path.read_text())
    }

    assert readers == {"config/env.py"}


@pytest.mark.parametrize("value", ["many", "0", "70000", "-1", "8.5"])
def test_a_wrong_number_names_the_setting_and_the_remedy(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SUONE_PORT", value)

    with pytest.raises(env.WrongSetting, match=r"SUONE_PORT is .*: give a whole number from 1 to 65535"):
        env.number("SUONE_PORT", least=1, most=65535)


def test_a_wrong_switch_word_or_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUONE_DEBUG", "perhaps")
    monkeypatch.setenv("SUONE_UNSCANNED_UPLOADS", "some")
    monkeypatch.setenv("SUONE_CONSENT_WARNING_DAYS", "30,soon")

    with pytest.raises(env.WrongSetting, match="give yes or no"):
        env.switch("SUONE_DEBUG")
    with pytest.raises(env.WrongSetting, match="give one of allow, refuse"):
        env.one_of("SUONE_UNSCANNED_UPLOADS", {"allow", "refuse"})
    with pytest.raises(env.WrongSetting, match="whole numbers with commas"):
        env.numbers("SUONE_CONSENT_WARNING_DAYS")


@pytest.mark.parametrize("value", ["nonsense", "mysql://a:b@c/d", "postgres://host/", "postgres://a@h:port/d"])
def test_a_broken_database_address_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DATABASE_URL", value)

    with pytest.raises(env.WrongSetting, match="DATABASE_URL is not a PostgreSQL address"):
        env.database("DATABASE_URL")


def test_a_database_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://suone_app:p%40ss@db.example.ch:5433/suone?sslmode=require")

    settings = env.database("DATABASE_URL")

    assert settings is not None
    assert settings["PASSWORD"] == "p@ss"
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db.example.ch", "5433", "suone")
    assert settings["OPTIONS"] == {"sslmode": "require"}


def test_the_key_is_made_once_and_kept_for_its_account_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUONE_SECRET_KEY", raising=False)

    first, second = env.secret_key(tmp_path), env.secret_key(tmp_path)

    assert first == second
    assert len(first) >= 60
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_a_short_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUONE_SECRET_KEY", "short")

    with pytest.raises(env.WrongSetting, match="at least 40 characters"):
        env.secret_key(tmp_path)
