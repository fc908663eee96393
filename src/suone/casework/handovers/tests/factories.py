"""The smallest hand-over: from the worker's SMZ to the adviser's RAV, for a person without a case."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.loading import FOLDER
from suone.canton.procedures.services import publish
from suone.casework.cases.models import Case
from suone.casework.handovers import services
from suone.casework.handovers.models import Handover
from suone.casework.handovers.placement_requests import keep_placement_request
from suone.casework.handovers.rules import Answers, Direction
from suone.casework.handovers.services import Proposal
from suone.casework.leading.services import Particulars
from suone.casework.leading.tests.factories import do
from suone.ground.access.acting import acting_for_job
from suone.ground.access.database import acting_as
from suone.organisation.appointments.models import Appointment
from suone.records.consents.tests.factories import Cast
from suone.records.documents.models import Document
from suone.records.documents.tests.files import PDF

# What the agreement asks of SMZ when it refers somebody to IV.
TO_IV: dict[Fact, Any] = {
    Fact.IV_CONTACT_KIND: "application",
    Fact.HEALTH_ATTESTED: True,
}
AHV_NUMBER = "756.9217.0769.85"


def publish_handovers() -> None:
    """The canton's procedure for simple and network cases."""
    acting = acting_for_job("a test")
    with acting_as(acting):
        publish(acting, text=(FOLDER / "vs-smz-iv.toml").read_text(), source="vs-smz-iv.toml")


def particulars(cast: Cast, **changes: Any) -> Particulars:
    usual: dict[str, Any] = {
        "ahv_number": AHV_NUMBER,
        "last_name": "Muster",
        "first_name": "Petra",
        "region": cast.region,
    }
    return Particulars(**usual | changes)


def proposal(
    sender: Appointment,
    receiver: Appointment,
    *,
    direction: Direction = Direction.HANDS_OVER,
    **changes: Any,
) -> Proposal:
    usual: dict[str, Any] = {
        "answers": Answers(direction, sender.institution.kind, receiver.institution.kind),
        "receiver": receiver.institution,
        "due_on": timezone.localdate() + timedelta(days=10),
        "agrees": True,
        "message": "Looks for work in sales",
    }
    return Proposal(**usual | changes)


def propose(cast: Cast, to: Appointment | None = None, *, by: Appointment | None = None, **changes: Any) -> Handover:
    """Proposed for a person without a case, by the worker to the adviser unless the test says otherwise."""
    sender, receiver = by or cast.worker, to or cast.adviser
    handover: Handover = do(
        sender,
        services.propose_for_person,
        of=particulars(cast),
        proposal=proposal(sender, receiver, **changes),
    )
    return handover


def accept(by: Appointment, handover: Handover, **changes: Any) -> Handover:
    accepted: Handover = do(by, services.accept_handover, decision=handover.decision, **changes)
    return accepted


def decline(by: Appointment, handover: Handover, reason: str = "Not us") -> None:
    do(by, services.decline_handover, decision=handover.decision, reason=reason)


def keep_request(by: Appointment, case: Case) -> Document:
    """The request for job placement that the person wrote."""
    kept: Document = do(by, keep_placement_request, case=case, name="Gesuch.pdf", data=PDF)
    return kept


def case_of(handover: Handover) -> Case:
    return Case.objects.select_related("dossier").get(pk=handover.dossier_id)
