"""Lookups behind the pages of a plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from suone.casework.cases.models import Assignment, Participant, ParticipantState
from suone.casework.leading.queries import course_of
from suone.casework.plans.acts import Act
from suone.casework.plans.models import Entry, Measure, Plan, Signature, SignerName
from suone.casework.plans.rules import (
    CURRENT,
    Difference,
    EntryKind,
    Kind,
    Line,
    SignatureState,
    State,
    differences,
    review_day,
)
from suone.ground.access.acting import Acting
from suone.organisation.appointments.models import Appointment
from suone.records.dossiers.models import Dossier, Event

R = TypeVar("R", Entry, Measure, Signature)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A version of a plan as far as the acting person may read it, with the signatures of its last round."""

    plan: Plan
    entries: Sequence[Entry]
    measures: Sequence[Measure]
    signatures: Sequence[Signature]
    reasons: Mapping[int, str]  # by signature, of those who declined
    signers: Mapping[int, str]  # by signature, the name of whoever signed instead

    def of(self, kind: str) -> list[Entry]:
        """Return the entries of one section."""
        return [entry for entry in self.entries if entry.kind == kind]

    @property
    def goals(self) -> list[Entry]:
        """The goals, in their order."""
        return self.of(EntryKind.GOAL)

    def measures_for(self, goal: Entry | None) -> list[Measure]:
        """Return the measures for a goal; without one, those for no goal that the reader can see."""
        if goal is not None:
            return [measure for measure in self.measures if measure.goal_line == goal.line]
        seen = {entry.line for entry in self.goals}
        return [measure for measure in self.measures if measure.goal_line not in seen]

    @property
    def waiting(self) -> list[Signature]:
        """The signatures still missing; none once the plan is a draft again."""
        if self.plan.state != State.IN_SIGNING:
            return []
        return [signature for signature in self.signatures if signature.state == SignatureState.WAITING]

    @property
    def declined(self) -> list[tuple[Signature, str]]:
        """The signatures declined in the last round, with the reason if the acting person may read it."""
        declined = [signature for signature in self.signatures if signature.state == SignatureState.DECLINED]
        return [(signature, self.reasons.get(signature.pk, "")) for signature in declined]


@dataclass(frozen=True, slots=True)
class ReviewOffer:
    """A day to review the plan on, from the period of one of its measures."""

    day: date
    measure: Measure


def review_offers(sheet: Sheet, *, on: date) -> list[ReviewOffer]:
    """List the review days that the measures of a plan suggest, as far as the reader sees them, the earliest first."""
    days = [(review_day(measure.from_on, measure.until_on, on=on), measure) for measure in sheet.measures]
    return sorted((ReviewOffer(day, measure) for day, measure in days if day), key=lambda offer: offer.day)


def plans_of(acting: Acting, dossier: Dossier) -> list[Sheet]:
    """List the current plans of a case, binding or in preparation, by kind and newest first."""
    return _sheets(acting, _in_order(_plans(acting).filter(dossier=dossier, state__in=CURRENT)))


def versions_of(acting: Acting, dossier: Dossier, *, kind: str = "") -> list[Plan]:
    """List every version of the case's plans, or of one kind, by kind and newest first."""
    plans = _plans(acting).filter(dossier=dossier)
    return _in_order(plans.filter(kind=kind) if kind else plans)


def readable_plan(acting: Acting, dossier_id: int, plan_id: int) -> Plan:
    """Return a version of a plan; raises ``Http404`` when the acting person may not read it."""
    plan = _plans(acting).filter(dossier_id=dossier_id, pk=plan_id).first()
    if plan is None:
        raise Http404
    return plan


def sheet_of(acting: Acting, plan: Plan) -> Sheet:
    """Return a version as far as the acting person may read it."""
    return _sheets(acting, [plan])[0]


def readable_entry(acting: Acting, plan: Plan, entry_id: int) -> Entry:
    """Return an entry of a plan; raises ``Http404`` when the acting person may not read it."""
    entry = Entry.objects.readable_by(acting, category_column="category").filter(plan=plan, pk=entry_id).first()
    if entry is None:
        raise Http404
    entry.plan = plan
    return entry


def readable_measure(acting: Acting, plan: Plan, measure_id: int) -> Measure:
    """Return a measure of a plan; raises ``Http404`` when the acting person may not read it."""
    measures = Measure.objects.readable_by(acting, category_column="category").filter(plan=plan, pk=measure_id)
    measure = measures.select_related("institution", "staff", "offer", "payer").first()
    if measure is None:
        raise Http404
    measure.plan = plan
    return measure


def readable_signature(acting: Acting, plan: Plan, signature_id: int) -> Signature:
    """Return a signature of the current round; raises ``Http404`` for any other."""
    signatures = Signature.objects.readable_by(acting).filter(plan=plan, round=plan.round, pk=signature_id)
    signature = signatures.select_related("institution", "staff").first()
    if signature is None:
        raise Http404
    signature.plan = plan
    return signature


def compared(acting: Acting, before: Plan, after: Plan) -> list[Difference]:
    """List the differences between two versions, as far as the acting person may read them."""
    older, newer = _sheets(acting, [before, after])
    # Goals are shown in their newest wording on both sides: rewording a goal does not change its measures.
    goals = {goal.line: goal.text for sheet in (older, newer) for goal in sheet.goals}
    return differences(_lines(older, goals), _lines(newer, goals))


def offered_kinds(dossier: Dossier) -> list[Kind]:
    """List the kinds of plan named by the case's procedure; without a procedure, all of them."""
    course = course_of(dossier.pk)
    named = {kind for phase in course.procedure.phases for kind in phase.plans} if course else set()
    return [kind for kind in Kind if not named or kind.value in named]


def taking_part(dossier: Dossier) -> list[Participant]:
    """List the participants who sign a plan along with the person."""
    participants = Participant.objects.filter(dossier=dossier, state=ParticipantState.TAKING_PART)
    return list(participants.select_related("institution", "staff").order_by("pk"))


def plan_reviewer(dossier: Dossier) -> Appointment | None:
    """Return who reviews the plan: the case manager, or the lead until one is named."""
    named = Assignment.objects.filter(dossier=dossier, valid_until=None).select_related("staff")
    assignment = named.order_by("function").first()  # "case_manager" stands before "lead"
    return assignment.staff if assignment else None


def _plans(acting: Acting) -> QuerySet[Plan]:
    return Plan.objects.readable_by(acting).select_related("dossier", "begun_by", "put_up_by")


def _in_order(plans: Iterable[Plan]) -> list[Plan]:
    kinds = list(Kind)
    return sorted(plans, key=lambda plan: (kinds.index(Kind(plan.kind)), -plan.number))


def _sheets(acting: Acting, plans: Sequence[Plan]) -> list[Sheet]:
    """Load several versions with a fixed number of queries."""
    entries = _by_plan(Entry.objects.readable_by(acting, category_column="category"), plans)
    measures = _by_plan(
        Measure.objects.readable_by(acting, category_column="category").select_related(
            "institution", "staff", "offer", "payer"
        ),
        plans,
    )
    signatures = _by_plan(
        Signature.objects.readable_by(acting).select_related("institution", "staff", "recorded_by", "document"), plans
    )
    last = {plan.pk: [each for each in signatures[plan.pk] if each.round == plan.round] for plan in plans}
    reasons = _reasons(acting, [signature for of_plan in last.values() for signature in of_plan])
    signers = _signers(acting, [signature for of_plan in last.values() for signature in of_plan])
    return [Sheet(plan, entries[plan.pk], measures[plan.pk], last[plan.pk], reasons, signers) for plan in plans]


def _signers(acting: Acting, signatures: Sequence[Signature]) -> dict[int, str]:
    """The names of those who signed for somebody, for readers of who the person is."""
    signed = [signature.pk for signature in signatures if signature.state == SignatureState.SIGNED]
    names = SignerName.objects.readable_by(acting).filter(pk__in=signed)
    return dict(names.values_list("signature_id", "name")) if signed else {}


def _reasons(acting: Acting, signatures: Sequence[Signature]) -> dict[int, str]:
    """Return the reasons for declining by signature id, from the timeline and its data categories."""
    declined = [signature.pk for signature in signatures if signature.state == SignatureState.DECLINED]
    if not declined:
        return {}
    events = Event.objects.readable_by(acting, category_column="category")
    events = events.filter(act=Act.DECLINED, object_type="signature", object_id__in=declined)
    return {number: text for number, text in events.values_list("object_id", "text") if number is not None}


def _by_plan(rows: QuerySet[R], plans: Sequence[Plan]) -> dict[int, list[R]]:
    found: dict[int, list[R]] = {plan.pk: [] for plan in plans}
    for row in rows.filter(plan__in=list(found)).order_by("pk"):
        found[row.plan_id].append(row)
    return found


def _lines(sheet: Sheet, goals: Mapping[UUID, str]) -> list[Line]:
    """Return a version as lines to compare, section by section."""
    written = [
        Line(str(entry.line), str(kind.label), {_("Text"): entry.text})
        for kind in EntryKind
        for entry in sheet.of(kind)
    ]
    return written + [Line(str(m.line), _("Measures"), _parts(m, goals)) for m in sheet.measures]


def _parts(measure: Measure, goals: Mapping[UUID, str]) -> dict[str, str]:
    """Return the agreed terms of a measure by label, without its progress."""
    return {
        _("Measure"): measure.title,
        _("Goal"): goals.get(measure.goal_line, "") if measure.goal_line else "",
        _("Responsible institution"): measure.institution.name,
        _("Responsible person"): measure.staff.full_name if measure.staff else "",
        _("From the catalogue"): measure.offer.name if measure.offer else "",
        _("Who pays"): ", ".join(part for part in (measure.payer and measure.payer.name, measure.payer_text) if part),
        _("From"): f"{measure.from_on:%d.%m.%Y}" if measure.from_on else "",
        _("Until"): f"{measure.until_on:%d.%m.%Y}" if measure.until_on else "",
        _("Labour-market measure or placement"): _("yes") if measure.is_for_labour_market else "",
    }
