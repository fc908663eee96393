"""What people do with a case, from its notification to its closing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suone.canton.instruments.loading import instrument
from suone.canton.instruments.rules import Proposal, evaluate
from suone.canton.procedures.acts import Act as ProcedureAct
from suone.canton.procedures.facts import Fact, Scalar, Source, word
from suone.canton.procedures.models import Course, ProcedureVersion
from suone.canton.procedures.queries import course_of
from suone.canton.procedures.rules import Phase
from suone.canton.procedures.services import (
    Party,
    been_in,
    begin,
    enter,
    every_fact,
    move,
    move_over,
    note_fact,
    settle,
    way_to,
)
from suone.casework.cases import rules
from suone.casework.cases.acts import Act
from suone.casework.cases.facts import facts_of
from suone.casework.cases.models import (
    Assignment,
    Background,
    Case,
    Draft,
    Function,
    LevelChange,
    Note,
    Participant,
    Taking,
    Triage,
)
from suone.casework.cases.queries import noted_in
from suone.casework.cases.rules import OPEN_STATES, ClosingReason, State
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, Region
from suone.organisation.institutions.queries import iiz_office
from suone.records.consents.services import end_consents, sign_consent
from suone.records.consents.terms import ScopeLine, Terms
from suone.records.decisions.models import Decision
from suone.records.decisions.services import answer, ask_decision
from suone.records.decisions.services import withdraw as withdraw_decision
from suone.records.documents.services import keep_document
from suone.records.documents.uploads import Upload
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import HasPower, has_power, particulars_of
from suone.records.dossiers.rules import Birth
from suone.records.dossiers.services import correct_particulars, keep_unread, lock, open_dossier, tell
from suone.records.inbox.services import tell_institutions, tell_staff
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import (
    ask,
    cancel,
    cancel_items_about,
    close_items_about,
    settle_deed,
    settle_item,
)
from suone.register.server.models import Alert, AlertState
from suone.register.server.services import answer_alert

TRIAGE_INSTRUMENT = "level-triage"
PARTICIPATION = "participation"  # the kind of request
QUESTION = "question"  # what a work item of a question back is about
_TRIAGE_DAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """Whom a new case is about, and where."""

    last_name: str
    first_name: str
    region: Region
    ahv_number: str = ""
    ahv_missing_reason: str = ""
    date_of_birth: Birth | None = None
    language: str = "de"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification(Particulars):
    """What is known when a case is notified; with the signed consent alone, everything else may follow."""

    terms: Terms
    scope: Sequence[ScopeLine]
    signature: Upload | None
    question: str = ""
    question_category: DataCategory = rules.QUESTION_CATEGORY
    risk_factors: Sequence[str] = field(default_factory=tuple)
    first_contact_on: date | None = None
    authority: str = ""  # that appointed the guardian who signed, where it was one
    procedure: ProcedureVersion | None = None  # without one the case goes by its machine states alone
    alert: Alert | None = None  # of the register, where it gave the occasion


def notify_case(acting: Acting, *, notification: Notification) -> Case:
    """Notify a case to the IIZ office: person, case file, signed consent, and a work item to triage it."""
    office = iiz_office()
    rules.check_first_contact(notification.first_contact_on, on=acting.today)
    if office.pk not in {line.institution.pk for line in notification.scope}:
        raise Refused(_("The consent must name the IIZ office: otherwise it cannot receive the notification."))
    if notification.signature is None:
        raise Refused(_("Add the signed form as a scan, or let the person sign on the screen."))
    case = _open(acting, of=notification, first_contact_on=notification.first_contact_on)
    dossier = case.dossier
    _note_question(acting, dossier, notification.question, notification.question_category)
    _note_risks(acting, dossier, notification.risk_factors)
    tell(acting, dossier=dossier, kind=RecordKind.STORE, act=Act.NOTIFIED, recipients=[office.pk])
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
        _ask_for_triage(acting, dossier)
    else:
        _begin(acting, case, notification.procedure)
    tell_institutions(
        acting,
        institution_ids=[office.pk],
        act=Act.NOTIFIED,
        dossier=dossier,
        region_id=notification.region.pk,
    )
    if notification.alert is not None:
        answer_alert(acting, alert=notification.alert, state=AlertState.NOTIFIED)
    return case


def open_simple_case(
    acting: Acting,
    *,
    of: Particulars,
    procedure: ProcedureVersion | None,
    facts: Mapping[Fact, Scalar],
    remarks: Mapping[Fact, str],
) -> Case:
    """Open a case that two institutions settle between themselves: no notification, no triage, nothing opened to others.

    ``facts`` are what is known from the start, with ``remarks`` to some, so that the procedure sets nothing that is
    done already.
    """
    case = _open(acting, of=of, level=rules.Level.SIMPLE)
    dossier = case.dossier
    tell(acting, dossier=dossier, kind=RecordKind.STORE, act=Act.OPENED)
    _keep_level(acting, dossier.pk, "", rules.Level.SIMPLE, "")
    for fact, value in facts.items():
        note_fact(acting, dossier=dossier, fact=fact, value=value, remark=remarks.get(fact, ""))
    if procedure is not None:
        _begin(acting, case, procedure)
    return case


def _open(acting: Acting, *, of: Particulars, **fields: object) -> Case:
    """The case file about a person, with its own institution taking part and leading."""
    dossier = open_dossier(
        acting,
        ahv_number=of.ahv_number,
        ahv_missing_reason=of.ahv_missing_reason,
        last_name=of.last_name,
        first_name=of.first_name,
        birth=of.date_of_birth,
        language=of.language,
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
    _assign(dossier, Function.LEAD, acting.own_staff_id)
    return case


def join(acting: Acting, *, dossier: Dossier, institution_id: int, staff_id: int) -> Participant:
    """An institution takes part from now on, with somebody who follows the case there, asked before or not."""
    Participant.objects.filter(
        dossier=dossier, institution_id=institution_id, state__in=[Taking.ASKED, Taking.TAKING_PART]
    ).update(state=Taking.TAKING_PART, staff_id=staff_id, since=acting.today)
    participant, _new = Participant.objects.get_or_create(
        dossier=dossier,
        institution_id=institution_id,
        state=Taking.TAKING_PART,
        defaults={"staff_id": staff_id, "since": acting.today},
    )
    return participant


def propose_level(answers: Mapping[str, str]) -> Proposal:
    """What the triage instrument proposes for these answers."""
    return evaluate(instrument(TRIAGE_INSTRUMENT), answers)


def triage_case(acting: Acting, *, case: Case, answers: Mapping[str, str], level: str, reason: str) -> Triage:
    """Decide the level; the instrument proposes, a person decides and gives a reason when deciding otherwise.

    Afterwards the case is active, led by whoever triaged it, until somebody else is named.
    """
    dossier = lock(case.dossier_id)
    case = Case.objects.get(pk=case.pk)
    if level not in rules.Level.values:
        raise Refused(_("Choose one of the three levels."))
    proposal = propose_level(answers)
    if level != proposal.band:
        rules.check_reason(reason)
    triage = Triage.objects.create(
        dossier=dossier,
        instrument=proposal.identifier,
        instrument_version=proposal.version,
        answers=dict(answers),
        proposal=proposal.as_json(),
        level=level,
        reason=reason,
        decided_by_id=acting.own_staff_id,
    )
    if level != case.level:
        _set_level(acting, case, level, reason)
    if case.state in (State.NOTIFIED, State.IN_TRIAGE):
        _assign(dossier, Function.LEAD, acting.own_staff_id)
        _finish_triage_item(acting, dossier)
        if course_of(dossier.pk) is None:
            _move(acting, case, State.ACTIVE)
    tell(
        acting,
        dossier=dossier,
        kind=RecordKind.CHANGE,
        act=Act.TRIAGED,
        about=("triage", triage.pk),
        text=reason,
        details={"level": level, "proposed": proposal.band},
    )
    tell_everybody(acting, dossier, Act.TRIAGED)
    reached(acting, dossier=dossier, fact=Fact.TRIAGED_ON, value=acting.today)
    return triage


def reject_notification(acting: Acting, *, case: Case, reason: str) -> None:
    """The office does not take the case, and says why."""
    rules.check_reason(reason)
    dossier = lock(case.dossier_id)
    _move(acting, Case.objects.get(pk=case.pk), State.REJECTED, reason)
    _finish_triage_item(acting, dossier)
    _follow(acting, case, State.REJECTED)
    tell(acting, dossier=dossier, kind=RecordKind.CHANGE, act=Act.REJECTED, text=reason)
    tell_staff(acting, staff_ids=[case.notified_by_id], act=Act.REJECTED, dossier=dossier)


def withdraw_notification(acting: Acting, *, case: Case, reason: str) -> None:
    """The notifying institution takes its notification back before the triage is done."""
    rules.check_reason(reason)
    dossier = lock(case.dossier_id)
    if acting.institution_id != case.notifier_id:
        raise Refused(_("Only the notifying institution can withdraw its notification."))
    _move(acting, Case.objects.get(pk=case.pk), State.WITHDRAWN, reason)
    _finish_triage_item(acting, dossier)
    _follow(acting, case, State.WITHDRAWN)
    tell(acting, dossier=dossier, kind=RecordKind.CHANGE, act=Act.WITHDRAWN, text=reason)
    tell_institutions(acting, institution_ids=[iiz_office().pk], act=Act.WITHDRAWN, dossier=dossier)


def ask_notifier(acting: Acting, *, case: Case, question: str, due_on: date) -> WorkItem:
    """Ask the notifying institution back; the case is in triage meanwhile."""
    rules.check_reason(question)
    dossier = lock(case.dossier_id)
    case = Case.objects.get(pk=case.pk)
    if case.state == State.NOTIFIED:
        _move(acting, case, State.IN_TRIAGE)
    item = ask(
        acting,
        dossier=dossier,
        title=gettext_noop("Answer the IIZ office's question"),
        is_own_words=False,
        details=question,
        due_on=due_on,
        addressed_id=case.notifier_id,
        assigned=case.notified_by,
        about=(QUESTION, dossier.pk),
        settled_by=QUESTION,
    )
    tell(acting, dossier=dossier, kind=RecordKind.CHANGE, act=Act.QUESTION_ASKED)
    tell_staff(acting, staff_ids=[case.notified_by_id], act=Act.QUESTION_ASKED, dossier=dossier)
    return item


def answer_question(acting: Acting, *, item: WorkItem, text: str, category: DataCategory) -> None:
    """Answer what the office asked back: the answer is a note, the work item is done, the asking person is told."""
    if acting.institution_id != item.addressed_id:
        raise Refused(_("This question is asked of %(institution)s.") % {"institution": item.addressed.short_name})
    if not item.is_open:
        raise Refused(_("This work item is no longer open."))
    write_note(acting, dossier=item.dossier, text=text, category=category, kind=rules.NoteKind.NOTE)
    settle_item(acting, item=item)
    tell_staff(acting, staff_ids=[item.asked_by_id], act=Act.QUESTION_ANSWERED, dossier=item.dossier)


def ask_to_take_part(acting: Acting, *, case: Case, institution: Institution, due_on: date, question: str) -> Decision:
    """Ask an institution to the table; whether it can read is decided by consents and other bases alone."""
    dossier = lock(case.dossier_id)
    _check_leads(acting, dossier)
    states = dict(
        Participant.objects.filter(dossier=dossier, state__in=[Taking.ASKED, Taking.TAKING_PART]).values_list(
            "institution_id", "state"
        )
    )
    rules.check_can_ask(
        institution_id=institution.pk,
        taking_part=[pk for pk, state in states.items() if state == Taking.TAKING_PART],
        asked=[pk for pk, state in states.items() if state == Taking.ASKED],
    )
    decision = ask_decision(
        acting,
        dossier=dossier,
        kind=PARTICIPATION,
        addressed_id=institution.pk,
        due_on=due_on,
        question=question,
        region_id=case.region_id,
    )
    participant = Participant.objects.create(
        dossier=dossier, institution=institution, state=Taking.ASKED, decision=decision, since=acting.today
    )
    _tell_about(acting, dossier, Act.PARTICIPANT_ASKED, participant)
    return decision


def answer_participation(
    acting: Acting, *, decision: Decision, accept: bool, reason: str = "", staff: Appointment | None = None
) -> None:
    """An institution takes part, naming who follows the case there, or declines with a reason."""
    answer(acting, decision=decision, accept=accept, reason=reason)
    participant = Participant.objects.get(decision=decision)
    participant.state = Taking.TAKING_PART if accept else Taking.DECLINED
    participant.staff_id = (staff.pk if staff else acting.staff_id) if accept else None
    participant.since = acting.today
    participant.save(update_fields=["state", "staff", "since"])
    case_file = Dossier(pk=decision.dossier_id, number=decision.case_number)
    _tell_about(
        acting, case_file, Act.PARTICIPANT_JOINED if accept else Act.PARTICIPANT_DECLINED, participant, text=reason
    )


def expire_participation(acting: Acting, decision: Decision) -> None:
    """A request that nobody answered in time: the institution does not take part."""
    unanswered = Participant.objects.filter(decision=decision, state=Taking.ASKED)
    for participant in unanswered.select_related("dossier", "institution"):
        participant.state, participant.since = Taking.DECLINED, acting.today
        participant.save(update_fields=["state", "since"])
        _tell_about(acting, participant.dossier, Act.PARTICIPANT_DECLINED, participant)


def withdraw_request(acting: Acting, *, participant: Participant) -> None:
    """The institution need not answer any more."""
    _check_leads(acting, participant.dossier)
    if participant.state != Taking.ASKED or participant.decision is None:
        raise Refused(_("This request has already been answered."))
    withdraw_decision(acting, decision=participant.decision)
    _end_participation(acting, participant)


def leave(acting: Acting, *, participant: Participant) -> None:
    """An institution no longer takes part. Its access ends with the consent or basis behind it, not with this."""
    if participant.institution_id != acting.institution_id:
        _check_leads(acting, participant.dossier)
    if participant.state != Taking.TAKING_PART:
        raise Refused(_("This institution does not take part."))
    _end_participation(acting, participant)


def name_lead(acting: Acting, *, case: Case, staff: Appointment) -> None:
    """Name who leads the case from now on; there is exactly one."""
    _name(acting, case, staff, Function.LEAD, Act.LEAD_NAMED)


def name_case_manager(acting: Acting, *, case: Case, staff: Appointment) -> None:
    """Name the case manager, the main contact for the person and the professionals; there is exactly one."""
    _name(acting, case, staff, Function.CASE_MANAGER, Act.CASE_MANAGER_NAMED)
    settle_deed(acting, dossier=case.dossier, by=Fact.CASE_MANAGER_NAMED)


def write_note(acting: Acting, *, dossier: Dossier, text: str, category: DataCategory, kind: rules.NoteKind) -> Note:
    """Write a note in a data category; who may read that category may read the note."""
    note = keep_unread(
        Note(
            dossier=dossier,
            category=category,
            kind=kind,
            text=text,
            language=(translation.get_language() or "de")[:2],
            at=timezone.now(),
            staff_id=acting.own_staff_id,
            institution_id=acting.own_institution_id,
        )
    )
    _tell_note(acting, note, dossier, Act.NOTE_WRITTEN, RecordKind.STORE)
    return note


def correct_note(acting: Acting, *, note: Note, text: str, version: int) -> None:
    """Correct one's own note; raises ``Conflict`` with both texts when it was changed meanwhile."""
    if note.staff_id != acting.staff_id or note.redacted_at:
        raise Refused(_("Only its author can correct a note."))
    kept = Note.objects.filter(pk=note.pk, version=version).update(
        text=text, version=F("version") + 1, changed_at=timezone.now()
    )
    if not kept:
        note.refresh_from_db()
        label = str(_("Text"))
        raise Conflict(current={label: note.text}, submitted={label: text})
    _tell_note(acting, note, note.dossier, Act.NOTE_CORRECTED, RecordKind.CHANGE)


def redact_note(acting: Acting, *, note: Note, reason: str) -> None:
    """Take out what does not belong there: the text is gone, who, when and why stay."""
    rules.check_reason(reason)
    if note.redacted_at:
        raise Refused(_("This note has already been redacted."))
    if note.institution_id != acting.institution_id and not has_power(acting, note.dossier, Power.LEAD):
        raise Refused(_("Only its institution or the lead can redact a note."))
    Note.objects.filter(pk=note.pk).update(
        text="",
        redacted_at=timezone.now(),
        redacted_by_id=acting.staff_id,
        redaction_reason=reason,
        version=F("version") + 1,
    )
    _tell_note(acting, note, note.dossier, Act.NOTE_REDACTED, RecordKind.DELETE, text=reason)


def change_particulars(
    acting: Acting,
    *,
    case: Case,
    version: int,
    changes: Mapping[str, Any],
    question_category: DataCategory | None = None,
) -> None:
    """Keep what followed after the notification; raises ``Conflict`` with both texts when somebody saved first.

    ``question`` and ``risk_factors`` are changed as far as they are open to the acting person; the question stays in its
    data category unless another one is named.
    """
    rules.check_first_contact(changes.get("first_contact_on"), on=acting.today)
    of_case = {name: value for name, value in changes.items() if name not in _NOTED}
    kept = Case.objects.filter(pk=case.pk, version=version).update(**of_case, version=F("version") + 1)
    if not kept:
        raise _changed_meanwhile(acting, case, changes)
    if "question" in changes:
        _note_question(acting, case.dossier, changes["question"], question_category)
    if "risk_factors" in changes:
        _note_risks(acting, case.dossier, changes["risk_factors"])
    tell(
        acting,
        dossier=case.dossier,
        kind=RecordKind.CHANGE,
        act=Act.PARTICULARS_CHANGED,
        details={"fields": sorted(changes)},
    )


_NOTED = {"question": gettext_noop("Question to the IIZ office"), "risk_factors": gettext_noop("Risk factors")}


def _changed_meanwhile(acting: Acting, case: Case, changes: Mapping[str, Any]) -> Conflict:
    """Both texts beside each other: as they are kept now, and as they were sent."""
    now, noted = Case.objects.get(pk=case.pk), noted_in(acting, case.pk)
    current, submitted = {}, {}
    for name, value in changes.items():
        kept = getattr(noted if name in _NOTED else now, name)
        label = _(_NOTED[name]) if name in _NOTED else str(Case._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        current[label], submitted[label] = _as_text(kept), _as_text(value)
    return Conflict(current=current, submitted=submitted)


def _as_text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(rules.RiskFactor(code).label) for code in value)
    return str(value or "")


def _note_question(acting: Acting, dossier: Dossier, text: str, category: DataCategory | None) -> None:
    """Where the question goes into another data category, what was asked before does not stay readable in the old one."""
    noted = noted_in(acting, dossier.pk)
    category = category if category is not None else noted.question_category
    if category != noted.question_category:
        Background.objects.filter(dossier=dossier, kind=Background.Kind.QUESTION).delete()
    if text.strip() != noted.question.strip() or (text.strip() and category != noted.question_category):
        _note(acting, dossier, Background.Kind.QUESTION, category, text=text)


def _note_risks(acting: Acting, dossier: Dossier, chosen: Iterable[str]) -> None:
    """What is chosen and not noted yet is added, what is open to the acting person and no longer chosen goes."""
    wanted = {rules.RiskFactor(code) for code in chosen}
    noted = set(noted_in(acting, dossier.pk).risk_factors)
    gone = sorted(noted - wanted)
    Background.objects.filter(dossier=dossier, kind=Background.Kind.RISK_FACTOR, risk_factor__in=gone).delete()
    for risk in sorted(wanted - noted):
        _note(acting, dossier, Background.Kind.RISK_FACTOR, rules.RISK_CATEGORIES[risk], risk_factor=risk)


def _note(
    acting: Acting,
    dossier: Dossier,
    kind: Background.Kind,
    category: DataCategory,
    *,
    text: str = "",
    risk_factor: str = "",
) -> None:
    keep_unread(
        Background(
            dossier=dossier,
            kind=kind,
            category=category,
            text=text,
            risk_factor=risk_factor,
            at=timezone.now(),
            staff_id=acting.staff_id,
            institution_id=acting.institution_id,
        )
    )


def suspend_case(acting: Acting, *, case: Case, reason: str) -> None:
    """Let the case rest, and say why."""
    rules.check_reason(reason)
    _lead_moves(acting, case, State.SUSPENDED, Act.SUSPENDED, reason)


def resume_case(acting: Acting, *, case: Case) -> None:
    """Take up a resting case."""
    if case.state != State.SUSPENDED:
        rules.check_can_move(State(case.state), State.SUSPENDED)
    _lead_moves(acting, case, State.ACTIVE, Act.RESUMED, "")
    follow_procedure(acting, dossier=case.dossier)


def close_case(
    acting: Acting, *, case: Case, outcome: str, closing_reason: str, text: str = "", phase: str = ""
) -> None:
    """Close the case with its outcome and reason; consents keep running until they end or are withdrawn.

    Under a procedure the case must be able to go to a closing phase from where it stands (``phase``, or the first one).
    """
    case, course = _locked_to_lead(acting, case.pk)
    dossier = case.dossier
    rules.check_can_move(State(case.state), State.CLOSED)
    # What the procedure set for the phase that ends is withdrawn with it, and what waits for an act is with the closing;
    # what people asked must be settled.
    waiting = WorkItem.objects.filter(dossier=dossier, state=ItemState.OPEN)
    open_items = waiting.filter(settled_by="")
    if course is not None:
        open_items = open_items.exclude(step__startswith=f"{course.phase}/")
    rules.check_can_close(open_items=open_items.count(), outcome=outcome, reason=closing_reason)
    for item_id in waiting.exclude(settled_by="").values_list("pk", flat=True):
        cancel_items_about(acting, dossier=dossier, about=("workitem", item_id))
    if course is not None:
        _close_course(acting, case, course, phase, text)
    _keep_closed(acting, case, reason=closing_reason, outcome=outcome, text=text)


def close_after_death(acting: Acting, *, case: Case, died_on: date | None = None, text: str = "") -> None:
    """The person has died: the case ends wherever it stands, and with it what was to be done and every consent.

    What institutions keep by their own law stays with them. Whoever read by a consent alone reads no longer.
    """
    case, course = _locked_to_lead(acting, case.pk)
    dossier = case.dossier
    rules.check_can_end_with_a_death(State(case.state))
    if died_on is not None:
        _keep_death(acting, dossier, died_on)
    for participant in Participant.objects.filter(dossier=dossier, state=Taking.ASKED, decision__isnull=False):
        withdraw_request(acting, participant=participant)
    for item in WorkItem.objects.filter(dossier=dossier, state=ItemState.OPEN).select_related("addressed", "dossier"):
        if item.settled_by:
            cancel_items_about(acting, dossier=dossier, about=("workitem", item.pk))
        else:
            cancel(acting, item=item, reason=str(ClosingReason.DIED.label))
    if course is not None:
        _end_course(acting, case, course, text)
    _keep_closed(acting, case, reason=ClosingReason.DIED, text=text)
    end_consents(acting, dossier=dossier)  # last: they may be what opens the case to the acting institution


def reopen_case(acting: Acting, *, case: Case, reason: str) -> None:
    """Take up a closed or rejected case again, and say why."""
    rules.check_reason(reason)
    then = State.ACTIVE if case.state == State.CLOSED else State.IN_TRIAGE
    if case.state not in (State.CLOSED, State.REJECTED, State.WITHDRAWN):
        rules.check_can_move(State(case.state), State.NOTIFIED)
    _lead_moves(acting, case, then, Act.REOPENED, reason)
    Case.objects.filter(pk=case.pk).update(outcome="", closing_reason="", closed_on=None)
    course = course_of(case.pk)
    if course is not None:
        _take_up(acting, case, course, then)
    elif then == State.IN_TRIAGE:
        _ask_for_triage(acting, case.dossier)


def reached(
    acting: Acting,
    *,
    dossier: Dossier,
    fact: Fact,
    value: Scalar = True,
    remark: str = "",
) -> None:
    """Something that the procedure may wait for came true: keep it, tick off what it settles, go on where the file says so.

    Acts of other packages tell it in their own transaction; a case without a procedure keeps the fact all the same.
    """
    lock(dossier.pk)
    note_fact(acting, dossier=dossier, fact=fact, value=value, remark=remark)
    if value:
        settle_deed(acting, dossier=dossier, by=fact)
    follow_procedure(acting, dossier=dossier)


def follow_procedure(acting: Acting, *, dossier: Dossier) -> None:
    """Tick off what holds by now and make the moves that are made by themselves; the case follows its phase."""
    case = readable_with_parts(dossier.pk)
    course = _course(case)
    if course is None or not case.is_open or case.state == State.SUSPENDED:
        return  # a case that rests goes nowhere by itself
    phase = settle(
        acting,
        dossier=case.dossier,
        course=course,
        facts=facts_of(acting, case, *course.procedure.phases),
        parties=_Parties(case),
    )
    if phase is not None:
        _follow_phase(acting, case, phase)


def follow_procedures(acting: Acting) -> int:
    """The clock's part, as a job: every open case that follows a procedure is settled; how many there were."""
    open_cases = Case.objects.filter(state__in=OPEN_STATES, dossier__course__isnull=False).select_related("dossier")
    count = 0
    for case in open_cases.iterator(chunk_size=500):
        lock(case.pk)
        follow_procedure(acting, dossier=case.dossier)
        count += 1
    return count


def advance_case(acting: Acting, *, case: Case, to: str, reason: str = "") -> None:
    """Take the case to its next phase; raises ``Refused`` with the sentences of what is missing."""
    case, course = _locked_to_lead(acting, case.pk)
    dossier = case.dossier
    if course is None:
        raise Refused(_("This case follows no procedure."))
    current_and_next = [phase for phase in course.procedure.phases if phase.id in (course.phase, to)]
    facts = facts_of(acting, case, *current_and_next)
    way = way_to(course, to, facts, on=acting.today)
    if way.move.roles and not acting.roles & {Role(role) for role in way.move.roles}:
        allowed = ", ".join(str(Role(role).label) for role in way.move.roles)
        raise Refused(_("This step is for: %(roles)s.") % {"roles": allowed})
    if course.procedure.phase(to).is_end:
        raise Refused(_("Close the case with its outcome and reason: this step ends it."))
    phase = move(
        acting,
        dossier=dossier,
        course=course,
        to=to,
        facts=facts,
        parties=_Parties(case),
        reason=reason,
    )
    _follow_phase(acting, case, phase)
    tell_everybody(acting, dossier, ProcedureAct.MOVED)
    if phase.goes_on_by_itself:
        follow_procedure(acting, dossier=dossier)


def move_case_over(acting: Acting, *, case: Case, version: ProcedureVersion, phase: str, reason: str = "") -> None:
    """Let a running case go on under another version or procedure; one without a procedure begins to follow it."""
    case, course = _locked_to_lead(acting, case.pk)
    dossier = case.dossier
    rules.check_reason(reason)
    if not case.is_open:
        raise Refused(_("This case is closed: reopen it first."))
    facts = facts_of(acting, case, *version.procedure.phases)
    if course is None:
        course = begin(acting, dossier=dossier, version=version, facts=facts, parties=_Parties(case))
    reached_phase = move_over(
        acting,
        dossier=dossier,
        course=course,
        version=version,
        phase=phase,
        facts=facts,
        parties=_Parties(case),
        reason=reason,
    )
    _follow_phase(acting, case, reached_phase)
    tell_everybody(acting, dossier, ProcedureAct.MOVED_OVER)


def change_level(
    acting: Acting, *, case: Case, level: str, reason: str, procedure: ProcedureVersion | None = None
) -> LevelChange:
    """A simple matter becomes a network or a complex case, or comes back, without anything being typed again.

    With ``procedure`` the case goes over to it: where it has been there before, into the phase it left; otherwise to the
    start, and from there on by itself as far as what is known allows. What the case is meanwhile (active, resting) stays.
    """
    case, course = _locked_to_lead(acting, case.pk)
    dossier = case.dossier
    rules.check_can_change_level(now=case.level, then=level, is_open=case.is_open)
    rules.check_reason(reason)
    change = _set_level(acting, case, level, reason)
    tell(
        acting,
        dossier=dossier,
        kind=RecordKind.CHANGE,
        act=Act.LEVEL_CHANGED,
        about=("level", change.pk),
        text=reason,
        details={"from": change.from_level, "to": level},
    )
    if procedure is not None:
        _go_over(acting, case, course, procedure, reason)
    reached(acting, dossier=dossier, fact=Fact.TRIAGED_ON, value=acting.today)
    tell_everybody(acting, dossier, Act.LEVEL_CHANGED)
    return change


def _set_level(acting: Acting, case: Case, level: str, reason: str) -> LevelChange:
    Case.objects.filter(pk=case.pk).update(level=level)
    return _keep_level(acting, case.pk, case.level, level, reason)


def _keep_level(acting: Acting, dossier_id: int, before: str, level: str, reason: str) -> LevelChange:
    return LevelChange.objects.create(
        dossier_id=dossier_id,
        from_level=before,
        to_level=level,
        reason=reason,
        on=acting.today,
        staff_id=acting.own_staff_id,
        institution_id=acting.own_institution_id,
    )


def _go_over(acting: Acting, case: Case, course: Course | None, version: ProcedureVersion, reason: str) -> None:
    """To another procedure: into the phase the case was in there last, or to its start."""
    facts = facts_of(acting, case, *version.procedure.phases)
    parties = _Parties(case)
    if course is None:
        begin(acting, dossier=case.dossier, version=version, facts=facts, parties=parties)
        return
    been = [phase for procedure, phase in been_in(case.pk) if procedure == version.identifier]
    known = [phase.id for phase in version.procedure.phases if not phase.is_end]
    last = next((phase for phase in been if phase in known), known[0])
    phase = move_over(
        acting,
        dossier=case.dossier,
        course=course,
        version=version,
        phase=last,
        facts=facts,
        parties=parties,
        reason=reason,
    )
    if rules.can_move(State(case.state), State(phase.state)):
        _follow_phase(acting, case, phase)


def state_fact(acting: Acting, *, case: Case, fact: Fact, value: Scalar, remark: str = "") -> None:
    """A worker states a fact the procedure asks about; the latest word counts."""
    if word(fact).source is not Source.STATED:
        raise Refused(_("This follows from an act: do the act instead."))
    _check_whose_word(acting, case, fact, remark)
    reached(acting, dossier=case.dossier, fact=fact, value=value, remark=remark)


def _check_whose_word(acting: Acting, case: Case, fact: Fact, remark: str) -> None:
    """What an institution is asked to do it states itself; the lead may in its place, with a remark that says why."""
    asked = WorkItem.objects.filter(dossier_id=case.pk, settled_by=fact, state=ItemState.OPEN)
    for item in asked.exclude(addressed_id=acting.institution_id).select_related("addressed"):
        whose = {"institution": item.addressed.short_name}
        if not has_power(acting, case.dossier, Power.LEAD):
            raise Refused(_("%(institution)s is asked to do this: only they state it.") % whose)
        if not remark.strip():
            raise Refused(_("%(institution)s is asked to do this: say in the remark why you state it.") % whose)
        tell_institutions(
            acting, institution_ids=[item.addressed_id], act=ProcedureAct.FACT_KNOWN, dossier=case.dossier
        )


def keep_draft(
    acting: Acting, *, draft: Draft | None, data: Mapping[str, Any], version: int, kind: str = "notification"
) -> Draft:
    """Keep what is typed so far; raises ``Conflict`` when the same draft was changed in another window."""
    if draft is None:
        draft = Draft.objects.create(staff_id=acting.own_staff_id, kind=kind, data=dict(data))
    else:
        kept = Draft.objects.filter(pk=draft.pk, version=version).update(
            data=dict(data), version=F("version") + 1, updated_at=timezone.now()
        )
        draft.refresh_from_db()
        if not kept:
            texts = {str(key): str(value) for key, value in data.items() if value != draft.data.get(key, "")}
            raise Conflict(current={key: str(draft.data.get(key, "")) for key in texts}, submitted=texts)
    record(acting, kind=RecordKind.STORE, act=Act.DRAFT_KEPT, about=("draft", draft.pk))
    return draft


def default_answer_day(acting: Acting) -> date:
    """Until when a request is proposed to be answered."""
    return acting.today + timedelta(days=settings.DECISION_DAYS)


def readable_with_parts(dossier_id: int) -> Case:
    """The case as it is kept now, with where it stands in its procedure."""
    return _with_course().get(pk=dossier_id)


def _locked_to_lead(acting: Acting, dossier_id: int) -> tuple[Case, Course | None]:
    """The case as it is kept now, locked, with where it stands in its procedure; refused to whoever does not lead it.

    The lock is a statement of its own: who waited for it sees what was done, and ended, meanwhile.
    """
    lock(dossier_id)
    case = _with_course().annotate(is_led=HasPower("pk", Value(Power.LEAD.value))).get(pk=dossier_id)
    _check_is_led(case.is_led)
    return case, _course(case)


def _with_course() -> QuerySet[Case]:
    """Cases with where they stand; a procedure's text is fetched where it was not read yet."""
    return Case.objects.select_related("dossier__course__version").defer("dossier__course__version__text")


def _course(case: Case) -> Course | None:
    return getattr(case.dossier, "course", None)


def _begin(acting: Acting, case: Case, version: ProcedureVersion) -> None:
    begin(
        acting,
        dossier=case.dossier,
        version=version,
        facts=facts_of(acting, case, version.procedure.start),
        parties=_Parties(case),
    )
    follow_procedure(acting, dossier=case.dossier)


class _Parties:
    """Who is meant by a word of a procedure: the office, notifier, lead or case manager, or a kind of institution."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def __call__(self, word_of_file: str) -> Party:
        if word_of_file == "office":
            return self.office
        if word_of_file == "notifier":
            return Party(self.case.notifier_id, self.case.notified_by)
        if word_of_file == Function.LEAD:
            return self.named.get(Function.LEAD) or self.office
        if word_of_file == Function.CASE_MANAGER:  # until one is named the lead does it
            return self.named.get(Function.CASE_MANAGER) or self(Function.LEAD)
        return self.of_kind(word_of_file) or self(Function.LEAD)

    def of_kind(self, kind: str) -> Party | None:
        """The institution of this kind that takes part, else one that is asked to, else the only one there is."""
        taking_part = Participant.objects.filter(dossier_id=self.case.pk, state=Taking.TAKING_PART)
        following = (
            taking_part.filter(institution__kind=kind).order_by("pk").values_list("institution_id", flat=True).first()
        )
        if following is not None:
            return Party(following)
        asked = Decision.objects.filter(dossier_id=self.case.pk, state="pending", addressed__kind=kind).order_by("pk")
        found = asked.values_list("addressed_id", flat=True).first()
        every = list(Institution.objects.filter(kind=kind).values_list("pk", flat=True)[:2])
        return Party(found) if found else Party(every[0]) if len(every) == 1 else None

    @cached_property
    def office(self) -> Party:
        return Party(iiz_office().pk)

    @cached_property
    def named(self) -> dict[str, Party]:
        current = Assignment.objects.filter(dossier_id=self.case.pk, valid_until=None).select_related("staff")
        return {row.function: Party(row.staff.institution_id, row.staff) for row in current}


def _follow_phase(acting: Acting, case: Case, phase: Phase) -> None:
    """The machine state that a canton's phase stands for."""
    state = State(phase.state)
    if case.state != state:
        _move(acting, case, state)


def _follow(acting: Acting, case: Case, state: State) -> None:
    """The procedure goes where the case went: to the first phase that stands for this state, if it has one."""
    course = course_of(case.pk)
    phase = next((p for p in course.procedure.phases if p.state == state), None) if course else None
    if course is not None and phase is not None:
        case = readable_with_parts(case.pk)
        enter(
            acting, dossier=case.dossier, course=course, to=phase.id, facts=every_fact(case.pk), parties=_Parties(case)
        )


def _close_course(acting: Acting, case: Case, course: Course, phase: str, reason: str) -> None:
    facts = facts_of(acting, case, course.current)
    ends = [move.to for move in course.current.moves if course.procedure.phase(move.to).state == State.CLOSED]
    if not ends:
        raise Refused(_("The procedure does not close a case from here: take it to its next step first."))
    wanted = phase or next((to for to in ends if way_to(course, to, facts, on=acting.today).is_open), ends[0])
    move(acting, dossier=case.dossier, course=course, to=wanted, facts=facts, parties=_Parties(case), reason=reason)


def _keep_closed(acting: Acting, case: Case, *, reason: str, outcome: str = "", text: str) -> None:
    """The case is closed, and why; everybody in it hears of it."""
    Case.objects.filter(pk=case.pk).update(
        state=State.CLOSED,
        state_since=acting.today,
        outcome=outcome,
        closing_reason=reason,
        closed_on=acting.today,
    )
    _note(acting, case.dossier, Background.Kind.STATE_REASON, DataCategory.ADMINISTRATIVE, text=text)
    tell(
        acting,
        dossier=case.dossier,
        kind=RecordKind.CHANGE,
        act=Act.CLOSED,
        text=text,
        details=({"outcome": outcome} if outcome else {}) | {"reason": str(reason)},
    )
    tell_everybody(acting, case.dossier, Act.CLOSED)


def _keep_death(acting: Acting, dossier: Dossier, died_on: date) -> None:
    """The day stands with the particulars of this file, for whoever may read who it is."""
    known = particulars_of(acting, dossier.pk)
    if known is not None:
        correct_particulars(acting, particulars=known, version=known.version, changes={"died_on": died_on})


def _end_course(acting: Acting, case: Case, course: Course, reason: str) -> None:
    """Into a closing phase, whatever it asks for; where the procedure has none the case ends in the phase it is in."""
    to = next((phase.id for phase in course.procedure.phases if phase.state == State.CLOSED), None)
    if to is not None and to != course.phase:
        facts = facts_of(acting, case, course.procedure.phase(to))
        enter(acting, dossier=case.dossier, course=course, to=to, facts=facts, parties=_Parties(case), reason=reason)


def _take_up(acting: Acting, case: Case, course: Course, state: State) -> None:
    """A case taken up again goes on in the phase it was in last, or in the first one of its state."""
    phases = {phase.id: phase for phase in course.procedure.phases}
    been = [phase for _procedure, phase in been_in(case.pk)]
    last = next((p for p in been if p in phases and phases[p].state == state), None)
    phase = last or next((p.id for p in course.procedure.phases if p.state == state), course.procedure.start.id)
    case = readable_with_parts(case.pk)
    enter(
        acting,
        dossier=case.dossier,
        course=course,
        to=phase,
        facts=facts_of(acting, case, phases[phase]),
        parties=_Parties(case),
    )


def _lead_moves(acting: Acting, case: Case, then: State, act: Act, reason: str) -> None:
    dossier = lock(case.dossier_id)
    _check_leads(acting, dossier)
    _move(acting, Case.objects.get(pk=case.pk), then, reason)
    tell(acting, dossier=dossier, kind=RecordKind.CHANGE, act=act, text=reason)
    tell_everybody(acting, dossier, act)


def _move(acting: Acting, case: Case, then: State, reason: str = "") -> None:
    rules.check_can_move(State(case.state), then)
    Case.objects.filter(pk=case.pk).update(state=then, state_since=acting.today)
    _note(acting, case.dossier, Background.Kind.STATE_REASON, DataCategory.ADMINISTRATIVE, text=reason)


def _check_leads(acting: Acting, dossier: Dossier) -> None:
    _check_is_led(has_power(acting, dossier, Power.LEAD))


def _check_is_led(is_led: bool) -> None:
    if not is_led:
        raise Refused(_("Only institutions that lead the case can do this: ask the lead."))


def _name(acting: Acting, case: Case, staff: Appointment, function: Function, act: Act) -> None:
    dossier = lock(case.dossier_id)
    _check_leads(acting, dossier)
    taking_part = Participant.objects.filter(
        dossier=dossier, institution_id=staff.institution_id, state=Taking.TAKING_PART
    ).exists()
    if not taking_part and not staff.institution.is_iiz_office:
        raise Refused(_("Choose somebody of an institution that takes part in the case."))
    _assign(dossier, function, staff.pk)
    tell(acting, dossier=dossier, kind=RecordKind.CHANGE, act=act, about=("staff", staff.pk), text=staff.full_name)
    tell_staff(acting, staff_ids=[staff.pk], act=act, dossier=dossier)


def _assign(dossier: Dossier, function: Function, staff_id: int) -> None:
    now = timezone.now()
    with transaction.atomic():
        Assignment.objects.filter(dossier=dossier, function=function, valid_until=None).update(valid_until=now)
        Assignment.objects.create(dossier=dossier, function=function, staff_id=staff_id, valid_from=now)


def _end_participation(acting: Acting, participant: Participant) -> None:
    participant.state, participant.since = Taking.LEFT, acting.today
    participant.save(update_fields=["state", "since"])
    _tell_about(acting, participant.dossier, Act.PARTICIPANT_LEFT, participant)


def _ask_for_triage(acting: Acting, dossier: Dossier) -> None:
    ask(
        acting,
        dossier=dossier,
        title=gettext_noop("Triage the notification"),
        is_own_words=False,
        due_on=acting.today + timedelta(days=_TRIAGE_DAYS),
        addressed_id=iiz_office().pk,
        about=("case", dossier.pk),
        settled_by=Fact.TRIAGED_ON,
    )


def _finish_triage_item(acting: Acting, dossier: Dossier) -> None:
    close_items_about(acting, dossier=dossier, about=("case", dossier.pk))


def _tell_about(acting: Acting, dossier: Dossier, act: Act, participant: Participant, *, text: str = "") -> None:
    tell(
        acting,
        dossier=dossier,
        kind=RecordKind.CHANGE,
        act=act,
        about=("participant", participant.pk),
        text=text,
        recipients=[participant.institution_id],
    )


def _tell_note(acting: Acting, note: Note, dossier: Dossier, act: Act, kind: RecordKind, *, text: str = "") -> None:
    tell(
        acting,
        dossier=dossier,
        kind=kind,
        act=act,
        category=DataCategory(note.category),
        about=("note", note.pk),
        text=text,
    )


def tell_everybody(
    acting: Acting,
    dossier: Dossier,
    act: str,
    *,
    category: DataCategory = DataCategory.ADMINISTRATIVE,
    also: Iterable[int | None] = (),
) -> None:
    """Those who follow the case at the institutions that take part, and these staff members where named.

    What was done is for those who may read its data category; the others learn that there is something new.
    """
    followers = Participant.objects.filter(dossier=dossier, state=Taking.TAKING_PART).values_list("staff_id", flat=True)
    tell_staff(acting, staff_ids=[*followers, *also], act=act, dossier=dossier, category=category)
