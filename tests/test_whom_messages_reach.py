"""A message about a case comes from somebody who has to do with it, and goes to an institution that has or had, past the services too."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone, translation

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import activate, ask, do
from suone.casework.meetings.models import Invitee
from suone.casework.meetings.services.guests import answer_as_guest, invite_guest
from suone.casework.meetings.tests.factories import at, convene
from suone.ground.access.acting import Acting, acting_for_guest, acting_for_job
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.acts import all_acts
from suone.organisation.appointments.models import Appointment, HeldRole
from suone.organisation.appointments.tests.factories import acting, make_institution, make_staff
from suone.organisation.institutions.models import Institution
from suone.records.consents.models import Consent
from suone.records.consents.services import withdraw_consent
from suone.records.consents.tests.factories import Cast, line, make_cast
from suone.records.decisions.models import Decision, RequestText
from suone.records.dossiers.models import Grant
from suone.records.inbox.models import Message
from suone.records.inbox.services import open_in_emergency
from suone.register.server.models import Enrolment

ACT = "case.closed"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@kept
def cast() -> Cast:
    return make_cast()


@kept
def case(cast: Cast) -> Case:
    """Notified by the worker, led by the office, open to the adviser on a consent."""
    return activate(cast, line(cast.adviser))


def sends(who: Acting | Appointment, to: Appointment, case: Case | None, act: str = ACT) -> bool:
    """Whether the database keeps a message that this actor inserts past the services."""
    by = acting(who) if isinstance(who, Appointment) else who
    try:
        with acting_as(by), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO inbox_message (staff_id, dossier_id, act, by_institution_id) VALUES (%s, %s, %s, %s)",
                [to.pk, case and case.pk, act, by.institution_id],
            )
    except ProgrammingError as refused:
        if "no message" not in str(refused) and "not permitted" not in str(refused):
            raise
        return False
    return True


def test_between_those_who_have_to_do_with_the_case(cast: Cast, case: Case) -> None:
    involved = (cast.coordinator, cast.worker, cast.adviser)

    assert all(sends(by, to, case) for by in involved for to in involved if by != to)


def test_nobody_sends_about_a_case_that_is_closed_to_them(cast: Cast, case: Case) -> None:
    assert not sends(cast.stranger, cast.worker, case)
    assert not sends(
        cast.stranger, make_staff(cast.stranger.institution, Role.FRONT_LINE_WORKER, last_name="Mate"), case
    )


def test_nobody_outside_is_told_of_a_case(cast: Cast, case: Case) -> None:
    assert not sends(cast.worker, cast.stranger, case)
    assert not sends(cast.coordinator, cast.physician, case)


def test_of_an_act_that_exists_alone_with_a_case_or_without(cast: Cast, case: Case) -> None:
    assert not sends(cast.worker, cast.adviser, case, "case.invented")
    assert not sends(cast.worker, cast.adviser, None, "case.invented")
    assert not sends(acting_for_job("a test"), cast.adviser, case, "case.invented")


# Without a case


def test_without_a_case_an_act_says_itself_whom_it_reaches_and_any_other_reaches_nobody(cast: Cast, case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT act FROM inbox_rule")
        ruled = {act for (act,) in cursor.fetchall()}
    colleague = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")

    everything = sorted(act.value for act in all_acts())
    assert [act for act in everything for to in (cast.stranger, colleague) if sends(cast.worker, to, None, act)] == []
    assert ruled <= set(everything)
    assert {act for act in ruled if not act.startswith("meeting.")} == {
        "appointment.approval_asked", "caseload.left", "caseload.passed", "glass.broken", "partner.notified",
        "register.canary_touched", "youth.notified",
    }  # fmt: skip


def test_a_meeting_without_a_case_is_told_of_by_whoever_convenes_it_and_answered_to_them(cast: Cast) -> None:
    meeting = convene(cast, None, cast.worker, cast.adviser, kind="regional")
    act = "meeting.changed"

    assert sends(cast.coordinator, cast.worker, None, act)
    assert sends(cast.worker, cast.coordinator, None, act)
    assert not sends(cast.worker, cast.adviser, None, act)
    assert not sends(cast.coordinator, cast.stranger, None, act)
    assert not sends(cast.stranger, cast.coordinator, None, act)
    Invitee.objects.filter(meeting=meeting, institution=cast.worker.institution).update(answer="withdrawn")
    assert sends(cast.coordinator, cast.worker, None, "meeting.uninvited")
    assert not sends(cast.worker, cast.coordinator, None, act)


def test_a_meeting_about_a_case_is_none_without(cast: Cast, case: Case) -> None:
    convene(cast, case, cast.worker)

    assert not sends(cast.coordinator, cast.worker, None, "meeting.changed")


def test_a_guest_of_a_meeting_without_a_case_tells_whoever_sent_the_link(cast: Cast) -> None:
    meeting, host = convene(cast, None, cast.worker, kind="regional", starts_at=at(3)), cast.coordinator
    token = do(host, invite_guest, meeting=meeting, name="lecturer")
    guest = acting_for_guest()

    assert not sends(guest, host, None, "meeting.guest_answered")
    with acting_as(guest):
        assert answer_as_guest(guest, token=token, accept=True)

    assert Message.objects.filter(act="meeting.guest_answered", staff=host).count() == 1


def test_a_touched_canary_reaches_those_who_oversee_the_register_from_those_who_take_part(cast: Cast) -> None:
    officer = make_staff(make_institution("DSB"), Role.DATA_PROTECTION_OFFICER, last_name="Officer")
    act = "register.canary_touched"
    assert not sends(cast.worker, officer, None, act)
    place = Enrolment.objects.create(
        institution=cast.worker.institution, place=0, legal_basis="x", began_on=timezone.localdate()
    )

    assert sends(cast.worker, officer, None, act)
    assert not sends(cast.worker, cast.adviser, None, act)
    assert not sends(cast.stranger, officer, None, act)
    HeldRole.objects.filter(appointment=officer).update(ended_at=timezone.now())
    assert not sends(cast.worker, officer, None, act)
    place.delete()


# What packages say


def test_each_package_says_who_has_to_do_with_a_case_and_no_institution_without_a_row_has(
    cast: Cast, case: Case
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT side, asks FROM inbox_tie ORDER BY 1, 2")
        ties = cursor.fetchall()
        known = []
        for _side, asks in ties[:7]:
            for institution in (cast.worker, cast.stranger):
                cursor.execute(f"SELECT {asks}(%s, %s)", [institution.institution_id, case.pk])
                known.append((asks, institution.last_name, cursor.fetchone()[0]))

    assert [asks for _side, asks in ties] == [
        "cases_knows", "consents_name", "decisions_asks_about", "handovers_gave_notice_to", "meetings_knows",
        "support_is_by", "workitems_are_for", "cases_is_asked_about", "meetings_has_to_do_with",
    ]  # fmt: skip
    assert ("cases_knows", cast.worker.last_name, True) in known
    assert not any(yes for _asks, name, yes in known if name == cast.stranger.last_name)


def test_whoever_is_asked_is_told_and_answers_without_access(cast: Cast, case: Case) -> None:
    decision = ask(cast, case, cast.stranger)
    assert sends(cast.coordinator, cast.stranger, case)
    assert sends(cast.stranger, cast.coordinator, case)

    said = {"dossier": case.dossier, "decision": decision, "part": "reason", "text": "No"}
    RequestText.objects.create(**said)
    Decision.objects.filter(pk=decision.pk).update(state="declined", answered_at=timezone.now() - timedelta(hours=2))

    assert not sends(cast.stranger, cast.coordinator, case)  # the answer is long given
    assert sends(cast.coordinator, cast.stranger, case)  # its correction still reaches them


def test_whoever_could_open_the_case_once_is_told_and_tells_no_more(cast: Cast, case: Case) -> None:
    Grant.objects.filter(dossier=case.pk, institution=cast.adviser.institution).update(
        valid_from=timezone.now() - timedelta(days=9), valid_until=timezone.now() - timedelta(days=1)
    )

    assert sends(cast.worker, cast.adviser, case)
    assert not sends(cast.adviser, cast.worker, case)


def test_whoever_loses_access_by_their_own_act_still_tells_of_it(cast: Cast, case: Case) -> None:
    do(cast.adviser, withdraw_consent, consent=Consent.objects.get(dossier=case.pk))

    assert Message.objects.filter(act="consent.withdrawn", staff=cast.coordinator).count() == 1


def test_a_job_tells_anybody(cast: Cast, case: Case) -> None:
    assert sends(acting_for_job("a test"), cast.stranger, case)


def test_the_office_is_told_where_nobody_else_receives_the_case(cast: Cast, case: Case) -> None:
    Grant.objects.filter(dossier=case.pk, institution=cast.coordinator.institution).delete()
    colleague = make_staff(cast.coordinator.institution, Role.REGIONAL_COORDINATOR, last_name="Colleague")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM consents_consentrecipient WHERE institution_id = %s", [colleague.institution_id])
        cursor.execute("DELETE FROM consents_disclosure WHERE recipient_id = %s", [colleague.institution_id])
        cursor.execute("DELETE FROM workitems_workitem WHERE dossier_id = %s", [case.pk])
        cursor.execute("DELETE FROM cases_participant WHERE institution_id = %s", [colleague.institution_id])
    assert sends(cast.worker, colleague, case)

    Institution.objects.filter(pk=colleague.institution_id).update(is_iiz_office=False)

    assert not sends(cast.worker, colleague, case)


def test_an_emergency_reaches_those_who_lead_and_the_officer_for_data_protection_and_no_other_act_does(
    cast: Cast, case: Case
) -> None:
    officer = make_staff(make_institution("DSB"), Role.DATA_PROTECTION_OFFICER, last_name="Officer")

    manager = make_staff(cast.stranger.institution, Role.CASE_MANAGER, last_name="Manager")

    do(manager, open_in_emergency, number=case.dossier.number, reason="She stands here and is in danger")

    told = set(Message.objects.filter(act="glass.broken").values_list("staff__last_name", flat=True))
    assert told == {"Officer", "Coordinator", "Worker"}
    assert sends(manager, cast.coordinator, case)
    assert not sends(manager, officer, case)


def test_what_was_done_is_said_to_those_alone_who_may_read_its_category_now(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser, DataCategory.EMPLOYMENT.bit), line(cast.physician, named=True))
    activate(cast, line(cast.stranger))
    colleague = make_staff(cast.physician.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")

    def says(to: Appointment, category: DataCategory = DataCategory.EMPLOYMENT) -> bool:
        message = Message.objects.create(staff=to, dossier_id=case.pk, act=ACT, category=category)
        return Message.objects.get(pk=message.pk).act == ACT

    assert [says(to) for to in (cast.adviser, cast.physician, colleague, cast.stranger)] == [True, True, False, False]
    assert not says(cast.adviser, DataCategory.EDUCATION)
    granted, now = Grant.objects.filter(dossier=case.pk, institution=cast.adviser.institution), timezone.now()
    granted.update(valid_from=now + timedelta(days=1))
    assert not says(cast.adviser)
    granted.update(valid_from=now - timedelta(days=9), valid_until=now - timedelta(days=1))
    assert not says(cast.adviser)


@pytest.mark.parametrize("answers", [True, False])
def test_a_guest_tells_whoever_sent_the_link_and_only_by_answering(cast: Cast, case: Case, answers: bool) -> None:
    meeting, host = convene(cast, case, cast.worker, starts_at=at(3)), cast.coordinator
    token = do(host, invite_guest, meeting=meeting, name="psychotherapist")
    guest = acting_for_guest()

    if answers:
        with acting_as(guest):
            assert answer_as_guest(guest, token=token, accept=True)
        assert Message.objects.filter(act="meeting.guest_answered", staff=host).count() == 1
    assert not sends(guest, cast.worker, case, "meeting.guest_answered")
    assert not sends(guest, host, case, ACT)


def test_the_database_knows_every_act_and_the_app_adds_none(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM inbox_act")
        assert {word for (word,) in cursor.fetchall()} == {act.value for act in all_acts()}
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(acting(cast.worker)):  # noqa: SIM117
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO inbox_act VALUES ('case.invented')")
