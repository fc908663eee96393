"""The pages of assessments: load, ask the form, call one service, answer."""

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.canton.instruments.queries import source_in_words
from suone.canton.instruments.rules import Section, text_in
from suone.casework.assessments import forms, queries, services
from suone.casework.assessments.acts import Act
from suone.casework.assessments.models import Assessment, SectionAnswers
from suone.casework.assessments.rules import category_of
from suone.casework.cases.queries import readable_case
from suone.ground.access.categories import Power
from suone.ground.access.permissions import Permission
from suone.ground.audit.models import RecordKind
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, refusals_on, render
from suone.ground.web.sent import in_form, in_query
from suone.ground.web.tables import as_file
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power, readable_dossier


@reads(Permission.CASE_READ, act=Act.LISTED)
def assessments(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """List assessments and available instruments, those named by the current phase first."""
    acting = request.acting
    case = readable_case(acting, dossier_id)
    known = queries.assessments_of(acting, case.dossier)
    foreseen, others = queries.offers_for(case, known)
    finished = [a for a in known if a.is_finished]
    context = {
        "dossier": case.dossier,
        "case": case,
        "results": [queries.result_of(a) for a in finished],
        "comparable": {a.instrument for a in finished if a.number > 1},
        "drafts": [a for a in known if not a.is_finished],
        "foreseen": foreseen,
        "others": others,
        "may_write": _may_write(request, case.dossier),
    }
    return render(request, "assessments/list.html", context)


@acts(Permission.CASE_WORK)
def start_assessment(request: ActingRequest, dossier_id: int, instrument: str) -> HttpResponse:
    case = readable_case(request.acting, dossier_id)
    if request.method != "POST":
        return redirect("assessments", dossier_id)
    this = services.start_assessment(request.acting, case=case, identifier=instrument)
    return redirect("assessment", dossier_id, this.pk)


@reads(Permission.CASE_READ, act=Act.READ)
def assessment(request: ActingRequest, dossier_id: int, assessment_id: int) -> HttpResponse:
    """The list of sections while it is being answered; the result with its calculation afterwards."""
    acting = request.acting
    this = queries.readable_assessment(acting, dossier_id, assessment_id)
    context = {"assessment": this, "dossier": this.dossier, "may_write": _may_write(request, this.dossier)}
    if not this.is_finished:
        context |= {
            "tasks": queries.tasks_of(acting, this),
            "about": text_in(this.version.instrument.about, queries.reader_language()),
            "note": text_in(this.version.instrument.note, queries.reader_language()),
            "source": source_in_words(this.version.instrument),
        }
        return render(request, "assessments/tasks.html", context)
    context |= {
        "sheet": queries.sheet_of(acting, this),
        "may_decide": not this.decided_on
        and this.readable_score
        and acting.may(Permission.CASE_WORK)
        and has_power(acting, this.dossier, Power.LEAD),
    }
    return render(request, "assessments/result.html", context)


@acts(Permission.CASE_WORK, act=Act.READ)
def section(request: ActingRequest, dossier_id: int, assessment_id: int, section: str) -> HttpResponse:
    this, part = _section(request, dossier_id, assessment_id, section)
    form = _form(request, this, part)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            _save(request, this, part, form.answers())
            return done(request, _("The section is saved."), "assessment", dossier_id, assessment_id)
    context = {
        "assessment": this,
        "dossier": this.dossier,
        "form": form,
        "kinds": {f"item_{item.id}": item.kind for item in form.items},
        "title": text_in(part.title, queries.reader_language()),
        "about": text_in(part.about, queries.reader_language()),
        "category": category_of(part.category).label,
    }
    return render(request, "assessments/section.html", context, status=422 if form.errors else 200)


@acts(Permission.CASE_WORK)
def keep_section(request: ActingRequest, dossier_id: int, assessment_id: int, section: str) -> HttpResponse:
    """Save automatically, two seconds after the last key, leaving out invalid answers."""
    this, part = _section(request, dossier_id, assessment_id, section)
    if request.method != "POST":
        return redirect("assessment_section", dossier_id, assessment_id, section)
    kept = _save(request, this, part, _form(request, this, part).answers_so_far())
    names = [dossier_id, assessment_id, section]
    address, page = reverse("keep_section", args=names), reverse("assessment_section", args=names)
    at = timezone.localtime(kept.saved_at)
    return JsonResponse({"version": kept.version, "at": f"{at:%H:%M}", "address": address, "page": page})


@acts(Permission.CASE_WORK)
def finish_assessment(request: ActingRequest, dossier_id: int, assessment_id: int) -> HttpResponse:
    this = queries.readable_assessment(request.acting, dossier_id, assessment_id)
    if request.method == "POST":
        services.finish_assessment(request.acting, assessment=this)
        return done(request, _("The assessment is finished."), "assessment", dossier_id, assessment_id)
    return redirect("assessment", dossier_id, assessment_id)


@acts(Permission.CASE_WORK, act=Act.READ)
def decide_assessment(request: ActingRequest, dossier_id: int, assessment_id: int) -> HttpResponse:
    acting = request.acting
    this = queries.readable_assessment(acting, dossier_id, assessment_id)
    if not this.is_finished:
        return redirect("assessment", dossier_id, assessment_id)
    sheet = queries.sheet_of(acting, this)
    proposed = sheet.score.proposed if sheet.score else ""
    form = forms.DecisionForm(request.POST or None, instrument=this.version.instrument, initial={"band": proposed})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.decide_assessment(acting, assessment=this, **form.cleaned_data)
            return done(request, _("The decision is recorded."), "assessment", dossier_id, assessment_id)
    context = {
        "assessment": this,
        "dossier": this.dossier,
        "sheet": sheet,
        "form": form,
        "labour_measures": queries.labour_measures_running(this),
    }
    return render(request, "assessments/decide.html", context, status=422 if form.errors else 200)


@acts(Permission.CASE_WORK)
def drop_assessment(request: ActingRequest, dossier_id: int, assessment_id: int) -> HttpResponse:
    this = queries.readable_assessment(request.acting, dossier_id, assessment_id)
    if request.method == "POST":
        services.drop_assessment(request.acting, assessment=this)
        return done(request, _("The unfinished assessment is deleted."), "assessments", dossier_id)
    return redirect("assessment", dossier_id, assessment_id)


@reads(Permission.CASE_READ, act=Act.COMPARED)
def compare_assessments(request: ActingRequest, dossier_id: int, instrument: str) -> HttpResponse:
    dossier = readable_dossier(request.acting, dossier_id)
    comparison = queries.comparison_of(request.acting, dossier, instrument)
    return render(request, "assessments/comparison.html", {"dossier": dossier, "comparison": comparison})


@reads(Permission.CASE_READ, act=Act.EXPORTED, kind=RecordKind.EXPORT, sensitive=True)
def export_assessments(request: ActingRequest, dossier_id: int, form: str) -> HttpResponse:
    """The assessments of the case as a spreadsheet or as CSV, as far as they are open to whoever exports."""
    dossier = readable_dossier(request.acting, dossier_id)
    return as_file(queries.export_rows(request.acting, dossier), form=form, name=f"{dossier.number}-assessments")


@reads(Permission.CASE_LEAD, act=Act.OVERDUE_READ)
def overdue_reassessments(request: ActingRequest) -> HttpResponse:
    overdue, following = queries.overdue_reassessments(request.acting, after_id=in_query(request).number("after"))
    return render(request, "assessments/overdue.html", {"overdue": overdue, "following": following})


def _may_write(request: ActingRequest, dossier: Dossier) -> bool:
    return request.acting.may(Permission.CASE_WORK) and has_power(request.acting, dossier, Power.WRITE)


def _section(request: ActingRequest, dossier_id: int, assessment_id: int, section: str) -> tuple[Assessment, Section]:
    """A section of an assessment that is not finished; one that is closed to the acting person does not exist."""
    this = queries.readable_assessment(request.acting, dossier_id, assessment_id)
    task = next((t for t in queries.tasks_of(request.acting, this) if t.section.id == section), None)
    if task is None or not task.is_open or this.is_finished:
        raise Http404
    return this, task.section


def _form(request: ActingRequest, this: Assessment, part: Section) -> forms.SectionForm:
    saved = queries.answers_of(request.acting, this).get(part.id)
    return forms.SectionForm(
        request.POST or None,
        instrument=this.version.instrument,
        section=part.id,
        answers=saved.answers if saved else {},
        version=saved.version if saved else 0,
    )


def _save(request: ActingRequest, this: Assessment, part: Section, answers: dict[str, str]) -> SectionAnswers:
    return services.save_section(
        request.acting,
        assessment=this,
        section=part.id,
        answers=answers,
        version=in_form(request).number("version") or 0,
    )
