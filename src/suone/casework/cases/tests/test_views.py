"""Pages: pages for whoever may, none for an outsider, and forms that keep what was typed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from suone.casework.cases import services
from suone.casework.cases.models import Assignment, Case, Draft, Function, Note, Participant, ParticipantState
from suone.casework.cases.rules import NoteKind, State
from suone.casework.leading.tests.factories import activate, ask, do, noted, notify
from suone.ground.access.categories import HEALTH_BIT, DataCategory
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry, RecordKind
from suone.organisation.appointments.tests.factories import client_of, make_staff
from suone.records.consents.services import withdraw_consent
from suone.records.consents.tests.factories import WORK, Cast, line
from suone.records.dossiers.models import Grant, Visit


def later() -> str:
    return (timezone.localdate() + timedelta(days=9)).isoformat()


def forms_of(case: Case, note: Note) -> dict[str, str]:
    file = f"/dossiers/{case.pk}"
    return {
        "triage": f"{file}/triage",
        "reject": f"{file}/reject",
        "withdraw": f"{file}/withdraw",
        "question": f"{file}/question",
        "participants": f"{file}/participants",
        "lead": f"{file}/lead",
        "case manager": f"{file}/case-manager",
        "notes": f"{file}/notes",
        "correct": f"{file}/notes/{note.pk}/correct",
        "redact": f"{file}/notes/{note.pk}/redact",
        "particulars": f"{file}/particulars",
        "suspend": f"{file}/suspend",
        "close": f"{file}/close",
        "reopen": f"{file}/reopen",
    }


def note_in(cast: Cast, case: Case, **changes: Any) -> Note:
    usual: dict[str, Any] = {"text": "works", "category": DataCategory.EMPLOYMENT, "kind": NoteKind.NOTE}
    note: Note = do(cast.worker, services.write_note, dossier=case.dossier, **usual | changes)
    return note


# Who gets in.


def test_the_office_opens_every_page_of_a_case(cast: Cast, coordinator: Client, active: Case) -> None:
    note = note_in(cast, active)

    for path in (f"/dossiers/{active.pk}/", f"/dossiers/{active.pk}/access", *forms_of(active, note).values()):
        assert coordinator.get(path).status_code == 200, path


def test_for_an_outsider_no_page_of_a_case_exists(cast: Cast, active: Case) -> None:
    stranger = client_of(make_staff(cast.stranger.institution, Role.CANTONAL_DELEGATE, last_name="Delegate"))
    note = note_in(cast, active)
    participant = Participant.objects.get(dossier=active.dossier)
    paths = [
        f"/dossiers/{active.pk}/",
        f"/dossiers/{active.pk}/access",
        f"/alive/dossiers/{active.pk}",
        *forms_of(active, note).values(),
    ]
    posts = [
        f"/dossiers/{active.pk}/participants/{participant.pk}/withdraw",
        f"/dossiers/{active.pk}/participants/{participant.pk}/leave",
        f"/dossiers/{active.pk}/resume",
        *forms_of(active, note).values(),
    ]

    assert {path: stranger.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
    assert {path: stranger.post(path, {"reason": "x"}).status_code for path in posts} == dict.fromkeys(posts, 404)

    assert Entry.objects.filter(kind=RecordKind.DENIED, dossier_id=active.pk).count() == len(paths) + len(posts)
    assert Case.objects.get(pk=active.pk).state == State.ACTIVE


@pytest.mark.parametrize("number", [10**9, 2**63, 10**30])
def test_a_case_that_does_not_exist_answers_like_a_foreign_one(cast: Cast, active: Case, number: int) -> None:
    stranger = client_of(cast.stranger)

    foreign, missing = stranger.get(f"/dossiers/{active.pk}/"), stranger.get(f"/dossiers/{number}/")

    assert foreign.status_code == missing.status_code == 404
    assert len(foreign.content) == pytest.approx(len(missing.content), abs=60)  # but for the address and a token
    assert not Visit.objects.exists()


def test_a_recipient_reads_the_case_and_is_offered_nothing_that_is_the_leads(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser))
    adviser = client_of(cast.adviser)

    page = adviser.get(f"/dossiers/{case.pk}/").content.decode()

    assert case.dossier.number in page
    for path in ("participants", "lead", "case-manager", "suspend", "close", "triage", "consents/sign"):
        assert f'href="/dossiers/{case.pk}/{path}"' not in page
    for path in ("suspend", "reopen"):
        assert adviser.post(f"/dossiers/{case.pk}/{path}", {"reason": "x"}).status_code == 422
    assert adviser.get(f"/dossiers/{case.pk}/triage").status_code == 403


def test_whoever_may_not_read_identity_sees_no_name(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser, DataCategory.ADMINISTRATIVE.bit))

    answer = client_of(cast.adviser).get(f"/dossiers/{case.pk}/")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert case.dossier.number in page
    assert "Muster" not in page
    listed = client_of(cast.adviser).get("/cases/").content.decode()
    assert (case.dossier.number in listed, "P. M." in listed) == (True, False)
    assert client_of(cast.adviser).get(f"/dossiers/{case.pk}/consents/").status_code == 200
    assert "Muster" in client_of(cast.worker).get(f"/dossiers/{case.pk}/").content.decode()


def test_a_health_note_shows_to_its_author_and_the_medical_officer_alone(cast: Cast) -> None:
    case = activate(cast, line(cast.physician, WORK | HEALTH_BIT, named=True))
    note = note_in(cast, case, text="a diagnosis", category=DataCategory.HEALTH)

    pages = {
        name: client_of(getattr(cast, name)).get(f"/dossiers/{case.pk}/").content.decode()
        for name in ("physician", "worker", "coordinator")
    }

    assert [name for name, page in pages.items() if "a diagnosis" in page] == ["physician", "worker"]
    assert client_of(cast.coordinator).get(f"/dossiers/{case.pk}/notes/{note.pk}/redact").status_code == 404


def test_after_a_withdrawal_the_next_request_is_denied(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser))
    adviser = client_of(cast.adviser)
    assert adviser.get(f"/alive/dossiers/{case.pk}").status_code == 204

    do(cast.worker, withdraw_consent, consent=case.dossier.consents.get())

    assert adviser.get(f"/dossiers/{case.pk}/").status_code == 404
    assert adviser.get(f"/alive/dossiers/{case.pk}").status_code == 404


def test_opening_a_case_is_logged_once_and_remembered_as_a_visit(cast: Cast, worker: Client, active: Case) -> None:
    answer = worker.get(f"/dossiers/{active.pk}/")

    entry = Entry.objects.get(act="case.read")
    assert (entry.kind, entry.staff_id, entry.dossier_id) == (RecordKind.READ, cast.worker.pk, active.pk)
    assert Visit.objects.get().staff_id == cast.worker.pk
    assert answer["Cache-Control"] == "no-store"


def test_who_may_open_a_case_is_shown_with_the_act_behind_it(cast: Cast, active: Case, worker: Client) -> None:
    page = worker.get(f"/dossiers/{active.pk}/access").content.decode()

    assert "own notification" in page
    assert "consent" in page
    assert "SMZ en" not in page
    assert "until further notice" in page
    assert "not yet valid" not in page
    Grant.objects.filter(dossier=active.dossier, because="consent").update(
        valid_from=timezone.now() + timedelta(days=1)
    )
    assert "not yet valid" in worker.get(f"/dossiers/{active.pk}/access").content.decode()


# Triage.


# What may be done in a case, from its forms.


@pytest.mark.parametrize("name", ["reject", "withdraw", "redact", "suspend", "reopen"])
def test_a_form_without_its_reason_is_not_accepted(cast: Cast, coordinator: Client, active: Case, name: str) -> None:
    path = forms_of(active, note_in(cast, active))[name]

    answer = coordinator.post(path, {"reason": ""})

    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()


def test_a_refusal_is_shown_on_the_form_with_what_was_typed(coordinator: Client, active: Case) -> None:
    answer = coordinator.post(f"/dossiers/{active.pk}/reject", {"reason": "Two institutions are enough"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "A case that is active cannot become rejected" in page
    assert "Two institutions are enough</textarea>" in page


def test_an_institution_is_asked_and_answers(cast: Cast, coordinator: Client, active: Case) -> None:
    form = {"institution": cast.adviser.institution_id, "due_on": later(), "question": "Can you take part?"}
    asked = coordinator.post(f"/dossiers/{active.pk}/participants", form)
    participant = Participant.objects.get(institution=cast.adviser.institution)
    adviser = client_of(cast.adviser)
    path = f"/requests/{participant.decision_id}"

    page = adviser.get(path).content.decode()
    declined = adviser.post(path, {"answer": "decline", "reason": ""})
    accepted = adviser.post(path, {"answer": "accept", "staff": cast.adviser.pk})

    assert asked.status_code == 302
    assert "Can you take part?" in page
    assert "Muster" not in page
    assert declined.status_code == 422
    assert "Give the reason for declining" in declined.content.decode()
    assert (accepted.status_code, accepted["Location"]) == (302, "/")
    participant.refresh_from_db()
    assert participant.state == ParticipantState.TAKING_PART


def test_a_second_answer_shows_the_first_one_and_an_end_closes_what_was_written(cast: Cast, active: Case) -> None:
    decision = ask(cast, active, cast.adviser)
    adviser = client_of(cast.adviser)
    adviser.post(f"/requests/{decision.pk}", {"answer": "decline", "reason": "Not our client"})

    answer = adviser.post(f"/requests/{decision.pk}", {"answer": "accept", "staff": cast.adviser.pk})

    assert answer.status_code == 409
    assert "declined" in answer.content.decode()
    for page in (answer, adviser.get(f"/requests/{decision.pk}"), adviser.get("/requests/")):
        assert "Not our client" not in page.content.decode()
        assert "Can you take part?" not in page.content.decode()
    assert "has been answered" in adviser.get(f"/requests/{decision.pk}").content.decode()
    assert "Not our client" in client_of(cast.coordinator).get(f"/dossiers/{active.pk}/").content.decode()


def test_a_request_to_another_institution_does_not_exist(cast: Cast, active: Case) -> None:
    decision = ask(cast, active, cast.adviser)

    assert client_of(cast.stranger).get(f"/requests/{decision.pk}").status_code == 404
    assert client_of(cast.stranger).post(f"/requests/{decision.pk}", {"answer": "accept"}).status_code == 404


def test_opening_an_address_that_acts_does_nothing(cast: Cast, coordinator: Client, active: Case) -> None:
    ask(cast, active, cast.adviser)
    asked = Participant.objects.get(institution=cast.adviser.institution)
    own = Participant.objects.get(institution=cast.worker.institution)
    kept = coordinator.post("/cases/drafts", {"question": "mine", "version": ""}).json()

    for path in (
        f"/dossiers/{active.pk}/participants/{asked.pk}/withdraw",
        f"/dossiers/{active.pk}/participants/{own.pk}/leave",
        f"/dossiers/{active.pk}/resume",
        "/cases/find",
        "/cases/drafts",
        kept["page"] + "/drop",
        kept["address"],
    ):
        answer = coordinator.get(path)
        assert answer.status_code == 302, path
        assert "messages" not in coordinator.cookies, path  # nor does it claim to have done it

    assert Participant.objects.get(pk=asked.pk).state == ParticipantState.ASKED
    assert Participant.objects.get(pk=own.pk).state == ParticipantState.TAKING_PART
    assert Draft.objects.exists()


def test_a_lead_is_named_from_those_around_the_table(cast: Cast, coordinator: Client, active: Case) -> None:
    stranger = coordinator.post(f"/dossiers/{active.pk}/lead", {"staff": cast.stranger.pk})
    named = coordinator.post(f"/dossiers/{active.pk}/lead", {"staff": cast.worker.pk})

    assert (stranger.status_code, named.status_code) == (422, 302)
    assert Assignment.objects.get(function=Function.LEAD, valid_until=None).staff_id == cast.worker.pk


def test_a_note_is_written_corrected_and_redacted(worker: Client, active: Case) -> None:
    file = f"/dossiers/{active.pk}"
    worker.post(f"{file}/notes", {"category": 1, "kind": "call", "text": "Called the employer"})
    note = Note.objects.get()

    worker.post(f"{file}/notes/{note.pk}/correct", {"text": "Called the former employer", "version": 1})
    conflict = worker.post(f"{file}/notes/{note.pk}/correct", {"text": "Called nobody", "version": 1})
    corrected = worker.get(f"{file}/").content.decode()
    worker.post(f"{file}/notes/{note.pk}/redact", {"reason": "Wrong case"})
    redacted = worker.get(f"{file}/").content.decode()

    assert conflict.status_code == 409
    assert "Called the former employer" in conflict.content.decode()
    assert "Called nobody" in conflict.content.decode()
    assert "Called the former employer" in corrected
    assert "Called the former employer" not in redacted
    assert "Wrong case" in redacted


def test_an_empty_note_is_not_kept(worker: Client, active: Case) -> None:
    answer = worker.post(f"/dossiers/{active.pk}/notes", {"category": 1, "kind": "call", "text": " "})

    assert answer.status_code == 422
    assert not Note.objects.exists()


def test_particulars_saved_by_somebody_else_meanwhile_are_a_conflict(cast: Cast, worker: Client, active: Case) -> None:
    form = {"region": cast.region.pk, "question": "first", "first_contact_on": "", "version": active.version}
    worker.post(f"/dossiers/{active.pk}/particulars", form)

    answer = worker.post(f"/dossiers/{active.pk}/particulars", form | {"question": "second"})

    assert answer.status_code == 409
    assert noted(active).question == "first"


def test_the_same_note_sent_twice_is_kept_once(worker: Client, active: Case) -> None:
    form = {
        "category": 1,
        "kind": "call",
        "text": "Called the employer",
        "idempotency_key": "0f6a7c4e-0000-4000-8000-000000000003",
    }

    for _time in range(2):
        assert worker.post(f"/dossiers/{active.pk}/notes", form)["Location"] == f"/dossiers/{active.pk}/"

    assert Note.objects.count() == 1


# Lists and finding.


def test_the_list_shows_ones_own_cases_only(cast: Cast, worker: Client) -> None:
    shown, foreign = notify(cast), notify(cast, by=cast.adviser)

    page = worker.get("/cases/").content.decode()

    assert shown.dossier.number in page
    assert foreign.dossier.number not in page
    assert Entry.objects.filter(act="case.listed").count() == 1


def test_the_list_turns_pages_without_a_gap(cast: Cast, worker: Client) -> None:
    numbers = [notify(cast).dossier.number for _case in range(52)]

    first = worker.get("/cases/").content.decode()
    onward = "?state=open&amp;region=&amp;need=&amp;sort=&amp;page=2"
    second = worker.get(f"/cases/{onward.replace('&amp;', '&')}").content.decode()

    assert f'href="{onward}"' in first
    assert "page=3" not in second

    assert [number for number in numbers if f">{number}<" in first] == numbers[2:]
    assert [number for number in numbers if f">{number}<" in second] == numbers[:2]


@pytest.mark.parametrize(
    "query", ["?page=%C2%B2", "?region=abc&state=nonsense", "?page=" + "9" * 5000, "?page=0&need=x"]
)
def test_a_strange_address_shows_the_list(worker: Client, query: str) -> None:
    assert worker.get(f"/cases/{query}").status_code == 200


def test_a_case_is_found_by_number_name_or_ahv_number(cast: Cast, worker: Client) -> None:
    case = notify(cast, ahv_number="756.9217.0769.85", ahv_missing_reason="", last_name="Zenhäusern")

    for words in (case.dossier.number, "756.9217.0769.85", "zenhaus", "Zenhäusern Pet"):
        assert worker.post("/cases/find", {"words": words})["Location"] == f"/dossiers/{case.pk}/", words


def test_a_search_finds_contact_persons_beside_the_cases(cast: Cast, worker: Client) -> None:
    make_staff(cast.adviser.institution, Role.CONTACT_PERSON, last_name="Zenhäusern")

    alone = worker.post("/cases/find", {"words": "zenhäusern"}).content.decode()
    case = notify(cast, last_name="Zenhäusern")
    both = worker.post("/cases/find", {"words": "zenhäusern"}).content.decode()

    assert "Contact persons" in alone
    assert "No case that is open to you fits" not in alone
    assert "Ada Zenhäusern" in both
    assert f'href="/dossiers/{case.pk}/"' in both
    assert "Contact persons" not in worker.post("/cases/find", {"words": " "}).content.decode()


def test_a_search_says_when_it_shows_a_part_of_what_fits_and_the_log_names_that_part(
    cast: Cast, worker: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("suone.casework.cases.lists.PAGE", 2)
    cases = [notify(cast, last_name="Zenhäusern", first_name=name) for name in ("Anna", "Beat")]

    assert "there are more" not in worker.post("/cases/find", {"words": "Zenh"}).content.decode()
    hidden = notify(cast, last_name="Zenhäusern", first_name="Carla")
    page = worker.post("/cases/find", {"words": "Zenh"}).content.decode()

    assert "2 cases are shown, and there are more." in page
    assert hidden.dossier.number not in page
    assert Entry.objects.filter(act="case.searched").latest("pk").dossiers_shown == [case.pk for case in cases]


def test_a_foreign_case_is_found_by_nobody(cast: Cast, worker: Client) -> None:
    case = notify(cast, by=cast.adviser, last_name="Zenhäusern", ahv_number="756.9217.0769.85", ahv_missing_reason="")

    for words in (case.dossier.number, "756.9217.0769.85", "Zenhäusern", "", "%"):
        answer = worker.post("/cases/find", {"words": words})
        assert answer.status_code == 200
        assert case.dossier.number not in answer.content.decode()

    searches = Entry.objects.filter(act="case.searched")
    assert [(entry.dossiers_shown, entry.persons_shown) for entry in searches] == [([], [])] * 5
