"""Somebody is asked by name and is away: the deputy is notified and may answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Absence, Appointment, ContactPerson
from suone.organisation.appointments.tests.factories import acting, make_staff
from suone.records.consents.tests.factories import Cast
from suone.records.decisions import services
from suone.records.decisions.models import Decision
from suone.records.decisions.queries import addressed_to, staff_who_may_answer
from suone.records.decisions.tests.test_decide import answer, ask, recipients_of, run_job
from suone.records.dossiers.models import Dossier


@kept
def deputy(cast: Cast) -> Appointment:
    """Stands in for the adviser."""
    deputy = make_staff(cast.adviser.institution, Role.FRONT_LINE_WORKER, last_name="Deputy")
    ContactPerson.objects.filter(staff=cast.adviser).delete()
    ContactPerson.objects.create(
        institution=cast.adviser.institution, region=cast.region, staff=cast.adviser, deputy=deputy
    )
    return deputy


def away(staff: Appointment, *, first: int = 0, last: int = 3) -> None:
    Absence.objects.create(
        staff=staff,
        first_day=timezone.localdate() + timedelta(days=first),
        last_day=timezone.localdate() + timedelta(days=last),
    )


def on_the_list_of(staff: Appointment) -> list[int]:
    who = acting(staff)
    with acting_as(who):
        return [decision.pk for decision in addressed_to(who)]


def ask_adviser(cast: Cast, dossier: Dossier) -> Decision:
    return ask(cast, dossier, cast.adviser, addressed_staff_id=cast.adviser.pk)


def test_while_somebody_is_there_nobody_else_answers(cast: Cast, dossier: Dossier, deputy: Appointment) -> None:
    decision = ask_adviser(cast, dossier)

    assert recipients_of("decision.asked") == {cast.adviser.pk}
    assert on_the_list_of(deputy) == []
    with pytest.raises(Refused, match="named person"):
        answer(deputy, decision, accept=True)
    answer(cast.adviser, decision, accept=True)
    assert Entry.objects.get(act="decision.accepted").on_behalf_of is None


def test_the_deputy_of_somebody_away_is_notified_and_may_answer(
    cast: Cast, dossier: Dossier, deputy: Appointment
) -> None:
    away(cast.adviser)

    decision = ask_adviser(cast, dossier)

    assert recipients_of("decision.asked") == {cast.adviser.pk, deputy.pk}
    assert on_the_list_of(deputy) == [decision.pk]
    answer(deputy, decision, accept=True)
    decision.refresh_from_db()
    assert decision.answered_by_id == deputy.pk
    entry = Entry.objects.get(act="decision.accepted")
    assert (entry.staff_id, entry.on_behalf_of) == (deputy.pk, cast.adviser.pk)


def test_where_no_deputy_is_entered_the_contact_persons_stand_in(
    cast: Cast, dossier: Dossier, deputy: Appointment
) -> None:
    ContactPerson.objects.all().delete()
    ContactPerson.objects.create(institution=deputy.institution, staff=deputy)
    away(cast.adviser)

    decision = ask_adviser(cast, dossier)

    assert staff_who_may_answer(decision, on=timezone.localdate()) == [cast.adviser.pk, deputy.pk]


def test_a_deputy_is_notified_on_the_first_day_of_an_absence(cast: Cast, dossier: Dossier, deputy: Appointment) -> None:
    ask_adviser(cast, dossier)
    away(cast.adviser, first=2)

    run_job(1)
    assert deputy.pk not in recipients_of("decision.stands_in")
    run_job(2)
    assert deputy.pk in recipients_of("decision.stands_in")


def test_the_deputy_of_whoever_asked_is_notified_of_the_answer(cast: Cast, dossier: Dossier) -> None:
    standing_in = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Standing")
    ContactPerson.objects.filter(staff=cast.worker).update(deputy=standing_in)
    decision = ask(cast, dossier, cast.adviser)
    away(cast.worker)

    answer(cast.adviser, decision, accept=True)

    assert recipients_of("decision.accepted") == {cast.worker.pk, standing_in.pk}


def test_whoever_asked_reminds_once_a_day(cast: Cast, dossier: Dossier) -> None:
    decision = ask(cast, dossier, cast.adviser)
    who = acting(cast.worker)

    with acting_as(who):
        services.remind(who, decision=Decision.objects.get(pk=decision.pk))
        with pytest.raises(Refused, match="reminded today already"):
            services.remind(who, decision=Decision.objects.get(pk=decision.pk))

    assert cast.adviser.pk in recipients_of("decision.reminded")
    yesterday = timezone.now() - timedelta(days=1)
    Decision.objects.filter(pk=decision.pk).update(reminded_at=yesterday)
    with acting_as(who):
        services.remind(who, decision=Decision.objects.get(pk=decision.pk))

    entries = Entry.objects.filter(act="decision.reminded").values_list("object_id", "recipients")
    assert list(entries) == [(decision.pk, [cast.adviser.institution_id])] * 2
    answer(cast.adviser, decision, accept=True)
    with acting_as(who), pytest.raises(Refused, match="already been answered"):
        services.remind(who, decision=Decision.objects.get(pk=decision.pk))
