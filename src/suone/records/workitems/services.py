"""Asking somebody to do something by a day, and what becomes of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import RecordKind
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.queries import stands_in_for
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power
from suone.records.dossiers.services import insert_without_returning, record_event
from suone.records.inbox.services import notify_institutions, notify_staff
from suone.records.workitems import rules
from suone.records.workitems.acts import Act
from suone.records.workitems.models import State, WorkItem


def add_work_item(
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
    settled_by: str = "",
) -> WorkItem:
    """Ask an institution of the case to do something by a day; the acting institution follows it up, or another one.

    A title that the product writes (``is_own_words`` false) is kept as in the code: each reader has it in their language.
    With ``settled_by``, the word of a deed, the act settles it alone; where the procedure asks for the same deed already,
    this item takes the place of that one.
    """
    _check_assignment(addressed_id, assigned)
    if settled_by and about[0]:
        taken = _take_over(dossier, settled_by)
        step = step or taken
    item = insert_without_returning(
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
            settled_by=settled_by,
            texts=dict(texts) if texts else None,
        )
    )
    _tell(acting, item, Act.ASKED, RecordKind.STORE, text=title)
    return item


def complete(acting: Acting, *, item: WorkItem, reason: str = "") -> None:
    """Say that it is done: the addressed institution, or the lead in its place, with a reason that reaches it."""
    rules.check_can_complete(
        is_open=item.is_open,
        is_settled_by_act=bool(item.settled_by),
        is_addressed=item.addressed_id == acting.institution_id,
        leads=has_power(acting, item.dossier, Power.LEAD),
        addressed=item.addressed.short_name,
        reason=reason,
    )
    item.state, item.done_at, item.done_by_id, item.reason = State.DONE, timezone.now(), acting.staff_id, reason
    item.save(update_fields=["state", "done_at", "done_by", "reason"])
    _tell(acting, item, Act.DONE, RecordKind.CHANGE, text=_with_reason(item))
    _tell_others(acting, item, Act.DONE)


def reopen(acting: Acting, *, item: WorkItem) -> None:
    """Undo: it is to be done after all."""
    _check_can_change(acting, item)
    item.state, item.done_at, item.done_by_id, item.reason = State.OPEN, None, None, ""
    item.save(update_fields=["state", "done_at", "done_by", "reason"])
    _tell(acting, item, Act.REOPENED, RecordKind.CHANGE, text=item.title)


def cancel(acting: Acting, *, item: WorkItem, reason: str = "") -> None:
    """It need not be done any more; another institution's with a reason that reaches it."""
    rules.check_can_cancel(
        is_open=item.is_open,
        is_settled_by_act=bool(item.settled_by),
        is_addressed=item.addressed_id == acting.institution_id,
        is_controlling=item.controlling_id == acting.institution_id,
        leads=has_power(acting, item.dossier, Power.LEAD),
        addressed=item.addressed.short_name,
        reason=reason,
    )
    item.state, item.done_at, item.reason = State.CANCELLED, None, reason
    item.save(update_fields=["state", "done_at", "reason"])
    _tell(acting, item, Act.CANCELLED, RecordKind.CHANGE, text=_with_reason(item))
    _tell_others(acting, item, Act.CANCELLED)


def reassign(acting: Acting, *, item: WorkItem, staff: Appointment) -> None:
    """Put it into the hands of a colleague of the addressed institution."""
    _check_assignment(item.addressed_id, staff)
    _check_can_change(acting, item)
    _tell(acting, item, Act.ASSIGNED, RecordKind.CHANGE, text=item.title)  # while it is in the hands it was in
    item.assigned = staff
    item.save(update_fields=["assigned"])


def postpone(acting: Acting, *, item: WorkItem, until: date, version: int) -> None:
    """Move the day it is due; raises ``Conflict`` when somebody else changed it meanwhile."""
    if until < acting.today:
        raise Refused(_("Choose a day that is not in the past."))
    _check_can_change(acting, item)
    moved = WorkItem.objects.filter(pk=item.pk, version=version).update(due_on=until, version=version + 1)
    if not moved:
        item.refresh_from_db()
        label = str(_("Due on"))
        raise Conflict(current={label: f"{item.due_on:%d.%m.%Y}"}, submitted={label: f"{until:%d.%m.%Y}"})
    _tell(acting, item, Act.POSTPONED, RecordKind.CHANGE, text=item.title)


def settle_deed(acting: Acting, *, dossier: Dossier, by: str) -> None:
    """The deed is done that these items waited for, outside the steps of a procedure."""
    _settle(acting, dossier, by=by)


def settle_steps(acting: Acting, *, dossier: Dossier, steps: Sequence[str]) -> None:
    """What these steps of the case's procedure waited for is true."""
    if steps:
        _settle(acting, dossier, steps=steps)


def settle_item(acting: Acting, *, item: WorkItem) -> None:
    """The deed is done that this very item waited for."""
    _settle(acting, item.dossier, about=("workitem", item.pk))


def close_items_about(acting: Acting, *, dossier: Dossier, about: tuple[str, int]) -> None:
    """What belonged to this thing is settled with it."""
    _settle(acting, dossier, about=about)


def cancel_items_about(acting: Acting, *, dossier: Dossier, about: tuple[str, int]) -> None:
    """What belonged to this thing need not be done any more."""
    _settle(acting, dossier, about=about, then=State.CANCELLED)


def leave_phase(acting: Acting, *, dossier: Dossier, phase: str) -> None:
    """What a phase of the case's procedure set, and nobody did, need not be done any more."""
    for item in _changed("SELECT * FROM workitems_leave_phase(%s, %s)", [dossier.pk, phase]):
        item.dossier = dossier
        _tell(acting, item, Act.CANCELLED, RecordKind.CHANGE, text=item.title)


def join_step(*, dossier: Dossier, deed: str, step: str) -> bool:
    """Whether an act has asked for this deed already: then its item is the procedure's step too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workitems_join_step(%s, %s, %s)", [dossier.pk, deed, step])
        return cursor.fetchone()[0] is not None


def _settle(
    acting: Acting,
    dossier: Dossier,
    *,
    by: str = "",
    about: tuple[str, int] = ("", 0),
    steps: Sequence[str] = (),
    then: State = State.DONE,
) -> None:
    call = "SELECT * FROM workitems_settle(%s, %s, %s, %s, %s, %s)"
    act = Act.DONE if then is State.DONE else Act.CANCELLED
    for item in _changed(call, [dossier.pk, str(by), *about, list(steps), then.value]):
        item.dossier = dossier
        _tell(acting, item, act, RecordKind.CHANGE, text=item.title)


def _take_over(dossier: Dossier, deed: str) -> str:
    """What the procedure asked for itself is over; the step whose item it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workitems_take_over(%s, %s)", [dossier.pk, deed])
        return str(cursor.fetchone()[0])


def _changed(call: str, arguments: Sequence[Any]) -> list[WorkItem]:
    """The items that a function of the database changed, whatever their category: as much of each as the timeline is told."""
    return list(WorkItem.objects.raw(call, arguments))


def _check_can_change(acting: Acting, item: WorkItem) -> None:
    rules.check_can_change(
        is_open=item.is_open,
        is_settled_by_act=bool(item.settled_by),
        is_addressed=item.addressed_id == acting.institution_id,
        is_controlling=item.controlling_id == acting.institution_id,
        leads=has_power(acting, item.dossier, Power.LEAD),
        addressed=item.addressed.short_name,
    )


def _others(acting: Acting, item: WorkItem) -> list[int]:
    """The addressed institution, where another one speaks for it."""
    return [] if item.addressed_id == acting.institution_id else [item.addressed_id]


def _tell_others(acting: Acting, item: WorkItem, act: Act) -> None:
    """Whoever has it in hand at the addressed institution, else its contact persons."""
    others = _others(acting, item)
    if others and item.assigned_id:
        notify_staff(acting, staff_ids=[item.assigned_id], act=act, dossier=item.dossier)
    elif others:
        notify_institutions(acting, institution_ids=others, act=act, dossier=item.dossier)


def _with_reason(item: WorkItem) -> str:
    return f"{item.title} – {item.reason}" if item.reason else item.title


def _check_assignment(addressed_id: int, assigned: Appointment | None) -> None:
    if assigned is not None and assigned.institution_id != addressed_id:
        raise Refused(_("Choose somebody who works for the institution that does it."))


def _tell(acting: Acting, item: WorkItem, act: Act, kind: RecordKind, *, text: str) -> None:
    record_event(
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
        on_behalf_of=_absent(acting, item),
    )


def _absent(acting: Acting, item: WorkItem) -> int | None:
    """The colleague in whose hands it is, where somebody who stands in for them acts."""
    if acting.staff_id is None or item.assigned_id in (None, acting.staff_id):
        return None
    return item.assigned_id if item.assigned_id in stands_in_for(acting.staff_id, on=acting.today) else None
