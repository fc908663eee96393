"""Signing: consent, access, disclosure, log and messages come together or not at all."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from suone.ground.access.acting import acting_for_job
from suone.ground.access.categories import ALL_BUT_HEALTH, HEALTH_BIT, Power
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.audit.models import Entry, RecordKind
from suone.ground.web.fields import months_after
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents import services
from suone.records.consents.apps import keep_limit
from suone.records.consents.models import Consent, ConsentRecipient, Disclosure, Grantor
from suone.records.consents.tests.factories import WORK, Cast, line, sign, terms
from suone.records.dossiers.models import Dossier, Event, Grant, OpeningAct
from suone.records.dossiers.queries import readable_categories
from suone.records.dossiers.rules import Birth
from suone.records.dossiers.services import end_of, start_of
from suone.records.dossiers.tests.factories import open_file
from suone.records.inbox.models import Message

pytestmark = pytest.mark.django_db


def reads(staff: Appointment, dossier: Dossier) -> bool:
    who = acting(staff)
    with acting_as(who):
        return Dossier.objects.filter(pk=dossier.pk).exists() and bool(readable_categories(who, dossier))


def test_a_signed_consent_opens_the_file_to_whom_it_names_and_to_nobody_else(cast: Cast, dossier: Dossier) -> None:
    assert not reads(cast.adviser, dossier)

    consent = sign(cast.worker, dossier, line(cast.adviser), line(cast.coordinator))

    grants = Grant.objects.filter(because=OpeningAct.CONSENT, because_id=consent.pk)
    assert {(grant.institution_id, grant.categories, grant.power) for grant in grants} == {
        (cast.adviser.institution_id, WORK, Power.WRITE),
        (cast.coordinator.institution_id, WORK, Power.LEAD),  # the office may open the case to others
    }
    assert {grant.valid_until for grant in grants} == {end_of(consent.valid_until)}
    assert {grant.legal_basis for grant in grants} == {"consent"}
    assert reads(cast.adviser, dossier)
    assert reads(cast.coordinator, dossier)
    assert not reads(cast.stranger, dossier)


def test_a_consent_for_later_opens_at_the_start_of_its_day(cast: Cast, dossier: Dossier) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)

    consent = sign(cast.worker, dossier, line(cast.adviser), valid_from=tomorrow)

    assert Grant.objects.get(because=OpeningAct.CONSENT).valid_from == start_of(tomorrow)
    assert consent.state(timezone.localdate()).value == "planned"
    assert not reads(cast.adviser, dossier)


def test_signing_is_logged_recorded_in_the_timeline_and_announced_to_the_recipients(
    cast: Cast, dossier: Dossier
) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser), line(cast.worker))

    signed = Entry.objects.get(act="consent.signed")
    assert (signed.kind, signed.staff_id, signed.object_id) == (RecordKind.STORE, cast.worker.pk, consent.pk)
    assert (signed.dossier_id, signed.person_id, signed.legal_basis) == (dossier.pk, dossier.person_id, "consent")
    assert set(signed.recipients) == {cast.adviser.institution_id, cast.worker.institution_id}
    assert Event.objects.filter(dossier=dossier, act="consent.signed").count() == 1
    assert list(Message.objects.filter(act="consent.signed").values_list("staff_id", flat=True)) == [cast.adviser.pk]


def test_every_recipient_but_the_own_institution_gets_a_disclosure_record(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser), line(cast.worker), purpose="find a work trial")

    disclosure = Disclosure.objects.get(consent=consent)
    assert (disclosure.giver_id, disclosure.giver_staff_id) == (cast.worker.institution_id, cast.worker.pk)
    assert (disclosure.recipient_id, disclosure.categories) == (cast.adviser.institution_id, WORK)
    assert (disclosure.basis, disclosure.purpose, disclosure.form) == ("consent", "find a work trial", "access")
    assert disclosure.access_until == consent.valid_until
    assert disclosure.inform_until is None  # the person signed: they know
    entry = Entry.objects.get(act="disclosure.recorded")
    assert (entry.kind, entry.recipients) == (RecordKind.DISCLOSE, [cast.adviser.institution_id])


def test_health_goes_to_the_named_medical_officer_alone(cast: Cast, dossier: Dossier) -> None:
    sign(cast.worker, dossier, line(cast.adviser), line(cast.physician, ALL_BUT_HEALTH | HEALTH_BIT, named=True))

    grant = Grant.objects.get(categories__gte=ALL_BUT_HEALTH, staff=cast.physician)
    assert grant.institution_id is None
    assert grant.categories & HEALTH_BIT
    assert not Grant.objects.exclude(pk=grant.pk).filter(categories=ALL_BUT_HEALTH | HEALTH_BIT).exists()
    assert reads(cast.physician, dossier)


@pytest.mark.parametrize("named", [True, False])
def test_health_for_anybody_else_is_refused_and_nothing_is_kept(cast: Cast, dossier: Dossier, named: bool) -> None:
    with pytest.raises(Refused, match="for a medical officer only"):
        sign(cast.worker, dossier, line(cast.adviser, WORK | HEALTH_BIT, named=named))

    assert not Consent.objects.exists()
    assert not Grant.objects.filter(because=OpeningAct.CONSENT).exists()


def test_health_for_the_physicians_whole_institution_is_refused(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(Refused, match="for a medical officer only"):
        sign(cast.worker, dossier, line(cast.physician, WORK | HEALTH_BIT))


def test_a_consent_that_names_nobody_is_refused_with_a_sentence(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(Refused, match="Choose at least one institution that may read"):
        sign(cast.worker, dossier)

    assert not Consent.objects.exists()


def test_when_the_log_cannot_be_written_neither_consent_nor_access_stays(
    cast: Cast, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*args: object, **kwargs: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(services, "record_event", full_disk)  # the last step: consent and grants are already written

    with pytest.raises(OSError, match="no space left"), transaction.atomic():
        sign(cast.worker, dossier, line(cast.adviser))

    assert not Consent.objects.exists()
    assert not ConsentRecipient.objects.exists()
    assert not Disclosure.objects.exists()
    assert not Grant.objects.filter(because=OpeningAct.CONSENT).exists()
    assert not reads(cast.adviser, dossier)


def test_a_recipient_who_does_not_lead_cannot_open_the_case_to_others(cast: Cast, dossier: Dossier) -> None:
    sign(cast.worker, dossier, line(cast.adviser))

    with pytest.raises(Refused, match="Only institutions that lead the case"):
        sign(cast.adviser, dossier, line(cast.stranger))

    assert not reads(cast.stranger, dossier)


def test_the_office_may_record_a_further_consent(cast: Cast, dossier: Dossier) -> None:
    sign(cast.worker, dossier, line(cast.coordinator))

    sign(cast.coordinator, dossier, line(cast.adviser))

    assert reads(cast.adviser, dossier)


def test_a_renewal_names_what_it_renews_and_settles_the_work_item(cast: Cast, dossier: Dossier) -> None:
    today = timezone.localdate()
    old = sign(cast.worker, dossier, line(cast.adviser), valid_until=today + timedelta(days=5))
    job = acting_for_job("a test")
    with acting_as(job):
        services.warn_and_expire(job)

    new = sign(cast.worker, dossier, line(cast.adviser), renews=old, valid_from=old.valid_until + timedelta(days=1))

    assert new.renews == old
    assert Entry.objects.filter(act="consent.renewed", object_id=new.pk).count() == 1
    assert [item.state for item in dossier.work_items.filter(about_type="consent", about_id=old.pk)] == ["done"]


def test_nobody_signs_for_whom_they_may_not(cast: Cast) -> None:
    child = open_file(cast.worker, birth=Birth(timezone.localdate().year - 8))

    with pytest.raises(Refused, match="Enter who signs for the person"):
        sign(cast.worker, child, line(cast.adviser))
    assert not Consent.objects.exists()

    parent = {"grantor": Grantor.REPRESENTATIVE, "grantor_name": "Maria Muster"}
    sign(cast.worker, child, line(cast.adviser), **parent)
    with pytest.raises(Refused, match="Let Maria Muster sign"):
        sign(cast.worker, child, line(cast.adviser), **parent | {"grantor_name": "Somebody Else"})
    assert Consent.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"valid_until": date(2001, 1, 1)}, "consent_period_runs_forward"),
        ({"grantor": "representative", "grantor_name": ""}, "consent_representative_is_named"),
    ],
)
def test_the_database_refuses_what_cannot_be_true(
    cast: Cast, dossier: Dossier, change: dict[str, object], constraint: str
) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser))

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(**change)


def test_the_terms_are_kept_as_they_were_signed(cast: Cast, dossier: Dossier) -> None:
    signed = terms(purpose="clarify health", is_recurring=False, oral_allowed=False, signed_at_place="Brig")

    with acting_as(acting(cast.worker)):
        consent = services.sign_consent(acting(cast.worker), dossier=dossier, terms=signed, scope=[line(cast.adviser)])

    kept = Consent.objects.get(pk=consent.pk)
    assert (kept.purpose, kept.is_recurring, kept.oral_allowed) == ("clarify health", False, False)
    assert (kept.signed_at_place, kept.template_version) == ("Brig", services.TEMPLATE_VERSION)
    assert (kept.recorded_by_id, kept.recorded_institution_id) == (cast.worker.pk, cast.worker.institution_id)


def test_a_consent_runs_no_longer_than_the_canton_allows(cast: Cast, dossier: Dossier, settings: Any) -> None:
    settings.CONSENT_AT_MOST_MONTHS = 6
    today = timezone.localdate()
    latest = months_after(today, 6) + timedelta(days=1)

    with pytest.raises(Refused, match=f"at most 6 months: choose {latest:%d.%m.%Y}"):
        sign(cast.worker, dossier, line(cast.adviser), valid_until=latest + timedelta(days=1))
    later = latest + timedelta(days=1)
    with pytest.raises(Refused, match="begins at most 6 months after"):
        sign(cast.worker, dossier, line(cast.adviser), valid_from=later, valid_until=later)
    assert not Grant.objects.filter(because=OpeningAct.CONSENT).exists()
    sign(cast.worker, dossier, line(cast.adviser), valid_until=latest)


def test_the_database_refuses_what_runs_longer_by_itself(cast: Cast, dossier: Dossier, settings: Any) -> None:
    settings.CONSENT_AT_MOST_MONTHS = 120  # as if the application let it pass
    latest = months_after(timezone.localdate(), 12) + timedelta(days=1)

    with pytest.raises(IntegrityError, match="longer than the canton allows"):
        sign(cast.worker, dossier, line(cast.adviser), valid_until=latest + timedelta(days=1))
    keep_limit(using="default")  # as `suone migrate` does

    consent = sign(cast.worker, dossier, line(cast.adviser), valid_until=latest + timedelta(days=1))

    assert Grant.objects.get(because=OpeningAct.CONSENT).valid_until == end_of(consent.valid_until)
