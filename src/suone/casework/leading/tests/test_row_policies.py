"""Through the policies alone, without a filter of the application: what leading a case leaves behind."""

import pytest
from django.db import ProgrammingError, connection
from django.db.models import Model
from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.tests.factories import published
from suone.casework.cases.models import Case
from suone.casework.leading import services
from suone.casework.leading.models import Course, FactRemark, KnownFact, LevelChange, Passage, Triage
from suone.casework.leading.tests.factories import activate, do
from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast, line

TABLES = [Course, Passage, KnownFact, FactRemark, Triage, LevelChange]


@kept
def case(cast: Cast) -> Case:
    """Open to the adviser; triaged under a procedure, with a fact that somebody stated."""
    case = activate(cast, line(cast.adviser), procedure=published("vs-complex"))
    said = {"fact": Fact.PERSON_ASKED, "value": True, "remark": "by telephone"}
    do(cast.coordinator, services.record_fact, case=case, **said)
    return case


def seen(who: Acting, table: type[Model]) -> int:
    with acting_as(who):
        return table._default_manager.count()


@pytest.mark.parametrize("table", TABLES)
def test_lead_notifier_recipient_and_job_see_the_rows(cast: Cast, case: Case, table: type[Model]) -> None:
    for who in (acting(cast.worker), acting(cast.coordinator), acting(cast.adviser), acting_for_job("a test")):
        assert seen(who, table) == table._default_manager.count() > 0


@pytest.mark.parametrize("table", TABLES)
def test_an_outsider_and_nobody_in_particular_see_none(cast: Cast, case: Case, table: type[Model]) -> None:
    assert seen(acting(cast.stranger), table) == 0
    for kind in (Kind.PUBLIC, Kind.GUEST, Kind.SYSTEM, Kind.PERSON):
        assert seen(Acting(kind=kind, today=timezone.localdate()), table) == 0


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET dossier_id = dossier_id", "DELETE FROM {table}"])
def test_not_even_the_lead_moves_a_row_or_deletes_one(
    cast: Cast, case: Case, table: type[Model], statement: str
) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        acting_as(acting(cast.coordinator)),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table=table._meta.db_table))
