"""Through the policies alone: who asked, who is asked, who may read the case, an outsider, nobody."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind, acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast
from suone.records.decisions.models import Decision
from suone.records.decisions.services import ask_decision
from suone.records.dossiers.models import Dossier


@kept
def decision(cast: Cast, dossier: Dossier) -> Decision:
    who = acting(cast.worker)
    with acting_as(who):
        return ask_decision(
            who,
            dossier=dossier,
            kind="participation",
            addressed_id=cast.adviser.institution_id,
            due_on=timezone.localdate(),
        )


def seen(who: Acting) -> int:
    with acting_as(who):
        return Decision.objects.count()


def test_the_lead_who_is_asked_the_office_and_a_job_see_a_request(cast: Cast, decision: Decision) -> None:
    assert seen(acting(cast.worker)) == 1
    assert seen(acting(cast.adviser)) == 1
    assert seen(acting(cast.coordinator)) == 1
    assert seen(acting_for_job("a test")) == 1


def test_an_outsider_and_nobody_in_particular_see_none(cast: Cast, decision: Decision) -> None:
    assert seen(acting(cast.stranger)) == 0
    for kind in (Kind.PUBLIC, Kind.GUEST, Kind.SYSTEM, Kind.PERSON):
        assert seen(Acting(kind=kind, today=timezone.localdate())) == 0


def test_whoever_is_asked_sees_the_request_and_nothing_of_the_case(cast: Cast, decision: Decision) -> None:
    with acting_as(acting(cast.adviser)):
        assert Decision.objects.get().case_number
        assert not Dossier.objects.exists()


def test_an_outsider_answers_nothing(cast: Cast, decision: Decision) -> None:
    with acting_as(acting(cast.stranger)):
        assert Decision.objects.update(state="accepted", answered_at=timezone.now()) == 0


def test_nobody_deletes_a_request(cast: Cast, decision: Decision) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        acting_as(acting(cast.worker)),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM decisions_decision")


@pytest.mark.parametrize("by", ["adviser", "stranger"])
def test_whoever_does_not_lead_asks_nobody(cast: Cast, dossier: Dossier, decision: Decision, by: str) -> None:
    who = acting(getattr(cast, by))

    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(who):
        Decision.objects.create(
            dossier=dossier,
            case_number=dossier.number,
            kind="participation",
            asked_institution_id=who.own_institution_id,
            asked_by_id=who.staff_id,
            addressed_id=who.own_institution_id,
            due_on=timezone.localdate() + timedelta(days=1),
            remind_on=timezone.localdate(),
        )


def test_whoever_is_asked_may_answer_but_not_pass_the_request_on(cast: Cast, decision: Decision) -> None:
    with acting_as(acting(cast.adviser)):
        kept = Decision.objects.filter(pk=decision.pk).update(reminded_at=timezone.now())

    assert kept == 1
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(acting(cast.adviser)):
        Decision.objects.filter(pk=decision.pk).update(addressed_id=cast.stranger.institution_id)
