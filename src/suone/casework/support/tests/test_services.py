"""Ordering, beginning, completing and cancelling services: what is stored, which work items are set, who is notified."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.casework.cases import services as cases
from suone.casework.cases.models import Case
from suone.casework.leading import services as leading
from suone.casework.leading.models import KnownFact
from suone.casework.leading.tests.factories import activate, do, notify
from suone.casework.support import services
from suone.casework.support.models import Service, ServiceText
from suone.casework.support.rules import CoachingOutcome, Kind, Part, State, Variant
from suone.casework.support.tests.factories import order, tandem
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import Entry
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.models import Event
from suone.records.inbox.models import Message
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem


def recipients_of(act: str) -> set[int]:
    return set(Message.objects.filter(act=act).values_list("staff_id", flat=True))


def items(service: Service) -> list[tuple[str, str, int | None]]:
    rows = WorkItem.objects.filter(about_type="service", about_id=service.pk).order_by("pk")
    return list(rows.values_list("title", "state", "assigned_id"))


def latest(case: Case, fact: Fact) -> Any:
    return KnownFact.objects.filter(dossier_id=case.pk, fact=fact).latest("pk").value


def test_an_ordered_service_has_its_question_its_work_item_and_its_facts(cast: Cast, active: Case) -> None:
    service = order(cast, active, Kind.ROUND_TABLE, staff=cast.worker)

    text = ServiceText.objects.get(service=service)
    assert (service.state, service.ordered_on, service.institution_id) == (
        State.ORDERED,
        timezone.localdate(),
        cast.worker.institution_id,
    )
    assert (text.part, text.category, text.text) == (
        Part.QUESTION,
        DataCategory.EMPLOYMENT,
        "Can she work more than 25 per cent?",
    )
    assert items(service) == [("Convene the round table", ItemState.OPEN, cast.worker.pk)]
    assert (latest(active, Fact.SERVICE_ORDERED), latest(active, Fact.SERVICES_RUNNING)) == (True, 1)


def test_a_mandate_and_the_kind_of_coaching_are_facts_that_the_procedure_may_ask(cast: Cast, active: Case) -> None:
    tandem(cast, active)
    order(cast, active, Kind.MEDICAL_MANDATE)

    assert latest(active, Fact.COACHING_KIND) == "tandem"
    assert latest(active, Fact.MEDICAL_MANDATE_GIVEN) is True


def test_an_order_is_logged_recorded_in_the_timeline_and_announced_to_whoever_is_responsible(
    cast: Cast, active: Case
) -> None:
    service = tandem(cast, active)

    entry = Entry.objects.get(act="service.ordered")
    event = Event.objects.get(act="service.ordered")
    assert (entry.object_type, entry.object_id) == ("service", service.pk)
    assert event.text == "Coaching RAV–SMZ"
    assert recipients_of("service.ordered") == {cast.adviser.pk, cast.worker.pk}


@pytest.mark.parametrize(
    "act", ["order_service", "start_service", "complete_service", "cancel_service", "complete_by_meeting"]
)
def test_when_the_log_cannot_be_written_nothing_is_kept(
    cast: Cast, active: Case, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = order(cast, active, Kind.ROUND_TABLE)
    arguments: dict[str, dict[str, Any]] = {
        "order_service": {
            "dossier": active.dossier,
            "order": services.Order(kind=Kind.ASSESSMENT, staff=cast.coordinator, question="Why?"),
        },
        "start_service": {"service": service},
        "complete_service": {"service": service, "result": "done"},
        "cancel_service": {"service": service, "reason": "not needed"},
        "complete_by_meeting": {"dossier": active.dossier, "kind": Kind.ROUND_TABLE, "result": "done"},
    }

    def full_disk(*_args: object, **_kwargs: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(services, "record_event", full_disk)
    with pytest.raises(OSError, match="no space left"):
        do(cast.coordinator, getattr(services, act), **arguments[act])

    assert list(Service.objects.values_list("state", flat=True)) == [State.ORDERED]
    assert ServiceText.objects.count() == 1
    assert items(service) == [("Convene the round table", ItemState.OPEN, cast.coordinator.pk)]


def test_only_those_who_lead_the_case_order(cast: Cast, active: Case) -> None:
    with pytest.raises(Refused, match="ask the lead"):
        order(cast, active, Kind.ROUND_TABLE, by=cast.adviser)

    assert not Service.objects.exists()


def test_a_case_that_waits_for_its_triage_is_given_no_service(cast: Cast) -> None:
    with pytest.raises(Refused, match="triage or resume it"):
        order(cast, notify(cast), Kind.ROUND_TABLE, by=cast.worker)


def test_whoever_answers_for_a_service_takes_part_in_the_case(cast: Cast, active: Case) -> None:
    with pytest.raises(Refused, match="takes part in the case"):
        order(cast, active, Kind.ROUND_TABLE, staff=cast.stranger)


def test_services_combine_and_follow_each_other(cast: Cast, active: Case) -> None:
    first = order(cast, active, Kind.ROUND_TABLE)
    order(cast, active, Kind.ASSESSMENT)
    do(cast.coordinator, services.complete_service, service=first, result="A medical mandate")
    order(cast, active, Kind.ROUND_TABLE)

    assert Service.objects.filter(dossier_id=active.pk).count() == 3
    assert latest(active, Fact.SERVICES_RUNNING) == 2


def test_a_completed_service_has_its_result_and_leaves_nothing_to_do(cast: Cast, active: Case) -> None:
    service = order(cast, active, Kind.ROUND_TABLE)

    do(
        cast.coordinator,
        services.complete_service,
        service=service,
        result="A second job could endanger the first",
        category=DataCategory.EMPLOYMENT,
    )

    service.refresh_from_db()
    assert (service.state, service.ended_on) == (State.COMPLETED, timezone.localdate())
    assert ServiceText.objects.get(part=Part.RESULT).text == "A second job could endanger the first"
    assert items(service) == [("Convene the round table", ItemState.DONE, cast.coordinator.pk)]
    assert Entry.objects.filter(act="service.completed", object_id=service.pk).count() == 1
    assert recipients_of("service.completed") == {cast.worker.pk, cast.adviser.pk}
    assert latest(active, Fact.SERVICES_RUNNING) == 0


def test_whoever_completes_second_sees_both_results(cast: Cast, active: Case) -> None:
    service = order(cast, active, Kind.ROUND_TABLE)
    do(cast.coordinator, services.complete_service, service=service, result="First")

    with pytest.raises(Conflict) as conflict:
        do(cast.coordinator, services.complete_service, service=service, result="Second")

    assert conflict.value.current == {"Result": "First"}
    assert conflict.value.submitted == {"Result": "Second"}


def test_a_partner_closes_the_service_it_answers_for_and_no_other(cast: Cast, active: Case) -> None:
    own, foreign = tandem(cast, active), order(cast, active, Kind.ROUND_TABLE)

    with pytest.raises(Refused, match="ask the lead"):
        do(cast.adviser, services.complete_service, service=foreign, result="done")
    do(cast.adviser, services.start_service, service=own)
    do(cast.adviser, services.complete_service, service=own, result="Works again", outcome="reintegrated")

    own.refresh_from_db()
    assert (own.state, own.started_on, own.outcome) == (
        State.COMPLETED,
        timezone.localdate(),
        CoachingOutcome.REINTEGRATED,
    )
    assert latest(active, Fact.COACHING_CLOSED_ON) == timezone.localdate().isoformat()


def test_a_tandem_draws_up_its_plan_and_goes_to_the_intervision(cast: Cast, active: Case) -> None:
    service = tandem(cast, active)

    assert [title for title, _state, _assigned in items(service)] == [
        "Draw up the integration plan in the tandem",
        "Bring the tandem to the intervision",
    ]


def test_a_case_management_begins_with_its_case_manager(cast: Cast, active: Case) -> None:
    service = order(cast, active, Kind.CASE_MANAGEMENT)
    assert [title for title, *_rest in items(service)] == ["Name the case manager"]

    with pytest.raises(Refused, match="Name the case manager first"):
        do(cast.coordinator, services.start_service, service=service)
    do(cast.coordinator, cases.name_case_manager, case=active, staff=cast.adviser)
    do(cast.coordinator, services.start_service, service=service)

    service.refresh_from_db()
    assert (service.state, service.staff, service.institution) == (
        State.RUNNING,
        cast.adviser,
        cast.adviser.institution,
    )
    assert items(service) == [
        ("Name the case manager", ItemState.DONE, cast.coordinator.pk),
        ("Draw up the integration plan with the institutions", ItemState.OPEN, cast.adviser.pk),
    ]
    assert cast.adviser.pk in recipients_of("service.started")


def test_a_case_with_its_case_manager_need_not_name_one(cast: Cast, active: Case) -> None:
    do(cast.coordinator, cases.name_case_manager, case=active, staff=cast.adviser)

    assert items(order(cast, active, Kind.CASE_MANAGEMENT, staff=cast.adviser)) == []


def test_a_case_has_one_case_management_at_a_time(cast: Cast, active: Case) -> None:
    order(cast, active, Kind.CASE_MANAGEMENT)

    with pytest.raises(Refused, match="already has case management"):
        order(cast, active, Kind.CASE_MANAGEMENT)


def test_a_cancelled_service_says_why_and_withdraws_what_it_set(cast: Cast, active: Case) -> None:
    service = order(cast, active, Kind.ROUND_TABLE, staff=cast.worker)

    do(cast.coordinator, services.cancel_service, service=service, reason="The person moves away")

    service.refresh_from_db()
    assert (service.state, service.ended_on) == (State.CANCELLED, timezone.localdate())
    assert ServiceText.objects.get(part=Part.REASON).text == "The person moves away"
    assert items(service) == [("Convene the round table", ItemState.CANCELLED, cast.worker.pk)]
    assert Event.objects.get(act="service.cancelled").text == "The person moves away"
    assert recipients_of("service.cancelled") == {cast.worker.pk}
    with pytest.raises(Refused, match="cannot become"):
        do(cast.coordinator, services.start_service, service=service)


def test_a_meeting_completes_the_oldest_service_of_its_kind(cast: Cast, active: Case) -> None:
    first, second = order(cast, active, Kind.ROUND_TABLE), order(cast, active, Kind.ROUND_TABLE)

    done = do(
        cast.coordinator,
        services.complete_by_meeting,
        dossier=active.dossier,
        kind=Kind.ROUND_TABLE,
        result="A medical mandate is ordered",
    )

    states = dict(Service.objects.values_list("pk", "state"))
    assert done == first
    assert states == {first.pk: State.COMPLETED, second.pk: State.ORDERED}


def test_a_meeting_without_an_ordered_service_completes_none(cast: Cast, active: Case) -> None:
    order(cast, active, Kind.CASE_MANAGEMENT)

    for kind in (Kind.ROUND_TABLE, Kind.CASE_MANAGEMENT):
        assert do(cast.coordinator, services.complete_by_meeting, dossier=active.dossier, kind=kind) is None


def test_the_database_refuses_a_coaching_completed_without_its_outcome(cast: Cast, active: Case) -> None:
    coaching = tandem(cast, active)

    with pytest.raises(IntegrityError, match="service_completed_coaching_has_an_outcome"), transaction.atomic():
        Service.objects.filter(pk=coaching.pk).update(state=State.COMPLETED, ended_on=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("service_coaching_has_a_variant", {"variant": Variant.INTENSIVE}),
        ("service_coaching_of_two_institutions", {"kind": Kind.COACHING, "variant": Variant.INTENSIVE}),
        ("service_ended_on_and_state_together", {"state": State.CANCELLED}),
        ("service_ended_on_and_state_together", {"ended_on": date(2026, 1, 1)}),
        ("service_completed_coaching_has_an_outcome", {"outcome": CoachingOutcome.REINTEGRATED}),
        ("service_mandate_says_until_when_it_is_open", {"kind": Kind.MEDICAL_MANDATE}),
        ("service_mandate_says_until_when_it_is_open", {"access_until": datetime(2999, 1, 1, tzinfo=UTC)}),
    ],
)
def test_the_database_refuses_a_service_that_cannot_be(
    cast: Cast, active: Case, constraint: str, changes: dict[str, Any]
) -> None:
    service = order(cast, active, Kind.ROUND_TABLE)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Service.objects.filter(pk=service.pk).update(**changes)


def test_the_database_refuses_a_second_case_management(cast: Cast, active: Case) -> None:
    order(cast, active, Kind.CASE_MANAGEMENT)
    other = order(cast, active, Kind.ROUND_TABLE)

    with pytest.raises(IntegrityError, match="service_one_case_management_at_a_time"), transaction.atomic():
        Service.objects.filter(pk=other.pk).update(kind=Kind.CASE_MANAGEMENT)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("service_text_findings_in_health", {"part": Part.FINDINGS}),
        ("service_text_consequences_under_employment", {"part": Part.CONSEQUENCES, "category": DataCategory.FINANCES}),
        ("service_text_capacity_is_a_consequence", {"capacity_percent": 50}),
        ("service_text_capacity_is_a_consequence", {"part": Part.CONSEQUENCES, "capacity_percent": 101}),
    ],
)
def test_the_database_refuses_a_text_in_the_wrong_compartment(
    cast: Cast, active: Case, constraint: str, changes: dict[str, Any]
) -> None:
    service = order(cast, active, Kind.ROUND_TABLE)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ServiceText.objects.filter(service=service).update(**changes)


def test_each_part_is_written_once(cast: Cast, active: Case) -> None:
    text = ServiceText.objects.get(service=order(cast, active, Kind.ROUND_TABLE))
    text.pk = None

    with pytest.raises(IntegrityError, match="service_text_once_for_each_part"), transaction.atomic():
        text.save(force_insert=True)


def test_an_ordered_service_opens_the_way_of_the_procedure(cast: Cast) -> None:
    from suone.canton.procedures.tests.factories import published

    case = activate(cast, procedure=published("vs-complex"))
    do(cast.coordinator, leading.triage_case, case=case, answers={}, level="complex", reason="seen together")

    order(cast, case, Kind.ROUND_TABLE)

    item = WorkItem.objects.get(dossier_id=case.pk, step="support/order_service")
    assert item.state == ItemState.DONE
