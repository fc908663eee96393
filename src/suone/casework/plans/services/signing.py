"""Submitting a plan for signature, signing, declining, reminding, and making it binding."""

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import Fact
from suone.casework.leading.services import report_fact
from suone.casework.plans import rules
from suone.casework.plans.acts import Act
from suone.casework.plans.models import Entry, Measure, Plan, Signature, SignerName
from suone.casework.plans.queries import taking_part
from suone.casework.plans.rules import EntryKind, Form, Kind, SignatureState, State
from suone.casework.plans.services.shared import (
    SIGNED,
    ask_for_review,
    check_labour_measures_allowed,
    log_plan_act,
    move_to,
    notify_plan_parties,
    plan_locked,
    record_plan_event,
    report_labour_measures,
)
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.records.documents.services import keep_document
from suone.records.documents.uploads import Upload
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power, institutions_with_access
from suone.records.dossiers.services import lock
from suone.records.inbox.services import notify_institutions, notify_staff
from suone.records.representation.services import check_signature
from suone.records.workitems.services import add_work_item, cancel_items_about, close_items_about

_DAYS_TO_SIGN = 14


def put_up_for_signature(acting: Acting, *, plan: Plan) -> None:
    """Ask every participating institution and the person to sign; from now on the text cannot change.

    Raises ``Refused`` as ``rules.check_can_put_up`` says, or when the current phase excludes a measure of the plan.
    """
    plan = plan_locked(acting, plan)
    rules.check_can_move(State(plan.state), State.IN_SIGNING)
    if Measure.objects.filter(plan=plan, is_for_labour_market=True).exists():
        check_labour_measures_allowed(plan)
    parties = taking_part(plan.dossier)
    can_work = institutions_with_access(plan.dossier, power=Power.WRITE)
    rules.check_can_put_up(
        goals=Entry.objects.filter(plan=plan, kind=EntryKind.GOAL).count(),
        measures=Measure.objects.filter(plan=plan).count(),
        closed_to=[party.institution.name for party in parties if party.institution_id not in can_work],
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT plans_put_up(%s)", [plan.pk])
    plan.refresh_from_db(fields=["state", "round", "put_up_on", "put_up_by"])
    for signature in _waiting(plan):
        if signature.institution_id is not None:
            add_work_item(
                acting,
                dossier=plan.dossier,
                title=_("Sign the plan"),
                due_on=acting.today + timedelta(days=_DAYS_TO_SIGN),
                addressed_id=signature.institution_id,
                assigned=signature.staff,
                about=("signature", signature.pk),
                settled_by=SIGNED,
            )
    institutions = [party.institution_id for party in parties]
    record_plan_event(acting, plan, Act.PUT_UP, RecordKind.CHANGE, recipients=institutions)
    notify_institutions(acting, institution_ids=institutions, act=Act.PUT_UP, dossier=plan.dossier)


def withdraw_signing(acting: Acting, *, plan: Plan, reason: str = "") -> None:
    """Withdraw the plan from signature to change it; signatures given so far no longer count."""
    plan = plan_locked(acting, plan)
    _back_to_draft(acting, plan)
    record_plan_event(acting, plan, Act.SIGNING_WITHDRAWN, RecordKind.CHANGE, text=reason)
    notify_plan_parties(acting, plan, Act.SIGNING_WITHDRAWN)


def sign(
    acting: Acting,
    *,
    signature: Signature,
    form: Form,
    signed_on: date,
    signer_name: str = "",
    upload: Upload | None = None,
) -> None:
    """Sign for one's own institution, or record the person's signature; the last signature makes the plan binding.

    ``signer_name`` names whoever signed instead. Raises ``Refused`` as ``rules.check_can_sign`` says, for another
    institution's signature, or one that is not awaited.
    """
    signature = _signature_locked(acting, signature)
    assert signature.plan.put_up_on is not None
    rules.check_can_sign(
        form=form,
        has_file=upload is not None,
        needs_file=signature.institution_id is None,  # staff sign with their log-in
        signed_on=signed_on,
        put_up_on=signature.plan.put_up_on,
        on=acting.today,
    )
    if signature.institution_id is None:
        check_signature(acting, dossier=signature.plan.dossier, on=signed_on, representative=signer_name)
    document = _keep_upload(acting, signature, upload)
    _answer(signature, SignatureState.SIGNED, form=form, signed_on=signed_on, document=document)
    if signer_name.strip():
        SignerName.objects.create(
            signature=signature, dossier_id=signature.dossier_id, name=signer_name.strip(), staff_id=acting.own_staff_id
        )
    close_items_about(acting, dossier=signature.plan.dossier, about=("signature", signature.pk))
    record_plan_event(
        acting, signature.plan, Act.SIGNED, RecordKind.CHANGE, about=("signature", signature.pk), text=signature.party
    )
    _bind_when_signed(acting, signature.plan)


def decline(acting: Acting, *, signature: Signature, reason: str) -> None:
    """Decline to sign with a reason: the plan becomes a draft again and the others are notified."""
    rules.check_reason(reason)
    signature = _signature_locked(acting, signature)
    _answer(signature, SignatureState.DECLINED)
    plan = signature.plan
    _back_to_draft(acting, plan)
    record_plan_event(acting, plan, Act.DECLINED, RecordKind.CHANGE, about=("signature", signature.pk), text=reason)
    notify_plan_parties(acting, plan, Act.DECLINED)


def release_signatures(acting: Acting, *, dossier: Dossier) -> None:
    """Stop waiting for signatures of institutions that have left the case; the plan may become binding.

    An institution that leaves without permission to write in the case leaves this to the daily job.
    """
    dossier = lock(dossier.pk)
    if acting.institution_id and not has_power(acting, dossier, Power.WRITE):
        return
    staying = {None, *(party.institution_id for party in taking_part(dossier))}
    for plan in Plan.objects.filter(dossier=dossier, state=State.IN_SIGNING).select_related("dossier"):
        gone = [signature for signature in _waiting(plan) if signature.institution_id not in staying]
        for signature in gone:
            _release(acting, plan, signature)
        if gone:
            _bind_when_signed(acting, plan)


def remind(acting: Acting, *, plan: Plan) -> None:
    """Remind everybody whose signature is missing; raises ``Refused`` when the plan is not out for signature."""
    plan = plan_locked(acting, plan)
    if plan.state != State.IN_SIGNING:
        raise Refused(_("This plan is not waiting for any signature."))
    for signature in _waiting(plan):
        _remind(acting, plan, signature)


def remind_signers(acting: Acting) -> int:
    """Remind, once, those who have not signed a week after submission, as a daily job; returns how many."""
    count = 0
    plans = Plan.objects.filter(state=State.IN_SIGNING).select_related("dossier")
    for plan in plans:
        release_signatures(acting, dossier=plan.dossier)
    for plan in plans.all():
        assert plan.put_up_on is not None
        for signature in _waiting(plan):
            reminded = signature.reminded_at is not None
            if rules.reminder_due(put_up_on=plan.put_up_on, reminded=reminded, on=acting.today):
                _remind(acting, plan, signature)
                count += 1
    return count


def _release(acting: Acting, plan: Plan, signature: Signature) -> None:
    _answer(signature, SignatureState.RELEASED)
    about = ("signature", signature.pk)
    cancel_items_about(acting, dossier=plan.dossier, about=about)
    record_plan_event(acting, plan, Act.SIGNATURE_RELEASED, RecordKind.CHANGE, about=about, text=signature.party)


def _bind_when_signed(acting: Acting, plan: Plan) -> None:
    if rules.is_binding([SignatureState(state) for state in _states(plan)]):
        _bind(acting, plan)


def _bind(acting: Acting, plan: Plan) -> None:
    """Make the plan binding in place of the previous version."""
    rules.check_can_move(State(plan.state), State.BINDING)
    superseded = list(
        Plan.objects.filter(dossier=plan.dossier, kind=plan.kind, state=State.BINDING).values_list("pk", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT plans_bind(%s)", [plan.pk])
    plan.state = State.BINDING
    for old in superseded:
        close_items_about(acting, dossier=plan.dossier, about=("plan", old))
    record_plan_event(acting, plan, Act.BINDING, RecordKind.CHANGE)
    notify_plan_parties(acting, plan, Act.BINDING)
    ask_for_review(acting, plan, plan.review_on)
    agreement = plan.kind == Kind.TARGET_AGREEMENT
    fact = Fact.TARGET_AGREEMENT_BINDING_ON if agreement else Fact.PLAN_BINDING_ON
    report_fact(acting, dossier=plan.dossier, fact=fact, value=acting.today)
    if Measure.objects.filter(plan=plan, is_for_labour_market=True).exists():
        report_labour_measures(acting, plan)


def _back_to_draft(acting: Acting, plan: Plan) -> None:
    """Return the plan to draft and cancel the requests to sign; this round's signatures no longer count."""
    move_to(plan, State.DRAFT)
    asked = list(Signature.objects.filter(plan=plan, round=plan.round).values_list("pk", flat=True))
    for signature_id in asked:
        cancel_items_about(acting, dossier=plan.dossier, about=("signature", signature_id))


def _answer(signature: Signature, state: SignatureState, **values: Any) -> None:
    """Settle a signature; the database records who did it, and when."""
    Signature.objects.filter(pk=signature.pk).update(state=state, **values)


def _keep_upload(acting: Acting, signature: Signature, upload: Upload | None) -> Any:
    if upload is None:
        return None
    return keep_document(
        acting,
        dossier=signature.plan.dossier,
        name=upload.name,
        data=upload.data,
        title=_("Signature on the plan"),
        category=DataCategory.ADMINISTRATIVE,
    )


def _waiting(plan: Plan) -> list[Signature]:
    waiting = Signature.objects.filter(plan=plan, round=plan.round, state=SignatureState.WAITING)
    return list(waiting.select_related("institution", "staff").order_by("pk"))


def _states(plan: Plan) -> list[str]:
    """Return the current states of all signatures of the round."""
    return list(Signature.objects.filter(plan=plan, round=plan.round).values_list("state", flat=True))


def _remind(acting: Acting, plan: Plan, signature: Signature) -> None:
    Signature.objects.filter(pk=signature.pk).update(reminded_at=timezone.now())
    if signature.institution_id is None or signature.staff_id:
        # Whoever submitted the plan obtains the person's signature.
        staff_ids = [signature.staff_id or plan.put_up_by_id]
        notify_staff(acting, staff_ids=staff_ids, act=Act.REMINDED, dossier=plan.dossier)
    else:
        institution_ids = [signature.institution_id]
        notify_institutions(acting, institution_ids=institution_ids, act=Act.REMINDED, dossier=plan.dossier)
    log_plan_act(acting, plan, Act.REMINDED, RecordKind.CHANGE, ("signature", signature.pk))


def _signature_locked(acting: Acting, signature: Signature) -> Signature:
    """Lock the case and return an awaited signature; raises ``Refused`` when it is not, or for another institution."""
    plan = plan_locked(acting, signature.plan)
    signature = Signature.objects.select_related("institution").get(pk=signature.pk)
    signature.plan = plan
    if plan.state != State.IN_SIGNING or signature.round != plan.round:
        raise Refused(_("This plan is not waiting for any signature."))
    if signature.state != SignatureState.WAITING:
        raise Refused(_("This signature has already been given."))
    if signature.institution_id not in (None, acting.institution_id):
        raise Refused(_("Each institution signs for itself."))
    return signature
