"""The story of a file: read, checked, blinded, delivered, corrected, begun again."""

import csv
import json
import sqlite3
from base64 import b64decode
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from suone.register import oprf
from suone.register.client import commands, pushing
from suone.register.client.tests.conftest import Run
from suone.register.client.tests.register_in_memory import (
    ADDRESS,
    RegisterInMemory,
    page_of_something_else,
    slow_down,
)

HEADER = "ahv_number;office;worker;from;until;reference;referred_by\n"
ADA, BEA, CARL = "756.1234.5678.97", "756.9217.0769.85", "756.0000.0000.02"


def _rows(*lines: str) -> str:
    return HEADER + "\n".join(lines) + "\n"


def _renew(tmp_path: Path, *options: str) -> Result:
    common = ["--url", ADDRESS, "--key-file", str(tmp_path / "key"), "--store", str(tmp_path / "store.db")]
    return CliRunner().invoke(commands.renew, [*common, "--language", "en", *options])


def _token(register: RegisterInMemory, number: str, epoch: int = 1) -> str:
    (token,) = oprf.direct(register.secrets[epoch], [number.replace(".", "").encode()])
    return token.hex()


def _tokens(register: RegisterInMemory, epoch: int = 1) -> set[str]:
    return {b64decode(row["token"]).hex() for row in register.open_rows(epoch)}


def test_a_file_is_delivered_with_tokens_in_place_of_numbers(push: Run, register: RegisterInMemory) -> None:
    done = push(_rows(f"{ADA};12;Ada.Amacker@example.org;2026-01-31;;D-1;RAV", f"{BEA};;;01.02.2026;03.02.2026;D-2;"))

    assert done.exit_code == 0, done.output
    assert "2 added, 0 changed, 0 ended, 0 unchanged." in done.output
    first, second = register.registrations[1].values()
    assert b64decode(first.pop("token")).hex() == _token(register, ADA)
    assert first == {
        "valid_from": "2026-01-31",
        "valid_until": None,
        "office": "12",
        "worker": "ada.amacker@example.org",
        "reference": "D-1",
        "referred_by": "RAV",
    }
    assert (second["valid_from"], second["valid_until"]) == ("2026-02-01", "2026-02-03")


def test_rows_with_errors_go_into_a_file_that_is_corrected_and_sent_again(
    push: Run, register: RegisterInMemory, tmp_path: Path
) -> None:
    first = push(_rows(f"{ADA};12;;2026-01-31;;D-1;", "756.1234.5678.98;;;2026-01-31;;D-2;", f"{BEA};99;;;;D-3;"))

    assert first.exit_code == 2
    assert "2 rows have errors" in first.output
    assert len(register.open_rows()) == 1
    errors = (tmp_path / "file-errors.csv").read_text()
    lines = list(csv.reader(errors.splitlines(), delimiter=";"))
    assert [line[-1] for line in lines] == [
        "error",
        "The AHV number is mistyped: its check digit does not hold.",
        "The first day is missing.",
    ]
    assert (tmp_path / "file-errors.csv").stat().st_mode & 0o777 == 0o600

    corrected = errors.replace("756.1234.5678.98", CARL).replace("99;;;;", "12;;2026-03-01;;")
    second = push(corrected, "--changes")

    assert second.exit_code == 0, second.output
    assert _tokens(register) == {_token(register, number) for number in (ADA, BEA, CARL)}


def test_strict_sends_nothing_while_a_row_has_an_error(push: Run, register: RegisterInMemory, tmp_path: Path) -> None:
    done = push(_rows(f"{ADA};12;;2026-01-31;;D-1;", "1;;;2026-01-31;;D-2;"), "--strict")

    assert done.exit_code == 1
    assert "Nothing was sent" in done.output
    assert not register.deliveries
    assert (tmp_path / "file-errors.csv").exists()


def test_in_a_snapshot_whoever_is_missing_has_ended_and_whoever_has_an_error_has_not(
    push: Run, register: RegisterInMemory
) -> None:
    push(_rows(f"{ADA};;;2026-01-31;;D-1;", f"{BEA};;;2026-01-31;;D-2;", f"{CARL};;;2026-01-31;;D-3;"))

    done = push(_rows(f"{ADA};;;2026-01-31;;D-1;", f"{BEA};99;;2026-01-31;;D-2;"), "--snapshot")

    assert done.exit_code == 2
    assert "0 added, 0 changed, 1 ended, 2 unchanged." in done.output
    assert _tokens(register) == {_token(register, ADA), _token(register, BEA)}


def test_without_a_confirmation_nothing_ends(push: Run, register: RegisterInMemory) -> None:
    push(_rows(f"{ADA};;;2026-01-31;;D-1;"))
    push(_rows(f"{BEA};;;2026-01-31;;D-2;"))

    assert len(register.open_rows()) == 2


def test_a_snapshot_that_would_end_many_asks_first(push: Run, register: RegisterInMemory) -> None:
    push(_rows(*[f"{number};;;2026-01-31;;D-1;" for number in (ADA, BEA, CARL)]))
    half = _rows(f"{ADA};;;2026-01-31;;D-1;")

    alone = push(half, "--snapshot")
    assert alone.exit_code == 1
    assert "This would end 2 of 3 open registrations. Nothing was changed" in alone.output
    assert len(register.open_rows()) == 3

    confirmed = push(half, "--snapshot", "--yes")
    assert confirmed.exit_code == 0, confirmed.output
    assert len(register.open_rows()) == 1


def test_whoever_is_asked_may_say_no(push: Run, register: RegisterInMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    push(_rows(*[f"{number};;;2026-01-31;;D-1;" for number in (ADA, BEA, CARL)]))
    monkeypatch.setattr(commands, "_confirm", lambda many: False)

    done = push(_rows(f"{ADA};;;2026-01-31;;D-1;"), "--snapshot")

    assert "Nothing was changed in the register." in done.output
    assert len(register.open_rows()) == 3
    assert register.deliveries[2]["state"] == "abandoned"


def test_begun_again_only_the_missing_parts_are_sent_and_no_number_is_blinded_twice(
    push: Run, register: RegisterInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "_ROWS", 1)
    file = _rows(*[f"{number};;;2026-01-31;;;" for number in (ADA, BEA, CARL)])
    register.breaks_at = lambda method, path: path.endswith("/parts/3")

    broken = push(file)
    assert broken.exit_code == 1
    assert "only what is missing will be sent" in broken.output
    assert not register.registrations[1]

    register.breaks_at = lambda method, path: False
    register.asked.clear()
    done = push(file)

    assert done.exit_code == 0, done.output
    assert [path for method, path in register.asked if method != "GET"] == [
        "deliveries",
        "deliveries/1/parts/3",
        "deliveries/1/apply",
    ]
    assert len(register.open_rows()) == 3


def test_a_short_break_is_waited_out(push: Run, register: RegisterInMemory) -> None:
    tries: list[str] = []

    def breaks(method: str, path: str) -> bool:
        tries.append(path)
        return path.endswith("apply") and tries.count(path) < 3

    register.breaks_at = breaks
    done = push(_rows(f"{ADA};;;2026-01-31;;;"))

    assert done.exit_code == 0, done.output
    keys = {seen.partition(b"'Idempotency-Key': '")[2][:32] for seen in register.seen if b"/apply" in seen}
    assert len(keys) == 1


def test_an_answer_to_slow_down_is_obeyed(push: Run, register: RegisterInMemory) -> None:
    register.answers_once_with = [slow_down(3)]

    assert push(_rows(f"{ADA};;;2026-01-31;;;")).exit_code == 0


def test_what_is_no_register_is_named(push: Run, register: RegisterInMemory) -> None:
    register.answers_once_with = [page_of_something_else()]

    assert "No register answers at this address (404)" in push(_rows(f"{ADA};;;2026-01-31;;;")).output


@pytest.mark.parametrize("address", ["http://register.example.org", "register.example.org"])
def test_the_key_travels_over_tls_only(tmp_path: Path, address: str) -> None:
    (tmp_path / "key").write_text("suone_secret")
    (tmp_path / "file.csv").write_text(HEADER)
    options = [str(tmp_path / "file.csv"), "--url", address, "--key-file", str(tmp_path / "key")]

    done = CliRunner().invoke(commands.push, [*options, "--language", "en"])

    assert "must begin with https://" in done.output


def test_a_file_without_references_gets_random_ones_that_stay(
    push: Run, register: RegisterInMemory, tmp_path: Path
) -> None:
    push(_rows(f"{ADA};;;2026-01-31;;;"))
    (first,) = register.open_rows()
    push(_rows(f"{ADA};;;2026-01-31;;;", f"{BEA};;;2026-01-31;;;"), "--snapshot")

    references = {row["reference"] for row in register.open_rows()}
    assert len(references) == 2
    assert first["reference"] in references
    done = CliRunner().invoke(
        commands.who,
        [first["reference"], "--url", ADDRESS, "--store", str(tmp_path / "store.db"), "--language", "en"],
    )
    assert done.output == ADA.replace(".", "") + "\n"


def test_a_key_other_than_at_first_is_refused_before_anything_is_sent(push: Run, register: RegisterInMemory) -> None:
    push(_rows(f"{ADA};;;2026-01-31;;;"))
    register.epochs.clear()
    register.open_epoch(1, "current")
    register.asked.clear()

    done = push(_rows(f"{ADA};;;2026-01-31;;;"))

    assert "another key for epoch 1" in done.output
    assert {method for method, _path in register.asked} == {"GET"}


def test_a_token_service_with_another_key_is_found_out(push: Run, register: RegisterInMemory) -> None:
    register.secrets[1] = oprf.new_secret_key()

    done = push(_rows(f"{ADA};;;2026-01-31;;;"))

    assert "did not use its published key" in done.output
    assert not register.deliveries


def test_rows_that_the_register_refuses_are_left_out_and_reported(
    push: Run, register: RegisterInMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "_ROWS", 2)
    register.refuses = lambda row: "This office has closed." if row["reference"] == "D-3" else None
    lines = [f"{number};12;;2026-01-31;;D-{place};" for place, number in enumerate((ADA, BEA, CARL), start=1)]

    done = push(_rows(*lines))

    assert done.exit_code == 2
    assert _tokens(register) == {_token(register, ADA), _token(register, BEA)}
    errors = (tmp_path / "file-errors.csv").read_text()
    assert "D-3;;This office has closed." in errors
    assert "D-1" not in errors


def test_a_new_epoch_fills_by_itself_at_the_next_push_with_all_that_was_delivered(
    push: Run, register: RegisterInMemory
) -> None:
    push(_rows(f"{ADA};12;ada.amacker@example.org;2026-01-31;2026-02-28;D-1;", f"{BEA};;;2026-01-31;;D-2;"))
    register.open_epoch(2, "opening")
    register.workers = []

    done = push(_rows(f"{CARL};;;2026-03-01;;D-3;"))

    assert done.exit_code == 0, done.output
    assert len(register.registrations[1]) == len(register.registrations[2]) == 3
    assert _tokens(register, 2) == {_token(register, number, 2) for number in (BEA, CARL)}
    past = [row for row in register.registrations[2].values() if row["reference"] == "D-1"]
    assert [(row["office"], row["worker"]) for row in past] == [("12", "")]


def test_whoever_comes_only_after_the_change_of_epochs_loses_nothing(push: Run, register: RegisterInMemory) -> None:
    push(_rows(f"{ADA};;;2026-01-31;;D-1;", f"{BEA};;;2026-01-31;;D-2;"))
    register.epochs.clear()
    register.open_epoch(2, "current")

    push(_rows(f"{CARL};;;2026-03-01;;D-3;"))

    assert _tokens(register, 2) == {_token(register, number, 2) for number in (ADA, BEA, CARL)}


def test_renew_needs_no_file(push: Run, register: RegisterInMemory, tmp_path: Path) -> None:
    push(_rows(f"{ADA};;;2026-01-31;;D-1;", f"{BEA};;;2026-01-31;;D-2;"))
    register.open_epoch(2, "opening")

    done = _renew(tmp_path)

    assert done.exit_code == 0, done.output
    assert _tokens(register, 2) == {_token(register, ADA, 2), _token(register, BEA, 2)}


def test_tokens_of_ended_epochs_are_forgotten(push: Run, register: RegisterInMemory, tmp_path: Path) -> None:
    push(_rows(f"{ADA};;;2026-01-31;;D-1;"))
    register.epochs.clear()
    register.open_epoch(2, "current")
    push(_rows(f"{ADA};;;2026-01-31;;D-1;"))

    with sqlite3.connect(tmp_path / "store.db") as store:
        assert store.execute("SELECT DISTINCT epoch FROM token").fetchall() == [(2,)]


def test_what_ended_with_a_snapshot_is_past_in_the_next_epoch_too(push: Run, register: RegisterInMemory) -> None:
    push(_rows(f"{ADA};;;2026-01-31;;D-1;", f"{BEA};;;2026-01-31;;D-2;"))
    push(_rows(f"{BEA};;;2026-01-31;;D-2;"), "--snapshot")
    register.open_epoch(2, "opening")
    push(_rows(f"{BEA};;;2026-01-31;;D-2;"), "--snapshot")

    assert {row["reference"]: row["valid_until"] is None for row in register.registrations[2].values()} == {
        "D-1": False,
        "D-2": True,
    }


def test_a_corrected_first_day_stays_one_registration_in_the_store(
    push: Run, register: RegisterInMemory, tmp_path: Path
) -> None:
    push(_rows(f"{ADA};;;2026-01-31;;D-1;"))
    push(_rows(f"{ADA};;;2026-02-01;;D-1;"))

    with sqlite3.connect(tmp_path / "store.db") as store:
        assert store.execute("SELECT valid_from FROM registration").fetchall() == [("2026-02-01",)]


def test_a_register_with_a_common_key_needs_its_file(push: Run, register: RegisterInMemory, tmp_path: Path) -> None:
    register.epochs.clear()
    register.open_epoch(3, "current", kind="hmac")
    (tmp_path / "common").write_text("ab" * 32)

    assert "--hmac-key-file" in push(_rows(f"{ADA};;;2026-01-31;;D-1;")).output
    done = push(_rows(f"{ADA};;;2026-01-31;;D-1;"), "--hmac-key-file", str(tmp_path / "common"))

    assert done.exit_code == 0, done.output
    (row,) = register.open_rows(3)
    assert len(b64decode(row["token"])) == 32
    assert ("POST", "tokens") not in register.asked


def test_the_store_is_for_its_owner_alone(push: Run, tmp_path: Path, register: RegisterInMemory) -> None:
    push(_rows(f"{ADA};;;2026-01-31;;D-1;"))
    store = tmp_path / "store.db"
    assert store.stat().st_mode & 0o777 == 0o600

    store.chmod(0o644)

    assert "chmod 600" in push(_rows(f"{ADA};;;2026-01-31;;D-1;")).output


def test_a_file_that_is_no_store_is_left_alone(push: Run, tmp_path: Path, register: RegisterInMemory) -> None:
    (tmp_path / "store.db").write_text("something else entirely, long enough to be no empty database")
    (tmp_path / "store.db").chmod(0o600)

    assert "cannot be read: name another one" in push(_rows(f"{ADA};;;2026-01-31;;D-1;")).output


def test_a_redirect_is_not_followed_with_the_key(push: Run, register: RegisterInMemory) -> None:
    redirect = requests.Response()
    redirect.status_code = 302
    redirect.headers["Location"] = "https://elsewhere.example.org"
    redirect._content = json.dumps({}).encode()
    register.answers_once_with = [redirect]

    assert "No register answers" in push(_rows(f"{ADA};;;2026-01-31;;D-1;")).output


def test_two_runs_at_once_do_not_mix(push: Run, register: RegisterInMemory, tmp_path: Path) -> None:
    push(_rows(f"{ADA};;;2026-01-31;;D-1;"))
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = push(_rows(f"{ADA};;;2026-01-31;;D-1;"))

    assert done.exit_code == 1
    assert "another run is under way" in done.output


def test_a_password_file_does_not_take_the_place_of_the_key(
    push: Run, register: RegisterInMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine register.example.org login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setattr(RegisterInMemory, "trusts_environment", True)

    push(_rows(f"{ADA};;;2026-01-31;;D-1;"))

    assert all(b"Bearer suone_secret" in seen for seen in register.seen)


def test_many_rows_go_in_parts(push: Run, register: RegisterInMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "_ROWS", 4)
    numbers = _numbers(10)

    done = push(_rows(*[f"{number};;;2026-01-31;;;" for number in numbers]))

    assert done.exit_code == 0, done.output
    parts: Any = register.deliveries[1]["parts"]
    assert [len(rows) for _number, rows in sorted(parts.items())] == [4, 4, 2]


def _numbers(count: int) -> list[str]:
    from stdnum import ean

    firsts = [f"756{place:09d}" for place in range(count)]
    return [first + ean.calc_check_digit(first) for first in firsts]
