from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.tests.factories import published
from suone.casework.youth.services import keep_law
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import make_institution, make_staff
from suone.organisation.institutions.kinds import InstitutionKind
from suone.records.consents.tests.factories import Cast, make_cast


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _with_a_law(db: None, settings: Any) -> None:
    settings.YOUTH_NOTICE_LAW = "kantonales Jugendgesetz, Art. 5"
    settings.YOUTH_NOTICE_DAYS = 30
    keep_law(using="default")


@kept
def cast() -> Cast:
    return make_cast()


@kept
def youth() -> ProcedureVersion:
    return published("vs-youth")


@kept
def t1(cast: Cast, youth: ProcedureVersion) -> Appointment:
    """A youth worker at the one institution that receives young people."""
    institution = make_institution("T1", kind=InstitutionKind.YOUTH_TRANSITION)
    return make_staff(institution, Role.CONTACT_PERSON, Role.FRONT_LINE_WORKER, last_name="Youth")
