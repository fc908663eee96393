"""Asking somebody to do something by a day, and what becomes of it."""

from collections.abc import Mapping
from datetime import date

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from suone.access.acting import Acting
from suone.access.categories import DataCategory
from suone.access.errors import Conflict, Refused
from suone.appointments.models import Appointment
from suone.audit.models import RecordKind
from suone.dossiers.models import Dossier
from suone.dossiers.services import keep_unread, tell
from suone.workitems.acts import Act
from suone.workitems.models import State, WorkItem

_CANCEL_STEPS = """
UPDATE workitems_workitem SET state = %s, done_at = NULL
WHERE dossier_id = %s AND state = %s AND starts_with(step, %s) RETURNING *
"""


def ask(
    acting: Acting,
    *,
    dossier: Dossier,
    title: str,
    due_on: date,
    addressed_id: int,
    assigned: Appointment | None = None,
    category: DataCategory = DataCategory.ADMINISTRATIVE,
    details: str = "",
    about: tuple[str, int | None] = ("", None),
    is_own_words: bool = True,
    controlling_id: int | None = None,
    step: str = "",
    texts: Mapping[str, str] | None = None,
) -> WorkItem:
    """Ask an institution of the case to do something by a day; the acting institution follows it up, or another one.

    A title that the product writes (``is_own_words`` false) is kept as in the code: each reader has it in their language.
    """
    _check_assignment(addressed_id, assigned)
    item = keep_unread(
        WorkItem(
            dossier=dossier,
            category=category,
            title=title,
            language=(translation.get_language() or "de")[:2] if is_own_words else "",
            details=details,
            due_on=due_on,
            addressed_id=addressed_id,
            controlling_id=controlling_id or acting.institution_id or addressed_id,
            assigned=assigned,
            asked_by_id=acting.staff_id,
            asked_at=timezone.now(),
            about_type=about[0],
            about_id=about[1],
            step=step,
            texts=dict(texts) if texts else None,
        )
    )
    _tell(acting, item, Act.ASKED, RecordKind.STORE, text=title)
    return item


def complete(acting: Acting, *, item: WorkItem) -> None:
    """Say that it is done."""
    if item.state != State.OPEN:
        raise Refused(_("This work item is no longer open."))
    item.state, item.done_at, item.done_by_id = State.DONE, timezone.now(), acting.staff_id
    item.save(update_fields=["state", "done_at", "done_by"])
    _tell(acting, item, Act.DONE, RecordKind.CHANGE, text=item.title)


def reopen(acting: Acting, *, item: WorkItem) -> None:
    """Undo: it is to be done after all."""
    item.state, item.done_at, item.done_by_id = State.OPEN, None, None
    item.save(update_fields=["state", "done_at", "done_by"])
    _tell(acting, item, Act.REOPENED, RecordKind.CHANGE, text=item.title)


def cancel(acting: Acting, *, item: WorkItem) -> None:
    """It need not be done any more."""
    item.state, item.done_at = State.CANCELLED, None
    item.save(update_fields=["state", "done_at"])
    _tell(acting, item, Act.CANCELLED, RecordKind.CHANGE, text=item.title)


def reassign(acting: Acting, *, item: WorkItem, staff: Appointment) -> None:
    """Put it into the hands of a colleague of the addressed institution."""
    _check_assignment(item.addressed_id, staff)
    item.assigned = staff
    item.save(update_fields=["assigned"])
    _tell(acting, item, Act.ASSIGNED, RecordKind.CHANGE, text=item.title)


def postpone(acting: Acting, *, item: WorkItem, until: date, version: int) -> None:
    """Move the day it is due; raises ``Conflict`` when somebody else changed it meanwhile."""
    if until < acting.today:
        raise Refused(_("Choose a day that is not past."))
    moved = WorkItem.objects.filter(pk=item.pk, version=version).update(due_on=until, version=version + 1)
    if not moved:
        item.refresh_from_db()
        label = str(_("Due on"))
        raise Conflict(current={label: f"{item.due_on:%d.%m.%Y}"}, submitted={label: f"{until:%d.%m.%Y}"})
    _tell(acting, item, Act.POSTPONED, RecordKind.CHANGE, text=item.title)


def close_items_about(acting: Acting, *, dossier: Dossier, about: tuple[str, int]) -> None:
    """What belonged to this thing is settled with it."""
    for item in _open_items_about(dossier, about):
        complete(acting, item=item)


def cancel_items_about(acting: Acting, *, dossier: Dossier, about: tuple[str, int]) -> None:
    """What belonged to this thing need not be done any more."""
    for item in _open_items_about(dossier, about):
        cancel(acting, item=item)


def _open_items_about(dossier: Dossier, about: tuple[str, int]) -> list[WorkItem]:
    items = WorkItem.objects.filter(dossier=dossier, about_type=about[0], about_id=about[1], state=State.OPEN)
    return list(items.select_related("dossier"))


def cancel_steps(acting: Acting, *, dossier: Dossier, phase: str) -> None:
    """What a phase of the case's procedure set, and nobody did, need not be done any more."""
    left = WorkItem.objects.raw(_CANCEL_STEPS, [State.CANCELLED, dossier.pk, State.OPEN, f"{phase}/"])
    for item in left:
        item.dossier = dossier
        _tell(acting, item, Act.CANCELLED, RecordKind.CHANGE, text=item.title)


def _check_assignment(addressed_id: int, assigned: Appointment | None) -> None:
    if assigned is not None and assigned.institution_id != addressed_id:
        raise Refused(_("Choose somebody who works for the institution that does it."))


def _tell(acting: Acting, item: WorkItem, act: Act, kind: RecordKind, *, text: str) -> None:
    tell(
        acting,
        dossier=item.dossier,
        kind=kind,
        act=act,
        category=DataCategory(item.category),
        about=("workitem", item.pk),
        text=text,
        text_language=item.language,
        texts=item.texts,
        recipients=[item.addressed_id],
    )
