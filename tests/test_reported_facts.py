"""A fact that an act reports needs that act: past the services, too, nobody writes it into a case without one."""

import json
import re

import pytest
from django.db import ProgrammingError, connection, transaction

from suone.casework.cases.models import Case
from suone.casework.leading.models import KnownFact
from suone.casework.leading.tests.factories import activate, do
from suone.casework.meetings.services.minutes import hold_meeting
from suone.casework.meetings.tests.factories import convene
from suone.casework.plans.rules import Kind as PlanKind
from suone.casework.plans.services import begin_plan
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast, line, make_cast

_BY_WORD_ALONE = {"register_checked"}  # the register's log of questions names no case


@kept
def cast() -> Cast:
    return make_cast()


@kept
def case(cast: Cast) -> Case:
    return activate(cast, line(cast.adviser))


def writes(by: Appointment, case: Case, fact: str, value: object = True, *, is_stated: bool = False) -> bool:
    try:
        with acting_as(acting(by)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO leading_knownfact (dossier_id, fact, category, value, is_stated, staff_id, institution_id)"
                " VALUES (%s, %s, 10, %s, %s, %s, %s)",
                [case.pk, fact, json.dumps(value), is_stated, by.pk, by.institution_id],
            )
    except ProgrammingError as refused:
        if "no act of this case reports this fact" not in str(refused):
            raise
        return False
    return True


def reported() -> set[str]:
    """The facts of which the database says that an act reports them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_function_sqlbody('leading_is_reported'::regproc)")
        return set(re.findall(r"'(\w+)'", cursor.fetchone()[0]))


def triaged_before(case: Case) -> None:
    with connection.cursor() as cursor:
        for table, column in (("leading_triage", "decided_at"), ("leading_levelchange", "at")):
            cursor.execute(f"UPDATE {table} SET {column} = now() - interval '1 hour' WHERE dossier_id = %s", [case.pk])


def test_every_reported_fact_asks_for_its_act_but_one(cast: Cast, case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(facts) FROM leading_report")
        asked = {fact for (fact,) in cursor.fetchall()}

    assert len(asked) > 30
    assert asked == reported() - _BY_WORD_ALONE


def test_without_its_act_no_fact_is_reported_and_a_statement_stays_one(cast: Cast, case: Case) -> None:
    triaged_before(case)

    for fact in sorted(reported() - _BY_WORD_ALONE):
        assert not writes(cast.adviser, case, fact, 3 if fact == "services_running" else True), fact
        assert writes(cast.adviser, case, fact, is_stated=True), fact


def test_an_act_of_another_case_or_of_another_kind_reports_nothing(cast: Cast, case: Case) -> None:
    other = activate(cast, line(cast.adviser))
    meeting = convene(cast, other, cast.worker)
    do(cast.coordinator, begin_plan, dossier=other.dossier, kind=PlanKind.INTEGRATION_PLAN)

    assert not writes(cast.adviser, case, "meeting_convened")
    assert not writes(cast.adviser, case, "plan_drafted")
    assert writes(cast.adviser, other, "meeting_convened")
    assert not writes(cast.adviser, other, "meeting_convened", value=False)
    assert writes(cast.adviser, other, "plan_drafted")
    for kind in ("plan_binding_on", "target_agreement_binding_on", "labour_measures", "round_table_held_on"):
        assert not writes(cast.adviser, other, kind)

    do(cast.coordinator, hold_meeting, meeting=meeting, presences={})

    assert KnownFact.objects.filter(dossier=other.pk, fact="round_table_held_on").count() == 1
    assert writes(cast.adviser, other, "round_table_held_on", "2026-11-30")
    assert not writes(cast.adviser, other, "review_held_on", "2026-11-30")
    assert not writes(cast.adviser, case, "round_table_held_on", "2026-11-30")


def test_a_triage_is_reported_in_its_own_act_alone(cast: Cast, case: Case) -> None:
    assert KnownFact.objects.filter(dossier=case.pk, fact="triaged_on").exists()
    assert writes(cast.coordinator, case, "triaged_on", "2026-11-30")

    triaged_before(case)

    assert not writes(cast.coordinator, case, "triaged_on", "2026-11-30")


def test_the_app_registers_no_act(cast: Cast) -> None:
    for statement in ("DELETE FROM leading_report", "INSERT INTO leading_report VALUES ('actor_kind', '{}', true)"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(acting(cast.worker)),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
