"""Through the policies alone, without a filter of the application."""

import pytest
from django.db import ProgrammingError, connection
from django.db.models import Model
from django.utils import timezone

from suone.casework.cases import services
from suone.casework.cases.models import Assignment, Case, Note, Participant, ParticipantState
from suone.casework.leading.tests.factories import activate, ask, do
from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.row_policies import fields_that_change
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast, line

TABLES = [Case, Assignment, Participant, Note]


@kept
def case(cast: Cast) -> Case:
    """Open to the adviser; with a note and everybody's part."""
    case = activate(cast, line(cast.adviser))
    do(
        cast.worker,
        services.write_note,
        dossier=case.dossier,
        text="works",
        category=DataCategory.EMPLOYMENT,
        kind="note",
    )
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


@pytest.mark.parametrize("table", [table for table in TABLES if fields_that_change(table)])
def test_an_outsider_changes_nothing(cast: Cast, case: Case, table: type[Model]) -> None:
    column = table._meta.get_field(min(fields_that_change(table))).column  # type: ignore[union-attr]

    with acting_as(acting(cast.stranger)), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table._meta.db_table} SET {column} = {column}")
        assert cursor.rowcount == 0


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


def _note(case: Case, by: Appointment) -> None:
    Note.objects.create(
        dossier=case.dossier,
        category=DataCategory.EMPLOYMENT,
        text="mine",
        language="de",
        staff=by,
        institution_id=by.institution_id,
    )


def test_a_recipient_contributes_and_an_outsider_does_not(cast: Cast, case: Case) -> None:
    with acting_as(acting(cast.adviser)):
        _note(case, cast.adviser)

    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(acting(cast.stranger)):
        _note(case, cast.stranger)


def test_whoever_is_asked_changes_their_own_part_and_no_other(cast: Cast, case: Case) -> None:
    ask(cast, case, cast.stranger)

    with acting_as(acting(cast.stranger)):
        assert Participant.objects.update(state=ParticipantState.TAKING_PART) == 1
        with pytest.raises(ProgrammingError, match="permission denied"), acting_as(acting(cast.stranger)):
            Participant.objects.update(institution_id=cast.worker.institution_id, state=ParticipantState.LEFT)

    assert Participant.objects.get(institution=cast.worker.institution).state == ParticipantState.TAKING_PART
