"""Rows of one case refer to no row of another: every foreign key between tables that name their case is tried."""

import pytest
from django.db import IntegrityError, connection, transaction

from tests.sweep.world import World

_KEYS = """
SELECT r.conrelid::regclass::text, a.attname, r.confrelid::regclass::text, k.attname
FROM pg_constraint r
JOIN pg_attribute a ON a.attrelid = r.conrelid AND a.attnum = r.conkey[1] AND a.attname <> 'dossier_id'
JOIN pg_attribute k ON k.attrelid = r.confrelid AND k.attnum = r.confkey[1]
WHERE r.contype = 'f' AND r.connamespace = 'public'::regnamespace
  AND 2 = (SELECT count(*) FROM pg_attribute d WHERE d.attname = 'dossier_id'
           AND (d.attrelid = r.conrelid OR d.attrelid = r.confrelid) AND r.conrelid <> r.confrelid)
   OR r.contype = 'f' AND r.conrelid = r.confrelid AND a.attname <> 'dossier_id'
  AND EXISTS (SELECT 1 FROM pg_attribute d WHERE d.attname = 'dossier_id' AND d.attrelid = r.conrelid)
ORDER BY 1, 2
"""


def test_no_row_refers_to_a_row_of_another_case(world: World) -> None:
    """Tried as the owner, whom no policy binds; what holds for a change holds for a new row, by the same trigger."""
    with connection.cursor() as cursor:
        cursor.execute(_KEYS)
        keys = cursor.fetchall()
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgtype & 22 = 22")  # before, both
        held = set(cursor.fetchall())

        assert len(keys) > 25
        assert {(table, f"one_case_{column}") for table, column, _, _ in keys} <= held
        for table, column, referred, key in keys:
            cursor.execute(
                f"SELECT c.ctid, p.{key} FROM {table} c, {referred} p"
                " WHERE c.dossier_id IS DISTINCT FROM p.dossier_id AND p.dossier_id IS NOT NULL LIMIT 1"
            )
            found = cursor.fetchone()
            assert found is not None, f"the world has no two cases with {table} and {referred}"
            with pytest.raises(IntegrityError, match="another case"), transaction.atomic():
                cursor.execute(f"UPDATE {table} SET {column} = %s WHERE ctid = %s", [found[1], found[0]])
