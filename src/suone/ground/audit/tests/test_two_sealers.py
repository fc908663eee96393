from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
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
