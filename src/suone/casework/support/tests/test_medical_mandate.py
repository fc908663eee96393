"""The compartment of a medical mandate: opened to its officer, closed with it, and never to institutions."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection
from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.casework.cases.models import Case
from suone.casework.leading.models import KnownFact
from suone.casework.leading.tests.factories import do
from suone.casework.support import services
from suone.casework.support.models import Service, ServiceText
from suone.casework.support.rules import MANDATE_CATEGORIES, Kind, Part, State
from suone.casework.support.tests.factories import REPORT, officer_named, order, reported
from suone.ground.access.categories import HEALTH_BIT, DataCategory, Power
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.tests.factories import acting, make_staff
from suone.records.consents.drift import find_drift
from suone.records.consents.models import Consent, ConsentRecipient, Disclosure
from suone.records.consents.services import narrow_consent, withdraw_consent
from suone.records.consents.tests.factories import WORK, Cast, line, sign
from suone.records.dossiers.models import Dossier, Event, Grant, OpeningAct
from suone.records.dossiers.queries import access_of
from suone.records.dossiers.services import end_of, open_grants
from suone.records.inbox.models import Message
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem


@kept
def mandate(cast: Cast, active: Case) -> Service:
    return order(cast, active, Kind.MEDICAL_MANDATE)


def grant_of(service: Service) -> Grant:
    return Grant.objects.filter(because=OpeningAct.MEDICAL_MANDATE, because_id=service.pk).latest("pk")


def consent_of(service: Service) -> Consent:
    return Consent.objects.filter(dossier_id=service.dossier_id, withdrawn_at=None).earliest("pk")


def test_a_mandate_opens_the_case_to_its_officer_while_the_consent_is_valid(cast: Cast, mandate: Service) -> None:
    grant = grant_of(mandate)

    assert (grant.staff_id, grant.institution_id, grant.power) == (cast.physician.pk, None, Power.WRITE)
    assert grant.categories == MANDATE_CATEGORIES
    assert grant.valid_until == mandate.access_until == end_of(consent_of(mandate).valid_until)
    assert find_drift() == []


def test_the_passing_on_is_recorded_as_a_disclosure(cast: Cast, mandate: Service) -> None:
    disclosure = Disclosure.objects.filter(recipient_staff=cast.physician).latest("pk")  # after that of the consent

    assert (disclosure.basis, disclosure.categories) == ("consent", MANDATE_CATEGORIES)
    assert (disclosure.giver_id, disclosure.recipient_id) == (
        cast.coordinator.institution_id,
        cast.physician.institution_id,
    )
    assert Entry.objects.filter(act="grant.opened", object_type="medical_mandate").exists()


def test_the_officer_finds_the_mandate_on_the_worklist(cast: Cast, mandate: Service) -> None:
    item = WorkItem.objects.get(about_type="service", about_id=mandate.pk)

    assert (item.title, item.assigned) == ("Carry out the medical mandate", cast.physician)
    assert Message.objects.filter(act="service.ordered", staff=cast.physician).exists()


def test_a_mandate_without_a_valid_consent_is_refused(cast: Cast, active: Case) -> None:
    who = acting(cast.worker)
    with acting_as(who):
        withdraw_consent(who, consent=Consent.objects.get(dossier_id=active.pk))

    with pytest.raises(Refused, match="needs a valid consent"):
        order(cast, active, Kind.MEDICAL_MANDATE, by=cast.worker)

    assert not Grant.objects.filter(because=OpeningAct.MEDICAL_MANDATE).exists()


def test_a_mandate_goes_to_a_medical_officer_alone(cast: Cast, active: Case) -> None:
    with pytest.raises(Refused, match="Choose a medical officer"):
        order(cast, active, Kind.MEDICAL_MANDATE, staff=cast.adviser)


def test_a_report_keeps_findings_apart_from_what_partners_read(cast: Cast, active: Case) -> None:
    service = reported(cast, active)

    texts = {text.part: text for text in ServiceText.objects.filter(service=service)}
    assert (texts["findings"].category, texts["findings"].text) == (DataCategory.HEALTH, REPORT.findings)
    assert (texts["consequences"].category, texts["consequences"].capacity_percent) == (DataCategory.EMPLOYMENT, 100)
    assert texts["restrictions"].category == DataCategory.EMPLOYMENT
    assert (service.state, service.ended_on) == (State.COMPLETED, timezone.localdate())
    assert WorkItem.objects.get(about_type="service", about_id=service.pk).state == ItemState.DONE
    assert KnownFact.objects.get(fact=Fact.MEDICAL_REPORT_ON).value == timezone.localdate().isoformat()


def test_partners_are_notified_of_a_report_without_its_content(cast: Cast, active: Case) -> None:
    service = reported(cast, active)

    notified = set(Message.objects.filter(act="service.reported").values_list("staff_id", flat=True))
    assert notified == {cast.coordinator.pk, cast.worker.pk, cast.adviser.pk}
    entries = Entry.objects.filter(act="service.reported")
    assert [(e.object_type, e.object_id, e.details) for e in entries] == [("service", service.pk, {})]
    assert Event.objects.get(act="service.reported").text == "Medical mandate"


def test_after_the_report_the_officer_looks_back_for_a_while(cast: Cast, active: Case) -> None:
    service = reported(cast, active)

    until = end_of(timezone.localdate() + timedelta(days=settings.MANDATE_ACCESS_DAYS))
    assert grant_of(service).valid_until == service.access_until == until
    assert find_drift() == []


def test_a_cancelled_mandate_closes_the_case_to_its_officer_at_once(cast: Cast, mandate: Service) -> None:
    do(cast.coordinator, services.cancel_service, service=mandate, reason="IV has a report already")

    assert grant_of(mandate).valid_until <= timezone.now()
    assert find_drift() == []
    with acting_as(acting(cast.physician)):  # what the person lets the officer read stays with the consent alone
        assert {grant.because for grant in access_of(mandate.dossier) if grant.valid_until > timezone.now()} == {
            "notification",
            "consent",
        }


def test_a_mandate_needs_a_consent_that_names_its_officer_and_health(cast: Cast, active: Case) -> None:
    colleague = make_staff(cast.physician.institution, Role.MEDICAL_OFFICER, last_name="Colleague")
    with pytest.raises(Refused, match="names its medical officer and health"):
        order(cast, active, Kind.MEDICAL_MANDATE, staff=colleague)
    sign(cast.coordinator, active.dossier, line(colleague, WORK, named=True))  # without health
    sign(cast.coordinator, active.dossier, line(colleague, WORK))  # the institution
    with pytest.raises(Refused, match="names its medical officer and health"):
        order(cast, active, Kind.MEDICAL_MANDATE, staff=colleague)
    later = timezone.localdate() + timedelta(days=1)
    sign(cast.coordinator, active.dossier, line(colleague, HEALTH_BIT, named=True), valid_from=later)
    with pytest.raises(Refused, match="names its medical officer and health"):
        order(cast, active, Kind.MEDICAL_MANDATE, staff=colleague)

    sign(cast.coordinator, active.dossier, line(colleague, HEALTH_BIT | 1, named=True))

    service = order(cast, active, Kind.MEDICAL_MANDATE, staff=colleague)
    assert grant_of(service).categories == HEALTH_BIT | 1  # of the mandate's categories, what the person signed
    assert Disclosure.objects.filter(recipient_staff=colleague).latest("pk").categories == HEALTH_BIT | 1


def test_once_the_person_takes_health_back_the_mandate_ends(cast: Cast, mandate: Service) -> None:
    recipient = ConsentRecipient.objects.get(consent=mandate.based_on, staff=cast.physician)
    who = acting(cast.adviser)
    with acting_as(who):
        narrow_consent(who, recipient=recipient, categories=recipient.categories & ~DataCategory.EMPLOYMENT.bit)
    assert grant_of(mandate).categories == MANDATE_CATEGORIES & ~DataCategory.EMPLOYMENT.bit
    recipient.refresh_from_db()

    with acting_as(who):
        narrow_consent(who, recipient=recipient, categories=recipient.categories & ~HEALTH_BIT)

    assert grant_of(mandate).valid_until <= timezone.now()
    with acting_as(acting(cast.physician)):
        assert not ServiceText.objects.filter(category=DataCategory.HEALTH).exists()
    assert find_drift() == []


def test_a_mandate_that_goes_further_than_its_consent_is_refused(cast: Cast, mandate: Service) -> None:
    changes = [
        {"access_until": mandate.access_until + timedelta(days=900)},
        {"based_on": sign(cast.coordinator, mandate.dossier, line(cast.coordinator))},
        {"staff": make_staff(cast.physician.institution, Role.MEDICAL_OFFICER, last_name="Colleague")},
    ]
    who = acting(cast.coordinator)

    for change in changes[1:]:
        with pytest.raises(IntegrityError, match="exceeds its act"), acting_as(who):
            Service.objects.filter(pk=mandate.pk).update(**change)
    with acting_as(who):
        Service.objects.filter(pk=mandate.pk).update(**changes[0])
        open_grants(who, dossier=mandate.dossier, act=OpeningAct.MEDICAL_MANDATE, act_id=mandate.pk)

    assert grant_of(mandate).valid_until == end_of(consent_of(mandate).valid_until)


def test_a_withdrawn_consent_ends_the_mandates_access_with_it(cast: Cast, mandate: Service) -> None:
    who = acting(cast.adviser)  # whoever learns of it may only contribute
    with acting_as(who):
        withdraw_consent(who, consent=consent_of(mandate))

    assert grant_of(mandate).valid_until <= timezone.now()
    assert find_drift() == []


def test_under_another_consent_the_lead_lets_it_go_on_no_longer_than_that(cast: Cast, mandate: Service) -> None:
    dossier, until = mandate.dossier, timezone.localdate() + timedelta(days=20)
    sign(cast.coordinator, dossier, officer_named(cast), line(cast.coordinator), valid_until=until)
    who = acting(cast.worker)
    with acting_as(who):
        withdraw_consent(who, consent=consent_of(mandate))
    assert grant_of(mandate).valid_until <= timezone.now()  # it stood on the one that is withdrawn

    do(cast.coordinator, services.renew_mandate_access, service=mandate)

    assert grant_of(mandate).valid_until == end_of(until)
    assert find_drift() == []


def test_under_a_new_consent_the_lead_renews_the_access(cast: Cast, mandate: Service) -> None:
    who = acting(cast.worker)
    with acting_as(who):
        withdraw_consent(who, consent=consent_of(mandate))
    with pytest.raises(Refused, match="needs a valid consent"):
        do(cast.worker, services.renew_mandate_access, service=mandate)
    sign(cast.worker, mandate.dossier, officer_named(cast), valid_until=timezone.localdate() + timedelta(days=50))
    assert find_drift() == []  # nobody has let the officer in again yet

    do(cast.worker, services.renew_mandate_access, service=mandate)

    assert grant_of(mandate).valid_until == end_of(timezone.localdate() + timedelta(days=50))
    assert Entry.objects.filter(act="service.access_renewed").exists()
    assert find_drift() == []


def test_a_mandates_grant_without_its_mandate_is_drift(cast: Cast, mandate: Service) -> None:
    Grant.objects.filter(because=OpeningAct.MEDICAL_MANDATE).update(categories=16)
    assert [drift.kind for drift in find_drift()] == ["categories"]
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER grants_within_acts ON support_service")  # which refuses what follows

    ServiceText.objects.all().delete()
    Service.objects.all().delete()

    assert [drift.kind for drift in find_drift()] == ["unfounded"]


def test_another_officer_does_not_report(cast: Cast, mandate: Service) -> None:
    colleague = make_staff(cast.physician.institution, Role.MEDICAL_OFFICER, last_name="Colleague")

    with pytest.raises(Dossier.DoesNotExist):  # nor even sees the case
        do(colleague, services.write_medical_report, service=mandate, report=REPORT)
    with pytest.raises(Refused, match="who holds the mandate"):
        do(cast.coordinator, services.write_medical_report, service=mandate, report=REPORT)


def test_a_second_report_is_a_conflict_with_both_texts(cast: Cast, active: Case) -> None:
    service = reported(cast, active)

    with pytest.raises(Conflict) as conflict:
        do(cast.physician, services.write_medical_report, service=service, report=REPORT)

    assert conflict.value.current == {"Consequences for fitness and capacity": REPORT.consequences}


def test_a_mandate_is_completed_by_its_report_alone(cast: Cast, mandate: Service) -> None:
    with pytest.raises(Refused, match="by the medical officer's report"):
        do(cast.coordinator, services.complete_service, service=mandate, result="Fit")
    do(cast.physician, services.write_medical_report, service=mandate, report=REPORT)
    with pytest.raises(Refused, match="by the medical officer's report"):
        do(cast.coordinator, services.complete_service, service=mandate, result="Fit")


def test_when_the_log_cannot_be_written_there_is_no_report(
    cast: Cast, mandate: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_args: object, **_kwargs: object) -> None:
        raise OSError("no space left")

    before = grant_of(mandate).valid_until
    monkeypatch.setattr(services, "record_event", full_disk)
    with pytest.raises(OSError, match="no space left"):
        do(cast.physician, services.write_medical_report, service=mandate, report=REPORT)

    mandate.refresh_from_db()
    assert (mandate.state, grant_of(mandate).valid_until) == (State.ORDERED, before)
    assert not ServiceText.objects.filter(part=Part.FINDINGS).exists()
