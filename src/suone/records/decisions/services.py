"""Request, reminder, answer with its reason, or expiry."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.queries import with_stand_ins
from suone.records.decisions import rules
from suone.records.decisions.acts import Act
from suone.records.decisions.models import Decision, RequestText, kind_of, kinds_that_wait
from suone.records.decisions.queries import staff_who_may_answer
from suone.records.decisions.rules import State
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.services import start_of
from suone.records.inbox.services import notify_institutions, notify_staff


def ask_decision(
    acting: Acting,
    *,
    dossier: Dossier,
    kind: str,
    addressed_id: int,
    due_on: date,
    addressed_staff_id: int | None = None,
    question: str = "",
    region_id: int | None = None,
) -> Decision:
    """Ask an institution, or one named person there, for a decision by a day, and notify whoever may answer.

    Without a named person, the contact persons of ``region_id`` are notified; deputies of absent staff are notified as
    well and may answer. Raises ``Refused`` for a day in the past.
    """
    if due_on < acting.today:
        raise Refused(_("Choose a day that is not in the past."))
    decision = Decision.objects.create(
        dossier=dossier,
        case_number=dossier.number,
        kind=kind,
        asked_institution_id=acting.own_institution_id,
        asked_by_id=acting.staff_id,
        addressed_id=addressed_id,
        addressed_staff_id=addressed_staff_id,
        due_on=due_on,
        remind_on=rules.reminder_day(acting.today, due_on),
    )
    _write(acting, decision, RequestText.Part.QUESTION, question)
    _log(acting, decision, Act.ASKED)
    _notify_addressed(acting, decision, Act.ASKED, region_id)
    return decision


def answer(acting: Acting, *, decision: Decision, accept: bool, reason: str = "") -> Decision:
    """Accept a request, or decline it with a reason; the first answer counts.

    Raises ``Refused`` without a reason for declining or for staff who may not answer, and ``Conflict`` with both answers
    if somebody else answered first.
    """
    if not accept and not reason.strip():
        raise Refused(_("Give the reason for declining: it helps those who asked to find another way."))
    rules.check_may_answer(acting.staff_id, staff_who_may_answer(decision, on=acting.today))
    then = State.ACCEPTED if accept else State.DECLINED
    # Locked before the reason is written, so that a second answer leaves no text behind.
    is_first = Decision.objects.filter(pk=decision.pk, state=State.PENDING).select_for_update().first() is not None
    if is_first:
        _write(acting, decision, RequestText.Part.REASON, reason)
    if not is_first or not _move(acting, decision, then):
        decision.refresh_from_db()
        answer_label, reason_label = str(_("Your answer")), str(_("Reason"))
        raise Conflict(
            current={answer_label: str(State(decision.state).label), reason_label: decision.reason},
            submitted={answer_label: str(then.label), reason_label: reason},
            about=decision,
        )
    _notify_requester(acting, decision, _ACT_OF[then])
    return decision


def withdraw(acting: Acting, *, decision: Decision) -> None:
    """Withdraw a pending request that is no longer needed; raises ``Refused`` if it is not pending any more."""
    if not _move(acting, decision, State.WITHDRAWN):
        raise Refused(_("This request has already been answered, or its day is past."))


def remind(acting: Acting, *, decision: Decision) -> None:
    """Send a reminder of a pending request, at most once a day; raises ``Refused`` otherwise."""
    if decision.state != State.PENDING:
        raise Refused(_("This request has already been answered, or its day is past."))
    if decision.reminded_at and timezone.localdate(decision.reminded_at) == acting.today:
        raise Refused(_("They were reminded today already: call them, or wait until tomorrow."))
    _remind(acting, decision)


def remind_and_expire(acting: Acting) -> tuple[list[Decision], list[Decision]]:
    """Send due reminders, expire overdue requests and notify deputies from today on, as a job.

    Returns the requests reminded of and those expired.
    """
    pending = Decision.objects.filter(state=State.PENDING)
    reminded = list(pending.filter(reminded_at=None, remind_on__lte=acting.today, due_on__gte=acting.today))
    for decision in reminded:
        _remind(acting, decision)
    expired = []
    for decision in pending.filter(due_on__lt=acting.today).exclude(kind__in=kinds_that_wait()):
        if not _move(acting, decision, State.EXPIRED):
            continue  # somebody answered in the meantime
        expired.append(decision)
        _notify_requester(acting, decision, Act.EXPIRED)
        kind_of(decision).expired(acting, decision)
    for decision in pending.filter(
        addressed_staff__absences__first_day=acting.today, asked_at__lt=start_of(acting.today)
    ):
        _notify_addressed(acting, decision, Act.STANDS_IN, None)
    return reminded, expired


def _remind(acting: Acting, decision: Decision) -> None:
    Decision.objects.filter(pk=decision.pk).update(reminded_at=timezone.now())
    _log(acting, decision, Act.REMINDED)
    _notify_addressed(acting, decision, Act.REMINDED, None)


def _write(acting: Acting, decision: Decision, part: RequestText.Part, text: str) -> None:
    if text.strip():
        RequestText.objects.create(
            dossier_id=decision.dossier_id,
            decision=decision,
            part=part,
            text=text,
            staff_id=acting.own_staff_id,
            institution_id=acting.own_institution_id,
        )


def _move(acting: Acting, decision: Decision, then: State) -> bool:
    """Make a transition of a pending request; whether this was the first one."""
    moved = Decision.objects.filter(pk=decision.pk, state=State.PENDING).update(
        state=then, answered_at=timezone.now(), answered_by_id=acting.staff_id
    )
    decision.refresh_from_db()
    if moved:
        _log(acting, decision, _ACT_OF[then])
    return bool(moved)


_ACT_OF = {
    State.ACCEPTED: Act.ACCEPTED,
    State.DECLINED: Act.DECLINED,
    State.EXPIRED: Act.EXPIRED,
    State.WITHDRAWN: Act.WITHDRAWN,
}


_ANSWERS = (Act.ACCEPTED, Act.DECLINED)


def _absent(acting: Acting, decision: Decision) -> int | None:
    """The colleague who was asked, if somebody else answers for them."""
    return decision.addressed_staff_id if decision.addressed_staff_id != acting.staff_id else None


def _case_of(decision: Decision) -> Dossier:
    """The case by number only: the addressee may not be able to open it."""
    return Dossier(pk=decision.dossier_id, number=decision.case_number)


def _log(acting: Acting, decision: Decision, act: Act) -> None:
    """Record the act in the log only: the package that asked records its meaning on the timeline."""
    record(
        acting,
        kind=RecordKind.CHANGE,
        act=act,
        dossier_id=decision.dossier_id,
        about=("decision", decision.pk),
        recipients=[decision.addressed_id],
        on_behalf_of=_absent(acting, decision) if act in _ANSWERS else None,
    )


def _notify_requester(acting: Acting, decision: Decision, act: Act) -> None:
    """Notify the requester or their deputy, and whom the kind of request names."""
    asked = with_stand_ins([decision.asked_by_id] if decision.asked_by_id else [], on=acting.today)
    concerned = kind_of(decision).concerned(decision)
    notify_staff(acting, staff_ids=[*asked, *concerned], act=act, dossier=_case_of(decision))


def _notify_addressed(acting: Acting, decision: Decision, act: Act, region_id: int | None) -> None:
    if decision.addressed_staff_id:
        answering = staff_who_may_answer(decision, on=acting.today)
        notify_staff(acting, staff_ids=answering, act=act, dossier=_case_of(decision))
    else:
        notify_institutions(
            acting, institution_ids=[decision.addressed_id], act=act, dossier=_case_of(decision), region_id=region_id
        )
