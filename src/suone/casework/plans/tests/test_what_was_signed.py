"""What was signed stays, and nobody makes a plan binding alone: SQL past every service, as the app's role."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.plans.models import Entry, Measure, Plan, Signature, SignerName
from suone.casework.plans.rules import Kind
from suone.casework.plans.tests.factories import again, all_sign, draft, of, person_signs, put_up, sign
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast

_PLAN = "UPDATE plans_plan SET {} WHERE id = %(plan)s"
_ENTRY = "UPDATE plans_entry SET text = 'x' WHERE plan_id = %(plan)s"
_LINES = (
    _ENTRY,
    "DELETE FROM plans_entry WHERE plan_id = %(plan)s",
    "INSERT INTO plans_entry (plan_id, dossier_id, line, kind, category, text, language, version)"
    " VALUES (%(plan)s, %(case)s, gen_random_uuid(), 'goal', 1, 'x', 'de', 1)",
    "UPDATE plans_measure SET title = 'x' WHERE plan_id = %(plan)s",
    "DELETE FROM plans_measure WHERE plan_id = %(plan)s",
)
_SIGN = (
    "UPDATE plans_signature SET state = 'signed', form = 'screen', signed_on = %(day)s WHERE id = %(signature)s"
    " RETURNING staff_id, recorded_by_id, (recorded_at AT TIME ZONE 'Europe/Zurich')::date"
)


@kept
def bound(cast: Cast, plan: Plan) -> Plan:
    return all_sign(cast, plan)


@kept
def out(cast: Cast, case: Case) -> Plan:
    """A plan of another kind for which the adviser's institution has still to sign."""
    plan = put_up(cast, draft(cast, case, kind=Kind.ACTION_PLAN))
    sign(cast.worker, plan)
    person_signs(cast.worker, plan)
    return again(plan)


def sent(by: Appointment, statement: str, plan: Plan, **values: Any) -> Any:
    """What the statement returns, or how many rows it touched, as somebody; kept if the database does not refuse."""
    with transaction.atomic(), acting_as(acting(by)), connection.cursor() as cursor:
        cursor.execute(statement, {"plan": plan.pk, "case": plan.dossier_id, **values})
        return cursor.fetchall() if cursor.description else cursor.rowcount


def refused(by: Appointment, statement: str, plan: Plan, **values: Any) -> bool:
    try:
        return not sent(by, statement, plan, **values)
    except DatabaseError as error:
        return "syntax" not in str(error)


@pytest.mark.parametrize("statement", _LINES)
def test_lines_are_written_in_a_draft_and_no_longer(
    cast: Cast, case: Case, bound: Plan, out: Plan, statement: str
) -> None:
    drafted = draft(cast, case, kind=Kind.TARGET_AGREEMENT)

    assert sent(cast.adviser, statement, drafted) == 1
    assert refused(cast.adviser, statement, bound)
    assert refused(cast.adviser, statement, out)


@pytest.mark.parametrize(
    "change",
    [
        "state = 'draft'",
        "state = 'in_signing'",
        "state = 'superseded'",
        "state = 'dropped'",
        "round = round + 1",
        "binding_on = now()",
        "put_up_on = now()",
        "put_up_by_id = actor_staff()",
    ],
)
def test_a_binding_plan_is_not_moved(cast: Cast, bound: Plan, change: str) -> None:
    for somebody in (cast.adviser, cast.worker, cast.coordinator):
        assert refused(somebody, _PLAN.format(change), bound)
    assert sent(cast.adviser, _PLAN.format("review_on = now(), reviewed_at = now()"), bound) == 1


@pytest.mark.parametrize("change", ["state = 'binding', binding_on = now()", "state = 'dropped'", "review_on = now()"])
def test_a_plan_in_signing_is_not_moved_but_taken_back(cast: Cast, out: Plan, change: str) -> None:
    assert refused(cast.adviser, _PLAN.format(change), out)
    assert sent(cast.adviser, _PLAN.format("state = 'draft'"), out) == 1


def test_a_plan_does_not_bind_while_a_signature_is_missing(cast: Cast, out: Plan) -> None:
    assert refused(cast.worker, "SELECT plans_bind(%(plan)s)", out)
    signature = of(out, cast.adviser)
    Signature.objects.filter(pk=signature.pk).update(state="declined")
    assert refused(cast.worker, "SELECT plans_bind(%(plan)s)", out)
    Signature.objects.filter(plan=out).update(state="released")
    assert refused(cast.worker, "SELECT plans_bind(%(plan)s)", out)  # of nobody


def test_a_plan_is_bound_by_contributors_alone(cast: Cast, out: Plan) -> None:
    Signature.objects.filter(plan=out, state="waiting").update(state="released")

    assert refused(cast.stranger, "SELECT plans_bind(%(plan)s)", out)
    sent(cast.adviser, "SELECT plans_bind(%(plan)s)", out)

    assert again(out).state == "binding"


def test_nobody_chooses_who_has_to_sign(cast: Cast, out: Plan) -> None:
    insert = (
        "INSERT INTO plans_signature (plan_id, dossier_id, round, institution_id, state, form)"
        " VALUES (%(plan)s, %(case)s, 2, %(institution)s, 'waiting', '')"
    )
    assert refused(cast.adviser, insert, out, institution=cast.adviser.institution_id)
    assert sent(cast.adviser, _PLAN.format("state = 'draft'"), out) == 1
    assert refused(cast.adviser, insert, out, institution=cast.adviser.institution_id)

    sent(cast.adviser, "SELECT plans_put_up(%(plan)s)", out)

    asked = Signature.objects.filter(plan=out, round=2).values_list("institution_id", "state")
    assert set(asked) == {(each, "waiting") for each in (cast.worker.institution_id, cast.adviser.institution_id, None)}
    assert again(out).put_up_by == cast.adviser


def test_a_signature_names_who_gave_it_on_a_day_after_the_submission(cast: Cast, out: Plan) -> None:
    today = timezone.localdate()
    signature = of(out, cast.adviser)
    day = {"signature": signature.pk}

    for wrong in (today - timedelta(days=1), today + timedelta(days=1), None):
        assert refused(cast.adviser, _SIGN, out, **day, day=wrong)
    for column in ("staff_id = 1", "recorded_by_id = 1", "recorded_at = now()", "round = 2", "institution_id = NULL"):
        assert refused(
            cast.adviser,
            f"UPDATE plans_signature SET {column} WHERE id = %(signature)s",
            out,
            **day,
        )

    assert sent(cast.adviser, _SIGN, out, **day, day=today) == [(cast.adviser.pk, cast.adviser.pk, today)]


def test_a_signature_of_an_earlier_round_is_given_no_more(cast: Cast, out: Plan) -> None:
    signature = of(out, cast.adviser)
    sent(cast.worker, _PLAN.format("state = 'draft'"), out)
    today = timezone.localdate()
    assert refused(cast.adviser, _SIGN, out, signature=signature.pk, day=today)

    put_up(cast, out)

    assert refused(cast.adviser, _SIGN, out, signature=signature.pk, day=today)
    assert sent(cast.adviser, _SIGN, out, signature=of(out, cast.adviser).pk, day=today)


def test_the_progress_of_a_measure_goes_on(cast: Cast, bound: Plan) -> None:
    statement = (
        "UPDATE plans_measure SET state = 'running', result = 'x', version = version + 1 WHERE plan_id = %(plan)s"
    )

    assert sent(cast.adviser, statement, bound) == 1
    assert Measure.objects.get(plan=bound).result == "x"
    assert Entry.objects.filter(plan=bound).exists()


def test_nobody_names_a_signer_beside_the_signature(cast: Cast, out: Plan) -> None:
    """Neither of somebody else's signature, nor of one's own before it is given or afterwards."""
    name = "INSERT INTO plans_signername (signature_id, dossier_id, name, staff_id) VALUES (%(signature)s, %(case)s, 'x', %(staff)s)"
    signed, waiting = of(out, cast.worker).pk, of(out, cast.adviser).pk

    Signature.objects.filter(pk=signed).update(recorded_at=timezone.now() - timedelta(hours=1))
    for by, signature in ((cast.worker, signed), (cast.adviser, signed), (cast.adviser, waiting)):
        assert refused(by, name, out, signature=signature, staff=by.pk)
    sign(cast.adviser, out, signer_name="Anna Muster")

    assert SignerName.objects.get(signature_id=waiting).name == "Anna Muster"
