"""The smallest case: notified by the worker, its consent naming the IIZ office."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from suone.casework.cases import services as case_services
from suone.casework.cases.models import Case
from suone.casework.cases.queries import BackgroundNotes, background_notes
from suone.casework.leading import services
from suone.casework.leading.services import Notification
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.terms import ScopeLine
from suone.records.consents.tests.factories import WORK, Cast, line, terms
from suone.records.decisions.models import Decision
from suone.records.documents.tests.files import PDF
from suone.records.documents.uploads import Upload
from suone.records.dossiers.rules import Birth


def notification(cast: Cast, *scope: ScopeLine, **changes: Any) -> Notification:
    """With the signed consent alone, unless the test says otherwise."""
    usual: dict[str, Any] = {
        "ahv_number": "",
        "ahv_missing_reason": "not yet registered",
        "last_name": "Muster",
        "first_name": "Peter",
        "date_of_birth": Birth(1999, 4, 1),
        "language": "de",
        "region": cast.region,
        "terms": terms(),
        "scope": [line(cast.coordinator, WORK), *scope],
        "signature": Upload("signed.pdf", PDF),
    }
    return Notification(**usual | changes)


def notify(cast: Cast, *scope: ScopeLine, by: Appointment | None = None, **changes: Any) -> Case:
    who = acting(by or cast.worker)
    with acting_as(who):
        return services.notify_case(who, notification=notification(cast, *scope, **changes))


def do(by: Appointment, act: Any, **arguments: Any) -> Any:
    """One service, as this staff member; cases are read anew, as a page would."""
    who = acting(by)
    with acting_as(who):
        return act(who, **arguments)


def activate(cast: Cast, *scope: ScopeLine, level: str = "simple", **changes: Any) -> Case:
    """A case that the office has triaged; the office leads it."""
    case = notify(cast, *scope, **changes)
    reason = "" if level == "simple" else "as the office sees it"
    do(cast.coordinator, services.triage_case, case=case, answers={}, level=level, reason=reason)
    return Case.objects.get(pk=case.pk)


def noted(case: Case) -> BackgroundNotes:
    """The whole background of a case, whoever may read it."""
    return background_notes(acting_for_job("a test"), case.pk)


def ask(cast: Cast, case: Case, whom: Appointment, **changes: Any) -> Decision:
    """An institution asked to take part by the office."""
    usual: dict[str, Any] = {"due_on": timezone.localdate() + timedelta(days=10), "question": "Can you take part?"}
    decision: Decision = do(
        cast.coordinator, case_services.ask_to_take_part, case=case, institution=whom.institution, **usual | changes
    )
    return decision


def close(cast: Cast, case: Case) -> None:
    """The office closes the case, since its goals are reached."""
    do(cast.coordinator, services.close_case, case=case, outcome="primary_market", closing_reason="goals_reached")
