"""Who sees which rows, by the policies alone: by grant and category, invited without a grant, outside, nobody."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do
from suone.casework.meetings.models import AgendaPoint, DateAnswer, DateProposal, Entry, Guest, Invitee, Meeting
from suone.casework.meetings.rules import EntryKind, Kind, Suits
from suone.casework.meetings.services import dates, guests, minutes
from suone.casework.meetings.services.minutes import EntryContent
from suone.casework.meetings.tests.factories import at, convene, invitee, proposals
from suone.ground.access.acting import acting_for_guest, acting_for_job
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast

MODELS = (Meeting, Invitee, DateProposal, DateAnswer, Guest, AgendaPoint, Entry)


@kept
def planned(cast: Cast, case: Case) -> Meeting:
    """A meeting with something in every table."""
    meeting = convene(cast, case, cast.worker, cast.adviser, cast.physician, proposals=[at(5)], points=["Work"])
    for staff in (cast.adviser, cast.physician):
        answers = {proposals(meeting)[0].pk: Suits.YES}
        do(staff, dates.answer_dates, invitee=invitee(meeting, staff), answers=answers)
    do(cast.coordinator, guests.invite_guest, meeting=meeting, name="Dr. Guest", function="psychotherapist")
    do(cast.worker, minutes.contribute, meeting=meeting, text="job", category=DataCategory.EMPLOYMENT)
    do(cast.worker, minutes.contribute, meeting=meeting, text="debts", category=DataCategory.FINANCES)
    return meeting


def seen(staff: Appointment) -> dict[str, int]:
    with acting_as(acting(staff)):
        return {model.__name__: model.objects.count() for model in MODELS}


def test_the_lead_sees_the_meeting_whole(cast: Cast, planned: Meeting) -> None:
    # The office's consent covers employment, and neither finances nor the person's network; its own guest it sees.
    assert seen(cast.coordinator) == {
        "Meeting": 1,
        "Invitee": 4,
        "DateProposal": 1,
        "DateAnswer": 2,
        "Guest": 1,
        "AgendaPoint": 1,
        "Entry": 1,
    }


def test_the_notifying_institution_sees_every_category_but_health(cast: Cast, planned: Meeting) -> None:
    counted = seen(cast.worker)

    assert (counted["Entry"], counted["Guest"], counted["Invitee"]) == (2, 1, 4)


def test_a_participant_sees_what_the_consent_covers(cast: Cast, planned: Meeting) -> None:
    counted = seen(cast.adviser)

    assert (counted["Entry"], counted["Guest"], counted["DateAnswer"]) == (1, 0, 2)


def test_whoever_is_invited_without_a_grant_sees_the_invitation_alone(cast: Cast, planned: Meeting) -> None:
    assert seen(cast.physician) == {
        "Meeting": 1,
        "Invitee": 1,
        "DateProposal": 1,
        "DateAnswer": 1,
        "Guest": 0,
        "AgendaPoint": 0,
        "Entry": 0,
    }


def test_the_outsider_and_nobody_see_nothing(cast: Cast, planned: Meeting) -> None:
    assert set(seen(cast.stranger).values()) == {0}
    with acting_as(acting_for_guest()):
        assert [model.objects.count() for model in MODELS] == [0] * len(MODELS)


def test_a_job_sees_everything(cast: Cast, planned: Meeting) -> None:
    with acting_as(acting_for_job("test")):
        assert Entry.objects.count() == 2
        assert Meeting.objects.count() == 1


def test_whose_invitation_is_taken_back_sees_it_no_more(cast: Cast, planned: Meeting) -> None:
    Invitee.objects.filter(meeting=planned, institution=cast.physician.institution).update(answer="withdrawn")

    counted = seen(cast.physician)

    assert (counted["Meeting"], counted["DateProposal"]) == (0, 0)


def test_a_draft_shows_to_the_writing_institution_alone(cast: Cast, case: Case) -> None:
    meeting = convene(cast, case, cast.worker)
    words = EntryContent(EntryKind.MINUTES, "draft", DataCategory.EMPLOYMENT)
    do(cast.coordinator, minutes.write_entry, meeting=meeting, content=words)

    assert (seen(cast.coordinator)["Entry"], seen(cast.worker)["Entry"]) == (1, 0)
    do(cast.coordinator, minutes.hold_meeting, meeting=meeting, presences={})
    do(cast.coordinator, minutes.finish_minutes, meeting=meeting)
    assert seen(cast.worker)["Entry"] == 1


def test_a_fixed_session_shows_each_case_to_those_with_a_grant_over_it(cast: Cast, case: Case) -> None:
    session = convene(cast, None, cast.worker, cast.physician, kind=Kind.FIXED_SESSION, region=cast.region)
    do(cast.worker, minutes.add_point, meeting=session, dossier=case.dossier)
    do(cast.coordinator, minutes.add_point, meeting=session, title="Next dates")

    def points(staff: Appointment) -> int:
        return seen(staff)["AgendaPoint"]

    assert [points(s) for s in (cast.coordinator, cast.worker, cast.physician, cast.stranger)] == [2, 2, 1, 0]
    assert seen(cast.stranger)["Meeting"] == 1  # that the session takes place is no secret


@pytest.mark.parametrize(
    "keep",
    [
        lambda meeting, staff: Entry.objects.create(
            meeting=meeting,
            dossier_id=meeting.dossier_id,
            kind="minutes",
            category=1,
            text="x",
            language="en",
            institution_id=staff.institution_id,
            staff=staff,
        ),
        lambda meeting, staff: AgendaPoint.objects.create(
            meeting=meeting,
            dossier_id=meeting.dossier_id,
            position=9,
            title="x",
            language="en",
            institution_id=staff.institution_id,
            staff=staff,
        ),
        lambda meeting, staff: DateProposal.objects.create(
            meeting=meeting, dossier_id=meeting.dossier_id, starts_at=timezone.now()
        ),
        lambda meeting, staff: Invitee.objects.create(
            meeting=meeting, dossier_id=meeting.dossier_id, institution_id=staff.institution_id, staff=staff
        ),
    ],
)
def test_neither_the_outsider_nor_the_invited_without_a_grant_writes(
    cast: Cast, planned: Meeting, keep: Callable[[Meeting, Appointment], Any]
) -> None:
    for staff in (cast.stranger, cast.physician):
        with acting_as(acting(staff)), pytest.raises(ProgrammingError), transaction.atomic():
            keep(planned, staff)


def test_the_invited_without_a_grant_change_their_own_invitation_alone(cast: Cast, planned: Meeting) -> None:
    with acting_as(acting(cast.physician)):
        assert Invitee.objects.filter(meeting=planned).update(presence="there") == 1
        assert Meeting.objects.filter(pk=planned.pk).update(place="elsewhere") == 0


def test_nobody_says_that_another_institution_has_contributed(cast: Cast, planned: Meeting) -> None:
    """Their work item would be settled by it."""
    own = Invitee.objects.filter(meeting=planned, institution=cast.adviser.institution)

    with (
        acting_as(acting(cast.coordinator)),
        pytest.raises(ProgrammingError, match="own institution"),
        transaction.atomic(),
    ):
        own.update(contributed_at=timezone.now())
    with acting_as(acting(cast.adviser)):
        assert own.update(contributed_at=timezone.now()) == 1

    seat = {"meeting": planned, "dossier_id": planned.dossier_id, "institution": cast.stranger.institution}
    with (
        acting_as(acting(cast.coordinator)),
        pytest.raises(ProgrammingError, match="own institution"),
        transaction.atomic(),
    ):
        Invitee.objects.bulk_create([Invitee(**seat, contributed_at=timezone.now())])
    with acting_as(acting(cast.coordinator)):
        Invitee.objects.bulk_create([Invitee(**seat)])


def test_an_outsider_cannot_lock_a_meeting(cast: Cast, planned: Meeting) -> None:
    with acting_as(acting(cast.stranger)), pytest.raises(ProgrammingError), transaction.atomic():
        dates.lock_meeting(planned)
