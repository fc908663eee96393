"""A step of a procedure costs few statements, however long the case has run."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.tests.factories import changed, published
from suone.casework.cases.models import Case
from suone.casework.leading import services
from suone.casework.leading.tests.factories import do, notify
from suone.ground.access.database import acting_as
from suone.ground.audit.models import Entry
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast
from suone.records.dossiers.models import Event
from suone.records.workitems.models import State, WorkItem


def ready(cast: Cast, case: Case) -> Case:
    """Triaged as complex, with its service and plan: it may go on to the implementation."""
    do(cast.coordinator, services.triage_case, case=case, answers={}, level="complex", reason="seen together")
    do(cast.coordinator, services.report_fact, dossier=case.dossier, fact=Fact.SERVICE_ORDERED)
    do(cast.coordinator, services.report_fact, dossier=case.dossier, fact=Fact.PLAN_BINDING_ON, value=date(2026, 6, 1))
    return case


@pytest.mark.usefixtures("_outcomes_are_registered")
def test_a_step_with_rights_log_timeline_and_work_items_asks_few_times(cast: Cast) -> None:
    case = ready(cast, notify(cast, procedure=published("vs-complex")))
    entries = Entry.objects.count(), Event.objects.count()
    who = acting(cast.coordinator)

    with acting_as(who), CaptureQueriesContext(connection) as asked:
        services.advance_case(who, case=case, to="implementation", reason="the partners follow")

    assert Entry.objects.count() - entries[0] == Event.objects.count() - entries[1] >= 2
    assert WorkItem.objects.filter(dossier_id=case.pk, step__startswith="implementation/", state=State.OPEN).exists()
    assert len(asked) <= 29, "\n".join(query["sql"] for query in asked)


def test_a_procedures_text_is_read_once_in_a_process(cast: Cast) -> None:
    newer = changed("vs-complex", "2026.9")
    case = notify(cast, procedure=newer)

    with CaptureQueriesContext(connection) as asked:
        do(cast.coordinator, services.follow_procedure, dossier=case.dossier)

    assert not [query for query in asked if 'procedureversion"."text' in query["sql"]]
