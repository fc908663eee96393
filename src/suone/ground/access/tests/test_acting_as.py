"""What the database knows about who acts, and for how long."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role

pytestmark = pytest.mark.django_db


def _staff(institution: int = 7, staff: int = 9, *roles: Role) -> Acting:
    return Acting(
        kind=Kind.STAFF, today=date(2026, 11, 23), institution_id=institution, staff_id=staff, roles=frozenset(roles)
    )


def _known() -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user::text, actor_kind(), actor_institution(), actor_staff()")
        row: tuple[object, ...] = cursor.fetchone()
    return row


def _do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _may(permission: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT actor_may(%s)", [permission])
        return bool(cursor.fetchone()[0])


def test_inside_the_database_knows_who_acts_and_outside_nobody_does() -> None:
    before = _known()

    with acting_as(_staff()):
        inside = _known()

    assert inside == ("suone_app", "staff", 7, 9)
    assert before == _known() == (before[0], None, None, None)
    assert before[0] != "suone_app"


def test_a_job_acts_for_no_institution() -> None:
    with acting_as(acting_for_job("testing")):
        assert _known() == ("suone_app", "job", None, None)


def test_the_database_knows_the_permissions_of_the_roles() -> None:
    with acting_as(_staff(7, 9, Role.DATA_PROTECTION_OFFICER)):
        assert _may("audit.read")
        assert not _may("case.notify")
    with acting_as(_staff()):
        assert not _may("audit.read")


def test_somebody_acting_inside_somebody_elses_act_steps_back_at_the_end() -> None:
    with acting_as(_staff(1, 2)):
        with acting_as(_staff(3, 4, Role.STEERING)):
            assert _known() == ("suone_app", "staff", 3, 4)
        assert _known() == ("suone_app", "staff", 1, 2)
        assert not _may("worklist.read")


def test_an_error_inside_brings_the_outer_actor_back_and_is_not_masked() -> None:
    with acting_as(_staff(1, 2)):
        with (
            pytest.raises(DatabaseError, match="division by zero"),
            acting_as(_staff(3, 4)),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1/0")
        assert _known() == ("suone_app", "staff", 1, 2)


def test_an_error_undoes_what_was_kept() -> None:
    _do("CREATE TEMPORARY TABLE kept (n int); GRANT ALL ON kept TO suone_app")

    def keep_and_fail() -> None:
        with acting_as(_staff()):
            _do("INSERT INTO kept VALUES (1)")
            raise ValueError("trouble")

    with pytest.raises(ValueError, match="trouble"):
        keep_and_fail()

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone() == (0,)


def test_a_page_that_reads_cannot_write() -> None:
    _do("CREATE TABLE written (n int); GRANT ALL ON written TO suone_app")

    with pytest.raises(DatabaseError, match="read-only transaction"), acting_as(_staff(), read_only=True):
        _do("INSERT INTO written VALUES (1)")

    with acting_as(_staff()):
        _do("INSERT INTO written VALUES (1)")  # the next act of the same connection may write again


@pytest.mark.parametrize("value", ["7; DROP TABLE x", "", "x"])
def test_a_setting_that_is_no_number_makes_nobody_act(value: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('suone.institution', %s, true)", [value])
        if value:
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute("SELECT actor_institution()")
        else:
            cursor.execute("SELECT actor_institution()")
            assert cursor.fetchone() == (None,)
