"""The last answers to proposed dates, given at the same moment: the convener is notified exactly once, every time."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from suone.casework.leading.tests.factories import activate, do
from suone.casework.meetings.acts import Act
from suone.casework.meetings.models import Meeting
from suone.casework.meetings.rules import Suits
from suone.casework.meetings.services import dates
from suone.casework.meetings.tests.factories import at, convene, invitee, proposals
from suone.ground.access.acting import Acting
from suone.organisation.appointments.models import Appointment
from suone.records.consents.tests.factories import WORK, Cast, line, make_cast
from suone.records.inbox.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

TRIALS = 150 if os.environ.get("SUONE_SWEEP") == "full" else 40


def race(cast: Cast, trials: int = TRIALS) -> Iterator[int]:
    """In each trial two institutions give the last two answers at once; how often the convener was notified."""
    case = activate(cast, line(cast.adviser, WORK))
    barrier = Barrier(2)

    def answer(staff: Appointment, meeting: Meeting) -> None:
        # One can open the case, the other cannot.
        own, proposed = invitee(meeting, staff), proposals(meeting)
        barrier.wait(timeout=20)
        do(staff, dates.answer_dates, invitee=own, answers={proposal.pk: Suits.YES for proposal in proposed})

    def run(staff: Appointment, meeting: Meeting) -> None:
        try:
            answer(staff, meeting)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        for _trial in range(trials):
            meeting = convene(cast, case, cast.adviser, cast.physician, proposals=[at(7)])
            before = Message.objects.filter(act=Act.ALL_ANSWERED).count()
            list(threads.map(run, (cast.adviser, cast.physician), (meeting, meeting)))
            yield Message.objects.filter(act=Act.ALL_ANSWERED).count() - before


def test_of_many_simultaneous_last_answers_none_is_lost(transactional_db: None) -> None:
    notified = list(race(make_cast()))

    assert notified == [1] * TRIALS


def test_without_the_lock_the_convener_is_not_notified(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: the race above can fail. Each looks whether anybody is left before the other is through."""
    both_looked = Barrier(2)
    look = dates.report_if_all_answered

    def look_together(acting: Acting, meeting: Meeting) -> None:
        look(acting, meeting)
        both_looked.wait(timeout=20)

    def unlocked(meeting: Meeting) -> Any:
        return Meeting.objects.get(pk=meeting.pk)

    monkeypatch.setattr(dates, "lock_meeting", unlocked)
    monkeypatch.setattr(dates, "report_if_all_answered", look_together)

    assert list(race(make_cast(), trials=1)) == [0]
