"""The grants in force and the acts behind them, compared over the whole demo canton."""

import pytest
from django.db import connection

from suone.consents.drift import find_drift
from suone.demo.seed import fill_in
from suone.dossiers.models import Grant, OpeningAct


@pytest.fixture
def canton(db: None) -> None:
    fill_in()


def _change_one_grant(change: str) -> Grant:
    grant = Grant.objects.filter(because=OpeningAct.CONSENT, institution__isnull=False).earliest("pk")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE dossiers_grant SET {change} WHERE id = %s", [grant.pk])
    return grant


def test_every_access_of_the_demo_stands_on_its_act(canton: None) -> None:
    assert Grant.objects.count() > 50

    found = find_drift()

    assert found == []


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ("categories = 1", ["categories"]),
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
    with connection.cursor() as cursor:
        cursor.execute("UPDATE consents_consent SET withdrawn_at = now() WHERE id = %s", [grant.because_id])

    found = find_drift()

    assert {drift.kind for drift in found} == {"unfounded"}
