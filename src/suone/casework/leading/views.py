"""The pages on which a case is led: load, ask the form, call one service, answer."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from suone.canton.instruments.loading import instrument
from suone.canton.instruments.queries import origins_in_words, source_in_words
from suone.canton.procedures.facts import Fact, Source, word
from suone.canton.procedures.queries import version_by_id, versions_in_force
from suone.canton.procedures.rules import difference
from suone.canton.procedures.services import sentence_of
from suone.casework.cases import forms as case_forms
from suone.casework.cases import queries as cases
from suone.casework.cases import services as case_services
from suone.casework.cases.acts import Act as CaseAct
from suone.casework.cases.models import Case
from suone.casework.cases.pages import form_of_case
from suone.casework.leading import forms, queries, services
from suone.casework.leading.acts import Act
from suone.casework.leading.models import KnownFact
from suone.casework.leading.steps import step_to
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts
from suone.ground.web.fields import number_in
from suone.ground.web.pages import done, form_page, printed, refusals_on, render
from suone.ground.web.sent import in_form, in_query
from suone.records.consents.services import print_form_before
from suone.records.dossiers.queries import readable_categories, receiver_of
from suone.records.workitems.queries import readable_item


@acts(Permission.CASE_NOTIFY)
def notify(request: ActingRequest, draft_id: int | None = None) -> HttpResponse:
    acting = request.acting
    draft = cases.own_draft(acting, draft_id) if draft_id else None
    if request.method == "POST":
        form = forms.NotifyForm(request.POST, request.FILES, acting=acting)
        if in_form(request).has("add"):
            form = forms.NotifyForm(initial=form.as_typed(), acting=acting)
        elif form.is_valid():
            with refusals_on(form):
                if in_form(request).has("print"):
                    return _consent_form(acting, form)
                notified = services.notify_case(acting, notification=form.notification())
                if draft is not None:
                    draft.delete()
                return done(request, _informed(notified), "case", notified.pk)
    else:
        others = in_query(request).numbers("with")
        alert = in_query(request).number("alert")
        chosen = in_query(request).number("procedure")
        region = in_query(request).number("region")
        known = forms.NotifyForm.starting_values(acting, others=others, alert=alert, chosen=chosen)
        values = known | (draft.data if draft else {}) | ({"region": region} if region else {})
        form = forms.NotifyForm(initial=values, acting=acting)
    elsewhere = [] if draft else [version for version in versions_in_force(on=acting.today) if version.receives]
    context = {"form": form, "draft": draft, "drafts": cases.own_drafts(acting), "elsewhere": elsewhere}
    return render(request, "leading/notify.html", context, status=422 if form.errors else 200)


def _informed(case: Case) -> str:
    receiver = receiver_of(case.dossier)
    if receiver.is_iiz_office:
        return _("The case has been notified. The IIZ office has been informed.")
    return _("The case has been notified. %(institution)s has been informed.") % {"institution": receiver.name}


def _case_to_triage(acting: Acting, dossier_id: int) -> Case:
    """A case that the acting person may open, and triages at the institution that receives it."""
    this = cases.readable_case(acting, dossier_id)
    if not queries.triages(acting, this.dossier):
        raise PermissionDenied
    return this


@acts(Permission.CASE_TRIAGE)
def notify_on(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Notify a complex case on to the IIZ office, by one click."""
    this = _case_to_triage(request.acting, dossier_id)
    if request.method != "POST":
        return redirect("case", dossier_id)
    services.notify_on(request.acting, case=this)
    return done(request, _("The case is notified on; the IIZ office has been informed."), "case", dossier_id)


@acts(Permission.CASE_NOTIFY)
def keep_draft(request: ActingRequest, draft_id: int | None = None) -> HttpResponse:
    """Save a draft, automatically two seconds after the last key or by the button."""
    if request.method != "POST":
        return redirect("notify")
    draft = cases.own_draft(request.acting, draft_id) if draft_id else None
    version = in_form(request).text("version")
    typed = forms.NotifyForm(request.POST, acting=request.acting).as_typed()
    draft = case_services.keep_draft(request.acting, draft=draft, data=typed, version=number_in(version) or 0)
    if in_form(request).has("by_button"):
        return done(request, _("The draft is saved."), "notify_draft", draft.pk)
    at = timezone.localtime(draft.updated_at)
    # Later saves update the same draft, and notifying the case deletes it.
    address, page = reverse("keep_draft_again", args=[draft.pk]), reverse("notify_draft", args=[draft.pk])
    return JsonResponse({"version": draft.version, "at": f"{at:%H:%M}", "address": address, "page": page})


@acts(Permission.CASE_NOTIFY)
def drop_draft(request: ActingRequest, draft_id: int) -> HttpResponse:
    draft = cases.own_draft(request.acting, draft_id)
    if request.method != "POST":
        return redirect("notify_draft", draft.pk)
    draft.delete()
    return done(request, _("The draft is deleted."), "notify")


def _consent_form(acting: Acting, form: forms.NotifyForm) -> HttpResponse:
    """Print the consent form the person signs before the case is notified; its scan is added to the notification."""
    pdf = print_form_before(acting, person=form.person(), terms=form.terms(), scope=form.scope())
    return printed(pdf, "consent-form")


@acts(Permission.CASE_TRIAGE, act=CaseAct.READ)
def triage(request: ActingRequest, dossier_id: int) -> HttpResponse:
    acting = request.acting
    this = _case_to_triage(acting, dossier_id)
    questions = instrument(services.TRIAGE_INSTRUMENT)
    language = (get_language() or "de")[:2]
    answers = {item.id: in_form(request).text(f"item_{item.id}", "unknown") for item in questions.items}
    proposal = services.propose_level(answers) if request.method == "POST" else None
    decides = in_form(request).has("decide")
    form = forms.TriageDecisionForm(request.POST if decides else None, initial=_proposed(proposal))
    if decides and form.is_valid():
        with refusals_on(form):
            services.triage_case(acting, case=this, answers=answers, **form.cleaned_data)
            return done(request, _("The triage is decided."), "case", dossier_id)
    context = {
        "case": this,
        "noted": cases.background_notes(acting, dossier_id),
        "dossier": this.dossier,
        "receiver": receiver_of(this.dossier),
        "questions": [(item, item.text[language], answers[item.id]) for item in questions.items],
        "proposal": proposal,
        "band": questions.band(proposal.band) if proposal else None,
        "reasons": [(questions.item(s.item).text[language], s) for s in proposal.reasons] if proposal else [],
        "unanswered": [questions.item(i).text[language] for i in proposal.unanswered] if proposal else [],
        "form": form,
        "title": questions.title[language],
        "source": source_in_words(questions),
        "origins": origins_in_words(questions),
    }
    return render(request, "leading/triage.html", context, status=422 if form.errors else 200)


def _proposed(proposal: Any) -> dict[str, Any]:
    return {"level": proposal.band} if proposal else {}


@acts(Permission.CASE_LEAD)
def change_level(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Change the level of the case, and possibly its procedure."""
    this = cases.readable_case(request.acting, dossier_id)
    form = forms.LevelForm(request.POST or None, options=queries.level_options(this, on=request.acting.today))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.change_level(
                request.acting,
                case=this,
                level=form.chosen.level,
                procedure=form.chosen.procedure,
                reason=form.cleaned_data["reason"],
            )
            sentence = _("The level has been changed; the case page shows what is still missing.")
            return done(request, sentence, "case", dossier_id)
    intro = _("Everything already written is kept. What the new level requires in addition is shown as missing.")
    return form_of_case(request, form, this, title=_("Change the level"), submit=_("Change the level"), intro=intro)


@acts(Permission.CASE_TRIAGE)
def reject(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = _case_to_triage(request.acting, dossier_id)
    form = case_forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.reject_notification(request.acting, case=this, reason=form.cleaned_data["reason"])
            return done(
                request,
                _("The notification is rejected; the notifying institution has been informed of the reason."),
                "case",
                dossier_id,
            )
    return form_of_case(request, form, this, title=_("Reject the notification"), submit=_("Reject"))


@acts(Permission.CASE_NOTIFY)
def withdraw(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = cases.readable_case(request.acting, dossier_id)
    form = case_forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.withdraw_notification(request.acting, case=this, reason=form.cleaned_data["reason"])
            return done(request, _("The notification is withdrawn."), "case", dossier_id)
    return form_of_case(request, form, this, title=_("Withdraw the notification"), submit=_("Withdraw"))


@acts(Permission.CASE_TRIAGE)
def ask_notifier(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = _case_to_triage(request.acting, dossier_id)
    starting = {"due_on": case_services.default_answer_day(request.acting)}
    form = forms.QuestionForm(request.POST or None, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.ask_notifier(request.acting, case=this, **form.cleaned_data)
            return done(
                request,
                _("The question has been sent; it appears on the notifying person's worklist."),
                "case",
                dossier_id,
            )
    return form_of_case(request, form, this, title=_("Ask the notifying institution"), submit=_("Ask"))


@acts(Permission.CASE_WORK, act=CaseAct.READ)
def answer_question(request: ActingRequest, dossier_id: int, item_id: int) -> HttpResponse:
    this = cases.readable_case(request.acting, dossier_id)
    item = readable_item(request.acting, dossier_id, item_id)
    if item.about_type != services.QUESTION:
        raise Http404
    form = forms.AnswerQuestionForm(request.POST or None, categories=readable_categories(request.acting, this.dossier))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            text, category = form.cleaned_data["text"], DataCategory(form.cleaned_data["category"])
            services.answer_question(request.acting, item=item, text=text, category=category)
            return done(
                request,
                _("Your answer has been saved as a note; the person who asked has been informed."),
                "case",
                dossier_id,
            )
    return form_of_case(request, form, this, title=_("Answer the question"), submit=_("Answer"), intro=item.details)


@acts(Permission.CASE_LEAD, act=Act.READ)
def advance(request: ActingRequest, dossier_id: int, phase: str) -> HttpResponse:
    """Move the case to its next phase; warnings are shown and require a reason."""
    this = cases.readable_case(request.acting, dossier_id)
    step = step_to(request.acting, this, phase, readable_categories(request.acting, this.dossier))
    if step is None or step.is_end:
        raise Http404
    form = forms.AdvanceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.advance_case(request.acting, case=this, to=phase, reason=form.cleaned_data["reason"])
            return done(request, _("The case has moved on: %(step)s.") % {"step": step.title}, "case", dossier_id)
    context = {"case": this, "dossier": this.dossier, "step": step, "form": form}
    return render(request, "leading/advance.html", context, status=422 if form.errors else 200)


@acts(Permission.CASE_WORK)
def state(request: ActingRequest, dossier_id: int, fact: str) -> HttpResponse:
    """Record a fact that the procedure needs."""
    this = cases.readable_case(request.acting, dossier_id)
    if fact not in Fact.values or word(fact).source is not Source.STATED:
        raise Http404
    form = forms.StatementForm(request.POST or None, fact=Fact(fact))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.record_fact(
                request.acting, case=this, fact=Fact(fact), value=form.stated, remark=form.cleaned_data["remark"]
            )
            left = queries.left_open_in_words(request.acting, this.dossier, fact) if form.stated else ""
            return done(request, f"{_('The fact is recorded.')} {left}".strip(), "course", dossier_id)
    back = reverse("course", args=[dossier_id])
    what = _("Record a fact")
    return form_page(request, form, title=f"{what} · {this.dossier.number}", submit=_("Record"), back=back)


@acts(Permission.CASE_WORK)
def correct_fact(request: ActingRequest, dossier_id: int, fact_id: int) -> HttpResponse:
    """Correct what was recorded: the former statement stays readable, with the reason."""
    known = queries.readable_fact(request.acting, dossier_id, fact_id)
    form = forms.CorrectionForm(request.POST or None, fact=Fact(known.fact))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.correct_fact(request.acting, known=known, value=form.stated, reason=form.cleaned_data["remark"])
            left = queries.left_open_in_words(request.acting, known.dossier, known.fact) if form.stated else ""
            said = _("The fact is corrected; what applied before stays readable.")
            return done(request, f"{said} {left}".strip(), "course", dossier_id)
    return _about_fact(request, form, known, title=_("Correct a recorded fact"), submit=_("Correct"))


@acts(Permission.CASE_WORK)
def take_back_fact(request: ActingRequest, dossier_id: int, fact_id: int) -> HttpResponse:
    """Take back what was recorded: it stays readable, and what was known before applies again."""
    known = queries.readable_fact(request.acting, dossier_id, fact_id)
    form = forms.TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.take_back_fact(request.acting, known=known, reason=form.cleaned_data["reason"])
            return done(request, _("The fact is taken back; it stays readable."), "course", dossier_id)
    return _about_fact(request, form, known, title=_("Take a recorded fact back"), submit=_("Take back"))


def _about_fact(request: ActingRequest, form: Any, known: KnownFact, *, title: str, submit: str) -> HttpResponse:
    """A form about a recorded fact: what it says now, and what becomes of what was done on it."""
    what_follows = _(
        "Work items of the present phase that it had completed open again if it no longer holds. Steps that the case has"
        " taken stay taken: if it should go back, take that step yourself."
    )
    return form_page(
        request,
        form,
        title=f"{title} · {known.dossier.number}",
        submit=submit,
        back=reverse("course", args=[known.dossier_id]),
        intro=f"{sentence_of(Fact(known.fact), known.scalar)}. {what_follows}",
    )


@acts(Permission.PROCEDURE_MOVE_OVER)
def choose_version(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Choose another version or procedure for an ongoing case."""
    this = cases.readable_case(request.acting, dossier_id)
    current = queries.course_of(dossier_id)
    others = [v for v in versions_in_force(on=request.acting.today) if not current or v.pk != current.version_id]
    form = forms.VersionForm(request.POST or None, versions=others)
    if request.method == "POST" and form.is_valid():
        return redirect("move_over", dossier_id, form.cleaned_data["version"].pk)
    return form_page(
        request,
        form,
        title=f"{_('Move the case to another version')} · {this.dossier.number}",
        submit=_("Show the difference"),
        back=reverse("course", args=[dossier_id]),
        intro=_("An ongoing case keeps the version it started under until somebody moves it to another."),
    )


@acts(Permission.PROCEDURE_MOVE_OVER)
def move_over(request: ActingRequest, dossier_id: int, version_id: int) -> HttpResponse:
    """Show what changes under the chosen version, and choose the phase in which the case continues."""
    this = cases.readable_case(request.acting, dossier_id)
    version = version_by_id(version_id)
    current = queries.course_of(dossier_id)
    form = forms.MoveOverForm(
        request.POST or None,
        procedure=version.procedure,
        initial={"phase": current.phase if current else version.procedure.start.id},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.move_case_over(request.acting, case=this, version=version, **form.cleaned_data)
            return done(request, _("The case continues under the other version."), "course", dossier_id)
    context = {
        "case": this,
        "dossier": this.dossier,
        "version": version,
        "current": current,
        "difference": difference(current.procedure, version.procedure) if current else None,
        "form": form,
    }
    return render(request, "leading/move_over.html", context, status=422 if form.errors else 200)


@acts(Permission.CASE_LEAD)
def suspend(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = cases.readable_case(request.acting, dossier_id)
    form = case_forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.suspend_case(request.acting, case=this, reason=form.cleaned_data["reason"])
            return done(request, _("The case is suspended."), "case", dossier_id)
    return form_of_case(request, form, this, title=_("Suspend the case"), submit=_("Suspend"))


@acts(Permission.CASE_LEAD)
def resume(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = cases.readable_case(request.acting, dossier_id)
    if request.method == "POST":
        services.resume_case(request.acting, case=this)
        return done(request, _("The case has been resumed."), "case", dossier_id)
    return redirect("case", dossier_id)


@acts(Permission.CASE_LEAD)
def close(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = cases.readable_case(request.acting, dossier_id)
    form = forms.CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            typed = form.cleaned_data
            if form.has_died:
                services.close_after_death(request.acting, case=this, died_on=typed["died_on"], text=typed["text"])
                return done(request, _("The case is closed, and all consents have ended."), "worklist")
            services.close_case(
                request.acting,
                case=this,
                outcome=typed["outcome"],
                closing_reason=typed["closing_reason"],
                text=typed["text"],
            )
            return done(request, _("The case is closed."), "case", dossier_id)
    return form_of_case(request, form, this, title=_("Close the case"), submit=_("Close the case"))


@acts(Permission.CASE_LEAD)
def reopen(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = cases.readable_case(request.acting, dossier_id)
    form = case_forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.reopen_case(request.acting, case=this, reason=form.cleaned_data["reason"])
            return done(request, _("The case has been resumed."), "case", dossier_id)
    return form_of_case(request, form, this, title=_("Reopen the case"), submit=_("Reopen"))
