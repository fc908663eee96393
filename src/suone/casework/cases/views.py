"""The pages of a case: load, ask the form, call one service, answer."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from suone.canton.instruments.loading import instrument
from suone.casework.cases import forms, queries, services
from suone.casework.cases.acts import Act
from suone.casework.cases.models import Case
from suone.casework.cases.rules import NoteKind, State
from suone.ground.access.acting import Acting
from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.fields import number_in
from suone.ground.web.pages import done, form_page, printed, refusals_on, render
from suone.organisation.institutions.models import Institution, Region
from suone.records.consents.services import print_form_before
from suone.records.decisions.queries import decision_for
from suone.records.decisions.rules import State as DecisionState
from suone.records.dossiers.queries import access_of, readable_categories
from suone.records.workitems.queries import readable_item


@reads(Permission.CASE_READ, act=Act.LISTED)
def case_list(request: ActingRequest) -> HttpResponse:
    state = request.GET.get("state", "open")
    region = request.GET.get("region", "")
    before = request.GET.get("before", "")
    cases = queries.case_list(
        request.acting,
        region_id=number_in(region),
        state=state if state in {"open", "", *State.values} else "open",
        before_id=number_in(before),
    )
    more = len(cases) > queries.PAGE
    context = {
        "cases": cases[: queries.PAGE],
        "next": cases[queries.PAGE - 1].pk if more else None,
        "states": State.choices,
        "regions": Region.objects.all(),
        "state": state,
        "region": region,
    }
    return render(request, "cases/list.html", context)


@reads(Permission.CASE_READ, act=Act.FOUND, by_post=True)
def find_case(request: ActingRequest) -> HttpResponse:
    """By POST, so that no name stands in an address."""
    if request.method != "POST":
        return redirect("cases")
    found, more = queries.find_cases(request.acting, request.POST.get("words", ""))
    if len(found) == 1:
        return redirect("case", found[0].pk)
    return render(request, "cases/found.html", {"cases": found, "more": more})


@acts(Permission.CASE_NOTIFY)
def notify(request: ActingRequest, draft_id: int | None = None) -> HttpResponse:
    acting = request.acting
    draft = queries.own_draft(acting, draft_id) if draft_id else None
    if request.method == "POST":
        form = forms.NotifyForm(request.POST, request.FILES, acting=acting)
        if "add" in request.POST:
            form = forms.NotifyForm(initial=form.as_typed(), acting=acting)
        elif form.is_valid():
            with refusals_on(form):
                if "print" in request.POST:
                    return _consent_form(acting, form)
                notified = services.notify_case(acting, notification=form.notification())
                if draft is not None:
                    draft.delete()
                return done(request, _("The case is notified. The IIZ office has been told."), "case", notified.pk)
    else:
        others = [number for number in map(number_in, request.GET.get("with", "").split(",")) if number]
        alert = number_in(request.GET.get("alert", ""))
        known = forms.NotifyForm.starting_values(acting, others=others, alert=alert)
        values = known | (draft.data if draft else {})
        form = forms.NotifyForm(initial=values, acting=acting)
    context = {"form": form, "draft": draft, "drafts": queries.own_drafts(acting)}
    return render(request, "cases/notify.html", context, status=422 if form.errors else 200)


@acts(Permission.CASE_NOTIFY)
def keep_draft(request: ActingRequest, draft_id: int | None = None) -> HttpResponse:
    """Autosave: two seconds after the last key, or by the button."""
    if request.method != "POST":
        return redirect("notify")
    draft = queries.own_draft(request.acting, draft_id) if draft_id else None
    version = request.POST.get("version", "")
    typed = forms.NotifyForm(request.POST, acting=request.acting).as_typed()
    draft = services.keep_draft(request.acting, draft=draft, data=typed, version=number_in(version) or 0)
    if "by_button" in request.POST:
        return done(request, _("The draft is saved."), "notify_draft", draft.pk)
    at = timezone.localtime(draft.updated_at)
    # From now on the same draft is kept on, and notifying the case takes it away.
    address, page = reverse("keep_draft_again", args=[draft.pk]), reverse("notify_draft", args=[draft.pk])
    return JsonResponse({"version": draft.version, "at": f"{at:%H:%M}", "address": address, "page": page})


@acts(Permission.CASE_NOTIFY)
def drop_draft(request: ActingRequest, draft_id: int) -> HttpResponse:
    draft = queries.own_draft(request.acting, draft_id)
    if request.method != "POST":
        return redirect("notify_draft", draft.pk)
    draft.delete()
    return done(request, _("The draft is deleted."), "notify")


@acts(Permission.CASE_TRIAGE, act=Act.READ)
def triage(request: ActingRequest, dossier_id: int) -> HttpResponse:
    acting = request.acting
    this = queries.readable_case(acting, dossier_id)
    questions = instrument(services.TRIAGE_INSTRUMENT)
    language = (get_language() or "de")[:2]
    answers = {item.id: request.POST.get(f"item_{item.id}", "unknown") for item in questions.items}
    proposal = services.propose_level(answers) if request.method == "POST" else None
    decides = "decide" in request.POST
    form = forms.TriageDecisionForm(request.POST if decides else None, initial=_proposed(proposal))
    if decides and form.is_valid():
        with refusals_on(form):
            services.triage_case(acting, case=this, answers=answers, **form.cleaned_data)
            return done(request, _("The triage is decided."), "case", dossier_id)
    context = {
        "case": this,
        "noted": queries.noted_in(acting, dossier_id),
        "dossier": this.dossier,
        "questions": [(item, item.text[language], answers[item.id]) for item in questions.items],
        "proposal": proposal,
        "band": questions.band(proposal.band) if proposal else None,
        "reasons": [(questions.item(s.item).text[language], s) for s in proposal.reasons] if proposal else [],
        "unanswered": [questions.item(i).text[language] for i in proposal.unanswered] if proposal else [],
        "form": form,
        "title": questions.title[language],
        "source": questions.source,
    }
    return render(request, "cases/triage.html", context, status=422 if form.errors else 200)


@acts(Permission.CASE_LEAD)
def change_level(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """A simple matter becomes a network or a complex case, or comes back; nothing is typed again."""
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.LevelForm(request.POST or None, ways=queries.level_ways(this, on=request.acting.today))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.change_level(
                request.acting,
                case=this,
                level=form.chosen.level,
                procedure=form.chosen.procedure,
                reason=form.cleaned_data["reason"],
            )
            sentence = _("The level is changed; the case says what is still missing there.")
            return done(request, sentence, "case", dossier_id)
    intro = _("Everything that is written stays. What the new level asks beyond it is shown as missing.")
    return _form(request, form, this, title=_("Change the level"), submit=_("Change the level"), intro=intro)


@acts(Permission.CASE_TRIAGE)
def reject(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.reject_notification(request.acting, case=this, reason=form.cleaned_data["reason"])
            return done(
                request, _("The notification is rejected; the notifying institution is told why."), "case", dossier_id
            )
    return _form(request, form, this, title=_("Reject the notification"), submit=_("Reject"))


@acts(Permission.CASE_NOTIFY)
def withdraw(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.withdraw_notification(request.acting, case=this, reason=form.cleaned_data["reason"])
            return done(request, _("The notification is withdrawn."), "case", dossier_id)
    return _form(request, form, this, title=_("Withdraw the notification"), submit=_("Withdraw"))


@acts(Permission.CASE_TRIAGE)
def ask_notifier(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    starting = {"due_on": services.default_answer_day(request.acting)}
    form = forms.QuestionForm(request.POST or None, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.ask_notifier(request.acting, case=this, **form.cleaned_data)
            return done(
                request,
                _("The question is asked; the notifying person finds it on their worklist."),
                "case",
                dossier_id,
            )
    return _form(request, form, this, title=_("Ask the notifying institution"), submit=_("Ask"))


@acts(Permission.CASE_WORK, act=Act.READ)
def answer_question(request: ActingRequest, dossier_id: int, item_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    item = readable_item(request.acting, dossier_id, item_id)
    if item.about_type != services.QUESTION:
        raise Http404
    form = forms.AnswerQuestionForm(request.POST or None, categories=readable_categories(request.acting, this.dossier))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            text, category = form.cleaned_data["text"], DataCategory(form.cleaned_data["category"])
            services.answer_question(request.acting, item=item, text=text, category=category)
            return done(request, _("Your answer is kept as a note; whoever asked has been told."), "case", dossier_id)
    return _form(request, form, this, title=_("Answer the question"), submit=_("Answer"), intro=item.details)


@acts(Permission.CASE_LEAD)
def ask_participant(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    known = number_in(request.GET.get("institution", ""))
    starting = {"due_on": services.default_answer_day(request.acting), "institution": known}
    form = forms.ParticipantForm(request.POST or None, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.ask_to_take_part(request.acting, case=this, **form.cleaned_data)
            return done(request, _("The institution has been asked."), "case", dossier_id)
    intro = _(
        "Taking part opens nothing by itself: the institution reads what a consent or another legal basis allows."
    )
    return _form(request, form, this, title=_("Ask an institution to take part"), submit=_("Ask"), intro=intro)


@acts(Permission.CASE_READ)
def answer_participation(request: ActingRequest, decision_id: int) -> HttpResponse:
    decision = decision_for(request.acting, decision_id, kind=services.PARTICIPATION)
    form = forms.AnswerForm(request.POST or None, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            typed = form.cleaned_data
            services.answer_participation(
                request.acting,
                decision=decision,
                accept=typed["answer"] == "accept",
                reason=typed["reason"],
                staff=typed["staff"],
            )
            return done(request, _("Your answer is given."), "worklist")
    context = {"form": form, "decision": decision, "is_pending": decision.state == DecisionState.PENDING}
    return render(request, "cases/answer.html", context, status=422 if form.errors else 200)


@acts(Permission.CASE_LEAD)
def withdraw_request(request: ActingRequest, dossier_id: int, participant_id: int) -> HttpResponse:
    participant = queries.readable_participant(request.acting, dossier_id, participant_id)
    if request.method != "POST":
        return redirect("case", dossier_id)
    services.withdraw_request(request.acting, participant=participant)
    return done(request, _("The request is withdrawn."), "case", dossier_id)


@acts(Permission.CASE_LEAD)
def name_lead(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.StaffForm(request.POST or None, staff=queries.possible_leads(this))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.name_lead(request.acting, case=this, staff=form.cleaned_data["staff"])
            return done(request, _("The lead is named."), "case", dossier_id)
    return _form(request, form, this, title=_("Name the lead"), submit=_("Name the lead"))


@acts(Permission.CASE_LEAD)
def name_case_manager(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.StaffForm(request.POST or None, staff=queries.possible_leads(this))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.name_case_manager(request.acting, case=this, staff=form.cleaned_data["staff"])
            return done(request, _("The case manager is named."), "case", dossier_id)
    return _form(request, form, this, title=_("Name the case manager"), submit=_("Name the case manager"))


@acts(Permission.CASE_WORK)
def write_note(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.NoteForm(request.POST or None, categories=readable_categories(request.acting, this.dossier))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.write_note(
                request.acting,
                dossier=this.dossier,
                text=form.cleaned_data["text"],
                category=DataCategory(form.cleaned_data["category"]),
                kind=NoteKind(form.cleaned_data["kind"]),
            )
            return done(request, _("The note is saved."), "case", dossier_id)
    return _form(request, form, this, title=_("Write a note"), submit=_("Save the note"))


@acts(Permission.CASE_WORK, act=Act.READ)
def correct_note(request: ActingRequest, dossier_id: int, note_id: int) -> HttpResponse:
    note = queries.readable_note(request.acting, dossier_id, note_id)
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.CorrectNoteForm(request.POST or None, initial={"text": note.text, "version": note.version})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.correct_note(request.acting, note=note, **form.cleaned_data)
            return done(request, _("The note is corrected."), "case", dossier_id)
    return _form(request, form, this, title=_("Correct a note"), submit=_("Save"))


@acts(Permission.CASE_WORK)
def redact_note(request: ActingRequest, dossier_id: int, note_id: int) -> HttpResponse:
    note = queries.readable_note(request.acting, dossier_id, note_id)
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.redact_note(request.acting, note=note, reason=form.cleaned_data["reason"])
            return done(request, _("The text of the note is taken out."), "case", dossier_id)
    intro = _("The text will be gone for good; who redacted it, when and why stay visible.")
    return _form(request, form, this, title=_("Redact a note"), submit=_("Take the text out"), intro=intro)


@acts(Permission.CASE_WORK, act=Act.READ)
def particulars(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    noted = queries.noted_in(request.acting, dossier_id)
    initial = {name: getattr(this, name) for name in ("region", "first_contact_on", "version")}
    initial |= {"question": noted.question, "question_category": noted.question_category.value}
    initial |= {"risk_factors": noted.risk_factors}
    form = forms.ParticularsForm(
        request.POST or None,
        initial=initial,
        categories=readable_categories(request.acting, this.dossier),
        is_question_closed=queries.is_question_closed(this.pk, noted),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            changes = dict(form.cleaned_data)
            version, category = changes.pop("version"), changes.pop("question_category", None)
            services.change_particulars(
                request.acting, case=this, version=version, changes=changes, question_category=category
            )
            return done(request, _("The particulars are saved."), "case", dossier_id)
    return _form(request, form, this, title=_("Particulars of the case"), submit=_("Save"))


@acts(Permission.CASE_LEAD)
def suspend(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.suspend_case(request.acting, case=this, reason=form.cleaned_data["reason"])
            return done(request, _("The case rests."), "case", dossier_id)
    return _form(request, form, this, title=_("Suspend the case"), submit=_("Suspend"))


@acts(Permission.CASE_LEAD)
def resume(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    if request.method == "POST":
        services.resume_case(request.acting, case=this)
        return done(request, _("The case is taken up again."), "case", dossier_id)
    return redirect("case", dossier_id)


@acts(Permission.CASE_LEAD)
def close(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
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
    return _form(request, form, this, title=_("Close the case"), submit=_("Close the case"))


@acts(Permission.CASE_LEAD)
def reopen(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.reopen_case(request.acting, case=this, reason=form.cleaned_data["reason"])
            return done(request, _("The case is taken up again."), "case", dossier_id)
    return _form(request, form, this, title=_("Reopen the case"), submit=_("Reopen"))


@reads(Permission.CASE_READ, act=Act.READ)
def access(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Who may open this case, which categories, until when, because of which act."""
    this = queries.readable_case(request.acting, dossier_id)
    grants = access_of(this.dossier)
    prefetch_related_objects(grants, "staff")
    open_here = readable_categories(request.acting, this.dossier)
    context = {
        "case": this,
        "dossier": this.dossier,
        "grants": grants,
        "open_here": open_here,
        "is_partly_closed": len(open_here) < len(DataCategory),
        "all_but_health": ALL_BUT_HEALTH,
        # That there is a medical mandate is a matter of work.
        "shows_services": DataCategory.EMPLOYMENT in open_here,
        "now": timezone.now(),
        "institutions": {i.pk: i for i in Institution.objects.all()},
    }
    return render(request, "cases/access.html", context)


def _form(request: ActingRequest, form: Any, this: Case, *, title: str, submit: str, intro: str = "") -> HttpResponse:
    return form_page(
        request,
        form,
        title=f"{title} · {this.dossier.number}",
        submit=submit,
        back=reverse("case", args=[this.pk]),
        intro=intro,
    )


def _proposed(proposal: Any) -> dict[str, Any]:
    return {"level": proposal.band} if proposal else {}


def _consent_form(acting: Acting, form: forms.NotifyForm) -> HttpResponse:
    """What the person signs at the desk before the case is notified; a scan of it comes back with the notification."""
    pdf = print_form_before(acting, person=form.person(), terms=form.terms(), scope=form.scope())
    return printed(pdf, "consent-form")


@acts(Permission.WORKLIST_READ)
def alive(request: ActingRequest) -> HttpResponse:
    """Whether a page may stay on the screen: the log-in holds. Asking is no reading and prolongs nothing."""
    return HttpResponse(status=204)


@acts(Permission.CASE_READ)
def alive_case(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Whether a case's page may stay on the screen: the grant holds."""
    queries.readable_case(request.acting, dossier_id)
    return HttpResponse(status=204)
