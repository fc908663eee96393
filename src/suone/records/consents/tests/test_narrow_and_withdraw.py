"""The person takes something back: it works at once, everywhere, and nobody can add anything that way."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.db.models import F
from django.utils import timezone

from suone.ground.access.categories import HEALTH_BIT, DataCategory, categories_in
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment, HeldRole
from suone.organisation.appointments.tests.factories import acting, client_of
from suone.records.consents import services
from suone.records.consents.drift import find_drift
from suone.records.consents.models import Consent, ConsentRecipient
from suone.records.consents.tests.factories import WORK, Cast, line, sign
from suone.records.dossiers.models import Dossier, Grant, OpeningAct
from suone.records.dossiers.queries import readable_categories
from suone.records.dossiers.services import call, end_of
from suone.records.inbox.models import Message

EMPLOYMENT = DataCategory.EMPLOYMENT.bit


def withdraw(by: Appointment, consent: Consent) -> None:
    who = acting(by)
    with acting_as(who):
        services.withdraw_consent(who, consent=Consent.objects.get(pk=consent.pk))


def narrow(by: Appointment, consent: Consent, whose: Appointment, categories: int) -> None:
    who = acting(by)
    with acting_as(who):
        recipient = ConsentRecipient.objects.get(consent=consent, institution=whose.institution)
        services.narrow_consent(who, recipient=recipient, categories=categories)


def readable(staff: Appointment, dossier: Dossier) -> list[DataCategory]:
    who = acting(staff)
    with acting_as(who):
        return readable_categories(who, dossier)


def test_a_withdrawn_consent_closes_the_file_to_everybody_it_let_in(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser), line(cast.physician, WORK | HEALTH_BIT, named=True))

    withdraw(cast.worker, consent)

    assert readable(cast.adviser, dossier) == []
    assert readable(cast.physician, dossier) == []
    assert readable(cast.worker, dossier) != []  # its own notification still stands
    consent.refresh_from_db()
    assert consent.state(timezone.localdate()).value == "withdrawn"
    assert consent.withdrawn_by_id == cast.worker.pk


def test_a_recipient_can_record_the_withdrawal_that_shuts_them_out(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser))

    withdraw(cast.adviser, consent)

    assert readable(cast.adviser, dossier) == []
    entry = Entry.objects.get(act="consent.withdrawn")
    assert (entry.staff_id, entry.object_id) == (cast.adviser.pk, consent.pk)


def test_what_another_consent_opened_stays_open(cast: Cast, dossier: Dossier) -> None:
    first = sign(cast.worker, dossier, line(cast.adviser, EMPLOYMENT))
    sign(cast.worker, dossier, line(cast.adviser, DataCategory.EDUCATION.bit))

    withdraw(cast.worker, first)

    assert readable(cast.adviser, dossier) == [DataCategory.EDUCATION]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_withdrawal_ends_the_whole_chain_of_renewals(cast: Cast, dossier: Dossier, which: int) -> None:
    """Whichever of them it is recorded at: for the person it is one consent, and the page says so before."""
    first = sign(cast.worker, dossier, line(cast.adviser, EMPLOYMENT))
    second = sign(cast.worker, dossier, line(cast.adviser), line(cast.coordinator), renews=first)
    third = sign(cast.worker, dossier, line(cast.adviser), renews=second, valid_from=timezone.localdate())
    apart = sign(cast.worker, dossier, line(cast.stranger))
    chain = [first, second, third]
    page = client_of(cast.worker).get(f"/dossiers/{dossier.pk}/consents/{chain[which].pk}/withdraw").content.decode()

    withdraw(cast.adviser, chain[which])

    assert readable(cast.adviser, dossier) == readable(cast.coordinator, dossier) == []
    assert readable(cast.stranger, dossier) == categories_in(WORK)
    assert set(Consent.objects.filter(withdrawn_at=None)) == {apart}
    logged = Entry.objects.filter(act="consent.withdrawn").values_list("object_id", flat=True)
    assert sorted(logged) == [consent.pk for consent in chain]
    assert "a consent and its renewals are one" in page
    assert page.count("Adviser") + page.count("RAV") >= 3
    messages = Message.objects.filter(act="consent.withdrawn").values_list("staff_id", flat=True)
    assert sorted(messages) == sorted([cast.coordinator.pk])  # the adviser did it


def test_a_renewal_that_is_over_stays_as_it_was(cast: Cast, dossier: Dossier) -> None:
    first = sign(cast.worker, dossier, line(cast.adviser))
    renewal = sign(cast.worker, dossier, line(cast.adviser), renews=first)
    yesterday = timezone.localdate() - timedelta(days=1)
    Grant.objects.filter(because="consent", because_id=first.pk).update(valid_until=F("valid_from"))
    Consent.objects.filter(pk=first.pk).update(valid_from=yesterday, valid_until=yesterday)

    withdraw(cast.worker, renewal)

    assert Consent.objects.get(pk=first.pk).withdrawn_at is None


def test_narrowing_takes_it_from_every_renewal(cast: Cast, dossier: Dossier) -> None:
    first = sign(cast.worker, dossier, line(cast.adviser))
    sign(cast.worker, dossier, line(cast.adviser, WORK | DataCategory.FINANCES.bit), line(cast.stranger), renews=first)

    narrow(cast.worker, first, cast.adviser, WORK & ~EMPLOYMENT)

    left = categories_in(WORK & ~EMPLOYMENT | DataCategory.FINANCES.bit)  # which the first did not hold
    assert readable(cast.adviser, dossier) == left
    assert readable(cast.stranger, dossier) == categories_in(WORK)


def test_narrowing_takes_nothing_from_others_and_nothing_of_other_consents(cast: Cast, dossier: Dossier) -> None:
    sign(cast.worker, dossier, line(cast.adviser))
    consent = sign(cast.worker, dossier, line(cast.stranger), line(cast.adviser, named=True), line(cast.adviser))
    narrowed = consent.recipients.get(institution=cast.adviser.institution, staff=None)
    who = acting(cast.worker)

    with acting_as(who):
        services.narrow_consent(who, recipient=narrowed, categories=WORK & ~EMPLOYMENT)

    kept = dict(ConsentRecipient.objects.values_list("pk", "categories"))
    assert kept.pop(narrowed.pk) == WORK & ~EMPLOYMENT
    assert set(kept.values()) == {WORK}


def test_a_withdrawn_consent_is_not_narrowed(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser))
    recipient = consent.recipients.get()
    withdraw(cast.worker, consent)

    with pytest.raises(ProgrammingError, match="not permitted"), acting_as(acting(cast.worker)):
        call("consents_narrow", recipient.pk, 1)


def test_a_withdrawal_that_leaves_access_open_is_refused(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser))

    with pytest.raises(IntegrityError, match="exceeds its act"), acting_as(acting(cast.worker)):
        call("consents_withdraw", consent.pk)
    for recipient in consent.recipients.all():
        with pytest.raises(IntegrityError, match="exceeds its act"), acting_as(acting(cast.worker)):
            call("consents_narrow", recipient.pk, 1)

    assert readable(cast.adviser, dossier) == categories_in(WORK)


def test_a_consent_that_has_not_begun_can_be_withdrawn(cast: Cast, dossier: Dossier) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    consent = sign(cast.worker, dossier, line(cast.adviser), valid_from=tomorrow)

    withdraw(cast.worker, consent)

    grant = Grant.objects.get(because=OpeningAct.CONSENT)
    assert grant.valid_from == grant.valid_until


def test_a_withdrawal_counts_once(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser))
    withdraw(cast.worker, consent)

    with pytest.raises(Refused, match="already been withdrawn"):
        withdraw(cast.worker, consent)

    assert Entry.objects.filter(act="consent.withdrawn").count() == 1


def test_the_recipients_are_notified_of_the_withdrawal(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser), line(cast.coordinator))

    withdraw(cast.worker, consent)

    notified = Message.objects.filter(act="consent.withdrawn").values_list("staff_id", flat=True)
    assert set(notified) == {cast.adviser.pk, cast.coordinator.pk}


def test_when_the_log_cannot_be_written_the_consent_is_not_withdrawn(
    cast: Cast, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*args: object, **kwargs: object) -> None:
        raise OSError("no space left")

    consent = sign(cast.worker, dossier, line(cast.adviser))
    monkeypatch.setattr("suone.records.dossiers.services.record", full_disk)

    with pytest.raises(OSError, match="no space left"), transaction.atomic():
        withdraw(cast.worker, consent)

    consent.refresh_from_db()
    assert consent.withdrawn_at is None
    assert categories_in(WORK) == readable(cast.adviser, dossier)


def test_a_narrowed_recipient_reads_what_is_left_and_the_others_as_before(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser), line(cast.stranger))

    narrow(cast.worker, consent, cast.adviser, EMPLOYMENT)

    assert readable(cast.adviser, dossier) == [DataCategory.EMPLOYMENT]
    assert readable(cast.stranger, dossier) == categories_in(WORK)
    kept = ConsentRecipient.objects.get(consent=consent, institution=cast.adviser.institution)
    assert (kept.categories, kept.signed_categories) == (EMPLOYMENT, WORK)
    assert Entry.objects.get(act="consent.narrowed").details == {"categories": EMPLOYMENT}


def test_a_recipient_narrowed_to_nothing_is_shut_out(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser))

    narrow(cast.worker, consent, cast.adviser, 0)

    assert readable(cast.adviser, dossier) == []


def test_a_narrowed_consent_is_withdrawn_whole(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser))
    narrow(cast.worker, consent, cast.adviser, EMPLOYMENT)

    withdraw(cast.worker, consent)

    assert readable(cast.adviser, dossier) == []


@pytest.mark.parametrize("then", [WORK, WORK | DataCategory.FINANCES.bit, DataCategory.FINANCES.bit])
def test_narrowing_gives_nobody_more(cast: Cast, dossier: Dossier, then: int) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser))

    with pytest.raises(Refused):
        narrow(cast.worker, consent, cast.adviser, then)

    assert readable(cast.adviser, dossier) == categories_in(WORK)


def test_a_withdrawn_consent_cannot_be_narrowed(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser))
    withdraw(cast.worker, consent)

    with pytest.raises(Refused, match="Only a valid consent can be narrowed"):
        narrow(cast.worker, consent, cast.adviser, EMPLOYMENT)


@pytest.mark.parametrize("ended_at", [True, False])
def test_what_was_signed_for_a_medical_officer_ends_with_the_role_and_comes_back_with_it(
    cast: Cast, dossier: Dossier, ended_at: bool
) -> None:
    consent = sign(cast.worker, dossier, line(cast.physician, WORK | HEALTH_BIT, named=True), line(cast.adviser))
    held = HeldRole.objects.filter(appointment=cast.physician, role=Role.MEDICAL_OFFICER)

    if ended_at:
        held.update(ended_at=timezone.now())
    else:
        Consent.objects.filter(pk=consent.pk).update(recorded_at=timezone.now() - timedelta(days=5))
        held.update(valid_until=timezone.localdate() - timedelta(days=1))
    assert readable(cast.physician, dossier) == []
    assert readable(cast.adviser, dossier) != []  # others by the same consent
    entries = Entry.objects.filter(act="grant.ended", dossier_id=dossier.pk).latest("pk")
    assert (entries.object_id, entries.details["staff"], entries.details["categories"]) == (
        consent.pk,
        cast.physician.pk,
        0,
    )
    assert find_drift() == []

    held.update(ended_at=None, valid_until=None)

    assert DataCategory.HEALTH in readable(cast.physician, dossier)
    assert Grant.objects.filter(staff=cast.physician).latest("pk").valid_until == end_of(consent.valid_until)
    assert find_drift() == []


def test_health_is_open_until_the_last_day_of_the_role_and_no_longer(cast: Cast, dossier: Dossier) -> None:
    sign(cast.worker, dossier, line(cast.physician, WORK | HEALTH_BIT, named=True))
    last_day = timezone.localdate() + timedelta(days=3)

    HeldRole.objects.filter(appointment=cast.physician).update(valid_until=last_day)

    assert Grant.objects.get(staff=cast.physician).valid_until == end_of(last_day)
    Appointment.objects.filter(pk=cast.physician.pk).update(active_until=last_day - timedelta(days=2))
    assert Grant.objects.get(staff=cast.physician).valid_until == end_of(last_day - timedelta(days=2))


def test_a_consent_signed_for_an_officer_whose_role_ends_first_opens_until_then(cast: Cast, dossier: Dossier) -> None:
    last_day = timezone.localdate() + timedelta(days=3)
    HeldRole.objects.filter(appointment=cast.physician).update(valid_until=last_day)

    sign(cast.worker, dossier, line(cast.physician, WORK | HEALTH_BIT, named=True))

    assert Grant.objects.get(staff=cast.physician).valid_until == end_of(last_day)
