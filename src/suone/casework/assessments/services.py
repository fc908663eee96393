"""Acts on an instrument in a case: starting, saving sections, finishing, deciding, and asking for reassessments."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db.models import F, Func, Max, Value
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suone.canton.instruments.queries import version_in_force
from suone.canton.instruments.rules import Instrument, Proposal, answer_text, evaluate, name_of
from suone.casework.assessments import rules
from suone.casework.assessments.acts import Act
from suone.casework.assessments.models import Assessment, Line, Score, SectionAnswers
from suone.casework.assessments.queries import answers_of, categories_open_for_writing, outcomes_of, particulars_of
from suone.casework.assessments.rules import OUTCOME, State, category_of
from suone.casework.cases.models import Assignment, Case, Function
from suone.casework.cases.rules import OPEN_STATES, ClosingReason
from suone.casework.cases.rules import State as CaseState
from suone.casework.cases.services import notify_participants
from suone.casework.leading.queries import course_of
from suone.casework.leading.services import follow_procedure, store_fact
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power, receiver_of
from suone.records.dossiers.services import lock, record_event
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import add_work_item, close_items_about

REASSESSMENT = "assessment"  # the object of a reassessment's work item
LATER_OUTCOME = "later_outcome"  # the object of the work item six months after closing


def start_assessment(acting: Acting, *, case: Case, identifier: str) -> Assessment:
    """Start an instrument in the version in force, prefilled from the case and the previous assessment.

    Returns the existing draft if there is one, and finishes at once when every answer is known. Raises ``Refused`` when the
    instrument is not in force, or its data category is closed to the acting person.
    """
    dossier = lock(case.dossier_id)
    version = version_in_force(identifier)
    if version is None or identifier == rules.TRIAGE:
        raise Refused(_("This instrument is not in force: choose one of the list."))
    begun = Assessment.objects.filter(dossier=dossier, instrument=identifier, state=State.DRAFT).first()
    if begun is not None:
        return begun
    instrument = version.instrument
    _check_open(acting, dossier, category_of(instrument.category))
    before = _last_finished(dossier, identifier)
    assessment = Assessment.objects.create(
        dossier=dossier,
        instrument=identifier,
        version=version,
        number=_next_number(dossier, identifier),
        category=category_of(instrument.category),
        started_by_id=acting.own_staff_id,
        institution_id=acting.own_institution_id,
    )
    _record_event(acting, assessment, Act.STARTED, RecordKind.STORE)
    known = rules.known_answers(instrument, particulars_of(acting, case))
    _prefill(acting, assessment, (_answers_before(acting, before) if before else {}) | known)
    if rules.is_all_known(instrument, known):
        return finish_assessment(acting, assessment=assessment)
    return assessment


def save_section(
    acting: Acting, *, assessment: Assessment, section: str, answers: Mapping[str, str], version: int
) -> SectionAnswers:
    """Save the answers of a section; ``answers`` are by item id, ``version`` is 0 for a new section.

    Raises ``Conflict`` with both when somebody saved it meanwhile, ``Refused`` for a finished assessment or a closed
    data category.
    """
    dossier = lock(assessment.dossier_id)
    assessment = _unfinished(assessment)
    instrument = assessment.version.instrument
    category = category_of(instrument.section(section).category)
    _check_open(acting, dossier, category)
    fitting = rules.answers_of_section(instrument, section, answers)
    kept = SectionAnswers.objects.filter(assessment=assessment, section=section).first()
    if (kept.version if kept else 0) != version:
        _raise_conflict(instrument, section, kept.answers if kept else {}, fitting)
    row = _keep_section(acting, assessment, section, fitting, kept)
    record(
        acting,
        kind=RecordKind.STORE,
        act=Act.SAVED,
        dossier_id=dossier.pk,
        person_id=dossier.person_id,
        about=("assessment", assessment.pk),
        details={"section": section},
    )
    return row


def finish_assessment(acting: Acting, *, assessment: Assessment) -> Assessment:
    """Finish an assessment: calculate and store the result line by line, and report the facts that follow.

    Without a pending decision the reassessment period starts now. Raises ``Refused`` when nothing was saved, a section
    is closed to the acting person, or it is already finished.
    """
    dossier = lock(assessment.dossier_id)
    assessment = _unfinished(assessment)
    instrument = assessment.version.instrument
    saved = answers_of(acting, assessment)
    rules.check_can_finish(assessment.saved_sections)
    rules.check_every_section_is_open(assessment.saved_sections, saved)
    proposal = evaluate(instrument, {item: answer for row in saved.values() for item, answer in row.answers.items()})
    _keep_result(assessment, instrument, proposal)
    assessment.state, assessment.finished_on, assessment.finished_by_id = State.FINISHED, acting.today, acting.staff_id
    before = [] if instrument.waits_for_decision else _set_clock(acting, assessment)
    assessment.save(update_fields=["state", "finished_on", "finished_by", "again_on"])
    _close_clocks(acting, before)
    _record_event(acting, assessment, Act.FINISHED, RecordKind.CHANGE, details={"proposed": proposal.band})
    for fact, value in rules.facts_of_answers(instrument, proposal, on=acting.today):
        store_fact(acting, dossier=dossier, fact=fact, value=value)
    if assessment.instrument == OUTCOME and proposal.steps:
        close_items_about(acting, dossier=dossier, about=(LATER_OUTCOME, dossier.pk))
    follow_procedure(acting, dossier=dossier)
    return assessment


def decide_assessment(acting: Acting, *, assessment: Assessment, band: str, reason: str = "") -> Assessment:
    """Decide on the proposal of a finished assessment; a decision that differs from it needs a reason.

    ``band`` is a code of the instrument. Raises ``Refused`` unless the acting institution leads the case and may read all
    that the result draws on, for those whom the instrument does not let decide, and when it is unfinished or already decided.
    """
    dossier = lock(assessment.dossier_id)
    assessment = Assessment.objects.select_related("version", "dossier").get(pk=assessment.pk)
    instrument = assessment.version.instrument
    if not has_power(acting, dossier, Power.LEAD):
        raise Refused(_("Only institutions that lead the case can do this: ask the lead."))
    if not assessment.is_finished:
        raise Refused(_("Finish the assessment first: then there is a proposal to decide on."))
    if assessment.decided_on:
        raise Refused(_("This has already been decided: repeat the assessment if things have changed."))
    score = Score.objects.readable_by(acting).filter(assessment=assessment).first()
    if score is None:
        raise Refused(
            _(
                "This result draws on data categories that are closed to you: somebody who may read all of them must decide."
            )
        )
    own = Institution.objects.values_list("kind", flat=True).get(pk=acting.own_institution_id)
    rules.check_who_decides(instrument, institution=own)
    rules.check_decision(instrument, proposed=score.proposed, band=band, reason=reason)
    score.decided, score.reason = band, reason.strip()
    assessment.decided_on, assessment.decided_by_id = acting.today, acting.own_staff_id
    before = _set_clock(acting, assessment) if instrument.waits_for_decision else []
    assessment.save(update_fields=["decided_on", "decided_by", "again_on"])
    _close_clocks(acting, before)
    score.save(update_fields=["decided", "reason"])
    _record_event(
        acting, assessment, Act.DECIDED, RecordKind.CHANGE, details={"proposed": score.proposed, "decided": band}
    )
    notify_participants(acting, dossier, Act.DECIDED, category=DataCategory(assessment.category))
    for fact, value in rules.facts_of_decision(instrument, band, on=acting.today):
        store_fact(acting, dossier=dossier, fact=fact, value=value)
    follow_procedure(acting, dossier=dossier)
    return assessment


def drop_assessment(acting: Acting, *, assessment: Assessment) -> None:
    """Delete an assessment started by mistake; raises ``Refused`` once finished, or when a section is closed."""
    lock(assessment.dossier_id)
    assessment = _unfinished(assessment)
    rules.check_every_section_is_open(assessment.saved_sections, answers_of(acting, assessment))
    _record_event(acting, assessment, Act.DROPPED, RecordKind.DELETE)
    assessment.delete()


def ask_for_reassessments(acting: Acting) -> int:
    """Set the work items for reassessments two weeks ahead, as a daily job; returns how many.

    None is set when the procedure of the case sets the same work item.
    """
    count = 0
    running = Assessment.objects.filter(again_on__isnull=False, dossier__case__state__in=OPEN_STATES)
    for assessment in running.select_related("version", "dossier").iterator(chunk_size=500):
        assert assessment.again_on is not None
        if not rules.is_to_be_asked_again(assessment.again_on, on=acting.today):
            continue
        if _procedure_asks(assessment) or _is_asked(assessment.dossier, (REASSESSMENT, assessment.pk)):
            continue
        _ask_lead(acting, assessment.dossier, gettext_noop("Repeat the assessment"), assessment.again_on, assessment)
        count += 1
    return count


def ask_for_later_outcomes(acting: Acting) -> int:
    """Ask the last lead for the outcome six months after closing, as a daily job; returns how many."""
    count = 0
    half_a_year_ago = acting.today - timedelta(days=180)
    closed = Case.objects.filter(state=CaseState.CLOSED, closed_on__lte=half_a_year_ago).select_related("dossier")
    closed = closed.filter(closed_on__gte=acting.today - timedelta(days=370)).exclude(closing_reason=ClosingReason.DIED)
    for case in closed.iterator(chunk_size=500):
        assert case.closed_on is not None
        if not rules.may_ask_for_later_outcome(case.closed_on, on=acting.today):
            continue
        if outcomes_of(case.dossier).filter(finished_on__gt=case.closed_on).exists() or _is_asked(
            case.dossier, (LATER_OUTCOME, case.pk), since=case.closed_on
        ):
            continue
        due_on = acting.today + timedelta(days=rules.DAYS_TO_ANSWER)
        _ask_lead(acting, case.dossier, gettext_noop("Record the outcome six months after closing"), due_on, None)
        count += 1
    return count


def _unfinished(assessment: Assessment) -> Assessment:
    """Return the assessment as stored now; raises ``Refused`` once it is finished."""
    now = Assessment.objects.select_related("version", "dossier").filter(pk=assessment.pk).first()
    if now is None or now.is_finished:
        raise Refused(_("This assessment is finished: repeat it instead."))
    return now


def _check_open(acting: Acting, dossier: Dossier, category: DataCategory) -> None:
    if category not in categories_open_for_writing(acting, dossier):
        raise Refused(
            _("The data category “%(category)s” of this case is closed to you.") % {"category": category.label}
        )


def _next_number(dossier: Dossier, identifier: str) -> int:
    numbers = Assessment.objects.filter(dossier=dossier, instrument=identifier).aggregate(last=Max("number"))
    return (numbers["last"] or 0) + 1


def _last_finished(dossier: Dossier, identifier: str) -> Assessment | None:
    finished = Assessment.objects.filter(dossier=dossier, instrument=identifier, state=State.FINISHED)
    return finished.order_by("-number").first()


def _answers_before(acting: Acting, before: Assessment) -> dict[str, str]:
    return {item: answer for row in answers_of(acting, before).values() for item, answer in row.answers.items()}


def _prefill(acting: Acting, assessment: Assessment, known: Mapping[str, str]) -> None:
    """Prefill the sections with known answers, as far as the acting person may write them."""
    instrument, open_ones = assessment.version.instrument, categories_open_for_writing(acting, assessment.dossier)
    for section in instrument.sections:
        fitting = rules.answers_of_section(instrument, section.id, known)
        if fitting and category_of(section.category) in open_ones:
            _keep_section(acting, assessment, section.id, fitting, None)


def _keep_section(
    acting: Acting, assessment: Assessment, section: str, answers: Mapping[str, str], kept: SectionAnswers | None
) -> SectionAnswers:
    row = kept or SectionAnswers(
        dossier_id=assessment.dossier_id,
        assessment=assessment,
        section=section,
        category=category_of(assessment.version.instrument.section(section).category),
        version=0,
    )
    row.answers, row.version = dict(answers), row.version + 1
    row.language = (translation.get_language() or "de")[:2]
    row.saved_at, row.saved_by_id = timezone.now(), acting.own_staff_id
    row.save(update_fields=None if kept is None else ["answers", "language", "version", "saved_at", "saved_by"])
    if section not in assessment.saved_sections:
        appended = Func(F("saved_sections"), Value(section), function="array_append")
        Assessment.objects.filter(pk=assessment.pk).update(saved_sections=appended)
        assessment.saved_sections.append(section)
    return row


def _raise_conflict(
    instrument: Instrument, section: str, current: Mapping[str, str], submitted: Mapping[str, str]
) -> None:
    language = (translation.get_language() or "de")[:2]
    items = [item for item in instrument.items_of(section) if current.get(item.id) != submitted.get(item.id)]

    def texts(answers: Mapping[str, str]) -> dict[str, str]:
        return {
            name_of(item, language): answer_text(item, answers[item.id], language) if item.id in answers else "–"
            for item in items
        }

    raise Conflict(current=texts(current), submitted=texts(submitted))


def _keep_result(assessment: Assessment, instrument: Instrument, proposal: Proposal) -> None:
    score = Score(dossier_id=assessment.dossier_id, assessment=assessment)
    score.points, score.proposed, score.rule = proposal.points, proposal.band, proposal.rule
    score.save(force_insert=True)
    lines = []
    for step in proposal.steps:
        item = instrument.item(step.item)
        lines.append(
            Line(
                dossier_id=assessment.dossier_id,
                assessment=assessment,
                item=item.id,
                dimension=item.dimension,
                category=category_of(instrument.section(item.section).category),
                answer=step.answer,
                points=step.points,
            )
        )
    Line.objects.bulk_create(lines)


def _set_clock(acting: Acting, assessment: Assessment) -> list[Assessment]:
    """Set the due date of the reassessment, one per instrument and case, and return the earlier ones that it replaces."""
    others = Assessment.objects.filter(dossier_id=assessment.dossier_id, instrument=assessment.instrument)
    before = list(others.exclude(pk=assessment.pk).filter(again_on__isnull=False).select_related("dossier"))
    others.filter(pk__in=[one.pk for one in before]).update(again_on=None)
    assessment.again_on = rules.due_again_on(assessment.version.instrument, on=acting.today)
    return before


def _close_clocks(acting: Acting, assessments: Sequence[Assessment]) -> None:
    """Close the work items of earlier assessments; the newer one has to be stored by then."""
    for assessment in assessments:
        close_items_about(acting, dossier=assessment.dossier, about=(REASSESSMENT, assessment.pk))


def _procedure_asks(assessment: Assessment) -> bool:
    """Return whether the current phase sets the reassessment as a recurring work item."""
    course = course_of(assessment.dossier_id)
    established = assessment.version.instrument.established_facts()
    return course is not None and any(
        item.repeats and item.completed_by in established for item in course.current.items
    )


def _is_asked(dossier: Dossier, about: tuple[str, int], *, since: date | None = None) -> bool:
    items = WorkItem.objects.filter(dossier=dossier, about_type=about[0], about_id=about[1])
    if since is not None:
        return items.filter(asked_at__date__gt=since).exists()
    return items.filter(state=ItemState.OPEN).exists()


def _ask_lead(acting: Acting, dossier: Dossier, title: str, due_on: date, assessment: Assessment | None) -> None:
    current = Assignment.objects.filter(dossier=dossier, function=Function.LEAD, valid_until=None)
    lead = current.select_related("staff").first()
    office = receiver_of(dossier).pk
    add_work_item(
        acting,
        dossier=dossier,
        title=title,
        is_own_words=False,
        due_on=due_on,
        addressed_id=lead.staff.institution_id if lead else office,
        assigned=lead.staff if lead else None,
        controlling_id=office,
        about=(REASSESSMENT, assessment.pk) if assessment else (LATER_OUTCOME, dossier.pk),
        settled_by=REASSESSMENT if assessment else LATER_OUTCOME,
    )


def _record_event(
    acting: Acting,
    assessment: Assessment,
    act: Act,
    kind: RecordKind,
    *,
    details: Mapping[str, str] | None = None,
) -> None:
    titles = assessment.version.instrument.title
    record_event(
        acting,
        dossier=assessment.dossier,
        kind=kind,
        act=act,
        category=DataCategory(assessment.category),
        about=("assessment", assessment.pk),
        text=titles["de"],
        text_language="",
        texts=titles,
        details=details,
    )
