"""Whole entries: what each act on consents and disclosures logs, whom it notifies, and which work items it settles."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.audit.tests.entries import log_of, logged
from suone.organisation.appointments.tests.factories import acting, client_of
from suone.records.consents import services
from suone.records.consents.consent_form import FormPerson
from suone.records.consents.models import Consent, Disclosure, DisclosureForm
from suone.records.consents.queries import chain_of, current_consent, other_live_consents
from suone.records.consents.tests.factories import WORK, Cast, line, sign, terms
from suone.records.consents.tests.test_clock import let_time_pass, run_job
from suone.records.consents.tests.test_disclosures import disclose
from suone.records.consents.tests.test_narrow_and_withdraw import narrow, readable, withdraw
from suone.records.consents.tests.test_views import typed
from suone.records.dossiers.models import Dossier, Event, Grant
from suone.records.dossiers.tests.factories import open_file
from suone.records.inbox.models import Message
from suone.records.workitems.models import WorkItem

EMPLOYMENT = DataCategory.EMPLOYMENT.bit


def recipients_of(act: str) -> list[int]:
    return sorted(Message.objects.filter(act=act).values_list("staff_id", flat=True))


def in_the_timeline(act: str) -> list[tuple[int, str, int | None]]:
    return list(Event.objects.filter(act=act).values_list("dossier_id", "object_type", "object_id"))


def test_log_of_a_signature_and_of_what_it_discloses(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser), line(cast.worker))
    renewal = sign(cast.worker, dossier, line(cast.adviser), renews=consent)
    first, second = Disclosure.objects.order_by("pk")
    adviser, worker = cast.adviser.institution_id, cast.worker.institution_id
    disclosed = {
        "case": dossier,
        "to": [adviser],
        "basis": "consent",
        "details": {"categories": WORK, "form": "access"},
    }

    assert log_of("consent.signed") == [
        logged("store", case=dossier, about=("consent", consent.pk), to=[adviser, worker], basis="consent")
    ]
    assert log_of("consent.renewed") == [
        logged("store", case=dossier, about=("consent", renewal.pk), to=[adviser], basis="consent")
    ]
    assert log_of("disclosure.recorded") == [
        logged("disclose", about=("disclosure", one.pk), **disclosed) for one in (first, second)
    ]
    assert in_the_timeline("consent.renewed") == [(dossier.pk, "consent", renewal.pk)]
    assert in_the_timeline("disclosure.recorded") == []  # the consent says it
    assert recipients_of("consent.signed") == recipients_of("consent.renewed") == [cast.adviser.pk]


def test_log_of_a_printed_form(cast: Cast, dossier: Dossier) -> None:
    client_of(cast.worker).post(f"/dossiers/{dossier.pk}/consents/sign", typed(cast, print="1"))

    assert log_of("consent.form_printed") == [logged("print", case=dossier)]


def test_log_of_a_form_printed_before_there_is_a_case(cast: Cast) -> None:
    who = acting(cast.worker)
    person = FormPerson(name="Peter Muster", born_on="01.04.1999", ahv_number="", address="")

    with acting_as(who):
        pdf = services.print_form_before(who, person=person, terms=terms(), scope=[line(cast.adviser)])

    assert pdf.startswith(b"%PDF")
    assert log_of("consent.form_printed") == [logged("print")]


def test_log_of_narrowing_and_withdrawing(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser), line(cast.coordinator), line(cast.worker))

    narrow(cast.worker, consent, cast.adviser, EMPLOYMENT)
    withdraw(cast.worker, consent)

    adviser = cast.adviser.institution_id
    everybody = [adviser, cast.coordinator.institution_id, cast.worker.institution_id]
    about = ("consent", consent.pk)
    assert log_of("consent.narrowed") == [
        logged("change", case=dossier, about=about, to=[adviser], details={"categories": EMPLOYMENT})
    ]
    assert log_of("consent.withdrawn") == [logged("change", case=dossier, about=about, to=everybody)]
    assert in_the_timeline("consent.narrowed") == in_the_timeline("consent.withdrawn") == [(dossier.pk, *about)]
    assert recipients_of("consent.narrowed") == [cast.adviser.pk]


def test_a_death_ends_every_consent_in_force_and_is_announced(cast: Cast, dossier: Dossier) -> None:
    """What is over or taken back already stays as it was; another person's consent stays in force."""
    over = sign(cast.worker, dossier, line(cast.adviser), valid_until=timezone.localdate())
    let_time_pass(over, days=1)
    back = sign(cast.worker, dossier, line(cast.adviser))
    withdraw(cast.worker, back)
    running = sign(cast.worker, dossier, line(cast.adviser))
    planned = sign(cast.worker, dossier, line(cast.coordinator), valid_from=timezone.localdate() + timedelta(days=9))
    other = open_file(cast.worker)
    elsewhere = sign(cast.worker, other, line(cast.adviser))
    who = acting(cast.worker)

    with acting_as(who):
        services.end_consents(who, dossier=dossier)

    adviser, office = cast.adviser.institution_id, cast.coordinator.institution_id
    assert log_of("consent.ended_by_death") == [
        logged("change", case=dossier, about=("consent", running.pk), to=[adviser]),
        logged("change", case=dossier, about=("consent", planned.pk), to=[office]),
    ]
    assert recipients_of("consent.ended_by_death") == sorted([cast.adviser.pk, cast.coordinator.pk])
    assert set(Consent.objects.filter(withdrawn_at=None)) == {over, elsewhere}
    assert readable(cast.adviser, dossier) == []
    assert not Grant.objects.filter(because="consent", because_id=planned.pk, valid_until__gt=F("valid_from")).exists()
    assert readable(cast.adviser, other) != []


def test_a_withdrawal_by_whoever_may_only_read_leaves_the_item_and_is_no_error(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.coordinator), valid_until=timezone.localdate() + timedelta(days=7))
    run_job()
    disclose(cast.worker, dossier, cast.stranger, form=DisclosureForm.ACCESS, access_until=timezone.localdate())

    withdraw(cast.stranger, consent)

    assert WorkItem.objects.get(about_type="consent").state == "open"
    assert readable(cast.coordinator, dossier) == []


def test_log_of_warnings_and_of_the_end(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser), valid_until=timezone.localdate())
    about = ("consent", consent.pk)

    run_job()
    let_time_pass(consent, days=1)
    run_job()

    by_job = logged("change", case=dossier, about=about, purpose="a test")
    assert log_of("consent.expires_soon") == log_of("consent.expired") == [by_job]
    assert recipients_of("consent.expired") == sorted([cast.worker.pk, cast.coordinator.pk])
    assert in_the_timeline("consent.expired") == [(dossier.pk, *about)]


def test_nobody_is_asked_to_renew_what_no_institution_recorded(cast: Cast, dossier: Dossier) -> None:
    consent = sign(cast.worker, dossier, line(cast.adviser), valid_until=timezone.localdate() + timedelta(days=7))
    Consent.objects.update(recorded_institution=None, recorded_by=None)

    assert run_job() == (1, 0)

    assert recipients_of("consent.expires_soon") == [cast.coordinator.pk]
    assert not WorkItem.objects.filter(about_id=consent.pk).exists()


def test_log_of_a_disclosure_and_of_informing_the_person(cast: Cast, dossier: Dossier) -> None:
    disclosure = disclose(cast.worker, dossier, cast.adviser, form=DisclosureForm.ORAL, basis="avig-85f-3")
    who = acting(cast.worker)
    with acting_as(who):
        services.record_person_informed(who, disclosure=disclosure)

    about = ("disclosure", disclosure.pk)
    details = {"categories": WORK, "form": "oral"}
    to = [cast.adviser.institution_id]
    assert log_of("disclosure.recorded") == [
        logged("disclose", case=dossier, about=about, to=to, basis="avig-85f-3", details=details)
    ]
    assert log_of("disclosure.person_informed") == [logged("change", case=dossier, about=about)]
    assert (
        in_the_timeline("disclosure.recorded")
        == in_the_timeline("disclosure.person_informed")
        == [(dossier.pk, *about)]
    )


def test_whoever_may_contribute_records_what_they_wrote_and_a_day_opens_nothing(cast: Cast, dossier: Dossier) -> None:
    sign(cast.worker, dossier, line(cast.adviser))

    disclosure = disclose(cast.adviser, dossier, cast.stranger, access_until=timezone.localdate())

    assert disclosure.form == DisclosureForm.WRITTEN
    assert not Grant.objects.filter(because="disclosure").exists()


def test_a_disclosure_on_the_last_day_is_not_over(cast: Cast, dossier: Dossier) -> None:
    disclose(cast.worker, dossier, cast.adviser, form=DisclosureForm.ACCESS, access_until=timezone.localdate())

    assert readable(cast.adviser, dossier) != []


def test_a_planned_consent_is_narrowed_and_an_expired_one_is_not(cast: Cast, dossier: Dossier) -> None:
    planned = sign(cast.worker, dossier, line(cast.adviser), valid_from=timezone.localdate() + timedelta(days=9))
    over = sign(cast.worker, dossier, line(cast.coordinator), valid_until=timezone.localdate())
    let_time_pass(over, days=1)

    narrow(cast.worker, planned, cast.adviser, EMPLOYMENT)
    with pytest.raises(Refused, match="Only a valid consent"):
        narrow(cast.worker, over, cast.coordinator, EMPLOYMENT)

    assert planned.recipients.get().categories == EMPLOYMENT


def test_the_longest_of_the_valid_consents_is_the_current_one_and_chains_stay_apart(
    cast: Cast, dossier: Dossier
) -> None:
    short = sign(cast.worker, dossier, line(cast.adviser), valid_until=timezone.localdate() + timedelta(days=10))
    over = sign(cast.worker, dossier, line(cast.adviser), valid_until=timezone.localdate())
    renewal = sign(cast.worker, dossier, line(cast.adviser), renews=over)
    sign(cast.worker, dossier, line(cast.adviser), valid_from=timezone.localdate() + timedelta(days=9))
    let_time_pass(over, days=1)
    gone = sign(cast.worker, dossier, line(cast.adviser))
    withdraw(cast.worker, gone)
    who = acting(cast.worker)

    with acting_as(who):
        assert current_consent(who, dossier) == renewal
        assert chain_of(who, renewal) == [renewal]  # what is over stays as it was
        assert chain_of(who, over) == [over, renewal]
        beside = other_live_consents(who, [renewal])
    assert short in beside
    assert len(beside) == 2
