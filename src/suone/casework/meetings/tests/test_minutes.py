"""Agenda, contributions, presence, minutes, and what follows from them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.casework.cases.models import Case
from suone.casework.leading.queries import known_facts
from suone.casework.leading.tests.factories import activate, do
from suone.casework.meetings.acts import Act
from suone.casework.meetings.models import AgendaPoint, Entry, Meeting
from suone.casework.meetings.rules import EntryKind, Kind, PersonPart, Presence, State
from suone.casework.meetings.services import convening, minutes
from suone.casework.meetings.services.minutes import EntryContent
from suone.casework.meetings.tests.factories import at, convene, fresh, invitee
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import Entry as LogEntry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import WORK, Cast, line
from suone.records.dossiers.models import Event
from suone.records.workitems.models import WorkItem


def write(cast: Cast, meeting: Meeting, text: str = "She works 25 %.", **changes: Any) -> Entry:
    usual: dict[str, Any] = {"kind": EntryKind.MINUTES, "text": text, "category": DataCategory.EMPLOYMENT}
    entry: Entry = do(cast.coordinator, minutes.write_entry, meeting=meeting, content=EntryContent(**usual | changes))
    return entry


def hold(cast: Cast, meeting: Meeting, **presences: Any) -> None:
    do(cast.coordinator, minutes.hold_meeting, meeting=meeting, presences={}, **presences)


def read_by(staff: Appointment, meeting: Meeting) -> list[str]:
    who = acting(staff)
    with acting_as(who):
        return [entry.text for entry in Entry.objects.readable_by(who).filter(meeting=meeting)]


def test_contributions_are_read_by_category_and_the_last_one_is_announced(cast: Cast, case: Case) -> None:
    meeting = convene(cast, case, cast.worker, cast.adviser, starts_at=at(3))

    given = {"text": "CV is up to date", "category": DataCategory.EMPLOYMENT}
    do(cast.worker, minutes.contribute, meeting=meeting, **given)
    assert Fact.CONTRIBUTIONS_IN not in known_facts(case.pk)
    do(cast.adviser, minutes.nothing_to_add, invitee=invitee(meeting, cast.adviser))

    assert known_facts(case.pk)[Fact.CONTRIBUTIONS_IN] is True
    assert read_by(cast.adviser, meeting) == ["CV is up to date"]
    assert read_by(cast.physician, meeting) == []
    event = Event.objects.get(dossier=case.dossier, act=Act.CONTRIBUTED)
    assert event.category == DataCategory.EMPLOYMENT


def test_a_contribution_is_read_by_its_author_and_those_who_reach_its_category(cast: Cast, case: Case) -> None:
    meeting = convene(cast, case, cast.worker, cast.adviser, starts_at=at(3))

    do(cast.adviser, minutes.contribute, meeting=meeting, text="Debts", category=DataCategory.FINANCES)

    assert read_by(cast.adviser, meeting) == ["Debts"]
    assert read_by(cast.coordinator, meeting) == []
    assert read_by(cast.worker, meeting) == ["Debts"]


def test_an_institution_that_the_consent_does_not_name_contributes_nothing(cast: Cast, meeting: Meeting) -> None:
    with pytest.raises(Refused, match="consent must name it"):
        do(cast.physician, minutes.contribute, meeting=meeting, text="x", category=DataCategory.HEALTH)

    do(cast.physician, minutes.nothing_to_add, invitee=invitee(meeting, cast.physician))
    assert invitee(meeting, cast.physician).contributed_at is not None


def test_minutes_are_their_writers_own_until_they_are_finished(cast: Cast, meeting: Meeting) -> None:
    write(cast, meeting)
    assert (read_by(cast.coordinator, meeting), read_by(cast.adviser, meeting)) == (["She works 25 %."], [])

    hold(cast, meeting)
    do(cast.coordinator, minutes.finish_minutes, meeting=meeting)

    assert read_by(cast.adviser, meeting) == ["She works 25 %."]
    assert read_by(cast.physician, meeting) == []
    assert LogEntry.objects.filter(act=Act.MINUTES_FINISHED).count() == 1
    with pytest.raises(Refused, match="finished"):
        write(cast, meeting)
    with pytest.raises(Refused, match="finished"):
        do(cast.coordinator, minutes.finish_minutes, meeting=meeting)


def test_a_decision_becomes_a_work_item_when_the_minutes_are_finished(cast: Cast, meeting: Meeting) -> None:
    due = timezone.localdate() + timedelta(days=14)
    write(cast, meeting, "Shorten the list", kind=EntryKind.RECOMMENDATION)
    decision = write(
        cast, meeting, "Clarify the benefits", kind=EntryKind.DECISION, responsible=cast.adviser.institution, due_on=due
    )
    assert not WorkItem.objects.filter(about_type="meeting").exists()

    hold(cast, meeting)
    do(cast.coordinator, minutes.finish_minutes, meeting=meeting)

    item = WorkItem.objects.get(about_type="meeting", about_id=meeting.pk)
    assert (item.title, item.due_on, item.addressed_id) == ("Clarify the benefits", due, cast.adviser.institution_id)
    assert Entry.objects.get(pk=decision.pk).work_item_id == item.pk


def test_a_decision_names_both_or_none_and_must_be_readable(cast: Cast, case: Case, meeting: Meeting) -> None:
    with pytest.raises(Refused, match="Name both"):
        write(cast, meeting, kind=EntryKind.DECISION, responsible=cast.adviser.institution)
    with pytest.raises(Refused, match="mandate"):
        write(cast, meeting, kind=EntryKind.MANDATE)
    with pytest.raises(Refused, match="open to you"):
        write(
            cast,
            meeting,
            kind=EntryKind.DECISION,
            responsible=cast.adviser.institution,
            due_on=timezone.localdate(),
            category=DataCategory.HEALTH,
        )


def test_two_corrections_at_once_lose_nothing(cast: Cast, meeting: Meeting) -> None:
    entry = Entry.objects.select_related("meeting").get(pk=write(cast, meeting, "first").pk)

    do(cast.coordinator, minutes.correct_entry, entry=entry, text="second", version=1)
    with pytest.raises(Conflict) as conflict:
        do(cast.coordinator, minutes.correct_entry, entry=entry, text="third", version=1)

    assert conflict.value.current == {"Text": "second"}
    with pytest.raises(Refused, match="Only the institution"):
        do(cast.worker, minutes.correct_entry, entry=entry, text="mine", version=2)
    do(cast.coordinator, minutes.remove_entry, entry=entry)
    assert not Entry.objects.filter(pk=entry.pk).exists()


@pytest.mark.parametrize(
    ("kind", "part", "fact"),
    [
        (Kind.ROUND_TABLE, PersonPart.ABSENT, Fact.ROUND_TABLE_HELD_ON),
        (Kind.ASSESSMENT, PersonPart.WHOLE, Fact.ASSESSMENT_HELD_ON),
        (Kind.JOINT_INTERVIEW, PersonPart.SECOND, Fact.JOINT_INTERVIEW_HELD_ON),
        (Kind.REVIEW, PersonPart.WHOLE, Fact.REVIEW_HELD_ON),
        (Kind.NETWORK, PersonPart.WHOLE, Fact.NETWORK_MEETING_HELD_ON),
        (Kind.INTERVISION, PersonPart.ABSENT, Fact.INTERVISION_HELD_ON),
    ],
)
def test_the_procedure_learns_that_a_meeting_was_held(
    cast: Cast, case: Case, kind: Kind, part: PersonPart, fact: Fact
) -> None:
    after = 30 if part == PersonPart.SECOND else None
    physician = cast.physician if kind is Kind.ASSESSMENT else cast.adviser
    meeting = convene(cast, case, cast.worker, physician, kind=kind, person_part=part, second_part_after=after)
    presences = {invitee(meeting, cast.worker).pk: Presence.PRESENT}

    came = None if part == PersonPart.ABSENT else True
    do(cast.coordinator, minutes.hold_meeting, meeting=meeting, presences=presences, person_came=came)

    assert fresh(meeting).state == State.HELD
    assert invitee(meeting, cast.worker).presence == Presence.PRESENT
    assert known_facts(case.pk)[fact] == timezone.localdate()


@pytest.mark.parametrize("came", [Presence.PRESENT, Presence.EXCUSED])
def test_the_procedure_learns_who_was_present_at_an_assessment(cast: Cast, case: Case, came: Presence) -> None:
    meeting = convene(cast, case, cast.physician, kind=Kind.ASSESSMENT, person_part=PersonPart.WHOLE)

    presences = {invitee(meeting, cast.physician).pk: came}
    do(cast.coordinator, minutes.hold_meeting, meeting=meeting, presences=presences, person_came=True)

    known = known_facts(case.pk)
    assert (known[Fact.PERSON_ATTENDED], known[Fact.RAD_ATTENDED]) == (True, came is Presence.PRESENT)


def test_a_joint_interview_without_the_person_was_none(cast: Cast, case: Case) -> None:
    meeting = convene(
        cast, case, kind=Kind.JOINT_INTERVIEW, person_part=PersonPart.SECOND, minutes=150, second_part_after=75
    )

    with pytest.raises(Refused, match="without the person"):
        hold(cast, meeting, person_came=False)


def test_a_fixed_session_is_recorded_in_each_of_its_cases(cast: Cast, case: Case) -> None:
    session = convene(cast, None, cast.worker, cast.adviser, kind=Kind.FIXED_SESSION, region=cast.region)
    other = activate(cast, line(cast.adviser, WORK))
    do(cast.worker, minutes.add_point, meeting=session, dossier=case.dossier)
    do(cast.worker, minutes.add_point, meeting=session, dossier=other.dossier)
    with pytest.raises(Refused, match="already"):
        do(cast.worker, minutes.add_point, meeting=session, dossier=other.dossier)
    with pytest.raises(Refused, match="may contribute"):
        do(cast.stranger, minutes._check_may_be_discussed, meeting=session, dossier=case.dossier)
    point = AgendaPoint.objects.get(meeting=session, dossier=case.dossier)
    write(cast, session, "Goes to BSL", point=point)

    hold(cast, session)
    do(cast.coordinator, minutes.finish_minutes, meeting=session)

    assert [known_facts(c.pk)[Fact.SESSION_DISCUSSED_ON] for c in (case, other)] == [
        timezone.localdate(),
        timezone.localdate(),
    ]
    assert Entry.objects.get(meeting=session).dossier_id == case.pk
    assert read_by(cast.physician, session) == []


def test_a_case_on_the_agenda_must_be_open_to_whoever_convenes(cast: Cast, case: Case) -> None:
    session = convene(cast, None, cast.worker, by=cast.stranger, kind=Kind.FIXED_SESSION, region=cast.region)

    with pytest.raises(Refused, match="consent must name"):
        do(cast.worker, minutes.add_point, meeting=session, dossier=case.dossier)


def test_a_point_is_taken_off_until_something_is_written_to_it(cast: Cast, meeting: Meeting) -> None:
    point = do(cast.adviser, minutes.add_point, meeting=meeting, title="Holidays")
    point = AgendaPoint.objects.select_related("meeting", "dossier").get(pk=point.pk)
    entry = write(cast, meeting, point=point)
    with pytest.raises(Refused, match="stays on the agenda"):
        do(cast.adviser, minutes.remove_point, point=point)
    Entry.objects.filter(pk=entry.pk).delete()

    do(cast.adviser, minutes.remove_point, point=point)

    assert not AgendaPoint.objects.filter(meeting=meeting).exists()


def test_what_is_over_stays_as_it_is(cast: Cast, meeting: Meeting) -> None:
    hold(cast, meeting)

    with pytest.raises(Refused, match="over"):
        do(cast.worker, minutes.contribute, meeting=meeting, text="late", category=DataCategory.EMPLOYMENT)
    with pytest.raises(Refused, match="over"):
        do(cast.worker, convening.answer_invitation, invitee=invitee(meeting, cast.worker), accept=True)
    with pytest.raises(Refused, match="over"):
        hold(cast, meeting)


def test_nothing_is_finished_when_the_log_fails(cast: Cast, meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        cast,
        meeting,
        "Do it",
        kind=EntryKind.DECISION,
        responsible=cast.adviser.institution,
        due_on=timezone.localdate(),
    )
    hold(cast, meeting)

    def broken(*_arguments: object, **_others: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr(minutes, "record_meeting_event", broken)
    with pytest.raises(RuntimeError):
        do(cast.coordinator, minutes.finish_minutes, meeting=meeting)

    assert fresh(meeting).minutes_finished_at is None
    assert not WorkItem.objects.filter(about_type="meeting").exists()
