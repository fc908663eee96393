"""The rules of every table about persons, cases and who works where, from the access model and the domain.

``DRAWS`` names the values that matter to a rule, ``PARENTS`` the row whose case a row repeats; worlds draw from both.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference.model import (
    ADMINISTRATIVE,
    EMPLOYMENT,
    EVERY_KIND,
    IDENTITY,
    LEAD,
    MIGRATION,
    MOMENT,
    NETWORK,
    READ,
    STAFF_AND_JOBS,
    WRITE,
    Actor,
    Row,
    Rule,
    Rules,
    World,
    allowed,
    being,
    both,
    either,
    empty,
    everybody,
    holding,
    job,
    of_institution,
    of_staff,
    opened,
    opened_all_of,
    sees,
    unless,
)

UNDER_WAY = 7  # the transaction, as actor_transaction() gives it in the database of the comparison
JUST_NOW = timedelta(minutes=30)  # after the moment of a world, so that transactions in it begin before
ZURICH, PAST, FUTURE = ZoneInfo("Europe/Zurich"), date(2000, 1, 1), date(2100, 1, 1)
WITH_SYSTEMS = frozenset({"staff", "job", "system"})
READS, READS_CATEGORY = opened(READ), opened(READ, category="category")
WRITES, WRITES_CATEGORY, LEADS = opened(WRITE), opened(WRITE, category="category"), opened(LEAD)
READS_ALL, WRITES_ALL = opened_all_of(READ, "categories"), opened_all_of(WRITE, "categories")
IN_OWN_NAME = either(job, both(of_staff(), of_institution()))


def of_a_case(*, insert: Rule | None = WRITES, update: Rule | None = WRITES, **more: Any) -> Rules:
    """What belongs to a case and to no data category: whoever may open the case reads it."""
    return Rules(select=READS, granted=READS, insert=insert, update=update, **more)


def of_a_category(
    *, insert: Rule | None = WRITES, update: Rule | None = WRITES, author: str | tuple[str, ...] = (), **more: Any
) -> Rules:
    """What belongs to a data category of a case, and is read by whoever recorded it whatever the category."""
    reads = opened(READ, category="category", author=author)
    return Rules(select=reads, granted=reads, insert=insert, update=update, **more)


def of_one_category(category: int, *, author: str | tuple[str, ...] = (), **more: Any) -> Rules:
    """What belongs to a case, in a table whose rows are all of one data category."""
    reads = opened(READ, category=category, author=author)
    return Rules(select=reads, granted=reads, **more)


def at_own_institution(column: str) -> Rule:
    """The appointment that the row names is one at the institution for which somebody acts."""

    def rule(world: World, actor: Actor, row: Row) -> bool:
        found = world.rows["appointments_appointment"].get(row[column])
        return found is not None and found["institution_id"] == actor.institution

    return rule


def invites_to_its_own(world: World, actor: Actor, row: Row) -> bool:
    """The invitation leads to an appointment of the institution that it names."""
    found = world.rows["appointments_appointment"].get(row["appointment_id"])
    return found is not None and found["institution_id"] == row["institution_id"]


def recorded_at_an_iv(world: World, actor: Actor, row: Row) -> bool:
    found = world.rows["institutions_institution"].get(row["institution_id"])
    return found is not None and found["kind"] == "disability_insurance"


def in_case_of(table: str, column: str) -> Rule:
    """The row that this one hangs on is seen, and of the same case."""

    def rule(world: World, actor: Actor, row: Row) -> bool:
        found = world.seen(actor, table, row[column])
        return found is not None and found["dossier_id"] == row["dossier_id"]

    return rule


def corrects_a_statement(world: World, actor: Actor, row: Row) -> bool:
    """What is replaced is seen, of the same case, fact and category, and was stated with a value."""
    found = world.seen(actor, "leading_knownfact", row["replaces_id"])
    same = ("dossier_id", "fact", "category")
    return (
        actor.kind == "staff"
        and found is not None
        and all(found[name] == row[name] for name in same)
        and bool(found["is_stated"])
        and found["value"] is not None
    )


def replaces_its_own(world: World, actor: Actor, row: Row) -> bool:
    """What is replaced was stated by the institution for which somebody acts."""
    found = world.seen(actor, "leading_knownfact", row["replaces_id"])
    return found is not None and found["institution_id"] == actor.institution


def in_own_name(world: World, actor: Actor, row: Row) -> bool:
    """The message comes from the institution for which somebody acts; from nobody, where they act for none."""
    return bool(row["by_institution_id"] == actor.institution)


def of_the_directory(**more: Any) -> Rules:
    edit = allowed("directory.edit")
    return Rules(select=everybody, insert=edit, update=edit, delete=edit, kinds=WITH_SYSTEMS, **more)


def _of_each(permission: str, **more: Any) -> Rules:
    may = allowed(permission)
    return Rules(select=everybody, insert=may, update=may, **more)


# Who administers whom.


def _works(world: World, appointment: Row) -> bool:
    today = world.at.astimezone(ZURICH).date()
    return (
        appointment["ended_at"] is None
        and (appointment["active_from"] or today) <= today
        and (appointment["active_until"] or today) >= today
    )


def _in_force(world: World, held: Row) -> bool:
    today = world.at.astimezone(ZURICH).date()
    return (
        held["valid_from"] <= today
        and (held["valid_until"] or today) >= today
        and held["ended_at"] is None
        and (not held["needs_approval"] or held["is_beginning"] or held["approved_at"] is not None)
    )


def _holds(world: World, appointment: Row, *roles: str) -> bool:
    """Whether somebody with an account works under this appointment and has one of these roles in force."""
    return (
        appointment["user_id"] is not None
        and _works(world, appointment)
        and any(
            held["appointment_id"] == appointment["id"] and held["role"] in roles and _in_force(world, held)
            for held in world.rows["appointments_heldrole"].values()
        )
    )


def _administers_own(world: World, appointment: Row) -> bool:
    office = world.rows["institutions_institution"][appointment["institution_id"]]["is_iiz_office"]
    roles = ("institution_administrator", "office_administrator") if office else ("institution_administrator",)
    return _holds(world, appointment, *roles)


def administers(world: World, actor: Actor, row: Row) -> bool:
    """The administrator of the institution; the delegate, where it has none or one person alone works there."""
    appointments = world.rows["appointments_appointment"]
    own = appointments.get(actor.staff) if actor.kind == "staff" and actor.staff is not None else None
    if own is None:
        return False
    institution = row["institution_id"]
    if own["institution_id"] == institution and _administers_own(world, own):
        return True
    office = world.rows["institutions_institution"][own["institution_id"]]["is_iiz_office"]
    if not office or not _holds(world, own, "cantonal_delegate"):
        return False
    there = [each for each in appointments.values() if each["institution_id"] == institution]
    accounts = {each["user_id"] or -each["id"] for each in there if _works(world, each)}
    return len(accounts) <= 1 or not any(_administers_own(world, each) for each in there)


# Requests.
ASKED = either(of_institution("addressed_id"), of_staff("addressed_staff_id"))


# Hand-overs: the receiver sees what is asked of them while it is open or accepted.
def _is_named_in(table: str, *, same: Mapping[str, str] | None = None, **having: Any) -> Rule:
    """Whether a row of this table in the same case names the actor; ``same``: its columns that equal some of the row's."""

    def rule(world: World, actor: Actor, row: Row) -> bool:
        return any(
            found["dossier_id"] == row["dossier_id"]
            and found["staff_id"] == actor.staff
            and all(found[column] == value for column, value in having.items())
            and all(found[column] == row[of_row] for column, of_row in (same or {}).items())
            for found in world.all_seen(actor, table)
        )

    return rule


FOLLOWS_THERE = _is_named_in("cases_participant", same={"institution_id": "receiver_id"}, state="taking_part")
LEADS_THERE = both(_is_named_in("cases_assignment", function="lead", valid_until=None))
RECEIVES = both(
    of_institution("receiver_id"),
    either(
        sees("decisions_decision", "decision_id", state=("pending",)),
        both(sees("decisions_decision", "decision_id", state=("accepted",)), READS),
    ),
)


def asked_and_open(world: World, actor: Actor, row: Row) -> bool:
    """The actor's institution is asked, and has not answered yet."""
    found = world.seen(actor, "decisions_decision", row["decision_id"])
    return (
        actor.kind == "staff"
        and found is not None
        and found["state"] == "pending"
        and found["addressed_id"] == actor.institution
    )


def between(world: World, actor: Actor, row: Row) -> bool:
    """The actor's institution asked, or is asked."""
    found = world.seen(actor, "decisions_decision", row["decision_id"])
    return found is not None and actor.institution in (found["addressed_id"], found["asked_institution_id"])


def accepts_now(world: World, actor: Actor, row: Row) -> bool:
    """The actor's institution has just accepted what it was asked in the row's case."""
    return any(
        found["state"] == "accepted" and found["answered_at"] is not None and found["answered_at"] >= world.at
        for found in world.all_seen(actor, "decisions_decision")
        if (found["dossier_id"], found["addressed_id"]) == (row["dossier_id"], actor.institution)
    )


OWN_ANSWERS = ("case.participant_joined", "case.participant_declined", "case.participant_left")


ANSWERS = {
    "handover.will_be_named": "pending",
    "handover.declined": "declined",
    "handover.accepted": "accepted",
    "handover.answered": "accepted",
}


def _answers(world: World, actor: Actor, decision: Row, act: str) -> bool:
    """The act is what the stored request says, which one of its two institutions has answered just now, if it has."""
    at, state = decision["answered_at"], decision["state"]
    lasts = state == "pending" or (at is not None and abs(at - world.at) <= timedelta(hours=1))
    between_them = actor.institution in (decision["addressed_id"], decision["asked_institution_id"])
    return ANSWERS.get(act) == state and between_them and lasts


def answers_from_outside(world: World, actor: Actor, row: Row) -> bool:
    """Whoever was asked something adds a line about it to a case that stays closed to them."""
    kind, number, act = row["object_type"], row["object_id"], row["act"]
    invitees = world.all_seen(actor, "meetings_invitee")
    if kind in ("invitee", "meeting"):
        return act.startswith("meeting.") and any(
            each["dossier_id"] == row["dossier_id"]
            and each["institution_id"] == actor.institution
            and each["answer"] != "withdrawn"
            and each["id" if kind == "invitee" else "meeting_id"] == number
            for each in invitees
        )
    if kind == "handover":
        found = world.rows["handovers_handover"].get(number)
        return (
            found is not None
            and found["dossier_id"] == row["dossier_id"]
            and found["receiver_id"] == actor.institution
            and row["category"] == ADMINISTRATIVE
            and _answers(world, actor, world.rows["decisions_decision"][found["decision_id"]], act)
        )
    found = world.seen(actor, "cases_participant", number) if kind == "participant" and act in OWN_ANSWERS else None
    return (
        found is not None and found["dossier_id"] == row["dossier_id"] and found["institution_id"] == actor.institution
    )


# Meetings.
NO_CASE = empty("dossier_id")


def invited(world: World, actor: Actor, row: Row) -> bool:
    """The actor's institution is invited to the row's meeting, and the invitation is not withdrawn."""
    return _invited(world, actor, row["meeting_id"])


def invited_here(world: World, actor: Actor, row: Row) -> bool:
    return _invited(world, actor, row["id"])


def _invited(world: World, actor: Actor, meeting: int) -> bool:
    return actor.kind == "staff" and any(
        invitee["meeting_id"] == meeting
        and invitee["institution_id"] == actor.institution
        and invitee["answer"] != "withdrawn"
        for invitee in world.all_seen(actor, "meetings_invitee")
    )


def own_invitation(world: World, actor: Actor, row: Row) -> bool:
    found = world.seen(actor, "meetings_invitee", row["invitee_id"])
    return actor.kind == "staff" and found is not None and found["institution_id"] == actor.institution


def to_its_meeting(world: World, actor: Actor, row: Row) -> bool:
    found = world.seen(actor, "meetings_invitee", row["invitee_id"])
    return found is not None and found["meeting_id"] == row["meeting_id"]


def same_case(world: World, actor: Actor, row: Row) -> bool:
    """The row says of itself to which case it belongs: the one of its meeting."""
    found = world.seen(actor, "meetings_meeting", row["meeting_id"])
    return found is not None and found["dossier_id"] == row["dossier_id"]


def convened(world: World, actor: Actor, row: Row) -> bool:
    """The row's meeting is about no case, and the acting institution convened it."""
    found = world.seen(actor, "meetings_meeting", row["meeting_id"])
    return (
        actor.kind == "staff"
        and row["dossier_id"] is None
        and found is not None
        and found["dossier_id"] is None
        and found["convening_id"] == actor.institution
    )


def minutes_are_finished(world: World, actor: Actor, row: Row) -> bool:
    found = world.seen(actor, "meetings_meeting", row["meeting_id"])
    return found is not None and found["minutes_finished_at"] is not None


STAFF: Rule = lambda world, actor, row: actor.kind == "staff"  # noqa: E731
OWN_REASON = either(opened(READ, category="category", author="staff_id"), both(NO_CASE, STAFF))
OF_THE_MEETING = either(both(WRITES, same_case), convened)
AT_THE_TABLE = both(NO_CASE, invited)
SEES_THE_MEETING = sees("meetings_meeting", "meeting_id")

# Plans.


def in_a_plan(*states: str) -> Rule:
    """The row's plan is of the same case and in one of these states."""

    def rule(world: World, actor: Actor, row: Row) -> bool:
        found = world.seen(actor, "plans_plan", row["plan_id"])
        return found is not None and found["dossier_id"] == row["dossier_id"] and found["state"] in states

    return rule


def releases_one_who_left(world: World, actor: Actor, row: Row) -> bool:
    """Whoever no longer takes part is released from signing."""
    return row["state"] == "released" and not any(
        participant["dossier_id"] == row["dossier_id"]
        and participant["institution_id"] == row["institution_id"]
        and participant["state"] == "taking_part"
        for participant in world.all_seen(actor, "cases_participant")
    )


# Assessments.


def decided_by_actor(world: World, actor: Actor, row: Row) -> bool:
    """The assessment, which the actor reads, names them as who decided."""
    found = world.seen(actor, "assessments_assessment", row["assessment_id"])
    return found is not None and actor.staff is not None and found["decided_by_id"] == actor.staff


# Persons.


def as_signed(world: World, actor: Actor, row: Row) -> bool:
    return bool(row["categories"] == row["signed_categories"])


def is_being_signed(world: World, actor: Actor, row: Row) -> bool:
    """The consent of the row is recorded in this very transaction."""
    found = world.seen(actor, "consents_consent", row["consent_id"])
    return found is not None and found["dossier_id"] == row["dossier_id"] and found["recorded_in"] == UNDER_WAY


def of_consent(world: World, actor: Actor, row: Row) -> bool:
    """A consent in force names the recipient for all that passes."""
    consent = world.seen(actor, "consents_consent", row["consent_id"])
    return (
        row["basis"] == "consent"
        and consent is not None
        and consent["withdrawn_at"] is None
        and any(
            line["consent_id"] == row["consent_id"]
            and line["dossier_id"] == row["dossier_id"]
            and line["institution_id"] == row["recipient_id"]
            and not row["categories"] & ~line["categories"]
            for line in world.all_seen(actor, "consents_consentrecipient")
        )
    )


def of_what_is_open(world: World, actor: Actor, row: Row) -> bool:
    """On a basis that is written down by hand, and nothing that is closed to the actor."""
    by_acts = ("consent", "hand-over", "clearing-of-doubts", "youth-notice")
    passed = [category for category in range(11) if row["categories"] >> category & 1]
    return row["basis"] not in by_acts and all(
        world.reaches(actor, READ, dossier=row["dossier_id"], category=category) for category in passed
    )


HANDED_OVER = {
    "dossier_id": "dossier_id",
    "giver_id": "sender_id",
    "giver_staff_id": "sender_staff_id",
    "recipient_id": "receiver_id",
    "basis": "basis",
    "consent_id": "consent_id",
}


def of_hand_over(world: World, actor: Actor, row: Row) -> bool:
    """Who it is and what it is about, by the sender; what it opens, by whoever accepts it now."""
    for found in world.all_seen(actor, "handovers_handover"):
        if row["giver_staff_id"] is None or any(row[own] != found[theirs] for own, theirs in HANDED_OVER.items()):
            continue
        proposes = found["sender_staff_id"] == actor.staff and row["form"] != "access"
        if proposes and not row["categories"] & ~(1 | 1 << found["category"]):
            return True
        accepts = found["accepted_in"] == UNDER_WAY
        if accepts and found["receiver_id"] == actor.institution and not row["categories"] & ~found["categories"]:
            return True
    return False


IN_GIVERS_NAME = both(of_institution("giver_id"), of_staff("giver_staff_id"))
DRAFT = sees("assessments_assessment", "assessment_id", state=("draft",))
OWN_AND_JOBS = either(job, of_staff())
OWN_DRAFT = both(of_staff(), either(empty("dossier_id"), READS))
OF_OWN_INSTITUTION = either(job, of_institution())
OF_SYSTEM = of_institution(kind="system")

TAKES_BACK = both(being("kind", "question", "risk_factor"), either(LEADS, both(WRITES, of_institution())))
ADVICE = both(of_institution(), holding("advice.give"))
RECEIVES_YOUTH = both(of_institution("receiver_id"), holding("case.triage"))
PARTICIPANT = either(READS, of_institution())
RESPONSIBLE = either(of_institution(), opened(LEAD))
SIGNS = either(being("state", "waiting"), empty("institution_id"), of_institution(), releases_one_who_left)

ABSENCES = either(job, both(holding("absence.edit"), at_own_institution("staff_id")), of_staff())
COLLEAGUE_STANDS_IN = either(job, empty("deputy_id"), at_own_institution("deputy_id"))

_UNDECIDED = ("not_written", "refused", "unclear", "too_late")
RESETS = either(allowed("appointment.oversee"), administers)

TABLES: dict[str, Rules] = {
    # The directory, and who works where.
    "institutions_region": of_the_directory(),
    "institutions_institution": of_the_directory(before_log_in=True),
    "institutions_office": of_the_directory(),
    "institutions_body": of_the_directory(),
    "institutions_convention": of_the_directory(),
    "institutions_serviceoffer": of_the_directory(),
    "institutions_convention_parties": replace(of_the_directory(), update=None),
    "institutions_institution_regions": replace(of_the_directory(), update=None),
    "appointments_appointment": Rules(
        select=everybody,
        insert=either(job, administers),
        update=either(job, holding("directory.edit"), administers),
        kinds=WITH_SYSTEMS,
        before_log_in=True,
    ),
    "appointments_heldrole": Rules(select=everybody, before_log_in=True),
    "appointments_invitation": Rules(
        select=either(allowed("appointment.oversee"), both(holding("appointment.administer"), of_institution())),
        insert=either(job, both(administers, invites_to_its_own)),
        update=either(job, administers),
    ),
    "appointments_contactperson": Rules(
        select=everybody,
        insert=either(job, administers),
        update=either(job, administers),
        delete=either(job, administers),
        kinds=WITH_SYSTEMS,
    ),
    "appointments_bodymember": replace(of_the_directory(), kinds=STAFF_AND_JOBS),
    "appointments_absence": Rules(
        select=everybody,
        insert=both(ABSENCES, COLLEAGUE_STANDS_IN),
        update=ABSENCES,
        delete=ABSENCES,
    ),
    "appointments_partnersystem": Rules(
        select=either(allowed("appointment.oversee"), both(holding("appointment.administer"), of_institution())),
        insert=either(job, administers),
        update=either(job, administers),
        before=empty("ended_at"),
    ),
    "administration_caseloadpassing": Rules(
        select=either(allowed("appointment.oversee"), both(holding("appointment.administer"), of_institution())),
    ),
    # The case file.
    "dossiers_dossier": Rules(
        select=opened(READ, column="id"), granted=opened(READ, column="id"), update=opened(READ, column="id")
    ),
    "dossiers_grant": Rules(select=either(job, of_institution(), of_staff())),
    "dossiers_numbering": Rules(),
    "dossiers_event": of_a_category(
        insert=either(both(READS, IN_OWN_NAME), both(of_staff(), of_institution(), answers_from_outside)),
        update=None,
        author="staff_id",
    ),
    "dossiers_visit": Rules(select=OWN_AND_JOBS, insert=of_staff(), update=of_staff(), delete=job),
    "dossiers_emergency": Rules(
        select=either(opened(READ, category=ADMINISTRATIVE, author="staff_id"), allowed("audit.read"))
    ),
    # Persons.
    "persons_person": Rules(select=job),
    "persons_number": Rules(select=opened(READ, category=IDENTITY)),
    "persons_joining": Rules(select=allowed("person.merge")),
    # Each fact about a person in the category of its table; search and doubts are for functions alone.
    "dossiers_particulars": of_one_category(IDENTITY, update=opened(WRITE, category=IDENTITY)),
    "dossiers_residence": of_one_category(MIGRATION, update=opened(WRITE, category=MIGRATION)),
    "dossiers_othername": of_one_category(
        IDENTITY, insert=opened(WRITE, category=IDENTITY), delete=opened(WRITE, category=IDENTITY)
    ),
    "representation_representative": of_one_category(
        IDENTITY, insert=opened(WRITE, category=IDENTITY), update=opened(WRITE, category=IDENTITY)
    ),
    "corrections_correction": of_one_category(IDENTITY),
    "dossiers_contactdetail": of_one_category(
        IDENTITY, insert=opened(WRITE, category=IDENTITY), delete=opened(WRITE, category=IDENTITY)
    ),
    "dossiers_doubt": Rules(select=allowed("person.merge")),
    "dossiers_nameentry": Rules(),
    "dossiers_namepart": Rules(),
    # What is kept in a case.
    "documents_document": of_a_category(before=empty("removed_at"), author="kept_by_id"),
    # An item belongs to whom it is addressed, and to whoever watches over it; the lead acts with a reason.
    "workitems_workitem": of_a_category(
        update=either(
            both(either(of_institution("addressed_id"), of_institution("controlling_id")), WRITES_CATEGORY),
            opened(LEAD, category="category"),
        ),
        author="asked_by_id",
    ),
    "cases_case": of_a_case(),
    "cases_assignment": of_a_case(insert=LEADS, update=LEADS),
    "cases_participant": Rules(
        select=PARTICIPANT,
        granted=READS,
        insert=either(
            both(LEADS, being("state", "asked")),
            both(being("state", "taking_part"), of_institution(), either(LEADS, both(WRITES, accepts_now))),
        ),
        update=either(of_institution(), LEADS),
        before=being("state", "asked", "taking_part"),
    ),
    "cases_note": of_a_category(
        insert=both(WRITES, IN_OWN_NAME), update=both(WRITES, either(job, RESPONSIBLE)), author="staff_id"
    ),
    "cases_background": of_a_category(
        insert=both(WRITES, IN_OWN_NAME), update=None, delete=TAKES_BACK, author="staff_id"
    ),
    "leading_triage": of_one_category(ADMINISTRATIVE, author="decided_by_id", insert=LEADS),
    "leading_levelchange": of_one_category(ADMINISTRATIVE, author="staff_id", insert=LEADS),
    "cases_draft": Rules(select=OWN_AND_JOBS, insert=of_staff(), update=of_staff(), delete=OWN_AND_JOBS),
    "consents_consent": of_a_case(insert=both(LEADS, empty("withdrawn_at")), update=job),
    "consents_consentrecipient": of_a_case(insert=both(LEADS, as_signed, is_being_signed), update=None),
    "consents_disclosure": of_a_case(
        insert=either(both(READS, IN_GIVERS_NAME, either(of_consent, of_what_is_open)), both(STAFF, of_hand_over)),
        before=empty("informed_at"),
    ),
    "decisions_decision": Rules(
        select=either(READS, ASKED, of_institution("asked_institution_id")),
        granted=READS,
        insert=both(LEADS, of_institution("asked_institution_id"), being("state", "pending")),
        update=either(
            job,
            both(LEADS, being("state", "pending", "withdrawn")),
            both(ASKED, being("state", "pending", "accepted", "declined")),
        ),
        before=being("state", "pending"),
    ),
    "decisions_requesttext": Rules(
        select=either(opened(READ, category="category", author="staff_id"), both(READS, between), asked_and_open),
        granted=opened(READ, category="category", author="staff_id"),
        insert=both(
            of_staff(),
            of_institution(),
            in_case_of("decisions_decision", "decision_id"),
            either(LEADS, both(being("part", "reason"), asked_and_open)),
        ),
    ),
    "handovers_handover": Rules(
        select=either(READS_CATEGORY, both(of_institution("sender_id"), READS), RECEIVES),
        granted=READS_CATEGORY,
        insert=both(
            LEADS, of_institution("sender_id"), empty("accepted_at", "accepted_in", "access_until", "sender_until")
        ),
        update=either(
            job,
            both(
                of_institution("receiver_id"),
                sees("decisions_decision", "decision_id", state=("pending", "accepted")),
            ),
        ),
    ),
    "handovers_cooperationnotice": Rules(
        select=either(
            job,
            of_staff("giver_staff_id"),
            of_staff("receiver_staff_id"),
            both(of_institution("receiver_id"), either(FOLLOWS_THERE, LEADS_THERE)),
        ),
        insert=both(WRITES, of_staff("giver_staff_id"), of_institution("giver_id")),
    ),
    "handovers_adviser": of_one_category(
        ADMINISTRATIVE,
        author="staff_id",
        insert=both(WRITES, of_institution(), recorded_at_an_iv),
        update=both(WRITES, of_institution()),
        before=empty("removed_at"),
    ),
    "leading_course": of_a_case(insert=LEADS),
    "leading_passage": of_one_category(ADMINISTRATIVE, author="staff_id", insert=WRITES),
    "leading_knownfact": of_a_category(
        insert=both(WRITES, either(empty("replaces_id"), both(corrects_a_statement, either(replaces_its_own, LEADS)))),
        update=None,
        author="staff_id",
    ),
    "leading_factremark": of_a_category(update=None, author="staff_id"),
    "procedures_procedureversion": _of_each("procedure.publish"),
    "instruments_instrumentversion": _of_each("procedure.publish"),
    "support_service": of_one_category(
        EMPLOYMENT,
        author=("ordered_by_id", "staff_id", "second_staff_id"),
        insert=LEADS,
        update=WRITES,
        before=either(
            LEADS,
            of_institution(),
            of_institution("second_institution_id"),
            being("kind", "round_table", "assessment"),
        ),
    ),
    "support_servicetext": of_a_category(
        insert=either(both(unless(being("part", "findings")), WRITES), WRITES_CATEGORY), update=None, author="staff_id"
    ),
    "assessments_assessment": of_a_category(
        insert=WRITES_CATEGORY, update=WRITES_CATEGORY, delete=both(WRITES_CATEGORY, being("state", "draft"))
    ),
    "assessments_sectionanswers": of_a_category(
        insert=both(WRITES_CATEGORY, DRAFT),
        update=both(WRITES_CATEGORY, DRAFT),
        delete=both(WRITES_CATEGORY, DRAFT),
        author="saved_by_id",
    ),
    "assessments_line": of_a_category(
        insert=both(WRITES_CATEGORY, DRAFT), update=None, delete=both(WRITES_CATEGORY, DRAFT)
    ),
    "assessments_score": Rules(
        select=READS_ALL,
        granted=READS_ALL,
        insert=both(WRITES_ALL, DRAFT),
        update=both(LEADS, decided_by_actor),
        before=being("decided", ""),
    ),
    # Plans.
    "plans_plan": of_a_case(insert=both(WRITES, being("state", "draft"))),
    "plans_entry": of_a_category(
        insert=both(WRITES, in_a_plan("draft")),
        update=both(WRITES, in_a_plan("draft")),
        delete=both(WRITES, in_a_plan("draft")),
    ),
    "plans_measure": of_a_category(
        insert=both(WRITES, in_a_plan("draft")),
        update=both(WRITES, in_a_plan("draft", "in_signing", "binding")),
        delete=both(WRITES, in_a_plan("draft")),
    ),
    "plans_signature": of_a_case(
        insert=None,
        update=both(WRITES, SIGNS),
        before=being("state", "waiting"),
    ),
    "plans_signername": of_one_category(IDENTITY, author="staff_id", insert=WRITES),
    # Meetings.
    "meetings_meeting": Rules(
        select=either(READS, both(NO_CASE, STAFF), invited_here),
        insert=both(either(WRITES, both(NO_CASE, holding("meeting.convene"))), of_institution("convening_id")),
        update=either(WRITES, both(NO_CASE, of_institution("convening_id"))),
    ),
    "meetings_invitee": Rules(
        select=either(READS, of_institution(), both(NO_CASE, STAFF)),
        insert=OF_THE_MEETING,
        update=either(WRITES, of_institution(), convened),
    ),
    "meetings_reason": Rules(
        select=either(OWN_REASON, both(being("part", "cancelled"), invited)),
        insert=both(
            of_staff(),
            of_institution(),
            same_case,
            either(
                both(being("part", "declined"), own_invitation, to_its_meeting),
                both(unless(being("part", "declined")), either(WRITES, convened)),
            ),
        ),
    ),
    "meetings_dateproposal": Rules(select=SEES_THE_MEETING, insert=OF_THE_MEETING),
    "meetings_dateanswer": Rules(
        select=sees("meetings_invitee", "invitee_id"), insert=own_invitation, update=own_invitation
    ),
    "meetings_guest": Rules(
        select=either(opened(READ, category=NETWORK), of_institution()),
        granted=READS,
        insert=both(OF_THE_MEETING, of_institution()),
        update=either(WRITES, both(NO_CASE, of_institution())),
    ),
    "meetings_agendapoint": Rules(
        select=either(opened(READ, category="category", author="staff_id"), AT_THE_TABLE),
        insert=both(either(WRITES, AT_THE_TABLE), of_institution(), SEES_THE_MEETING),
        delete=either(WRITES, AT_THE_TABLE),
    ),
    "meetings_entry": Rules(
        select=both(
            either(opened(READ, category="category", author="staff_id"), AT_THE_TABLE),
            either(job, being("kind", "contribution"), of_institution(), minutes_are_finished),
        ),
        insert=both(either(WRITES, AT_THE_TABLE), of_institution(), SEES_THE_MEETING),
        update=both(either(WRITES, AT_THE_TABLE), of_institution()),
        delete=both(of_institution(), unless(minutes_are_finished)),
    ),
    # One's own.
    "advice_advice": Rules(select=ADVICE, insert=both(ADVICE, of_staff()), update=ADVICE),
    "youth_notice": Rules(
        select=either(job, RECEIVES_YOUTH, of_staff()),
        insert=both(of_staff(), of_institution(), holding("case.notify")),
        delete=either(job, RECEIVES_YOUTH),
    ),
    "inbox_message": Rules(
        select=OWN_AND_JOBS, insert=either(job, in_own_name), update=OWN_AND_JOBS, delete=job, kinds=EVERY_KIND
    ),
    "inbox_preference": Rules(select=OWN_AND_JOBS, insert=OWN_AND_JOBS, update=OWN_AND_JOBS),
    "entrances_draft": Rules(
        select=either(job, OWN_DRAFT), insert=OWN_DRAFT, update=OWN_DRAFT, delete=either(job, OWN_DRAFT)
    ),
    "entrances_submission": Rules(select=OWN_AND_JOBS, insert=of_staff(), update=of_staff(), delete=job),
    "entrances_systemanswer": Rules(
        select=either(job, OF_SYSTEM),
        insert=OF_SYSTEM,
        update=OF_SYSTEM,
        delete=job,
        kinds=frozenset({"system", "job"}),
    ),
    # The register's alerts.
    "register_alert": Rules(select=OF_OWN_INSTITUTION, update=OF_OWN_INSTITUTION),
    "register_alertpreference": Rules(select=OF_OWN_INSTITUTION, insert=OF_OWN_INSTITUTION, update=OF_OWN_INSTITUTION),
    "register_enrolment": replace(_of_each("register.oversee"), kinds=WITH_SYSTEMS),
    # The log.
    "audit_seal": Rules(select=allowed("audit.read")),
    "audit_tile": Rules(select=allowed("audit.read")),
    "audit_entry": Rules(select=allowed("audit.read")),
    # Letters about log-ins, changed addresses, lost second factors.
    "signin_addresschange": Rules(select=OWN_AND_JOBS, insert=of_staff(), update=of_staff(), delete=job),
    "signin_factorreset": Rules(select=RESETS, insert=RESETS, update=RESETS, before=empty("decided_at")),
    "mail_mail": Rules(
        select=either(job, both(holding("mail.oversee"), being("link", ""))),
        insert=either(
            job, both(holding("appointment.administer"), being("kind", "invitation"), being("state", "waiting"))
        ),
        update=either(job, being("state", *_UNDECIDED, "waiting", "left")),
        before=either(job, being("state", *_UNDECIDED)),
        delete=job,
    ),
    "signin_letter": Rules(select=job, insert=everybody, delete=job, kinds=frozenset({"staff", "job", "public"})),
}

DRAWS: dict[str, dict[str, tuple[Any, ...]]] = {
    "decisions_requesttext": {"part": ("question", "reason")},
    "mail_mail": {
        "kind": ("invitation", "digest"),
        "state": ("waiting", "handed_over", *_UNDECIDED, "left"),
        "link": ("", "/join/x"),
    },
    "decisions_decision": {
        "state": ("pending", "accepted", "accepted", "declined", "withdrawn"),
        "answered_at": (None, MOMENT, JUST_NOW, JUST_NOW),
    },
    "meetings_invitee": {"answer": ("yes", "withdrawn")},
    "meetings_reason": {"part": ("exception", "cancelled", "declined")},
    "meetings_entry": {"kind": ("contribution", "note")},
    "meetings_meeting": {"minutes_finished_at": (None, MOMENT)},
    "plans_plan": {"state": ("draft", "draft", "in_signing", "binding", "replaced"), "round": (1,)},
    "plans_signature": {"state": ("waiting", "waiting", "signed", "signed", "released"), "round": (1, 1, 2)},
    "cases_assignment": {"function": ("lead", "lead", "case_manager"), "valid_until": (None, None, MOMENT)},
    "cases_participant": {"state": ("asked", "taking_part", "taking_part", "declined", "left")},
    "cases_background": {"kind": ("question", "risk_factor", "state_reason")},
    "support_service": {"kind": ("round_table", "coaching")},
    "dossiers_event": {
        "act": (*("case.participant_left", "meeting.answered") * 2, "case.closed", *ANSWERS, *ANSWERS),
        "category": (ADMINISTRATIVE, ADMINISTRATIVE, IDENTITY, EMPLOYMENT),
    },
    "assessments_assessment": {"state": ("draft", "draft", "finished")},
    "assessments_score": {"categories": (0, 0, 2, 6, 1030, 2047), "decided": ("", "", "x")},
    "support_servicetext": {"part": ("findings", "order")},
    "leading_knownfact": {"is_stated": (True, True, False), "value": (None, "{}")},
    "documents_document": {"removed_at": (None, MOMENT)},
    "handovers_adviser": {"removed_at": (None, MOMENT)},
    "consents_consent": {"withdrawn_at": (None, MOMENT), "recorded_in": (UNDER_WAY, 6)},
    "consents_consentrecipient": {"categories": (3, 7), "signed_categories": (3, 7)},
    "consents_disclosure": {
        "informed_at": (None, MOMENT),
        "basis": ("consent", "consent", "avig-85f-3", "avig-85f-3", "hand-over", "clearing-of-doubts", "youth-notice"),
        "form": ("access", "oral"),
        "categories": (0, 0, 1, 3, 1 << 3),
    },
    "handovers_handover": {
        "accepted_at": (None, None, MOMENT),
        "accepted_in": (None, None, UNDER_WAY, 6),
        "access_until": (None, None, MOMENT),
        "sender_until": (None, None, MOMENT),
        "basis": ("consent", "hand-over"),
        "categories": (3, 1 << 3),
    },
    "appointments_partnersystem": {"ended_at": (None, MOMENT)},
    "signin_factorreset": {"decided_at": (None, MOMENT)},
    "institutions_institution": {
        "is_iiz_office": (True, False, False),
        "kind": ("disability_insurance", "disability_insurance", "other"),
    },
    "appointments_appointment": {
        "ended_at": (None, None, None, MOMENT),
        "active_from": (None, PAST, PAST, FUTURE),
        "active_until": (None, FUTURE, FUTURE, PAST),
    },
    "appointments_heldrole": {
        "role": ("institution_administrator", "office_administrator", "cantonal_delegate", "tandem"),
        "valid_from": (PAST, PAST, PAST, FUTURE),
        "valid_until": (None, None, FUTURE, PAST),
        "ended_at": (None, None, None, MOMENT),
        "is_beginning": (True, False),
        "approved_at": (None, MOMENT),
    },
}
OBJECTS = {
    "dossiers_event": {
        "participant": "cases_participant",
        "invitee": "meetings_invitee",
        "meeting": "meetings_meeting",
        "handover": "handovers_handover",
    }
}
# What passes by a hand-over or on a consent: a row that says in these columns what another table's row says.
REPEATS = (
    (
        "leading_knownfact",
        "leading_knownfact",
        {"replaces_id": "id", "dossier_id": "dossier_id", "fact": "fact", "category": "category"},
    ),
    ("consents_disclosure", "appointments_appointment", {"giver_id": "institution_id", "giver_staff_id": "id"}),
    ("consents_disclosure", "handovers_handover", HANDED_OVER),
    (
        "consents_disclosure",
        "consents_consentrecipient",
        {"dossier_id": "dossier_id", "consent_id": "consent_id", "recipient_id": "institution_id"},
    ),
    ("cases_participant", "decisions_decision", {"dossier_id": "dossier_id", "institution_id": "addressed_id"}),
    ("cases_assignment", "handovers_cooperationnotice", {"dossier_id": "dossier_id", "staff_id": "receiver_staff_id"}),
)
PARENTS = {
    "meetings_invitee": ("meeting_id", "meetings_meeting"),
    "meetings_dateproposal": ("meeting_id", "meetings_meeting"),
    "meetings_guest": ("meeting_id", "meetings_meeting"),
    "meetings_agendapoint": ("meeting_id", "meetings_meeting"),
    "meetings_entry": ("meeting_id", "meetings_meeting"),
    "meetings_reason": ("meeting_id", "meetings_meeting"),
    "consents_consentrecipient": ("consent_id", "consents_consent"),
    "decisions_requesttext": ("decision_id", "decisions_decision"),
    "plans_entry": ("plan_id", "plans_plan"),
    "plans_measure": ("plan_id", "plans_plan"),
    "plans_signature": ("plan_id", "plans_plan"),
    "assessments_sectionanswers": ("assessment_id", "assessments_assessment"),
    "assessments_line": ("assessment_id", "assessments_assessment"),
    "assessments_score": ("assessment_id", "assessments_assessment"),
}
