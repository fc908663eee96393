"""What the log costs: sealing and verifying, proofs, and who saw a person, in a database of its own on the embedded server.

benchmarks/audit.py [ENTRIES]         a million otherwise
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import embedded_server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
_ROWS = 1_000_000
_FILL = """
INSERT INTO audit_entry (kind, act, acting_kind, staff_id, institution_id, roles, dossier_id, person_id, object_type,
                         object_id, recipients, legal_basis, purpose, details, dossiers_shown, persons_shown)
SELECT 'read', 'consent.read', 'staff', n %% 500, n %% 20, '{case_manager}', n %% 90000, n %% 90000, 'consent', n, '{3,4}',
       'iiz-consent', 'bench', jsonb_build_object('n', n), shown, shown
FROM generate_series(1, %s) n
CROSS JOIN LATERAL (SELECT CASE WHEN n %% 4 = 0 THEN (
    SELECT array_agg((n * 7919 + i * 104729) %% 90000) FROM generate_series(1, 20) i
) ELSE '{}'::bigint[] END AS shown) s
"""
_PLAIN = """
SELECT id FROM audit_entry WHERE person_id = ANY (%s) OR persons_shown && %s::bigint[] AND persons_shown <> '{}'
ORDER BY id DESC LIMIT 51
"""


def main() -> None:
    """Print rows per second for sealing and verifying, and milliseconds for what a page or a person asks."""
    embedded_server.start()
    from django.conf import settings
    from django.db import connection

    embedded_server.connect_as_owner()
    connection.settings_dict["TEST"]["NAME"] = f"bench_audit_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, serialize=False)
    with tempfile.TemporaryDirectory() as folder:
        settings.KEYS_FOLDER, settings.ANCHOR_FOLDER = Path(folder), folder
        try:
            _measure(int(sys.argv[1]) if len(sys.argv) > 1 else _ROWS)
        finally:
            connection.creation.destroy_test_db(str(settings.DATABASES["default"]["NAME"]), verbosity=0)


def _measure(rows: int) -> None:
    from datetime import date

    from django.db import connection

    from suone.ground.access.acting import Acting, Kind, acting_for_job
    from suone.ground.access.database import acting_as
    from suone.ground.access.permissions import Role
    from suone.ground.audit.models import Entry, RecordKind
    from suone.ground.audit.proving import prove_entry, prove_growth
    from suone.ground.audit.queries import who_saw
    from suone.ground.audit.sealing import seal
    from suone.ground.audit.services import record
    from suone.ground.audit.verifying import verify

    def write() -> None:
        with acting_as(job):
            for number in range(1000):
                record(job, kind=RecordKind.READ, act="test.read", dossier_id=number)

    job = acting_for_job("bench")
    officer = Acting(
        Kind.STAFF, date(2026, 11, 23), institution_id=1, staff_id=2, roles=frozenset({Role.DATA_PROTECTION_OFFICER})
    )
    with connection.cursor() as cursor:
        cursor.execute(_FILL, [rows])
        cursor.execute("VACUUM ANALYZE audit_entry")
    print(f"{rows:,} entries, every fourth of a list that showed 20 persons")
    print(f"sealing {_speed(rows, seal)}")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE audit_entry")

    def check() -> None:
        assert verify().is_whole

    print(f"verifying {_speed(rows, check)}")
    print(f"writing 1000 entries {_took(write):.3f} s, sealing them {_took(seal):.3f} s")
    first, last = Entry.objects.order_by("id")[0].pk, rows
    size = Entry.objects.exclude(position=None).count()
    print(f"proof of an entry {_ms(lambda: prove_entry(first + last // 3)):.1f} ms")
    print(f"proof of growth {_ms(lambda: prove_growth(size - 1000)):.1f} ms")
    with acting_as(officer):
        print(f"who saw a person, by the function {_ms(lambda: who_saw(persons=[4711])):.1f} ms")

        def plain() -> None:
            with connection.cursor() as cursor:
                cursor.execute(_PLAIN, [[4711], [4711]])

        print(f"who saw a person, under the row policy {_ms(plain, 3):.1f} ms")


def _speed(rows: int, do: Callable[[], object]) -> str:
    """Rows a second by the clock on the wall, and by that of the processors (Python and backend), which load hardly moves."""
    before = _processor()
    took = _took(do)
    return f"{rows / took:,.0f} rows/s, {rows / (_processor() - before):,.0f} rows per CPU second"


def _processor() -> float:
    from django.db import connection

    backend = connection.connection.info.backend_pid
    fields = Path(f"/proc/{backend}/stat").read_text().rsplit(")", 1)[1].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _took(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _ms(do: Callable[[], object], rounds: int = 20) -> float:
    return 1000 * median(_took(do) for _round in range(rounds))


if __name__ == "__main__":
    main()
