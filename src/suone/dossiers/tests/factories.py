"""The smallest case file, and a way into it."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from suone.access.categories import ALL_BUT_HEALTH, Power
from suone.access.database import acting_as
from suone.appointments.models import Appointment
from suone.appointments.tests.factories import acting
from suone.dossiers.models import Dossier, OpeningAct
from suone.dossiers.rules import Birth
from suone.dossiers.services import Opening, Principal, open_dossier, open_grants


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
    """Open the case to somebody for a year, as an act numbered ``because`` would."""
    now = timezone.now()
    who = acting(by)
    with acting_as(who):
        open_grants(
            who,
            dossier=dossier,
            because=Opening(OpeningAct.CONSENT, because, "consent"),
            principals=[whom],
            categories=categories,
            power=power,
            valid_from=starts or now,
            valid_until=ends or now + timedelta(days=365),
        )
