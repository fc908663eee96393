"""Functions mean the tables and types that they were written for, whatever the caller has put in their place."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from suone.ground.access.database import acting_as
from suone.organisation.appointments.tests.factories import acting
from tests.test_side_doors import BACK_DATED, numbers
from tests.test_writes import World, world

__all__ = ["numbers", "world"]


def test_no_function_looks_where_the_caller_may_put_something(db: None) -> None:
    """The queue's functions are left out: they run with the rights of whoever calls them and guard nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang"
            " WHERE p.pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')"
            " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
            " AND p.proname NOT LIKE 'procrastinate\\_%' AND l.lanname IN ('sql', 'plpgsql')"
            " AND p.prosqlbody IS NULL AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c"
            " WHERE c ~ '^search_path=(public|register)(, public)?, pg_temp$') ORDER BY 1"
        )
        loose = [name for (name,) in cursor.fetchall()]

    assert loose == [], "end with SET search_path = public, pg_temp; or RETURN, BEGIN ATOMIC where it is to be inlined"


def test_no_function_waits_for_a_lock_that_anybody_can_take(db: None) -> None:
    """An advisory lock has no owner, and its key, such as the hash of a number, is there for all to read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace::regnamespace::text IN ('public', 'register')"
            " AND coalesce(pg_get_function_sqlbody(oid), prosrc) ~ 'pg_(try_)?advisory' AND prokind = 'f'"
        )

        assert cursor.fetchall() == []


@pytest.mark.parametrize("name", sorted(BACK_DATED))
def test_a_temporary_type_does_not_blind_the_stamp(world: World, numbers: dict[str, int], name: str) -> None:
    """As a letter of its own, "at" names no column, and the stamp would take the row for unfinished."""
    who, statement = BACK_DATED[name]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('CREATE DOMAIN pg_temp.text AS "char"')
        with acting_as(acting(world.staff(who))):
            cursor.execute(statement, numbers)
            (said,) = cursor.fetchone()
        transaction.set_rollback(True)

    assert timezone.now() - timedelta(days=1) < said if hasattr(said, "hour") else said == timezone.localdate()


@pytest.mark.parametrize(
    "call",
    ["dossiers_open_to(1, 1, 1, 1)", "dossiers_beginning('7', '8')", "appointments_officials()", "consents_chain(1)"],
)
def test_what_is_asked_for_thousands_of_rows_is_planned_with_the_question(db: None, call: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN SELECT * FROM {call}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Function Scan" not in plan
