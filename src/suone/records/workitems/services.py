"""Setting, completing, cancelling and changing work items."""

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
    """Set a work item for an institution of the case; the acting institution controls it, or ``controlling_id``.

    A title from the product (``is_own_words`` false) is stored untranslated, and shown in each reader's language. With
    ``settled_by``, the code of an act or a fact, only that settles the item; an item that the procedure set for the
    same code is replaced. Raises ``Refused`` if ``assigned`` works elsewhere.
    """
    _check_assignment(addressed_id, assigned)
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
    if settled_by and about[0]:
        _take_over(item)
    _record(acting, item, Act.ASKED, RecordKind.STORE, text=title)
    return item


def complete(acting: Acting, *, item: WorkItem, reason: str = "") -> None:
    """Complete an item; a lead of another institution gives a reason, and the addressed institution is notified.

    Raises ``Refused`` if the acting person may not, if an act settles the item, or if somebody else was quicker.
    """
    rules.check_can_complete(
        is_open=item.is_open,
        is_settled_by_act=bool(item.settled_by),
        is_addressed=item.addressed_id == acting.institution_id,
        leads=has_power(acting, item.dossier, Power.LEAD),
        addressed=item.addressed.short_name,
        reason=reason,
    )
    _set_state(item, State.DONE, done_at=timezone.now(), done_by_id=acting.staff_id, reason=reason)
    _record(acting, item, Act.DONE, RecordKind.CHANGE, text=_with_reason(item))
    _notify_addressed(acting, item, Act.DONE)


def reopen(acting: Acting, *, item: WorkItem) -> None:
    """Reopen an item that was completed or cancelled.

    Raises ``Refused`` if the acting person may not, or if the item is open already.
    """
    rules.check_can_reopen(is_open=item.is_open)
    _check_can_change(acting, item)
    _set_state(item, State.OPEN, done_at=None, done_by_id=None, reason="")
    _record(acting, item, Act.REOPENED, RecordKind.CHANGE, text=item.title)


def cancel(acting: Acting, *, item: WorkItem, reason: str = "") -> None:
    """Cancel an item; for one of another institution a reason is needed, and that institution is notified.

    Raises ``Refused`` if the acting person may not, if an act settles the item, or if somebody else was quicker.
    """
    rules.check_can_cancel(
        is_open=item.is_open,
        is_settled_by_act=bool(item.settled_by),
        is_addressed=item.addressed_id == acting.institution_id,
        is_controlling=item.controlling_id == acting.institution_id,
        leads=has_power(acting, item.dossier, Power.LEAD),
        addressed=item.addressed.short_name,
        reason=reason,
    )
    _set_state(item, State.CANCELLED, done_at=None, reason=reason)
    _record(acting, item, Act.CANCELLED, RecordKind.CHANGE, text=_with_reason(item))
    _notify_addressed(acting, item, Act.CANCELLED)


def reassign(acting: Acting, *, item: WorkItem, staff: Appointment, version: int) -> None:
    """Assign an item to a colleague of the addressed institution.

    Raises ``Refused`` for anybody else, and ``Conflict`` if somebody else changed the item meanwhile.
    """
    _check_assignment(item.addressed_id, staff)
    _check_can_change(acting, item)
    if not WorkItem.objects.filter(pk=item.pk, version=version).update(assigned=staff, version=version + 1):
        now = WorkItem.objects.select_related("assigned").get(pk=item.pk).assigned
        raise _conflict(_("Colleague"), now.full_name if now else "–", staff.full_name)
    _record(acting, item, Act.ASSIGNED, RecordKind.CHANGE, text=item.title)  # on behalf of whoever had it before
    item.assigned = staff


def postpone(acting: Acting, *, item: WorkItem, until: date, version: int) -> None:
    """Change the deadline of an item.

    Raises ``Refused`` for a day in the past, and ``Conflict`` if somebody else changed the item meanwhile.
    """
    if until < acting.today:
        raise Refused(_("Choose a day that is not in the past."))
    _check_can_change(acting, item)
    moved = WorkItem.objects.filter(pk=item.pk, version=version).update(due_on=until, version=version + 1)
    if not moved:
        item.refresh_from_db()
        raise _conflict(_("Due on"), f"{item.due_on:%d.%m.%Y}", f"{until:%d.%m.%Y}")
    _record(acting, item, Act.POSTPONED, RecordKind.CHANGE, text=item.title)


def settle_waiting(acting: Acting, *, dossier: Dossier, by: str) -> None:
    """Complete the items that wait for this act or fact (its code), apart from those set by a procedure."""
    _settle(acting, dossier, by=by)


def settle_steps(acting: Acting, *, dossier: Dossier, steps: Sequence[str]) -> None:
    """Complete the items of these steps of the procedure, whose fact has become true."""
    if steps:
        _settle(acting, dossier, steps=steps)


def settle_item(acting: Acting, *, item: WorkItem) -> None:
    """Complete one item whose act is done."""
    _settle(acting, item.dossier, about=("workitem", item.pk))


def close_items_about(acting: Acting, *, dossier: Dossier, about: tuple[str, int]) -> None:
    """Complete the open items about an object, such as a consent: its type and number."""
    _settle(acting, dossier, about=about)


def cancel_items_about(acting: Acting, *, dossier: Dossier, about: tuple[str, int]) -> None:
    """Cancel the open items about an object: its type and number."""
    _settle(acting, dossier, about=about, then=State.CANCELLED)


def open_again(acting: Acting, *, dossier: Dossier, by: str) -> int:
    """Open the items again that this deed had settled and no longer does, and notify whose they are; returns how many."""
    items = _changed("SELECT * FROM workitems_open_again(%s, %s)", [dossier.pk, str(by)])
    for item in items:
        item.dossier = dossier
        _record(acting, item, Act.REOPENED, RecordKind.CHANGE, text=item.title)
        _notify_addressed(acting, item, Act.REOPENED)
    return len(items)


def leave_phase(acting: Acting, *, dossier: Dossier, phase: str) -> None:
    """Cancel the open items of a phase that the case leaves."""
    for item in _changed("SELECT * FROM workitems_leave_phase(%s, %s)", [dossier.pk, phase]):
        item.dossier = dossier
        _record(acting, item, Act.CANCELLED, RecordKind.CHANGE, text=item.title)


def withdraw_steps(acting: Acting, *, dossier: Dossier, steps: Sequence[str]) -> None:
    """Withdraw the open items of these steps of the procedure, whose condition no longer holds, and notify whose they are.

    They may be set anew. What an act has set as well stays open for that act.
    """
    for item in _changed("SELECT * FROM workitems_withdraw(%s, %s)", [dossier.pk, list(steps)]):
        item.dossier = dossier
        _record(acting, item, Act.WITHDRAWN, RecordKind.CHANGE, text=item.title)
        _notify_addressed(acting, item, Act.WITHDRAWN)


def join_step(*, dossier: Dossier, awaited: str, step: str) -> bool:
    """Let an open item that waits for this code count as the procedure's step, too; return whether there was one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workitems_join_step(%s, %s, %s)", [dossier.pk, awaited, step])
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
        _record(acting, item, act, RecordKind.CHANGE, text=item.title)


def _take_over(item: WorkItem) -> None:
    """Replace the item that the procedure set for the same code, and take over its step."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workitems_take_over(%s)", [item.pk])
        item.step = item.step or str(cursor.fetchone()[0])


def _changed(call: str, arguments: Sequence[Any]) -> list[WorkItem]:
    """The items that a database function changed, in any category: only the columns that the timeline records."""
    return list(WorkItem.objects.raw(call, arguments))


def _set_state(item: WorkItem, state: State, **values: Any) -> None:
    """Change the state, unless somebody else has done so since the item was read: the first of two at once counts."""
    moved = WorkItem.objects.filter(pk=item.pk, state=item.state).update(state=state, **values)
    if not moved:
        raise Refused(_("Nothing was saved: somebody else has just changed this work item, or you may only read it."))
    item.state = state
    for name, value in values.items():
        setattr(item, name, value)


def _conflict(label: str, current: str, submitted: str) -> Conflict:
    return Conflict(current={label: current}, submitted={label: submitted})


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
    """The addressed institution, if another one acts for it."""
    return [] if item.addressed_id == acting.institution_id else [item.addressed_id]


def _notify_addressed(acting: Acting, item: WorkItem, act: Act) -> None:
    """Notify the assigned staff member of the addressed institution, or else its contact persons."""
    others = _others(acting, item)
    if others and item.assigned_id:
        notify_staff(acting, staff_ids=[item.assigned_id], act=act, dossier=item.dossier)
    elif others:
        notify_institutions(acting, institution_ids=others, act=act, dossier=item.dossier)


def _with_reason(item: WorkItem) -> str:
    return f"{item.title} – {item.reason}" if item.reason else item.title


def _check_assignment(addressed_id: int, assigned: Appointment | None) -> None:
    if assigned is not None and assigned.institution_id != addressed_id:
        raise Refused(_("Choose somebody who works for the responsible institution."))


def _record(acting: Acting, item: WorkItem, act: Act, kind: RecordKind, *, text: str) -> None:
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
    """The assigned colleague, if the acting person covers their absence."""
    if acting.staff_id is None or item.assigned_id in (None, acting.staff_id):
        return None
    return item.assigned_id if item.assigned_id in stands_in_for(acting.staff_id, on=acting.today) else None
