"""Warnings and expiry: access ends by the clock of the database, the job only notifies."""

from dataclasses import replace
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.jobs import warn_about_consents
from suone.records.consents.models import Consent
from suone.records.consents.queries import current_consent
from suone.records.consents.services import warn_and_expire, withdraw_consent
from suone.records.consents.tests.factories import Cast, line, sign
from suone.records.dossiers.models import Dossier, Grant
from suone.records.inbox.models import Message
from suone.records.workitems.models import WorkItem


def run_job(*, days_later: int = 0) -> tuple[int, int]:
    job = replace(acting_for_job("a test"), today=timezone.localdate() + timedelta(days=days_later))
    with acting_as(job):
        return warn_and_expire(job)


def running(cast: Cast, dossier: Dossier, *, days: int) -> Consent:
    return sign(cast.worker, dossier, line(cast.adviser), valid_until=timezone.localdate() + timedelta(days=days))


def let_time_pass(consent: Consent, *, days: int) -> None:
    """As if the consent and its grants had been written so many days ago."""
    with connection.cursor() as cursor:
        for table, until, where in (
            ("consents_consent", "valid_until", "id"),
            ("dossiers_grant", "valid_until", "because = 'consent' AND because_id"),
        ):
            cursor.execute(
                f"UPDATE {table} SET valid_from = valid_from - %s, {until} = {until} - %s WHERE {where} = %s",
                [timedelta(days=days), timedelta(days=days), consent.pk],
            )


def reads(staff: Appointment, dossier: Dossier) -> bool:
    with acting_as(acting(staff)):
        return Dossier.objects.filter(pk=dossier.pk).exists()


def test_warnings_come_thirty_and_seven_days_before_and_on_the_day(cast: Cast, dossier: Dossier) -> None:
    consent = running(cast, dossier, days=31)
    steps = []

    for day in range(32):
        warned, expired = run_job(days_later=day)
        assert expired == 0
        if warned:
            consent.refresh_from_db()
            steps.append((31 - day, consent.warned_days))

    assert steps == [(30, 30), (7, 7), (0, 0)]
    assert Entry.objects.filter(act="consent.expires_soon", object_id=consent.pk).count() == 3


def test_the_first_warning_asks_the_recorder_to_renew_and_the_next_ones_do_not_ask_again(
    cast: Cast, dossier: Dossier
) -> None:
    consent = running(cast, dossier, days=30)

    run_job()
    run_job(days_later=23)

    item = WorkItem.objects.get(about_type="consent", about_id=consent.pk)
    assert (item.addressed_id, item.assigned_id) == (cast.worker.institution_id, cast.worker.pk)
    assert item.due_on == consent.valid_until


def test_recorder_and_office_are_warned_and_nobody_else(cast: Cast, dossier: Dossier) -> None:
    running(cast, dossier, days=7)

    run_job()

    notified = Message.objects.filter(act="consent.expires_soon").values_list("staff_id", flat=True)
    assert set(notified) == {cast.worker.pk, cast.coordinator.pk}


def test_a_second_run_on_the_same_day_finds_nothing_to_do(cast: Cast, dossier: Dossier) -> None:
    running(cast, dossier, days=7)

    assert run_job() == (1, 0)
    assert run_job() == (0, 0)


def test_access_ends_after_the_last_day_without_any_job(cast: Cast, dossier: Dossier) -> None:
    consent = running(cast, dossier, days=0)
    assert reads(cast.adviser, dossier)  # the last day is included

    let_time_pass(consent, days=1)

    assert not reads(cast.adviser, dossier)
    consent.refresh_from_db()
    assert consent.state(timezone.localdate()).value == "expired"
    assert consent.expiry_notified_at is None


def test_the_job_notifies_of_an_expiry_once(cast: Cast, dossier: Dossier) -> None:
    consent = running(cast, dossier, days=0)
    let_time_pass(consent, days=1)

    warn_about_consents(timestamp=0)
    warn_about_consents(timestamp=0)

    entry = Entry.objects.get(act="consent.expired")
    assert (entry.acting_kind, entry.object_id) == ("job", consent.pk)
    assert Message.objects.filter(act="consent.expired", staff=cast.coordinator).count() == 1


def test_an_expired_consent_is_no_current_one(cast: Cast, dossier: Dossier) -> None:
    consent = running(cast, dossier, days=0)
    who = acting(cast.worker)
    with acting_as(who):
        assert current_consent(who, dossier) == consent

    let_time_pass(consent, days=1)

    with acting_as(who):
        assert current_consent(who, dossier) is None


def test_withdrawn_consents_are_neither_warned_of_nor_announced_as_expired(cast: Cast, dossier: Dossier) -> None:
    consent = running(cast, dossier, days=7)
    with acting_as(acting(cast.worker)):
        withdraw_consent(acting(cast.worker), consent=consent)

    assert run_job() == (0, 0)
    assert run_job(days_later=8) == (0, 0)


def test_a_renewed_consent_is_not_warned_of_and_the_renewal_opens_when_it_ends(cast: Cast, dossier: Dossier) -> None:
    old = running(cast, dossier, days=7)
    new = sign(
        cast.worker,
        dossier,
        line(cast.adviser),
        renews=old,
        valid_from=old.valid_until + timedelta(days=1),
        valid_until=old.valid_until + timedelta(days=365),
    )

    assert run_job() == (0, 0)

    old_grant = Grant.objects.get(because="consent", because_id=old.pk)
    new_grant = Grant.objects.get(because="consent", because_id=new.pk)
    assert old_grant.valid_until == new_grant.valid_from  # not a moment between them


def test_a_withdrawn_consent_need_not_be_renewed_any_more(cast: Cast, dossier: Dossier) -> None:
    consent = running(cast, dossier, days=7)
    run_job()

    with acting_as(acting(cast.adviser)):
        withdraw_consent(acting(cast.adviser), consent=consent)

    assert WorkItem.objects.get(about_type="consent", about_id=consent.pk).state == "done"


def test_when_the_renewal_is_withdrawn_there_is_nothing_left_to_warn_of(cast: Cast, dossier: Dossier) -> None:
    old = running(cast, dossier, days=7)
    new = sign(cast.worker, dossier, line(cast.adviser), renews=old)
    with acting_as(acting(cast.worker)):
        withdraw_consent(acting(cast.worker), consent=new)

    assert run_job() == (0, 0)
