"""The database writes who acts, for which institution, and when; an entry cannot choose."""

from datetime import date, timedelta

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry, RecordKind, Seal
from suone.ground.audit.sealing import seal
from suone.ground.audit.services import record
from suone.ground.audit.verifying import verify

pytestmark = pytest.mark.django_db
_JOB = acting_for_job("a test")
_ROLES = frozenset({Role.CASE_MANAGER, Role.TANDEM})
_STAFF = Acting(kind=Kind.STAFF, today=date(2026, 11, 23), institution_id=3, staff_id=5, user_id=8, roles=_ROLES)
_SYSTEM = Acting(kind=Kind.SYSTEM, today=date(2026, 11, 23), institution_id=3, system_id=6)
_APPS = "INSERT INTO audit_entry (kind, act, object_type, recipients, legal_basis, purpose, details{more}) VALUES"
_VALUES = "('read', 'x', '', '{{}}', '', '', '{{}}'{more})"


def _do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _insert(column: str = "", value: str = "") -> None:
    more = (f", {column}", f", {value}") if column else ("", "")
    _do(f"{_APPS.format(more=more[0])} {_VALUES.format(more=more[1])}")


@pytest.mark.parametrize("acting", [_STAFF, _SYSTEM, _JOB])
def test_an_entry_says_who_acts_as_the_database_knows_it(acting: Acting) -> None:
    before = timezone.now()
    with acting_as(acting):
        record(_STAFF, kind=RecordKind.READ, act="test.read")  # whatever the caller believes

    entry = Entry.objects.get()
    assert (entry.acting_kind, entry.institution_id, entry.staff_id, entry.user_id, entry.system_id) == (
        acting.kind, acting.institution_id, acting.staff_id, acting.user_id, acting.system_id,
    )  # fmt: skip
    assert entry.roles == sorted(acting.roles)
    assert before <= entry.at <= timezone.now()


def test_inside_somebody_elses_act_each_entry_names_its_own_actor() -> None:
    with acting_as(_STAFF):
        with acting_as(_SYSTEM):
            _insert()
        _insert()

    assert list(Entry.objects.order_by("id").values_list("user_id", "system_id", "roles")) == [
        (None, 6, []), (8, None, sorted(_ROLES)),
    ]  # fmt: skip


@pytest.mark.parametrize(("role", "lock"), [("", "null value"), ("SET LOCAL ROLE suone_app", "row-level security")])
def test_while_nobody_acts_nothing_is_written_into_the_log(role: str, lock: str) -> None:
    with transaction.atomic():
        _do(role or "SELECT 1")
        with pytest.raises(Error, match=lock), transaction.atomic():
            _insert()

        _do("RESET ROLE")
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "7"),
        ("at", "now() - interval '1 year'"),
        ("at", "now() + interval '1 year'"),
        ("acting_kind", "'job'"),
        ("user_id", "1"),
        ("staff_id", "1"),
        ("institution_id", "1"),
        ("system_id", "1"),
        ("roles", "'{data_protection_officer}'"),
        ("salt", "'x'"),
        ("position", "0"),
    ],
)
def test_the_apps_role_cannot_fill_in_what_the_database_writes(column: str, value: str) -> None:
    with pytest.raises(Error, match="permission denied"), acting_as(_STAFF):
        _insert(column, value)


def test_the_columns_that_the_app_may_fill_in_are_these() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'audit_entry'::regclass AND attnum > 0"
            " AND has_column_privilege('suone_app', attrelid, attnum, 'INSERT')"
        )
        may = {name for (name,) in cursor.fetchall()}

    assert {field.column for field in Entry._meta.fields} - may == {
        "id", "at", "acting_kind", "user_id", "staff_id", "institution_id", "system_id", "roles", "salt", "position",
    }  # fmt: skip


def test_no_two_entries_have_the_same_salt() -> None:
    with acting_as(_JOB):
        for _number in range(20):
            _insert()

    salts = {bytes(salt) for salt in Entry.objects.values_list("salt", flat=True)}
    assert len(salts) == 20
    assert {len(salt) for salt in salts} == {16}


def test_a_deputy_is_named_with_the_colleague_who_is_away() -> None:
    with acting_as(_STAFF):
        record(_STAFF, kind=RecordKind.CHANGE, act="test.signed", on_behalf_of=9)

    entry = Entry.objects.get()
    assert (entry.staff_id, entry.on_behalf_of) == (5, 9)


def _write() -> int:
    with acting_as(_JOB):
        _insert()
    return Entry.objects.order_by("-id").values_list("id", flat=True)[0]


def _plant(at: str, number: str = "DEFAULT") -> int:
    """An entry with a time of its own, which only the owner can write."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (id, at, kind, act, acting_kind, object_type, recipients, legal_basis, purpose, details)"
            f" VALUES ({number}, {at}, 'read', 'x', 'job', '', '{{}}', '', '', '{{}}') RETURNING id"
        )
        (found,) = cursor.fetchone()
    return int(found)


@pytest.mark.parametrize(
    "at",
    ["now() - interval '1 hour'", "now() + interval '1 hour'", "'infinity'", "'-infinity'", "now() - interval '61 s'"],
)
def test_an_entry_whose_time_does_not_fit_is_sealed_and_named(at: str) -> None:
    _write()
    planted = _plant(at)

    seal()

    assert Seal.objects.get().misfits == [planted]
    assert [(finding.entry, "later than it says" in finding.sentence) for finding in verify().findings] == [
        (planted, True)
    ]


@pytest.mark.parametrize("at", ["'infinity'", "'-infinity'"])
def test_the_very_first_entry_has_no_neighbour_and_needs_a_real_time(at: str) -> None:
    planted = _plant(at)

    seal()

    assert Seal.objects.get().misfits == [planted]


def test_a_backdated_entry_in_a_gap_of_the_numbers_is_named_after_the_next_seal() -> None:
    """Number and time fit their neighbours; but it was written after the seal that should have had it."""
    first = _write()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('audit_entry', 'id'), %s)", [first + 5])
    _write()
    seal()
    _do(
        "UPDATE audit_entry SET at = at - interval '1 hour'; UPDATE audit_seal SET sealed_at = now() - interval '5 minutes'"
    )

    planted = _plant("now() - interval '1 hour'", str(first + 2))
    seal_in_order()

    assert Seal.objects.order_by("-id")[0].misfits == [planted]


def test_an_entry_of_a_transaction_that_took_long_is_no_misfit() -> None:
    """It was written before the last seal and became visible after it: its transaction had begun before."""
    first = _write()
    late = _plant("now() - interval '1 hour'")
    _do(f"UPDATE audit_entry SET at = at - interval '1 hour', position = {first} WHERE id = {first}")
    _write()
    _do(f"UPDATE audit_entry SET position = -1 WHERE id = {late}")  # not visible yet
    with transaction.atomic():
        seal_in_order()
    _do("UPDATE audit_seal SET sealed_at = now() - interval '5 minutes'")
    _do(f"UPDATE audit_entry SET position = NULL WHERE id = {late}")

    seal_in_order()

    assert Entry.objects.get(pk=late).position == 1
    assert Seal.objects.get(pk=2).misfits == []


def seal_in_order() -> None:
    with acting_as(_JOB), connection.cursor() as cursor:
        cursor.execute("SELECT audit_seal_waiting(100)")


@pytest.mark.parametrize("question", ["audit_seal_waiting(100)", "audit_copied(0, 9)"])
def test_only_a_job_seals_and_compares_copies(question: str) -> None:
    _write()
    with pytest.raises(Error, match="only a job"), acting_as(_STAFF), connection.cursor() as cursor:
        cursor.execute(f"SELECT {question}")


def test_misfits_stay_named_although_the_seal_is_cleaned() -> None:
    _write()
    _plant("now() - interval '1 hour'")
    seal()

    _do("UPDATE audit_seal SET misfits = '{}'")

    assert [finding.sentence for finding in verify().findings] == ["Seal 1 differs from what was anchored."]


def test_a_pause_longer_than_one_seal_is_caught_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suone.ground.audit.sealing.MOST", 3)
    for _number in range(7):
        _write()

    assert seal() == 7

    assert list(Seal.objects.order_by("id").values_list("size", flat=True)) == [3, 6, 7]
    assert verify().is_whole
    assert timezone.now() - Seal.objects.get(pk=3).sealed_at < timedelta(minutes=1)
