"""Looking up work items."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import Http404

from suone.ground.access.acting import Acting
from suone.ground.access.permissions import Permission
from suone.records.dossiers.models import Dossier, Event
from suone.records.workitems.models import State, WorkItem


def readable_items(acting: Acting) -> QuerySet[WorkItem]:
    """Work items in cases and categories that are open to the acting person."""
    items = WorkItem.objects.readable_by(acting, category_column="category")
    # Particulars are prefetched, not joined: an item remains listed if identity is closed to the reader.
    return items.select_related(
        "dossier", "addressed", "controlling", "assigned", "done_by__institution"
    ).prefetch_related("dossier__particulars")


def readable_item(acting: Acting, dossier_id: int, item_id: int) -> WorkItem:
    """A work item of a case that the acting person may read; raises ``Http404`` for any other."""
    item = readable_items(acting).filter(dossier_id=dossier_id, pk=item_id).first()
    if item is None:
        raise Http404
    return item


def name_items(acting: Acting, events: Iterable[Event]) -> None:
    """Give lines of the timeline the titles that whoever settled the items could not read, for those who may."""
    untitled = {event.object_id or 0 for event in events if event.object_type == "workitem" and not event.text}
    items = {item.pk: item for item in readable_items(acting).filter(pk__in=untitled)} if untitled else {}
    for event in events:
        item = items.get(event.object_id or 0) if event.object_type == "workitem" and not event.text else None
        if item is not None:
            event.text, event.text_language, event.texts = item.title, item.language, item.texts


def items_of(acting: Acting, dossier: Dossier) -> list[WorkItem]:
    """The work items of a case: open ones by deadline, then the ten completed last."""
    of_case = WorkItem.objects.readable_by(acting, category_column="category").filter(dossier=dossier)
    last_done = of_case.filter(state=State.DONE).order_by("-done_at", "-pk").values("pk")[:10]
    items = list(
        of_case.filter(Q(state=State.OPEN) | Q(pk__in=last_done)).select_related(
            "addressed", "controlling", "assigned", "done_by__institution"
        )
    )
    for item in items:
        item.dossier = dossier
    done = [item for item in items if item.done_at is not None and not item.is_open]
    return [
        *sorted((item for item in items if item.is_open), key=lambda item: (item.due_on, item.pk)),
        *sorted(done, key=lambda item: (item.done_at, item.pk), reverse=True),
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """An item set by a step of the procedure, without its content."""

    step: str
    state: str
    asked_at: datetime
    done_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether its item still has to be done."""
        return self.state == State.OPEN


def steps_of(dossier: Dossier) -> list[Step]:
    """The items that the procedure has set so far, oldest first, for actors who may contribute to the case."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM workitems_steps(%s)", [dossier.pk])
        return [Step(*row) for row in cursor.fetchall()]


def items_waiting(acting: Acting, dossier: Dossier, *, awaiting: str) -> list[WorkItem]:
    """The open items of the acting institution in a case that wait for this act or fact."""
    rows = WorkItem.objects.filter(dossier=dossier, addressed_id=acting.institution_id, settled_by=awaiting)
    return list(rows.filter(state=State.OPEN).select_related("dossier").order_by("pk"))


def awaiting(dossier: Dossier, code: str) -> list[WorkItem]:
    """The open items of a case that wait for this act or fact, whosever they are, for actors who may contribute to it.

    Only the columns that the timeline records; an item that the acting person may not read has no title.
    """
    return list(WorkItem.objects.raw("SELECT * FROM workitems_awaiting(%s, %s)", [dossier.pk, str(code)]))


def my_open_items(acting: Acting) -> QuerySet[WorkItem]:
    """Open items assigned to the acting person, and unassigned ones of their institution if they work on cases."""
    whose = Q(assigned_id=acting.staff_id)
    if acting.may(Permission.CASE_WORK):
        whose |= Q(assigned=None, addressed_id=acting.institution_id)
    return readable_items(acting).filter(whose, state=State.OPEN)


def waiting_for_others(acting: Acting) -> QuerySet[WorkItem]:
    """Open items that the acting person set for others."""
    return (
        readable_items(acting)
        .filter(controlling_id=acting.institution_id, asked_by_id=acting.staff_id, state=State.OPEN)
        .exclude(assigned_id=acting.staff_id)
        .exclude(assigned=None, addressed_id=acting.institution_id)
    )
