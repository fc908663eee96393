"""The database alone: who sees a hand-over, and who cannot open one to themselves."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from suone.casework.handovers.models import Handover
from suone.casework.handovers.queries import person_of_request, referrals_in
from suone.casework.handovers.rules import Direction
from suone.casework.handovers.services import end_access
from suone.casework.handovers.tests.factories import accept, decline, propose
from suone.casework.leading.tests.factories import do
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast
from suone.records.decisions.models import Decision, RequestText
from suone.records.dossiers.models import ContactDetail
from suone.records.persons.models import Number


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
    handover = accept(cast.adviser, propose(cast, direction=Direction.REFERS))
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
            proposed_on=timezone.localdate(),
        )


def test_figures_are_for_those_who_may_count_and_name_nobody(cast: Cast) -> None:
    accept(cast.adviser, propose(cast))

    with acting_as(acting(cast.coordinator)):
        (line,) = referrals_in(timezone.localdate().year)
        assert (line.sender.code, line.receiver.code, line.proposed, line.accepted) == ("SMZ", "RAV", 1, 1)
        assert [(found.proposed, found.before) for found in referrals_in(timezone.localdate().year + 1)] == [(0, 1)]
        assert [(found.proposed, found.before) for found in referrals_in(timezone.localdate().year - 1)] == []
    with acting_as(acting(cast.worker)):
        assert referrals_in(timezone.localdate().year) == []


def test_figures_distinguish_what_became_of_a_request(cast: Cast) -> None:
    for state in ("accepted", "declined", "declined", "expired", "expired", "expired", "withdrawn", "pending"):
        handover = propose(cast)
        if state == "declined":
            decline(cast.adviser, handover)
        elif state != "pending":
            Decision.objects.filter(pk=handover.decision_id).update(state=state, answered_at=timezone.now())

    for who in (acting(cast.coordinator), acting_for_job("a test")):
        with acting_as(who):
            (line,) = referrals_in(timezone.localdate().year)
        assert (line.proposed, line.accepted, line.declined, line.expired) == (7, 1, 2, 3)


def end_as(staff: Appointment, number: int) -> None:
    """End the hand-over and with it what it opened: whoever leaves that open is refused."""
    with acting_as(acting(staff)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT handovers_end(%s)", [number])
        cursor.execute("SELECT dossiers_close_beyond(h.dossier_id) FROM handovers_handover h WHERE h.id = %s", [number])


def test_the_database_lets_the_lead_alone_end_parallel_support_of_this_hand_over(cast: Cast) -> None:
    parallel, other = (accept(cast.adviser, propose(cast, direction=Direction.REFERS)) for _each in range(2))
    direct = accept(cast.adviser, propose(cast))

    for who, number in ((cast.adviser, parallel.pk), (cast.stranger, parallel.pk), (cast.adviser, direct.pk)):
        with pytest.raises(ProgrammingError, match="not permitted"):
            end_as(who, number)
    with pytest.raises(ProgrammingError, match="not permitted"):
        end_as(cast.worker, 0)
    end_as(cast.worker, parallel.pk)
    parallel.refresh_from_db()
    ended_at = parallel.access_until
    end_as(cast.worker, parallel.pk)  # over already: the moment stays

    for handover in (parallel, other):
        handover.refresh_from_db()
    assert ended_at is not None
    assert parallel.access_until == ended_at
    assert other.access_until is not None
    assert other.access_until > timezone.now()


def test_whoever_was_asked_learns_the_person_of_this_request_with_the_current_number_and_telephone(cast: Cast) -> None:
    other = propose(cast, to=cast.adviser)
    handover = propose(cast)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_particulars SET last_name = 'Other' WHERE dossier_id = %s", [other.dossier_id])
    ContactDetail.objects.filter(dossier_id__in=(handover.dossier_id, other.dossier_id)).delete()
    for dossier_id, kind, place, value in (
        (other.dossier_id, "telephone", 0, "079 000 00 00"),
        (handover.dossier_id, "email", 0, "p@example.org"),
        (handover.dossier_id, "telephone", 1, "079 111 11 11"),
        (handover.dossier_id, "telephone", 2, "079 222 22 22"),
    ):
        ContactDetail.objects.create(dossier_id=dossier_id, kind=kind, place=place, value=value)
    number = Number.objects.get(dossier_id=handover.dossier_id, until=None)
    digits = number.digits
    Number.objects.filter(pk=number.pk).update(until=timezone.now())
    number.pk, number.until, number.digits, number.reason = None, None, None, "not known"
    number.save(force_insert=True)

    with acting_as(acting(cast.adviser)):
        person = person_of_request(handover.decision)

    assert person is not None
    assert digits
    assert (person.name, person.telephone, person.ahv_number) == ("Petra Muster", "079 111 11 11", "")


def test_whoever_was_asked_tells_the_timeline_its_own_answer_and_nothing_else(cast: Cast) -> None:
    handover, other = propose(cast), propose(cast)
    decision = Decision.objects.filter(pk=handover.decision_id)
    line = (
        "INSERT INTO dossiers_event (dossier_id, act, category, staff_id, institution_id, object_type, object_id, text,"
        " text_language) VALUES (%s, %s, %s, actor_staff(), actor_institution(), %s, %s, 'x', 'de')"
    )

    def tells(act: str, *, by: Appointment = cast.adviser, **changes: Any) -> bool:
        values = {"dossier": handover.dossier_id, "category": 10, "kind": "handover", "number": handover.pk} | changes
        try:
            with transaction.atomic(), acting_as(acting(by)), connection.cursor() as cursor:
                cursor.execute(line, [values["dossier"], act, values["category"], values["kind"], values["number"]])
        except ProgrammingError:
            return False
        return True

    declined, named = "handover.declined", "handover.will_be_named"
    assert [tells(act) for act in (named, declined, "handover.answered", "consent.withdrawn")] == [
        True,
        False,
        False,
        False,
    ]
    for each in (handover, other):
        RequestText.objects.create(dossier_id=each.dossier_id, decision_id=each.decision_id, part="reason", text="No")
        Decision.objects.filter(pk=each.decision_id).update(state="declined", answered_at=timezone.now())

    assert [tells(act) for act in (named, declined, "consent.withdrawn", "case.closed")] == [False, True, False, False]
    assert not tells(declined, category=0)
    assert not tells(declined, kind="consent")
    assert not tells(declined, number=0)
    assert not tells(declined, dossier=other.dossier_id)
    assert not tells(declined, by=cast.stranger)
    decision.update(answered_at=timezone.now() - timedelta(hours=2))
    assert not tells(declined)
