"""The database alone: who sees a hand-over, and who cannot open one to themselves."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from suone.access.database import acting_as
from suone.appointments.models import Appointment
from suone.appointments.tests.factories import acting
from suone.cases.tests.factories import do
from suone.consents.tests.factories import Cast
from suone.decisions.models import Decision
from suone.handovers.models import Handover
from suone.handovers.queries import person_of_request, referrals_in
from suone.handovers.rules import Follows
from suone.handovers.services import end_access
from suone.handovers.tests.factories import accept, decline, propose

TODAY = timezone.localdate()


def seen_by(staff: Appointment) -> int:
    with acting_as(acting(staff)):
        return Handover.objects.count()


def open_as(staff: Appointment, handover: Handover) -> None:
    with acting_as(acting(staff)), connection.cursor() as cursor:
        cursor.execute("SELECT handovers_open(%s)", [handover.pk])


def test_both_sides_see_it_and_nobody_else(cast: Cast) -> None:
    propose(cast)

    assert (seen_by(cast.worker), seen_by(cast.adviser)) == (1, 1)
    assert (seen_by(cast.stranger), seen_by(cast.coordinator)) == (0, 0)


def test_once_declined_the_receiver_sees_it_no_more(cast: Cast) -> None:
    handover = propose(cast)
    decline(cast.adviser, handover)

    assert (seen_by(cast.worker), seen_by(cast.adviser)) == (1, 0)


def test_once_what_it_opened_has_ended_the_receiver_sees_it_no_more_nor_the_person(cast: Cast) -> None:
    handover = accept(cast.adviser, propose(cast, follows=Follows.BOTH))
    with acting_as(acting(cast.adviser)):
        assert person_of_request(handover.decision) is not None

    do(cast.worker, end_access, handover=handover, reason="The person no longer agrees")

    assert (seen_by(cast.worker), seen_by(cast.adviser)) == (1, 0)
    with acting_as(acting(cast.adviser)):
        assert person_of_request(handover.decision) is None
        assert Decision.objects.get(pk=handover.decision_id).state == "accepted"  # that there was one


@pytest.mark.parametrize("who", ["worker", "adviser", "stranger"])
def test_nobody_opens_a_hand_over_that_is_not_accepted(cast: Cast, who: str) -> None:
    handover = propose(cast)

    with pytest.raises(ProgrammingError, match="not permitted"), transaction.atomic():
        open_as(getattr(cast, who), handover)


@pytest.mark.parametrize("who", ["worker", "adviser", "stranger"])
def test_an_accepted_one_is_not_opened_again(cast: Cast, who: str) -> None:
    handover = accept(cast.adviser, propose(cast))

    with pytest.raises(ProgrammingError, match="not permitted"), transaction.atomic():
        open_as(getattr(cast, who), handover)


def test_a_stranger_keeps_none_and_changes_none(cast: Cast) -> None:
    handover = propose(cast)

    with acting_as(acting(cast.stranger)):
        assert Handover.objects.filter(pk=handover.pk).update(receiver_staff=cast.stranger) == 0
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(acting(cast.stranger)):
        Handover.objects.create(
            dossier_id=handover.dossier_id,
            decision_id=handover.decision_id,
            sender=cast.stranger.institution,
            sender_staff=cast.stranger,
            receiver=cast.adviser.institution,
            constellation="3",
            between="other",
            language="de",
            basis="hand-over",
            categories=1,
            proposed_on=TODAY,
        )


def test_figures_are_for_those_who_may_count_and_name_nobody(cast: Cast) -> None:
    accept(cast.adviser, propose(cast))

    with acting_as(acting(cast.coordinator)):
        (line,) = referrals_in(TODAY.year)
        assert (line.sender.code, line.receiver.code, line.proposed, line.accepted) == ("SMZ", "RAV", 1, 1)
        assert [(found.proposed, found.before) for found in referrals_in(TODAY.year + 1)] == [(0, 1)]
    with acting_as(acting(cast.worker)):
        assert referrals_in(TODAY.year) == []
