"""Acts in a case other than leading it: participation, naming lead and case manager, notes, particulars, drafts."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suone.canton.procedures.facts import Fact
from suone.casework.cases import rules
from suone.casework.cases.acts import Act
from suone.casework.cases.models import (
    Assignment,
    Background,
    Case,
    Draft,
    Function,
    Note,
    Participant,
    ParticipantState,
)
from suone.casework.cases.queries import background_notes
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.queries import pool_for_case_management
from suone.organisation.institutions.models import Institution
from suone.records.decisions.acts import Act as DecisionAct
from suone.records.decisions.models import Decision
from suone.records.decisions.services import answer, ask_decision
from suone.records.decisions.services import withdraw as withdraw_decision
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power, receiver_of
from suone.records.dossiers.services import insert_without_returning, lock, record_event
from suone.records.inbox.services import notify_institutions, notify_staff
from suone.records.workitems.services import settle_waiting

PARTICIPATION = "participation"  # the kind of request


def join(acting: Acting, *, dossier: Dossier, institution_id: int, staff_id: int) -> Participant:
    """Make an institution a participant, with the staff member who follows the case there, whether asked before or not."""
    Participant.objects.filter(
        dossier=dossier, institution_id=institution_id, state__in=[ParticipantState.ASKED, ParticipantState.TAKING_PART]
    ).update(state=ParticipantState.TAKING_PART, staff_id=staff_id, since=acting.today)
    participant, _new = Participant.objects.get_or_create(
        dossier=dossier,
        institution_id=institution_id,
        state=ParticipantState.TAKING_PART,
        defaults={"staff_id": staff_id, "since": acting.today},
    )
    return participant


def ask_to_take_part(
    acting: Acting,
    *,
    case: Case,
    institution: Institution,
    due_on: date,
    question: str,
    staff: Appointment | None = None,
) -> Decision:
    """Ask an institution, or one named person there, to take part; only a consent or another legal basis gives access.

    ``due_on`` is the day by which it should answer. Raises ``Refused`` when the acting institution does not lead the
    case, or the institution already takes part or has been asked.
    """
    dossier = lock(case.dossier_id)
    check_leads(acting, dossier)
    states = dict(
        Participant.objects.filter(
            dossier=dossier, state__in=[ParticipantState.ASKED, ParticipantState.TAKING_PART]
        ).values_list("institution_id", "state")
    )
    rules.check_can_ask(
        institution_id=institution.pk,
        taking_part=[pk for pk, state in states.items() if state == ParticipantState.TAKING_PART],
        asked=[pk for pk, state in states.items() if state == ParticipantState.ASKED],
    )
    decision = ask_decision(
        acting,
        dossier=dossier,
        kind=PARTICIPATION,
        addressed_id=institution.pk,
        addressed_staff_id=staff.pk if staff else None,
        due_on=due_on,
        question=question,
        region_id=case.region_id,
    )
    participant = Participant.objects.create(
        dossier=dossier, institution=institution, state=ParticipantState.ASKED, decision=decision, since=acting.today
    )
    _record_participant_event(acting, dossier, Act.PARTICIPANT_ASKED, participant)
    return decision


def answer_participation(
    acting: Acting, *, decision: Decision, accept: bool, reason: str = "", staff: Appointment | None = None
) -> None:
    """Answer a request to take part: accept, naming who follows the case there, or decline with a reason.

    ``staff`` defaults to the acting person. Raises ``Refused`` or ``Conflict`` as answering a decision does.
    """
    answer(acting, decision=decision, accept=accept, reason=reason)
    participant = Participant.objects.get(decision=decision)
    participant.state = ParticipantState.TAKING_PART if accept else ParticipantState.DECLINED
    participant.staff_id = (staff.pk if staff else acting.staff_id) if accept else None
    participant.since = acting.today
    participant.save(update_fields=["state", "staff", "since"])
    case_file = Dossier(pk=decision.dossier_id, number=decision.case_number)
    _record_participant_event(
        acting, case_file, Act.PARTICIPANT_JOINED if accept else Act.PARTICIPANT_DECLINED, participant, text=reason
    )


def expire_participation(acting: Acting, decision: Decision) -> None:
    """Record that a request was not answered in time: the institution does not take part."""
    unanswered = Participant.objects.filter(decision=decision, state=ParticipantState.ASKED)
    for participant in unanswered.select_related("dossier", "institution"):
        participant.state, participant.since = ParticipantState.DECLINED, acting.today
        participant.save(update_fields=["state", "since"])
        _record_participant_event(acting, participant.dossier, Act.PARTICIPANT_DECLINED, participant)


def withdraw_request(acting: Acting, *, participant: Participant) -> None:
    """Withdraw a request to take part before it is answered, and notify the institution; raises ``Refused`` afterwards."""
    check_leads(acting, participant.dossier)
    if participant.state != ParticipantState.ASKED or participant.decision is None:
        raise Refused(_("This request has already been answered."))
    _withdraw(acting, participant, participant.decision)


def withdraw_pending_requests(acting: Acting, *, dossier: Dossier) -> None:
    """Withdraw the requests to take part that nobody answered before the case ended."""
    asked = Participant.objects.filter(dossier=dossier, state=ParticipantState.ASKED, decision__isnull=False)
    for participant in asked.select_related("dossier", "decision").order_by("pk"):
        assert participant.decision is not None
        _withdraw(acting, participant, participant.decision)


def leave(acting: Acting, *, participant: Participant) -> None:
    """End an institution's participation. Its access ends with the consent or legal basis behind it, not with this.

    Raises ``Refused`` for another institution unless the acting one leads the case.
    """
    if participant.institution_id != acting.institution_id:
        check_leads(acting, participant.dossier)
    if participant.state != ParticipantState.TAKING_PART:
        raise Refused(_("This institution does not take part."))
    _end_participation(acting, participant)


def name_lead(acting: Acting, *, case: Case, staff: Appointment) -> None:
    """Name who leads the case from now on, in place of the previous lead.

    Raises ``Refused`` unless the acting institution leads the case and the new lead's takes part or is the IIZ office.
    """
    _name(acting, case, staff, Function.LEAD, Act.LEAD_NAMED)


def name_case_manager(acting: Acting, *, case: Case, staff: Appointment, reason: str = "") -> None:
    """Name the case manager, the main contact for the person and the professionals, in place of the previous one.

    Raises ``Refused`` as ``name_lead`` does, and without a reason for somebody outside the region's pool.
    """
    pool = pool_for_case_management(case.region_id, on=acting.today)
    rules.check_case_manager(staff.pk, pool=pool, reason=reason)
    _name(acting, case, staff, Function.CASE_MANAGER, Act.CASE_MANAGER_NAMED, reason=reason)
    settle_waiting(acting, dossier=case.dossier, by=Fact.CASE_MANAGER_NAMED)


def write_note(acting: Acting, *, dossier: Dossier, text: str, category: DataCategory, kind: rules.NoteKind) -> Note:
    """Write a note in a data category, which decides who may read it."""
    note = insert_without_returning(
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
    _record_note_event(acting, note, dossier, Act.NOTE_WRITTEN, RecordKind.STORE)
    return note


def correct_note(acting: Acting, *, note: Note, text: str, version: int) -> None:
    """Correct one's own note.

    Raises ``Refused`` for another author's note or a redacted one, ``Conflict`` with both texts when ``version`` is stale.
    """
    if note.staff_id != acting.staff_id or note.redacted_at:
        raise Refused(_("Only its author can correct a note."))
    kept = Note.objects.filter(pk=note.pk, version=version).update(
        text=text, version=F("version") + 1, changed_at=timezone.now()
    )
    if not kept:
        note.refresh_from_db()
        label = str(_("Text"))
        raise Conflict(current={label: note.text}, submitted={label: text})
    _record_note_event(acting, note, note.dossier, Act.NOTE_CORRECTED, RecordKind.CHANGE)


def redact_note(acting: Acting, *, note: Note, reason: str) -> None:
    """Remove the text of a note for good; who redacted it, when and why remain.

    Raises ``Refused`` without a reason, when already redacted, and for all but its institution and the lead.
    """
    rules.check_reason(reason)
    if note.redacted_at:
        raise Refused(_("This note has already been redacted."))
    if note.institution_id != acting.institution_id and not has_power(acting, note.dossier, Power.LEAD):
        raise Refused(_("Only its institution or the lead can redact a note."))
    redacted = Note.objects.filter(pk=note.pk, redacted_at=None).update(
        text="",
        redacted_at=timezone.now(),
        redacted_by_id=acting.staff_id,
        redaction_reason=reason,
        version=F("version") + 1,
    )
    if not redacted:  # somebody else was first, or its data category is closed to the acting person
        raise Refused(
            _("This note has already been redacted.")
            if Note.objects.filter(pk=note.pk).exists()
            else _("Only its institution or the lead can redact a note.")
        )
    _record_note_event(acting, note, note.dossier, Act.NOTE_REDACTED, RecordKind.DELETE, text=reason)


def change_particulars(
    acting: Acting,
    *,
    case: Case,
    version: int,
    changes: Mapping[str, Any],
    question_category: DataCategory | None = None,
) -> None:
    """Complete or correct the particulars of a case after its notification.

    ``changes`` maps field names to values; ``question`` and ``risk_factors`` change only as far as the acting person may
    read them. The question keeps its data category unless ``question_category`` is given. Raises ``Conflict`` with both
    texts when ``version`` is stale, ``Refused`` when the first contact is in the future.
    """
    rules.check_first_contact(changes.get("first_contact_on"), on=acting.today)
    of_case = {name: value for name, value in changes.items() if name not in _NOTED}
    kept = Case.objects.filter(pk=case.pk, version=version).update(**of_case, version=F("version") + 1)
    if not kept:
        raise _changed_meanwhile(acting, case, changes)
    if "question" in changes:
        note_question(acting, case.dossier, changes["question"], question_category)
    if "education" in changes:
        note_education(acting, case.dossier, changes["education"])
    if "risk_factors" in changes:
        note_risks(acting, case.dossier, changes["risk_factors"])
    record_event(
        acting,
        dossier=case.dossier,
        kind=RecordKind.CHANGE,
        act=Act.PARTICULARS_CHANGED,
        details={"fields": sorted(changes)},
    )


_NOTED = {
    "question": gettext_noop("Question to the IIZ office"),
    "risk_factors": gettext_noop("Risk factors"),
    "education": gettext_noop("Completed education"),
}


def _changed_meanwhile(acting: Acting, case: Case, changes: Mapping[str, Any]) -> Conflict:
    """Return the conflict between the values stored now and those submitted."""
    now, noted = Case.objects.get(pk=case.pk), background_notes(acting, case.pk)
    current, submitted = {}, {}
    for name, value in changes.items():
        kept = getattr(noted if name in _NOTED else now, name)
        label = _(_NOTED[name]) if name in _NOTED else str(Case._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        current[label], submitted[label] = _as_text(kept), _as_text(value)
    return Conflict(current=current, submitted=submitted)


def _as_text(value: Any) -> str:
    if value and value in rules.Education.values:
        return str(rules.Education(value).label)
    if isinstance(value, list | tuple):
        return ", ".join(str(rules.RiskFactor(code).label) for code in value)
    return str(value or "")


def note_question(acting: Acting, dossier: Dossier, text: str, category: DataCategory | None) -> None:
    """Record the question; in a new data category, earlier versions no longer stay readable in the old one."""
    noted = background_notes(acting, dossier.pk)
    category = category if category is not None else noted.question_category
    if category != noted.question_category:
        _take_back(Background.objects.filter(dossier=dossier, kind=Background.Kind.QUESTION))
    if text.strip() != noted.question.strip() or (text.strip() and category != noted.question_category):
        note_background(acting, dossier, Background.Kind.QUESTION, category, text=text)


def note_education(acting: Acting, dossier: Dossier, code: str) -> None:
    """Record the completed education, in its data category; the latest applies."""
    if code and code != background_notes(acting, dossier.pk).education:
        text = rules.Education(code).value
        note_background(acting, dossier, Background.Kind.EDUCATION, DataCategory.EDUCATION, text=text)


def note_risks(acting: Acting, dossier: Dossier, chosen: Iterable[str]) -> None:
    """Set the risk factors to ``chosen``, leaving those in closed data categories as they are."""
    wanted = {rules.RiskFactor(code) for code in chosen}
    noted = set(background_notes(acting, dossier.pk).risk_factors)
    gone = sorted(noted - wanted)
    if gone:
        _take_back(Background.objects.filter(dossier=dossier, kind=Background.Kind.RISK_FACTOR, risk_factor__in=gone))
    for risk in sorted(wanted - noted):
        note_background(acting, dossier, Background.Kind.RISK_FACTOR, rules.RISK_CATEGORIES[risk], risk_factor=risk)


def _take_back(rows: QuerySet[Background]) -> None:
    """Delete what the acting institution recorded, or all of it as the lead; raises ``Refused`` where something is left."""
    recorded = rows.count()
    deleted, _each = rows.delete()
    if deleted < recorded:
        raise Refused(_("Only the institution that recorded this, or the lead, can take it back."))


def note_background(
    acting: Acting,
    dossier: Dossier,
    kind: Background.Kind,
    category: DataCategory,
    *,
    text: str = "",
    risk_factor: str = "",
) -> None:
    """Record one fact of the background in its data category."""
    insert_without_returning(
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


def keep_draft(
    acting: Acting, *, draft: Draft | None, data: Mapping[str, Any], version: int, kind: str = "notification"
) -> Draft:
    """Save a draft; raises ``Conflict`` when it was changed in another window meanwhile.

    Without ``draft`` a new one is created; ``kind`` is ``notification`` or ``handover``.
    """
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
    """Return the proposed day by which a request should be answered."""
    return acting.today + timedelta(days=settings.DECISION_DAYS)


def check_leads(acting: Acting, dossier: Dossier) -> None:
    """Raise ``Refused`` unless the acting institution leads the case."""
    check_is_led(has_power(acting, dossier, Power.LEAD))


def check_is_led(is_led: bool) -> None:
    """Raise ``Refused`` unless ``is_led``, where it has already been looked up."""
    if not is_led:
        raise Refused(_("Only institutions that lead the case can do this: ask the lead."))


def _name(acting: Acting, case: Case, staff: Appointment, function: Function, act: Act, *, reason: str = "") -> None:
    dossier = lock(case.dossier_id)
    check_leads(acting, dossier)
    taking_part = Participant.objects.filter(
        dossier=dossier, institution_id=staff.institution_id, state=ParticipantState.TAKING_PART
    ).exists()
    if not taking_part and staff.institution_id != receiver_of(dossier).pk:
        raise Refused(_("Choose somebody of an institution that takes part in the case."))
    assign(dossier, function, staff.pk)
    record_event(
        acting,
        dossier=dossier,
        kind=RecordKind.CHANGE,
        act=act,
        about=("staff", staff.pk),
        text=": ".join(part for part in (staff.full_name, reason.strip()) if part),
    )
    notify_staff(acting, staff_ids=[staff.pk], act=act, dossier=dossier)


def assign(dossier: Dossier, function: Function, staff_id: int, *, is_named: bool = True) -> None:
    """Give a function in the case to one person from now on, in place of the previous holder.

    ``is_named`` is false of whoever leads because they notified or triaged the case, until somebody is named.
    """
    now = timezone.now()
    with transaction.atomic():
        Assignment.objects.filter(dossier=dossier, function=function, valid_until=None).update(valid_until=now)
        Assignment.objects.create(
            dossier=dossier, function=function, staff_id=staff_id, is_named=is_named, valid_from=now
        )


def _withdraw(acting: Acting, participant: Participant, decision: Decision) -> None:
    withdraw_decision(acting, decision=decision)
    _end_participation(acting, participant)
    notify_institutions(
        acting, institution_ids=[participant.institution_id], act=DecisionAct.WITHDRAWN, dossier=participant.dossier
    )


def _end_participation(acting: Acting, participant: Participant) -> None:
    participant.state, participant.since = ParticipantState.LEFT, acting.today
    participant.save(update_fields=["state", "since"])
    _record_participant_event(acting, participant.dossier, Act.PARTICIPANT_LEFT, participant)


def _record_participant_event(
    acting: Acting, dossier: Dossier, act: Act, participant: Participant, *, text: str = ""
) -> None:
    record_event(
        acting,
        dossier=dossier,
        kind=RecordKind.CHANGE,
        act=act,
        about=("participant", participant.pk),
        text=text,
        recipients=[participant.institution_id],
    )


def _record_note_event(
    acting: Acting, note: Note, dossier: Dossier, act: Act, kind: RecordKind, *, text: str = ""
) -> None:
    record_event(
        acting,
        dossier=dossier,
        kind=kind,
        act=act,
        category=DataCategory(note.category),
        about=("note", note.pk),
        text=text,
    )


def notify_participants(
    acting: Acting,
    dossier: Dossier,
    act: str,
    *,
    category: DataCategory = DataCategory.ADMINISTRATIVE,
    also: Iterable[int | None] = (),
) -> None:
    """Notify those who follow the case at participating institutions, and the staff in ``also``.

    Only readers of ``category`` see which act it was; the others learn that there is something new.
    """
    followers = Participant.objects.filter(dossier=dossier, state=ParticipantState.TAKING_PART).values_list(
        "staff_id", flat=True
    )
    notify_staff(acting, staff_ids=[*followers, *also], act=act, dossier=dossier, category=category)
