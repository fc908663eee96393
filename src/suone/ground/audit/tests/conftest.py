from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.audit.models import Entry, RecordKind
from suone.ground.audit.sealing import seal
from suone.ground.audit.services import record

JOB = acting_for_job("a test")


def write(count: int, *, dossier: int = 0) -> None:
    """So many entries."""
    with acting_as(JOB):
        for number in range(count):
            record(JOB, kind=RecordKind.READ, act="test.read", dossier_id=dossier or number, details={"n": number})


def do(statement: str, *values: object) -> None:
    """As the owner, who may do anything."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    """Keys and anchors of their own for each test."""
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.ANCHOR_FOLDER = str(tmp_path / "anchors")


@pytest.fixture
def log() -> list[int]:
    """Three seals over three entries each."""
    for _seal in range(3):
        write(3)
        seal()
    return list(Entry.objects.order_by("id").values_list("id", flat=True))


@pytest.fixture
def backup() -> Callable[[], Callable[[], None]]:
    """Take a backup of the log, and get what restores it."""
    tables = ("audit_entry", "audit_seal", "audit_tile", "audit_copy.entry")

    def take() -> Callable[[], None]:
        for table in tables:
            do(f"CREATE TEMPORARY TABLE kept_{table.replace('.', '_')} ON COMMIT DROP AS SELECT * FROM {table}")

        def restore() -> None:
            for table in tables:
                do(f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table.replace('.', '_')}")

        return restore

    return take
