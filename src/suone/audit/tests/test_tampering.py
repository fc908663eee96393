"""As the owner of the database, who can do anything: whatever is done to the sealed log is found."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from suone.access.acting import acting_for_job
from suone.access.database import acting_as
from suone.audit.anchors import anchor
from suone.audit.models import Batch, Entry, RecordKind
from suone.audit.sealing import seal
from suone.audit.services import record
from suone.audit.verifying import verify

pytestmark = pytest.mark.django_db
_JOB = acting_for_job("a test")


def _tell(count: int) -> None:
    with acting_as(_JOB):
        for number in range(count):
            record(_JOB, kind=RecordKind.READ, act="test.read", dossier_id=number, details={"n": number})


def _do(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.ANCHOR_FOLDER = str(tmp_path / "anchors")


@pytest.fixture
def log(folders: None) -> list[int]:
    """Three sealed batches of three entries, anchored."""
    for _batch in range(3):
        _tell(3)
        seal()
    anchor()
    return list(Entry.objects.order_by("id").values_list("id", flat=True))


def test_an_untouched_log_is_whole(log: list[int]) -> None:
    _tell(2)

    proof = verify()

    assert proof.findings == []
    assert (proof.batches, proof.entries, proof.anchors, proof.unsealed) == (3, 9, 1, 2)
    assert verify(last=1).is_whole


def test_sealing_twice_seals_nothing_more(log: list[int]) -> None:
    assert seal() == 0
    assert list(Batch.objects.order_by("pk").values_list("pk", flat=True)) == [1, 2, 3]


_COLUMNS = {
    "at": "at + interval '1 microsecond'",
    "kind": "'print'",
    "act": "'other'",
    "acting_kind": "'staff'",
    "user_id": "7",
    "staff_id": "7",
    "institution_id": "7",
    "roles": "'{x}'",
    "dossier_id": "99",
    "person_id": "7",
    "object_type": "'x'",
    "object_id": "7",
    "recipients": "'{7}'",
    "legal_basis": "'x'",
    "purpose": "'x'",
    "details": "'{\"n\": 99}'",
    "dossiers_shown": "'{7}'",
    "persons_shown": "'{7}'",
    "id": "id + 1000",
    "batch_id": "1",
}


def test_every_column_is_tampered_with() -> None:
    assert {field.column for field in Entry._meta.fields} == set(_COLUMNS)


@pytest.mark.parametrize("column", _COLUMNS)
def test_an_edited_column_is_found(log: list[int], column: str) -> None:
    _do(f"UPDATE audit_entry SET {column} = {_COLUMNS[column]} WHERE id = %s", log[4])

    assert log[4] in {finding.entry for finding in verify().findings}


@pytest.mark.parametrize("place", [0, 4, 8])
def test_a_deleted_entry_is_found(log: list[int], place: int) -> None:
    _do("DELETE FROM audit_entry WHERE id = %s", log[place])

    assert [finding.entry for finding in verify().findings] == [log[place]]


def test_swapped_entries_are_found(log: list[int]) -> None:
    _do("UPDATE audit_entry SET id = -1 WHERE id = %s", log[3])
    _do("UPDATE audit_entry SET id = %s WHERE id = %s", log[3], log[4])
    _do("UPDATE audit_entry SET id = %s WHERE id = -1", log[4])

    assert [finding.entry for finding in verify().findings] == [log[3], log[4]]


_TAMPERING: dict[str, Callable[[], None]] = {
    "entries of the last batch": lambda: _do("DELETE FROM audit_entry WHERE batch_id = 3"),
    "the last batch": lambda: _do("DELETE FROM audit_batch WHERE id = 3"),
    "the tail with its batch": lambda: _do("DELETE FROM audit_entry WHERE batch_id = 3; DELETE FROM audit_batch WHERE id = 3"),
    "a middle batch": lambda: _do("DELETE FROM audit_entry WHERE batch_id = 2; DELETE FROM audit_batch WHERE id = 2"),
    "everything": lambda: _do("DELETE FROM audit_entry; DELETE FROM audit_batch"),
    "added": lambda: _do(
        "INSERT INTO audit_entry (kind, act, acting_kind, roles, object_type, recipients, legal_basis, purpose, details,"
        " batch_id) VALUES ('read', 'x', 'job', '{}', '', '{}', '', '', '{}', 2)"
    ),
    "time of a seal": lambda: _do("UPDATE audit_batch SET sealed_at = sealed_at + interval '1 s' WHERE id = 2"),
    "count": lambda: _do("UPDATE audit_batch SET count = 4 WHERE id = 2"),
    "root": lambda: _do("UPDATE audit_batch SET root = sha256('x') WHERE id = 2"),
    "chain": lambda: _do("UPDATE audit_batch SET chain = sha256('x') WHERE id = 3"),
    "leaves": lambda: _do("UPDATE audit_batch SET leaves = leaves || '\\x00' WHERE id = 2"),
}  # fmt: skip


@pytest.mark.parametrize("what", _TAMPERING)
def test_tampering_with_batches_is_found(log: list[int], what: str) -> None:
    _TAMPERING[what]()

    assert verify().findings


def test_a_log_sealed_anew_differs_from_its_anchor(log: list[int]) -> None:
    _do("UPDATE audit_entry SET batch_id = NULL, act = 'other'; DELETE FROM audit_batch")
    seal()
    _tell(1)
    seal()
    _tell(1)
    seal()

    assert [finding.batch for finding in verify().findings] == [3]


def test_a_forged_anchor_is_found(log: list[int], settings: Any) -> None:
    path = Path(settings.ANCHOR_FOLDER) / "audit.jsonl"
    path.write_text(path.read_text().replace('"entries": 9', '"entries": 8'))

    assert len(verify().findings) == 1


def test_the_key_is_readable_by_its_owner_alone(log: list[int], settings: Any) -> None:
    assert (settings.KEYS_FOLDER / "audit-anchor.pem").stat().st_mode & 0o777 == 0o600


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(place=st.integers(0, 8), column=st.sampled_from(["act", "purpose", "object_type"]), text=st.text(max_size=9))
def test_no_text_slips_through(log: list[int], place: int, column: str, text: str) -> None:
    text = text.replace("\x00", "")
    before = getattr(Entry.objects.get(pk=log[place]), column)
    with transaction.atomic():
        _do(f"UPDATE audit_entry SET {column} = %s WHERE id = %s", text, log[place])
        found = {finding.entry for finding in verify().findings}
        transaction.set_rollback(True)

    assert found == (set() if text == before else {log[place]})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET act = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_batch SET count = 1",
        "DELETE FROM audit_batch",
        "TRUNCATE audit_batch",
        "INSERT INTO audit_batch (count, root, chain, leaves) VALUES (1, '', '', '')",
        "INSERT INTO audit_entry (kind, act, acting_kind, roles, object_type, recipients, legal_basis, purpose, details,"
        " batch_id) VALUES ('read', 'x', 'job', '{}', '', '{}', '', '', '{}', 1)",
        "SELECT audit_seal('{1}', '', '', now(), '')",
    ],
)  # fmt: skip
def test_the_servers_role_cannot_touch_the_log(log: list[int], statement: str) -> None:
    with pytest.raises(Error), acting_as(_JOB):
        _do(statement)

    assert verify().is_whole
