"""Lookups behind the page of a case and the list of cases in one's lead."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from suone.canton.instruments.loading import instrument
from suone.canton.procedures.conditions import applies, fact_of
from suone.canton.procedures.drawing import draw, text_alternative
from suone.canton.procedures.facts import Fact, Scalar, Source, word
from suone.canton.procedures.in_words import item_in_words
from suone.canton.procedures.rules import Item, Phase, Requirement, phase_status, stated_facts
from suone.canton.procedures.services import in_language, origin_in_words, sentence_of
from suone.casework.assessments.models import Assessment
from suone.casework.assessments.queries import instruments_by_fact
from suone.casework.cases.models import Assignment, Case, Function, Participant, ParticipantState
from suone.casework.cases.queries import BackgroundCounts
from suone.casework.cases.rules import OPEN_STATES, Level, State
from suone.casework.corrections.services import ANSWERED as CORRECTION_ANSWERED
from suone.casework.handovers.models import Adviser, CooperationNotice, Handover
from suone.casework.leading.facts import facts_of
from suone.casework.leading.models import Course, LevelChange, Triage
from suone.casework.leading.queries import course_of, known_facts_of, notified_on_by, office_reads
from suone.casework.leading.steps import Step, closed, is_in, next_steps
from suone.casework.meetings.models import Meeting
from suone.casework.plans.models import Plan
from suone.casework.support.models import Service
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.queries import iiz_office
from suone.records.consents.queries import valid_consents
from suone.records.documents.models import Document
from suone.records.documents.services import RENEWED as DOCUMENT_RENEWED
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import access_of
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem
from suone.records.workitems.queries import readable_items

_MOST_LED = 200


# Parts of the page that many cases have nothing in.
_SECTIONS: Mapping[str, type[Model]] = {
    "advisers": Adviser,
    "assessments": Assessment,
    "documents": Document,
    "handovers": Handover,
    "level_changes": LevelChange,
    "meetings": Meeting,
    "notices": CooperationNotice,
    "plans": Plan,
    "services": Service,
    "triages": Triage,
}


def filled_sections(dossier_id: int) -> set[str]:
    """The parts of the page in which the acting person may read anything at all: one statement instead of one for each."""
    exist = ", ".join(
        f"EXISTS (SELECT FROM {model._meta.db_table} WHERE dossier_id = %(case)s)" for model in _SECTIONS.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {exist}", {"case": dossier_id})
        return {name for name, exists in zip(_SECTIONS, cursor.fetchone(), strict=True) if exists}


@dataclass(frozen=True, slots=True)
class Lacking:
    """An unmet requirement, with its legal source and the page on which to act."""

    sentence: str
    origin: str = ""
    address: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """The position of a case in its procedure: unmet requirements, warnings, met requirements and next steps."""

    course: Course
    phase: Phase
    title: str
    about: str
    lacking: Sequence[Lacking]
    warnings: Sequence[Lacking]
    met: Sequence[str]
    steps: Sequence[Step]
    statements: Sequence[tuple[str, str]] = field(default_factory=tuple)
    work_items: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    phases: Sequence[tuple[str, bool]] = field(default_factory=tuple)  # of the whole procedure: title, is the case here


def place_of(acting: Acting, case: Case, categories: Collection[DataCategory]) -> Place | None:
    """Return the position of a case in its procedure, ``None`` without one.

    Facts are spelled out only in these data categories; for others only that a requirement is unmet.
    """
    course = course_of(case.pk)
    if course is None:
        return None
    phase = course.current
    facts = facts_of(acting, case, phase)
    now = phase_status(phase, facts, on=acting.today)
    instruments = instruments_by_fact(phase)
    return Place(
        course=course,
        phase=phase,
        title=in_language(phase.title),
        about=in_language(phase.about),
        lacking=_all_lacking(case, now.lacking, instruments, categories) if case.is_open else [],
        warnings=_all_lacking(case, now.warnings, instruments, categories) if case.is_open else [],
        met=[_met(Fact(requirement.fact), facts) for requirement in now.met if is_in(requirement.fact, categories)],
        steps=next_steps(acting, case, course, now, categories),
        statements=[
            (fact, sentence_of(Fact(fact), facts.get(fact))) for fact in stated_facts(phase) if is_in(fact, categories)
        ],
        work_items=[item_in_words(item) for item in phase.items if _is_set(item, facts, categories)],
        phases=[(in_language(one.title), one.id == phase.id) for one in course.procedure.phases],
    )


def _is_set(item: Item, facts: Mapping[str, Scalar], categories: Collection[DataCategory]) -> bool:
    """Whether the phase sets it for this case; what decides it must be open to the reader."""
    return all(is_in(fact_of(condition), categories) for condition in item.applies) and applies(item.applies, facts)


def _all_lacking(
    case: Case, found: Sequence[Requirement], instruments: Mapping[str, str], categories: Collection[DataCategory]
) -> list[Lacking]:
    shown = [_lacking(case, requirement, instruments) for requirement in found if is_in(requirement.fact, categories)]
    return shown + [Lacking(sentence) for sentence in closed(found, categories)]


def _lacking(case: Case, requirement: Requirement, instruments: Mapping[str, str]) -> Lacking:
    sentence, origin = in_language(requirement.missing), origin_in_words(requirement.origin, requirement.law)
    if requirement.fact in instruments:
        return Lacking(sentence, origin, reverse("assessments", args=[case.pk]), _("Assess"))
    if word(requirement.fact).source is Source.STATED:
        address = reverse("record_fact", args=[case.pk, requirement.fact])
        return Lacking(sentence, origin, address, _("Record it"))
    if requirement.fact == Fact.WRITTEN_REQUEST:
        address = reverse("keep_placement_request", args=[case.pk])
        return Lacking(sentence, origin, address, _("Add the request"))
    return Lacking(sentence, origin)


def _met(fact: Fact, facts: dict[str, Scalar]) -> str:
    """Return a fact that holds, with its value unless that is a plain yes."""
    return str(fact.label) if facts.get(fact) is True else sentence_of(fact, facts.get(fact))


@dataclass(frozen=True, slots=True)
class NotifyingOn:
    """A complex case may be notified on to the IIZ office, ``is_covered`` by a consent or not yet."""

    is_covered: bool
    office_id: int


def notifying_on(acting: Acting, case: Case) -> NotifyingOn | None:
    """Return whether the acting institution, which received this case, may notify it on now; ``None`` if not."""
    if case.dossier.receiver_id != acting.institution_id or case.level != Level.COMPLEX or not case.is_open:
        return None
    return NotifyingOn(is_covered=office_reads(case.dossier), office_id=iiz_office().pk)


def may_withdraw(acting: Acting, case: Case) -> bool:
    """Return whether the acting institution may still withdraw its notification: before its triage, and unless notified on."""
    is_own = case.state in (State.NOTIFIED, State.IN_TRIAGE) and case.notifier_id == acting.institution_id
    return is_own and notified_on_by(case.dossier) is None


def drawing_of(course: Course, been: Sequence[str]) -> str:
    """Return the diagram of the procedure with the position of this case, as SVG."""
    procedure = course.procedure
    return draw(
        procedure,
        say=in_language,
        here=course.phase,
        been=been,
        title=in_language(procedure.title),
        summary=text_alternative(
            procedure, say=in_language, here=course.phase, leads_to=_("leads to"), here_is=_("the case is here")
        ),
    )


def missing_without_procedure(
    case: Case, participants: Sequence[Participant], *, counted: BackgroundCounts, consent: bool
) -> list[Lacking]:
    """List what an open case without a procedure still lacks."""
    if not case.is_open:
        return []
    sentences = []
    if not consent:
        sentences.append(_("There is no valid consent: nobody but the notifying institution may read."))
    if not case.first_contact_on:
        sentences.append(_("The day of the first contact at the notifying institution is missing."))
    if not counted.risk_factors:
        sentences.append(_("No risk factors are noted yet."))
    if not counted.has_question:
        sentences.append(_("The question to the IIZ office is missing."))
    if case.state == State.ACTIVE and not any(
        p.state == ParticipantState.TAKING_PART and p.institution_id != case.notifier_id for p in participants
    ):
        sentences.append(_("No other institution takes part yet."))
    return [Lacking(sentence) for sentence in sentences]


def reasons_of(triage: Triage) -> list[str]:
    """List the answers that counted towards a higher level, in the reader's language."""
    language = (get_language() or "de")[:2]
    known = {item.id: item.text[language] for item in instrument(triage.instrument).items}
    return [known.get(step["item"], step["item"]) for step in triage.proposal["steps"] if step["points"]]


@dataclass(frozen=True, slots=True)
class Reach:
    """Those a message to everybody reaches under the current grants, and those it does not."""

    reached: Sequence[Appointment]
    not_reached: Sequence[Appointment]


def reach_of(dossier: Dossier, category: DataCategory) -> Reach:
    """Split those who follow the case by whether they may read this data category now."""
    now = timezone.now()
    reading = [
        grant
        for grant in access_of(dossier)
        if grant.valid_from <= now < grant.valid_until and grant.categories & category.bit
    ]
    institutions = {grant.institution_id for grant in reading if grant.institution_id}
    named = {grant.staff_id for grant in reading if grant.staff_id}
    following = Participant.objects.filter(dossier=dossier, state=ParticipantState.TAKING_PART, staff__isnull=False)
    people = {p.staff for p in following.select_related("staff__institution") if p.staff}
    leads = Assignment.objects.filter(dossier=dossier, valid_until=None).select_related("staff__institution")
    people |= {assignment.staff for assignment in leads}
    ordered = sorted(people, key=lambda staff: (staff.institution.code, staff.last_name))
    reads = [staff for staff in ordered if staff.institution_id in institutions or staff.pk in named]
    return Reach(reached=reads, not_reached=[staff for staff in ordered if staff not in reads])


@dataclass(frozen=True, slots=True)
class NextAction:
    """The act that settles a work item, and the page on which it is carried out."""

    sentence: str
    address: str


_MEETINGS = {
    Fact.ROUND_TABLE_HELD_ON,
    Fact.ASSESSMENT_HELD_ON,
    Fact.JOINT_INTERVIEW_HELD_ON,
    Fact.REVIEW_HELD_ON,
    Fact.BOTH_ADVISERS_MET_ON,
    Fact.NETWORK_MEETING_HELD_ON,
    Fact.INTERVISION_HELD_ON,
    Fact.SESSION_DISCUSSED_ON,
    Fact.CONTRIBUTIONS_IN,
}
# By what settles an item: the act, and the page on which it is carried out.
_PAGES: dict[str, tuple[object, str]] = {
    Fact.TRIAGED_ON: (gettext_lazy("Decide the triage"), "triage"),
    Fact.REGISTER_CHECKED: (gettext_lazy("Ask the register"), "case"),
    Fact.MEETING_CONVENED: (gettext_lazy("Convene the meeting"), "convene"),
    Fact.PLAN_DRAFTED: (gettext_lazy("Write the plan"), "plans"),
    Fact.PLAN_BINDING_ON: (gettext_lazy("Write the plan and have it signed"), "plans"),
    Fact.TARGET_AGREEMENT_BINDING_ON: (gettext_lazy("Write the plan and have it signed"), "plans"),
    Fact.SERVICE_ORDERED: (gettext_lazy("Order the service"), "choose_service"),
    Fact.MEDICAL_MANDATE_GIVEN: (gettext_lazy("Order the service"), "choose_service"),
    Fact.ADVISERS_NAMED: (gettext_lazy("Record the advisers"), "advisers"),
    Fact.WRITTEN_REQUEST: (gettext_lazy("Add the request"), "keep_placement_request"),
    Fact.CASE_MANAGER_NAMED: (gettext_lazy("Name the case manager"), "name_case_manager"),
    Fact.CONSENT_VALID: (gettext_lazy("Record a consent"), "sign_consent"),
    "consent_renewed": (gettext_lazy("Renew the consent"), "consents"),
    "person_informed": (gettext_lazy("Inform the person"), "consents"),
    "plan_signed": (gettext_lazy("Sign the plan"), "plans"),
    "plan_reviewed": (gettext_lazy("Review the plan"), "plans"),
    "assessment": (gettext_lazy("Assess"), "assessments"),
    "later_outcome": (gettext_lazy("Assess"), "assessments"),
}


def is_to_check_register(acting: Acting, dossier: Dossier) -> bool:
    """Return whether checking the register is an open task of the acting institution in this case."""
    items = WorkItem.objects.filter(dossier=dossier, state=ItemState.OPEN, settled_by=Fact.REGISTER_CHECKED)
    return items.filter(addressed_id=acting.institution_id).exists()


def next_action(item: WorkItem) -> NextAction | None:
    """Return the act that settles a work item, ``None`` for one that is completed by hand."""
    word_of_item, case = item.settled_by, item.dossier_id
    if not word_of_item:
        return None
    if item.about_type == "service" and word_of_item == Fact.MEDICAL_REPORT_ON:
        return NextAction(_("Write the medical report"), reverse("medical_report", args=[case, item.about_id]))
    if word_of_item == CORRECTION_ANSWERED:
        return NextAction(_("Answer"), reverse("answer_correction", args=[case, item.about_id]))
    if word_of_item == DOCUMENT_RENEWED:
        page = reverse("upload_document", args=[case])
        return NextAction(_("Add the renewed document"), f"{page}?replaces={item.about_id}")
    if word_of_item == "question":
        return NextAction(_("Answer"), reverse("answer_question", args=[case, item.pk]))
    if word_of_item in _PAGES:
        sentence, page = _PAGES[word_of_item]
        return NextAction(str(sentence), reverse(page, args=[case]))
    if word_of_item in _MEETINGS:
        return NextAction(_("Hold the meeting"), reverse("convene", args=[case]))
    if word_of_item in Fact.values and word(word_of_item).source is Source.STATED:
        return NextAction(_("Record it"), reverse("record_fact", args=[case, word_of_item]))
    if word_of_item == Fact.HANDOVER_ACCEPTED_ON:
        return NextAction(_("Hand over the case"), reverse("case", args=[case]) + "#handovers-title")
    if word_of_item in (Fact.COACHING_CLOSED_ON, Fact.MEDICAL_REPORT_ON, Fact.SERVICES_RUNNING):
        return NextAction(_("Complete the service"), reverse("case", args=[case]) + "#services-title")
    return NextAction(_("Assess"), reverse("assessments", args=[case]))


@dataclass(frozen=True, slots=True)
class LedCase:
    """A case that somebody leads or manages, as one row."""

    case: Case
    functions: Sequence[str]
    phase: str
    next_due: date | None
    plan_binding_on: Scalar | None
    review_on: Scalar | None
    consent_until: date | None


def led_cases(acting: Acting) -> list[LedCase]:
    """List the open cases that the acting person leads or manages, by next due date."""
    functions: dict[int, list[str]] = {}
    for assignment in Assignment.objects.filter(staff_id=acting.own_staff_id, valid_until=None):
        functions.setdefault(assignment.dossier_id, []).append(str(Function(assignment.function).label))
    cases = (
        Case.objects.readable_by(acting)
        .filter(pk__in=functions, state__in=OPEN_STATES)
        .select_related("dossier", "region", "notifier")
        .prefetch_related("dossier__particulars")[:_MOST_LED]
    )
    ids = [case.pk for case in cases]
    courses = {course.pk: course for course in Course.objects.filter(pk__in=ids).select_related("version")}
    due = _first(readable_items(acting).filter(state=ItemState.OPEN), "due_on", ids, min)
    until = _first(valid_consents(acting), "valid_until", ids, max)
    facts = known_facts_of(ids)
    steered = [
        LedCase(
            case=case,
            functions=functions[case.pk],
            phase=in_language(courses[case.pk].current.title) if case.pk in courses else "",
            next_due=due.get(case.pk),
            plan_binding_on=facts.get((case.pk, Fact.PLAN_BINDING_ON)),
            review_on=facts.get((case.pk, Fact.PLAN_REVIEW_ON)),
            consent_until=until.get(case.pk),
        )
        for case in cases
    ]
    return sorted(steered, key=lambda line: (line.next_due or date.max, line.case.pk))


def _first(
    rows: QuerySet[Any], column: str, dossier_ids: Sequence[int], better: Callable[[date, date], date]
) -> dict[int, date]:
    """Return the earliest or latest day of each case, by case id."""
    found: dict[int, date] = {}
    for dossier_id, day in rows.filter(dossier_id__in=dossier_ids).values_list("dossier_id", column):
        found[dossier_id] = better(day, found.get(dossier_id, day))
    return found
