"""The smallest case file, and a way into it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from suone.ground.access.categories import ALL_BUT_HEALTH, Power
from suone.ground.access.database import acting_as
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.rules import Birth
from suone.records.dossiers.services import open_dossier, open_grants

# An act of the tests' own: what opens a case is for the packages above.
TRIAL = "trial"
_TRIAL = """
CREATE TABLE trial_act (act_id bigint, dossier_id bigint, institution_id bigint, staff_id bigint, categories bigint,
                        power integer, valid_from timestamptz, valid_until timestamptz);
CREATE FUNCTION trial_act_allows(act bigint) RETURNS SETOF dossiers_allowance LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT t.*, 'consent'::text FROM trial_act t WHERE act IS NULL OR t.act_id = act; END;
INSERT INTO dossiers_act VALUES ('trial', 'trial_act_allows');
CREATE CONSTRAINT TRIGGER grants_within_acts AFTER UPDATE OR DELETE ON trial_act
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dossiers_grants_within_acts();
"""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a grant is for: an institution, or one staff member."""

    institution_id: int | None = None
    staff_id: int | None = None


def open_file(by: Appointment, **typed: Any) -> Dossier:
    """A case file about somebody, led by the institution of whoever opens it; as typed, as far as anything is."""
    usual: dict[str, Any] = {
        "ahv_number": "",
        "ahv_missing_reason": "" if typed.get("ahv_number") else "not yet registered",
        "last_name": "Muster",
        "first_name": "Peter",
        "birth": Birth(1999, 4, 1),
        "language": "de",
    }
    who = acting(by)
    with acting_as(who):
        return open_dossier(who, **usual | typed)


def let_in(
    by: Appointment,
    dossier: Dossier,
    whom: Principal,
    *,
    categories: int = ALL_BUT_HEALTH,
    power: Power = Power.READ,
    starts: datetime | None = None,
    ends: datetime | None = None,
    because: int = 1,
) -> None:
    """Open the case to somebody for a year, by an act of the tests' own with the number ``because``."""
    now = timezone.now()
    keep_act(
        because,
        dossier.pk,
        whom.institution_id,
        whom.staff_id,
        categories,
        int(power),
        starts or now,
        ends or now + timedelta(days=365),
    )
    who = acting(by)
    with acting_as(who):
        open_grants(who, dossier=dossier, act=TRIAL, act_id=because)


def keep_act(*row: object) -> None:
    """An act that allows somebody something, as its package would keep it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('trial_act')")
        if cursor.fetchone() == (None,):
            cursor.execute(_TRIAL)
        cursor.execute("INSERT INTO trial_act VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", row)


def change_act(change: str, because: int = 1) -> None:
    """What an act of the tests' own allows is changed: ``change`` is in SQL."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE trial_act SET {change} WHERE act_id = %s", [because])
