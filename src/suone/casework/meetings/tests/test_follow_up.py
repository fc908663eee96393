"""What follows from finished minutes: plans, services, and services that a meeting completes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do
from suone.casework.meetings.acts import Act
from suone.casework.meetings.models import Entry, Meeting
from suone.casework.meetings.rules import EntryKind, Section
from suone.casework.meetings.services import follow_up, minutes
from suone.casework.meetings.services.minutes import EntryContent
from suone.casework.meetings.tests.factories import convene
from suone.casework.plans.models import Entry as PlanEntry
from suone.casework.plans.models import Measure
from suone.casework.plans.rules import Kind as PlanKind
from suone.casework.support.models import Service
from suone.casework.support.rules import Kind as ServiceKind
from suone.casework.support.services import Order, order_service
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Refused
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry as LogEntry
from suone.organisation.appointments.tests.factories import client_of
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.models import Dossier
from suone.records.workitems.models import WorkItem


def due() -> date:
    return timezone.localdate() + timedelta(days=20)


@kept
def meeting(cast: Cast, case: Case) -> Meeting:
    return convene(cast, case, cast.worker, cast.adviser)


def entry_of(cast: Cast, meeting: Meeting, *, finished: bool = True, **changes: Any) -> Entry:
    """Something decided, in finished minutes unless the test says otherwise."""
    usual: dict[str, Any] = {
        "kind": EntryKind.DECISION,
        "text": "Work training for three months",
        "category": DataCategory.EMPLOYMENT,
        "responsible": cast.adviser.institution,
        "due_on": due(),
    }
    written = do(cast.coordinator, minutes.write_entry, meeting=meeting, content=EntryContent(**usual | changes))
    if finished:
        do(cast.coordinator, minutes.hold_meeting, meeting=meeting, presences={})
        do(cast.coordinator, minutes.finish_minutes, meeting=meeting)
    return Entry.objects.select_related("meeting", "responsible").get(pk=written.pk)


def into_plan(cast: Cast, entry: Entry, section: Section = Section.MEASURE) -> None:
    do(
        cast.coordinator,
        follow_up.write_into_plan,
        entry=entry,
        kind=PlanKind.INTEGRATION_PLAN,
        section=section,
    )


def test_a_decision_becomes_a_measure_of_the_draft(cast: Cast, meeting: Meeting) -> None:
    entry = entry_of(cast, meeting)

    into_plan(cast, entry)

    measure = Measure.objects.get()
    assert (measure.title, measure.until_on) == ("Work training for three months", due())
    assert measure.institution_id == cast.adviser.institution_id
    assert Entry.objects.get(pk=entry.pk).plan_id == measure.plan_id
    assert LogEntry.objects.filter(act=Act.WRITTEN_INTO_PLAN).count() == 1
    with pytest.raises(Refused, match="already been done"):
        into_plan(cast, Entry.objects.select_related("meeting").get(pk=entry.pk))


def test_a_recommendation_becomes_a_goal(cast: Cast, meeting: Meeting) -> None:
    entry = entry_of(cast, meeting, kind=EntryKind.RECOMMENDATION, responsible=None, due_on=None)
    with pytest.raises(Refused, match="somebody responsible"):
        into_plan(cast, entry)

    into_plan(cast, entry, Section.GOAL)

    written = PlanEntry.objects.get()
    assert (written.text, written.kind, written.category) == (entry.text, "goal", DataCategory.EMPLOYMENT)


def test_nothing_follows_from_a_draft_or_from_plain_minutes(cast: Cast, meeting: Meeting) -> None:
    draft = entry_of(cast, meeting, finished=False)
    with pytest.raises(Refused, match="Finish the minutes"):
        into_plan(cast, draft)

    line = entry_of(cast, meeting, kind=EntryKind.MINUTES, responsible=None, due_on=None)
    with pytest.raises(Refused, match="recommendations, decisions and mandates"):
        into_plan(cast, line, Section.GOAL)


def test_a_mandate_becomes_a_service(cast: Cast, meeting: Meeting) -> None:
    entry = entry_of(cast, meeting, kind=EntryKind.MANDATE, text="Is she fit for full time?")

    do(
        cast.coordinator,
        follow_up.order_from_mandate,
        entry=entry,
        kind=ServiceKind.CASE_MANAGEMENT,
        staff=cast.coordinator,
    )

    service = Service.objects.get()
    assert (service.kind, service.staff_id) == (ServiceKind.CASE_MANAGEMENT, cast.coordinator.pk)
    assert Entry.objects.get(pk=entry.pk).service_id == service.pk
    asked = WorkItem.objects.get(pk=entry.work_item_id)  # the service has its own: nobody is asked twice
    assert (asked.state, asked.reason) == ("done", "ordered as a service")
    assert LogEntry.objects.filter(act=Act.ORDERED).count() == 1


def test_a_decision_is_no_mandate(cast: Cast, meeting: Meeting) -> None:
    with pytest.raises(Refused, match="Only a mandate"):
        do(
            cast.coordinator,
            follow_up.order_from_mandate,
            entry=entry_of(cast, meeting),
            kind=ServiceKind.CASE_MANAGEMENT,
            staff=cast.coordinator,
        )


def test_a_round_table_that_was_ordered_is_done_with_its_meeting(cast: Cast, case: Case, meeting: Meeting) -> None:
    order = Order(kind=ServiceKind.ROUND_TABLE, staff=cast.coordinator, question="What now?")
    dossier = Dossier.objects.get(pk=case.pk)
    do(cast.coordinator, order_service, dossier=dossier, order=order)

    do(cast.coordinator, minutes.hold_meeting, meeting=meeting, presences={})

    assert Service.objects.get().state == "completed"


def test_through_the_pages(cast: Cast, meeting: Meeting) -> None:
    entry = entry_of(cast, meeting, kind=EntryKind.MANDATE)
    coordinator, path = client_of(cast.coordinator), f"/meetings/{meeting.pk}/entries/{entry.pk}"
    page = coordinator.get(f"/meetings/{meeting.pk}/").content.decode()
    assert f"{path}/plan" in page
    assert f"{path}/service" in page
    assert f"{path}/plan" not in client_of(cast.adviser).get(f"/meetings/{meeting.pk}/").content.decode()

    planned = coordinator.post(f"{path}/plan", {"kind": "integration_plan", "section": "measure"})
    ordered = coordinator.post(f"{path}/service", {"kind": "case_management", "staff": cast.coordinator.pk})
    again = coordinator.post(f"{path}/plan", {"kind": "integration_plan", "section": "measure"})

    assert (planned.status_code, ordered.status_code, again.status_code) == (302, 302, 422)
    page = coordinator.get(f"/meetings/{meeting.pk}/").content.decode()
    assert "Integration plan" in page
    assert "Case management" in page
