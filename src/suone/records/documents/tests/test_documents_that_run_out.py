"""Documents with a last day: warned of like consents, renewed by another, and no more than a warning.

Annual report 2024 of the Valais, «Erstellung einer Business Intelligence»: warnings when documents have expired or must be
renewed.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from suone.ground.access.acting import acting_for_job
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.records.documents.models import Document
from suone.records.documents.services import keep_document, remove_document, warn_and_expire
from suone.records.documents.tests.files import PDF
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.tests.factories import Principal, let_in, open_file
from suone.records.inbox.models import Message
from suone.records.workitems.models import State, WorkItem


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.DOCUMENTS_FOLDER = tmp_path / "documents"


@kept
def lead() -> Appointment:
    return make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Lead")


@kept
def office() -> Appointment:
    return make_staff(make_institution("IIZ", is_iiz_office=True), Role.REGIONAL_COORDINATOR, last_name="Office")


@kept
def dossier(lead: Appointment, office: Appointment) -> Dossier:
    return open_file(lead)


def keep(by: Appointment, dossier: Dossier, *, days: int | None, **changes: Any) -> Document:
    who = acting(by)
    usual: dict[str, Any] = {"name": "permit.pdf", "data": PDF, "title": "Permit", "category": DataCategory.EMPLOYMENT}
    with acting_as(who):
        until = None if days is None else who.today + timedelta(days=days)
        return keep_document(who, dossier=dossier, valid_until=until, **usual | changes)


def run_job(*, days_later: int = 0, closed: bool = False) -> tuple[int, int]:
    job = replace(acting_for_job("a test"), today=timezone.localdate() + timedelta(days=days_later))
    with acting_as(job):
        cases = Dossier.objects.none() if closed else Dossier.objects.all()
        return warn_and_expire(job, dossiers=cases.values("pk"))


def item() -> WorkItem:
    return WorkItem.objects.get(about_type="document")


def test_vs_report_2024_bi_warnings_come_thirty_and_seven_days_before_on_the_day_and_at_expiry(
    lead: Appointment, dossier: Dossier
) -> None:
    document = keep(lead, dossier, days=31)

    told = {31 - day: run_job(days_later=day) for day in range(34)}

    assert {left: found for left, found in told.items() if found != (0, 0)} == {
        30: (1, 0), 7: (1, 0), 0: (1, 0), -1: (0, 1),
    }  # fmt: skip
    acts = Entry.objects.filter(object_id=document.pk, act__startswith="document.exp").order_by("pk")
    assert [entry.act for entry in acts] == ["document.expires_soon"] * 3 + ["document.expired"]


def test_vs_report_2024_bi_the_first_warning_asks_whoever_added_it_to_renew_it(
    lead: Appointment, dossier: Dossier
) -> None:
    document = keep(lead, dossier, days=20)

    run_job()
    run_job(days_later=13)

    asked = item()
    assert (asked.addressed_id, asked.assigned_id) == (lead.institution_id, lead.pk)
    assert (asked.due_on, asked.category) == (document.valid_until, DataCategory.EMPLOYMENT)


def test_the_office_is_notified_and_reads_which_act_it_was_only_with_the_data_category(
    lead: Appointment, office: Appointment, dossier: Dossier
) -> None:
    let_in(lead, dossier, Principal(office.institution_id), categories=DataCategory.EMPLOYMENT.bit)
    keep(lead, dossier, days=5)
    keep(lead, dossier, days=5, category=DataCategory.FINANCES, title="Loan")

    run_job()

    assert sorted(Message.objects.filter(staff=office).values_list("act", flat=True)) == [
        "document.expires_soon", "inbox.something_new",
    ]  # fmt: skip


@pytest.mark.parametrize("settled", ["renewed", "removed", "closed", "no last day"])
def test_nothing_is_said_of_a_document_that_is_renewed_removed_of_a_closed_case_or_without_a_last_day(
    lead: Appointment, dossier: Dossier, settled: str
) -> None:
    document = keep(lead, dossier, days=None if settled == "no last day" else 5)
    if settled == "renewed":
        keep(lead, dossier, days=None, replaces=document)
    elif settled == "removed":
        with acting_as(acting(lead)):
            remove_document(acting(lead), document=Document.objects.get(pk=document.pk), reason="wrong case")

    assert run_job(closed=settled == "closed") == (0, 0)
    assert run_job(days_later=10, closed=settled == "closed") == (0, 0)


def test_the_renewed_document_settles_the_work_item_and_a_removed_one_cancels_it(
    lead: Appointment, dossier: Dossier
) -> None:
    first, second = keep(lead, dossier, days=5), keep(lead, dossier, days=5)
    run_job()

    keep(lead, dossier, days=400, replaces=first)
    with acting_as(acting(lead)):
        remove_document(acting(lead), document=Document.objects.get(pk=second.pk), reason="wrong case")

    states = dict(WorkItem.objects.filter(about_type="document").values_list("about_id", "state"))
    assert states == {first.pk: State.DONE, second.pk: State.CANCELLED}


def test_a_document_is_renewed_once(lead: Appointment, dossier: Dossier) -> None:
    document = keep(lead, dossier, days=5)
    keep(lead, dossier, days=50, replaces=document)

    with pytest.raises(Refused, match="renewed already"):
        keep(lead, dossier, days=60, replaces=document)
    again = Document(
        dossier=dossier, category=1, title="Again", language="de", size=1, stored_as="x.pdf", replaces=document
    )
    with pytest.raises(IntegrityError, match="document_replaced_once"), transaction.atomic():
        again.save()


def test_nobody_renews_a_document_that_is_closed_to_them(
    lead: Appointment, office: Appointment, dossier: Dossier
) -> None:
    """Past the services: its work item would be settled, and nobody could renew it any more."""
    let_in(lead, dossier, Principal(office.institution_id), power=Power.WRITE, categories=DataCategory.EMPLOYMENT.bit)
    open_to_both, closed = keep(lead, dossier, days=5), keep(lead, dossier, days=5, category=DataCategory.FINANCES)

    keep(office, dossier, days=50, replaces=open_to_both)
    with pytest.raises(ProgrammingError, match="closed to whoever renews it"):
        keep(office, dossier, days=50, replaces=closed)
    keep(lead, dossier, days=50, replaces=closed)


def test_a_last_day_far_ahead_is_a_slip_and_a_past_one_may_be_kept(lead: Appointment, dossier: Dossier) -> None:
    with pytest.raises(Refused, match="far ahead"):
        keep(lead, dossier, days=366 * 30 + 10)

    assert keep(lead, dossier, days=-10).has_expired(timezone.localdate())


def test_the_last_day_is_typed_and_the_renewed_document_chosen_on_the_page(lead: Appointment, dossier: Dossier) -> None:
    client, until = client_of(lead), timezone.localdate() + timedelta(days=5)
    address = f"/dossiers/{dossier.pk}/documents/add"
    typed = {"title": "Permit", "category": DataCategory.EMPLOYMENT.value}

    def sent(**more: Any) -> None:
        file = SimpleUploadedFile("permit.pdf", PDF, "application/pdf")
        assert client.post(address, typed | more | {"file": file}).status_code == 302

    assert 'name="replaces"' not in client.get(address).content.decode()
    sent(valid_until=until.isoformat())
    first = Document.objects.get()
    page = client.get(f"{address}?replaces={first.pk}").content.decode()
    sent(replaces=first.pk)

    assert first.valid_until == until
    assert f'value="{first.pk}" selected' in page
    assert f"Permit ({until:%d.%m.%Y})" in page
    assert Document.objects.get(replaces=first).title == "Permit"
