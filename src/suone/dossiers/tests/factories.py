"""The smallest case file, and a way into it."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from suone.access.categories import ALL_BUT_HEALTH, Power
from suone.access.database import acting_as
from suone.appointments.models import Appointment
from suone.appointments.tests.factories import acting
from suone.dossiers.models import Dossier, OpeningAct
from suone.dossiers.services import Opening, Principal, open_dossier, open_grants
from suone.persons.services import find_or_create


def open_file(by: Appointment, *, last_name: str = "Muster") -> Dossier:
    """A case file about a new person, led by the institution of whoever opens it."""
    who = acting(by)
    with acting_as(who):
        person_id = find_or_create(
            who,
            ahv_number="",
            ahv_missing_reason="not yet registered",
            last_name=last_name,
            first_name="Peter",
            date_of_birth=date(1999, 4, 1),
            language="de",
        )
        return open_dossier(who, person_id=person_id)


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
