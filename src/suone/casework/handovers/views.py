"""The pages of hand-overs: load, ask the form, call one service, answer."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import Fact, Scalar
from suone.canton.procedures.services import in_language
from suone.casework.cases.forms import ReasonForm
from suone.casework.cases.models import Case, Draft
from suone.casework.cases.queries import own_draft, readable_case
from suone.casework.cases.services import default_answer_day
from suone.casework.handovers import forms, placement_requests, queries, rules, services
from suone.casework.handovers.acts import Act
from suone.casework.handovers.advisers import NamedAdviser, name_adviser, remove_adviser
from suone.casework.handovers.rules import NoticeKind
from suone.casework.leading.queries import course_of, facts_kept_as_documents, known_facts
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.ground.access.permissions import Permission
from suone.ground.audit.models import RecordKind
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, form_page, printed, refusals_on, render
from suone.ground.web.sent import in_form, in_query
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Region
from suone.records.consents.legal_bases import LegalBasis, legal_bases, legal_basis
from suone.records.decisions.queries import decision_for


@acts(Permission.CASE_LEAD, act=Act.READ)
def hand_over(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Propose to hand over the person of a case, or to support them jointly."""
    return _guided(request, readable_case(request.acting, dossier_id))


@acts(Permission.CASE_NOTIFY)
def hand_over_person(request: ActingRequest, draft_id: int | None = None) -> HttpResponse:
    """Propose a hand-over for a person without a case, possibly from a draft; a simple case is opened with it."""
    draft = own_draft(request.acting, draft_id, kind=services.HANDOVER) if draft_id else None
    return _guided(request, None, draft)


def _guided(request: ActingRequest, case: Case | None, draft: Draft | None = None) -> HttpResponse:
    """Ask for the direction first, then what its constellation requires, until the form is submitted."""
    acting, sends, opens = request.acting, in_form(request).has("send"), case is None and in_form(request).has("open")
    data = request.POST if request.method == "POST" else None
    person = _person_form(request, sends or opens, draft) if case is None else None
    questions = forms.QuestionsForm(data, acting=acting, named=queries.named_once(acting, case) if case else None)
    known = known_facts(case.pk) | facts_kept_as_documents(case.pk) if case else {}
    context: dict[str, Any] = {"case": case, "dossier": case.dossier if case else None, "person": person}
    context |= {"questions": questions, "details": None}
    if data is not None and questions.is_valid():
        details = _details(request, case, questions, known, draft, sends=sends)
        context |= details
        form, sent_person = details["details"], person is None or not (sends or opens) or person.is_valid()
        if opens and person is not None and sent_person:
            with refusals_on(person):
                return _open_only(request, person, questions, form)
        if sends and form.is_valid() and sent_person:
            proposal = _proposal(acting, questions, form, details["partner"])
            with refusals_on(form):
                answer = _propose(request, case, person, proposal)
                if draft is not None:
                    draft.delete()
                return answer
    if data is not None and not sends and getattr(request, "htmx", False) and questions.errors:
        context["questions"] = forms.QuestionsForm(initial=questions.data, acting=acting)  # still being answered
    wrong = [form for form in (person, context["questions"], context["details"]) if form is not None and form.errors]
    status = 422 if wrong else 200
    return render(request, "handovers/guided.html", context, block="guided", status=status)


def _propose(
    request: ActingRequest, case: Case | None, person: forms.PersonForm | None, proposal: services.Proposal
) -> HttpResponse:
    if case is None:
        assert person is not None
        handover = services.propose_for_person(request.acting, of=person.particulars(), proposal=proposal)
        sentence = (
            _("A simple case is open, and the hand-over is proposed.")
            if handover.is_direct
            else _("A simple case is open, and the other institution has your contact details.")
        )
        return done(request, sentence, "case", handover.dossier_id)
    handover = services.propose_handover(request.acting, case=case, proposal=proposal)
    sentence = (
        _("The hand-over is proposed; until it is accepted you stay responsible.")
        if handover.is_direct
        else _("The other institution has your contact details; they wait there until somebody answers.")
    )
    return done(request, sentence, "case", case.pk)


def _open_only(
    request: ActingRequest, person: forms.PersonForm, questions: forms.QuestionsForm, form: forms.ProposalForm
) -> HttpResponse:
    """Open the case with what is known, and send nothing yet, since something has to happen first."""
    facts, remarks = form.entered_so_far(request.POST)
    opened = services.open_before_handover(
        request.acting, of=person.particulars(), answers=questions.answers, facts=facts, remarks=remarks
    )
    return done(
        request, _("A simple case is open; it shows what must be done before the hand-over."), "case", opened.pk
    )


def _person_form(request: ActingRequest, sends: bool, draft: Draft | None) -> forms.PersonForm:
    if sends:
        return forms.PersonForm(request.POST)
    known = draft.data if draft else {}
    form = forms.PersonForm(initial=forms.PersonForm.starting_values(request.acting) | known)
    if request.method == "POST":
        form.initial = {**form.initial, **forms.typed_so_far(form, request.POST)}
    return form


def _details(
    request: ActingRequest,
    case: Case | None,
    questions: forms.QuestionsForm,
    known: dict[str, Scalar],
    draft: Draft | None,
    *,
    sends: bool,
) -> dict[str, Any]:
    """Build the second part of the form from the known facts and the input so far."""
    acting, answers = request.acting, questions.answers
    version = None if case else queries.procedure_of_handovers(on=acting.today)
    place = queries.position_for(course_of(case.pk) if case else None, version)
    facts = known | {
        Fact.HANDOVER_BETWEEN.value: answers.between,
        Fact.CONSTELLATION.value: answers.constellation.value,
    }
    request_facts = services.facts_of_request(is_named=bool(in_form(request).text("staff")))
    facts |= {fact.value: value for fact, value in request_facts.items()}
    line = queries.consent_naming(acting, case.dossier, questions.cleaned_data["receiver"].pk) if case else None
    options: dict[str, Any] = {
        "partner": _partner(request, case, questions),
        "constellation": answers.constellation,
        "consented": line.categories if line else None,
        "usual": rules.categories_for(0, line.categories if line else None),
        "known": known,
        "names": queries.names_with_facts(case.pk) if case else {},
    }
    guide = queries.guide_for(*place, facts, on=acting.today) if place else None
    for _round in range(2):  # the input may lead to further requirements
        form = forms.ProposalForm(guide=guide, initial={"due_on": default_answer_day(acting)}, **options)
        typed = forms.typed_so_far(form, request.POST)
        facts |= {fact.value: value for fact, value in forms.entered_facts_in(form.facts, typed).items()}
        guide = queries.guide_for(*place, facts, on=acting.today) if place else None
    if sends:
        form = forms.ProposalForm(request.POST, guide=guide, **options)
    else:
        form = forms.ProposalForm(guide=guide, initial=_starting(acting, typed, request, draft), **options)
    return (
        {"details": form, "answers": answers, "guide": guide, "consent": line.consent if line else None}
        | options
        | {
            "speaks_against": _without_field(guide.warnings, form) if guide else [],
            "first": _without_field(guide.lacking, form) if guide else [],
            "duties": queries.duties_in(guide, facts, acting, questions.cleaned_data["receiver"]) if guide else [],
            "later": [in_language(requirement.missing) for requirement in guide.later] if guide else [],
            "asks_reason": sends or bool(guide and _without_field(guide.warnings, form)),
        }
    )


def _without_field(requirements: Any, form: forms.ProposalForm) -> list[str]:
    """Return the texts of requirements that no field of the form settles."""
    asked = {entry.fact.value for entry in form.facts.values() if entry.requirement is not None}
    return [in_language(requirement.missing) for requirement in requirements if requirement.fact not in asked]


def _starting(acting: Acting, typed: dict[str, Any], request: ActingRequest, draft: Draft | None) -> dict[str, Any]:
    """Return the initial values: the input so far, or the defaults when the form is first shown."""
    if not in_form(request).has("message"):
        return {"due_on": default_answer_day(acting)} | (draft.data if draft else {})
    return typed


def _partner(request: ActingRequest, case: Case | None, questions: forms.QuestionsForm) -> queries.Partner:
    region = case.region if case else Region.objects.filter(pk=in_form(request).number("region") or 0).first()
    return queries.partner_in(questions.cleaned_data["receiver"], region, on=request.acting.today)


def _proposal(
    acting: Acting, questions: forms.QuestionsForm, form: forms.ProposalForm, partner: queries.Partner
) -> services.Proposal:
    typed = form.cleaned_data
    return services.Proposal(
        answers=questions.answers,
        receiver=questions.cleaned_data["receiver"],
        office=partner.office,
        due_on=typed.get("due_on") or default_answer_day(acting),
        agrees=typed.get("agrees", False),
        staff=typed.get("staff"),
        message=typed.get("message", ""),
        category=DataCategory(typed.get("category") or DataCategory.EMPLOYMENT),
        categories=form.mask(),
        overlap_until=typed.get("overlap_until"),
        facts=form.entered_facts(),
        remarks=form.remarks(),
        reason=typed["reason"],
    )


@acts(Permission.CASE_READ, act=Act.READ)
def answer(request: ActingRequest, decision_id: int) -> HttpResponse:
    """Show a proposed hand-over, and accept it or decline with a reason."""
    decision = decision_for(request.acting, decision_id, kind=(services.HANDOVER, services.CONTACT))
    handover = queries.asked_handover(decision)
    form = forms.AnswerForm(
        request.POST or None,
        acting=request.acting,
        asked=handover.receiver_staff_id if handover else None,
        is_contact=decision.kind == services.CONTACT,
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            return _answered(request, decision, form.cleaned_data)
    person = queries.person_of_request(decision) if handover else None
    context = {
        "decision": decision,
        "handover": handover,
        "passing": queries.categories_passing(request.acting, handover) if handover else [],
        "person": person,
        "form": form,
        "passes_lead": handover is not None and handover.is_direct,
    }
    return render(request, "handovers/answer.html", context, status=422 if form.errors else 200)


def _answered(request: ActingRequest, decision: Any, typed: dict[str, Any]) -> HttpResponse:
    if typed["answer"] == "accept":
        staff: Appointment | None = typed["staff"]
        accepted = services.accept_handover(request.acting, decision=decision, staff=staff, reason=typed["reason"])
        sentence = (
            _("You have taken the person on; the case is open to you.")
            if accepted.is_direct
            else _("Parallel support begins; the case is open to you.")
        )
        return done(request, sentence, "case", accepted.dossier_id)
    if typed["answer"] == "later":
        services.announce_naming(request.acting, decision=decision)
        return done(request, _("The other institution knows that somebody will be named."), "requests")
    services.decline_handover(request.acting, decision=decision, reason=typed["reason"])
    return done(request, _("You have declined; the other institution stays responsible and reads why."), "requests")


@acts(Permission.CASE_LEAD)
def withdraw(request: ActingRequest, dossier_id: int, handover_id: int) -> HttpResponse:
    handover = queries.readable_handover(request.acting, dossier_id, handover_id)
    if request.method != "POST":
        return redirect("case", dossier_id)
    services.withdraw_handover(request.acting, handover=handover)
    return done(request, _("The hand-over is withdrawn."), "case", dossier_id)


@acts(Permission.CASE_LEAD)
def stop(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Close the case with one click because nobody takes the person over from us; nothing is sent."""
    case = readable_case(request.acting, dossier_id)
    if request.method != "POST":
        return redirect("case", dossier_id)
    services.stop_without_handover(request.acting, case=case)
    return done(request, _("The case is closed; nothing was sent."), "case", dossier_id)


@acts(Permission.CASE_LEAD)
def end_access(request: ActingRequest, dossier_id: int, handover_id: int) -> HttpResponse:
    handover = queries.readable_handover(request.acting, dossier_id, handover_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.end_access(request.acting, handover=handover, reason=form.cleaned_data["reason"])
            return done(request, _("The access given by this hand-over has been closed."), "case", dossier_id)
    return form_page(
        request,
        form,
        title=f"{_('End the access from this hand-over')} · {handover.dossier.number}",
        submit=_("End the access"),
        back=reverse("case", args=[dossier_id]),
        intro=_("The person no longer agrees, or the joint support has ended: access closes at once."),
    )


@acts(Permission.CASE_WORK)
def keep_placement_request(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Add the request for job placement that the person wrote, where the procedure asks for it."""
    case = readable_case(request.acting, dossier_id)
    if not (queries.is_social_assistance(request.acting) and queries.asks_for_placement_request(case)):
        raise Http404
    form = forms.PlacementRequestForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with refusals_on(form):
            placement_requests.keep_placement_request(request.acting, case=case, name=file.name, data=file.read())
            return done(request, _("The request is kept as a document of the case."), "case", dossier_id)
    context = {"dossier": case.dossier, "form": form}
    return render(request, "handovers/placement_request.html", context, status=422 if form.errors else 200)


@reads(Permission.CASE_READ, act=Act.REQUEST_FORM_PRINTED, kind=RecordKind.PRINT)
def print_placement_request(request: ActingRequest, dossier_id: int) -> HttpResponse:
    case = readable_case(request.acting, dossier_id)
    return printed(placement_requests.placement_request_pdf(request.acting, case), case.dossier.number)


@acts(Permission.CASE_WORK, act=Act.READ)
def advisers(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Show whom the person named, and record another one."""
    case = readable_case(request.acting, dossier_id)
    form = forms.AdviserForm(request.POST or None, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            named = NamedAdviser(**form.cleaned_data)
            name_adviser(request.acting, case=case, named=named)
            return done(request, _("The adviser is recorded."), "advisers", dossier_id)
    context = {
        "dossier": case.dossier,
        "advisers": queries.advisers_of(request.acting, case.dossier),
        "form": form,
        "is_iv": queries.is_iv(request.acting),
        "fact": Fact.ADVISERS_NAMED.value,
    }
    return render(request, "handovers/advisers.html", context, status=422 if form.errors else 200)


@acts(Permission.CASE_WORK)
def drop_adviser(request: ActingRequest, dossier_id: int, adviser_id: int) -> HttpResponse:
    adviser = queries.readable_adviser(request.acting, dossier_id, adviser_id)
    if request.method != "POST":
        return redirect("advisers", dossier_id)
    remove_adviser(request.acting, adviser=adviser)
    return done(request, _("The adviser is removed."), "advisers", dossier_id)


@acts(Permission.DISCLOSURE_RECORD)
def report_missed(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Tell of missed appointments: choose the social worker and the legal basis, if it is not clear who and on what basis."""
    case, recipients = _social_workers(request, dossier_id)
    if request.method == "GET" and len(recipients) == 1 and not in_query(request).has("choose"):
        (worker,) = recipients.values()
        return redirect("report_missed_on", dossier_id, worker.pk, queries.usual_basis(request.acting, case, worker))
    form = forms.MissedBasisForm(request.POST or None, recipients=list(recipients.values()), bases=_grounds())
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        return redirect("report_missed_on", dossier_id, typed["recipient"].pk, typed["basis"])
    return form_page(
        request,
        form,
        title=f"{_('Notify the social worker of missed appointments')} · {case.dossier.number}",
        submit=_("Next"),
        back=reverse("case", args=[dossier_id]),
        intro=_(
            "You decide what to write; nothing is sent automatically. Only the social worker and you can read it, and whoever takes over the case there."
        ),
    )


@acts(Permission.DISCLOSURE_RECORD)
def report_missed_on(request: ActingRequest, dossier_id: int, staff_id: int, basis: str) -> HttpResponse:
    """Tell of missed appointments: what happened, purpose, and the conditions of the legal basis."""
    case, recipients = _social_workers(request, dossier_id)
    ground = legal_basis(basis)
    if staff_id not in recipients or ground is None or ground not in _grounds():
        raise Http404
    starting = {"purpose": _("Coordination with social assistance under the agreement SMZ–IV")}
    form = forms.MissedForm(request.POST or None, basis=ground, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            typed = form.cleaned_data
            services.report_missed_appointments(
                request.acting,
                case=case,
                recipient=recipients[staff_id],
                basis=basis,
                purpose=typed["purpose"],
                confirmed=form.confirmed(),
                kind=NoticeKind(typed["kind"]),
                measure=typed["measure"],
                text=typed["text"],
            )
            return done(
                request, _("The social worker has been notified, and the disclosure recorded."), "case", dossier_id
            )
    language = (get_language() or "de")[:2]
    context = {
        "dossier": case.dossier,
        "form": form,
        "recipient": recipients[staff_id],
        "basis": f"{ground.title(language)} ({ground.article_in(language)})",
    }
    return render(request, "handovers/missed.html", context, status=422 if form.errors else 200)


def _social_workers(request: ActingRequest, dossier_id: int) -> tuple[Case, dict[int, Appointment]]:
    """Return the case, and the social workers who may be notified; nobody unless the acting institution is an IV."""
    case = readable_case(request.acting, dossier_id)
    may = queries.is_iv(request.acting)
    return case, {worker.pk: worker for worker in queries.social_workers_in(case)} if may else {}


def _grounds() -> list[LegalBasis]:
    """Return the legal bases that the IV has towards social assistance, consent included."""
    return [ground for ground in legal_bases() if ground.code in rules.BASES_OF_MISSED]


@reads(Permission.REFERRAL_COUNT, act=Act.COUNTED)
def referrals(request: ActingRequest) -> HttpResponse:
    """Show how many persons were referred in each direction in a year."""
    year = in_query(request).year("year") or request.acting.today.year
    year = year if 2000 <= year <= request.acting.today.year else request.acting.today.year
    lines = queries.referrals_in(year)
    context = {"lines": lines, "year": year, "this_year": request.acting.today.year}
    return render(request, "handovers/referrals.html", context)
