"""The pages of a plan: reading, writing, signing, comparing, printing."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.casework.cases.queries import case_staff, readable_case
from suone.casework.plans import forms, queries, services
from suone.casework.plans.acts import Act
from suone.casework.plans.models import Measure, Plan
from suone.casework.plans.printing import booklet_pdf, plan_pdf
from suone.casework.plans.rules import EntryKind, Form, Kind, MeasureState, State
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.permissions import Permission
from suone.ground.audit.models import RecordKind
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, form_page, refusals_on, render
from suone.ground.web.sent import in_query
from suone.records.documents.typeset import LANGUAGES
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power, language_of_person, readable_categories, readable_dossier


@reads(Permission.CASE_READ, act=Act.READ)
def plans(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """All plans of the case with their versions."""
    dossier = readable_dossier(request.acting, dossier_id)
    context = {
        "dossier": dossier,
        "plans": queries.plans_of(request.acting, dossier),
        "versions": queries.versions_of(request.acting, dossier),
        "may_write": _may_write(request, dossier),
    }
    return render(request, "plans/plans.html", context)


@acts(Permission.PLAN_WRITE)
def begin(request: ActingRequest, dossier_id: int) -> HttpResponse:
    dossier = readable_dossier(request.acting, dossier_id)
    kinds = queries.offered_kinds(dossier)
    form = forms.BeginForm(request.POST or None, kinds=kinds, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            begun = services.begin_plan(
                request.acting,
                dossier=dossier,
                kind=Kind(form.cleaned_data["kind"]),
                review_on=form.cleaned_data["review_on"],
            )
            return done(
                request, _("The plan has been started: write it section by section."), "edit_plan", dossier_id, begun.pk
            )
    return form_page(
        request,
        form,
        title=f"{_('Begin a plan')} · {dossier.number}",
        submit=_("Begin"),
        back=reverse("case", args=[dossier_id]),
    )


@reads(Permission.CASE_READ, act=Act.READ)
def plan(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    acting = request.acting
    this = queries.readable_plan(acting, dossier_id, plan_id)
    may_write = _may_write(request, this.dossier)
    context = {
        "dossier": this.dossier,
        "plan": this,
        "sheet": queries.sheet_of(acting, this),
        "versions": queries.versions_of(acting, this.dossier, kind=this.kind),
        "sections": list(EntryKind),
        "may_write": may_write,
        "may_sign": may_write and acting.may(Permission.PLAN_SIGN),
        "languages_of_print": sorted(LANGUAGES, key=lambda code: code != language_of_person(acting, this.dossier_id)),
    }
    return render(request, "plans/plan.html", context)


@acts(Permission.PLAN_WRITE, act=Act.READ)
def edit(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    """The draft as a list of sections, each line saved by itself."""
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    if request.method == "POST" or not this.is_draft:
        return redirect("plan", dossier_id, plan_id)
    readable = readable_categories(request.acting, this.dossier)
    sheet = queries.sheet_of(request.acting, this)
    context = {
        "dossier": this.dossier,
        "plan": this,
        "sheet": sheet,
        "sections": [
            (kind, forms.EntryForm(initial={"kind": kind.value}, auto_id=f"{kind.value}_%s", readable=readable))
            for kind in EntryKind
        ],
        "review_form": _review_form(request.acting, sheet),
    }
    return render(request, "plans/edit.html", context)


@acts(Permission.PLAN_WRITE)
def review(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    form = _review_form(request.acting, queries.sheet_of(request.acting, this), request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.set_review(request.acting, plan=this, **form.chosen())
            return done(request, _("The review day is saved."), _page_of(this), dossier_id, plan_id)
    return _form(request, form, this, title=_("When the plan is reviewed"), submit=_("Save"))


@acts(Permission.PLAN_WRITE)
def add_entry(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    kind = in_query(request).text("kind")
    form = forms.EntryForm(
        request.POST or None,
        initial={"kind": kind if kind in EntryKind else EntryKind.GOAL},
        readable=readable_categories(request.acting, this.dossier),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            typed = form.cleaned_data
            services.add_entry(
                request.acting,
                plan=this,
                kind=EntryKind(typed["kind"]),
                text=typed["text"],
                category=DataCategory(typed["category"]),
            )
            return _saved(request, this, typed["kind"])
    return _form(request, form, this, title=_("Add to the plan"), submit=_("Save"))


@acts(Permission.PLAN_WRITE, act=Act.READ)
def change_entry(request: ActingRequest, dossier_id: int, plan_id: int, plan_entry_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    entry = queries.readable_entry(request.acting, this, plan_entry_id)
    form = forms.ChangeEntryForm(
        request.POST or None,
        initial={"text": entry.text, "category": entry.category, "version": entry.version},
        readable=readable_categories(request.acting, this.dossier),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            typed = form.cleaned_data
            services.change_entry(
                request.acting,
                entry=entry,
                text=typed["text"],
                category=DataCategory(typed["category"]),
                version=typed["version"],
            )
            return _saved(request, this, entry.kind)
    return _form(request, form, this, title=str(EntryKind(entry.kind).label), submit=_("Save"))


@acts(Permission.PLAN_WRITE)
def remove_entry(request: ActingRequest, dossier_id: int, plan_id: int, plan_entry_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    entry = queries.readable_entry(request.acting, this, plan_entry_id)
    if request.method == "POST":
        services.remove_entry(request.acting, entry=entry)
    return _saved(request, this, entry.kind)


@acts(Permission.PLAN_WRITE)
def add_measure(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    form = _measure_form(request, this, {"goal_line": in_query(request).text("goal"), **_own_institution(request)})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.add_measure(request.acting, plan=this, terms=form.terms())
            return _saved(request, this, "measures")
    return _form(request, form, this, title=_("Add a measure"), submit=_("Save"))


@acts(Permission.PLAN_WRITE, act=Act.READ)
def change_measure(request: ActingRequest, dossier_id: int, plan_id: int, measure_id: int) -> HttpResponse:
    this, measure = _measure(request, dossier_id, plan_id, measure_id)
    form = _measure_form(request, this, forms.MeasureForm.values_of(measure))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            version = form.cleaned_data["version"] or 0
            services.change_measure(request.acting, measure=measure, terms=form.terms(), version=version)
            return _saved(request, this, "measures")
    return _form(request, form, this, title=_("Change a measure"), submit=_("Save"))


@acts(Permission.PLAN_WRITE)
def remove_measure(request: ActingRequest, dossier_id: int, plan_id: int, measure_id: int) -> HttpResponse:
    this, measure = _measure(request, dossier_id, plan_id, measure_id)
    if request.method == "POST":
        services.remove_measure(request.acting, measure=measure)
    return _saved(request, this, "measures")


@acts(Permission.CASE_WORK, act=Act.READ)
def progress(request: ActingRequest, dossier_id: int, plan_id: int, measure_id: int) -> HttpResponse:
    this, measure = _measure(request, dossier_id, plan_id, measure_id)
    starting = {"state": measure.state, "result": measure.result, "version": measure.version}
    form = forms.ProgressForm(request.POST or None, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            typed = form.cleaned_data
            services.record_progress(
                request.acting,
                measure=measure,
                state=MeasureState(typed["state"]),
                result=typed["result"],
                version=typed["version"],
            )
            return done(request, _("The progress of the measure has been recorded."), "plan", dossier_id, plan_id)
    return _form(request, form, this, title=_("Progress of a measure"), submit=_("Save"), intro=measure.title)


@acts(Permission.PLAN_WRITE)
def put_up(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    if request.method == "POST":
        services.put_up_for_signature(request.acting, plan=this)
        return done(request, _("Everybody has been asked to sign."), "plan", dossier_id, plan_id)
    return redirect("plan", dossier_id, plan_id)


@acts(Permission.PLAN_WRITE)
def withdraw(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.withdraw_signing(request.acting, plan=this, reason=form.cleaned_data["reason"])
            return done(request, _("The plan is a draft again."), "edit_plan", dossier_id, plan_id)
    intro = _("The plan becomes a draft again. Signatures given so far no longer count; everybody signs again.")
    return _form(request, form, this, title=_("Withdraw from signature"), submit=_("Withdraw"), intro=intro)


@acts(Permission.PLAN_WRITE)
def remind(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    if request.method == "POST":
        services.remind(request.acting, plan=this)
        return done(request, _("Everybody who has yet to sign has been reminded."), "plan", dossier_id, plan_id)
    return redirect("plan", dossier_id, plan_id)


@acts(Permission.PLAN_WRITE)
def drop(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    if request.method == "POST":
        services.drop_plan(request.acting, plan=this)
        return done(request, _("The draft has been discarded."), "plans", dossier_id)
    return redirect("plan", dossier_id, plan_id)


@acts(Permission.PLAN_WRITE)
def new_version(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    if request.method != "POST":
        return redirect("plan", dossier_id, plan_id)
    new = services.change_plan(request.acting, plan=this)
    sentence = _("A new version is open; the old one remains binding until all have signed the new one.")
    return done(request, sentence, "edit_plan", dossier_id, new.pk)


@acts(Permission.PLAN_SIGN, act=Act.READ)
def sign(request: ActingRequest, dossier_id: int, plan_id: int, signature_id: int) -> HttpResponse:
    acting = request.acting
    this = queries.readable_plan(acting, dossier_id, plan_id)
    signature = queries.readable_signature(acting, this, signature_id)
    starting = {"form": Form.SCREEN.value, "signed_on": acting.today}
    form = forms.SignForm(request.POST or None, request.FILES or None, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.sign(
                acting,
                signature=signature,
                form=Form(form.cleaned_data["form"]),
                signed_on=form.cleaned_data["signed_on"],
                signer_name=form.cleaned_data["signer_name"],
                upload=form.upload(),
            )
            return done(request, _("The signature is recorded."), "plan", dossier_id, plan_id)
    context = {"dossier": this.dossier, "plan": this, "signature": signature, "form": form}
    return render(request, "plans/sign.html", context, status=422 if form.errors else 200)


@acts(Permission.PLAN_SIGN)
def decline(request: ActingRequest, dossier_id: int, plan_id: int, signature_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    signature = queries.readable_signature(request.acting, this, signature_id)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.decline(request.acting, signature=signature, reason=form.cleaned_data["reason"])
            return done(
                request,
                _("The plan is a draft again; the others have been informed of the reason."),
                "plan",
                dossier_id,
                plan_id,
            )
    intro = _("The plan becomes a draft again, so that it can be changed. The others read your reason.")
    return _form(request, form, this, title=_("Do not sign"), submit=_("Do not sign"), intro=intro)


@reads(Permission.CASE_READ, act=Act.COMPARED)
def differences(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    """Compare this version with an earlier one: the one named, or the one it was copied from."""
    acting = request.acting
    this = queries.readable_plan(acting, dossier_id, plan_id)
    others = [v for v in queries.versions_of(acting, this.dossier, kind=this.kind) if v.pk != this.pk]
    wanted = in_query(request).number("with") or this.previous_id
    before = next((version for version in others if version.pk == wanted), None)
    context = {
        "dossier": this.dossier,
        "plan": this,
        "before": before,
        "others": others,
        "differences": queries.compared(acting, before, this) if before else [],
    }
    return render(request, "plans/differences.html", context)


@reads(Permission.CASE_READ, act=Act.PRINTED, kind=RecordKind.PRINT)
def pdf(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    sheet = queries.sheet_of(request.acting, this)
    return _file(plan_pdf(request.acting, sheet, language=_print_language(request, this)), this, "plan")


@reads(Permission.CASE_READ, act=Act.BOOKLET_PRINTED, kind=RecordKind.PRINT)
def booklet(request: ActingRequest, dossier_id: int, plan_id: int) -> HttpResponse:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    sheet = queries.sheet_of(request.acting, this)
    case = readable_case(request.acting, dossier_id)
    return _file(booklet_pdf(request.acting, sheet, case, language=_print_language(request, this)), this, "booklet")


def _may_write(request: ActingRequest, dossier: Dossier) -> bool:
    return request.acting.may(Permission.PLAN_WRITE) and has_power(request.acting, dossier, Power.WRITE)


def _own_institution(request: ActingRequest) -> dict[str, Any]:
    return {"institution": request.acting.institution_id, "payer": request.acting.institution_id}


def _measure(request: ActingRequest, dossier_id: int, plan_id: int, measure_id: int) -> tuple[Plan, Measure]:
    this = queries.readable_plan(request.acting, dossier_id, plan_id)
    return this, queries.readable_measure(request.acting, this, measure_id)


def _measure_form(request: ActingRequest, this: Plan, starting: dict[str, Any]) -> forms.MeasureForm:
    acting = request.acting
    return forms.MeasureForm(
        request.POST or None,
        initial=starting,
        goals=queries.sheet_of(acting, this).goals,
        staff=case_staff(readable_case(acting, this.dossier_id)).who_can(Permission.CASE_WORK),
        readable=readable_categories(acting, this.dossier),
    )


def _review_form(acting: Acting, sheet: queries.Sheet, typed: Any = None) -> forms.ReviewForm:
    offers = queries.review_offers(sheet, on=acting.today)
    starting = {"review_on": sheet.plan.review_on, "version": sheet.plan.version}
    return forms.ReviewForm(typed, offers=offers, initial=starting)


def _page_of(this: Plan) -> str:
    """Return the page shown after saving: the draft, or the binding plan."""
    return "edit_plan" if this.state == State.DRAFT else "plan"


def _saved(request: ActingRequest, this: Plan, section: str) -> HttpResponse:
    """Back to the section in which something was saved."""
    return redirect(reverse("edit_plan", args=[this.dossier_id, this.pk]) + f"#{section}")


def _form(request: ActingRequest, form: Any, this: Plan, *, title: str, submit: str, intro: str = "") -> HttpResponse:
    return form_page(
        request,
        form,
        title=f"{title} · {this.dossier.number}",
        submit=submit,
        back=reverse(_page_of(this), args=[this.dossier_id, this.pk]),
        intro=intro,
    )


def _print_language(request: ActingRequest, this: Plan) -> str:
    language = in_query(request).text("language") or language_of_person(request.acting, this.dossier_id)
    if language not in LANGUAGES:
        raise Http404
    return language


def _file(data: bytes, this: Plan, word: str) -> HttpResponse:
    """Return a PDF whose file name contains case number and version, but no person's name."""
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{this.dossier.number}-{word}-{this.number}.pdf"'
    return response
