"""Roles and requirements of a step hold on every way that leads there, and a rest moves what is still to be done."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.tests.factories import changed, published
from suone.casework.cases import services as case_services
from suone.casework.cases.models import Case, Participant, ParticipantState
from suone.casework.cases.rules import State
from suone.casework.leading import services
from suone.casework.leading.facts import facts_of
from suone.casework.leading.models import Course
from suone.casework.leading.services.notifying import ask_notifier
from suone.casework.leading.tests.factories import do, notify
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.organisation.institutions.models import Institution
from suone.records.consents.tests.factories import Cast
from suone.records.decisions.models import Decision
from suone.records.dossiers.models import Event
from suone.records.inbox.models import Message
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import add_work_item

CLOSING = {"outcome": "primary_market", "closing_reason": "goals_reached", "text": "it holds"}
REJECTS = 'needs = []\nroles = ["regional_coordinator", "cantonal_delegate"]'
CLOSES = 'to = "closed"\n'


def triaged(cast: Cast, case: Case, level: str = "complex") -> Case:
    do(cast.coordinator, services.triage_case, case=case, answers={}, level=level, reason="seen together")
    return Case.objects.get(pk=case.pk)


@kept
def supported(cast: Cast) -> Case:
    case = triaged(cast, notify(cast, procedure=published("vs-complex")))
    do(cast.coordinator, services.report_fact, dossier=case.dossier, fact=Fact.SERVICE_ORDERED)
    return case


def test_who_may_close_is_what_the_file_says(cast: Cast) -> None:
    delegate = 'default = true\nroles = ["cantonal_delegate"]\n'
    version = changed("vs-complex", "2027.1", (CLOSES, CLOSES + delegate))
    case = triaged(cast, notify(cast, procedure=version), "network")
    do(cast.coordinator, case_services.name_lead, case=case, staff=cast.coordinator)

    with pytest.raises(Refused, match="This step is for"):
        do(cast.coordinator, services.close_case, case=case, **CLOSING)

    case.refresh_from_db()
    assert (case.state, Course.objects.get(pk=case.pk).phase) == (State.ACTIVE, "network")


def test_who_may_reject_is_what_the_file_says(cast: Cast) -> None:
    delegate = 'needs = []\nroles = ["cantonal_delegate"]'
    case = notify(cast, procedure=changed("vs-complex", "2027.1", (REJECTS, delegate)))

    with pytest.raises(Refused, match="This step is for"):
        do(cast.coordinator, services.reject_notification, case=case, reason="belongs to another canton")

    case.refresh_from_db()
    assert (case.state, Course.objects.get(pk=case.pk).phase) == (State.NOTIFIED, "notification")


def test_a_rejection_needs_what_its_step_needs(cast: Cast) -> None:
    needs = REJECTS.replace("[]", '["triaged"]')
    case = notify(cast, procedure=changed("vs-complex", "2027.1", (REJECTS, needs)))

    with pytest.raises(Refused, match=r"triage|Triage"):
        do(cast.coordinator, services.reject_notification, case=case, reason="too early")


def test_a_rejection_leaves_nothing_to_be_done(cast: Cast) -> None:
    case = notify(cast, procedure=published("vs-complex"))
    due = timezone.localdate() + timedelta(days=5)
    do(cast.coordinator, ask_notifier, case=case, question="Since when?", due_on=due)
    call = {"title": "Call", "due_on": due, "addressed_id": cast.worker.institution_id}
    do(cast.coordinator, add_work_item, dossier=case.dossier, **call)

    do(cast.coordinator, services.reject_notification, case=case, reason="belongs to another canton")

    items = WorkItem.objects.filter(dossier_id=case.pk).values_list("state", "reason")
    assert set(items) == {(ItemState.CANCELLED, "belongs to another canton")}
    assert len(items) == 3


def test_a_withdrawn_notification_leaves_nothing_to_be_done(cast: Cast) -> None:
    case = notify(cast, procedure=published("vs-complex"))

    do(cast.worker, services.withdraw_notification, case=case, reason="found work")

    [item] = WorkItem.objects.filter(dossier_id=case.pk)
    assert (item.state, item.reason) == (ItemState.CANCELLED, "found work")


def test_the_lead_is_named_once_somebody_names_it(cast: Cast, supported: Case) -> None:
    """Whoever notified or triaged the case leads it meanwhile, and nobody has decided that."""
    phase = Course.objects.get(pk=supported.pk).procedure.phase("network")
    who = acting(cast.coordinator)
    with acting_as(who):
        before = facts_of(who, supported, phase)

    do(cast.coordinator, case_services.name_lead, case=supported, staff=cast.coordinator)

    with acting_as(who):
        assert (before[Fact.LEAD_NAMED], facts_of(who, supported, phase)[Fact.LEAD_NAMED]) == (False, True)


def rest(cast: Cast, case: Case, days: int) -> Case:
    """The case has rested for so many days."""
    do(cast.coordinator, services.suspend_case, case=case, reason="in hospital")
    Case.objects.filter(pk=case.pk).update(state_since=timezone.localdate() - timedelta(days=days))
    return Case.objects.get(pk=case.pk)


def workday(day: date) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def test_a_rest_moves_the_deadlines_of_what_is_open(cast: Cast) -> None:
    case = triaged(cast, notify(cast), "simple")
    due = timezone.localdate() + timedelta(days=3)
    call = {"title": "Call", "due_on": due, "addressed_id": cast.worker.institution_id}
    item: WorkItem = do(cast.coordinator, add_work_item, dossier=case.dossier, **call)
    later: WorkItem = do(cast.coordinator, add_work_item, dossier=case.dossier, **call)
    case = rest(cast, case, 20)
    WorkItem.objects.filter(pk=item.pk).update(asked_at=timezone.now() - timedelta(days=40))
    WorkItem.objects.filter(pk=later.pk).update(asked_at=timezone.now() - timedelta(days=7))

    do(cast.coordinator, services.resume_case, case=case)

    item.refresh_from_db()
    later.refresh_from_db()
    assert item.due_on == workday(due + timedelta(days=20))
    assert later.due_on == workday(due + timedelta(days=7))  # it was asked for during the rest
    assert Event.objects.get(dossier=case.dossier, act="case.resumed").text == "Deadlines moved on by 20 days."


def test_a_case_that_rested_no_day_keeps_its_deadlines(cast: Cast, supported: Case) -> None:
    before = list(WorkItem.objects.filter(dossier_id=supported.pk).order_by("pk").values_list("due_on", flat=True))

    do(cast.coordinator, services.resume_case, case=rest(cast, supported, 0))

    after = WorkItem.objects.filter(dossier_id=supported.pk).order_by("pk").values_list("due_on", flat=True)
    assert list(after) == before
    assert Event.objects.get(dossier=supported.dossier, act="case.resumed").text == ""


def test_a_resting_case_that_is_moved_over_still_rests(cast: Cast, supported: Case) -> None:
    newer = changed("vs-complex", "2027.1")
    case = rest(cast, supported, 0)

    do(cast.coordinator, services.move_case_over, case=case, version=newer, phase="implementation", reason="new rules")

    case.refresh_from_db()
    assert (case.state, Course.objects.get(pk=case.pk).version) == (State.SUSPENDED, newer)
    do(cast.coordinator, services.resume_case, case=case)
    case.refresh_from_db()
    assert (case.state, Course.objects.get(pk=case.pk).phase) == (State.ACTIVE, "implementation")


def test_a_resting_case_takes_no_step(cast: Cast, supported: Case) -> None:
    case = rest(cast, supported, 0)

    with pytest.raises(Refused, match="resume it first"):
        do(cast.coordinator, services.advance_case, case=case, to="implementation", reason="why not")

    case.refresh_from_db()
    assert case.state == State.SUSPENDED


def test_a_case_is_not_moved_over_into_an_end(cast: Cast, supported: Case) -> None:
    newer = changed("vs-complex", "2027.1")

    with pytest.raises(Refused, match="Choose the phase in which the case continues"):
        do(cast.coordinator, services.move_case_over, case=supported, version=newer, phase="closed", reason="done")


def asked_by(staff: Appointment, case: Case, institution: Institution) -> Decision:
    decision: Decision = do(
        staff,
        case_services.ask_to_take_part,
        case=case,
        institution=institution,
        due_on=timezone.localdate() + timedelta(days=5),
        question="Can you take part?",
    )
    return decision


@pytest.mark.parametrize("end", ["rejected", "withdrawn", "closed"])
def test_a_request_to_take_part_ends_with_the_case_and_its_institution_is_notified(cast: Cast, end: str) -> None:
    case = notify(cast)
    if end == "closed":
        case = triaged(cast, case)
    decision = asked_by(cast.coordinator if end == "closed" else cast.worker, case, cast.adviser.institution)

    if end == "rejected":
        do(cast.coordinator, services.reject_notification, case=case, reason="not for us")
    elif end == "withdrawn":
        do(cast.worker, services.withdraw_notification, case=case, reason="settled")
    else:
        do(cast.coordinator, services.close_case, case=case, **CLOSING)

    decision.refresh_from_db()
    assert (Case.objects.get(pk=case.pk).state, decision.state) == (end, "withdrawn")
    assert Participant.objects.get(decision=decision).state == ParticipantState.LEFT
    assert Message.objects.filter(staff=cast.adviser, act="decision.withdrawn").count() == 1
    assert not Message.objects.filter(act="decision.withdrawn").exclude(staff=cast.adviser).exists()
