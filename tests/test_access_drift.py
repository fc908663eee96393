"""The grants in force and the acts behind them, compared over the whole demo canton."""

import pytest
from django.db import ProgrammingError, connection
from django.utils import timezone

from suone.demo.seed import fill_in
from suone.ground.access.acting import Acting, Kind
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.records.consents.drift import find_drift
from suone.records.dossiers.models import Grant, OpeningAct
from suone.records.dossiers.services import call


@kept
def canton() -> None:
    fill_in()


def _change_one_grant(change: str) -> Grant:
    grant = Grant.objects.filter(because=OpeningAct.CONSENT, institution__isnull=False).earliest("pk")
    _unchecked("dossiers_grant", f"UPDATE dossiers_grant SET {change} WHERE id = {grant.pk}")
    return grant


def _unchecked(table: str, statement: str) -> None:
    """As if the checks that hold grants to their acts were not there."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_every_access_of_the_demo_follows_from_its_act(canton: None) -> None:
    assert Grant.objects.count() > 50
    assert set(Grant.objects.values_list("because", flat=True)) == {
        "notification",
        "consent",
        "hand_over",
        "medical_mandate",
    }

    found = find_drift()

    assert found == []


def test_nobody_but_a_job_compares(db: None) -> None:
    who = Acting(kind=Kind.STAFF, today=timezone.localdate(), institution_id=1, staff_id=1)

    with pytest.raises(ProgrammingError, match="not permitted"), acting_as(who):
        call("dossiers_drift")


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ("categories = 1", ["categories"]),
        ("power = 1", ["power"]),
        ("valid_until = valid_until + interval '1 year'", ["period"]),
        ("valid_until = greatest(valid_from, statement_timestamp())", ["missing"]),
        ("because_id = 0", ["unfounded", "missing"]),
        ("because = 'notification', because_id = 0", ["unfounded", "missing"]),
    ],
)
def test_a_grant_that_left_its_act_is_found(canton: None, change: str, kinds: list[str]) -> None:
    grant = _change_one_grant(change)

    found = find_drift()

    assert [drift.kind for drift in found] == kinds
    assert {drift.case_number for drift in found} == {grant.dossier.number}
    assert all(grant.dossier.number in drift.sentence for drift in found)


def test_a_withdrawal_that_left_its_grants_open_is_found(canton: None) -> None:
    grant = Grant.objects.filter(because=OpeningAct.CONSENT).earliest("pk")
    _unchecked("consents_consent", f"UPDATE consents_consent SET withdrawn_at = now() WHERE id = {grant.because_id}")

    found = find_drift()

    assert {drift.kind for drift in found} == {"unfounded"}
