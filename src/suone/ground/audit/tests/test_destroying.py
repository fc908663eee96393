"""An entry can be destroyed with its copy, and the log says so; nothing else is proven any less."""

import pytest
from django.db import Error, connection, transaction

from suone.ground.audit.models import Entry
from suone.ground.audit.sealing import seal
from suone.ground.audit.tests.conftest import do, write
from suone.ground.audit.verifying import verify

pytestmark = pytest.mark.django_db


def _destroy(*entries: int, reason: str = "kept long enough") -> None:
    do("SELECT audit_destroy(%s::bigint[], %s)", list(entries), reason)


def _copies() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM audit_copy.entry ORDER BY position")
        return [number for (number,) in cursor.fetchall()]


def test_a_destroyed_entry_is_reported_as_such_and_not_as_tampering(log: list[int]) -> None:
    assert _copies() == log

    _destroy(log[4], log[7])

    proof = verify()
    assert (proof.findings, proof.destroyed) == ([], 2)
    assert _copies() == [number for number in log if number not in (log[4], log[7])]
    logged = Entry.objects.get(act="log.destroyed")
    assert (logged.kind, logged.purpose, logged.details) == ("delete", "kept long enough", {"places": [4, 7]})
    seal()
    assert verify().is_whole


def test_what_is_deleted_beside_the_destroyed_is_found(log: list[int]) -> None:
    _destroy(log[4])
    do("DELETE FROM audit_entry WHERE id = %s", log[5])

    proof = verify()

    assert [finding.entry for finding in proof.findings] == [log[5]]
    assert proof.destroyed == 1


def test_a_changed_entry_is_found_although_it_is_declared_destroyed(log: list[int]) -> None:
    do("UPDATE audit_entry SET act = 'other' WHERE id = %s", log[4])
    do("INSERT INTO audit_entry (kind, act, acting_kind, object_type, recipients, legal_basis, purpose, details)"
       " VALUES ('delete', 'log.destroyed', 'job', '', '{}', '', 'x', '{\"places\": [4]}')")  # fmt: skip

    assert [finding.entry for finding in verify().findings] == [log[4]]


@pytest.mark.parametrize("which", ["waiting", "unknown", "of the log itself", "twice", "without a reason"])
def test_what_cannot_be_destroyed_is_refused(log: list[int], which: str) -> None:
    _destroy(log[0])
    itself = Entry.objects.get(act="log.destroyed").pk
    seal()
    write(1)
    entries, reason = {
        "waiting": ([Entry.objects.order_by("-id")[0].pk], "x"),
        "unknown": ([log[1], 10**9], "x"),
        "of the log itself": ([itself], "x"),
        "twice": ([log[0]], "x"),
        "without a reason": ([log[1]], " "),
    }[which]

    with pytest.raises(Error), transaction.atomic():
        _destroy(*entries, reason=reason)

    assert _copies()[0] == log[1]
