import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from suone.ground.access.acting import acting_for_job
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of, make_institution, make_staff
from suone.records.documents import services
from suone.records.documents.models import Document
from suone.records.documents.services import bytes_of, forget_lost_files, keep_document, remove_document
from suone.records.documents.tests.files import PDF
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.tests.factories import Principal, let_in, open_file


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DOCUMENTS_FOLDER = tmp_path / "documents"
    return tmp_path / "documents"


@kept
def lead() -> Appointment:
    return make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Lead")


@kept
def other() -> Appointment:
    return make_staff(make_institution("RAV"), Role.FRONT_LINE_WORKER, last_name="Other")


@kept
def dossier(lead: Appointment) -> Dossier:
    return open_file(lead)


def keep(by: Appointment, dossier: Dossier, category: DataCategory = DataCategory.EMPLOYMENT) -> Document:
    who = acting(by)
    with acting_as(who):
        return keep_document(who, dossier=dossier, name="CV of Peter.pdf", data=PDF, title="CV", category=category)


def test_no_two_documents_lead_to_one_file(lead: Appointment, dossier: Dossier) -> None:
    document = keep(lead, dossier)
    document.pk = None

    with pytest.raises(IntegrityError, match="stored_as"), transaction.atomic():
        document.save()


@pytest.mark.parametrize("name", ["../anchors/log", "/etc/hosts", "..", ".hidden", "a/b.pdf", "", "a\nb"])
def test_no_row_leads_to_a_file_of_another_folder(lead: Appointment, dossier: Dossier, name: str) -> None:
    document = keep(lead, dossier)
    document.pk, document.stored_as = None, name

    with pytest.raises(IntegrityError, match="document_file_in_its_folder"), acting_as(acting(lead)):
        Document.objects.bulk_create([document])


def test_a_file_is_kept_under_a_name_that_says_nothing(lead: Appointment, dossier: Dossier, folder: Path) -> None:
    document = keep(lead, dossier)

    assert bytes_of(document) == PDF
    assert "Peter" not in document.stored_as
    assert (folder / document.stored_as).exists()
    assert Entry.objects.filter(object_type="document", kind="store", dossier_id=dossier.pk).count() == 1


def test_a_file_changed_or_lost_behind_the_product_is_not_handed_out(
    lead: Appointment, dossier: Dossier, folder: Path
) -> None:
    document = keep(lead, dossier)

    (folder / document.stored_as).write_bytes(PDF + b"changed")
    with pytest.raises(Refused):
        bytes_of(document)
    (folder / document.stored_as).unlink()
    with pytest.raises(Refused):
        bytes_of(document)


def test_when_the_log_cannot_be_written_no_document_is_kept(
    lead: Appointment, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*args: object, **kwargs: object) -> None:
        raise OSError("full")

    monkeypatch.setattr(services, "record_event", full_disk)

    with pytest.raises(OSError, match="full"):
        keep(lead, dossier)

    assert not Document.objects.exists()


def test_a_download_is_logged_and_cannot_run_in_the_browser(lead: Appointment, dossier: Dossier) -> None:
    document = keep(lead, dossier)

    response = client_of(lead).get(f"/dossiers/{dossier.pk}/documents/{document.pk}")

    assert response.content == PDF
    assert response.headers["Content-Disposition"] == f'attachment; filename="{dossier.number}-{document.pk}.pdf"'
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert Entry.objects.filter(kind="read", object_type="document", object_id=document.pk).count() == 1


def test_only_whoever_reads_the_category_gets_the_file(lead: Appointment, other: Appointment, dossier: Dossier) -> None:
    finances, work = keep(lead, dossier, DataCategory.FINANCES), keep(lead, dossier, DataCategory.EMPLOYMENT)
    let_in(lead, dossier, Principal(other.institution_id), categories=DataCategory.FINANCES.bit | 1)
    client = client_of(other)

    assert client.get(f"/dossiers/{dossier.pk}/documents/{finances.pk}").status_code == 200
    assert client.get(f"/dossiers/{dossier.pk}/documents/{work.pk}").status_code == 404
    with acting_as(acting(other)):
        assert list(Document.objects.all()) == [finances]


def test_pages_are_shown_as_pictures_to_whoever_reads_the_category_and_logged(
    lead: Appointment, other: Appointment, dossier: Dossier
) -> None:
    document = keep(lead, dossier)
    let_in(lead, dossier, Principal(other.institution_id), categories=DataCategory.FINANCES.bit | 1)
    client, address = client_of(lead), f"/dossiers/{dossier.pk}/documents/{document.pk}/pages"

    page, picture = client.get(address), client.get(f"{address}/1")

    assert f'src="{address}/1"' in page.content.decode()
    assert picture.content[8:12] == b"WEBP"
    assert picture.headers["Content-Type"] == "image/webp"
    assert picture.headers["Content-Disposition"] == f'inline; filename="{dossier.number}-{document.pk}-1.webp"'
    assert picture.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert [client.get(f"{address}/{number}").status_code for number in (0, 2)] == [404, 404]
    assert [client_of(other).get(path).status_code for path in (address, f"{address}/1")] == [404, 404]
    assert Entry.objects.filter(act="document.shown", object_id=document.pk).count() == 2


def test_no_more_than_the_first_pages_are_drawn(lead: Appointment, dossier: Dossier) -> None:
    document = keep(lead, dossier)
    Document.objects.filter(pk=document.pk).update(pages=6)
    client, address = client_of(lead), f"/dossiers/{dossier.pk}/documents/{document.pk}/pages"

    shown = client.get(address).content.decode()

    assert f"{address}/5" in shown
    assert f"{address}/6" not in shown
    assert client.get(f"{address}/6").status_code == 404


def test_what_was_stored_before_pages_were_counted_is_shown_too_and_text_is_not(
    lead: Appointment, dossier: Dossier
) -> None:
    old, text = keep(lead, dossier), keep(lead, dossier)
    Document.objects.filter(pk=old.pk).update(pages=None)
    Document.objects.filter(pk=text.pk).update(pages=None, media_type="text/plain")
    client, documents = client_of(lead), f"/dossiers/{dossier.pk}/documents"

    assert f"{documents}/{old.pk}/pages/1" in client.get(f"{documents}/{old.pk}/pages").content.decode()
    assert "/pages/1" not in client.get(f"{documents}/{text.pk}/pages").content.decode()
    assert client.get(f"{documents}/{text.pk}/pages/1").status_code == 404


def test_what_is_active_in_a_file_is_said_when_it_is_added_and_looked_at(lead: Appointment, dossier: Dossier) -> None:
    client, documents = client_of(lead), f"/dossiers/{dossier.pk}/documents"
    scripted = PDF.replace(b"/Pages 2 0 R>>", b"/Pages 2 0 R/OpenAction<</S/JavaScript/JS(1)>>>>")
    upload = {"title": "Form", "category": "1", "file": SimpleUploadedFile("a.pdf", scripted)}

    client.post(f"{documents}/add", upload)

    document = Document.objects.get()
    assert (document.active, document.pages) == (["scripts"], 1)
    assert "the file contains scripts." in client.get(f"{documents}/{document.pk}/pages").content.decode()


def test_an_outsider_gets_nothing_and_a_reader_adds_nothing(
    lead: Appointment, other: Appointment, dossier: Dossier
) -> None:
    document = keep(lead, dossier)
    client = client_of(other)
    upload = {"title": "x", "category": "1", "file": SimpleUploadedFile("a.pdf", PDF)}

    assert client.get(f"/dossiers/{dossier.pk}/documents/{document.pk}").status_code == 404
    assert client.post(f"/dossiers/{dossier.pk}/documents/add", upload).status_code == 404
    let_in(lead, dossier, Principal(other.institution_id), power=Power.READ)
    upload["file"] = SimpleUploadedFile("a.pdf", PDF)
    assert client.post(f"/dossiers/{dossier.pk}/documents/add", upload).status_code in (403, 422)

    assert Document.objects.count() == 1


def test_a_wrong_file_stays_on_the_form_with_a_remedy(lead: Appointment, dossier: Dossier) -> None:
    upload = {"title": "My title", "category": "1", "file": SimpleUploadedFile("a.pdf", b"MZ")}

    response = client_of(lead).post(f"/dossiers/{dossier.pk}/documents/add", upload)

    assert response.status_code == 422
    assert "My title" in response.content.decode()
    assert not Document.objects.exists()


def test_removing_destroys_the_bytes_and_leaves_the_reason(lead: Appointment, dossier: Dossier, folder: Path) -> None:
    document = keep(lead, dossier)
    who = acting(lead)

    with acting_as(who):
        with pytest.raises(Refused):
            remove_document(who, document=document, reason=" ")
        remove_document(who, document=document, reason="Wrong person")

    kept = Document.objects.get()
    assert (kept.removed_reason, kept.removed_by_id) == ("Wrong person", lead.pk)
    assert list(folder.iterdir()) == []
    assert Entry.objects.get(kind="delete", object_type="document").act == "document.removed"
    assert client_of(lead).get(f"/dossiers/{dossier.pk}/documents/{document.pk}").status_code == 404


def test_the_database_keeps_removal_and_reason_together(lead: Appointment, dossier: Dossier) -> None:
    keep(lead, dossier)

    with pytest.raises(IntegrityError, match="document_removed_at_and_reason_together"), transaction.atomic():
        Document.objects.update(removed_reason="because")


def test_bytes_of_acts_that_were_undone_are_forgotten_after_a_day(
    lead: Appointment, dossier: Dossier, folder: Path
) -> None:
    kept = keep(lead, dossier)
    yesterday = time.time() - 25 * 3600
    for name, age in (("old.pdf", yesterday), ("fresh.pdf", time.time())):
        (folder / name).write_bytes(PDF)
        os.utime(folder / name, (age, age))
    os.utime(folder / kept.stored_as, (yesterday, yesterday))
    job = acting_for_job("a test")

    with acting_as(job):
        forgotten = forget_lost_files(job)

    assert forgotten == 1
    assert Entry.objects.get(act="document.lost_forgotten").details == {"files": 1}
    assert {path.name for path in folder.iterdir()} == {kept.stored_as, "fresh.pdf"}
