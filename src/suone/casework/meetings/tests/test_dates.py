"""Finding a date: proposals, answers, and the last one, which notifies the convener."""

from typing import Any

import pytest
from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do
from suone.casework.meetings.acts import Act
from suone.casework.meetings.models import DateAnswer, Meeting
from suone.casework.meetings.rules import Answer, State, Suits
from suone.casework.meetings.services import convening, dates
from suone.casework.meetings.tests.factories import at, convene, fresh, invitee, proposals
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry as LogEntry
from suone.records.consents.tests.factories import Cast
from suone.records.inbox.models import Message


@kept
def planned(cast: Cast, case: Case) -> Meeting:
    """Two dates are proposed to the adviser, who can open the case, and to the physician, who cannot."""
    return convene(cast, case, cast.adviser, cast.physician, proposals=[at(7), at(8)])


def answer(meeting: Meeting, staff: Any, *suits: Suits) -> None:
    answers = dict(zip([proposal.pk for proposal in proposals(meeting)], suits, strict=True))
    do(staff, dates.answer_dates, invitee=invitee(meeting, staff), answers=answers)


def notified(cast: Cast) -> int:
    return Message.objects.filter(staff=cast.coordinator, act=Act.ALL_ANSWERED).count()


def test_the_last_answer_notifies_the_convener_once(cast: Cast, planned: Meeting) -> None:
    answer(planned, cast.adviser, Suits.YES, Suits.NO)
    assert notified(cast) == 0

    answer(planned, cast.physician, Suits.IF_NEED_BE, Suits.YES)
    assert notified(cast) == 1
    answer(planned, cast.adviser, Suits.YES, Suits.YES)

    assert notified(cast) == 1
    assert fresh(planned).all_answered_at is not None
    assert LogEntry.objects.filter(act=Act.DATES_ANSWERED).count() == 3
    assert DateAnswer.objects.filter(invitee=invitee(planned, cast.adviser), suits=Suits.YES).count() == 2


def test_half_an_answer_is_not_yet_one(cast: Cast, planned: Meeting) -> None:
    answer(planned, cast.adviser, Suits.YES, Suits.NO)
    own = invitee(planned, cast.physician)

    do(cast.physician, dates.answer_dates, invitee=own, answers={proposals(planned)[0].pk: Suits.YES})

    assert notified(cast) == 0


def test_whoever_declines_is_not_waited_for(cast: Cast, planned: Meeting) -> None:
    answer(planned, cast.adviser, Suits.YES, Suits.NO)

    do(
        cast.physician,
        convening.answer_invitation,
        invitee=invitee(planned, cast.physician),
        accept=False,
        reason="No mandate",
    )

    assert notified(cast) == 1


def test_the_fixed_date_is_announced_and_whoever_it_suits_is_coming(cast: Cast, planned: Meeting) -> None:
    answer(planned, cast.adviser, Suits.YES, Suits.NO)
    answer(planned, cast.physician, Suits.NO, Suits.YES)

    do(cast.coordinator, dates.fix_date, meeting=planned, starts_at=at(7), version=1)

    assert (fresh(planned).state, fresh(planned).starts_at) == (State.SCHEDULED, at(7))
    assert invitee(planned, cast.adviser).answer == Answer.ACCEPTED
    assert invitee(planned, cast.physician).answer == Answer.WAITING
    assert Message.objects.filter(staff=cast.physician, act=Act.DATE_FIXED).count() == 1


def test_of_two_who_fix_a_date_the_second_sees_both(cast: Cast, planned: Meeting) -> None:
    do(cast.coordinator, dates.fix_date, meeting=planned, starts_at=at(7), version=1)

    with pytest.raises(Conflict) as conflict:
        do(cast.coordinator, dates.fix_date, meeting=planned, starts_at=at(8), version=1)

    assert list(conflict.value.current.values()) == [f"{at(7):%d.%m.%Y, %H:%M}"]


def test_further_dates_ask_everybody_anew(cast: Cast, planned: Meeting) -> None:
    answer(planned, cast.adviser, Suits.NO, Suits.NO)
    answer(planned, cast.physician, Suits.NO, Suits.NO)

    do(
        cast.coordinator,
        dates.propose_dates,
        meeting=planned,
        proposals=[at(12)],
        answer_until=timezone.localdate(at(10)),
    )

    assert fresh(planned).all_answered_at is None
    answer(planned, cast.adviser, Suits.NO, Suits.NO, Suits.YES)
    answer(planned, cast.physician, Suits.NO, Suits.NO, Suits.YES)
    assert notified(cast) == 2


def test_dates_are_answered_for_ones_own_institution_while_one_is_sought(cast: Cast, planned: Meeting) -> None:
    with pytest.raises(Refused, match="own institution"):
        do(cast.adviser, dates.answer_dates, invitee=invitee(planned, cast.physician), answers={})
    do(cast.coordinator, dates.fix_date, meeting=planned, starts_at=at(7), version=1)
    with pytest.raises(Refused, match="already been set"):
        answer(planned, cast.adviser, Suits.YES, Suits.YES)
    with pytest.raises(Refused, match="already been set"):
        do(
            cast.coordinator,
            dates.propose_dates,
            meeting=planned,
            proposals=[at(9)],
            answer_until=timezone.localdate(),
        )
