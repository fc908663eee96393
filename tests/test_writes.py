"""Writes as strong as reads: what was tried as the app's role with honest settings of the actor, and must not work.

Each attempt is SQL past every service, as a fault in the application or somebody who took it over would send it. It is
refused by the database, or touches no row. The catalogue tests below hold for every table and function there is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from suone.casework.cases.models import Case, Participant
from suone.casework.cases.rules import NoteKind
from suone.casework.cases.services import write_note
from suone.casework.handovers.tests.factories import propose, publish_handovers
from suone.casework.leading.tests.factories import activate, ask, do, notify
from suone.casework.meetings.models import Invitee
from suone.casework.meetings.tests.factories import convene
from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as, counting
from suone.ground.access.row_policies import RowPolicies, Stamp, TableRights
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.models import Consent
from suone.records.consents.tests.factories import WORK, Cast, line, make_cast
from suone.records.dossiers.models import Grant, OpeningAct
from suone.records.workitems.models import WorkItem

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "suone"
OWN_MODELS = [
    model
    for config in apps.get_app_configs()
    if config.name.startswith("suone.")
    for model in config.get_models(include_auto_created=True)
]


@dataclass
class World:
    """Two cases that have nothing to do with each other, and what lies in them."""

    cast: Cast
    ours: Case  # notified by the worker, led by the office too, open to the adviser for work
    theirs: Case  # notified by the stranger, who alone reaches into it
    numbers: dict[str, int]

    def staff(self, name: str) -> Appointment:
        found: Appointment = getattr(self.cast, name)
        return found


@kept
def world() -> World:
    cast = make_cast()
    publish_handovers()
    ours = activate(cast, line(cast.adviser, WORK))
    theirs = notify(cast, by=cast.stranger, last_name="Fremd")
    decision = ask(cast, ours, cast.stranger)
    handover = propose(cast)
    meeting = convene(cast, ours)
    for category in (DataCategory.FINANCES, DataCategory.HEALTH):
        do(cast.worker, write_note, dossier=ours.dossier, text="said", category=category, kind=NoteKind.NOTE)
    return World(
        cast,
        ours,
        theirs,
        {
            "ours": ours.pk,
            "theirs": theirs.pk,
            "their_person": theirs.dossier.person_id,
            "consent": Consent.objects.filter(dossier=ours.pk).earliest("pk").pk,
            "decision": decision.pk,
            "handover": handover.pk,
            "handover_decision": handover.decision_id,
            "participant": Participant.objects.filter(dossier=ours.pk).earliest("pk").pk,
            "meeting": meeting.pk,
            "invitee": Invitee.objects.filter(meeting=meeting).latest("pk").pk,
            "item": WorkItem.objects.filter(dossier=ours.pk).latest("pk").pk,
            "worker": cast.worker.pk,
            "worker_institution": cast.worker.institution_id,
            "adviser": cast.adviser.pk,
            "adviser_institution": cast.adviser.institution_id,
            "coordinator": cast.coordinator.pk,
            "stranger": cast.stranger.pk,
            "stranger_institution": cast.stranger.institution_id,
            "physician": cast.physician.pk,
        },
    )


def _sent(who: Acting, statement: str, values: Mapping[str, object]) -> int:
    """How many rows a statement touched or gave, as the app's role; the database's refusal comes through."""
    with transaction.atomic(), acting_as(who), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return len(cursor.fetchall()) if cursor.description else cursor.rowcount


def _gets_nowhere(who: Acting, statement: str, values: Mapping[str, object]) -> bool:
    try:
        return _sent(who, statement, values) == 0
    except DatabaseError as error:
        refusal = str(error)
    # A mistake in the test's own SQL is no refusal; a function or an argument that is no more is one.
    return "syntax" not in refusal and ("does not exist" not in refusal or "function" in refusal)


_CASE_TABLES = (
    ("decisions_decision", "decision"),
    ("cases_participant", "participant"),
    ("meetings_invitee", "invitee"),
    ("meetings_meeting", "meeting"),
    ("workitems_workitem", "item"),
    ("consents_consent", "consent"),
    ("handovers_handover", "handover"),
)
ATTEMPTS: dict[str, tuple[str, str]] = {
    # What places a row never changes.
    **{
        f"{table} moves to a foreign case": ("coordinator", f"UPDATE {table} SET dossier_id = %(theirs)s")
        for table, _row in _CASE_TABLES
    },
    "a hand-over is pointed at a foreign case by whoever is asked": (
        "adviser",
        "UPDATE handovers_handover SET dossier_id = %(theirs)s WHERE id = %(handover)s",
    ),
    "a hand-over gets another receiver": (
        "worker",
        "UPDATE handovers_handover SET receiver_id = %(stranger_institution)s WHERE id = %(handover)s",
    ),
    "a hand-over is widened after it was proposed": (
        "worker",
        "UPDATE handovers_handover SET categories = 2047 WHERE id = %(handover)s",
    ),
    "a hand-over is opened before it is accepted": (
        "adviser",
        "SELECT handovers_open(%(handover)s)",
    ),
    "an invitation moves to another institution": (
        "coordinator",
        "UPDATE meetings_invitee SET institution_id = %(stranger_institution)s WHERE id = %(invitee)s",
    ),
    "a participant becomes another institution": (
        "coordinator",
        "UPDATE cases_participant SET institution_id = %(stranger_institution)s WHERE id = %(participant)s",
    ),
    "somebody invites themselves to a foreign meeting": (
        "stranger",
        "INSERT INTO meetings_invitee (meeting_id, institution_id, role, answer, presence)"
        " VALUES (%(meeting)s, %(stranger_institution)s, 'invited', 'waiting', 'unknown')",
    ),
    "somebody invites themselves under the number of an own case": (
        "stranger",
        "INSERT INTO meetings_invitee (meeting_id, dossier_id, institution_id, role, answer, presence)"
        " VALUES (%(meeting)s, %(theirs)s, %(stranger_institution)s, 'invited', 'waiting', 'unknown')",
    ),
    # Categories, and what is not seen.
    "notes move into another category": ("adviser", "UPDATE cases_note SET category = 1"),
    "documents move into another category": ("adviser", "UPDATE documents_document SET category = 1"),
    "work items move into another category": ("adviser", "UPDATE workitems_workitem SET category = 1"),
    "a note in a closed category is overwritten": ("adviser", "UPDATE cases_note SET text = 'gone', version = 2"),
    "a note of another institution is overwritten": (
        "adviser",
        "UPDATE cases_note SET text = 'gone' WHERE institution_id <> %(adviser_institution)s",
    ),
    # What was signed, decided, given.
    "a reader back-dates the end of a consent": (
        "adviser",
        "UPDATE consents_consent SET withdrawn_at = now() - interval '1 year' WHERE id = %(consent)s",
    ),
    "a signed consent is lengthened": (
        "coordinator",
        "UPDATE consents_consent SET valid_until = valid_until + 3650 WHERE id = %(consent)s",
    ),
    "a signed purpose is rewritten": (
        "coordinator",
        "UPDATE consents_consent SET purpose = 'Anything' WHERE id = %(consent)s",
    ),
    "a recipient gets more than was signed": ("coordinator", "UPDATE consents_consentrecipient SET categories = 2047"),
    "a recipient is added with more than was signed": (
        "coordinator",
        "INSERT INTO consents_consentrecipient (consent_id, dossier_id, institution_id, signed_categories, categories)"
        " VALUES (%(consent)s, %(ours)s, %(stranger_institution)s, 1, 2047)",
    ),
    "a case number is rewritten": (
        "adviser",
        "UPDATE dossiers_dossier SET number = '2020-0001' WHERE id = %(ours)s",
    ),
    "a case gets another person": (
        "coordinator",
        "UPDATE dossiers_dossier SET person_id = %(their_person)s WHERE id = %(ours)s",
    ),
    "a contributor ends the lead": ("adviser", "UPDATE cases_assignment SET valid_until = now()"),
    "a contributor names a lead": (
        "adviser",
        "INSERT INTO cases_assignment (dossier_id, function, staff_id, valid_from, is_named)"
        " VALUES (%(ours)s, 'case_manager', %(adviser)s, now(), true)",
    ),
    "a lead in the past is rewritten": (
        "coordinator",
        "UPDATE cases_assignment SET staff_id = %(adviser)s",
    ),
    "a triage is rewritten": ("coordinator", "UPDATE leading_triage SET level = 'complex'"),
    "an asking institution accepts in place of the one asked": (
        "coordinator",
        "UPDATE decisions_decision SET state = 'accepted', answered_at = now(), answered_by_id = actor_staff()"
        " WHERE id = %(decision)s",
    ),
    "an answer is given in advance": (
        "coordinator",
        "INSERT INTO decisions_decision (dossier_id, case_number, kind, asked_institution_id, addressed_id, due_on,"
        " remind_on, state, answered_at) SELECT dossier_id, case_number, kind, asked_institution_id, addressed_id, due_on,"
        " remind_on, 'accepted', now() FROM decisions_decision",
    ),
    "the reason of an answer is written by whoever asked and does not answer": (
        "worker",
        "INSERT INTO decisions_requesttext (dossier_id, decision_id, part, category, text, staff_id, institution_id)"
        " VALUES (%(theirs)s, %(decision)s, 'reason', 10, 'x', %(worker)s, %(worker_institution)s)",
    ),
    "the background of a foreign case is written": (
        "worker",
        "INSERT INTO cases_background (dossier_id, kind, category, risk_factor, text, staff_id, institution_id)"
        " VALUES (%(theirs)s, 'question', 1, '', 'x', %(worker)s, %(worker_institution)s)",
    ),
    "the background is written in somebody else's name": (
        "worker",
        "INSERT INTO cases_background (dossier_id, kind, category, risk_factor, text, staff_id, institution_id)"
        " VALUES (%(ours)s, 'question', 1, '', 'x', %(adviser)s, %(adviser_institution)s)",
    ),
    # Other people's files, names, and the log.
    "a line in the timeline of a foreign file": (
        "worker",
        "INSERT INTO dossiers_event (dossier_id, at, act, category, staff_id, institution_id, object_type, text,"
        " text_language) VALUES (%(theirs)s, now(), 'note.written', 10, %(worker)s, %(worker_institution)s, '', 'x', '')",
    ),
    "a line of the timeline for another institution": (
        "worker",
        "INSERT INTO dossiers_event (dossier_id, at, act, category, staff_id, institution_id, object_type, text,"
        " text_language) VALUES (%(ours)s, now(), 'note.written', 10, %(worker)s, %(adviser_institution)s, '', 'x', '')",
    ),
    "whoever is asked writes what they like into the timeline": (
        "stranger",
        "INSERT INTO dossiers_event (dossier_id, at, act, category, staff_id, institution_id, object_type, text,"
        " text_language)"
        " VALUES (%(ours)s, now(), 'note.written', 10, %(stranger)s, %(stranger_institution)s, '', 'x', '')",
    ),
    "a note in somebody else's name": (
        "adviser",
        "INSERT INTO cases_note (dossier_id, category, kind, text, language, staff_id, institution_id, version,"
        " redaction_reason)"
        " VALUES (%(ours)s, 1, 'note', 'x', 'de', %(worker)s, %(worker_institution)s, 1, '')",
    ),
    "a grant is written past the functions": (
        "coordinator",
        "INSERT INTO dossiers_grant (dossier_id, staff_id, categories, power, valid_from, because,"
        " because_id, legal_basis) VALUES (%(ours)s, %(coordinator)s, 2047, 3, now(), 'consent',"
        " 1, 'consent')",
    ),
    **{
        f"a grant is changed past the functions: {change}": (
            "coordinator",
            f"UPDATE dossiers_grant SET {change} WHERE dossier_id = %(ours)s",
        )
        for change in (
            "categories = 2047",
            "power = 3",
            "valid_until = '9999-12-31'",
            "because = 'notification', because_id = dossier_id",
        )
    },
    "a grant is opened with categories, power and period of one's own": (
        "coordinator",
        "SELECT dossiers_open_grant(%(ours)s, NULL, %(coordinator)s, 2047, 3, now(), now() + interval '9 years',"
        " 'consent', %(consent)s, 'consent')",
    ),
    "a grant is opened for an act that does not exist": (
        "coordinator",
        "SELECT dossiers_open_for('consent', 10000000)",
    ),
    "a grant is opened for an act without a word": ("coordinator", "SELECT dossiers_open_for('mine', %(consent)s)"),
    "a grant is opened for an act of another case": (
        "coordinator",
        "SELECT dossiers_open_for('notification', %(theirs)s)",
    ),
    "a grant is opened by whoever does not lead": ("adviser", "SELECT dossiers_open_for('consent', %(consent)s)"),
    "a grant is opened for a hand-over that nobody accepted": (
        "worker",
        "SELECT dossiers_open_for('hand_over', %(handover)s)",
    ),
    "a grant is opened for a word by the function below": (
        "coordinator",
        "SELECT dossiers_follow('consent', %(consent)s, true)",
    ),
    "grants of a foreign case are closed": ("stranger", "SELECT dossiers_close_beyond(%(ours)s)"),
    "an act word is added": (
        "coordinator",
        "INSERT INTO dossiers_act VALUES ('mine', 'consents_consent_allows')",
    ),
    "an act word gets another check": ("coordinator", "UPDATE dossiers_act SET allows = 'mine'"),
    "a consent may run for ever": ("coordinator", "UPDATE consents_limit SET months = 999"),
    "a consent is recorded that runs until 2040": (
        "coordinator",
        "INSERT INTO consents_consent (dossier_id, purpose, valid_from, valid_until, is_recurring, oral_allowed,"
        " grantor, grantor_name, language, template_version, signature_form, signed_on, signed_at_place)"
        " VALUES (%(ours)s, 'x', now(), '2040-01-01', true, true, 'person', '', 'de', 'x', 'paper', now(), '')",
    ),
    "a consent is recorded that begins in 2039": (
        "coordinator",
        "INSERT INTO consents_consent (dossier_id, purpose, valid_from, valid_until, is_recurring, oral_allowed,"
        " grantor, grantor_name, language, template_version, signature_form, signed_on, signed_at_place)"
        " VALUES (%(ours)s, 'x', '2039-06-01', '2040-01-01', true, true, 'person', '', 'de', 'x', 'paper', now(), '')",
    ),
    "the handing over of a case is forgotten": ("coordinator", "UPDATE dossiers_dossier SET handed_over_at = NULL"),
    "what the migrations were is forgotten": ("coordinator", "DELETE FROM django_migrations"),
    "what the migrations were is read": ("coordinator", "SELECT * FROM django_migrations"),
    "the log is emptied": ("coordinator", "DELETE FROM audit_entry"),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_past_the_services_nothing_is_moved_rewritten_or_opened(world: World, attempt: str) -> None:
    who, statement = ATTEMPTS[attempt]

    assert _gets_nowhere(acting(world.staff(who)), statement, world.numbers)


def test_the_attempts_are_about_rows_that_are_there(world: World) -> None:
    """Whoever may do a thing in a legal way does it in the same manner: the attempts fail for their reasons alone."""
    legal = {
        "coordinator": "UPDATE cases_case SET first_contact_on = now() WHERE dossier_id = %(ours)s",
        "worker": "UPDATE cases_note SET text = 'put right', version = 2 WHERE category = 3",
        "stranger": "UPDATE decisions_decision SET state = 'accepted', answered_at = now(), answered_by_id = actor_staff()",
        "adviser": "UPDATE handovers_handover SET receiver_staff_id = %(adviser)s WHERE id = %(handover)s",
    }

    for who, statement in legal.items():
        assert _sent(acting(world.staff(who)), statement, world.numbers) == 1, who


_RECIPIENT = (
    "INSERT INTO consents_consentrecipient (consent_id, dossier_id, institution_id, staff_id, signed_categories, categories)"
    " VALUES (%(consent)s, {file}, %(stranger_institution)s, {staff}, {mask}, {mask})"
)


@pytest.mark.parametrize(
    ("file", "staff", "opened"),
    [
        ("%(ours)s", "NULL", 2047 & ~16),  # an institution has no health, whatever is written down
        ("%(ours)s", "%(stranger)s", 2047 & ~16),  # nor somebody who is no medical officer
        ("%(ours)s", "%(physician)s", 2047),
    ],
)
def test_a_line_written_into_a_consent_opens_what_the_law_lets_it(
    world: World, file: str, staff: str, opened: int
) -> None:
    who = acting(world.cast.coordinator)
    before = Grant.objects.latest("pk").pk
    with acting_as(who), connection.cursor() as cursor:
        cursor.execute(_RECIPIENT.format(file=file, staff=staff, mask=2047), world.numbers)
        cursor.execute("SELECT dossiers_open_for('consent', %(consent)s)", world.numbers)

    assert [grant.categories for grant in Grant.objects.filter(pk__gt=before)] == [opened]


def test_a_line_of_another_case_has_no_place_in_a_consent(world: World) -> None:
    with pytest.raises(DatabaseError, match="another case"):
        _sent(acting(world.cast.stranger), _RECIPIENT.format(file="%(theirs)s", staff="NULL", mask=1), world.numbers)


def test_a_reader_records_no_disclosure_of_what_is_closed_to_them(world: World) -> None:
    with pytest.raises(DatabaseError, match="row-level security"):
        _sent(
            acting(world.cast.adviser),
            "INSERT INTO consents_disclosure (dossier_id, basis, purpose, form, giver_id, recipient_id, categories,"
            " conditions, access_until) VALUES (%(ours)s, 'avig-85f-3', 'x', 'access', %(adviser_institution)s,"
            " %(stranger_institution)s, 2047, '{}', now() + interval '1 month')",
            world.numbers,
        )


def test_a_reader_who_records_a_disclosure_opens_nothing_with_it(world: World) -> None:
    who = acting(world.cast.adviser)
    statement = (
        "INSERT INTO consents_disclosure (dossier_id, basis, purpose, form, giver_id, giver_staff_id,"
        " recipient_id, categories, conditions, access_until) VALUES (%(ours)s, 'avig-85f-3', 'x', 'access',"
        " %(adviser_institution)s, %(adviser)s, %(stranger_institution)s, 1, '{}', now() + interval '1 month') RETURNING id"
    )
    with acting_as(who), connection.cursor() as cursor:
        cursor.execute(statement, world.numbers)
        number = cursor.fetchone()[0]

    with pytest.raises(DatabaseError, match="not permitted"):
        _sent(who, "SELECT dossiers_open_for('disclosure', %(number)s)", {"number": number})


# Which tables and columns the function of an act word reads, through the functions that it calls.
_READ = """
WITH RECURSIVE functions AS (
    SELECT a.word, p.oid FROM dossiers_act a JOIN pg_proc p ON p.proname = a.allows
    UNION
    SELECT f.word, d.refobjid FROM functions f JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = f.oid
        AND d.refclassid = 'pg_proc'::regclass
)
SELECT f.word, c.relname, k.attname, EXISTS (
    SELECT 1 FROM pg_trigger t JOIN pg_proc check_of ON check_of.oid = t.tgfoid
    WHERE t.tgrelid = c.oid AND check_of.proname = 'dossiers_grants_within_acts' AND check_of.prosecdef
      AND t.tgdeferrable AND t.tginitdeferred AND t.tgenabled = 'O' AND t.tgtype & 8 <> 0 AND t.tgtype & 16 <> 0
      AND (t.tgattr::text = '' OR k.attnum = ANY (t.tgattr)))
FROM functions f JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = f.oid
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
JOIN pg_class c ON c.oid = d.refobjid JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = d.refobjsubid
WHERE c.relkind = 'r' AND k.attname <> 'id' AND (c.relname = 'dossiers_dossier' OR EXISTS (
    SELECT 1 FROM pg_attribute x WHERE x.attrelid = c.oid AND x.attname = 'dossier_id'))
"""


def test_every_act_word_has_a_check_that_hangs_on_all_it_reads(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM dossiers_act")
        words = {word for (word,) in cursor.fetchall()}
        cursor.execute(_READ)
        reads = cursor.fetchall()

    assert words == set(OpeningAct.values), "Register the word in a migration: INSERT INTO dossiers_act …"
    assert {word for word, *_rest in reads} == words, (
        "Write the function of the word with BEGIN ATOMIC: then it is known."
    )
    assert sorted((table, column) for _word, table, column, is_checked in reads if not is_checked) == [], (
        "A change there may leave a grant that exceeds its act: CREATE CONSTRAINT TRIGGER grants_within_acts …"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgdeferrable, tginitdeferred, tgtype & 20 FROM pg_trigger WHERE tgname = 'grant_within_its_act'"
        )
        assert cursor.fetchall() == [(True, True, 20)]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.STAFF, Kind.JOB)])
def test_no_other_kind_of_actor_reaches_rows_with_the_settings_of_somebody_who_does(world: World, kind: Kind) -> None:
    """A partner's key names its institution, which holds grants; so may settings of a fault. The kind decides."""
    worker = acting(world.cast.worker)
    who = Acting(kind=kind, today=timezone.localdate(), institution_id=worker.institution_id, staff_id=worker.staff_id)
    open_to = {
        Kind.SYSTEM: {
            "appointments_appointment", "appointments_contactperson", "institutions_body", "institutions_convention",
            "institutions_institution", "institutions_office", "institutions_region", "institutions_serviceoffer",
        },
    }.get(kind, set())  # fmt: skip
    open_to |= {"appointments_appointment", "appointments_heldrole", "institutions_institution"}  # a log-in asks them

    found = set()
    with acting_as(who), connection.cursor() as cursor:
        for model in OWN_MODELS:
            table = model._meta.db_table
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
            if cursor.fetchone() == (True,) and any(isinstance(c, RowPolicies) for c in model._meta.constraints):
                cursor.execute(f"SELECT count(*) FROM {table}")
                found |= {table} if cursor.fetchone() != (0,) else set()

    assert found <= open_to
    assert len(found) > 1


# What stands in no model: declared in SQL files beside the packages.
_GRANT = re.compile(r"^GRANT ([\w, ]+?) ON\s+(?!FUNCTION|SCHEMA|ALL)([\w,\s]+?)\s+TO suone_app", re.MULTILINE)
_EXECUTE = re.compile(r"^\s*GRANT EXECUTE ON FUNCTION\s+([^;]+?) TO suone_app", re.MULTILINE)


def _sql_files() -> str:
    return "\n".join(path.read_text() for path in sorted(SOURCES.rglob("sql/*.sql")))


def _declared_rights() -> set[tuple[str, str]]:
    """Pairs of a right and a table or, for updates, a column."""
    declared = set()
    for model in OWN_MODELS:
        table = model._meta.db_table
        for rights in model._meta.constraints:
            if isinstance(rights, TableRights):
                declared |= {(command.upper(), table) for command in rights.allows}
                declared |= {("UPDATE", f"{table}.{_column(model, name)}") for name in rights.updates}
                declared |= {("INSERT", f"{table}.{_column(model, name)}") for name in rights.inserts}
    for commands, tables in _GRANT.findall(_sql_files()):
        for table in re.split(r"[,\s]+", tables):
            for command in re.split(r"[,\s]+", commands):
                declared |= _kept_rights(f"c.relname = '{table}'") if command == "UPDATE" else {(command, table)}
    return declared


def _column(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]


def _kept_rights(of: str = "true") -> set[tuple[str, str]]:
    """The same from the catalogue, for tables and views of our schema."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT privilege, c.relname FROM pg_class c,
                unnest(ARRAY['SELECT', 'INSERT', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS privilege
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {of}
              AND has_table_privilege('suone_app', c.oid, privilege)
            UNION
            SELECT privilege, c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid,
                unnest(ARRAY['INSERT', 'UPDATE']) AS privilege
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {of}
              AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege('suone_app', c.oid, a.attnum, privilege)
              AND NOT (privilege = 'INSERT' AND has_table_privilege('suone_app', c.oid, 'INSERT'))
            """
        )
        return set(cursor.fetchall())


def test_the_app_has_the_declared_rights_and_no_others(db: None) -> None:
    declared, kept = _declared_rights(), _kept_rights()

    assert kept - declared == set(), (
        "The app's role has rights that nobody declared: take them away where they were given (a GRANT in a migration?),"
        " or declare them: updates=(…) and a condition in the model's RowPolicies, or access/sql/libraries.sql."
    )
    assert declared - kept == set(), (
        "Rights are declared that the database does not have: run makemigrations, so that the RowPolicies of the model"
        " reach a migration."
    )


def test_what_places_a_row_never_changes(db: None) -> None:
    """A right to change a case, an author or an owner would move a row to where others hold grants."""
    placing = {"id", "dossier", "person", "meeting", "consent", "decision", "sender", "receiver", "asked_institution",
               "addressed", "created_by", "recorded_by_institution", "notifier", "user"}  # fmt: skip
    moved = {
        f"{model._meta.db_table}.{name}"
        for model in OWN_MODELS
        for rights in model._meta.constraints
        if isinstance(rights, TableRights)
        for name in rights.updates
        if name in placing
    }

    assert moved == set(), "Take them out of updates=(…): whoever belongs elsewhere gets a new row."


def test_every_right_to_change_has_a_condition_and_columns(db: None) -> None:
    halves = [
        policies.name
        for model in OWN_MODELS
        for policies in model._meta.constraints
        if isinstance(policies, RowPolicies) and (policies.conditions["update"] is not None) != bool(policies.updates)
    ]

    assert halves == [], "Name the columns that may change in updates=(…), beside the condition update=…"


def test_every_policy_says_for_which_kind_of_actor_it_holds(db: None) -> None:
    before_log_in = {
        f"{model._meta.db_table}_select"
        for model in OWN_MODELS
        for policies in model._meta.constraints
        if isinstance(policies, RowPolicies) and policies.before_log_in
    }

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT policyname FROM pg_policies WHERE NOT (coalesce(qual, with_check) LIKE '%actor_kind()%'"
            " AND coalesce(with_check, qual) LIKE '%actor_kind()%')"
        )
        without = {name for (name,) in cursor.fetchall()}

    # Failures, jobs and new log-ins come from everybody, who reads no person's data there (signin/sql/accounts.sql).
    open_to_all = {
        "axes_accessfailurelog_select", "axes_accessfailurelog_insert", "django_session_of_the_library",
        "procrastinate_jobs_select", "procrastinate_jobs_insert", "procrastinate_events_insert",
        "account_emailaddress_read_by_administrators", "account_emailaddress_removed_by_administrators",
    }  # fmt: skip
    assert without == before_log_in | open_to_all, "Build the condition from granted(…), own_staff(), permitted(…) …"
    assert before_log_in == {
        f"{table}_select" for table in ("appointments_appointment", "appointments_heldrole", "institutions_institution")
    }


def test_nobody_calls_a_function_that_was_not_given_to_them(db: None) -> None:
    declared = {
        re.sub(r"\(.*?\)", "", name).strip()
        for names in _EXECUTE.findall(_sql_files())
        for name in re.split(r",(?![^(]*\))", names)
        if "%s" not in name
    }

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || p.proname,
                   has_function_privilege('suone_app', p.oid, 'EXECUTE'),
                   EXISTS (SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                           WHERE a.grantee = 0)
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname IN ('public', 'register') AND p.proname NOT LIKE 'procrastinate%'
              AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
            """
        )
        functions = cursor.fetchall()

    assert {name for name, _app, public in functions if public} == set(), "REVOKE EXECUTE … FROM PUBLIC"
    given = {name for name, app, _public in functions if app}
    assert given == declared, "Write GRANT EXECUTE ON FUNCTION … TO suone_app; below the function, in its SQL file."
    assert len(given) > 40


# Columns of a time, a day, somebody or an institution that the app may write and that are no stamp, by the reason why.
_NO_STAMPS = {
    "people agree on the day or hour, or type it": """advice_advice.on appointments_absence.first_day
        appointments_absence.last_day appointments_appointment.active_from appointments_appointment.active_until
        appointments_bodymember.term_from appointments_bodymember.term_until appointments_partnersystem.valid_from
        appointments_partnersystem.valid_until assessments_assessment.again_on cases_case.first_contact_on
        consents_consent.valid_from consents_consent.valid_until consents_consent.signed_on
        consents_disclosure.access_until consents_disclosure.inform_until decisions_decision.due_on
        decisions_decision.remind_on documents_document.valid_until dossiers_particulars.died_on dossiers_residence.permit_expires_on
        handovers_handover.overlap_until institutions_convention.ends_on
        leading_knownfact.day
        meetings_dateproposal.starts_at meetings_entry.due_on meetings_meeting.starts_at meetings_meeting.answer_until
        plans_measure.from_on plans_measure.until_on plans_plan.review_on plans_signature.signed_on
        procedures_procedureversion.valid_from procedures_procedureversion.valid_until register_enrolment.began_on
        register_enrolment.ended_on representation_representative.valid_from representation_representative.valid_until
        workitems_workitem.due_on""",
    "whom or where it is about: picked by whoever writes": """appointments_absence.staff_id appointments_absence.deputy_id
        appointments_appointment.institution_id appointments_appointment.user_id appointments_bodymember.staff_id
        appointments_contactperson.deputy_id appointments_contactperson.institution_id
        appointments_contactperson.staff_id appointments_invitation.appointment_id
        appointments_invitation.institution_id appointments_partnersystem.institution_id
        appointments_partnersystem.responsible_id cases_assignment.staff_id cases_case.counted_for_id cases_participant.institution_id
        cases_participant.staff_id consents_consentrecipient.institution_id consents_consentrecipient.staff_id
        handovers_adviser.workplace_id handovers_cooperationnotice.receiver_id handovers_cooperationnotice.receiver_staff_id
        youth_notice.receiver_id
        consents_disclosure.recipient_id consents_disclosure.recipient_staff_id decisions_decision.addressed_id
        decisions_decision.addressed_staff_id dossiers_event.on_behalf_of_id handovers_handover.receiver_id
        handovers_handover.receiver_staff_id inbox_message.staff_id institutions_convention_parties.institution_id
        institutions_institution_regions.institution_id
        institutions_office.institution_id institutions_serviceoffer.institution_id meetings_entry.responsible_id
        meetings_invitee.institution_id meetings_invitee.staff_id plans_measure.institution_id plans_measure.payer_id
        plans_measure.staff_id register_enrolment.institution_id
        register_enrolment.responsible_id signin_factorreset.institution_id signin_factorreset.holder_id
        signin_factorreset.holder_account_id support_service.institution_id support_service.second_institution_id
        support_service.second_staff_id support_service.staff_id workitems_workitem.addressed_id
        workitems_workitem.assigned_id workitems_workitem.controlling_id""",
    "the policy asks for one's own": """consents_disclosure.giver_id consents_disclosure.giver_staff_id
        inbox_message.by_institution_id inbox_preference.staff_id register_alertpreference.institution_id""",
    "the policy lets no new row have it; functions with the owner's rights write it": """consents_consent.withdrawn_at
        consents_consent.withdrawn_by_id handovers_handover.accepted_at handovers_handover.access_until
        handovers_handover.sender_until""",
    "a trigger writes it (appointments/sql/roles.sql)": """appointments_appointment.given_at
        appointments_appointment.given_by_id""",
    "how long a link holds": "appointments_invitation.expires_at meetings_guest.valid_until",
    "the consent bounds it (support/sql/acts.sql)": "support_service.access_until",
    "one's own visit before this one": "dossiers_visit.before",
    "for how long, with a bound": "youth_notice.kept_until",
    "how long a count lasts": "entrances_shared.expires_at",
    "of a mail: who invites, what it is worth, and what the worker did": """mail_mail.institution_id mail_mail.expires_at
        mail_mail.tried_at mail_mail.retry_at""",
    "the library of log-ins writes it": "access_user.last_login access_user.date_joined",
    "of the authority, in words": "representation_representative.decided_by",
    "a code": "workitems_workitem.settled_by",
}
_WHO_AND_WHEN = """
    SELECT c.relname || '.' || a.attname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_constraint f ON f.conrelid = c.oid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum]
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname = ANY (%s)
      AND (has_column_privilege('suone_app', c.oid, a.attnum, 'INSERT')
           OR has_column_privilege('suone_app', c.oid, a.attnum, 'UPDATE'))
      AND (a.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
           OR f.confrelid IN ('appointments_appointment'::regclass, 'institutions_institution'::regclass,
                              'access_user'::regclass)
           OR a.attname ~ '(staff|institution|user|account|_by)(_id)?$')
"""


def test_the_database_alone_sets_who_and_when(db: None) -> None:
    """A new column of somebody or some time gets a Stamp, or is listed with the reason why not."""
    stamps = [(model, stamp) for model in OWN_MODELS for stamp in model._meta.constraints if isinstance(stamp, Stamp)]
    stamped = {
        f"{model._meta.db_table}.{model._meta.get_field(name).column}"
        for model, stamp in stamps
        for name in stamp.fields.values()
        if name
    }
    listed = [column for columns in _NO_STAMPS.values() for column in columns.split()]
    with connection.cursor() as cursor:
        cursor.execute(_WHO_AND_WHEN, [[model._meta.db_table for model in OWN_MODELS]])
        written = {column for (column,) in cursor.fetchall()}
        cursor.execute(
            "SELECT tgname FROM pg_trigger t WHERE tgenabled = 'O' AND tgfoid = 'actor_stamps()'::regprocedure"
        )
        triggers = sorted(name for (name,) in cursor.fetchall())

    assert written - stamped - set(listed) == set(), (
        "Add a Stamp to the model's constraints, or name the column in _NO_STAMPS with the reason."
    )
    assert set(listed) - written == set(), "no such column, or the app may not write it: take it off the list"
    assert set(listed) & stamped == set(), "These have a Stamp now: take them off _NO_STAMPS."
    assert len(listed) == len(set(listed))
    assert triggers == sorted(stamp.name for _model, stamp in stamps)


# Functions with the owner's rights that answer whoever calls, by the reason why. The register's, which know no case, answer
# an institution's staff and its systems alike.
_FOR_EVERY_KIND = {
    "appointments_invitation_of": "before the log-in: by a link",
    "appointments_system_of_key": "before a system acts: by the hash of its key",
    "meetings_is_about": "whether a meeting is about a case: both numbers come from the caller",
    "privacy_case_numbers": "asks for a permission, which staff alone have",
}


def test_functions_with_the_owners_rights_ask_in_what_capacity_somebody_acts(db: None) -> None:
    """An institution's number alone would let a partner's system, or a guest with a forged setting, pass as its staff."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.proname, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc),
                   p.prosecdef AND has_function_privilege('suone_app', p.oid, 'EXECUTE')
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = 'public' AND p.prokind = 'f' AND p.proname NOT LIKE 'procrastinate%'
              AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
            """
        )
        functions = cursor.fetchall()
    asking = {"actor_kind"}
    while more := {
        name for name, body, _given in functions if name not in asking and set(re.findall(r"\w+(?=\()", body)) & asking
    }:
        asking |= more

    without = {name for name, _body, given in functions if given and name not in asking}

    assert without == set(_FOR_EVERY_KIND), "Ask for actor_kind(), or say why every kind of actor may call it."


# Numbers of the world in which somebody acts without being staff.
_AS_STAFF_ALONE = (
    "SELECT * FROM handovers_person(%(handover_decision)s)",
    "SELECT handovers_open(%(handover)s)",
    "SELECT 1 WHERE handovers_tells(%(handover)s, %(ours)s, 'handover.will_be_named')",
    "SELECT meetings_lock(%(meeting)s)",
    "SELECT meetings_let_guests_in(%(meeting)s)",
    "SELECT meetings_last_answer(%(meeting)s)",
    "SELECT 1 WHERE meetings_cases_on_agenda(%(meeting)s) > 0",
    "SELECT 1 WHERE cases_lead_of_request(%(decision)s) IS NOT NULL",
    "SELECT 1 WHERE cases_lead_of_request(%(handover_decision)s) IS NOT NULL",
    "SELECT * FROM leading_every_fact(%(ours)s)",
    "SELECT * FROM dossiers_access_of(%(ours)s)",
)


@pytest.mark.parametrize("kind", [Kind.SYSTEM, Kind.GUEST, Kind.PUBLIC, Kind.PERSON])
def test_nobody_passes_as_staff_by_the_number_of_their_institution(world: World, kind: Kind) -> None:
    for name in ("adviser", "stranger", "coordinator"):
        staff = world.staff(name)
        who = replace(acting(staff), kind=kind, roles=frozenset())
        assert [each for each in _AS_STAFF_ALONE if not _gets_nowhere(who, each, world.numbers)] == [], name


def test_figures_are_counted_over_all_rows_in_named_columns(world: World) -> None:
    job = acting_for_job("figures")

    with acting_as(job), counting(), connection.cursor() as cursor:
        cursor.execute("SELECT state, level, region_id, notifier_id FROM cases_case")
        counted = len(cursor.fetchall())

    assert counted == Case.objects.count() > 2
    with acting_as(job):
        assert Case.objects.count() == counted  # the job is the app again, with its rights


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT text FROM cases_background",
        "SELECT count(*) FROM persons_person",
        "SELECT number FROM dossiers_dossier",
        "SELECT text FROM cases_note",
        "SELECT last_name FROM appointments_appointment",
        "SELECT * FROM audit_entry",
        "UPDATE cases_case SET state = 'closed'",
    ],
)
def test_figures_are_made_without_names_numbers_and_texts(world: World, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        acting_as(acting_for_job("figures")),
        counting(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_nobody_but_a_job_counts_by_the_reporting_role(world: World) -> None:
    with acting_as(acting(world.cast.coordinator)), counting(), connection.cursor() as cursor:
        for table in ("cases_case", "cases_participant", "institutions_institution", "institutions_region"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'suone_report'")
        assert cursor.fetchone() == (False,)
