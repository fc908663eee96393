"""Luzern, joint interview: before it, each institution that takes part contributes the data there are."""

from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.tests.factories import published
from suone.casework.cases import services as cases
from suone.casework.cases.models import Case
from suone.casework.leading import services as leading
from suone.casework.leading.tests.factories import do, notify
from suone.casework.meetings.services import minutes
from suone.casework.meetings.tests.factories import at, convene, invitee
from suone.ground.access.categories import DataCategory
from suone.records.consents.tests.factories import WORK, Cast, line
from suone.records.decisions.models import Decision
from suone.records.workitems.models import State, WorkItem


def prepared(cast: Cast) -> Case:
    """In Luzern, before the joint interview; the adviser's institution takes part too."""
    case = notify(cast, line(cast.adviser, WORK), procedure=published("lu-iiz"))
    today = timezone.localdate()
    for fact in (Fact.OUT_OF_WORK, Fact.VOLUNTARY, Fact.SEVERAL_INVOLVED):
        do(cast.worker, leading.record_fact, case=case, fact=fact, value=True)
    do(cast.worker, leading.record_fact, case=case, fact=Fact.REGISTERED_RAV_ON, value=today)
    do(cast.coordinator, leading.record_fact, case=case, fact=Fact.CONDITIONS_CHECKED_ON, value=today)
    request: Decision = do(
        cast.worker, cases.ask_to_take_part, case=case, institution=cast.adviser.institution, due_on=today,
        question="Can you take part?",
    )  # fmt: skip
    do(cast.adviser, cases.answer_participation, decision=request, accept=True, staff=cast.adviser)
    return case


def states(case: Case) -> dict[str, str]:
    """Of the item for contributions, by institution."""
    items = WorkItem.objects.filter(dossier_id=case.pk, step="preparation/exchange").select_related("addressed")
    return {item.addressed.short_name: item.state for item in items}


def test_luzern_each_invited_institution_has_an_item_that_its_own_contribution_settles(cast: Cast) -> None:
    case = prepared(cast)
    assert states(case) == {}
    meeting = convene(cast, case, cast.worker, cast.adviser, starts_at=at(3))
    worker, adviser = (staff.institution.short_name for staff in (cast.worker, cast.adviser))
    assert states(case) == {worker: State.OPEN, adviser: State.OPEN}

    do(cast.worker, minutes.contribute, meeting=meeting, text="CV is up to date", category=DataCategory.EMPLOYMENT)
    assert states(case) == {worker: State.DONE, adviser: State.OPEN}
    do(cast.adviser, minutes.nothing_to_add, invitee=invitee(meeting, cast.adviser))

    assert states(case) == {worker: State.DONE, adviser: State.DONE}
