"""What was tried beside the row that an act writes: a child under a foreign parent, somebody else's name, an earlier day.

As in test_writes.py each attempt is SQL past every service, as the app's role with honest settings of the actor; all of
them in one world, each undone before the next.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Func
from django.utils import timezone

from suone.casework.cases.models import Background, Participant
from suone.casework.meetings.models import Entry as MeetingEntry
from suone.casework.meetings.models import Meeting
from suone.casework.support.models import Service
from suone.ground.access.acting import Acting
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.organisation.appointments.models import Appointment, HeldRole
from suone.organisation.appointments.tests.factories import acting, make_institution, make_staff
from suone.organisation.signin.models import FactorReset
from suone.records.consents.models import Consent
from suone.records.decisions.models import Decision, RequestText
from suone.records.workitems.models import WorkItem
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
_LINE = (
    "INSERT INTO dossiers_event (dossier_id, at, act, category, staff_id, institution_id, object_type, object_id, text,"
    " text_language) VALUES (%(ours)s, now(), '{act}', 10, %(stranger)s, %(stranger_institution)s, 'participant',"
    " %(asked)s, 'x', '')"
)
_MESSAGE = (
    "INSERT INTO inbox_message (staff_id, dossier_id, act, by_institution_id)"
    " VALUES (%(worker)s, %(ours)s, 'case.closed', %({institution})s)"
)
_INVITATION = (
    "INSERT INTO appointments_invitation (appointment_id, institution_id, address, language, token_hash, sent_by_id,"
    " expires_at) VALUES (%({whose})s, %(adviser_institution)s, 'somebody@example.ch', 'de', 'x', %(administrator)s,"
    " now() + interval '9 days')"
)
_OFFICE = "UPDATE institutions_institution SET is_iiz_office = NOT is_iiz_office"
_CONSENT = (
    "INSERT INTO consents_consent (dossier_id, purpose, valid_from, valid_until, is_recurring, oral_allowed, grantor,"
    " grantor_name, language, template_version, signature_form, signed_on, signed_at_place, recorded_at, recorded_by_id,"
    " recorded_institution_id) VALUES (%(ours)s, 'x', now(), now(), true, true, 'person', '', 'de', 'x', 'paper', now(), '',"
    " now() - interval '1 year', %({staff})s, %({institution})s) RETURNING recorded_at"
)
_RECIPIENT = (
    "INSERT INTO consents_consentrecipient (consent_id, dossier_id, institution_id, signed_categories, categories)"
    " VALUES (%({consent})s, %(ours)s, %(stranger_institution)s, 3, 3)"
)
_DISCLOSURE = (
    "INSERT INTO consents_disclosure (dossier_id, basis, purpose, form, giver_id, giver_staff_id, recipient_id, categories,"
    " conditions, consent_id, access_until, at) VALUES (%(ours)s, '{basis}', 'x', '{form}', %({giver})s, %({staff})s,"
    " %(stranger_institution)s, {categories}, '{{}}', {consent}, {until}, now() - interval '1 year') RETURNING at"
)


def _disclosed(**changes: str) -> str:
    usual = {
        "basis": "avig-85f-3", "form": "oral", "giver": "adviser_institution", "staff": "adviser", "categories": "3",
        "consent": "NULL", "until": "NULL",
    }  # fmt: skip
    return _DISCLOSURE.format(**usual | changes)


_ACCEPTED = {"basis": "hand-over", "giver": "worker_institution", "staff": "worker", "form": "access"}
_TRIAGE = (
    "INSERT INTO leading_triage (dossier_id, decided_by_id, reason, level, instrument, instrument_version, proposal, answers,"
    " decided_at) VALUES (%(ours)s, %({staff})s, 'x', 'simple', '', '', '{{}}', '{{}}', now() - interval '1 year')"
    " RETURNING decided_at"
)
_DOCUMENT = (
    "INSERT INTO documents_document (dossier_id, category, size, kind, removed_reason, stored_as, sha256, media_type, file_name,"
    " language, title, kept_at, kept_by_id, kept_institution_id) VALUES (%(ours)s, 1, 1, '', '', 'x', 'x', 'x', 'x', 'de', 'x',"
    " now() - interval '1 year', %({staff})s, %({institution})s) RETURNING kept_at"
)
_ANSWER = (
    "UPDATE decisions_decision SET state = 'accepted', answered_at = now() - interval '1 year', answered_by_id = %({staff})s"
    " WHERE id = %(decision)s RETURNING answered_at"
)
_RESET = (
    "INSERT INTO signin_factorreset (institution_id, holder_id, holder_account_id, asked_by_id, asked_account_id, at,"
    " is_approved) VALUES (%(adviser_institution)s, %(adviser)s, %(adviser_account)s, %({staff})s, %({account})s,"
    " now() - interval '1 year', false) RETURNING at"
)
_DECIDED = (
    "UPDATE signin_factorreset SET decided_by_id = %({staff})s, decided_account_id = %({account})s,"
    " decided_at = now() - interval '1 year' WHERE id = %(reset)s RETURNING decided_at"
)
_DONE = (
    "UPDATE workitems_workitem SET state = 'done', done_at = now() - interval '1 year', done_by_id = %({staff})s"
    " WHERE id = %(item)s RETURNING done_at"
)

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
        "SELECT plans_bind(%(plan)s)",
        "SELECT plans_put_up(%(plan)s)",
    ),
    "a plan of another case is submitted": (
        "adviser",
        "SELECT plans_put_up(%(their_plan)s)",
        "SELECT plans_put_up(%(plan)s)",
    ),
    "any line in the timeline by whoever was asked": (
        "stranger",
        _LINE.format(act="case.note_written"),
        _LINE.format(act="case.participant_declined"),
    ),
    "a message in another institution's name": (
        "adviser",
        _MESSAGE.format(institution="stranger_institution"),
        _MESSAGE.format(institution="adviser_institution"),
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
    "a consent that somebody else recorded": (
        "worker",
        _CONSENT.format(staff="coordinator", institution="worker_institution"),
        _CONSENT.format(staff="worker", institution="worker_institution"),
    ),
    "a consent recorded at another institution": (
        "worker",
        _CONSENT.format(staff="worker", institution="adviser_institution"),
        _CONSENT.format(staff="worker", institution="worker_institution"),
    ),
    "a recipient whom the person never signed for": (
        "worker",
        _RECIPIENT.format(consent="consent"),
        _RECIPIENT.format(consent="consent_of_now"),
    ),
    "a disclosure that a colleague made": ("adviser", _disclosed(staff="worker"), _disclosed()),
    "a disclosure that another institution made": ("adviser", _disclosed(giver="worker_institution"), _disclosed()),
    "a disclosure of what is closed to whoever records it": (
        "adviser",
        _disclosed(categories="2047 & ~16"),
        _disclosed(categories="2"),
    ),
    "a disclosure on a consent that names somebody else": (
        "adviser",
        _disclosed(basis="consent", consent="%(consent)s"),
        "",
    ),
    "a disclosure by a hand-over that was not accepted": ("adviser", _disclosed(**_ACCEPTED), ""),
    "access on another basis than a consent for years": (
        "coordinator",
        _disclosed(form="access", giver="coordinator_institution", staff="coordinator", until="current_date + 400"),
        _disclosed(form="access", giver="coordinator_institution", staff="coordinator", until="current_date + 300"),
    ),
    "a triage that somebody else decided": (
        "coordinator",
        _TRIAGE.format(staff="worker"),
        _TRIAGE.format(staff="coordinator"),
    ),
    "a document that somebody else kept": (
        "worker",
        _DOCUMENT.format(staff="coordinator", institution="worker_institution"),
        _DOCUMENT.format(staff="worker", institution="worker_institution"),
    ),
    "a document kept by another institution": (
        "worker",
        _DOCUMENT.format(staff="worker", institution="adviser_institution"),
        _DOCUMENT.format(staff="worker", institution="worker_institution"),
    ),
    "a document that nobody kept": (
        "worker",
        _DOCUMENT.format(staff="nobody", institution="worker_institution"),
        _DOCUMENT.format(staff="worker", institution="worker_institution"),
    ),
    "an answer that somebody else gave": ("stranger", _ANSWER.format(staff="worker"), _ANSWER.format(staff="stranger")),
    "an item that somebody else did": ("worker", _DONE.format(staff="adviser"), _DONE.format(staff="worker")),
    "a reset that somebody else asked for": (
        "administrator",
        _RESET.format(staff="coordinator", account="administrator_account"),
        _RESET.format(staff="administrator", account="administrator_account"),
    ),
    "a reset asked for with another's account": (
        "administrator",
        _RESET.format(staff="administrator", account="coordinator_account"),
        _RESET.format(staff="administrator", account="administrator_account"),
    ),
    "a reset that somebody else decided": (
        "administrator",
        _DECIDED.format(staff="coordinator", account="coordinator_account"),
        _DECIDED.format(staff="administrator", account="administrator_account"),
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
    asked_by = make_staff(cast.adviser.institution, last_name="Asking")
    reset = FactorReset.objects.create(
        institution_id=cast.adviser.institution_id,
        holder=cast.worker,
        holder_account=cast.worker.user,
        asked_by=asked_by,
        asked_account=asked_by.user,
    )
    consent = Consent.objects.get(pk=world.numbers["consent"])
    Consent.objects.filter(pk=consent.pk).update(recorded_in=1)
    WorkItem.objects.filter(pk=world.numbers["item"]).update(
        state="open", done_at=None, done_by=None, addressed=cast.worker.institution, category=1, settled_by=""
    )
    consent.pk = None
    consent.recorded_in = Func(function="actor_transaction")
    consent.save()
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
    entry = MeetingEntry.objects.create(
        meeting_id=made["meeting"],
        dossier=world.ours.dossier,
        kind="note",
        category=1,
        text="said",
        language="de",
        institution=cast.coordinator.institution,
        staff=cast.coordinator,
    )
    Background.objects.create(
        dossier=world.ours.dossier,
        kind="question",
        category=1,
        text="x",
        staff=cast.worker,
        institution=cast.worker.institution,
    )
    mandates = [
        Service.objects.create(
            dossier=world.ours.dossier,
            kind="medical_mandate",
            ordered_on=timezone.localdate(),
            ordered_by=cast.coordinator,
            ordering_institution=cast.coordinator.institution,
            institution=officer.institution,
            staff=officer,
            access_until=timezone.now() + timedelta(days=9),
            based_on_id=made["consent"],
        )
        for officer in (cast.physician, cast.adviser)
    ]
    return made | {
        "entry": entry.pk,
        "mandate": mandates[0].pk,
        "own_mandate": mandates[1].pk,
        "elsewhere": invited[0].institution_id,
        "plan": plan,
        "their_plan": their_plan,
        "asked": asked,
        "invited_elsewhere": invited[0].pk,
        "invited_here": invited[1].pk,
        "consent_of_now": consent.pk,
        "coordinator_institution": cast.coordinator.institution_id,
        "reset": reset.pk,
        "adviser_account": cast.adviser.user_id,
        "coordinator_account": cast.coordinator.user_id,
        "administrator_account": administrator.user_id,
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
    reasons = (
        "row-level security",
        "dated back",
        "past",
        "at work",
        "in another's name",
        "longer than",
        "another case",
        "contributor submits",
        "the lead alone",
        "its own answer",
        "its author alone",
        "the minutes are finished",
        "signature is settled",
    )
    assert any(reason in refusal for reason in reasons), refusal
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


BACK_DATED = {
    "a consent": ("worker", _CONSENT.format(staff="worker", institution="worker_institution")),
    "a disclosure": ("adviser", _disclosed()),
    "a triage": ("coordinator", _TRIAGE.format(staff="coordinator")),
    "a document": ("worker", _DOCUMENT.format(staff="worker", institution="worker_institution")),
    "an answer": ("stranger", _ANSWER.format(staff="stranger")),
    "an item that is done": ("worker", _DONE.format(staff="worker")),
    "a request to reset a factor": (
        "administrator",
        _RESET.format(staff="administrator", account="administrator_account"),
    ),
    "a reset that is decided": (
        "administrator",
        _DECIDED.format(staff="administrator", account="administrator_account"),
    ),
    "a line of the timeline": (
        "stranger",
        _LINE.format(act="case.participant_declined").replace("now()", "now() - interval '1 year'")
        + " RETURNING (SELECT max(at) FROM dossiers_event)",
    ),
    "the state of a participant": (
        "stranger",
        "UPDATE cases_participant SET state = 'declined', since = now() - interval '1 year' WHERE id = %(asked)s"
        " RETURNING since",
    ),
    "a note that is rewritten": (
        "worker",
        "UPDATE cases_note SET text = 'x' WHERE staff_id = %(worker)s AND category <> 4 RETURNING changed_at",
    ),
    "minutes that are rewritten": (
        "coordinator",
        "UPDATE meetings_entry SET text = 'x' WHERE id = %(entry)s RETURNING changed_at",
    ),
    "the lead": (
        "coordinator",
        "INSERT INTO cases_assignment (dossier_id, function, staff_id, valid_from, is_named)"
        " VALUES (%(theirs)s, 'case_manager', %(coordinator)s, now() - interval '1 year', true) RETURNING valid_from",
    ),
}


def test_the_database_alone_sets_the_time(world: World, numbers: dict[str, int]) -> None:
    """A year ago becomes now; a day is that of Switzerland."""
    dates = {}
    for name, (who, statement) in BACK_DATED.items():
        with transaction.atomic():
            with acting_as(acting(world.staff(who))), connection.cursor() as cursor:
                cursor.execute(statement, numbers)
                (dates[name],) = cursor.fetchone()
            transaction.set_rollback(True)

    days = {name: when if not isinstance(when, datetime) else timezone.localdate(when) for name, when in dates.items()}
    assert {name: day for name, day in days.items() if day != timezone.localdate()} == {}


_OF_OURS = "WHERE dossier_id = %(ours)s"
_ASKED = (
    "INSERT INTO cases_participant (dossier_id, institution_id, state, since)"
    " VALUES (%(ours)s, %(elsewhere)s, '{state}', now())"
)
_MANDATE = "UPDATE support_service SET {} WHERE id = %(mandate)s"
_OWN_MANDATE = "UPDATE support_service SET {} WHERE id = %(own_mandate)s"
# What the services leave to those who lead the case.
OF_THE_LEAD: dict[str, str] = {
    "the case is closed": "UPDATE cases_case SET state = 'closed', closed_on = now(), outcome = 'x', closing_reason = 'x' "
    + _OF_OURS,
    **{
        f"the case is {state}": f"UPDATE cases_case SET state = '{state}' {_OF_OURS}"
        for state in ("withdrawn", "suspended")
    },
    "the case moves without its procedure": f"UPDATE cases_case SET state = 'in_aftercare' {_OF_OURS}",
    "the level changes": f"UPDATE cases_case SET level = 'network' {_OF_OURS}",
    "a level is recorded": 'INSERT INTO leading_levelchange (dossier_id, from_level, to_level, reason, "on", staff_id,'
    " institution_id) VALUES (%(ours)s, '', 'complex', 'x', now(), actor_staff(), actor_institution())",
    "a triage": _TRIAGE.replace("%({staff})s", "actor_staff()").replace("{{}}", "{}"),
    "a partner is removed": "UPDATE cases_participant SET state = 'left' WHERE id = %(asked)s",
    "a partner is asked": _ASKED.format(state="asked"),
    "the own institution takes part unasked": _ASKED.format(state="taking_part").replace(
        "%(elsewhere)s", "actor_institution()"
    ),
    "what others recorded is deleted": f"DELETE FROM cases_background {_OF_OURS} AND kind = 'question'",
    "a mandate is opened for longer": _MANDATE.format("access_until = '2099-01-01'"),
    "a mandate is based on another consent": _MANDATE.format("based_on_id = %(consent_of_now)s"),
    "a mandate passes to somebody else": _MANDATE.format("staff_id = %(adviser)s"),
    "a mandate of others ends": _MANDATE.format("state = 'cancelled', ended_on = now()"),
    "an own mandate is opened for longer": _OWN_MANDATE.format("access_until = '2099-01-01'"),
    "an own mandate is based on another consent": _OWN_MANDATE.format("based_on_id = %(consent_of_now)s"),
}
# What nobody does for another institution.
OF_NOBODY = {
    "a partner takes part without its answer": "UPDATE cases_participant SET state = 'taking_part' WHERE id = %(asked)s",
    "a partner takes part unasked": _ASKED.format(state="taking_part"),
    "the reason of a state is deleted": f"DELETE FROM cases_background {_OF_OURS} AND kind = 'state_reason'",
}


def test_contributors_do_nothing_that_the_lead_alone_does(world: World, numbers: dict[str, int]) -> None:
    adviser, lead = acting(world.cast.adviser), acting(world.cast.coordinator)
    by_a_contributor = {name: _done(adviser, statement, numbers) for name, statement in OF_THE_LEAD.items()}
    by_the_lead = {name: _done(lead, statement, numbers) for name, statement in OF_THE_LEAD.items()}
    by_anybody = {
        name: (_done(adviser, statement, numbers), _done(lead, statement, numbers))
        for name, statement in OF_NOBODY.items()
    }

    assert {name: rows for name, rows in by_a_contributor.items() if rows} == {}
    assert {name: rows for name, rows in by_the_lead.items() if not rows} == {}
    assert {name: rows for name, rows in by_anybody.items() if any(rows)} == {}
    for change in ("state = 'running', started_on = now()", "access_until = access_until - interval '1 day'"):
        assert _done(adviser, _OWN_MANDATE.format(change), numbers) == 1


def test_minutes_are_rewritten_by_their_author_and_until_they_are_finished(
    world: World, numbers: dict[str, int]
) -> None:
    rewrite = "UPDATE meetings_entry SET text = 'x' WHERE id = %(entry)s"
    follow_up = "UPDATE meetings_entry SET version = version + 1 WHERE id = %(entry)s"
    colleague = make_staff(world.cast.coordinator.institution, Role.REGIONAL_COORDINATOR, last_name="Colleague")
    author = acting(world.cast.coordinator)

    assert (_done(acting(colleague), follow_up, numbers), _done(acting(colleague), rewrite, numbers)) == (1, 0)
    assert _done(author, rewrite, numbers) == 1

    Meeting.objects.filter(pk=numbers["meeting"]).update(state="held", minutes_finished_at=timezone.now())
    assert (_done(author, follow_up, numbers), _done(author, rewrite, numbers)) == (1, 0)
    for reopened in ("NULL", "now() + interval '1 day'"):
        statement = f"UPDATE meetings_meeting SET minutes_finished_at = {reopened} WHERE id = %(meeting)s"
        assert _done(author, statement, numbers) == 0


def test_a_contribution_is_rewritten_until_the_meeting_is_over(world: World, numbers: dict[str, int]) -> None:
    rewrite = "UPDATE meetings_entry SET text = 'x' WHERE id = %(entry)s"
    author = acting(world.cast.coordinator)
    MeetingEntry.objects.filter(pk=numbers["entry"]).update(kind="contribution")

    assert _done(author, rewrite, numbers) == 1
    Meeting.objects.filter(pk=numbers["meeting"]).update(state="held")
    assert _done(author, rewrite, numbers) == 0


def test_whoever_declined_learns_no_more_of_a_case_and_takes_part_by_being_asked_alone(
    world: World, numbers: dict[str, int]
) -> None:
    stranger = acting(world.cast.stranger)
    audience = "SELECT * FROM cases_audience(%(ours)s)"
    lead = "SELECT cases_lead_of_request(%(decision)s) AS lead WHERE cases_lead_of_request(%(decision)s) IS NOT NULL"
    takes_part = "UPDATE cases_participant SET state = 'taking_part' WHERE id = %(asked)s"
    tried = (audience, lead, takes_part)

    while_asked = [_done(stranger, statement, numbers) for statement in tried]
    Participant.objects.filter(pk=numbers["asked"]).update(state="declined")
    RequestText.objects.create(dossier=world.ours.dossier, decision_id=numbers["decision"], part="reason", text="No")
    answer = Decision.objects.filter(pk=numbers["decision"])
    answer.update(state="declined", answered_at=timezone.now())
    just_answered = [_done(stranger, statement, numbers) for statement in tried]
    answer.update(answered_at=timezone.now() - timedelta(hours=2))
    afterwards = [_done(stranger, statement, numbers) for statement in tried]

    assert while_asked == [1, 1, 1]
    assert just_answered == [1, 1, 0]  # time to notify them
    assert afterwards == [0, 0, 0]
