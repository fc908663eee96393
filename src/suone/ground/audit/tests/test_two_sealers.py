from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from django.db import OperationalError, connection
from structlog.testing import capture_logs

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.audit import sealing
from suone.ground.audit.models import Entry, RecordKind, Seal
from suone.ground.audit.sealing import seal
from suone.ground.audit.services import record
from suone.ground.audit.verifying import verify

SEALERS = 4


@pytest.mark.django_db(transaction=True)
def test_simultaneous_sealers_make_one_chain_while_others_still_write() -> None:
    job, barrier = acting_for_job("a test"), Barrier(SEALERS)

    def work(number: int) -> int:
        try:
            barrier.wait(timeout=10)
            sealed = 0
            for turn in range(5):
                with acting_as(job):
                    record(job, kind=RecordKind.READ, act="test.read", dossier_id=number, details={"turn": turn})
                sealed += seal()
            return sealed
        finally:
            connection.close()

    with ThreadPoolExecutor(SEALERS) as threads:
        sealed = list(threads.map(work, range(SEALERS)))
    seal()

    proof = verify()
    assert sum(sealed) <= SEALERS * 5 == proof.entries
    assert proof.findings == []
    assert proof.unsealed == 0
    numbers = list(Seal.objects.order_by("id").values_list("id", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert proof.anchors == len(numbers)
    assert set(Entry.objects.values_list("position", flat=True)) == set(range(SEALERS * 5))


@pytest.mark.django_db(transaction=True)
def test_a_sealing_that_is_held_up_gives_up_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    _write_one()
    monkeypatch.setattr(sealing, "_PATIENCE", "200ms")
    with _another_session() as holding, capture_logs() as lines:
        holding.execute("LOCK TABLE audit_tile IN SHARE ROW EXCLUSIVE MODE")
        with pytest.raises(OperationalError):
            seal()

    assert [(line["event"], line["log_level"], line["waiting_since"] is not None) for line in lines] == [
        ("audit.sealing_is_held_up", "error", True)
    ]
    assert seal() == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_who_acts_holds_the_sealing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    _write_one()
    monkeypatch.setattr(sealing, "_PATIENCE", "200ms")
    with _another_session() as holding:
        holding.execute("SET LOCAL ROLE suone_app")
        holding.execute("SELECT pg_advisory_xact_lock(hashtext('audit'), hashtext('seal'))")
        for table in ("audit_tile", "audit_seal", "audit_entry"):
            holding.execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE")
            with pytest.raises(psycopg.errors.InsufficientPrivilege), holding.transaction():
                holding.execute(f"LOCK TABLE {table} IN SHARE MODE")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), holding.transaction():
            holding.execute("SELECT audit_hold_sealing()")

        assert seal() == 1


def _write_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_copy.entry")  # which no test before this one emptied
    job = acting_for_job("a test")
    with acting_as(job):
        record(job, kind=RecordKind.READ, act="test.read")


def _another_session() -> psycopg.Connection[tuple[object, ...]]:
    to = connection.settings_dict
    return psycopg.connect(host=to["HOST"], user=to["USER"], password=to["PASSWORD"], dbname=to["NAME"])
