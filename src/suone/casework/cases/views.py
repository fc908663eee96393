"""The pages of a case: load, ask the form, call one service, answer."""

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from suone.casework.cases import forms, lists, queries, services
from suone.casework.cases.acts import Act
from suone.casework.cases.named_in_consent import ask_together, named_and_not_asked
from suone.casework.cases.pages import form_of_case
from suone.casework.cases.rules import NoteKind, State
from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Permission
from suone.ground.audit.models import RecordKind
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, refusals_on, render
from suone.ground.web.sent import in_form, in_query
from suone.ground.web.tables import FORMS, as_file
from suone.organisation.appointments.queries import search_contacts
from suone.organisation.institutions.models import Institution, Region
from suone.records.decisions.queries import decision_for
from suone.records.decisions.rules import State as DecisionState
from suone.records.dossiers.queries import access_of, readable_categories


@reads(Permission.CASE_READ, act=Act.LISTED)
def case_list(request: ActingRequest) -> HttpResponse:
    query = in_query(request)
    page, wanted = query.number("page", most=10_000) or 1, _wanted(request)
    cases = lists.case_list(request.acting, wanted, page=page)
    context = {
        "cases": cases[: lists.PAGE],
        "page": page,
        "has_next": len(cases) > lists.PAGE,
        "states": State.choices,
        "needs": lists.Need.choices,
        "regions": Region.objects.all(),
        "wanted": wanted,
        "files": [(form.upper(), reverse("export_cases", args=[form])) for form in FORMS],
        "chosen": {"state": wanted.state, "region": wanted.region_id or "", "need": wanted.need},
    }
    return render(request, "cases/list.html", context)


@reads(Permission.CASE_READ, act=Act.LIST_EXPORTED, kind=RecordKind.EXPORT, sensitive=True)
def export_cases(request: ActingRequest, form: str) -> HttpResponse:
    """The list as filtered and sorted, as a spreadsheet or as CSV."""
    cases = lists.case_list(request.acting, _wanted(request), most=lists.MOST_EXPORTED)
    if len(cases) > lists.MOST_EXPORTED:
        raise Refused(_("More than %(count)s cases fit: choose a region or a state.") % {"count": lists.MOST_EXPORTED})
    return as_file(lists.table_of(cases), form=form, name="cases")


def _wanted(request: ActingRequest) -> lists.Wanted:
    query = in_query(request)
    state, need, sort = query.text("state", "open"), query.text("need"), query.text("sort")
    column = sort.removeprefix("-")
    return lists.Wanted(
        state=state if state in {"open", "", *State.values} else "open",
        region_id=query.number("region"),
        need=need if need in lists.Need.values else "",
        sort=column if column in lists.SORTS else "",
        descending=sort.startswith("-"),
    )


@reads(Permission.CASE_READ, act=Act.FOUND, by_post=True)
def find_case(request: ActingRequest) -> HttpResponse:
    """Search cases, and contact persons beside them, by POST, so that no name appears in a URL."""
    if request.method != "POST":
        return redirect("cases")
    acting, words = request.acting, in_form(request).text("words").strip()
    found, more = lists.find_cases(acting, words)
    asks_people = words and acting.may(Permission.DIRECTORY_READ)
    contacts = search_contacts(words, on=acting.today, most=lists.CONTACTS) if asks_people else []
    if len(found) == 1 and not contacts:
        return redirect("case", found[0].pk)
    return render(request, "cases/found.html", {"cases": found, "more": more, "contacts": contacts})


@acts(Permission.CASE_LEAD)
def ask_participant(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.ParticipantForm(
        request.POST or None,
        initial={"due_on": services.default_answer_day(request.acting)},
        named=named_and_not_asked(request.acting, this),
        known=in_query(request).number("institution"),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            typed, asked = form.cleaned_data, form.asked()
            ask_together(request.acting, case=this, asked=asked, due_on=typed["due_on"], question=typed["question"])
            sentence = ngettext(
                "The institution has been asked.", "%(count)s institutions have been asked.", len(asked)
            )
            return done(request, sentence % {"count": len(asked)}, "case", dossier_id)
    intro = _(
        "Taking part opens nothing by itself: the institution reads what a consent or another legal basis allows."
    )
    return form_of_case(request, form, this, title=_("Ask an institution to take part"), submit=_("Ask"), intro=intro)


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
            return done(request, _("Your answer has been recorded."), "worklist")
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
    loads = [
        _("%(name)s: %(led)s at %(percentage)s %%, which makes %(per_post)s")
        % {
            "name": one.staff.full_name,
            "led": one.led,
            "percentage": one.staff.percentage,
            "per_post": one.per_post,
        }
        for one in queries.loads_of_colleagues(request.acting, this)
    ]
    intro = _("Open cases led per full post. %(loads)s.") % {"loads": "; ".join(loads)} if loads else ""
    return form_of_case(request, form, this, title=_("Name the lead"), submit=_("Name the lead"), intro=intro)


@acts(Permission.CASE_LEAD)
def name_case_manager(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    pool = queries.pool_of(this)
    form = forms.CaseManagerForm(request.POST or None, staff=queries.possible_leads(this), pool=pool)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.name_case_manager(request.acting, case=this, **form.cleaned_data)
            return done(request, _("The case manager is named."), "case", dossier_id)
    return form_of_case(request, form, this, title=_("Name the case manager"), submit=_("Name the case manager"))


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
    return form_of_case(request, form, this, title=_("Write a note"), submit=_("Save the note"))


@acts(Permission.CASE_WORK, act=Act.READ)
def correct_note(request: ActingRequest, dossier_id: int, note_id: int) -> HttpResponse:
    note = queries.readable_note(request.acting, dossier_id, note_id)
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.CorrectNoteForm(request.POST or None, initial={"text": note.text, "version": note.version})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.correct_note(request.acting, note=note, **form.cleaned_data)
            return done(request, _("The note is corrected."), "case", dossier_id)
    return form_of_case(request, form, this, title=_("Correct a note"), submit=_("Save"))


@acts(Permission.CASE_WORK)
def redact_note(request: ActingRequest, dossier_id: int, note_id: int) -> HttpResponse:
    note = queries.readable_note(request.acting, dossier_id, note_id)
    this = queries.readable_case(request.acting, dossier_id)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.redact_note(request.acting, note=note, reason=form.cleaned_data["reason"])
            return done(request, _("The text of the note has been removed."), "case", dossier_id)
    intro = _("The text will be gone for good; who redacted it, when and why remain visible.")
    return form_of_case(request, form, this, title=_("Redact a note"), submit=_("Remove the text"), intro=intro)


@acts(Permission.CASE_WORK, act=Act.READ)
def particulars(request: ActingRequest, dossier_id: int) -> HttpResponse:
    this = queries.readable_case(request.acting, dossier_id)
    noted = queries.background_notes(request.acting, dossier_id)
    initial = {name: getattr(this, name) for name in ("region", "first_contact_on", "counted_for", "version")}
    initial |= {"question": noted.question, "question_category": noted.question_category.value}
    initial |= {"risk_factors": noted.risk_factors, "education": noted.education}
    form = forms.ParticularsForm(
        request.POST or None,
        initial=initial,
        categories=readable_categories(request.acting, this.dossier),
        is_question_closed=queries.is_question_closed(noted, queries.background_counts(this.pk)),
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            changes = dict(form.cleaned_data)
            version, category = changes.pop("version"), changes.pop("question_category", None)
            services.change_particulars(
                request.acting, case=this, version=version, changes=changes, question_category=category
            )
            return done(request, _("The particulars are saved."), "case", dossier_id)
    return form_of_case(request, form, this, title=_("Particulars of the case"), submit=_("Save"))


@reads(Permission.CASE_READ, act=Act.READ)
def access(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Show who may open this case, which data categories, until when, and based on which act."""
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
        # The existence of a medical mandate counts as employment data.
        "shows_services": DataCategory.EMPLOYMENT in open_here,
        "now": timezone.now(),
        "institutions": {i.pk: i for i in Institution.objects.all()},
    }
    return render(request, "cases/access.html", context)


@acts(Permission.WORKLIST_READ)
def alive(request: ActingRequest) -> HttpResponse:
    """Heartbeat: the log-in is still valid. It is not logged as a reading and does not prolong the session."""
    return HttpResponse(status=204)


@acts(Permission.CASE_READ)
def alive_case(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Heartbeat of a case's page: the grant is still valid."""
    queries.readable_case(request.acting, dossier_id)
    return HttpResponse(status=204)
