"""Proposed, accepted, declined, expired: the sender is responsible until somebody takes the person on."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from suone.canton.procedures.days import months_after
from suone.canton.procedures.facts import Fact
from suone.casework.cases.models import Assignment, Case, Participant
from suone.casework.handovers import services
from suone.casework.handovers.models import Handover
from suone.casework.handovers.queries import asked_handover, person_of_request
from suone.casework.handovers.rules import LEAST, Direction
from suone.casework.handovers.tests.factories import TO_IV, accept, case_of, particulars, proposal, propose
from suone.casework.leading.models import Course
from suone.casework.leading.queries import known_facts
from suone.casework.leading.tests.factories import do, notify
from suone.ground.access.acting import acting_for_job
from suone.ground.access.categories import ALL_BUT_HEALTH, Power
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Appointment, ContactPerson
from suone.organisation.appointments.tests.factories import acting, make_staff
from suone.records.consents.drift import find_drift
from suone.records.consents.models import Disclosure
from suone.records.consents.tests.factories import WORK, Cast, line, sign
from suone.records.decisions.services import remind_and_expire
from suone.records.dossiers.models import Dossier, Event, Grant
from suone.records.dossiers.services import end_of
from suone.records.inbox.models import Message
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem


def powers(handover: Handover) -> dict[str, tuple[int, int]]:
    """Power and categories in force of each institution."""
    now = timezone.now()
    grants = Grant.objects.filter(dossier_id=handover.dossier_id, valid_from__lte=now, valid_until__gt=now)
    return {g.institution.code: (g.power, g.categories) for g in grants if g.institution}


def lead_of(handover: Handover) -> int:
    return Assignment.objects.get(dossier_id=handover.dossier_id, function="lead", valid_until=None).staff_id


def assert_recorded(handover: Handover, act: str, text: str = "") -> None:
    """The log names the case, the hand-over, who receives on which basis, and between whom; the timeline says why."""
    entry = Entry.objects.get(act=act)
    assert (entry.dossier_id, entry.object_type, entry.object_id) == (handover.dossier_id, "handover", handover.pk)
    assert (entry.recipients, entry.legal_basis) == ([handover.receiver_id], handover.basis)
    assert entry.details == {"constellation": handover.constellation, "between": handover.between}
    event = Event.objects.get(act=act)
    assert (event.dossier_id, event.object_id, event.text) == (handover.dossier_id, handover.pk, text)


def recipients_of(act: str) -> list[int]:
    return sorted(Message.objects.filter(act=act).values_list("staff_id", flat=True))


def in_days(days: int) -> None:
    job = replace(acting_for_job("a test"), today=timezone.localdate() + timedelta(days=days))
    with acting_as(job):
        remind_and_expire(job)


def test_a_plain_hand_over_opens_a_simple_case_and_asks_in_one_go(cast: Cast) -> None:
    handover = propose(cast)

    case = case_of(handover)
    assert (case.level, case.notifier, lead_of(handover)) == ("simple", cast.worker.institution, cast.worker.pk)
    assert (handover.constellation, handover.between) == ("3", "rav_smz")
    assert handover.decision.is_pending
    assert_recorded(handover, "handover.proposed")
    assert Course.objects.get(pk=case.pk).phase == "transfer"
    facts = known_facts(case.pk)
    assert facts[Fact.COORDINATES_SENT]
    assert Fact.PARTNER_CONTACTED not in facts


def test_each_side_finds_its_duties_from_the_procedure_and_nothing_twice(cast: Cast) -> None:
    handover = propose(cast)

    items = WorkItem.objects.filter(dossier_id=handover.dossier_id)
    assert sorted(items.values_list("step", "state")) == [
        ("transfer/accept", ItemState.OPEN),
    ]


def test_the_request_reaches_the_contact_person_with_ones_own_coordinates(cast: Cast) -> None:
    ContactPerson.objects.create(institution=cast.adviser.institution, region=cast.region, staff=cast.adviser)

    handover = propose(cast)

    assert recipients_of("decision.asked") == [cast.adviser.pk]
    with acting_as(acting(cast.adviser)):
        asked = asked_handover(handover.decision)
        assert asked is not None
        assert asked.sender_staff.full_name == cast.worker.full_name


def test_whoever_is_asked_sees_the_person_and_the_message_and_not_the_case(cast: Cast) -> None:
    handover = propose(cast)

    with acting_as(acting(cast.adviser)):
        person = person_of_request(handover.decision)
        assert person is not None
        assert (person.name, person.ahv_number) == ("Petra Muster", "756.9217.0769.85")
        assert not Dossier.objects.exists()
        assert not Case.objects.exists()
    with acting_as(acting(cast.stranger)):
        assert asked_handover(handover.decision) is None
        assert person_of_request(handover.decision) is None


def test_until_the_acceptance_the_sender_stays_responsible_and_nothing_is_open(cast: Cast) -> None:
    handover = propose(cast)

    assert powers(handover) == {"SMZ": (Power.LEAD, ALL_BUT_HEALTH)}
    assert lead_of(handover) == cast.worker.pk


def test_on_acceptance_the_lead_passes_and_the_sender_may_contribute_for_the_closing_review(cast: Cast) -> None:
    handover = accept(cast.adviser, propose(cast))

    assert_recorded(handover, "handover.accepted")
    assert lead_of(handover) == cast.adviser.pk
    assert powers(handover) == {"RAV": (Power.LEAD, LEAST), "SMZ": (Power.WRITE, ALL_BUT_HEALTH)}
    assert handover.sender_until is not None
    assert handover.sender_until == end_of(timezone.localdate() + timedelta(days=30))  # for the closing review
    assert known_facts(handover.dossier_id)[Fact.HANDOVER_ACCEPTED_ON] == timezone.localdate()
    item = WorkItem.objects.get(dossier_id=handover.dossier_id, step="transfer/accept")
    assert item.state == ItemState.DONE
    assert find_drift() == []


def test_an_overlap_lets_the_sender_contribute_until_its_last_day(cast: Cast) -> None:
    last_day = timezone.localdate() + timedelta(days=90)

    handover = accept(cast.adviser, propose(cast, overlap_until=last_day))

    assert handover.sender_until is not None
    assert timezone.localdate(handover.sender_until - timedelta(seconds=1)) == last_day


def test_what_passes_is_recorded_as_given_by_the_sender(cast: Cast) -> None:
    handover = accept(cast.adviser, propose(cast))

    proposed, accepted = Disclosure.objects.filter(dossier_id=handover.dossier_id).order_by("pk")
    assert (proposed.form, proposed.basis, proposed.categories) == ("written", "hand-over", 0b11)
    assert (accepted.form, accepted.basis, accepted.categories) == ("access", "hand-over", LEAST)
    for disclosure in (proposed, accepted):
        assert (disclosure.giver, disclosure.giver_staff) == (cast.worker.institution, cast.worker)
        assert disclosure.recipient == cast.adviser.institution


def test_declining_needs_a_reason_and_closes_what_was_written(cast: Cast) -> None:
    handover = propose(cast)

    with pytest.raises(Refused, match="Give the reason for declining"):
        do(cast.adviser, services.decline_handover, decision=handover.decision, reason=" ")
    do(cast.adviser, services.decline_handover, decision=handover.decision, reason="Not entitled")

    handover.decision.refresh_from_db()
    assert (handover.decision.state, handover.decision.reason) == ("declined", "Not entitled")
    with acting_as(acting(cast.adviser)):
        assert asked_handover(handover.decision) is None
        assert person_of_request(handover.decision) is None
    assert lead_of(handover) == cast.worker.pk
    assert_recorded(handover, "handover.declined", "Not entitled")
    assert recipients_of("decision.declined") == [cast.worker.pk]


def test_a_request_nobody_answers_expires_after_a_reminder(cast: Cast) -> None:
    handover = propose(cast)

    in_days(5)
    assert Message.objects.filter(act="decision.reminded").exists()
    handover.decision.refresh_from_db()
    assert handover.decision.reminded_at is not None
    in_days(11)

    handover.decision.refresh_from_db()
    assert handover.decision.state == "expired"
    assert lead_of(handover) == cast.worker.pk
    assert_recorded(handover, "handover.expired")
    assert Event.objects.get(act="handover.expired").staff_id is None


def test_a_withdrawn_request_can_no_longer_be_accepted(cast: Cast) -> None:
    handover = propose(cast)

    do(cast.worker, services.withdraw_handover, handover=handover)

    assert_recorded(handover, "handover.withdrawn")
    with pytest.raises((Conflict, Handover.DoesNotExist)):
        accept(cast.adviser, handover)
    assert powers(handover) == {"SMZ": (Power.LEAD, ALL_BUT_HEALTH)}


def test_whoever_was_asked_is_notified_of_the_withdrawal(cast: Cast) -> None:
    ContactPerson.objects.create(institution=cast.adviser.institution, region=cast.region, staff=cast.adviser)
    colleague = make_staff(cast.adviser.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    named, to_all = propose(cast, staff=colleague), propose(cast)

    do(cast.worker, services.withdraw_handover, handover=named)
    assert recipients_of("handover.withdrawn") == [colleague.pk]
    do(cast.worker, services.withdraw_handover, handover=to_all)

    assert cast.adviser.pk in recipients_of("handover.withdrawn")


def test_only_a_worker_of_the_receiver_takes_the_person_on_and_is_notified(cast: Cast) -> None:
    handover = propose(cast)
    colleague = make_staff(cast.adviser.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")

    with pytest.raises(Refused, match="works for the responsible institution"):
        accept(cast.adviser, handover, staff=cast.worker)
    accept(cast.adviser, handover, staff=colleague, reason="From Monday")

    assert lead_of(handover) == colleague.pk
    assert_recorded(handover, "handover.accepted", "From Monday")
    assert recipients_of("handover.accepted") == [colleague.pk]


def test_a_worker_of_another_institution_is_not_asked(cast: Cast) -> None:
    with pytest.raises(Refused, match="works for the institution that is asked"):
        propose(cast, staff=cast.stranger)


def test_a_second_answer_is_a_conflict(cast: Cast) -> None:
    handover = propose(cast)
    accept(cast.adviser, handover)

    with pytest.raises(Conflict):
        do(cast.adviser, services.decline_handover, decision=handover.decision, reason="Too late")

    assert lead_of(handover) == cast.adviser.pk


def test_two_requests_at_once_are_refused(cast: Cast) -> None:
    handover = propose(cast)

    with pytest.raises(Refused, match="already proposed"):
        do(
            cast.worker,
            services.propose_handover,
            case=case_of(handover),
            proposal=proposal(cast.worker, cast.adviser),
        )


def test_without_the_persons_agreement_nothing_is_proposed_and_no_case_stays(cast: Cast) -> None:
    with pytest.raises(Refused, match="Ask the person first"):
        propose(cast, agrees=False)

    assert not Handover.objects.exists()


def test_parallel_support_opens_what_it_needs_for_a_year_and_the_lead_stays(cast: Cast) -> None:
    handover = accept(cast.adviser, propose(cast, direction=Direction.REFERS))

    assert handover.constellation == "1"
    assert powers(handover) == {"SMZ": (Power.LEAD, ALL_BUT_HEALTH), "RAV": (Power.WRITE, LEAST)}
    assert lead_of(handover) == cast.worker.pk
    assert handover.access_until == end_of(months_after(timezone.localdate(), 12))
    assert Course.objects.get(pk=handover.dossier_id).phase == "parallel"
    assert find_drift() == []


def test_parallel_access_ends_at_once_when_the_person_no_longer_agrees(cast: Cast) -> None:
    handover = accept(cast.adviser, propose(cast, direction=Direction.REFERS))

    with pytest.raises(Refused, match="Only institutions that lead"):
        do(cast.adviser, services.end_access, handover=handover, reason="We stop")
    with pytest.raises(Refused, match="reason"):
        do(cast.worker, services.end_access, handover=handover, reason=" ")
    do(cast.worker, services.end_access, handover=handover, reason="The person no longer agrees")

    assert_recorded(handover, "handover.access_ended", "The person no longer agrees")
    assert recipients_of("handover.access_ended") == [cast.adviser.pk]
    assert powers(handover) == {"SMZ": (Power.LEAD, ALL_BUT_HEALTH)}
    assert find_drift() == []
    with pytest.raises(Refused, match="gives no access"):
        do(cast.worker, services.end_access, handover=handover, reason="Again")


def test_a_direct_hand_over_opens_nothing_that_could_be_ended(cast: Cast) -> None:
    handover = accept(cast.adviser, propose(cast))

    with pytest.raises(Refused, match="gives no access"):
        do(cast.adviser, services.end_access, handover=handover, reason="Over")


def test_a_consent_that_names_the_receiver_is_the_basis_and_the_measure(cast: Cast) -> None:
    first = propose(cast, direction=Direction.REFERS)
    do(cast.worker, services.withdraw_handover, handover=first)
    dossier = Dossier.objects.get(pk=first.dossier_id)
    sign(cast.worker, dossier, line(cast.adviser, WORK))

    handover = do(
        cast.worker,
        services.propose_handover,
        case=case_of(first),
        proposal=proposal(cast.worker, cast.adviser, direction=Direction.REFERS, agrees=False),
    )
    handover = accept(cast.adviser, handover)

    assert (handover.basis, handover.categories) == ("consent", LEAST & WORK)
    assert handover.access_until is None  # the consent opens it, and closes it when it is withdrawn
    with pytest.raises(Refused, match="gives no access"):
        do(cast.worker, services.end_access, handover=handover, reason="Over")
    assert not Grant.objects.filter(because="hand_over").exists()
    assert find_drift() == []


def test_the_next_hand_over_goes_on_from_the_new_lead(cast: Cast, coordinator_iv: Appointment) -> None:
    handover = accept(cast.adviser, propose(cast))

    second = do(
        cast.adviser,
        services.propose_handover,
        case=case_of(handover),
        proposal=proposal(cast.adviser, coordinator_iv),
    )
    with pytest.raises(Refused, match="Only institutions that lead"):
        do(cast.worker, services.withdraw_handover, handover=second)
    second = accept(coordinator_iv, second)

    assert lead_of(second) == coordinator_iv.pk
    found = powers(second)
    assert {code: power for code, (power, _mask) in found.items()} == {
        "IV": Power.LEAD,
        "RAV": Power.WRITE,
        "SMZ": Power.WRITE,
    }
    assert find_drift() == []


def let_time_run_out(handover: Handover) -> None:
    now = timezone.now()
    Grant.objects.filter(because_id=handover.pk, institution=handover.sender, valid_until__gt=now).update(
        valid_until=now
    )
    Handover.objects.filter(pk=handover.pk).update(sender_until=now)


def test_when_its_time_is_up_the_sender_no_longer_takes_part(cast: Cast) -> None:
    handover = accept(cast.adviser, propose(cast))
    let_time_run_out(handover)
    job = acting_for_job("a test")

    with acting_as(job):
        assert services.end_overlaps(job) == 1
        assert services.end_overlaps(job) == 0

    part = Participant.objects.get(dossier_id=handover.dossier_id, institution=cast.worker.institution)
    assert part.state == "left"
    assert_recorded(handover, "handover.overlap_ended")
    assert recipients_of("handover.overlap_ended") == sorted([cast.worker.pk, cast.adviser.pk])


def test_a_sender_who_left_before_does_not_leave_again(cast: Cast) -> None:
    handover = accept(cast.adviser, propose(cast))
    let_time_run_out(handover)
    Participant.objects.filter(dossier_id=handover.dossier_id, institution=cast.worker.institution).update(state="left")
    job = acting_for_job("a test")

    with acting_as(job):
        assert services.end_overlaps(job) == 1

    assert not Entry.objects.filter(act="case.participant_left").exists()


def test_smz_iv_1_b_and_2_b_coordinates_wait_without_a_day_and_contacted_is_another_fact(cast: Cast) -> None:
    ContactPerson.objects.create(institution=cast.adviser.institution, region=cast.region, staff=cast.adviser)
    waiting = propose(cast, direction=Direction.REFERS)
    in_days(400)

    waiting.decision.refresh_from_db()
    assert waiting.decision.is_pending
    assert (case_of(waiting).state, Course.objects.get(pk=waiting.dossier_id).phase) == ("notified", "contacted")
    facts = known_facts(waiting.dossier_id)
    assert facts[Fact.COORDINATES_SENT]
    assert Fact.PARTNER_CONTACTED not in facts
    assert_recorded(waiting, "handover.coordinates_sent")
    named = propose(cast, direction=Direction.REFERS, staff=cast.adviser)
    assert Fact.COORDINATES_SENT not in known_facts(named.dossier_id)
    assert_recorded(named, "handover.contacted")


def test_smz_iv_1_b_and_2_b_somebody_will_be_named_is_an_answer_and_parallel_support_begins_with_a_name(
    cast: Cast,
) -> None:
    handover = propose(cast, direction=Direction.REFERS)

    do(cast.adviser, services.announce_naming, decision=handover.decision)

    assert_recorded(handover, "handover.will_be_named")
    assert recipients_of("handover.will_be_named") == [cast.worker.pk]
    assert Course.objects.get(pk=handover.dossier_id).phase == "contacted"
    assert "RAV" not in powers(handover)
    handover = accept(cast.adviser, handover)
    assert handover.naming_at is not None
    assert_recorded(handover, "handover.answered")
    assert (case_of(handover).state, Course.objects.get(pk=handover.dossier_id).phase) == ("active", "parallel")
    with pytest.raises(Refused, match="not yet answered"):
        do(cast.adviser, services.announce_naming, decision=handover.decision)


def test_smz_iv_3_a_direct_hand_over_is_answered_with_yes_or_no(cast: Cast) -> None:
    with pytest.raises(Refused, match="not yet answered"):
        do(cast.adviser, services.announce_naming, decision=propose(cast).decision)


def test_smz_iv_1_a_the_receiving_iv_coordinator_gets_the_register_and_the_question(
    cast: Cast, coordinator_iv: Appointment
) -> None:
    handover = accept(coordinator_iv, propose(cast, coordinator_iv, direction=Direction.REFERS, facts=TO_IV))

    items = WorkItem.objects.filter(dossier_id=handover.dossier_id, state=ItemState.OPEN)
    found = {item.step: item.addressed_id for item in items}
    for step in ("parallel/register_iv", "parallel/ask_iv", "parallel/advisers"):
        assert found[step] == coordinator_iv.institution_id
    assert not found.keys() & {"parallel/register_smz", "parallel/ask_smz"}


def test_smz_iv_4_whoever_stops_closes_the_case_and_sends_nothing(cast: Cast) -> None:
    handover = accept(cast.adviser, propose(cast, direction=Direction.REFERS))
    with pytest.raises(Refused, match="lead"):
        do(cast.adviser, services.stop_without_handover, case=case_of(handover))

    do(cast.worker, services.stop_without_handover, case=case_of(handover))

    assert Handover.objects.count() == 1
    assert (case_of(handover).state, Course.objects.get(pk=handover.dossier_id).phase) == ("closed", "stopped")
    assert (case_of(handover).outcome, case_of(handover).closing_reason) == ("stopped", "other")
    assert Entry.objects.get(act="handover.stopped").dossier_id == handover.dossier_id
    assert not Message.objects.filter(act="handover.stopped").exists()


def test_smz_iv_4_whoever_stops_before_an_answer_tells_nobody_not_even_the_office(cast: Cast) -> None:
    handover = propose(cast, direction=Direction.REFERS)

    do(cast.worker, services.stop_without_handover, case=case_of(handover))

    assert (case_of(handover).state, case_of(handover).outcome) == ("withdrawn", "stopped")
    assert not Message.objects.filter(staff=cast.coordinator).exists()


def test_smz_iv_4_whoever_stops_a_case_notified_to_the_office_tells_the_office(cast: Cast) -> None:
    case = notify(cast)

    do(cast.worker, services.stop_without_handover, case=case)

    assert (Case.objects.get(pk=case.pk).state, Case.objects.get(pk=case.pk).outcome) == ("withdrawn", "stopped")
    assert Message.objects.filter(staff=cast.coordinator, act="case.withdrawn").count() == 1


def test_a_complex_case_is_not_handed_over(cast: Cast) -> None:
    handover = propose(cast)
    do(cast.worker, services.withdraw_handover, handover=handover)
    Case.objects.filter(pk=handover.dossier_id).update(level="complex")

    with pytest.raises(Refused, match="This case is complex"):
        do(
            cast.worker,
            services.propose_handover,
            case=case_of(handover),
            proposal=proposal(cast.worker, cast.adviser),
        )


def test_only_the_leading_institution_proposes(cast: Cast) -> None:
    handover = accept(cast.adviser, propose(cast))

    with pytest.raises(Refused, match="Only institutions that lead"):
        do(
            cast.worker,
            services.propose_handover,
            case=case_of(handover),
            proposal=proposal(cast.worker, cast.stranger),
        )


def test_a_known_number_leads_to_the_same_key(cast: Cast) -> None:
    propose(cast)
    second = do(
        cast.stranger,
        services.propose_for_person,
        of=particulars(cast),
        proposal=proposal(cast.stranger, cast.adviser),
    )

    assert Dossier.objects.get(pk=second.dossier_id).person_id == Dossier.objects.earliest("pk").person_id
