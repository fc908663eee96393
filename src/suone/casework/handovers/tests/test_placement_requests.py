"""The request for job placement that the person writes: a document of the case, without which SMZ does not turn to the IV again."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation
from pypdf import PdfReader

from suone.canton.procedures.facts import Fact
from suone.casework.cases.models import Case
from suone.casework.handovers import services
from suone.casework.handovers.placement_requests import placement_request_pdf
from suone.casework.handovers.rules import Answers, Direction
from suone.casework.handovers.tests.factories import accept, case_of, keep_request, particulars, proposal
from suone.casework.leading.models import Course
from suone.casework.leading.queries import every_fact
from suone.casework.leading.tests.factories import do
from suone.ground.access.categories import DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of
from suone.organisation.institutions.models import Institution
from suone.records.consents.tests.factories import Cast
from suone.records.documents.models import Document, DocumentKind
from suone.records.documents.queries import documents_of
from suone.records.documents.services import remove_document
from suone.records.documents.tests.files import PDF
from suone.records.documents.typeset import LANGUAGES
from suone.records.dossiers.models import Event, Particulars

AGAIN = {Fact.IV_CONTACT_KIND: "placement", Fact.RELEVANT_MEASURES: "training"}
ASKED = "In any case the person must write the new request for placement themselves"


@kept
def again(cast: Cast, coordinator_iv: Appointment) -> Case:
    """The IV stopped job placement without a job; everything but the request is there before SMZ turns to it again."""
    today = timezone.localdate()
    facts = AGAIN | {Fact.IV_PLACEMENT_ENDED_ON: today, Fact.FORMER_ADVISER_CONTACTED: today}
    facts[Fact.TARGET_AGREEMENT_CONSIDERED] = True
    case: Case = do(
        cast.worker,
        services.open_before_handover,
        of=particulars(cast),
        answers=Answers(Direction.REFERS, cast.worker.institution.kind, coordinator_iv.institution.kind),
        facts=facts,
        remarks={},
    )
    case.dossier.facts.create(fact=Fact.BOTH_ADVISERS_MET_ON, value=today.isoformat(), day=today)
    return case


def refer(cast: Cast, iv: Appointment, case: Case) -> None:
    do(
        cast.worker,
        services.propose_handover,
        case=case,
        proposal=proposal(cast.worker, iv, direction=Direction.REFERS, reason="agreed with the IV"),
    )


def is_written(cast: Cast, case: Case) -> bool:
    with acting_as(acting(cast.worker)):
        return bool(every_fact(case.pk).get(Fact.WRITTEN_REQUEST))


def test_smz_iv_1_in_any_case_the_request_that_the_person_wrote_is_a_document_and_opens_the_way(
    cast: Cast, coordinator_iv: Appointment, again: Case
) -> None:
    with pytest.raises(Refused, match=ASKED):
        refer(cast, coordinator_iv, again)

    document = keep_request(cast.worker, again)
    refer(cast, coordinator_iv, again)

    assert (document.kind, document.category) == (DocumentKind.PLACEMENT_REQUEST, DataCategory.EMPLOYMENT)
    assert Course.objects.get(pk=again.pk).phase == "contacted"
    entry = Entry.objects.get(dossier_id=again.pk, act="document.kept")
    assert (entry.object_id, entry.staff_id) == (document.pk, cast.worker.pk)
    assert Event.objects.filter(dossier_id=again.pk, act="document.kept").count() == 1


def test_the_iv_reads_the_request_once_it_follows_the_person_and_not_before(
    cast: Cast, coordinator_iv: Appointment, again: Case
) -> None:
    def read(by: Appointment) -> list[Document]:
        with acting_as(acting(by)):
            return documents_of(acting(by), again.dossier)

    document = keep_request(cast.worker, again)
    refer(cast, coordinator_iv, again)
    assert (read(cast.worker), read(coordinator_iv), read(cast.stranger)) == ([document], [], [])

    accept(coordinator_iv, again.dossier.handovers.get())

    assert read(coordinator_iv) == [document]


def test_without_the_document_the_request_is_no_longer_there(cast: Cast, again: Case) -> None:
    document = keep_request(cast.worker, again)
    assert is_written(cast, again)

    do(cast.worker, remove_document, document=document, reason="another person's")

    assert not is_written(cast, again)
    keep_request(cast.worker, again)
    assert is_written(cast, again)


def test_another_document_is_no_request(cast: Cast, again: Case) -> None:
    file = SimpleUploadedFile("Gesuch.pdf", PDF, content_type="application/pdf")
    typed = {"file": file, "title": "Gesuch", "category": DataCategory.EMPLOYMENT.value}

    assert client_of(cast.worker).post(f"/dossiers/{again.pk}/documents/add", typed).status_code == 302

    assert not is_written(cast, again)


def test_the_request_of_an_earlier_round_says_nothing_of_this_one(cast: Cast, again: Case) -> None:
    keep_request(cast.worker, again)
    Course.objects.filter(pk=again.pk).update(round=2, round_since=timezone.now())

    with acting_as(acting(cast.worker)):
        assert Fact.WRITTEN_REQUEST in every_fact(again.pk).earlier


def test_what_was_stated_before_there_were_such_documents_still_holds(cast: Cast, again: Case) -> None:
    again.dossier.facts.create(fact=Fact.WRITTEN_REQUEST, value=True, is_stated=True, category=DataCategory.EMPLOYMENT)

    assert is_written(cast, again)


def test_nobody_but_social_assistance_adds_it_and_not_to_a_closed_case(
    cast: Cast, coordinator_iv: Appointment, again: Case
) -> None:
    keep_request(cast.worker, again)
    refer(cast, coordinator_iv, again)
    accept(coordinator_iv, again.dossier.handovers.get())
    with pytest.raises(Refused, match="Social assistance adds"):
        keep_request(coordinator_iv, again)
    do(cast.worker, services.stop_without_handover, case=case_of(again.dossier.handovers.get()))

    with pytest.raises(Refused, match="reopen it first"):
        keep_request(cast.worker, again)

    assert Document.objects.count() == 1


def test_the_page_keeps_the_file_and_the_case_leads_to_it(cast: Cast, coordinator_iv: Appointment, again: Case) -> None:
    page, client = f"/dossiers/{again.pk}/placement-request", client_of(cast.worker)
    assert f'href="{page}"' in client.get(f"/dossiers/{again.pk}/").content.decode()
    assert f'href="{page}/form"' in client.get(page).content.decode()
    assert client.post(page, {}).status_code == 422

    kept = client.post(page, {"file": SimpleUploadedFile("Gesuch.pdf", PDF)})

    assert kept.headers["Location"] == f"/dossiers/{again.pk}/"
    assert f'href="{page}"' not in client.get(f"/dossiers/{again.pk}/").content.decode()
    form = {"receiver": coordinator_iv.institution_id, "direction": "refers", "look": "1"}
    asked = client.post(f"/dossiers/{again.pk}/handovers/propose", form).content.decode()
    assert ASKED not in asked
    assert client_of(cast.stranger).get(page).status_code == 404


def test_where_nobody_asks_for_a_request_there_is_no_page_and_none_is_added(
    cast: Cast, coordinator_iv: Appointment, again: Case
) -> None:
    keep_request(cast.worker, again)
    refer(cast, coordinator_iv, again)
    accept(coordinator_iv, again.dossier.handovers.get())
    page = f"/dossiers/{again.pk}/placement-request"
    assert client_of(coordinator_iv).get(page).status_code == 404  # the social worker brings it
    assert client_of(cast.worker).get(page).status_code == 200

    Course.objects.filter(pk=again.pk).delete()  # as in a case that follows another procedure, or none

    assert client_of(cast.worker).get(page).status_code == 404
    with pytest.raises(Refused, match="asks for no such request"):
        keep_request(cast.worker, again)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_is_in_the_language_of_the_person_and_leaves_the_words_to_them(
    cast: Cast, coordinator_iv: Appointment, again: Case, language: str
) -> None:
    Institution.objects.filter(pk=coordinator_iv.institution_id).update(name_fr="Office AI", name_de="IV-Stelle")
    coordinator_iv.institution.refresh_from_db()
    Particulars.objects.filter(pk=again.pk).update(language=language)
    titles = {"de": "Gesuch um Arbeitsvermittlung", "fr": "Demande de placement"}
    titles |= {"it": "Domanda di collocamento", "en": "Request for job placement"}

    with acting_as(acting(cast.worker)):
        reader = PdfReader(BytesIO(placement_request_pdf(acting(cast.worker), again)))

    text = "".join(page.extract_text() for page in reader.pages)
    with translation.override(language):
        assert coordinator_iv.institution.name in text
    assert titles[language] in text
    for known in ("Petra Muster", "756.9217.0769.85", again.dossier.number):
        assert known in text
    assert "Muster" not in str(reader.metadata)
    assert len(reader.pages) == 1


def test_printing_the_form_is_recorded_for_the_person(cast: Cast, again: Case) -> None:
    answer = client_of(cast.worker).get(f"/dossiers/{again.pk}/placement-request/form")

    assert answer.headers["Content-Type"] == "application/pdf"
    entry = Entry.objects.get(act="handover.request_form_printed")
    assert (entry.kind, again.pk in [entry.dossier_id, *entry.dossiers_shown]) == ("print", True)
