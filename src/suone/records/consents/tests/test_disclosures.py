"""Passing data on another ground than a consent: its conditions, its form, and the duty to tell the person."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from suone.ground.access.categories import HEALTH_BIT, DataCategory, Power
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.audit.models import Entry, RecordKind
from suone.ground.web.fields import months_after
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents import services
from suone.records.consents.apps import keep_limit
from suone.records.consents.legal_bases import BY_ACTS, legal_bases, legal_basis
from suone.records.consents.models import Disclosure, DisclosureForm
from suone.records.consents.tests.factories import WORK, Cast, line, sign
from suone.records.dossiers.models import Dossier, Event, Grant, OpeningAct
from suone.records.dossiers.services import end_of
from suone.records.workitems.models import State, WorkItem

OTHERS = [basis.code for basis in legal_bases() if basis.code not in BY_ACTS]
WITH_DUTY = [basis.code for basis in legal_bases() if basis.duty_to_inform]


def conditions_of(basis: str) -> list[str]:
    ground = legal_basis(basis)
    return [condition.code for condition in ground.conditions] if ground else []


def disclose(by: Appointment, dossier: Dossier, to: Appointment, **changes: Any) -> Disclosure:
    basis = changes.get("basis", "avig-85f-3")
    usual: dict[str, Any] = {
        "basis": basis,
        "purpose": "find a measure",
        "form": DisclosureForm.WRITTEN,
        "recipient": to.institution,
        "categories": WORK,
        "confirmed": conditions_of(basis),
    }
    who = acting(by)
    with acting_as(who):
        return services.record_disclosure(who, dossier=dossier, **usual | changes)


def test_a_disclosure_says_on_which_basis_for_what_by_whom_to_whom(cast: Cast, dossier: Dossier) -> None:
    disclosure = disclose(cast.worker, dossier, cast.adviser)

    assert (disclosure.basis, disclosure.purpose) == ("avig-85f-3", "find a measure")
    assert (disclosure.giver_id, disclosure.giver_staff_id) == (cast.worker.institution_id, cast.worker.pk)
    assert (disclosure.recipient_id, disclosure.categories) == (cast.adviser.institution_id, WORK)
    assert disclosure.conditions == conditions_of("avig-85f-3")
    entry = Entry.objects.get(act="disclosure.recorded")
    assert (entry.kind, entry.legal_basis) == (RecordKind.DISCLOSE, "avig-85f-3")
    assert entry.recipients == [cast.adviser.institution_id]
    assert Event.objects.filter(dossier=dossier, act="disclosure.recorded").count() == 1


@pytest.mark.parametrize("basis", OTHERS)
def test_every_condition_of_a_basis_has_to_be_confirmed(cast: Cast, dossier: Dossier, basis: str) -> None:
    wanted = conditions_of(basis)

    for left_out in wanted:
        with pytest.raises(Refused, match="Confirm every condition"):
            disclose(cast.worker, dossier, cast.adviser, basis=basis, confirmed=[c for c in wanted if c != left_out])

    assert disclose(cast.worker, dossier, cast.adviser, basis=basis).pk


@pytest.mark.parametrize("basis", ["consent", "because-i-say-so", ""])
def test_only_the_bases_of_the_table_will_do(cast: Cast, dossier: Dossier, basis: str) -> None:
    with pytest.raises(Refused, match="Choose one of the legal bases"):
        disclose(cast.worker, dossier, cast.adviser, basis=basis)


@pytest.mark.parametrize("basis", OTHERS)
def test_by_word_of_mouth_only_where_the_law_allows_it(cast: Cast, dossier: Dossier, basis: str) -> None:
    ground = legal_basis(basis)
    assert ground is not None

    if ground.oral:
        assert disclose(cast.worker, dossier, cast.adviser, basis=basis, form=DisclosureForm.ORAL).form == "oral"
    else:
        with pytest.raises(Refused, match="by word of mouth"):
            disclose(cast.worker, dossier, cast.adviser, basis=basis, form=DisclosureForm.ORAL)


def test_health_passes_on_no_other_basis_than_a_consent(cast: Cast, dossier: Dossier) -> None:
    with pytest.raises(Refused, match="for a medical officer only"):
        disclose(cast.worker, dossier, cast.adviser, categories=WORK | HEALTH_BIT)


def test_nobody_passes_on_what_is_closed_to_themselves(cast: Cast, dossier: Dossier) -> None:
    sign(cast.worker, dossier, line(cast.adviser, WORK))
    finances = DataCategory.FINANCES.bit

    with pytest.raises(Refused, match=r"only what is open to you in this case\. Leave out: Finances"):
        disclose(cast.adviser, dossier, cast.stranger, categories=WORK | finances)

    assert disclose(cast.adviser, dossier, cast.stranger, categories=WORK).categories == WORK


def test_on_another_basis_a_case_is_opened_no_longer_than_the_canton_allows(
    cast: Cast, dossier: Dossier, settings: Any
) -> None:
    settings.ACCESS_AT_MOST_MONTHS = 6
    latest = months_after(timezone.localdate(), 6) + timedelta(days=1)
    later = {"form": DisclosureForm.ACCESS, "access_until": latest + timedelta(days=1)}

    with pytest.raises(Refused, match=f"at most 6 months: choose {latest:%d.%m.%Y}"):
        disclose(cast.worker, dossier, cast.adviser, **later)
    settings.ACCESS_AT_MOST_MONTHS = 7  # as if the application let it pass
    keep_limit(using="default")  # as `suone migrate` does
    settings.ACCESS_AT_MOST_MONTHS = 120
    with pytest.raises(IntegrityError, match="longer than the canton allows"):
        disclose(cast.worker, dossier, cast.adviser, **later | {"access_until": months_after(timezone.localdate(), 8)})

    disclose(cast.worker, dossier, cast.adviser, **later)

    assert Grant.objects.get(because=OpeningAct.DISCLOSURE).valid_until == end_of(latest + timedelta(days=1))


def test_writing_opens_nothing(cast: Cast, dossier: Dossier) -> None:
    disclose(cast.worker, dossier, cast.adviser)

    assert not Grant.objects.filter(because=OpeningAct.DISCLOSURE).exists()


def test_access_is_opened_for_reading_until_the_given_day(cast: Cast, dossier: Dossier) -> None:
    until = timezone.localdate() + timedelta(days=14)

    disclosure = disclose(cast.worker, dossier, cast.adviser, form=DisclosureForm.ACCESS, access_until=until)

    grant = Grant.objects.get(because=OpeningAct.DISCLOSURE)
    assert (grant.institution_id, grant.power, grant.categories) == (cast.adviser.institution_id, Power.READ, WORK)
    assert (grant.because_id, grant.valid_until, grant.legal_basis) == (disclosure.pk, end_of(until), "avig-85f-3")


@pytest.mark.parametrize("until", [None, date(2001, 1, 1)])
def test_access_without_a_day_to_come_is_refused(cast: Cast, dossier: Dossier, until: object) -> None:
    with pytest.raises(Refused, match="until which day"):
        disclose(cast.worker, dossier, cast.adviser, form=DisclosureForm.ACCESS, access_until=until)

    assert not Disclosure.objects.exists()


def test_when_access_cannot_be_opened_no_disclosure_stays(
    cast: Cast, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("suone.records.dossiers.services.record", broken)

    with pytest.raises(OSError, match="no space left"), transaction.atomic():
        disclose(cast.worker, dossier, cast.adviser, form=DisclosureForm.ACCESS, access_until=timezone.localdate())

    assert not Disclosure.objects.exists()
    assert not Grant.objects.filter(because=OpeningAct.DISCLOSURE).exists()


@pytest.mark.parametrize("basis", OTHERS)
def test_the_duty_to_inform_the_person_becomes_a_work_item(cast: Cast, dossier: Dossier, basis: str) -> None:
    disclosure = disclose(cast.worker, dossier, cast.adviser, basis=basis)

    items = WorkItem.objects.filter(about_type="disclosure", about_id=disclosure.pk)
    if basis in WITH_DUTY:
        assert (
            [item.due_on for item in items] == [disclosure.inform_until] == [timezone.localdate() + timedelta(days=30)]
        )
        assert items[0].addressed_id == cast.worker.institution_id
    else:
        assert disclosure.inform_until is None
        assert not items


def test_informing_the_person_settles_the_duty_once(cast: Cast, dossier: Dossier) -> None:
    disclosure = disclose(cast.worker, dossier, cast.adviser)
    who = acting(cast.worker)

    with acting_as(who):
        services.record_person_informed(who, disclosure=disclosure)

    disclosure.refresh_from_db()
    assert disclosure.informed_by_id == cast.worker.pk
    assert WorkItem.objects.get(about_type="disclosure").state == State.DONE
    assert Entry.objects.filter(act="disclosure.person_informed", object_id=disclosure.pk).count() == 1
    with acting_as(who), pytest.raises(Refused, match="already been informed"):
        services.record_person_informed(who, disclosure=disclosure)


def test_who_informed_and_when_belong_together(cast: Cast, dossier: Dossier) -> None:
    disclosure = disclose(cast.worker, dossier, cast.adviser)

    with pytest.raises(IntegrityError, match="disclosure_informed_at_and_by_together"), transaction.atomic():
        Disclosure.objects.filter(pk=disclosure.pk).update(informed_at=timezone.now())


def test_a_recipient_of_a_consent_may_not_open_the_case_on_another_basis(cast: Cast, dossier: Dossier) -> None:
    sign(cast.worker, dossier, line(cast.adviser))

    with pytest.raises(Refused, match="Only institutions that lead the case"):
        disclose(cast.adviser, dossier, cast.stranger, form=DisclosureForm.ACCESS, access_until=timezone.localdate())

    assert not Grant.objects.filter(because=OpeningAct.DISCLOSURE).exists()


def test_a_lead_who_may_not_read_the_category_of_work_items_still_takes_on_the_duty(
    cast: Cast, dossier: Dossier
) -> None:
    sign(cast.worker, dossier, line(cast.coordinator, DataCategory.IDENTITY.bit))

    disclosure = disclose(cast.coordinator, dossier, cast.adviser, categories=DataCategory.IDENTITY.bit)

    assert WorkItem.objects.get(about_id=disclosure.pk).addressed_id == cast.coordinator.institution_id
