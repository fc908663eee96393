"""Past every service, a contributor moves a case as its procedure does by itself, in their own name, and no further."""

import pytest
from django.db import DatabaseError, connection, transaction

from suone.canton.procedures.tests.factories import published
from suone.casework.cases.models import Case
from suone.casework.leading.models import Course
from suone.casework.leading.tests.factories import notify
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import WORK, Cast, line

_PASSAGE = (
    'INSERT INTO leading_passage (dossier_id, version_id, from_phase, to_phase, round, "on", staff_id, reason)'
    " SELECT dossier_id, version_id, phase, '{to}', {round}, now(), actor_staff(), '' FROM leading_course"
    " WHERE dossier_id = %(case)s"
)
_MOVE = "UPDATE leading_course SET phase = '{to}', round = {round}, round_since = now() WHERE dossier_id = %(case)s"
_STATE = "UPDATE cases_case SET state = '{}' WHERE dossier_id = %(case)s"


@kept
def case(cast: Cast) -> Case:
    """On the way through a procedure; open to the adviser, who contributes."""
    return notify(cast, line(cast.adviser, WORK), procedure=published("vs-complex"))


def done(by: Appointment, case: Case, *statements: str) -> bool:
    """Whether the statements change something, in one transaction that is undone."""
    try:
        with transaction.atomic():
            with acting_as(acting(by)), connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement, {"case": case.pk})
                changed = bool(cursor.rowcount)
            transaction.set_rollback(True)
    except DatabaseError as error:
        refusal = str(error)
    else:
        return changed
    assert "the lead alone" in refusal, refusal
    return False


def move(to: str = "support", number: int = 2) -> str:
    return _MOVE.format(to=to, round=number)


def passage(to: str = "support", number: int = 2) -> str:
    return _PASSAGE.format(to=to, round=number)


def test_a_contributor_moves_a_case_with_a_passage_of_the_same_moment(cast: Cast, case: Case) -> None:
    assert done(cast.coordinator, case, move())
    assert not done(cast.adviser, case, move())
    assert done(cast.adviser, case, passage(), move())
    assert not done(cast.adviser, case, passage("network"), move())
    assert not done(cast.adviser, case, passage(number=3), move())
    assert not done(cast.adviser, case, passage(number=3), move(number=3))


def test_a_contributor_moves_a_case_to_no_other_version(cast: Cast, case: Case) -> None:
    other = published("vs-smz-iv")
    course = Course.objects.get(pk=case.pk)
    switch = f"UPDATE leading_course SET version_id = {other.pk}, phase = 'support' WHERE dossier_id = %(case)s"

    assert done(cast.coordinator, case, switch)
    assert not done(cast.adviser, case, passage(number=course.round), switch)


@pytest.mark.parametrize("state", ["closed", "rejected", "withdrawn", "suspended"])
def test_a_contributor_ends_or_rests_no_case(cast: Cast, case: Case, state: str) -> None:
    closing = ", closing_reason = 'other', outcome = 'none', closed_on = now()" if state == "closed" else ""
    statement = _STATE.format(state).replace(" WHERE", closing + " WHERE")

    assert done(cast.coordinator, case, statement)
    assert not done(cast.adviser, case, passage(), statement)


def test_the_state_follows_a_passage_and_nothing_else(cast: Cast, case: Case) -> None:
    assert not done(cast.adviser, case, _STATE.format("active"))
    assert done(cast.adviser, case, passage(), _STATE.format("active"))
    Case.objects.filter(pk=case.pk).update(state="suspended")
    assert not done(cast.adviser, case, passage(), _STATE.format("active"))
