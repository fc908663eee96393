"""What people do with a plan: write it, sign it, carry it out, change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.services import in_language
from suone.casework.cases.services import tell_everybody
from suone.casework.leading.queries import course_of
from suone.casework.leading.services import reached
from suone.casework.plans import rules
from suone.casework.plans.acts import Act
from suone.casework.plans.models import Entry, Measure, Plan, Signature
from suone.casework.plans.queries import taking_part, who_follows
from suone.casework.plans.rules import EntryKind, Form, Kind, MeasureState, SignatureState, State
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, ServiceOffer
from suone.records.documents.services import keep_document
from suone.records.documents.uploads import Upload
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power, institutions_with_access
from suone.records.dossiers.services import in_each_language, keep_unread, lock, tell
from suone.records.inbox.services import tell_institutions, tell_staff
from suone.records.representation.services import check_signature
from suone.records.workitems.services import ask, cancel_items_about, close_items_about

SIGNED, REVIEWED = "plan_signed", "plan_reviewed"  # the deeds that settle the work items of a plan
_DAYS_TO_SIGN = 14


@dataclass(frozen=True, slots=True)
class MeasureTerms:
    """What is agreed about a measure; with a title and an institution alone, everything else may follow."""

    title: str
    institution: Institution
    category: DataCategory = DataCategory.EMPLOYMENT
    goal_line: UUID | None = None
    staff: Appointment | None = None
    offer: ServiceOffer | None = None
    payer: Institution | None = None
    payer_text: str = ""
    from_on: date | None = None
    until_on: date | None = None
    is_for_labour_market: bool = False


def begin_plan(acting: Acting, *, dossier: Dossier, kind: Kind, review_on: date | None = None) -> Plan:
    """Begin a plan of this kind as a draft; a plan that binds already is changed instead."""
    dossier = _locked(acting, dossier.pk)
    plans = Plan.objects.filter(dossier=dossier, kind=kind)
    rules.check_can_begin(
        has_draft=plans.filter(state__in=rules.IN_THE_MAKING).exists(),
        has_binding=plans.filter(state=State.BINDING).exists(),
    )
    plan = _open_version(acting, dossier, kind, review_on=review_on)
    _tell(acting, plan, Act.BEGUN, RecordKind.STORE)
    reached(acting, dossier=dossier, fact=Fact.PLAN_DRAFTED)
    return plan


def change_plan(acting: Acting, *, plan: Plan) -> Plan:
    """Open a new version of a binding plan: a copy to change and sign anew. Until then the old one goes on binding."""
    plan = _plan_locked(acting, plan)
    rules.check_can_move(State(plan.state), State.SUPERSEDED)
    rules.check_can_begin(
        has_draft=Plan.objects.filter(dossier=plan.dossier, kind=plan.kind, state__in=rules.IN_THE_MAKING).exists(),
        has_binding=False,
    )
    new = _open_version(acting, plan.dossier, Kind(plan.kind), previous=plan)
    # By a function of the database: the copy is whole, whatever categories are closed to whoever opens it.
    with connection.cursor() as cursor:
        cursor.execute("SELECT plans_copy_content(%s, %s)", [plan.pk, new.pk])
    _tell(acting, new, Act.NEW_VERSION, RecordKind.STORE)
    return new


def draft_for(acting: Acting, *, dossier: Dossier, kind: Kind) -> Plan:
    """The draft in which a decision of a meeting is written down: the one in the making, or one opened for it."""
    plans = Plan.objects.filter(dossier=dossier, kind=kind).select_related("dossier")
    plan = plans.filter(state__in=rules.IN_THE_MAKING).first()
    if plan is not None:
        rules.check_can_edit(State(plan.state))
        return plan
    binding = plans.filter(state=State.BINDING).first()
    return change_plan(acting, plan=binding) if binding else begin_plan(acting, dossier=dossier, kind=kind)


def set_review(acting: Acting, *, plan: Plan, review_on: date | None, version: int) -> None:
    """Say when the plan is to be looked at (again); raises ``Conflict`` when somebody saved first.

    The only day of a binding plan that moves without a new version: a review may find that all is well.
    """
    plan = _plan_locked(acting, plan)
    if plan.state != State.BINDING:
        rules.check_can_edit(State(plan.state))
    if review_on and review_on < acting.today:
        raise Refused(_("Choose a day that is not past."))
    if not Plan.objects.filter(pk=plan.pk, version=version).update(review_on=review_on, version=F("version") + 1):
        raise _conflict(plan, {"review_on": review_on})
    _note(acting, plan, Act.REVIEW_SET, RecordKind.CHANGE, ("plan", plan.pk))
    if plan.state == State.BINDING:
        close_items_about(acting, dossier=plan.dossier, about=("plan", plan.pk))
        _ask_for_review(acting, plan, review_on)


def add_entry(
    acting: Acting, *, plan: Plan, kind: EntryKind, text: str, category: DataCategory = DataCategory.EMPLOYMENT
) -> Entry:
    """Write a sentence into a section of the draft, in a data category: who may read that reads the sentence."""
    plan = _draft_locked(acting, plan)
    entry = keep_unread(
        Entry(plan=plan, dossier=plan.dossier, kind=kind, category=category, text=text, language=_language())
    )
    _note(acting, plan, Act.ENTRY_WRITTEN, RecordKind.STORE, ("planentry", entry.pk))
    return entry


def change_entry(acting: Acting, *, entry: Entry, text: str, category: DataCategory, version: int) -> None:
    """Change a sentence of the draft; raises ``Conflict`` with both texts when somebody saved first."""
    plan = _draft_locked(acting, entry.plan)
    _keep(entry, {"text": text, "category": category}, version)
    _note(acting, plan, Act.ENTRY_CHANGED, RecordKind.CHANGE, ("planentry", entry.pk))


def remove_entry(acting: Acting, *, entry: Entry) -> None:
    """Take a sentence out of the draft; measures that served a goal stay, without it."""
    plan = _draft_locked(acting, entry.plan)
    Entry.objects.filter(pk=entry.pk).delete()
    _note(acting, plan, Act.ENTRY_REMOVED, RecordKind.DELETE, ("planentry", entry.pk))


def add_measure(acting: Acting, *, plan: Plan, terms: MeasureTerms) -> Measure:
    """Write a measure into the draft: who does what, for which goal, at whose expense, from when until when."""
    plan = _draft_locked(acting, plan)
    _check_terms(plan, terms)
    measure = keep_unread(Measure(plan=plan, dossier=plan.dossier, language=_language(), **_columns(terms)))
    _note(acting, plan, Act.MEASURE_WRITTEN, RecordKind.STORE, ("measure", measure.pk))
    return measure


def change_measure(acting: Acting, *, measure: Measure, terms: MeasureTerms, version: int) -> None:
    """Change a measure of the draft; raises ``Conflict`` with both texts when somebody saved first."""
    plan = _draft_locked(acting, measure.plan)
    _check_terms(plan, terms)
    _keep(measure, _columns(terms), version)
    _note(acting, plan, Act.MEASURE_CHANGED, RecordKind.CHANGE, ("measure", measure.pk))


def remove_measure(acting: Acting, *, measure: Measure) -> None:
    """Take a measure out of the draft."""
    plan = _draft_locked(acting, measure.plan)
    Measure.objects.filter(pk=measure.pk).delete()
    _note(acting, plan, Act.MEASURE_REMOVED, RecordKind.DELETE, ("measure", measure.pk))


def drop_plan(acting: Acting, *, plan: Plan) -> None:
    """Give up a draft; what binds goes on binding."""
    plan = _plan_locked(acting, plan)
    _move(plan, State.DROPPED)
    _tell(acting, plan, Act.DROPPED, RecordKind.CHANGE)


def put_up_for_signature(acting: Acting, *, plan: Plan) -> None:
    """Ask every institution that takes part, and the person, to sign; from now on the text stands still."""
    plan = _plan_locked(acting, plan)
    rules.check_can_move(State(plan.state), State.IN_SIGNING)
    if Measure.objects.filter(plan=plan, is_for_labour_market=True).exists():
        _check_foreseen(plan)
    parties = taking_part(plan.dossier)
    can_work = institutions_with_access(plan.dossier, power=Power.WRITE)
    rules.check_can_put_up(
        goals=Entry.objects.filter(plan=plan, kind=EntryKind.GOAL).count(),
        measures=Measure.objects.filter(plan=plan).count(),
        closed_to=[party.institution.name for party in parties if party.institution_id not in can_work],
    )
    plan.round += 1
    _move(plan, State.IN_SIGNING, round=plan.round, put_up_on=acting.today, put_up_by_id=acting.own_staff_id)
    for party in parties:
        signature = _await(plan, party.institution_id, party.staff_id)
        ask(
            acting,
            dossier=plan.dossier,
            title=_("Sign the plan"),
            due_on=acting.today + timedelta(days=_DAYS_TO_SIGN),
            addressed_id=party.institution_id,
            assigned=party.staff,
            about=("signature", signature.pk),
            settled_by=SIGNED,
        )
    _await(plan, None, None)
    institutions = [party.institution_id for party in parties]
    _tell(acting, plan, Act.PUT_UP, RecordKind.CHANGE, recipients=institutions)
    tell_institutions(acting, institution_ids=institutions, act=Act.PUT_UP, dossier=plan.dossier)


def withdraw_signing(acting: Acting, *, plan: Plan, reason: str = "") -> None:
    """Take the plan back from signature to change it; what was signed so far counts no more."""
    plan = _plan_locked(acting, plan)
    _back_to_draft(acting, plan)
    _tell(acting, plan, Act.SIGNING_WITHDRAWN, RecordKind.CHANGE, text=reason)
    _tell_everybody(acting, plan, Act.SIGNING_WITHDRAWN)


def sign(
    acting: Acting,
    *,
    signature: Signature,
    form: Form,
    signed_on: date,
    signer_name: str = "",
    upload: Upload | None = None,
) -> None:
    """Sign for one's own institution, or record that the person has signed; with the last signature the plan binds."""
    signature = _signature_locked(acting, signature)
    rules.check_can_sign(
        form=form,
        has_file=upload is not None,
        needs_file=signature.institution_id is None,  # an institution's worker signs by the own log-in
        signed_on=signed_on,
        on=acting.today,
    )
    if signature.institution_id is None:
        check_signature(acting, dossier=signature.plan.dossier, on=signed_on, representative=signer_name)
    _answer(
        acting,
        signature,
        SignatureState.SIGNED,
        form=form,
        signed_on=signed_on,
        signer_name=signer_name,
        document=_kept(acting, signature, upload),
    )
    close_items_about(acting, dossier=signature.plan.dossier, about=("signature", signature.pk))
    _tell(
        acting, signature.plan, Act.SIGNED, RecordKind.CHANGE, about=("signature", signature.pk), text=signature.party
    )
    _bind_when_signed(acting, signature.plan)


def decline(acting: Acting, *, signature: Signature, reason: str) -> None:
    """Refuse to sign and say why: the plan goes back to its draft, the others are told."""
    rules.check_reason(reason)
    signature = _signature_locked(acting, signature)
    _answer(acting, signature, SignatureState.DECLINED)
    plan = signature.plan
    _back_to_draft(acting, plan)
    _tell(acting, plan, Act.DECLINED, RecordKind.CHANGE, about=("signature", signature.pk), text=reason)
    _tell_everybody(acting, plan, Act.DECLINED)


def release_signatures(acting: Acting, *, dossier: Dossier) -> None:
    """Institutions that have left the case sign no more: a plan in signing waits for the others alone.

    Whoever leaves and may not write in the case leaves it to the job of the morning.
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
    """Remind everybody who has still to sign."""
    plan = _plan_locked(acting, plan)
    if plan.state != State.IN_SIGNING:
        raise Refused(_("This plan waits for no signature."))
    for signature in _waiting(plan):
        _remind(acting, plan, signature)


def remind_signers(acting: Acting) -> int:
    """The clock's part, as a job: whoever has not signed a week after the plan was put up is reminded, once."""
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


def record_progress(acting: Acting, *, measure: Measure, state: MeasureState, result: str, version: int) -> None:
    """Say how a measure of the binding plan goes, and what came of it; raises ``Conflict`` when somebody saved first."""
    plan = _plan_locked(acting, measure.plan)
    if plan.state != State.BINDING:
        raise Refused(_("The course of a measure is recorded once its plan binds."))
    _keep(measure, {"state": state, "result": result}, version)
    # A version in the making goes on from here.
    Measure.objects.filter(
        dossier=plan.dossier, line=measure.line, plan__kind=plan.kind, plan__state__in=rules.IN_THE_MAKING
    ).update(state=state, result=result)
    _tell(
        acting,
        plan,
        Act.PROGRESS,
        RecordKind.CHANGE,
        about=("measure", measure.pk),
        category=DataCategory(measure.category),
        text=f"{measure.title}: {state.label}",
    )
    if measure.is_for_labour_market:
        _tell_labour_measures(acting, plan)


def _release(acting: Acting, plan: Plan, signature: Signature) -> None:
    Signature.objects.filter(pk=signature.pk).update(
        state=SignatureState.RELEASED, recorded_at=timezone.now(), recorded_by_id=acting.staff_id
    )
    about = ("signature", signature.pk)
    cancel_items_about(acting, dossier=plan.dossier, about=about)
    _tell(acting, plan, Act.SIGNATURE_RELEASED, RecordKind.CHANGE, about=about, text=signature.party)


def _bind_when_signed(acting: Acting, plan: Plan) -> None:
    if rules.is_binding([SignatureState(state) for state in _states(plan)]):
        _bind(acting, plan)


def _bind(acting: Acting, plan: Plan) -> None:
    """All have signed: the plan binds, and takes the place of the version before."""
    for old in Plan.objects.filter(dossier=plan.dossier, kind=plan.kind, state=State.BINDING).select_related("dossier"):
        _move(old, State.SUPERSEDED)
        close_items_about(acting, dossier=plan.dossier, about=("plan", old.pk))
    _move(plan, State.BINDING, binding_on=acting.today)
    _tell(acting, plan, Act.BINDING, RecordKind.CHANGE)
    _tell_everybody(acting, plan, Act.BINDING)
    _ask_for_review(acting, plan, plan.review_on)
    agreement = plan.kind == Kind.TARGET_AGREEMENT
    fact = Fact.TARGET_AGREEMENT_BINDING_ON if agreement else Fact.PLAN_BINDING_ON
    reached(acting, dossier=plan.dossier, fact=fact, value=acting.today)
    if Measure.objects.filter(plan=plan, is_for_labour_market=True).exists():
        _tell_labour_measures(acting, plan)


def _tell_labour_measures(acting: Acting, plan: Plan) -> None:
    """Whether what binds still holds a labour-market measure that is to come or under way."""
    binding = Measure.objects.filter(dossier=plan.dossier, plan__state=State.BINDING, is_for_labour_market=True)
    is_under_way = binding.filter(state__in=[MeasureState.PLANNED, MeasureState.RUNNING]).exists()
    reached(acting, dossier=plan.dossier, fact=Fact.LABOUR_MEASURES, value=is_under_way)


def _ask_for_review(acting: Acting, plan: Plan, review_on: date | None) -> None:
    if review_on is None:
        return
    who = who_follows(plan.dossier)
    ask(
        acting,
        dossier=plan.dossier,
        title=_("Review the plan"),
        due_on=review_on,
        addressed_id=who.institution_id if who else acting.own_institution_id,
        assigned=who,
        about=("plan", plan.pk),
        settled_by=REVIEWED,
    )
    reached(acting, dossier=plan.dossier, fact=Fact.PLAN_REVIEW_ON, value=review_on)


def _back_to_draft(acting: Acting, plan: Plan) -> None:
    """Nobody is asked to sign any more, and what was signed in this round counts no more."""
    _move(plan, State.DRAFT)
    asked = list(Signature.objects.filter(plan=plan, round=plan.round).values_list("pk", flat=True))
    for signature_id in asked:
        cancel_items_about(acting, dossier=plan.dossier, about=("signature", signature_id))


def _open_version(
    acting: Acting, dossier: Dossier, kind: Kind, *, previous: Plan | None = None, review_on: date | None = None
) -> Plan:
    last = Plan.objects.filter(dossier=dossier, kind=kind).order_by("-number").values_list("number", flat=True).first()
    return Plan.objects.create(
        dossier=dossier,
        kind=kind,
        number=(last or 0) + 1,
        previous=previous,
        review_on=review_on,
        language=_language(),
        begun_by_id=acting.own_staff_id,
    )


def _await(plan: Plan, institution_id: int | None, staff_id: int | None) -> Signature:
    return Signature.objects.create(
        plan=plan, dossier=plan.dossier, round=plan.round, institution_id=institution_id, staff_id=staff_id
    )


def _answer(acting: Acting, signature: Signature, state: SignatureState, **told: Any) -> None:
    if signature.institution_id is not None:
        told["staff_id"] = acting.own_staff_id
    Signature.objects.filter(pk=signature.pk).update(
        state=state, recorded_at=timezone.now(), recorded_by_id=acting.own_staff_id, **told
    )


def _kept(acting: Acting, signature: Signature, upload: Upload | None) -> Any:
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
    return list(waiting.select_related("institution").order_by("pk"))


def _states(plan: Plan) -> list[str]:
    """What has become of every signature of the round, as it is kept now."""
    return list(Signature.objects.filter(plan=plan, round=plan.round).values_list("state", flat=True))


def _remind(acting: Acting, plan: Plan, signature: Signature) -> None:
    Signature.objects.filter(pk=signature.pk).update(reminded_at=timezone.now())
    if signature.institution_id is None or signature.staff_id:
        # For the person, whoever put the plan up sees to it.
        staff_ids = [signature.staff_id or plan.put_up_by_id]
        tell_staff(acting, staff_ids=staff_ids, act=Act.REMINDED, dossier=plan.dossier)
    else:
        institution_ids = [signature.institution_id]
        tell_institutions(acting, institution_ids=institution_ids, act=Act.REMINDED, dossier=plan.dossier)
    _note(acting, plan, Act.REMINDED, RecordKind.CHANGE, ("signature", signature.pk))


def _locked(acting: Acting, dossier_id: int) -> Dossier:
    """The case, locked, for whoever may write in it: what several complete together happens one after the other."""
    dossier = lock(dossier_id)
    if not has_power(acting, dossier, Power.WRITE):
        raise Refused(_("You may read this case and not write in it: ask the lead for a consent that lets you."))
    return dossier


def _plan_locked(acting: Acting, plan: Plan) -> Plan:
    """The plan as it is kept now, its case locked."""
    dossier = _locked(acting, plan.dossier_id)
    plan = Plan.objects.get(pk=plan.pk)
    plan.dossier = dossier
    return plan


def _draft_locked(acting: Acting, plan: Plan) -> Plan:
    plan = _plan_locked(acting, plan)
    rules.check_can_edit(State(plan.state))
    return plan


def _signature_locked(acting: Acting, signature: Signature) -> Signature:
    """A signature that is waited for, for whoever may give it, its case locked."""
    plan = _plan_locked(acting, signature.plan)
    signature = Signature.objects.select_related("institution").get(pk=signature.pk)
    signature.plan = plan
    if plan.state != State.IN_SIGNING or signature.round != plan.round:
        raise Refused(_("This plan waits for no signature."))
    if signature.state != SignatureState.WAITING:
        raise Refused(_("This signature has been given already."))
    if signature.institution_id not in (None, acting.institution_id):
        raise Refused(_("Each institution signs for itself."))
    return signature


def _move(plan: Plan, then: State, **changes: Any) -> None:
    rules.check_can_move(State(plan.state), then)
    plan.state = then
    Plan.objects.filter(pk=plan.pk).update(state=then, version=F("version") + 1, **changes)


def _columns(terms: MeasureTerms) -> dict[str, Any]:
    return {name.name: getattr(terms, name.name) for name in fields(terms)}


def _check_terms(plan: Plan, terms: MeasureTerms) -> None:
    if terms.is_for_labour_market:
        _check_foreseen(plan)
    rules.check_days(terms.from_on, terms.until_on)
    if terms.staff is not None and terms.staff.institution_id != terms.institution.pk:
        raise Refused(_("Choose somebody who works for the institution that does it."))


def _check_foreseen(plan: Plan) -> None:
    """A phase of the procedure may exclude labour-market measures; its own sentence says what to do."""
    course = course_of(plan.dossier_id)
    excluding = course and course.current.excluding(Fact.LABOUR_MEASURES)
    if excluding:
        raise Refused(in_language(excluding.missing))


def _keep(row: Entry | Measure, changes: Mapping[str, Any], version: int) -> None:
    """Change a line where nobody saved first; raises ``Conflict`` with both texts otherwise."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    if rows.filter(version=version).update(**changes, version=F("version") + 1):
        return
    current = rows.first()
    if current is None:
        raise Refused(_("Somebody else has taken this line out meanwhile."))
    raise _conflict(current, changes)


def _conflict(current: Plan | Entry | Measure, changes: Mapping[str, Any]) -> Conflict:
    """Both texts under the labels of their fields; a goal's mark says nothing to a reader and is left out."""
    shown: list[Any] = [current._meta.get_field(name) for name in changes if name != "goal_line"]
    return Conflict(
        current={str(field.verbose_name): _shown(field, getattr(current, field.name)) for field in shown},
        submitted={str(field.verbose_name): _shown(field, changes[field.name]) for field in shown},
    )


def _shown(field: Any, value: Any) -> str:
    if field.choices:
        return str(dict(field.flatchoices).get(value, ""))
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value or "")


def _note(acting: Acting, plan: Plan, act: Act, kind: RecordKind, about: tuple[str, int | None]) -> None:
    """To the log alone: the timeline tells of a draft when it is begun and put up, not of every sentence."""
    record(acting, kind=kind, act=act, dossier_id=plan.dossier_id, person_id=plan.dossier.person_id, about=about)


def _tell(
    acting: Acting,
    plan: Plan,
    act: Act,
    kind: RecordKind,
    *,
    about: tuple[str, int | None] | None = None,
    text: str = "",
    category: DataCategory = DataCategory.ADMINISTRATIVE,
    recipients: Sequence[int] = (),
) -> None:
    names = in_each_language(lambda: f"{Kind(plan.kind).label} {plan.number}")
    tell(
        acting,
        dossier=plan.dossier,
        kind=kind,
        act=act,
        category=category,
        about=about or ("plan", plan.pk),
        text=text or names[_language()],
        text_language=None if text else "",
        texts=None if text else names,
        recipients=recipients,
        details={"plan": plan.pk, "version": plan.number},
    )


def _tell_everybody(acting: Acting, plan: Plan, act: Act) -> None:
    """Everybody around the table, whoever leads the case, and whoever put the plan up."""
    lead = who_follows(plan.dossier)
    tell_everybody(acting, plan.dossier, act, also=[lead.pk if lead else None, plan.put_up_by_id])


def _language() -> str:
    return (translation.get_language() or "de")[:2]
