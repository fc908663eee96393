"""Who saw a person: one function, over all keys and cases, for those who may read the log."""

from datetime import date

import pytest
from django.db import Error, connection

from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry, RecordKind
from suone.ground.audit.queries import who_saw
from suone.ground.audit.services import record

pytestmark = pytest.mark.django_db
_JOB = acting_for_job("a test")


def _staff(*roles: Role) -> Acting:
    return Acting(Kind.STAFF, date(2026, 11, 23), institution_id=1, staff_id=2, roles=frozenset(roles))


_OFFICER = _staff(Role.DATA_PROTECTION_OFFICER)


@kept
def entries() -> list[int]:
    """Named, shown, in a case, in a case that was shown, and somebody else."""
    with acting_as(_JOB):
        record(_JOB, kind=RecordKind.READ, act="a", person_id=7)
        record(_JOB, kind=RecordKind.READ, act="b", persons_shown=[3, 7])
        record(_JOB, kind=RecordKind.READ, act="c", dossier_id=70)
        record(_JOB, kind=RecordKind.READ, act="d", dossiers_shown=[70, 90], persons_shown=[7])
        record(_JOB, kind=RecordKind.READ, act="e", person_id=3, dossier_id=90, dossiers_shown=[90], persons_shown=[3])
    return list(Entry.objects.order_by("id").values_list("id", flat=True))


@pytest.mark.parametrize("acting", [_OFFICER, _JOB])
def test_every_entry_that_names_or_showed_the_person_is_found_once(acting: Acting, entries: list[int]) -> None:
    with acting_as(acting):
        assert who_saw(persons=[7, 8], dossiers=[70]) == entries[3::-1]
        assert who_saw(persons=[7]) == [entries[3], entries[1], entries[0]]
        assert who_saw(dossiers=[70]) == [entries[3], entries[2]]
        assert who_saw(persons=[8]) == []
        assert who_saw() == []


def test_the_answer_comes_in_pages(entries: list[int]) -> None:
    with acting_as(_OFFICER):
        assert who_saw(persons=[7], dossiers=[70], most=2) == [entries[3], entries[2]]
        assert who_saw(persons=[7], dossiers=[70], before=entries[2], most=2) == [entries[1], entries[0]]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DATA_PROTECTION_OFFICER])
def test_nobody_else_is_answered(role: Role, entries: list[int]) -> None:
    with pytest.raises(Error, match="only whoever may read the log"), acting_as(_staff(role)):
        who_saw(persons=[7])


def test_while_nobody_acts_there_is_no_answer(entries: list[int]) -> None:
    with pytest.raises(Error, match="only whoever may read the log"):
        who_saw(persons=[7])


def test_the_indexes_are_used(entries: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM audit_entry WHERE persons_shown && '{7}' AND persons_shown <> '{}'")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "audit_entry_persons" in plan
