"""Pages: who may enters, an outsider finds nothing, and a wrong form keeps what was typed."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from suone.ground.access.categories import HEALTH_BIT
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry, RecordKind
from suone.organisation.appointments.tests.factories import acting, client_of, make_staff
from suone.records.consents.models import Consent, ConsentRecipient, Disclosure, SignatureForm
from suone.records.consents.tests.factories import DRAWN, WORK, Cast, boxes, line, sign, ticked
from suone.records.documents.models import Document
from suone.records.documents.tests.files import PDF
from suone.records.dossiers.models import Dossier, Grant, OpeningAct, Particulars
from suone.records.dossiers.rules import Birth
from suone.records.dossiers.tests.factories import open_file
from suone.records.representation.rules import Kind
from suone.records.representation.services import record_representative


@kept
def consent(cast: Cast, dossier: Dossier) -> Consent:
    return sign(cast.worker, dossier, line(cast.adviser))


@pytest.fixture
def worker(cast: Cast) -> Client:
    return client_of(cast.worker)


def typed(cast: Cast, **changes: Any) -> dict[str, Any]:
    usual = {
        "purpose": "Clarify what fits",
        "valid_from": timezone.localdate().isoformat(),
        "valid_until": (timezone.localdate() + timedelta(days=90)).isoformat(),
        "is_recurring": "on",
        "oral_allowed": "on",
        "grantor": "person",
        "language": "de",
        "signed_on": timezone.localdate().isoformat(),
        "signed_at_place": "Brig",
        "signature": "",
    }
    return usual | ticked(line(cast.adviser, 1 << 1 | 1 << 10)) | changes


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("form.pdf", PDF, content_type="application/pdf")


def pages(dossier: Dossier, consent: Consent) -> dict[str, str]:
    case = f"/dossiers/{dossier.pk}"
    recipient = consent.recipients.get()
    return {
        "consents": f"{case}/consents/",
        "sign": f"{case}/consents/sign",
        "renew": f"{case}/consents/{consent.pk}/renew",
        "withdraw": f"{case}/consents/{consent.pk}/withdraw",
        "narrow": f"{case}/consents/{consent.pk}/recipients/{recipient.pk}/narrow",
        "choose_basis": f"{case}/disclosures/new",
        "disclosure": f"{case}/disclosures/new/avig-85f-3",
    }


def test_whoever_leads_the_case_opens_every_page(worker: Client, dossier: Dossier, consent: Consent) -> None:
    for name, path in pages(dossier, consent).items():
        assert worker.get(path).status_code == 200, name


def test_for_an_outsider_there_is_no_page_and_each_attempt_is_logged(
    cast: Cast, dossier: Dossier, consent: Consent
) -> None:
    stranger = client_of(cast.stranger)
    tried = pages(dossier, consent)

    for name, path in tried.items():
        assert stranger.get(path).status_code == 404, name
        assert stranger.post(path, {"basis": "avig-85f-3"}).status_code in (404, 405), name

    denied = Entry.objects.filter(kind=RecordKind.DENIED, staff_id=cast.stranger.pk, dossier_id=dossier.pk)
    assert denied.count() == 2 * len(tried) - 1  # a page that only reads takes no POST at all
    consent.refresh_from_db()
    assert consent.withdrawn_at is None


def test_without_a_log_in_every_page_leads_to_it(client: Client, dossier: Dossier, consent: Consent) -> None:
    for path in pages(dossier, consent).values():
        assert client.get(path)["Location"].startswith("/accounts/login/")


def test_a_role_without_the_permission_is_refused(cast: Cast, dossier: Dossier, consent: Consent) -> None:
    steering = client_of(make_staff(cast.worker.institution, Role.STEERING, last_name="Steering"))

    for path in pages(dossier, consent).values():
        assert steering.get(path).status_code == 403


def test_a_consent_of_another_case_is_not_found_under_this_one(
    cast: Cast, worker: Client, dossier: Dossier, consent: Consent
) -> None:
    other = open_file(cast.worker, last_name="Other")

    assert worker.get(f"/dossiers/{other.pk}/consents/{consent.pk}/withdraw").status_code == 404
    assert worker.post(f"/dossiers/{other.pk}/consents/{consent.pk}/withdraw").status_code == 404


@pytest.mark.parametrize("number", [10**9, 2**63, 10**30])
def test_a_case_that_does_not_exist_answers_like_a_foreign_one(worker: Client, dossier: Dossier, number: int) -> None:
    assert worker.get(f"/dossiers/{number}/consents/").status_code == 404
    assert worker.get(f"/dossiers/{dossier.pk}/consents/{number}/withdraw").status_code == 404


def test_reading_the_page_is_logged(worker: Client, dossier: Dossier, consent: Consent) -> None:
    worker.get(f"/dossiers/{dossier.pk}/consents/")

    entry = Entry.objects.get(act="consent.read")
    assert (entry.kind, entry.dossier_id) == (RecordKind.READ, dossier.pk)


def test_a_scanned_consent_is_recorded_as_signed_on_paper(cast: Cast, worker: Client, dossier: Dossier) -> None:
    answer = worker.post(f"/dossiers/{dossier.pk}/consents/sign", typed(cast, scan=scan()))

    assert answer.status_code == 302
    consent = Consent.objects.get(dossier=dossier)
    assert consent.signature_form == SignatureForm.PAPER
    assert (consent.document.media_type, consent.document.sha256 != "") == ("application/pdf", True)
    assert Grant.objects.filter(because=OpeningAct.CONSENT, institution=cast.adviser.institution).count() == 1


def test_a_signature_drawn_on_the_screen_is_recorded_as_such(cast: Cast, worker: Client, dossier: Dossier) -> None:
    answer = worker.post(f"/dossiers/{dossier.pk}/consents/sign", typed(cast, signature=DRAWN))

    assert answer.status_code == 302
    consent = Consent.objects.get(dossier=dossier)
    assert consent.signature_form == SignatureForm.SCREEN
    assert consent.document.media_type == "image/png"


def test_one_person_of_an_institution_is_named_without_the_institution(
    cast: Cast, worker: Client, dossier: Dossier
) -> None:
    answer = worker.post(
        f"/dossiers/{dossier.pk}/consents/sign",
        typed(cast, signature=DRAWN) | ticked(line(cast.adviser, named=True)),
    )

    assert answer.status_code == 302
    recipient = ConsentRecipient.objects.get(staff=cast.adviser)
    assert recipient.institution_id == cast.adviser.institution_id
    assert not recipient.categories & HEALTH_BIT


def test_health_is_typed_for_the_named_medical_officer_alone(cast: Cast, worker: Client, dossier: Dossier) -> None:
    scope = ticked(line(cast.adviser), line(cast.physician, HEALTH_BIT, named=True))
    worker.post(f"/dossiers/{dossier.pk}/consents/sign", typed(cast, signature=DRAWN) | scope)

    grants = Grant.objects.filter(because=OpeningAct.CONSENT)
    assert [grant.staff_id for grant in grants if grant.categories & HEALTH_BIT] == [cast.physician.pk]
    assert len(grants) == 2


def test_each_recipient_reads_what_is_ticked_for_them(cast: Cast, worker: Client, dossier: Dossier) -> None:
    scope = ticked(line(cast.adviser, 0b11), line(cast.stranger, 0b1001))
    answer = worker.post(f"/dossiers/{dossier.pk}/consents/sign", typed(cast, signature=DRAWN) | scope)

    assert answer.status_code == 302
    opened = Grant.objects.filter(because=OpeningAct.CONSENT).values_list("institution_id", "categories")
    assert dict(opened) == {cast.adviser.institution_id: 0b11, cast.stranger.institution_id: 0b1001}


def test_nothing_sensitive_is_ticked_beforehand_for_anybody(cast: Cast, worker: Client, dossier: Dossier) -> None:
    page = worker.get(f"/dossiers/{dossier.pk}/consents/sign").content.decode()

    named = {f"reads_i{staff.institution_id}" for staff in (cast.coordinator, cast.adviser, cast.physician)}
    assert named <= set(boxes(page, ticked=True))
    assert {box for row in boxes(page, ticked=True).values() for box in row} == {0, 1, 2, 3, 6, 9, 10}
    assert {box for row in boxes(page, ticked=False).values() for box in row} == {5, 7, 8}  # and health is not offered
    alike = set(map(int, re.findall(r'data-check-all="\.scope \.reads-(\d+)"', page)))
    assert alike == {0, 1, 2, 3, 6, 9, 10}


@pytest.mark.parametrize("button", ["add", ""])
def test_a_person_who_is_named_gets_a_row_before_anything_is_signed(
    cast: Cast, worker: Client, dossier: Dossier, button: str
) -> None:
    """Whoever presses the other button at once sees what would have been signed; what was drawn did not name them."""
    form = typed(cast, signature=DRAWN, add_person=cast.physician.pk) | ({button: "1"} if button else {})
    answer = worker.post(f"/dossiers/{dossier.pk}/consents/sign", form)

    page = answer.content.decode()
    row = f"reads_s{cast.physician.pk}"
    assert answer.status_code == (200 if button else 422)
    assert ("This person was added to the table" in page) is not bool(button)
    assert f'name="named_persons" value="{cast.physician.pk}" id="id_{row}_chosen" checked' in page
    assert (boxes(page, ticked=True)[row], boxes(page, ticked=False)[row]) == ({0, 1, 2, 3, 6, 9, 10}, {4, 5, 7, 8})
    assert boxes(page, ticked=True)[f"reads_i{cast.adviser.institution_id}"] == {1, 10}
    assert 'value="Brig"' in page
    assert DRAWN not in page
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"signature": ""}, "Add the signed form as a scan"),
        ({"recipients": []}, "This field is required"),
        ({"reads": []}, "Tick what this recipient may read"),
        ({"reads": [4]}, "not one of the available choices"),  # health is no choice of an institution
        ({"valid_until": "soon"}, "Enter a valid date"),
        ({"valid_until": "2001-01-01"}, "A period of this kind ends from"),
        ({"signed_on": "2999-01-01"}, "This has happened already"),
        ({"grantor": "representative"}, "Name the legal representative"),
        ({"named_persons": ["999999"]}, "not one of the available choices"),
        ({"signature": "data:image/png;base64,AAAA"}, "does not fit its name"),
        ({"signature": "data:image/png;base64,A"}, "Add the signed form as a scan"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed_and_nothing_else(
    cast: Cast, worker: Client, dossier: Dossier, changes: dict[str, Any], sentence: str
) -> None:
    if "reads" in changes:
        changes = {f"reads_i{cast.adviser.institution_id}": changes["reads"]}

    answer = worker.post(f"/dossiers/{dossier.pk}/consents/sign", typed(cast, signature=DRAWN) | changes)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="Clarify what fits"' in page
    assert 'value="Brig"' in page
    assert not Consent.objects.exists()
    assert not Document.objects.exists()


def test_the_same_form_sent_twice_signs_once(cast: Cast, worker: Client, dossier: Dossier) -> None:
    form = typed(cast, signature=DRAWN, idempotency_key="0f6a7c4e-0000-4000-8000-000000000001")

    first = worker.post(f"/dossiers/{dossier.pk}/consents/sign", form)
    second = worker.post(f"/dossiers/{dossier.pk}/consents/sign", form)

    assert first["Location"] == second["Location"] == f"/dossiers/{dossier.pk}/"
    assert Consent.objects.count() == 1


def test_a_recipient_who_may_not_open_the_case_to_others_reads_why(
    cast: Cast, dossier: Dossier, consent: Consent
) -> None:
    form = typed(cast, signature=DRAWN) | ticked(line(cast.stranger))

    answer = client_of(cast.adviser).post(f"/dossiers/{dossier.pk}/consents/sign", form)

    assert answer.status_code == 422
    assert "Only institutions that lead the case" in answer.content.decode()
    assert Consent.objects.count() == 1


@pytest.mark.parametrize("language", ["de", "fr", "it"])
def test_the_form_is_proposed_in_the_language_of_the_person(worker: Client, dossier: Dossier, language: str) -> None:
    Particulars.objects.filter(pk=dossier.pk).update(language=language)

    page = worker.get(f"/dossiers/{dossier.pk}/consents/sign").content.decode()

    assert f'<option value="{language}" selected>' in page


def test_a_renewal_is_proposed_from_the_day_after_as_it_was(
    cast: Cast, worker: Client, dossier: Dossier, consent: Consent
) -> None:
    page = worker.get(f"/dossiers/{dossier.pk}/consents/{consent.pk}/renew").content.decode()

    next_day = (consent.valid_until + timedelta(days=1)).isoformat()
    assert f'name="valid_from" value="{next_day}"' in page
    assert f'value="{consent.purpose}"' in page


def test_what_is_sensitive_is_asked_for_anew_in_a_renewal(cast: Cast, worker: Client, dossier: Dossier) -> None:
    """It is marked as part of the consent before, also when the form comes back; what was taken back meanwhile is not."""
    scope = [line(cast.adviser, 0b1_0010_0010), line(cast.physician, 0b1_0001, named=True)]
    before = sign(cast.worker, dossier, *scope)
    narrowed = before.recipients.get(staff=None)
    path = f"/dossiers/{dossier.pk}/consents/{before.pk}/renew"
    worker.post(f"/dossiers/{dossier.pk}/consents/{before.pk}/recipients/{narrowed.pk}/narrow", {"categories": [1, 5]})

    first = worker.get(path)
    again = worker.post(path, typed(cast) | ticked(line(cast.adviser, 0b10), line(cast.physician, 0b1, named=True)))

    rows = {f"reads_i{cast.adviser.institution_id}": {1}, f"reads_s{cast.physician.pk}": {0}}
    for page in (first.content.decode(), again.content.decode()):
        assert {name: boxes(page, ticked=True)[name] for name in rows} == rows
        marked = re.findall(r'for="id_(\w+)"><span[^>]*>[^<]*</span>\w+<span[^>]*>, was part', page)
        assert marked == [f"reads_i{cast.adviser.institution_id}_5", f"reads_s{cast.physician.pk}_4"]


def test_a_renewal_is_recorded(cast: Cast, worker: Client, dossier: Dossier, consent: Consent) -> None:
    answer = worker.post(f"/dossiers/{dossier.pk}/consents/{consent.pk}/renew", typed(cast, signature=DRAWN))

    assert answer.status_code == 302
    assert Consent.objects.get(renews=consent).recorded_by_id == cast.worker.pk


def test_a_recipient_is_narrowed(worker: Client, dossier: Dossier, consent: Consent) -> None:
    path = pages(dossier, consent)["narrow"]

    wrong = worker.post(path, {"categories": [3]})
    right = worker.post(path, {"categories": [1]})

    assert wrong.status_code == 422
    assert right.status_code == 302
    recipient = consent.recipients.get()
    assert (recipient.categories, recipient.signed_categories) == (2, WORK)


def test_a_recipient_of_another_consent_is_not_narrowed_here(
    cast: Cast, worker: Client, dossier: Dossier, consent: Consent
) -> None:
    other = sign(cast.worker, dossier, line(cast.stranger)).recipients.get()
    path = f"/dossiers/{dossier.pk}/consents/{consent.pk}/recipients/{other.pk}/narrow"

    assert (worker.get(path).status_code, worker.post(path, {"categories": [1]}).status_code) == (404, 404)
    assert ConsentRecipient.objects.get(pk=other.pk).categories == WORK


def test_narrowing_nothing_is_refused_on_the_form(worker: Client, dossier: Dossier, consent: Consent) -> None:
    answer = worker.post(pages(dossier, consent)["narrow"], {"categories": [0, 1, 10]})

    assert answer.status_code == 422
    assert "Take away at least one category" in answer.content.decode()


def test_a_recipient_who_records_a_withdrawal_ends_their_own_access(
    cast: Cast, dossier: Dossier, consent: Consent
) -> None:
    adviser = client_of(cast.adviser)
    path = pages(dossier, consent)["withdraw"]
    assert "RAV" in adviser.get(path).content.decode()

    answer = adviser.post(path)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert adviser.get(f"/dossiers/{dossier.pk}/consents/").status_code == 404
    assert adviser.post(path).status_code == 404


def test_withdrawing_names_the_other_consent_still_in_force(
    cast: Cast, worker: Client, dossier: Dossier, consent: Consent
) -> None:
    path = pages(dossier, consent)["withdraw"]
    assert "still in force" not in worker.get(path).content.decode()
    tomorrow = timezone.localdate() + timedelta(days=1)
    renewed = sign(cast.worker, dossier, line(cast.adviser), valid_from=tomorrow)

    page = worker.get(path).content.decode()
    shown = worker.post(path, follow=True).content.decode()

    assert pages(dossier, renewed)["withdraw"] in page
    assert "Another consent for this case is still in force." in shown


def test_a_withdrawn_consent_is_withdrawn_once(worker: Client, dossier: Dossier, consent: Consent) -> None:
    path = pages(dossier, consent)["withdraw"]
    assert worker.post(path)["Location"] == f"/dossiers/{dossier.pk}/consents/"

    answer = worker.post(path)

    assert answer.status_code == 422
    assert "already been withdrawn" in answer.content.decode()


def test_the_form_is_printed_with_what_is_typed_and_logged(cast: Cast, worker: Client, dossier: Dossier) -> None:
    answer = worker.post(
        f"/dossiers/{dossier.pk}/consents/sign",
        typed(cast, purpose="Printed purpose", print="1")
        | ticked(line(cast.adviser, 1 << 1), line(cast.stranger, 1 << 7)),
    )

    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    printed = " ".join(text.split())
    assert "Printed purpose" in printed
    for staff, category in ((cast.adviser, "Arbeit"), (cast.stranger, "Justiz")):
        assert f"{staff.institution.name} zuständige Mitarbeitende {category}" in printed
    assert "Muster" not in answer["Content-Disposition"]
    entry = Entry.objects.get(act="consent.form_printed")
    assert (entry.kind, entry.dossier_id) == (RecordKind.PRINT, dossier.pk)
    assert not Consent.objects.exists()


def test_an_incomplete_form_is_not_printed(cast: Cast, worker: Client, dossier: Dossier) -> None:
    answer = worker.post(f"/dossiers/{dossier.pk}/consents/sign", typed(cast, recipients=[], print="1"))

    assert answer.status_code == 422
    assert 'value="Clarify what fits"' in answer.content.decode()


def test_the_form_can_be_printed_again_from_the_same_page(cast: Cast, worker: Client, dossier: Dossier) -> None:
    form = typed(cast, print="1", idempotency_key="0f6a7c4e-0000-4000-8000-000000000002")

    answers = [worker.post(f"/dossiers/{dossier.pk}/consents/sign", form) for _time in range(2)]

    assert [answer["Content-Type"] for answer in answers] == ["application/pdf"] * 2


def test_a_disclosure_is_recorded_in_two_steps_and_its_duty_settled(
    cast: Cast, worker: Client, dossier: Dossier
) -> None:
    case = f"/dossiers/{dossier.pk}"
    first = worker.post(f"{case}/disclosures/new", {"basis": "avig-85f-3"})
    form = {
        "conditions": ["no_private_interest", "cost_bearer_unclear", "purpose_measures"],
        "recipient": cast.adviser.institution_id,
        "purpose": "Which measure fits",
        "form": "oral",
        "categories": [1],
    }

    second = worker.post(first["Location"], form)
    page = worker.get(f"{case}/consents/").content.decode()
    disclosure = Disclosure.objects.get()
    first = worker.post(f"{case}/disclosures/{disclosure.pk}/informed")

    assert (second.status_code, first.status_code) == (302, 302)
    assert f"{case}/disclosures/{disclosure.pk}/informed" in page
    disclosure.refresh_from_db()
    assert disclosure.informed_by_id == cast.worker.pk


def test_a_disclosure_without_its_conditions_is_refused_and_keeps_what_was_typed(
    cast: Cast, worker: Client, dossier: Dossier
) -> None:
    answer = worker.post(
        f"/dossiers/{dossier.pk}/disclosures/new/avig-85f-3",
        {
            "conditions": ["no_private_interest"],
            "recipient": cast.adviser.institution_id,
            "purpose": "Which measure fits",
            "form": "written",
            "categories": [1],
        },
    )

    assert answer.status_code == 422
    assert "Confirm every condition" in answer.content.decode()
    assert 'value="Which measure fits"' in answer.content.decode()
    assert not Disclosure.objects.exists()


def test_a_disclosure_that_is_not_there_or_of_another_case_is_not_found(
    cast: Cast, worker: Client, dossier: Dossier, consent: Consent
) -> None:
    other, disclosure = open_file(cast.worker, last_name="Other"), Disclosure.objects.get()

    assert worker.post(f"/dossiers/{dossier.pk}/disclosures/{disclosure.pk + 1}/informed").status_code == 404
    assert worker.post(f"/dossiers/{other.pk}/disclosures/{disclosure.pk}/informed").status_code == 404
    disclosure.refresh_from_db()
    assert disclosure.informed_at is None


def test_whoever_may_not_read_who_it_is_prints_no_form(cast: Cast, dossier: Dossier) -> None:
    sign(cast.worker, dossier, line(cast.coordinator, 1 << 1))
    path = f"/dossiers/{dossier.pk}/consents/sign"

    assert client_of(cast.coordinator).post(path, typed(cast, print="1")).status_code == 404
    assert not Entry.objects.filter(act="consent.form_printed").exists()


def test_an_unknown_basis_is_no_page(worker: Client, dossier: Dossier) -> None:
    assert worker.get(f"/dossiers/{dossier.pk}/disclosures/new/because").status_code == 404
    assert worker.post(f"/dossiers/{dossier.pk}/disclosures/new", {"basis": "because"}).status_code == 422


def test_everybody_who_works_here_reads_the_legal_bases(cast: Cast) -> None:
    answer = client_of(cast.stranger).get("/legal-bases")

    assert answer.status_code == 200
    assert "85f" in answer.content.decode()


def test_a_minors_renewal_proposes_the_parent_who_is_recorded_and_prints_their_name(cast: Cast, worker: Client) -> None:
    born = Birth.on(timezone.localdate() - timedelta(days=15 * 366))
    dossier = open_file(cast.worker, birth=born)
    who = acting(cast.worker)
    with acting_as(who):
        record_representative(
            who, dossier=dossier, kind=Kind.PARENT, name="Hans Muster", valid_from=timezone.localdate()
        )
    consent = sign(cast.worker, dossier, line(cast.adviser), grantor="representative", grantor_name="Hans Muster")

    for path in ("sign", f"{consent.pk}/renew"):
        page = worker.get(f"/dossiers/{dossier.pk}/consents/{path}").content.decode()
        assert re.search(r'<option value="representative" selected>', page), path
        assert 'value="Hans Muster"' in page, path
    sent = typed(cast, grantor="representative", grantor_name="Hans Muster", print="1")
    printed = worker.post(f"/dossiers/{dossier.pk}/consents/sign", sent)
    assert "Hans Muster" in "".join(page.extract_text() for page in PdfReader(BytesIO(printed.getvalue())).pages)
