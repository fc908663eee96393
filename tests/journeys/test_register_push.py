"""An institution delivers its registrations to a running register: with errors, corrected, and after a break."""

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result
from django.conf import settings
from stdnum import ean

from suone.register import oprf
from suone.register.client import commands, pushing, server
from suone.register.server import keys
from tests.conftest import ROOT, Site
from tests.journeys.registers import open_register

Push = Callable[..., Result]
DELIVERS = "BSL"  # another journey types registrations of other institutions into the same register


@pytest.fixture
def push(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Push:
    """The client of an institution, with a key of its own, before a register with one epoch."""
    monkeypatch.setattr(settings, "REGISTER_KEYS_FOLDER", site.keys)
    open_register(site, DELIVERS)
    (tmp_path / "key").write_text(_key_for(site))
    monkeypatch.setattr(server.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(pushing, "_ROWS", 50)

    def run(file: Path, *options: str) -> Result:
        common = ["--url", site.address, "--key-file", str(tmp_path / "key"), "--store", str(tmp_path / "store.db")]
        return CliRunner().invoke(commands.push, [str(file), *common, "--language", "en", *options])

    return run


def test_push_with_errors_correct_push_again_break_and_resume(
    push: Push, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((office,),) = site.sql(
        "SELECT o.id FROM institutions_office o JOIN institutions_institution i ON i.id = o.institution_id"
        " WHERE i.code = %s ORDER BY o.id LIMIT 1",
        DELIVERS,
    )
    numbers = _numbers(120)
    file = tmp_path / "all.csv"

    # One number mistyped, one office unknown: both wait in a file, the others are registered.
    _write(file, [[number, "01.02.2026", str(office), f"D-{place}"] for place, number in enumerate(numbers)])
    text = file.read_text().replace(numbers[0], numbers[0][:-1] + "x").replace(f"{office};D-1\n", "999999;D-1\n")
    file.write_text(text)
    first = push(file, "--snapshot")
    assert first.exit_code == 2, first.output
    assert "118 added" in first.output
    assert _open(site) == 118

    # Corrected, and sent by itself.
    errors = tmp_path / "all-errors.csv"
    rows = list(csv.reader(errors.read_text().splitlines(), delimiter=";"))
    assert [row[3] for row in rows[1:]] == ["D-0", "D-1"]
    _write(errors, [[numbers[place], "2026-02-01", str(office), f"D-{place}"] for place in (0, 1)])
    second = push(errors)
    assert second.exit_code == 0, second.output
    assert _open(site) == 120

    # The next night brings ten more and the line breaks at the second part: nothing is half applied.
    numbers = _numbers(130)
    _write(file, [[number, "01.02.2026", str(office), f"D-{place}"] for place, number in enumerate(numbers)])
    with monkeypatch.context() as line:
        _cut_at(line, "/parts/2")
        broken = push(file, "--snapshot")
    assert broken.exit_code == 1
    assert "only what is missing will be sent" in broken.output
    assert _open(site) == 120

    # Begun again, the first part is not sent twice.
    with monkeypatch.context() as line:
        sent = _cut_at(line, "nowhere")
        done = push(file, "--snapshot")
    assert done.exit_code == 0, done.output
    assert "10 added, 0 changed, 0 ended, 120 unchanged" in done.output
    assert [path.rpartition("/deliveries/")[2].split("/", 1)[1] for path in sent if "/parts/" in path] == [
        "parts/2",
        "parts/3",
    ]
    assert _open(site) == 130

    # Half a file by mistake: nothing ends without somebody who confirms it.
    _write(file, [[number, "01.02.2026", str(office), f"D-{place}"] for place, number in enumerate(numbers[:30])])
    half = push(file, "--snapshot")
    assert half.exit_code == 1
    assert "would end 100 of 130" in half.output
    assert _open(site) == 130

    # A new epoch: the next night fills it with all that was delivered, and every match can be found again.
    _open_next_epoch(site)
    _write(file, [[number, "01.02.2026", str(office), f"D-{place}"] for place, number in enumerate(numbers)])
    renewed = push(file, "--snapshot")
    assert renewed.exit_code == 0, renewed.output
    assert site.sql(
        "SELECT p.current, p.opening FROM register.epoch_progress() p JOIN institutions_institution i"
        " ON i.id = p.institution WHERE i.code = %s",
        DELIVERS,
    ) == [(130, 130)]
    assert site.sql(
        "SELECT count(*) FROM register.registration a JOIN register.registration b USING (token)"
        " WHERE a.epoch <> b.epoch"
    ) == [(0,)]

    # What is kept is no number and no token.
    kept = str([site.sql(f"SELECT * FROM register.{table}") for table in ("registration", "delivery", "stage")])
    tokens = oprf.direct(keys.token_key(1), [number.encode() for number in numbers])
    assert [number for number in numbers if number in kept] == []
    assert [token for token in tokens if token.hex()[:32] in kept.replace("-", "")] == []


def _open_next_epoch(site: Site) -> None:
    secret = oprf.new_secret_key()
    ((epoch,),) = site.sql("SELECT register.open_epoch('voprf', %s)", oprf.public_key(secret))
    keys.make_keys(int(str(epoch)), token_key=secret)


def _key_for(site: Site) -> str:
    ((email,),) = site.sql(
        "SELECT s.email FROM appointments_appointment s JOIN institutions_institution i ON i.id = s.institution_id"
        " WHERE i.code = %s AND s.email <> '' ORDER BY s.id LIMIT 1",
        DELIVERS,
    )
    environment = os.environ | {
        "DATABASE_URL": site.owner_url.replace("suone_owner", "suone_app"),
        "DATABASE_OWNER_URL": site.owner_url,
        "SUONE_VAR": str(settings.VAR),
    }
    create = [sys.executable, "-m", "suone.config.cli", "partner", "create", DELIVERS, "Dossiers", "--responsible"]
    made = subprocess.run([*create, str(email)], env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    return made.stdout.strip()


def _cut_at(monkeypatch: pytest.MonkeyPatch, end: str) -> list[str]:
    """The line breaks at addresses with this end; comes back with those that were reached."""
    reached: list[str] = []
    request = requests.Session.request

    def cut(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
        if url.endswith(end):
            raise requests.exceptions.ConnectionError("cut off")
        reached.append(url)
        return request(session, method, url, **options)

    monkeypatch.setattr(requests.Session, "request", cut)
    return reached


def _write(file: Path, rows: list[list[str]]) -> None:
    with file.open("w", newline="") as target:
        writer = csv.writer(target, delimiter=";", lineterminator="\n")
        writer.writerows([["AHV-Nummer", "Von", "Stelle", "Referenz"], *rows])


def _open(site: Site) -> int:
    ((count,),) = site.sql(
        "SELECT count(*) FROM register.registration r JOIN institutions_institution i ON i.id = r.institution"
        " WHERE r.valid_until IS NULL AND r.epoch = 1 AND i.code = %s",
        DELIVERS,
    )
    return int(str(count))


def _numbers(count: int) -> list[str]:
    firsts = [f"7560000{place:05d}" for place in range(count)]
    return [first + ean.calc_check_digit(first) for first in firsts]
