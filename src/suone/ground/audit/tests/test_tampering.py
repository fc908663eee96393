"""As the owner of the database, who can do anything: whatever is done to the sealed log is found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import Error, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from suone.ground.access.database import acting_as
from suone.ground.audit import heads
from suone.ground.audit.anchors import Discontinued, anchor_file
from suone.ground.audit.models import Entry, Seal
from suone.ground.audit.sealing import seal
from suone.ground.audit.tests.conftest import JOB, do, write
from suone.ground.audit.verifying import verify

pytestmark = pytest.mark.django_db


def test_an_untouched_log_is_whole(log: list[int]) -> None:
    write(2)

    proof = verify()

    assert proof.findings == []
    assert (proof.seals, proof.entries, proof.anchors, proof.unsealed) == (3, 9, 3, 2)
    assert verify(last=1).is_whole
    assert (verify(last=1).seals, verify(last=1).entries, verify(last=1).anchors) == (1, 3, 1)
    assert (verify(last=7).seals, verify(last=7).entries) == (3, 9)


def test_an_empty_log_is_whole() -> None:
    assert seal() == 0
    assert verify().is_whole
    assert verify(last=5).is_whole


def test_sealing_twice_seals_nothing_more(log: list[int]) -> None:
    assert seal() == 0
    assert list(Seal.objects.order_by("pk").values_list("pk", "size")) == [(1, 3), (2, 6), (3, 9)]


def test_entries_take_their_places_in_the_order_of_their_numbers(log: list[int]) -> None:
    assert list(Entry.objects.order_by("position").values_list("id", "position")) == list(
        zip(log, range(9), strict=True)
    )


_COLUMNS = {
    "at": "at + interval '1 microsecond'",
    "kind": "'print'",
    "act": "'other'",
    "acting_kind": "'staff'",
    "user_id": "7",
    "staff_id": "7",
    "institution_id": "7",
    "system_id": "7",
    "roles": "'{x}'",
    "on_behalf_of": "7",
    "dossier_id": "99",
    "person_id": "7",
    "object_type": "'x'",
    "object_id": "7",
    "recipients": "'{7}'",
    "dossiers_shown": "'{7}'",
    "persons_shown": "'{7}'",
    "legal_basis": "'x'",
    "purpose": "'x'",
    "details": "'{\"n\": 99}'",
    "salt": "uuid_send(gen_random_uuid())",
    "id": "id + 1000",
    "position": "99",
}


def test_every_column_is_tampered_with() -> None:
    assert {field.column for field in Entry._meta.fields} == set(_COLUMNS)


@pytest.mark.parametrize("column", _COLUMNS)
def test_an_edited_column_is_found(log: list[int], column: str) -> None:
    do(f"UPDATE audit_entry SET {column} = {_COLUMNS[column]} WHERE id = %s", log[4])

    found = {finding.entry for finding in verify().findings}
    assert found & {log[4], log[4] + 1000}
    assert not found - {log[4], log[4] + 1000}


@pytest.mark.parametrize("place", [0, 4, 8])
def test_a_deleted_entry_is_found(log: list[int], place: int) -> None:
    do("DELETE FROM audit_entry WHERE id = %s", log[place])

    assert [finding.entry for finding in verify().findings] == [log[place]]


def test_an_entry_deleted_with_its_copy_is_found(log: list[int]) -> None:
    do("DELETE FROM audit_entry WHERE position = 4; DELETE FROM audit_copy.entry WHERE position = 4")

    assert [finding.sentence for finding in verify().findings] == [
        "Entry ? (place 4) was deleted.",
        "The copy of the entry at place 4 is missing or was changed.",
    ]


@pytest.mark.parametrize("numbers_too", [True, False])
def test_swapped_entries_are_found(log: list[int], numbers_too: bool) -> None:
    swapped = ("id", log[3], log[4]) if numbers_too else ("position", 3, 4)
    column, one, other = swapped
    do(f"UPDATE audit_entry SET {column} = -1 WHERE {column} = {one}")
    do(f"UPDATE audit_entry SET {column} = {one} WHERE {column} = {other}")
    do(f"UPDATE audit_entry SET {column} = {other} WHERE {column} = -1")

    assert {finding.entry for finding in verify().findings} == {log[3], log[4]}


_ADDED = (
    "INSERT INTO audit_entry (kind, act, acting_kind, roles, object_type, recipients, legal_basis, purpose, details,"
    " position) VALUES ('read', 'x', 'job', '{}', '', '{}', '', '', '{}', %s)"
)
_TAMPERING: dict[str, Callable[[], None]] = {
    "entries of the last seal": lambda: do("DELETE FROM audit_entry WHERE position >= 6"),
    "the last seal": lambda: do("DELETE FROM audit_seal WHERE id = 3"),
    "the tail with its seal": lambda: do("DELETE FROM audit_entry WHERE position >= 6; DELETE FROM audit_seal WHERE id = 3"),
    "the tail, its seal, copies and hashes": lambda: do(
        "DELETE FROM audit_entry WHERE position >= 6; DELETE FROM audit_seal WHERE id = 3;"
        "DELETE FROM audit_copy.entry WHERE position >= 6; UPDATE audit_tile SET hashes = substr(hashes, 1, 192)"
    ),
    "a middle seal": lambda: do("DELETE FROM audit_seal WHERE id = 2"),
    "everything": lambda: do(
        "DELETE FROM audit_entry; DELETE FROM audit_seal; DELETE FROM audit_tile; DELETE FROM audit_copy.entry"
    ),
    "added": lambda: do(_ADDED, 9),
    "added before the first": lambda: do(_ADDED, -1),
    "time of a seal": lambda: do("UPDATE audit_seal SET sealed_at = sealed_at + interval '1 s' WHERE id = 2"),
    "misfits of a seal": lambda: do("UPDATE audit_seal SET misfits = '{1}' WHERE id = 2"),
    "size": lambda: do("UPDATE audit_seal SET size = 5 WHERE id = 2"),
    "size out of order": lambda: do("UPDATE audit_seal SET size = 2 WHERE id = 2"),
    "root": lambda: do("UPDATE audit_seal SET root = sha256('x') WHERE id = 2"),
    "a copy": lambda: do("UPDATE audit_copy.entry SET line = line || 'x' WHERE position = 4"),
    "a deleted copy": lambda: do("DELETE FROM audit_copy.entry WHERE position = 8"),
    "a hash": lambda: do("UPDATE audit_tile SET hashes = set_byte(hashes, 34, 255 - get_byte(hashes, 34))"),
    "one hash more": lambda: do("UPDATE audit_tile SET hashes = hashes || sha256('x')"),
    "no hashes": lambda: do("DELETE FROM audit_tile"),
    "a tile above": lambda: do("INSERT INTO audit_tile (level, number, hashes) VALUES (1, 0, sha256('x'))"),
}  # fmt: skip


@pytest.mark.parametrize("what", _TAMPERING)
def test_tampering_with_the_tree_is_found(log: list[int], what: str) -> None:
    _TAMPERING[what]()

    assert verify().findings


@pytest.mark.parametrize("what", ["the last seal", "the tail, its seal, copies and hashes"])
def test_the_last_seal_cannot_be_cut_since_it_is_anchored(log: list[int], what: str) -> None:
    _TAMPERING[what]()

    assert "The end of the log is missing: seal 3 was anchored." in {finding.sentence for finding in verify().findings}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_root_that_is_not_that_of_the_tree_is_found_without_anchors_too(log: list[int], number: int) -> None:
    anchor_file().unlink()
    assert verify().is_whole  # sealed just now

    do("UPDATE audit_seal SET root = sha256('x') WHERE id = %s", number)

    assert [finding.sentence for finding in verify().findings] == [f"Seal {number}: its root does not match the tree."]
    assert [finding.seal for finding in verify(last=1).findings] == ([number] if number > 1 else [])


@pytest.mark.parametrize("column", ["sealed_at = sealed_at + interval '1 s'", "misfits = '{1}'"])
def test_nothing_is_anchored_after_a_last_seal_that_was_changed(log: list[int], column: str) -> None:
    do(f"UPDATE audit_seal SET {column} WHERE id = 3")
    write(1)

    with pytest.raises(Discontinued):
        seal()


def test_an_entry_changed_with_hash_copy_root_and_seal_differs_from_its_anchor(log: list[int]) -> None:
    do("UPDATE audit_entry SET act = 'other' WHERE position = 8")
    do("UPDATE audit_copy.entry c SET line = audit_line(e) FROM audit_entry e WHERE c.id = e.id AND c.position = 8")
    do("UPDATE audit_tile t SET hashes = substr(hashes, 1, 256) || sha256('\\x00'::bytea || c.salt || convert_to(c.line, 'UTF8'))"
        " FROM audit_copy.entry c WHERE c.position = 8")  # fmt: skip
    do("UPDATE audit_seal SET root = audit_root() WHERE id = 3")

    assert [finding.sentence for finding in verify().findings] == ["Seal 3 differs from what was anchored."]


def _forget() -> None:
    """Make the log as if nothing had ever been sealed."""
    do(
        "UPDATE audit_entry SET position = NULL; DELETE FROM audit_seal; DELETE FROM audit_tile; DELETE FROM audit_copy.entry"
    )


def test_a_log_sealed_anew_differs_from_its_anchors_and_is_not_anchored_again(log: list[int]) -> None:
    _forget()
    do("UPDATE audit_entry SET act = 'other'")
    with pytest.raises(Discontinued):
        seal()

    found = {finding.sentence for finding in verify().findings}

    assert "Seal 1 differs from what was anchored." in found
    assert "The end of the log is missing: seal 3 was anchored." in found
    assert len(list(heads.lines_of(anchor_file()))) == 3


def _change_anchors(change: Callable[[list[bytes]], list[bytes]]) -> None:
    path = anchor_file()
    path.write_bytes(b"".join(line + b"\n" for line in change(path.read_bytes().splitlines())))


def _signed_by_another(lines: list[bytes]) -> list[bytes]:
    said = json.loads(lines[2])
    del said["signature"]
    return [*lines[:2], json.dumps(heads.signed(said, Ed25519PrivateKey.generate())).encode()]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda lines: [lines[0], lines[1].replace(b'"size": 6', b'"size": 5'), lines[2]], "Anchor 2 is not genuine."),
        (lambda lines: [*lines[:2], lines[2].replace(b'"size": 9', b'"size": 8')], "Anchor 3 is not genuine."),
        (lambda lines: [*lines[:2], lines[2][:-4] + b'ff"}'], "Anchor 3 is not genuine."),
        (_signed_by_another, "Anchor 3 is not genuine."),
        (lambda lines: [lines[0], b"nonsense", lines[2]], "Anchor 2 is not genuine."),
        (lambda lines: [lines[0], b"[1]", lines[2]], "Anchor 2 is not genuine."),
        (lambda lines: [lines[0], lines[2]], "Anchors are missing before anchor 2."),
        (lambda lines: lines[1:], "Anchors are missing before anchor 1."),
        (lambda lines: [lines[1], lines[0], lines[2]], "Anchors are missing before anchor 1."),
        (lambda lines: [*lines, lines[2]], "Seal 3 was anchored twice."),
    ],
)  # fmt: skip
def test_a_forged_anchor_is_found(log: list[int], change: Callable[[list[bytes]], list[bytes]], found: str) -> None:
    _change_anchors(change)

    assert found in {finding.sentence for finding in verify().findings}


def test_anchors_cut_away_are_missed(log: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    _change_anchors(lambda lines: lines[:2])
    assert verify().is_whole  # sealed just now: its anchor may be under way

    monkeypatch.setattr("suone.ground.audit.verifying._ANCHORED_WITHIN", -verify.__globals__["_ANCHORED_WITHIN"])

    assert [finding.sentence for finding in verify().findings] == ["Seal 3 is not anchored."]


def test_a_seal_that_was_kept_but_not_anchored_is_anchored_by_the_next(log: list[int]) -> None:
    _change_anchors(lambda lines: lines[:1])
    write(1)

    seal()

    assert [json.loads(line)["seal"] for line in heads.lines_of(anchor_file())] == [1, 2, 3, 4]
    assert verify().is_whole


def test_a_line_torn_by_a_crash_is_written_again(log: list[int]) -> None:
    with anchor_file().open("ab") as file:
        file.write(b'{"is": "suone au')
    write(1)

    seal()

    assert verify().is_whole
    assert len(list(heads.lines_of(anchor_file()))) == 4


def test_the_key_is_readable_by_its_owner_alone(log: list[int], settings: Any) -> None:
    folder = Path(settings.KEYS_FOLDER)

    assert (folder / "audit-anchor.pem").stat().st_mode & 0o777 == 0o600
    assert b"PUBLIC KEY" in (folder / "audit-anchor.pub").read_bytes()


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(place=st.integers(0, 8), column=st.sampled_from(["act", "purpose", "object_type"]), text=st.text(max_size=9))
def test_no_text_slips_through(log: list[int], place: int, column: str, text: str) -> None:
    text = text.replace("\x00", "")
    before = getattr(Entry.objects.get(pk=log[place]), column)
    with transaction.atomic():
        do(f"UPDATE audit_entry SET {column} = %s WHERE id = %s", text, log[place])
        found = {finding.entry for finding in verify().findings}
        transaction.set_rollback(True)

    assert found == (set() if text == before else {log[place]})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET act = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_seal SET size = 1",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_seal",
        "INSERT INTO audit_seal (sealed_at, size, root, horizon, misfits) VALUES (now(), 99, '', 1, '{}')",
        "UPDATE audit_tile SET hashes = ''",
        "DELETE FROM audit_tile",
        "INSERT INTO audit_tile (level, number, hashes) VALUES (0, 1, '')",
        "SELECT audit_grow(0, sha256('x'))",
        "SELECT audit_destroy('{1}', 'x')",
        "SELECT * FROM audit_copy.entry",
        "DELETE FROM audit_copy.entry",
        "INSERT INTO audit_copy.entry VALUES (99, 99, '', '')",
    ],
)  # fmt: skip
def test_the_servers_role_cannot_touch_the_log(log: list[int], statement: str) -> None:
    with pytest.raises(Error), acting_as(JOB):
        do(statement)

    assert verify().is_whole
