"""Every form carries a key, so that sending it twice acts once."""

import re
import uuid
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from suone.canton.procedures.models import ProcedureVersion
from suone.casework.advice.models import Advice
from suone.casework.assessments.models import Assessment
from suone.casework.cases.models import Case, Draft, Note, Participant
from suone.casework.handovers.models import Handover
from suone.casework.meetings.models import AgendaPoint, Guest, Invitee, Meeting
from suone.casework.meetings.models import Entry as MeetingEntry
from suone.casework.plans.models import Entry as PlanEntry
from suone.casework.plans.models import Measure, Plan, Signature
from suone.casework.support.models import Service
from suone.demo.seed import fill_in
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Absence, Appointment, ContactPerson, HeldRole
from suone.organisation.institutions.models import Institution
from suone.records.consents.models import Consent, ConsentRecipient, Disclosure
from suone.records.decisions.models import Decision
from suone.records.documents.models import Document
from suone.records.dossiers.models import Doubt
from suone.records.persons.models import Joining
from suone.records.representation.models import Representative
from suone.records.workitems.models import WorkItem
from suone.register.server.models import Alert
from tests.sweep.addresses import MACHINES, Address, swept_addresses

# What these forms do twice is the same as once.
_KEYLESS = {"/language", "/accounts/logout/", "/acting", "/cases/find", "/messages/read", "/cases/drafts"}


# What belongs to the account, whoever it acts as.
_UNBOUND = {"/language", "/accounts/logout/", "/acting"}


class _Forms(HTMLParser):
    """The POST forms of a page: where each goes, and the names of its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, set[str]]] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag == "form":
            self._inside = (values.get("method") or "get").lower() == "post"
            if self._inside:
                self.found.append((values.get("action") or "", set()))
        elif self._inside and values.get("name"):
            self.found[-1][1].add(str(values["name"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


class _Fields(HTMLParser):
    """What the last form of a page that goes to this address would send."""

    def __init__(self, page: str, action: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._action, self._inside = action, False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._inside = given.get("action") == self._action
            self.values = {} if self._inside else self.values
        elif self._inside and tag == "input" and given.get("name"):
            self.values[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


@kept
def demo() -> None:
    fill_in()


@pytest.fixture
def coordinator(demo: None, client: Client) -> Client:
    """The office's coordinator, who leads most cases of the demo."""
    staff = Appointment.objects.get(email="stefan.imsand@example.org")
    assert staff.user is not None
    client.force_login(staff.user, backend=settings.AUTHENTICATION_BACKENDS[1])
    return client


def _examples(case: Case) -> dict[str, int | str]:
    def first(rows: object) -> int:
        row = rows.first()  # type: ignore[attr-defined]
        return row.pk if row else 0

    mine = {"dossier_id": case.pk}
    return {
        "dossier_id": case.pk,
        "consent_id": first(Consent.objects.filter(**mine)),
        "recipient_id": first(ConsentRecipient.objects.filter(**mine)),
        "disclosure_id": first(Disclosure.objects.filter(**mine)),
        "decision_id": first(Decision.objects.filter(**mine)),
        "participant_id": first(Participant.objects.filter(**mine)),
        "note_id": first(Note.objects.filter(**mine)),
        "item_id": first(WorkItem.objects.filter(**mine)),
        "document_id": first(Document.objects.filter(**mine)),
        "page": 1,
        "draft_id": first(Draft.objects.all()),
        "doubt_id": first(Doubt.objects.all()),
        "joining_id": first(Joining.objects.all()),
        "absence_id": first(Absence.objects.all()),
        "entry_id": first(Institution.objects.all()),
        "plan_id": first(Plan.objects.filter(**mine)),
        "plan_entry_id": first(PlanEntry.objects.filter(**mine)),
        "measure_id": first(Measure.objects.filter(**mine)),
        "signature_id": first(Signature.objects.filter(**mine)),
        "service_id": first(Service.objects.filter(**mine)),
        "meeting_id": first(Meeting.objects.filter(**mine)),
        "meeting_entry_id": first(MeetingEntry.objects.filter(**mine)),
        "invitee_id": first(Invitee.objects.filter(**mine)),
        "guest_id": first(Guest.objects.filter(**mine)),
        "point_id": first(AgendaPoint.objects.filter(**mine)),
        "handover_id": first(Handover.objects.all()),
        "alert_id": first(Alert.objects.all()),
        "assessment_id": first(Assessment.objects.filter(**mine)),
        "section": "together",
        "instrument": "severity-index",
        "form": "csv",
        "advice_id": first(Advice.objects.all()),
        "notice_id": 0,
        "mail_id": 0,
        "institution_id": first(Institution.objects.all()),
        "version_id": first(ProcedureVersion.objects.all()),
        "phase": "implementation",
        "fact": "health_attested",
        "fact_id": 0,
        "offer": "coaching",
        "token": "no-such-link",
        "secret": "no-such-link",
        "held_id": first(HeldRole.objects.all()),
        "staff_id": first(Appointment.objects.all()),
        "reset_id": 0,
        "system_id": 0,
        "contact_id": first(ContactPerson.objects.all()),
        "correction_id": 0,
        "adviser_id": 0,
        "representative_id": first(Representative.objects.filter(**mine)),
        "kind": "institution",
        "basis": "avig-85f-3",
    }


def _open(client: Client, address: Address, examples: dict[str, int | str]) -> str:
    url = reverse(address.name, kwargs={name: examples[name] for name in address.parameters})
    response = client.get(url)
    is_page = response.status_code == 200 and response.headers["Content-Type"].startswith("text/html")
    return response.content.decode() if is_page else ""


def test_every_form_that_acts_carries_a_key_of_its_own(coordinator: Client) -> None:
    case = Case.objects.filter(state="active").exclude(dossier__notes=None).order_by("pk")[0]
    examples = _examples(case)

    forms = [
        (address.name, *form)
        for address in swept_addresses()
        if address.name not in MACHINES
        for form in _Forms(_open(coordinator, address, examples)).found
    ]

    without = {
        f"{name}: {action}"
        for name, action, fields in forms
        if "idempotency_key" not in fields and not action.startswith(tuple(_KEYLESS))
    }
    assert len(forms) > 60
    assert without == set()
    # … and under which appointment its page was opened.
    unbound = {
        f"{name}: {action}"
        for name, action, fields in forms
        if "opened_as" not in fields and not action.startswith(tuple(_UNBOUND))
    }
    assert unbound == set()


def test_a_retry_after_a_lost_answer_leads_where_the_first_one_led(coordinator: Client) -> None:
    case = Case.objects.filter(state="active").order_by("pk")[0]
    page = coordinator.get(f"/dossiers/{case.pk}/notes").content.decode()
    key = re.search(r'name="idempotency_key" value="([^"]+)"', page)
    assert key is not None
    form = {"text": "only once", "kind": "note", "category": "10", "idempotency_key": key.group(1)}

    first = coordinator.post(f"/dossiers/{case.pk}/notes", form)
    second = coordinator.post(f"/dossiers/{case.pk}/notes", form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert Note.objects.filter(text="only once").count() == 1


def test_a_form_sent_again_with_other_words_is_asked_about_and_can_be_sent_as_a_new_one(coordinator: Client) -> None:
    case = Case.objects.filter(state="active").order_by("pk")[0]
    form = {"text": "only once", "kind": "note", "category": "10", "idempotency_key": str(uuid.uuid4())}
    coordinator.post(f"/dossiers/{case.pk}/notes", form)

    asked = coordinator.post(f"/dossiers/{case.pk}/notes", form | {"text": "typed anew"})
    kept_meanwhile = Note.objects.filter(text="typed anew").count()
    again = _Fields(asked.content.decode(), f"/dossiers/{case.pk}/notes").values
    sent = coordinator.post(f"/dossiers/{case.pk}/notes", again)

    assert asked.status_code == 409
    assert "typed anew" in asked.content.decode()
    assert kept_meanwhile == 0
    assert sent.status_code == 302
    assert Note.objects.filter(text="typed anew").count() == 1


def test_a_refused_form_may_be_sent_again_with_the_same_key(coordinator: Client) -> None:
    case = Case.objects.filter(state="active").order_by("pk")[0]
    form = {"text": "", "kind": "note", "category": "10", "idempotency_key": str(uuid.uuid4())}

    refused = coordinator.post(f"/dossiers/{case.pk}/notes", form)
    mended = coordinator.post(f"/dossiers/{case.pk}/notes", form | {"text": "with words now"})

    assert (refused.status_code, mended.status_code) == (422, 302)
    assert Note.objects.filter(text="with words now").count() == 1
