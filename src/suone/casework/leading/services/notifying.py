"""Notifying a case, and the exchange between receiving and notifying institution before its triage."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suone.canton.procedures.facts import Fact, Scalar
from suone.canton.procedures.models import ProcedureVersion
from suone.casework.cases.models import Case, Function
from suone.casework.cases.rules import QUESTION_CATEGORY, Level, NoteKind, State, check_first_contact, check_reason
from suone.casework.cases.services import (
    assign,
    join,
    note_education,
    note_question,
    note_risks,
    withdraw_pending_requests,
    write_note,
)
from suone.casework.leading.acts import Act
from suone.casework.leading.queries import notified_on_by, possible_receivers
from suone.casework.leading.services.course import store_fact
from suone.casework.leading.services.levels import record_level_change
from suone.casework.leading.services.procedure import begin_procedure, end_procedure
from suone.casework.leading.services.shared import cancel_open_items, move_to_state
from suone.casework.leading.services.triage import ask_for_triage, check_triages, finish_triage_item
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.organisation.institutions.models import Institution, Region
from suone.organisation.institutions.queries import iiz_office
from suone.records.consents.services import sign_consent
from suone.records.consents.terms import ConsentTerms, ScopeLine
from suone.records.documents.services import keep_document
from suone.records.documents.uploads import Upload
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import receiver_of
from suone.records.dossiers.rules import Birth
from suone.records.dossiers.services import call, lock, open_dossier, record_event
from suone.records.inbox.services import notify_institutions, notify_staff
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import add_work_item, settle_item
from suone.register.server.models import Alert, AlertState
from suone.register.server.services import answer_alert

QUESTION = "question"  # what a work item of a question back is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """The person a new case is about, and its region."""

    last_name: str
    first_name: str
    region: Region
    ahv_number: str = ""
    ahv_missing_reason: str = ""
    date_of_birth: Birth | None = None
    language: str = "de"
    sex: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification(Particulars):
    """What is known when a case is notified. Only the signed consent is required; the rest may follow."""

    terms: ConsentTerms
    scope: Sequence[ScopeLine]
    signature: Upload | None
    question: str = ""
    question_category: DataCategory = QUESTION_CATEGORY
    risk_factors: Sequence[str] = field(default_factory=tuple)
    education: str = ""
    first_contact_on: date | None = None
    counted_for: Institution | None = None  # where the figures count it for another institution than the notifying one
    authority: str = ""  # that appointed the guardian who signed, where it was one
    procedure: ProcedureVersion | None = None  # without one only the state is tracked
    alert: Alert | None = None  # of the register, if it prompted the notification


def notify_case(acting: Acting, *, notification: Notification) -> Case:
    """Notify a case: open the case file, record the signed consent and request its triage.

    It goes to the IIZ office, or to the institution of the kind that the procedure names. Raises ``Refused`` when the consent
    does not name the receiver, is not signed, or the first contact is in the future.
    """
    receiver = _receiver_in(notification)
    check_first_contact(notification.first_contact_on, on=acting.today)
    if notification.signature is None:
        raise Refused(_("Add the signed form as a scan, or let the person sign on the screen."))
    case = _open(
        acting,
        of=notification,
        first_contact_on=notification.first_contact_on,
        counted_for=notification.counted_for,
    )
    dossier = case.dossier
    if not receiver.is_iiz_office:
        call("leading_receive", dossier.pk, receiver.pk)
        dossier.receiver = receiver
    note_question(acting, dossier, notification.question, notification.question_category)
    note_education(acting, dossier, notification.education)
    note_risks(acting, dossier, notification.risk_factors)
    record_event(acting, dossier=dossier, kind=RecordKind.STORE, act=Act.NOTIFIED, recipients=[receiver.pk])
    document = keep_document(
        acting,
        dossier=dossier,
        name=notification.signature.name,
        data=notification.signature.data,
        title=gettext_noop("Signed consent"),
        category=DataCategory.ADMINISTRATIVE,
        is_own_words=False,
    )
    sign_consent(
        acting,
        dossier=dossier,
        terms=notification.terms,
        scope=notification.scope,
        document=document,
        authority=notification.authority,
    )
    if notification.procedure is None:
        ask_for_triage(acting, dossier)
    else:
        begin_procedure(acting, case, notification.procedure)
    notify_institutions(
        acting,
        institution_ids=[receiver.pk],
        act=Act.NOTIFIED,
        dossier=dossier,
        region_id=notification.region.pk,
    )
    if notification.alert is not None:
        answer_alert(acting, alert=notification.alert, state=AlertState.NOTIFIED)
    return case


def _receiver_in(notification: Notification) -> Institution:
    """Return the institution to which the case is notified, as its consent names it; raises ``Refused`` without one."""
    possible = possible_receivers(notification.procedure)
    named = {line.institution.pk for line in notification.scope}
    found = [institution for institution in possible if institution.pk in named]
    if len(found) != 1:
        names = " / ".join(institution.name for institution in possible)
        if not found and possible == [iiz_office()]:
            raise Refused(_("The consent must name the IIZ office: otherwise it cannot receive the notification."))
        raise Refused(
            _(
                "The consent must name the one institution that receives the notification under this procedure: %(names)s."
            )
            % {"names": names or "–"}
        )
    return found[0]


def open_simple_case(
    acting: Acting,
    *,
    of: Particulars,
    procedure: ProcedureVersion | None,
    facts: Mapping[Fact, Scalar],
    remarks: Mapping[Fact, str],
    stated: Collection[Fact] = (),
) -> Case:
    """Open a simple case that two institutions settle between themselves, without notification, triage or access for others.

    ``facts`` (with ``remarks``) are known from the start, so that the procedure sets no work item that is already done;
    ``stated`` are those that the worker typed.
    """
    case = _open(acting, of=of, level=Level.SIMPLE)
    dossier = case.dossier
    record_event(acting, dossier=dossier, kind=RecordKind.STORE, act=Act.OPENED)
    record_level_change(acting, dossier.pk, "", Level.SIMPLE, "")
    for fact, value in facts.items():
        remark = remarks.get(fact, "")
        store_fact(acting, dossier=dossier, fact=fact, value=value, remark=remark, is_stated=fact in stated)
    if procedure is not None:
        begin_procedure(acting, case, procedure)
    return case


def _open(acting: Acting, *, of: Particulars, **fields: object) -> Case:
    """Open the case file, with the acting institution taking part and leading."""
    dossier = open_dossier(
        acting,
        ahv_number=of.ahv_number,
        ahv_missing_reason=of.ahv_missing_reason,
        last_name=of.last_name,
        first_name=of.first_name,
        birth=of.date_of_birth,
        language=of.language,
        sex=of.sex,
    )
    case: Case = Case.objects.create(
        dossier=dossier,
        state_since=acting.today,
        region=of.region,
        notifier_id=acting.own_institution_id,
        notified_by_id=acting.own_staff_id,
        **fields,
    )
    join(acting, dossier=dossier, institution_id=acting.own_institution_id, staff_id=acting.own_staff_id)
    assign(dossier, Function.LEAD, acting.own_staff_id, is_named=False)
    return case


def reject_notification(acting: Acting, *, case: Case, reason: str) -> None:
    """Reject a notified case with a reason, of which whoever notified it, or notified it on, is informed.

    Raises ``Refused`` after its triage.
    """
    check_reason(reason)
    dossier = lock(case.dossier_id)
    check_triages(acting, dossier)
    _end_before_triage(acting, dossier, case, State.REJECTED, reason)
    record_event(acting, dossier=dossier, kind=RecordKind.CHANGE, act=Act.REJECTED, text=reason)
    sender = notified_on_by(dossier)
    informed = [case.notified_by_id, *([sender.pk] if sender else [])]
    notify_staff(acting, staff_ids=informed, act=Act.REJECTED, dossier=dossier)


def withdraw_notification(acting: Acting, *, case: Case, reason: str) -> None:
    """Withdraw a notification before its triage, with a reason; raises ``Refused`` for all but the notifying institution.

    Whoever receives notifications is notified, unless two institutions were to settle the case between themselves: it never heard of that.
    """
    check_reason(reason)
    dossier = lock(case.dossier_id)
    if acting.institution_id != case.notifier_id:
        raise Refused(_("Only the notifying institution can withdraw its notification."))
    if notified_on_by(dossier):
        raise Refused(_("The case has been notified on to the IIZ office, which decides on it: turn to them."))
    _end_before_triage(acting, dossier, case, State.WITHDRAWN, reason)
    record_event(acting, dossier=dossier, kind=RecordKind.CHANGE, act=Act.WITHDRAWN, text=reason)
    if case.level != Level.SIMPLE:
        notify_institutions(acting, institution_ids=[receiver_of(dossier).pk], act=Act.WITHDRAWN, dossier=dossier)


def _end_before_triage(acting: Acting, dossier: Dossier, case: Case, state: State, reason: str) -> None:
    """End a case that was not triaged: nobody need do what was still to be done."""
    move_to_state(acting, Case.objects.get(pk=case.pk), state, reason)
    finish_triage_item(acting, dossier)
    cancel_open_items(acting, dossier, reason=reason)
    withdraw_pending_requests(acting, dossier=dossier)
    end_procedure(acting, case, state, reason=reason)


def ask_notifier(acting: Acting, *, case: Case, question: str, due_on: date) -> WorkItem:
    """Ask whoever notified the case, or notified it on, a question, answered by ``due_on``; the case is then in triage."""
    check_reason(question)
    dossier = lock(case.dossier_id)
    check_triages(acting, dossier)
    case = Case.objects.get(pk=case.pk)
    if case.state == State.NOTIFIED:
        move_to_state(acting, case, State.IN_TRIAGE)
    asked = notified_on_by(dossier) or case.notified_by
    item = add_work_item(
        acting,
        dossier=dossier,
        title=_question_title(dossier),
        is_own_words=False,
        details=question,
        due_on=due_on,
        addressed_id=asked.institution_id,
        assigned=asked,
        about=(QUESTION, dossier.pk),
        settled_by=QUESTION,
    )
    record_event(acting, dossier=dossier, kind=RecordKind.CHANGE, act=Act.QUESTION_ASKED)
    notify_staff(acting, staff_ids=[asked.pk], act=Act.QUESTION_ASKED, dossier=dossier)
    return item


def _question_title(dossier: Dossier) -> str:
    if dossier.receiver_id is None:
        return gettext_noop("Answer the IIZ office's question")
    return gettext_noop("Answer the question about your notification")


def answer_question(acting: Acting, *, item: WorkItem, text: str, category: DataCategory) -> None:
    """Answer the receiver's question with a note; the work item is completed and the person who asked is notified.

    Raises ``Refused`` for another institution, or when the work item is no longer open.
    """
    if acting.institution_id != item.addressed_id:
        raise Refused(_("This question was addressed to %(institution)s.") % {"institution": item.addressed.short_name})
    if not item.is_open:
        raise Refused(_("This work item is no longer open."))
    write_note(acting, dossier=item.dossier, text=text, category=category, kind=NoteKind.NOTE)
    settle_item(acting, item=item)
    notify_staff(acting, staff_ids=[item.asked_by_id], act=Act.QUESTION_ANSWERED, dossier=item.dossier)
