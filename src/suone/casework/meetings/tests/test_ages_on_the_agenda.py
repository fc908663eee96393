"""A fixed session is for the ages that the procedure names: somebody of another age is discussed with a reason alone."""

import pytest
from django.utils import timezone

from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.tests.factories import published
from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do, notify
from suone.casework.meetings import rules
from suone.casework.meetings.models import AgendaPoint, Meeting
from suone.casework.meetings.rules import Kind
from suone.casework.meetings.services.minutes import add_point
from suone.casework.meetings.tests.factories import convene
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import make_institution, make_staff
from suone.organisation.institutions.kinds import InstitutionKind
from suone.records.consents.models import Grantor
from suone.records.consents.tests.factories import Cast, line, terms
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.rules import Birth


@kept
def youth() -> ProcedureVersion:
    return published("vs-youth")


@kept
def t1(cast: Cast) -> Appointment:
    institution = make_institution("T1", kind=InstitutionKind.YOUTH_TRANSITION)
    return make_staff(institution, Role.FRONT_LINE_WORKER, last_name="Youth")


@kept
def session(cast: Cast, youth: ProcedureVersion, t1: Appointment) -> Meeting:
    return convene(cast, None, cast.adviser, by=t1, kind=Kind.FIXED_SESSION, minutes=180)


def born(years: int) -> Birth:
    return Birth(timezone.localdate().year - years, 1, 1)


def case_of(cast: Cast, t1: Appointment, youth: ProcedureVersion, years: int | None) -> Case:
    """Notified to T1; a parent signs for a minor."""
    signed = terms(grantor=Grantor.REPRESENTATIVE, grantor_name="Maria Muster") if years and years < 18 else terms()
    birth = born(years) if years else None
    return notify(cast, scope=[line(t1)], procedure=youth, date_of_birth=birth, terms=signed)


def put(t1: Appointment, session: Meeting, case: Case, title: str = "") -> AgendaPoint:
    point: AgendaPoint = do(t1, add_point, meeting=session, dossier=Dossier.objects.get(pk=case.pk), title=title)
    return point


@pytest.mark.parametrize("years", [15, 25, None])
def test_who_is_of_the_ages_or_of_unknown_age_is_put_on_the_agenda(
    cast: Cast, t1: Appointment, youth: ProcedureVersion, session: Meeting, years: int | None
) -> None:
    put(t1, session, case_of(cast, t1, youth, years))

    assert AgendaPoint.objects.filter(meeting=session).count() == 1


@pytest.mark.parametrize("years", [14, 26])
def test_who_is_of_another_age_is_put_there_with_a_reason_alone(
    cast: Cast, t1: Appointment, youth: ProcedureVersion, session: Meeting, years: int
) -> None:
    case = case_of(cast, t1, youth, years)

    with pytest.raises(Refused, match=f"The person is {years}; the procedure is for people from 15 to 25"):
        put(t1, session, case)
    put(t1, session, case, "leaves the second apprenticeship")

    assert AgendaPoint.objects.get(meeting=session).title == "leaves the second apprenticeship"


def test_without_ages_in_the_procedure_everybody_is_discussed() -> None:
    rules.check_age(70, None, reason="")
    rules.check_age(None, (15, 25), reason="")
    with pytest.raises(Refused):
        rules.check_age(26, (15, 25), reason=" ")
