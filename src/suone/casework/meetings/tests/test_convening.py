"""Convening, inviting, answering, cancelling: what is stored, and who is notified."""

from datetime import date

import pytest

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.tests.factories import published
from suone.casework.cases.models import Case
from suone.casework.leading.models import Course
from suone.casework.leading.queries import known_facts
from suone.casework.leading.tests.factories import do
from suone.casework.meetings import queries
from suone.casework.meetings.acts import Act
from suone.casework.meetings.models import Invitee, Meeting, Reason
from suone.casework.meetings.rules import Answer, Kind, PersonPart, State
from suone.casework.meetings.services import convening
from suone.casework.meetings.services.shared import check_own_invitation
from suone.casework.meetings.tests.factories import at, convene, fresh, invitee
from suone.ground.access.errors import Refused
from suone.ground.audit.models import Entry as LogEntry
from suone.organisation.appointments.models import Appointment
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.models import Event
from suone.records.inbox.models import Message


def messages_of(staff: Appointment, act: str) -> int:
    return Message.objects.filter(staff=staff, act=act).count()


def test_convening_invites_and_notifies_everybody(cast: Cast, case: Case) -> None:
    meeting = convene(cast, case, cast.worker, cast.adviser, cast.physician, points=["Employment", "Health"])

    assert meeting.state == State.SCHEDULED
    assert meeting.case_number == case.dossier.number
    assert {i.institution.code: i.role for i in Invitee.objects.filter(meeting=meeting)} == {
        "IIZ": "convener",
        "SMZ": "invited",
        "RAV": "invited",
        "RAD": "invited",
    }
    assert [point.title for point in meeting.points.all()] == ["Employment", "Health"]
    assert [messages_of(s, Act.CONVENED) for s in (cast.worker, cast.adviser, cast.physician)] == [1, 1, 1]
    assert messages_of(cast.coordinator, Act.CONVENED) == 0
    assert Event.objects.filter(dossier=case.dossier, act=Act.CONVENED).count() == 1
    assert LogEntry.objects.get(act=Act.CONVENED).recipients
    assert known_facts(case.pk)[Fact.MEETING_CONVENED] is True


def test_nothing_is_kept_when_the_log_fails(cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_others: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr("suone.casework.meetings.services.convening.record_meeting_event", broken)
    with pytest.raises(RuntimeError):
        convene(cast, case)

    assert not Meeting.objects.exists()
    assert not Message.objects.filter(act=Act.CONVENED).exists()


def test_a_meeting_about_no_case_is_convened_from_the_list(cast: Cast, case: Case) -> None:
    session = convene(cast, None, kind=Kind.FIXED_SESSION, region=cast.region)

    assert session.dossier_id is None
    assert LogEntry.objects.filter(act=Act.CONVENED, dossier_id=None).exists()
    with pytest.raises(Refused, match="about one case"):
        convene(cast, None, kind=Kind.ROUND_TABLE)
    with pytest.raises(Refused, match="many cases"):
        convene(cast, case, kind=Kind.FIXED_SESSION)


def test_the_round_table_of_a_complex_case_is_the_coordinator_s_to_convene(cast: Cast, case: Case) -> None:
    Course.objects.create(
        dossier=case.dossier, version=published("vs-complex"), phase="support", phase_since=date(2026, 1, 5)
    )
    dossier = case.dossier

    with pytest.raises(Refused, match="Regional coordinator"):
        convene(cast, case, cast.adviser, by=cast.worker)
    others = do(cast.worker, queries.convened_by_others, dossier=dossier, kinds=[Kind.ROUND_TABLE, Kind.REVIEW])

    assert not Meeting.objects.exists()
    assert [(other.kind, other.who, other.origin) for other in others] == [
        (Kind.ROUND_TABLE, "Regional coordinator", "default of this product")
    ]
    assert convene(cast, case, cast.adviser, by=cast.coordinator).pk


def test_an_assessment_needs_a_physician_or_a_reason(cast: Cast, case: Case) -> None:
    usual = {"kind": Kind.ASSESSMENT, "person_part": PersonPart.WHOLE}

    with pytest.raises(Refused, match="physician"):
        convene(cast, case, cast.worker, **usual)

    assert convene(cast, case, cast.worker, cast.physician, **usual).pk
    assert convene(cast, case, cast.worker, exception_reason="No question of health", **usual).pk
    assert convene(cast, case, cast.worker, named=cast.physician, **usual).pk


def test_the_only_physician_stays_invited_to_an_assessment(cast: Cast, case: Case) -> None:
    meeting = convene(cast, case, cast.physician, kind=Kind.ASSESSMENT, person_part=PersonPart.WHOLE)

    with pytest.raises(Refused, match="physician"):
        do(cast.coordinator, convening.uninvite, invitee=invitee(meeting, cast.physician))


def test_an_invitation_is_answered_without_opening_the_case(cast: Cast, meeting: Meeting) -> None:
    do(cast.physician, convening.answer_invitation, invitee=invitee(meeting, cast.physician), accept=True)

    kept = invitee(meeting, cast.physician)
    assert (kept.answer, kept.answered_by_id) == (Answer.ACCEPTED, cast.physician.pk)
    assert messages_of(cast.coordinator, Act.ANSWERED) == 1
    assert LogEntry.objects.filter(act=Act.ANSWERED, staff_id=cast.physician.pk).count() == 1


def test_whoever_declines_says_why_and_nobody_answers_for_others(cast: Cast, meeting: Meeting) -> None:
    own = invitee(meeting, cast.adviser)

    with pytest.raises(Refused, match="reason"):
        do(cast.adviser, convening.answer_invitation, invitee=own, accept=False)
    with pytest.raises(Refused, match="own institution"):
        do(cast.worker, convening.answer_invitation, invitee=own, accept=True)
    do(cast.adviser, convening.answer_invitation, invitee=own, accept=False, reason="On holiday")

    assert Reason.objects.get(invitee=own).text == "On holiday"


def test_inviting_taking_back_and_inviting_again(cast: Cast, meeting: Meeting) -> None:
    seat = convening.Seat(cast.stranger.institution)
    do(cast.coordinator, convening.invite, meeting=meeting, seat=seat)
    with pytest.raises(Refused, match="already"):
        do(cast.coordinator, convening.invite, meeting=meeting, seat=seat)

    do(cast.coordinator, convening.uninvite, invitee=invitee(meeting, cast.stranger))
    with pytest.raises(Refused, match="while it is invited"):
        do(cast.stranger, check_own_invitation, invitee=invitee(meeting, cast.stranger))
    do(cast.coordinator, convening.invite, meeting=meeting, seat=seat)

    assert invitee(meeting, cast.stranger).answer == Answer.WAITING
    assert messages_of(cast.stranger, Act.INVITED) == 2
    assert messages_of(cast.stranger, Act.UNINVITED) == 1


def test_only_the_convening_institution_or_the_lead_keeps_a_meeting(cast: Cast, meeting: Meeting) -> None:
    with pytest.raises(Refused, match="convened"):
        do(cast.adviser, convening.cancel_meeting, meeting=meeting, reason="Snow")
    with pytest.raises(Refused, match="convened"):
        do(cast.adviser, convening.invite, meeting=meeting, seat=convening.Seat(cast.stranger.institution))


def test_cancelling_notifies_everybody_and_takes_the_fact_back(cast: Cast, case: Case, meeting: Meeting) -> None:
    other = convene(cast, case, starts_at=at(9))

    do(cast.coordinator, convening.cancel_meeting, meeting=meeting, reason="Snow on the pass")
    assert known_facts(case.pk)[Fact.MEETING_CONVENED] is True  # another one is ahead
    do(cast.coordinator, convening.cancel_meeting, meeting=other, reason="Snow on the pass")

    assert fresh(meeting).state == State.CANCELLED
    assert messages_of(cast.physician, Act.CANCELLED) == 1
    assert known_facts(case.pk)[Fact.MEETING_CONVENED] is False
    with pytest.raises(Refused, match="over"):
        do(cast.coordinator, convening.cancel_meeting, meeting=meeting, reason="Snow on the pass")
