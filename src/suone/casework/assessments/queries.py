"""Lookups behind the pages of assessments: offers, results, comparison, export, reassessments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from suone.canton.instruments.models import InstrumentVersion
from suone.canton.instruments.queries import origins_in_words, source_in_words, versions_in_force
from suone.canton.instruments.rules import (
    Band,
    Instrument,
    Section,
    Step,
    answer_text,
    explain,
    format_number,
    name_of,
    text_in,
)
from suone.canton.procedures.facts import Fact
from suone.canton.procedures.rules import Phase
from suone.casework.assessments import drawing
from suone.casework.assessments.models import Assessment, Line, Score, SectionAnswers
from suone.casework.assessments.rules import OUTCOME, TRIAGE, Particulars, State, StoredResult, as_proposal, category_of
from suone.casework.cases.models import Case, Function
from suone.casework.cases.queries import background_notes
from suone.casework.cases.rules import OPEN_STATES, risk_factors_in
from suone.casework.leading.queries import course_of, every_fact
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import particulars_of as known_particulars
from suone.records.dossiers.queries import readable_categories

PAGE = 50


def readable_assessment(acting: Acting, dossier_id: int, assessment_id: int) -> Assessment:
    """Return an assessment; raises ``Http404`` when the acting person may not know of it."""
    this = _readable(acting).filter(dossier_id=dossier_id, pk=assessment_id).first()
    if this is None:
        raise Http404
    return this


def assessments_of(acting: Acting, dossier: Dossier) -> list[Assessment]:
    """List the assessments of a case that the acting person may read, newest first."""
    return list(_readable(acting).filter(dossier=dossier).order_by("-pk"))


def _readable(acting: Acting) -> QuerySet[Assessment]:
    people = ("started_by", "finished_by", "decided_by", "institution", "version", "dossier")
    rows = Assessment.objects.readable_by(acting, category_column="category")
    scores = Prefetch("score", Score.objects.readable_by(acting))
    return rows.select_related(*people).defer("version__text").prefetch_related(scores)


@dataclass(frozen=True, slots=True)
class Result:
    """A finished assessment with its conclusion; without ``band`` when the reader may not read all it draws on."""

    assessment: Assessment
    title: str
    band: Band | None
    conclusion: str
    figure: str = ""


def results_of(assessments: Iterable[Assessment]) -> list[Result]:
    """Return the result of the first finished assessment of each instrument, in the given order."""
    last: dict[str, Assessment] = {}
    for assessment in assessments:
        if assessment.is_finished:
            last.setdefault(assessment.instrument, assessment)
    return [result_of(assessment) for assessment in last.values()]


def result_of(assessment: Assessment) -> Result:
    """Return the conclusion of a finished assessment in the reader's language."""
    instrument, language, score = assessment.version.instrument, reader_language(), assessment.readable_score
    if score is None:
        return Result(assessment, assessment.version.title, None, _("a result that you may not see"))
    band = instrument.band(score.conclusion)
    points = ""
    if instrument.measure:
        most = format_number(instrument.most, language)
        points = _("%(points)s of %(most)s") % {"points": format_number(score.points, language), "most": most}
    return Result(assessment, assessment.version.title, band, text_in(band.title, language), points)


@dataclass(frozen=True, slots=True)
class Offer:
    """An instrument that can be answered in a case, with its draft if there is one."""

    identifier: str
    title: str
    about: str
    draft: Assessment | None = None


def offers_for(case: Case, assessments: Sequence[Assessment]) -> tuple[list[Offer], list[Offer]]:
    """Return the instruments named by the current phase of the case, and the other ones."""
    course = course_of(case.pk)
    foreseen = [name for name in course.current.instruments if name != TRIAGE] if course else []
    versions = versions_in_force()
    drafts = {a.instrument: a for a in assessments if not a.is_finished}
    first = [_offer(versions[name], drafts) for name in foreseen if name in versions]
    others = [_offer(v, drafts) for name, v in versions.items() if name not in (*foreseen, TRIAGE)]
    return first, sorted(others, key=lambda offer: offer.title)


def _offer(version: InstrumentVersion, drafts: dict[str, Assessment]) -> Offer:
    draft = drafts.get(version.identifier)
    return Offer(version.identifier, version.title, text_in(version.instrument.about, reader_language()), draft)


def instruments_by_fact(phase: Phase) -> dict[str, str]:
    """Return the instrument of a phase that reports each fact, by fact code."""
    names = [name for name in phase.instruments if name != TRIAGE]
    versions = versions_in_force(names) if names else {}
    return {fact: name for name, version in versions.items() for fact in version.instrument.established_facts()}


def particulars_of(acting: Acting, case: Case) -> Particulars:
    """Return what the case already knows, as far as the acting person may read it."""
    known = known_particulars(acting, case.pk)
    return Particulars(
        risk_factors=background_notes(acting, case.pk).risk_factors,
        open_risks=risk_factors_in(readable_categories(acting, case.dossier)),
        first_contact_on=case.first_contact_on,
        notified_on=case.notified_on,
        age=known.age_on(acting.today) if known else None,
        closing_outcome=case.outcome,
        closed_on=case.closed_on,
        on=acting.today,
    )


def answers_of(acting: Acting, assessment: Assessment) -> dict[str, SectionAnswers]:
    """Return the saved sections that the acting person may read, by section id."""
    rows = SectionAnswers.objects.readable_by(acting, category_column="category").filter(assessment=assessment)
    return {row.section: row for row in rows.select_related("saved_by")}


def lines_of(acting: Acting, assessment: Assessment) -> list[Line]:
    """List the lines of the calculation that the acting person may read."""
    rows = Line.objects.readable_by(acting, category_column="category").filter(assessment=assessment)
    return list(rows.order_by("pk"))


@dataclass(frozen=True, slots=True)
class Task:
    """A section in the list of an unfinished assessment."""

    section: Section
    title: str
    category: str
    is_open: bool  # to the acting person
    saved: SectionAnswers | None


def tasks_of(acting: Acting, assessment: Assessment) -> list[Task]:
    """List the sections in order, with what is saved and whether the acting person may write them."""
    saved = answers_of(acting, assessment)
    writable = set(readable_categories(acting, assessment.dossier, power=Power.WRITE))
    return [
        Task(
            section=section,
            title=text_in(section.title, reader_language()),
            category=str(category_of(section.category).label),
            is_open=category_of(section.category) in writable,
            saved=saved.get(section.id),
        )
        for section in assessment.version.instrument.sections
    ]


@dataclass(frozen=True, slots=True)
class CalculationLine:
    """A line of the calculation as a page shows it."""

    question: str
    answer: str
    points: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a result: the lines counted, and the free texts."""

    title: str
    is_open: bool
    lines: Sequence[CalculationLine]
    words: Sequence[tuple[str, str, str]]  # question, text, language


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page of a result: conclusion, explanation, calculation by section and dimension, and strategy.

    Without a score, which requires access to all it draws on, only the general parts remain.
    """

    result: Result
    instrument: Instrument
    parts: Sequence[Part]
    score: Score | None
    note: str
    source: str
    origins: Sequence[tuple[str, str]]  # each part of the instrument, and where it comes from
    proposed: str = ""
    sentence: str = ""
    explanation: str = ""
    strategy: str = ""
    dimensions: Sequence[tuple[str, str]] = ()


def sheet_of(acting: Acting, assessment: Assessment) -> Sheet:
    """Return a finished assessment with its calculation, as far as the acting person may read it."""
    instrument, language = assessment.version.instrument, reader_language()
    lines = lines_of(acting, assessment)
    saved = answers_of(acting, assessment)
    result, score = result_of(assessment), assessment.readable_score
    parts = [
        _part(instrument, section, lines, saved.get(section.id), section.id in assessment.saved_sections)
        for section in instrument.sections
    ]
    note, source, origins = (
        text_in(instrument.note, language),
        source_in_words(instrument),
        origins_in_words(instrument),
    )
    if score is None or result.band is None:
        return Sheet(result, instrument, parts, None, note, source, origins)
    steps = tuple(Step(line.item, line.answer, line.points) for line in lines)
    proposal = as_proposal(instrument, StoredResult(score.points, score.proposed, score.rule, steps))
    return Sheet(
        result,
        instrument,
        parts,
        score,
        note,
        source,
        origins,
        proposed=text_in(instrument.band(score.proposed).title, language),
        sentence=explain(instrument, proposal, language),
        explanation=text_in(result.band.explanation, language),
        strategy=text_in(result.band.strategy, language),
        dimensions=[
            (text_in(d.title, language), format_number(proposal.dimensions[d.id], language))
            for d in instrument.dimensions
        ],
    )


def _part(
    instrument: Instrument, section: Section, lines: Sequence[Line], saved: SectionAnswers | None, is_saved: bool
) -> Part:
    language = reader_language()
    items = {item.id: item for item in instrument.items_of(section.id)}
    written = saved.answers if saved else {}
    return Part(
        title=text_in(section.title, language),
        is_open=saved is not None or not is_saved,
        lines=[
            CalculationLine(
                name_of(items[line.item], language),
                answer_text(items[line.item], line.answer, language),
                format_number(line.points, language) if instrument.most else "",
            )
            for line in lines
            if line.item in items
        ],
        words=[
            (name_of(item, language), written[item.id], saved.language)
            for item in items.values()
            if item.kind == "text" and saved and written.get(item.id)
        ],
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """An instrument over time: the chart, the results, and the answers side by side."""

    title: str
    columns: Sequence[Assessment]
    results: Sequence[Result]
    rows: Sequence[tuple[str, Sequence[str]]]
    chart: str


def comparison_of(acting: Acting, dossier: Dossier, identifier: str) -> Comparison:
    """Compare the finished assessments of one instrument, oldest first; raises ``Http404`` when there is none."""
    rows = _readable(acting).filter(dossier=dossier, instrument=identifier, state=State.FINISHED)
    columns = list(rows.order_by("number"))
    if not columns:
        raise Http404
    results = [result_of(assessment) for assessment in columns]
    of_lines = Line.objects.readable_by(acting, category_column="category").filter(assessment__in=columns)
    answers = {(line.assessment_id, line.item): line.answer for line in of_lines}
    newest = columns[-1].version.instrument
    return Comparison(
        title=columns[-1].version.title,
        columns=columns,
        results=results,
        rows=[
            (
                name_of(item, reader_language()),
                [_cell(answers.get((column.pk, item.id)), column, item.id) for column in columns],
            )
            for item in newest.items
            if item.counts
        ],
        chart=drawing.draw(*_curve(columns, results), title=columns[-1].version.title),
    )


def _cell(answer: str | None, column: Assessment, item_id: str) -> str:
    items = {item.id: item for item in column.version.instrument.items}
    return answer_text(items[item_id], answer, reader_language()) if answer is not None and item_id in items else "–"


def _curve(columns: Sequence[Assessment], results: Sequence[Result]) -> tuple[list[drawing.Dot], drawing.Scale]:
    """Return the dots and scale of the chart: points if the instrument counts them, otherwise the rank of the band."""
    language = reader_language()
    instrument = columns[-1].version.instrument
    scored = [(c, c.readable_score, r) for c, r in zip(columns, results, strict=True)]
    if instrument.most:
        dots = [
            drawing.Dot(c.finished_on or date.min, float(score.points), r.conclusion, r.figure)
            for c, score, r in scored
            if score
        ]
        most = max(float(column.version.instrument.most) for column in columns)
        return dots, drawing.Scale(0, most, [(0, "0"), (most, format_number(Decimal(str(most)), language))])
    order = [band.code for band in reversed(instrument.bands)]
    dots = [
        drawing.Dot(c.finished_on or date.min, order.index(score.conclusion), r.conclusion, "")
        for c, score, r in scored
        if score and score.conclusion in order
    ]
    marks = [(place, text_in(instrument.band(code).title, language)) for place, code in enumerate(order)]
    return dots, drawing.Scale(0, max(len(order) - 1, 1), [(float(place), title) for place, title in marks])


def export_rows(acting: Acting, dossier: Dossier) -> list[list[Any]]:
    """Return a heading row and one row per answer and result of the finished assessments the acting person may read."""
    language = reader_language()
    headings = [
        _("Instrument"), _("Version"), _("No."), _("Finished on"), _("Institution"), _("Section"), _("Question"),
        _("Answer given"), _("Points"), _("Dimension"),
    ]  # fmt: skip
    rows: list[list[Any]] = [headings]
    for assessment in reversed(assessments_of(acting, dossier)):
        if not assessment.is_finished:
            continue
        begin = [
            assessment.version.title, assessment.version.version, assessment.number, assessment.finished_on,
            assessment.institution.short_name,
        ]  # fmt: skip
        instrument = assessment.version.instrument
        titles = {d.id: text_in(d.title, language) for d in instrument.dimensions}
        items = {item.id: item for item in instrument.items}
        sections = {section.id: text_in(section.title, language) for section in instrument.sections}
        for line in lines_of(acting, assessment):
            item = items[line.item]
            answer = answer_text(item, line.answer, language)
            rows.append(
                [
                    *begin,
                    sections[item.section],
                    text_in(item.text, language),
                    answer,
                    line.points,
                    titles.get(line.dimension, ""),
                ]
            )
        for section, saved in answers_of(acting, assessment).items():
            words = [item for item in instrument.items_of(section) if item.kind == "text" and item.id in saved.answers]
            rows += [
                [*begin, sections[section], text_in(i.text, language), saved.answers[i.id], None, ""] for i in words
            ]
        rows += [[*begin, "", *said_of_result] for said_of_result in _result_rows(assessment)]
        rows += [[*begin, _("Source"), part, place, None, ""] for part, place in origins_in_words(instrument)]
    return rows


def _result_rows(assessment: Assessment) -> list[list[Any]]:
    """Return the rows of the result as (what, value, points, no dimension), if it may be read."""
    score, language = assessment.readable_score, reader_language()
    if score is None:
        return [[_("Proposal"), _("a result that you may not see"), None, ""]]
    band = {code.code: text_in(code.title, language) for code in assessment.version.instrument.bands}
    rows: list[list[Any]] = [[_("Proposal"), band[score.proposed], score.points, ""]]
    if score.decided:
        rows.append([_("Decided"), band[score.decided], None, ""])
    if score.reason:
        rows.append([_("Reason"), score.reason, None, ""])
    return rows


@dataclass(frozen=True, slots=True)
class Overdue:
    """A case with an overdue reassessment."""

    assessment: Assessment
    result: Result
    lead: str
    institution: str


def overdue_reassessments(acting: Acting, *, after_id: int | None = None) -> tuple[list[Overdue], int | None]:
    """List overdue reassessments in open cases, longest overdue first, and the cursor of the next page."""
    rows = (
        _readable(acting)
        .filter(again_on__lt=acting.today, dossier__case__state__in=OPEN_STATES)
        .prefetch_related("dossier__assignments__staff__institution", "dossier__particulars")
    )
    if after_id is not None:
        last = Assessment.objects.filter(pk=after_id).values_list("again_on", flat=True).first()
        if last is not None:
            rows = rows.filter(Q(again_on__gt=last) | Q(again_on=last, pk__gt=after_id))
    page = list(rows.order_by("again_on", "pk")[: PAGE + 1])
    following = page[PAGE - 1].pk if len(page) > PAGE else None
    return [_overdue(assessment) for assessment in page[:PAGE]], following


def _overdue(assessment: Assessment) -> Overdue:
    current = [
        assignment.staff
        for assignment in assessment.dossier.assignments.all()
        if assignment.function == Function.LEAD and assignment.valid_until is None
    ]
    lead, institution = (current[0].full_name, current[0].institution.short_name) if current else ("–", "")
    return Overdue(assessment, result_of(assessment), lead, institution)


def labour_measures_running(assessment: Assessment) -> bool:
    """Return whether a segment is being decided while labour-market measures are recorded as under way."""
    is_about_a_segment = assessment.version.instrument.establishes.decided == Fact.SEGMENT
    return is_about_a_segment and bool(every_fact(assessment.dossier_id).get(Fact.LABOUR_MEASURES))


def outcomes_of(dossier: Dossier) -> QuerySet[Assessment]:
    """Return the outcomes recorded in a case."""
    return Assessment.objects.filter(dossier=dossier, instrument=OUTCOME, state=State.FINISHED)


def categories_open_for_writing(acting: Acting, dossier: Dossier) -> set[DataCategory]:
    """Return the data categories of a case in which the acting person may write."""
    return set(readable_categories(acting, dossier, power=Power.WRITE))


def reader_language() -> str:
    """Return the reader's language code."""
    return (get_language() or "de")[:2]
