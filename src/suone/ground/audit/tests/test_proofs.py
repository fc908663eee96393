"""Proofs of the log need nothing else, and a witness holds the log to what it has seen."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from suone.ground.access.errors import Refused
from suone.ground.audit import heads, proofs, witness
from suone.ground.audit.anchors import Discontinued, anchor_file, declare_restored, private_key, public_key
from suone.ground.audit.models import Entry, Tile
from suone.ground.audit.proofs import Unproven
from suone.ground.audit.proving import prove_entry, prove_growth
from suone.ground.audit.sealing import seal
from suone.ground.audit.tests.conftest import do, write
from suone.ground.audit.verifying import verify
from suone.ground.audit.witness import Refusal

pytestmark = pytest.mark.django_db
Backup = Callable[[], Callable[[], None]]


def _copied(proof: dict[str, Any]) -> dict[str, Any]:
    """As it comes out of a file."""
    copied: dict[str, Any] = json.loads(json.dumps(proof))
    return copied


def test_every_entry_is_proven_to_be_in_the_log(log: list[int]) -> None:
    for number in log:
        said = proofs.check(_copied(prove_entry(number)), public_key())

        assert f"Entry {number} is in the log of 9 entries" in said
        assert "test.read" in said


def test_an_entry_that_waits_or_does_not_exist_is_not_proven(log: list[int]) -> None:
    write(1)

    for number in (log[-1] + 1, log[-1] + 2):
        with pytest.raises(Refused, match="sealed yet" if number == log[-1] + 1 else "has no entry"):
            prove_entry(number)


_FORGED: dict[str, Callable[[dict[str, Any]], object]] = {
    "another text": lambda proof: proof.update(line=proof["line"].replace("test.read", "test.seen")),
    "another number": lambda proof: proof.update(entry=proof["entry"] + 1),
    "another salt": lambda proof: proof.update(salt="00" * 16),
    "another place": lambda proof: proof.update(place=5),
    "a place beyond": lambda proof: proof.update(place=9),
    "a shorter path": lambda proof: proof["path"].pop(),
    "a longer path": lambda proof: proof["path"].append("00" * 32),
    "another root": lambda proof: proof["head"].update(root="00" * 32),
    "another size": lambda proof: proof["head"].update(size=8),
    "another time": lambda proof: proof["head"].update(at="2020-01-01"),
    "no head": lambda proof: proof.pop("head"),
    "no path": lambda proof: proof.pop("path"),
    "no kind": lambda proof: proof.pop("is"),
    "nonsense": lambda proof: proof.update(path=[1]),
    "another key": lambda proof: proof.update(
        head=heads.signed({k: v for k, v in proof["head"].items() if k != "signature"}, Ed25519PrivateKey.generate())
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", _FORGED)
def test_a_forged_proof_does_not_hold(log: list[int], how: str) -> None:
    proof = _copied(prove_entry(log[4]))
    _FORGED[how](proof)

    with pytest.raises(Unproven):
        proofs.check(proof, public_key())


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"is": "else"}'])
def test_a_file_that_is_no_proof_is_refused_as_such(log: list[int], text: str) -> None:
    with pytest.raises(Unproven):
        proofs.check(proofs.read(text), public_key())


def test_a_proof_reads_few_rows_however_long_the_log_is(
    log: list[int], django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    write(700)
    seal()
    write(3)
    seal()
    assert set(Tile.objects.values_list("level", "number")) == {(0, 0), (0, 1), (0, 2), (1, 0)}

    with django_assert_max_num_queries(10):
        proof = prove_entry(log[4])

    assert proofs.check(proof, public_key())
    assert proofs.check(prove_growth(9), public_key())
    assert verify().is_whole
    assert verify(last=1).is_whole


def test_the_log_is_proven_to_have_only_grown(log: list[int]) -> None:
    assert "begins with the log of 3 entries" in proofs.check(_copied(prove_growth(3)), public_key())
    assert "of 9 entries was signed" in proofs.check(_copied(prove_growth()), public_key())
    with pytest.raises(Refused):
        prove_growth(4)  # no head was signed then


@pytest.mark.parametrize("how", [
    lambda proof: proof["path"].pop(),
    lambda proof: proof.update(older=None),
    lambda proof: proof["older"].update(size=2),
    lambda proof: proof["newer"].update(root="00" * 32),
])  # fmt: skip
def test_a_forged_proof_of_growth_does_not_hold(log: list[int], how: Callable[[dict[str, Any]], object]) -> None:
    proof = _copied(prove_growth(3))
    how(proof)

    with pytest.raises(Unproven):
        proofs.check(proof, public_key())


def test_what_was_destroyed_is_not_proven_and_all_others_still_are(log: list[int]) -> None:
    before = prove_entry(log[3])
    do("SELECT audit_destroy(ARRAY[%s::bigint], 'kept long enough')", log[4])
    seal()

    assert proofs.check(before, public_key())
    assert proofs.check(prove_entry(log[3]), public_key())
    with pytest.raises(Refused):
        prove_entry(log[4])


@pytest.fixture
def watching(tmp_path: Path) -> Path:
    """A witness who knows the log's key."""
    folder = tmp_path / "witness"
    witness.pin(folder, heads.public_text(public_key()))
    return folder


def _seen(folder: Path) -> int:
    last = witness.last_seen(folder)
    return last.size if last else 0


def _sign(folder: Path, **how: bool) -> heads.Statement | None:
    return witness.sign(folder, _copied(prove_growth(_seen(folder))), **how)


def test_a_witness_signs_a_log_that_goes_on(log: list[int], watching: Path) -> None:
    assert _sign(watching)
    assert _sign(watching) is None
    write(2)
    seal()
    assert _sign(watching)

    proof = verify(witness=watching)

    assert _seen(watching) == 11
    assert (proof.findings, proof.witnessed) == ([], 2)


def test_a_witness_who_does_not_know_the_log_signs_nothing(log: list[int], tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="public key"):
        witness.sign(tmp_path / "new", prove_growth())


def test_a_witness_refuses_another_log_under_the_same_key(log: list[int], watching: Path, settings: Any) -> None:
    """Whoever holds database and key writes a new history, with new anchors."""
    _sign(watching)
    _rewrite(settings)
    assert verify().is_whole  # nothing here tells it

    with pytest.raises(Refusal, match="rewritten"):
        _sign(watching)

    assert len(verify(witness=watching).findings) == 1


def _rewrite(settings: Any) -> None:
    do("UPDATE audit_entry SET position = NULL, act = 'other' WHERE position >= 0;"
       " DELETE FROM audit_seal; DELETE FROM audit_tile; DELETE FROM audit_copy.entry")  # fmt: skip
    (Path(settings.ANCHOR_FOLDER) / "audit.jsonl").unlink()
    seal()


def test_a_witness_refuses_a_shorter_log(log: list[int], watching: Path, settings: Any) -> None:
    _sign(watching)
    do("DELETE FROM audit_entry WHERE position >= 6")
    _rewrite(settings)

    with pytest.raises(Refused):
        prove_growth(9)
    with pytest.raises(Refusal, match="ask for"):
        witness.sign(watching, prove_growth())
    assert len(verify(witness=watching).findings) == 1


def test_a_witness_refuses_another_key_and_a_proof_of_something_else(log: list[int], watching: Path) -> None:
    with pytest.raises(Refusal, match="another key"):
        witness.pin(watching, heads.public_text(Ed25519PrivateKey.generate().public_key()))
    with pytest.raises(Refusal, match="no proof"):
        witness.sign(watching, prove_entry(log[0]))


def test_what_is_changed_at_the_witness_is_found(log: list[int], watching: Path) -> None:
    _sign(watching)
    path = watching / "witnessed.jsonl"
    path.write_text(path.read_text().replace('"size": 9', '"size": 8', 1))

    assert [finding.sentence for finding in verify(witness=watching).findings] == [
        "Line 1 of the witness is not genuine."
    ]


def test_a_restored_backup_stops_anchoring_until_it_is_declared(log: list[int], backup: Backup) -> None:
    restore = backup()
    write(4)
    seal()
    restore()
    write(1)

    with pytest.raises(Discontinued, match="restored"):
        seal()

    assert {finding.sentence for finding in verify().findings} == {"Seal 4 differs from what was anchored."}


def test_a_declared_restoration_is_shown_and_is_no_cut_tail(log: list[int], backup: Backup) -> None:
    restore = backup()
    for _seal in range(3):
        write(4)
        seal()
    restore()
    write(1)

    declared = declare_restored("disk of 29 November")
    seal()

    proof = verify()
    assert proof.findings == []
    assert [(one.head.size, one.lost, one.reason) for one in proof.restorations] == [(9, 12, "disk of 29 November")]
    assert proof.restorations == [declared]
    entry = Entry.objects.get(act="log.restored")
    assert (entry.acting_kind, entry.purpose) == ("job", "disk of 29 November")
    assert entry.details == {"seal": 3, "entries": 9, "lost": 12}
    write(1)
    seal()
    assert verify().is_whole
    assert verify(last=2).is_whole


def test_a_restoration_covers_what_was_lost_before_it_alone(log: list[int], backup: Backup) -> None:
    restore = backup()
    write(4)
    seal()
    restore()
    declare_restored("once")
    write(1)
    seal()
    write(1)
    seal()

    do("DELETE FROM audit_entry WHERE position = 11; DELETE FROM audit_seal WHERE size = 12")

    assert "The end of the log is missing: seal 5 was anchored." in {finding.sentence for finding in verify().findings}


def test_nothing_is_declared_where_nothing_was_lost(log: list[int]) -> None:
    with pytest.raises(Refused, match="continues"):
        declare_restored("by mistake")
    anchor_file().unlink()
    with pytest.raises(Refused, match="Nothing is anchored"):
        declare_restored("before the first seal")
    assert not Entry.objects.filter(act="log.restored").exists()


def test_a_log_that_was_lost_whole_begins_again_by_declaration(log: list[int]) -> None:
    do("DELETE FROM audit_entry; DELETE FROM audit_seal; DELETE FROM audit_tile; DELETE FROM audit_copy.entry")
    write(1)

    declare_restored("no backup was left")
    seal()

    assert verify().findings == []
    assert verify().restorations[0].lost == 9


def test_a_witness_signs_a_restored_log_only_when_told_so(log: list[int], backup: Backup, watching: Path) -> None:
    restore = backup()
    _sign(watching)
    write(4)
    seal()
    _sign(watching)
    restore()
    declare_restored("disk failed")
    seal()

    with pytest.raises(Refusal, match="restored"):
        _sign(watching)
    assert [finding.sentence[:20] for finding in verify(witness=watching).findings] == ["The witness has seen"]

    assert _sign(watching, accept_restored=True)
    assert verify(witness=watching).findings == []


def test_a_restoration_to_something_never_anchored_is_found(log: list[int], backup: Backup) -> None:
    restore = backup()
    write(1)
    seal()
    restore()
    declare_restored("right")
    path = anchor_file()
    lines = path.read_bytes().splitlines()
    said = json.loads(lines[-1])
    said["root"] = "00" * 32
    del said["signature"]
    forged = heads.signed(said, private_key())
    path.write_bytes(b"\n".join([*lines[:-1], json.dumps(forged).encode(), b""]))

    assert any("was anchored differently" in finding.sentence for finding in verify().findings)
