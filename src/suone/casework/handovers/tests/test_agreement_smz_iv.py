"""The agreement SMZ–IV, duty by duty: what each asks, and the tests that hold it, as right and wrong actor.

``DUTIES`` is the index, in the order of the agreement; tests of the file alone are in ``canton/procedures``. What is missing
in the product is in docs/sources.md.
"""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from suone.canton.procedures.facts import Fact
from suone.casework.cases.models import Assignment, Case
from suone.casework.handovers import services
from suone.casework.handovers.models import Handover
from suone.casework.handovers.rules import Direction
from suone.casework.handovers.tests.factories import TO_IV, accept, case_of, particulars, proposal, propose
from suone.casework.leading.services import record_fact
from suone.casework.leading.tests.factories import do
from suone.ground.access.errors import Refused
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import client_of
from suone.records.consents.tests.factories import Cast
from suone.records.workitems.models import WorkItem

ROOT = Path(__file__).parents[5]
_PROCEDURE = "src/suone/canton/procedures/tests/test_agreement_smz_iv.py"
_HAND_OVER = "src/suone/casework/handovers/tests/test_hand_over.py"
_MISSED = "src/suone/casework/handovers/tests/test_missed_appointments.py"
_ADVISERS = "src/suone/casework/handovers/tests/test_advisers.py"
_REQUEST = "src/suone/casework/handovers/tests/test_placement_requests.py"
_REGISTER = "src/suone/register/server/tests/test_register.py"
_AT_THE_TABLE = "src/suone/casework/meetings/tests/test_at_the_table.py"
_FROM_A_CASE = "src/suone/casework/casepage/tests/test_asking_the_register.py"
_HERE = "src/suone/casework/handovers/tests/test_agreement_smz_iv.py"
_JOURNEYS = "tests/journeys/test_constellations.py"

# Place in the agreement and what it says there: the tests that hold it.
DUTIES: dict[str, list[tuple[str, str]]] = {
    "introduction: the person names their advisers to the IV": [
        (_PROCEDURE, "test_smz_iv_introduction_iv_keeps_whom_the_person_names_whichever_side_it_is_on"),
        (_ADVISERS, "test_smz_iv_introduction_the_iv_records_several_advisers_whichever_side_it_is_on"),
        (_ADVISERS, "test_smz_iv_introduction_nobody_but_the_iv_records_or_removes_them"),
        (_HERE, "test_smz_iv_introduction_the_iv_records_whom_the_person_names_and_the_smz_does_not"),
    ],
    "1 a: the IV coordinator consults the register and asks the person": [
        (_PROCEDURE, "test_smz_iv_1_a_the_iv_coordinator_checks_the_register_and_asks_the_person"),
        (_PROCEDURE, "test_smz_iv_1_a_and_2_a_apply_to_nobody_else_and_not_to_the_sender"),
        (_HAND_OVER, "test_smz_iv_1_a_the_receiving_iv_coordinator_gets_the_register_and_the_question"),
        (_FROM_A_CASE, "test_smz_iv_1_a_and_2_a_the_query_of_the_sender_does_not_do_what_the_receiver_owes"),
        (_HERE, "test_smz_iv_1_a_and_2_a_the_receiver_asks_the_person_and_the_sender_does_not"),
    ],
    "1 b: the social worker contacts the coordinator, or sends coordinates to the contact person": [
        (_PROCEDURE, "test_smz_iv_1_b_and_2_b_ask_for_contact_or_own_coordinates"),
        (_PROCEDURE, "test_smz_iv_1_b_and_2_b_parallel_support_begins_with_an_answer_and_coordinates_wait"),
        (_HAND_OVER, "test_smz_iv_1_b_and_2_b_coordinates_wait_without_a_day_and_contacted_is_another_fact"),
        (
            _HAND_OVER,
            "test_smz_iv_1_b_and_2_b_somebody_will_be_named_is_an_answer_and_parallel_support_begins_with_a_name",
        ),
        (_HERE, "test_smz_iv_1_b_and_2_b_who_follows_the_person_makes_contact_and_nobody_else"),
        (_JOURNEYS, "test_constellation_1_the_coordinates_wait_until_the_iv_names_somebody"),
    ],
    "1: only persons with an attested health problem": [
        (_PROCEDURE, "test_smz_iv_1_only_persons_with_an_attested_health_problem_are_registered_with_iv"),
        (_HERE, "test_smz_iv_1_the_smz_turns_to_the_iv_with_a_certificate_alone"),
    ],
    "1: after an earlier application, new facts that a physician objectively confirmed": [
        (_PROCEDURE, "test_smz_iv_1_after_an_earlier_application_new_facts_are_objectively_confirmed"),
        (_PROCEDURE, "test_smz_iv_1_a_worsening_or_an_ended_placement_implies_an_earlier_application"),
        (_HERE, "test_smz_iv_1_after_an_earlier_application_the_smz_needs_new_facts_too"),
    ],
    "1: no renewed placement request within three to six months, unless relevant measures took place": [
        (_PROCEDURE, "test_smz_iv_1_a_renewed_placement_request_within_3_to_6_months_is_warned_of_and_not_blocked"),
    ],
    "1, in any case: the person writes the request": [
        (_PROCEDURE, "test_smz_iv_1_in_any_case_a_renewed_request_is_written_by_the_person_and_prepared_with_iv"),
        (_PROCEDURE, "test_smz_iv_1_in_any_case_holds_for_no_other_contact_and_no_other_direction"),
        (_REQUEST, "test_smz_iv_1_in_any_case_the_request_that_the_person_wrote_is_a_document_and_opens_the_way"),
        (_REQUEST, "test_nobody_but_social_assistance_adds_it_and_not_to_a_closed_case"),
        (
            _JOURNEYS,
            "test_constellation_1_a_placement_request_is_written_by_the_person_and_prepared_with_the_iv_in_any_case",
        ),
    ],
    "1, in any case: the former workplace adviser is contacted before": [
        (_PROCEDURE, "test_smz_iv_1_in_any_case_a_renewed_request_is_written_by_the_person_and_prepared_with_iv"),
        (
            _JOURNEYS,
            "test_constellation_1_a_placement_request_is_written_by_the_person_and_prepared_with_the_iv_in_any_case",
        ),
    ],
    "1, in any case: a network meeting is held before, which considers a joint target agreement": [
        (_AT_THE_TABLE, "test_smz_iv_1_network_meeting_proposes_whoever_follows_the_person"),
        (
            _AT_THE_TABLE,
            "test_smz_iv_1_in_any_case_network_meeting_needs_a_disclosure_to_whoever_cannot_open_the_case",
        ),
        (_AT_THE_TABLE, "test_smz_iv_1_in_any_case_both_advisers_were_there_by_name"),
        (_AT_THE_TABLE, "test_smz_iv_1_in_any_case_an_institution_without_a_name_is_no_adviser"),
        (_PROCEDURE, "test_smz_iv_1_nobody_certifies_the_cooperation_agreement_of_iv"),
    ],
    "2 a: the social worker consults the register and asks the person": [
        (_PROCEDURE, "test_smz_iv_2_a_the_social_worker_checks_the_register_and_asks_the_person"),
        (_FROM_A_CASE, "test_smz_iv_1_a_and_2_a_the_query_of_the_sender_does_not_do_what_the_receiver_owes"),
        (_HERE, "test_smz_iv_1_a_and_2_a_the_receiver_asks_the_person_and_the_sender_does_not"),
    ],
    "2 b: the IV coordinator contacts the social worker, or sends coordinates to the contact person": [
        (_PROCEDURE, "test_smz_iv_1_b_and_2_b_ask_for_contact_or_own_coordinates"),
        (_HERE, "test_smz_iv_1_b_and_2_b_who_follows_the_person_makes_contact_and_nobody_else"),
    ],
    "2: the IV coordinator tells the social worker of uncooperative behaviour and missed appointments": [
        (_MISSED, "test_smz_iv_2_the_iv_coordinator_notifies_the_social_worker_of_missed_appointments"),
        (_MISSED, "test_smz_iv_2_giver_and_receiver_alone_read_it"),
        (_MISSED, "test_smz_iv_2_whoever_takes_over_the_case_of_the_social_worker_reads_it"),
        (_MISSED, "test_smz_iv_2_only_iv_gives_notice_and_only_to_the_social_worker"),
        (_JOURNEYS, "test_constellation_2_missed_appointments_reach_the_social_worker_alone"),
    ],
    "3: contact or coordinates, and nothing more": [
        (_PROCEDURE, "test_smz_iv_3_asks_for_contact_or_coordinates_and_nothing_more"),
        (_HAND_OVER, "test_smz_iv_3_a_direct_hand_over_is_answered_with_yes_or_no"),
        (_HERE, "test_smz_iv_3_either_side_hands_over_with_its_coordinates_alone_and_the_other_answers"),
        (_JOURNEYS, "test_constellation_3_coordinates_are_all_that_a_direct_hand_over_asks"),
    ],
    "4: who stops sends nothing; the other side consults the register and asks secretariat or contact person": [
        (_PROCEDURE, "test_smz_iv_4_whoever_stops_needs_nothing"),
        (_HAND_OVER, "test_smz_iv_4_whoever_stops_closes_the_case_and_sends_nothing"),
        (_HAND_OVER, "test_smz_iv_4_whoever_stops_before_an_answer_tells_nobody_not_even_the_office"),
        (_HAND_OVER, "test_smz_iv_4_whoever_stops_a_case_notified_to_the_office_tells_the_office"),
        (_REGISTER, "test_smz_iv_4_a_former_registration_names_secretariat_and_contact_person"),
        (_REGISTER, "test_smz_iv_4_without_a_contact_person_there_is_a_secretariat"),
        (_JOURNEYS, "test_constellation_4_who_stops_sends_nothing_and_the_other_side_finds_whom_to_ask"),
    ],
    "after 4: the AHV number is recommended in all communication": [
        (_PROCEDURE, "test_smz_iv_after_4_the_ahv_number_is_recommended_and_never_asks_for_a_reason"),
        (_HERE, "test_smz_iv_after_4_contact_is_made_without_the_ahv_number_too"),
    ],
    "after 4: no promise about another institution's benefits": [
        (_HERE, "test_smz_iv_after_4_either_side_is_reminded_to_promise_no_benefits_of_the_other"),
    ],
}


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@pytest.mark.parametrize("duty", DUTIES)
def test_every_duty_is_held_by_tests_that_exist(duty: str) -> None:
    assert DUTIES[duty]
    assert [name for path, name in DUTIES[duty] if name not in names_in(path)] == []


def test_every_test_that_names_the_agreement_is_in_the_index() -> None:
    indexed = {name for tests in DUTIES.values() for _path, name in tests}
    files = [file for folder in ("src", "tests") for file in (ROOT / folder).glob("**/test_*.py")]
    named = {name for file in files for name in re.findall(r"^def (test_smz_iv_\w+)", file.read_text(), re.MULTILINE)}

    assert len(files) > 100
    assert named - indexed == set()


# Where both follow the person: in constellation 1 the SMZ leads, in constellation 2 the IV.


@kept
def one(cast: Cast, coordinator_iv: Appointment) -> Handover:
    return accept(coordinator_iv, propose(cast, coordinator_iv, direction=Direction.REFERS, facts=TO_IV))


@kept
def two(cast: Cast, coordinator_iv: Appointment) -> Handover:
    return accept(cast.worker, propose(cast, cast.worker, by=coordinator_iv, direction=Direction.REFERS))


@pytest.fixture(params=["1", "2"])
def constellation(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shared(constellation: str, one: Handover, two: Handover) -> Handover:
    return one if constellation == "1" else two


def record(by: Appointment, case: Case, fact: Fact, **more: Any) -> None:
    do(by, record_fact, case=case, fact=fact, value=True, **more)


def is_done(handover: Handover, fact: Fact) -> bool:
    return WorkItem.objects.get(dossier_id=handover.dossier_id, settled_by=fact).state == "done"


def test_smz_iv_introduction_the_iv_records_whom_the_person_names_and_the_smz_does_not(
    cast: Cast, coordinator_iv: Appointment, shared: Handover
) -> None:
    with pytest.raises(Refused, match="IV has been asked to do this"):
        record(cast.worker, case_of(shared), Fact.ADVISERS_NAMED)
    assert not is_done(shared, Fact.ADVISERS_NAMED)

    record(coordinator_iv, case_of(shared), Fact.ADVISERS_NAMED, remark="Thomas Pfammatter, RAV")

    assert is_done(shared, Fact.ADVISERS_NAMED)


def test_smz_iv_1_a_and_2_a_the_receiver_asks_the_person_and_the_sender_does_not(
    cast: Cast, coordinator_iv: Appointment, constellation: str, shared: Handover
) -> None:
    sides = [cast.worker, coordinator_iv]
    sender, receiver = sides if constellation == "1" else reversed(sides)
    with pytest.raises(Refused, match="has been asked to do this"):
        record(sender, case_of(shared), Fact.PERSON_ASKED)
    assert not is_done(shared, Fact.PERSON_ASKED)

    record(receiver, case_of(shared), Fact.PERSON_ASKED)

    assert is_done(shared, Fact.PERSON_ASKED)


def test_smz_iv_1_b_and_2_b_who_follows_the_person_makes_contact_and_nobody_else(
    cast: Cast, coordinator_iv: Appointment, constellation: str
) -> None:
    sides = [cast.worker, coordinator_iv]
    sender, receiver = sides if constellation == "1" else reversed(sides)
    facts = TO_IV if constellation == "1" else {}
    waiting = propose(cast, receiver, by=sender, direction=Direction.REFERS, facts=facts)

    assert waiting.constellation == constellation
    for nobody in (cast.adviser, cast.stranger):
        with pytest.raises(Handover.DoesNotExist):
            accept(nobody, waiting)
    with pytest.raises(Refused):
        accept(sender, waiting)  # nobody answers their own contact
    assert accept(receiver, waiting).receiver_staff == receiver


@pytest.mark.parametrize("kind", ["early_registration", "application", "worsening"])
def test_smz_iv_1_the_smz_turns_to_the_iv_with_a_certificate_alone(
    cast: Cast, coordinator_iv: Appointment, kind: str
) -> None:
    facts: dict[Fact, Any] = {Fact.IV_CONTACT_KIND: kind, Fact.NEW_MEDICAL_FACTS: True}
    with pytest.raises(Refused, match="to whom a physician attests"):
        propose(cast, coordinator_iv, direction=Direction.REFERS, facts=facts)

    # The IV attests nothing when it turns to the SMZ.
    assert propose(cast, cast.worker, by=coordinator_iv, direction=Direction.REFERS).is_pending
    assert propose(
        cast, coordinator_iv, direction=Direction.REFERS, facts=facts | {Fact.HEALTH_ATTESTED: True}
    ).is_pending


def test_smz_iv_1_after_an_earlier_application_the_smz_needs_new_facts_too(
    cast: Cast, coordinator_iv: Appointment
) -> None:
    again = TO_IV | {Fact.EARLIER_IV_APPLICATION: True}
    with pytest.raises(Refused, match="objectively confirmed"):
        propose(cast, coordinator_iv, direction=Direction.REFERS, facts=again)

    # The other direction asks for none of it.
    assert propose(
        cast, cast.worker, by=coordinator_iv, direction=Direction.REFERS, facts={Fact.EARLIER_IV_APPLICATION: True}
    ).is_pending
    assert propose(
        cast, coordinator_iv, direction=Direction.REFERS, facts=again | {Fact.NEW_MEDICAL_FACTS: True}
    ).is_pending


@pytest.mark.parametrize("first", ["SMZ", "IV"])
def test_smz_iv_3_either_side_hands_over_with_its_coordinates_alone_and_the_other_answers(
    cast: Cast, coordinator_iv: Appointment, first: str
) -> None:
    sides = [cast.worker, coordinator_iv]
    sender, receiver = sides if first == "SMZ" else reversed(sides)
    handover = propose(cast, receiver, by=sender, direction=Direction.HANDS_OVER)

    with pytest.raises(Handover.DoesNotExist):
        accept(cast.adviser, handover)
    accept(receiver, handover)

    assert Assignment.objects.get(dossier_id=handover.dossier_id, function="lead", valid_until=None).staff == receiver
    asked = WorkItem.objects.filter(dossier_id=handover.dossier_id).values_list("step", flat=True)
    assert not [step for step in asked if step.startswith("parallel/")]


@pytest.mark.parametrize("direction", [Direction.REFERS, Direction.HANDS_OVER])
def test_smz_iv_after_4_contact_is_made_without_the_ahv_number_too(
    cast: Cast, coordinator_iv: Appointment, direction: Direction
) -> None:
    handover = do(
        cast.worker,
        services.propose_for_person,
        of=particulars(cast, ahv_number="", ahv_missing_reason="not at hand"),
        proposal=proposal(cast.worker, coordinator_iv, direction=direction, facts=TO_IV),
    )

    assert handover.is_pending


def test_smz_iv_after_4_either_side_is_reminded_to_promise_no_benefits_of_the_other(
    cast: Cast, coordinator_iv: Appointment
) -> None:
    for worker in (cast.worker, coordinator_iv):
        page = client_of(worker).get("/handovers/new").content.decode()
        assert "Make no promise about another institution" in page
