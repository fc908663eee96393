"""Pages: the guided form, the answer, figures, and missed appointments."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.handovers import services
from suone.casework.handovers.models import Handover
from suone.casework.handovers.rules import Direction
from suone.casework.handovers.tests.factories import AHV_NUMBER, TO_IV, accept, case_of, keep_request, proposal, propose
from suone.casework.leading.models import Course, Passage
from suone.casework.leading.queries import known_facts
from suone.casework.leading.services import change_level
from suone.casework.leading.tests.factories import do
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import client_of
from suone.records.consents.tests.factories import Cast, line, sign
from suone.records.dossiers.models import Dossier


@pytest.fixture
def worker(cast: Cast) -> Client:
    return client_of(cast.worker)


def typed(cast: Cast, to: Appointment, **changes: Any) -> dict[str, Any]:
    usual = {
        "last_name": "Muster",
        "first_name": "Petra",
        "ahv_number": AHV_NUMBER,
        "language": "de",
        "region": cast.region.pk,
        "receiver": to.institution_id,
        "direction": "hands_over",
        "message": "Looks for work in sales",
        "agrees": "on",
        "category": 1,
        "due_on": (timezone.localdate() + timedelta(days=10)).isoformat(),
        "send": "1",
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def test_the_first_look_asks_for_the_direction_and_sends_nothing(cast: Cast, worker: Client) -> None:
    page = worker.get("/handovers/new").content.decode()
    assert "What happens with the person?" in page
    assert "Make no promise about another institution" in page

    look = worker.post(
        "/handovers/new",
        {"receiver": cast.adviser.institution_id, "direction": "hands_over", "last_name": "Muster"},
    )

    text = look.content.decode()
    assert look.status_code == 200
    assert "3: direct hand-over" in text
    assert "Obtain the answer to the hand-over" in text
    assert 'value="Muster"' in text
    assert not Dossier.objects.exists()


def test_a_plain_hand_over_goes_out_in_one_form(cast: Cast, worker: Client) -> None:
    answer = worker.post("/handovers/new", typed(cast, cast.adviser))

    handover = Handover.objects.get()
    assert answer.headers["Location"] == f"/dossiers/{handover.dossier_id}/"
    page = worker.get(f"/dossiers/{handover.dossier_id}/").content.decode()
    assert "SMZ → RAV" in page
    assert "Looks for work in sales" in page


def test_a_missing_condition_is_reported_at_its_field_and_nothing_typed_is_lost(
    cast: Cast, worker: Client, coordinator_iv: Appointment
) -> None:
    answer = worker.post("/handovers/new", to_iv(cast, coordinator_iv, fact_health_attested=None))

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Looks for work in sales" in text
    assert 'href="#id_fact_health_attested"' in text
    assert not Dossier.objects.exists()


def to_iv(cast: Cast, iv: Appointment, **changes: Any) -> dict[str, Any]:
    more = {
        "direction": "refers",
        "fact_iv_contact_kind": "application",
        "fact_health_attested": "on",
    }
    return typed(cast, iv, **more | changes)


def test_the_one_institution_that_the_consent_names_is_proposed(cast: Cast, worker: Client) -> None:
    handover = accept(cast.adviser, propose(cast, direction=Direction.REFERS))
    path, option = (
        f"/dossiers/{handover.dossier_id}/handovers/propose",
        f'<option value="{cast.adviser.institution_id}"',
    )
    assert f"{option} selected" not in worker.get(path).content.decode()

    sign(cast.worker, handover.dossier, line(cast.worker), line(cast.adviser), line(cast.coordinator))
    assert f"{option} selected" in worker.get(path).content.decode()

    sign(cast.worker, handover.dossier, line(cast.stranger))
    assert f"{option} selected" not in worker.get(path).content.decode()


@pytest.mark.parametrize(
    ("days", "more", "goes"),
    [
        (30, {}, False),
        (30, {"reason": "The IV adviser asks for it"}, True),
        (30, {"fact_relevant_measures": "training"}, True),
        (400, {}, True),
    ],
)
def test_the_pause_warns_and_goes_through_with_an_exception_or_a_reason(
    cast: Cast, worker: Client, coordinator_iv: Appointment, days: int, more: dict[str, str], goes: bool
) -> None:
    """The network meeting is a recorded fact: it was held in the case, so the pause is all that is left."""
    handover = propose(cast, coordinator_iv, direction=Direction.REFERS, facts=TO_IV)
    do(cast.worker, services.withdraw_handover, handover=handover)
    case = case_of(handover)
    Course.objects.filter(pk=case.pk).update(phase="contact")
    Case.objects.filter(pk=case.pk).update(state="notified")
    case.dossier.facts.create(fact="both_advisers_met_on", value=timezone.localdate().isoformat())
    keep_request(cast.worker, case)
    asked = {
        "fact_iv_placement_ended_on": (timezone.localdate() - timedelta(days=days)).isoformat(),
        "fact_iv_contact_kind": "placement",
        "fact_former_adviser_contacted": timezone.localdate().isoformat(),
        "name_former_adviser_contacted": "Rita Placement",
        "fact_target_agreement_considered": "on",
    }

    answer = worker.post(f"/dossiers/{case.pk}/handovers/propose", to_iv(cast, coordinator_iv, **asked | more))

    text = answer.content.decode()
    if goes:
        assert answer.status_code == 302, text
        assert Course.objects.get(pk=case.pk).phase == "contacted"
        assert Passage.objects.filter(dossier=case.dossier).latest("pk").reason == more.get("reason", "")
    else:
        assert answer.status_code == 422
        assert "a new request makes no sense so soon" in text
        assert "give the reason" in text


def test_the_network_meeting_comes_first_after_a_placement_ended(
    cast: Cast, worker: Client, coordinator_iv: Appointment
) -> None:
    asked = {
        "fact_iv_placement_ended_on": (timezone.localdate() - timedelta(days=400)).isoformat(),
        "fact_iv_contact_kind": "placement",
        "fact_former_adviser_contacted": timezone.localdate().isoformat(),
        "name_former_adviser_contacted": "Rita Placement",
        "fact_target_agreement_considered": "on",
    }

    answer = worker.post("/handovers/new", to_iv(cast, coordinator_iv, **asked))

    assert answer.status_code == 422
    assert "Before a new placement there is a network meeting in any case" in answer.content.decode()


def test_where_something_must_happen_first_the_case_alone_is_opened(
    cast: Cast, worker: Client, coordinator_iv: Appointment
) -> None:
    ended_on = (timezone.localdate() - timedelta(days=400)).isoformat()
    placement = {"fact_iv_contact_kind": "placement", "fact_iv_placement_ended_on": ended_on}
    asked = to_iv(cast, coordinator_iv, message=None, send=None, open="1", **placement)

    answer = worker.post("/handovers/new", asked)

    case = Case.objects.get()
    assert answer.headers["Location"] == f"/dossiers/{case.pk}/"
    assert not Handover.objects.exists()
    assert Course.objects.get(pk=case.pk).phase == "contact"
    assert known_facts(case.pk)["iv_placement_ended_on"] == timezone.localdate() - timedelta(days=400)
    assert "Before a new placement there is a network meeting" in worker.get(f"/dossiers/{case.pk}/").content.decode()


def test_the_answer_page_shows_who_and_what_and_the_reading_is_logged(cast: Cast) -> None:
    handover = propose(cast)
    path = f"/handovers/requests/{handover.decision_id}"

    page = client_of(cast.adviser).get(path).content.decode()

    assert "Petra Muster" in page
    assert AHV_NUMBER in page
    assert "Looks for work in sales" in page
    assert cast.worker.phone in page
    assert Entry.objects.filter(act="handover.read", staff_id=cast.adviser.pk).count() == 1
    assert client_of(cast.stranger).get(path).status_code == 404


def test_accepting_leads_into_the_case(cast: Cast) -> None:
    handover = propose(cast)
    adviser = client_of(cast.adviser)

    path = f"/handovers/requests/{handover.decision_id}"

    assert '<button class="btn btn-primary" name="answer" value="accept">' in adviser.get(path).content.decode()
    answer = adviser.post(path, {"answer": "accept", "staff": cast.adviser.pk})

    assert answer.headers["Location"] == f"/dossiers/{handover.dossier_id}/"
    assert adviser.get(f"/dossiers/{handover.dossier_id}/").status_code == 200


def test_declining_without_a_reason_is_asked_again_and_then_closes_the_particulars(cast: Cast) -> None:
    handover = propose(cast)
    adviser, path = client_of(cast.adviser), f"/handovers/requests/{handover.decision_id}"

    assert adviser.post(path, {"answer": "decline"}).status_code == 422
    assert adviser.post(path, {"answer": "decline", "reason": "Not entitled"}).status_code == 302

    page = adviser.get(path).content.decode()
    assert "has been answered: declined" in page
    for text in (page, adviser.get("/requests/").content.decode()):
        assert "Muster" not in text
        assert "Not entitled" not in text
    assert "Not entitled" in client_of(cast.worker).get("/requests/?show=ours").content.decode()


def test_a_request_to_take_part_is_not_answered_here(cast: Cast) -> None:
    handover = propose(cast)
    handover.decision.kind = "participation"
    handover.decision.save()

    assert client_of(cast.adviser).get(f"/handovers/requests/{handover.decision_id}").status_code == 404


def test_withdrawing_and_reminding_are_for_whoever_asked(cast: Cast, worker: Client) -> None:
    handover = propose(cast)
    stranger = client_of(cast.stranger)
    remind, withdraw = (
        f"/requests/{handover.decision_id}/remind",
        f"/dossiers/{handover.dossier_id}/handovers/{handover.pk}/withdraw",
    )

    assert stranger.post(remind).status_code == 404
    assert stranger.post(withdraw).status_code == 404
    assert worker.post(remind).status_code == 302
    assert worker.post(withdraw).status_code == 302
    handover.decision.refresh_from_db()
    assert handover.decision.state == "withdrawn"


def test_ending_the_access_asks_why(cast: Cast, worker: Client) -> None:
    handover = accept(cast.adviser, propose(cast, direction=Direction.REFERS))
    path = f"/dossiers/{handover.dossier_id}/handovers/{handover.pk}/end"

    assert worker.get(path).status_code == 200
    assert worker.post(path, {"reason": ""}).status_code == 422
    assert worker.post(path, {"reason": "No longer wished"}).status_code == 302
    assert client_of(cast.adviser).get(f"/dossiers/{handover.dossier_id}/").status_code == 404


def test_stopping_without_hand_over_takes_one_click(cast: Cast, worker: Client) -> None:
    handover = accept(cast.adviser, propose(cast, direction=Direction.REFERS))
    case = f"/dossiers/{handover.dossier_id}/"

    assert f"{case}handovers/stop" in worker.get(case).content.decode()
    assert worker.get(f"{case}handovers/stop").status_code == 302
    assert case_of(handover).is_open
    assert worker.post(f"{case}handovers/stop").status_code == 302

    assert case_of(handover).state == "closed"
    assert Course.objects.get(pk=handover.dossier_id).phase == "stopped"


def test_a_contact_is_answered_with_a_worker_or_with_somebody_will_be_named(cast: Cast) -> None:
    handover = propose(cast, direction=Direction.REFERS)
    adviser, path = client_of(cast.adviser), f"/handovers/requests/{handover.decision_id}"

    page = adviser.get(path).content.decode()
    assert "Somebody will be named" in page
    assert "Answer by" not in page
    assert adviser.post(path, {"answer": "later"}).status_code == 302
    assert "somebody will be named" in client_of(cast.worker).get(f"/dossiers/{handover.dossier_id}/").content.decode()
    adviser.post(path, {"answer": "accept", "staff": cast.adviser.pk})

    page = adviser.get(f"/dossiers/{handover.dossier_id}/").content.decode()
    assert cast.worker.phone in page


def test_referrals_are_counted_for_the_office(cast: Cast) -> None:
    propose(cast)

    page = client_of(cast.coordinator).get("/handovers/referrals").content.decode()

    assert "SMZ → RAV" in page
    assert client_of(cast.worker).get("/handovers/referrals").status_code == 403


def test_the_level_changes_without_anything_being_typed_again(cast: Cast, worker: Client) -> None:
    handover = accept(cast.adviser, propose(cast, direction=Direction.REFERS))
    path = f"/dossiers/{handover.dossier_id}/level"

    assert "network" in worker.get(path).content.decode()
    assert worker.post(path, {"way": "network:"}).status_code == 422
    assert worker.post(path, {"way": "network:", "reason": "BSL joins"}).status_code == 302

    assert case_of(handover).level == "network"
    page = worker.get(f"/dossiers/{handover.dossier_id}/").content.decode()
    assert "simple → network" in page
    assert "BSL joins" in page


def test_a_hand_over_is_not_offered_in_a_complex_case(cast: Cast, worker: Client) -> None:
    handover = propose(cast)
    do(cast.worker, services.withdraw_handover, handover=handover)
    do(cast.worker, change_level, case=case_of(handover), level="complex", reason="Difficulties accumulate")

    page = worker.get(f"/dossiers/{handover.dossier_id}/").content.decode()
    assert f"/dossiers/{handover.dossier_id}/handovers/propose" not in page
    answer = worker.post(f"/dossiers/{handover.dossier_id}/handovers/propose", typed(cast, cast.adviser))
    assert answer.status_code == 422
    assert "This case is complex" in answer.content.decode()
    assert proposal(cast.worker, cast.adviser).answers.between == "rav_smz"
