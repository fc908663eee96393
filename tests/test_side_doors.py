"""What was tried beside the row that an act writes: a child under a foreign parent, somebody else's name, an earlier day.

As in test_writes.py each attempt is SQL past every service, as the app's role with honest settings of the actor; all of
them in one world, each undone before the next.
"""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from suone.access.acting import Acting
from suone.access.database import acting_as
from suone.access.permissions import Role
from suone.appointments.models import Appointment, HeldRole
from suone.appointments.tests.factories import acting, make_institution, make_staff
from suone.cases.models import Participant
from suone.decisions.models import Decision, RequestText
from tests.test_writes import World, world

__all__ = ["world"]

_TEXT = (
    "INSERT INTO decisions_requesttext (dossier_id, decision_id, part, category, text, staff_id, institution_id)"
    " VALUES (%(theirs)s, %(handover_decision)s, 'reason', 10, 'x', %(stranger)s, %(stranger_institution)s)"
)
_ABSENCE = (
    "INSERT INTO appointments_absence (staff_id, deputy_id, first_day, last_day)"
    " VALUES (%({staff})s, %({deputy})s, now(), now())"
)
_PLAN = (
    "INSERT INTO plans_plan (dossier_id, kind, number, round, state, begun_at, begun_by_id, language, version, binding_on,"
    " put_up_on, put_up_by_id) VALUES (%(ours)s, 'integration', 7, 1, '{state}', now(), %(adviser)s, 'de', 1, {bound},"
    " now(), %(adviser)s) RETURNING id"
)
_SIGNED = (
    "INSERT INTO plans_signature (plan_id, dossier_id, round, institution_id, state, form, signed_on, signer_name, reason,"
    " recorded_at, recorded_by_id) VALUES (%(plan)s, %(ours)s, 1, %(worker_institution)s, '{state}', 'paper', now(), '', '',"
    " now(), %(worker)s)"
)
_LINE = (
    "INSERT INTO dossiers_event (dossier_id, at, act, category, staff_id, institution_id, object_type, object_id, text,"
    " text_language) VALUES (%(ours)s, now(), '{act}', 10, %(stranger)s, %(stranger_institution)s, 'participant',"
    " %(asked)s, 'x', '')"
)
_MESSAGE = (
    "INSERT INTO inbox_message (staff_id, dossier_id, act, by_institution_id)"
    " VALUES (%(worker)s, NULL, 'x', %({institution})s)"
)
_INVITATION = (
    "INSERT INTO appointments_invitation (appointment_id, institution_id, address, language, token_hash, sent_by_id,"
    " expires_at) VALUES (%({whose})s, %(adviser_institution)s, 'somebody@example.ch', 'de', 'x', %(administrator)s,"
    " now() + interval '9 days')"
)
_OFFICE = "UPDATE institutions_institution SET is_iiz_office = NOT is_iiz_office"

# The same statement in its honest form goes through: the attempt is refused for its reason alone.
ATTEMPTS: dict[str, tuple[str, str, str]] = {
    "a reason under a request of a case that somebody else leads": ("stranger", _TEXT, ""),
    "an absence of another institution": (
        "coordinator",
        _ABSENCE.format(staff="adviser", deputy="coordinator"),
        _ABSENCE.format(staff="coordinator", deputy="nobody"),
    ),
    "somebody of another institution stands in": (
        "adviser",
        _ABSENCE.format(staff="adviser", deputy="stranger"),
        _ABSENCE.format(staff="adviser", deputy="administrator"),
    ),
    "a plan that binds without signatures": (
        "adviser",
        _PLAN.format(state="binding", bound="now()"),
        _PLAN.format(state="draft", bound="NULL"),
    ),
    "a plan is bound before anybody signed": (
        "adviser",
        "UPDATE plans_plan SET state = 'binding', binding_on = now() WHERE id = %(plan)s",
        "UPDATE plans_plan SET state = 'in_signing' WHERE id = %(plan)s",
    ),
    "a signature of another institution": ("adviser", _SIGNED.format(state="signed"), _SIGNED.format(state="waiting")),
    "a signature under a plan of another case": (
        "adviser",
        _SIGNED.format(state="waiting").replace("%(plan)s", "%(their_plan)s"),
        _SIGNED.format(state="waiting"),
    ),
    "any line in the timeline by whoever was asked": (
        "stranger",
        _LINE.format(act="case.note_written"),
        _LINE.format(act="case.participant_declined"),
    ),
    "a message in another institution's name": (
        "stranger",
        _MESSAGE.format(institution="adviser_institution"),
        _MESSAGE.format(institution="stranger_institution"),
    ),
    "a link to an appointment of another institution": (
        "administrator",
        _INVITATION.format(whose="invited_elsewhere"),
        _INVITATION.format(whose="invited_here"),
    ),
    "another institution becomes the office": (
        "coordinator",
        _OFFICE,
        "UPDATE institutions_institution SET name_de = 'X' WHERE id = %(worker_institution)s",
    ),
    "a role that ended long ago": (
        "administrator",
        "SELECT appointments_end_role(%(held)s, current_date - 200)",
        "SELECT appointments_end_role(%(held)s, current_date + 9)",
    ),
    "an appointment that ended long ago": (
        "administrator",
        "UPDATE appointments_appointment SET active_until = current_date - 9 WHERE id = %(adviser)s",
        "UPDATE appointments_appointment SET active_until = current_date + 9 WHERE id = %(adviser)s",
    ),
}


@pytest.fixture
def numbers(world: World) -> dict[str, int | None]:
    cast = world.cast
    administrator = make_staff(cast.adviser.institution, Role.INSTITUTION_ADMINISTRATOR, last_name="Administrator")
    invited = [
        Appointment.objects.create(institution=institution, first_name="In", last_name="Vited")
        for institution in (make_institution("SVA"), cast.adviser.institution)
    ]
    world.cast.__dict__["administrator"] = administrator
    with connection.cursor() as cursor:
        made = world.numbers | {"administrator": administrator.pk, "nobody": None}
        cursor.execute(_PLAN.format(state="draft", bound="NULL"), made)
        (plan,) = cursor.fetchone()
        cursor.execute(_PLAN.format(state="draft", bound="NULL").replace("%(ours)s", "%(theirs)s"), made)
        (their_plan,) = cursor.fetchone()
        cursor.execute("UPDATE plans_plan SET kind = 'other', put_up_on = NULL, put_up_by_id = NULL")
        cursor.execute("SELECT id FROM cases_participant WHERE institution_id = %s", [cast.stranger.institution_id])
        (asked,) = max(cursor.fetchall())
    return made | {
        "plan": plan,
        "their_plan": their_plan,
        "asked": asked,
        "invited_elsewhere": invited[0].pk,
        "invited_here": invited[1].pk,
        "held": HeldRole.objects.get(appointment=cast.adviser).pk,
    }


def _done(who: Acting, statement: str, values: Mapping[str, object]) -> int:
    """How many rows it touched, or 0 where the database refuses; undone in any case."""
    try:
        with transaction.atomic():
            with acting_as(who), connection.cursor() as cursor:
                cursor.execute(statement, values)
                touched = cursor.rowcount
            transaction.set_rollback(True)
    except DatabaseError as error:
        refusal = str(error)
    else:
        return touched
    assert any(word in refusal for word in ("row-level security", "dated back", "past", "at work")), refusal
    return 0


def test_beside_the_acts_nothing_is_forged_and_nothing_is_dated_back(world: World, numbers: dict[str, int]) -> None:
    done = {name: _done(acting(world.staff(who)), statement, numbers) for name, (who, statement, _) in ATTEMPTS.items()}
    honest = {
        name: _done(acting(world.staff(who)), statement, numbers)
        for name, (who, _, statement) in ATTEMPTS.items()
        if statement
    }

    assert {name: rows for name, rows in done.items() if rows} == {}
    assert {name: rows for name, rows in honest.items() if rows != 1} == {}


def test_whoever_declined_learns_no_more_of_a_case_and_takes_part_by_being_asked_alone(
    world: World, numbers: dict[str, int]
) -> None:
    stranger = acting(world.cast.stranger)
    concerned = "SELECT * FROM cases_concerned(%(ours)s)"
    lead = "SELECT cases_lead_of_request(%(decision)s) AS lead WHERE cases_lead_of_request(%(decision)s) IS NOT NULL"
    takes_part = "UPDATE cases_participant SET state = 'taking_part' WHERE id = %(asked)s"
    tried = (concerned, lead, takes_part)

    while_asked = [_done(stranger, statement, numbers) for statement in tried]
    Participant.objects.filter(pk=numbers["asked"]).update(state="declined")
    RequestText.objects.create(dossier=world.ours.dossier, decision_id=numbers["decision"], part="reason", text="No")
    answer = Decision.objects.filter(pk=numbers["decision"])
    answer.update(state="declined", answered_at=timezone.now())
    just_answered = [_done(stranger, statement, numbers) for statement in tried]
    answer.update(answered_at=timezone.now() - timedelta(hours=2))
    afterwards = [_done(stranger, statement, numbers) for statement in tried]

    assert while_asked == [1, 1, 1]
    assert just_answered == [1, 1, 0]  # time to tell those concerned
    assert afterwards == [0, 0, 0]
