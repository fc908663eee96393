"""Doing the same thing to several work items at once: all or none."""

from collections.abc import Sequence
from datetime import date

from suone.ground.access.acting import Acting
from suone.organisation.appointments.models import Appointment
from suone.records.workitems.models import State, WorkItem
from suone.records.workitems.queries import my_open_items
from suone.records.workitems.services import complete, postpone, reassign


def chosen_items(acting: Acting, ids: Sequence[int]) -> list[WorkItem]:
    """The ticked items that are still mine to do."""
    return list(my_open_items(acting).filter(pk__in=ids, state=State.OPEN).order_by("pk"))


def complete_all(acting: Acting, *, items: Sequence[WorkItem]) -> None:
    """Complete these items; ``Refused`` for one of them undoes all."""
    for item in items:
        complete(acting, item=item)


def postpone_all(acting: Acting, *, items: Sequence[WorkItem], until: date) -> None:
    """Postpone these items to a day; ``Refused`` or ``Conflict`` for one of them undoes all."""
    for item in items:
        postpone(acting, item=item, until=until, version=item.version)


def reassign_all(acting: Acting, *, items: Sequence[WorkItem], staff: Appointment) -> None:
    """Assign these items to a colleague; ``Refused`` or ``Conflict`` for one of them undoes all."""
    for item in items:
        reassign(acting, item=item, staff=staff, version=item.version)
