"""How fast the log is sealed and verified: 200'000 entries in a database of its own on the embedded server."""

import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
_ROWS = 200_000
_FILL = """
INSERT INTO audit_entry (kind, act, acting_kind, staff_id, institution_id, roles, dossier_id, person_id, object_type,
                         object_id, recipients, legal_basis, purpose, details)
SELECT 'read', 'consent.read', 'staff', n %% 500, n %% 20, '{case_manager}', n %% 9000, n %% 9000, 'consent', n, '{3,4}',
       'iiz-consent', 'bench', jsonb_build_object('n', n) FROM generate_series(1, %s) n
"""


def main() -> None:
    """Print rows per second for sealing and verifying."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from suone.audit.anchors import anchor
    from suone.audit.sealing import seal
    from suone.audit.verifying import verify
    from suone.config import embedded, prepare

    embedded.start(settings.VAR)
    prepare.prepare_embedded(settings.VAR)
    owner = settings.DATABASES["owner"]
    connection.settings_dict.update(
        {part: owner[part] for part in ("HOST", "PORT", "USER", "PASSWORD") if part in owner}
    )
    connection.settings_dict["TEST"]["NAME"] = f"bench_audit_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, serialize=False)
    with tempfile.TemporaryDirectory() as folder:
        settings.KEYS_FOLDER, settings.ANCHOR_FOLDER = Path(folder), folder
        try:
            with connection.cursor() as cursor:
                cursor.execute(_FILL, [_ROWS])
            began = time.perf_counter()
            seal()
            sealed = time.perf_counter()
            anchor()
            middle = time.perf_counter()
            assert verify().is_whole
            ended = time.perf_counter()
        finally:
            connection.creation.destroy_test_db(str(settings.DATABASES["default"]["NAME"]), verbosity=0)
    print(f"sealing {_ROWS / (sealed - began):,.0f} rows/s, verifying {_ROWS / (ended - middle):,.0f} rows/s")


if __name__ == "__main__":
    main()
