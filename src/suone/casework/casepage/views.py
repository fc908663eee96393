"""The case on one page, its course through the procedure, and steering it."""

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.services import in_language
from suone.casework.assessments.queries import assessments_of, results_of
from suone.casework.casepage import forms, queries, services
from suone.casework.casepage.acts import Act
from suone.casework.casepage.known import correction_lines, known_lines
from suone.casework.cases import queries as cases
from suone.casework.cases.acts import Act as CaseAct
from suone.casework.cases.forms import NoteForm
from suone.casework.cases.models import ParticipantState
from suone.casework.cases.rules import RiskFactor, TimelineKind, risk_factors_in
from suone.casework.handovers.queries import advisers_of, can_report_missed_appointments, handovers_of, notices_of
from suone.casework.leading import queries as leading
from suone.casework.leading.acts import Act as LeadingAct
from suone.casework.leading.queries import passages_of
from suone.casework.meetings.queries import meetings_of
from suone.casework.plans.queries import plans_of
from suone.casework.support.queries import services_of
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.fields import number_in
from suone.ground.web.pages import done, form_page, refusals_on, render
from suone.ground.web.sent import in_query
from suone.records.consents.queries import consents_of
from suone.records.consents.rules import State as ConsentState
from suone.records.documents.queries import documents_of
from suone.records.dossiers.queries import own_reach, particulars_of, readable_categories
from suone.records.dossiers.services import note_visit
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.queries import items_of
from suone.register.server.queries import takes_part
from suone.register.server.rules import Purpose

if TYPE_CHECKING:
    from suone.records.dossiers.queries import Known


_IN_OR_ASKED = (ParticipantState.TAKING_PART, ParticipantState.ASKED)


@reads(Permission.CASE_READ, act=CaseAct.READ, after=[note_visit])
def case(request: ActingRequest, dossier_id: int) -> HttpResponse:
    acting = request.acting
    this = cases.readable_case(acting, dossier_id)
    dossier = this.dossier
    before = in_query(request).text("before")
    of = in_query(request).text("institution")
    kind = in_query(request).text("kind")
    lines, following = cases.timeline_of(
        acting,
        dossier,
        before_id=number_in(before),
        institution_id=number_in(of),
        kind=kind,
    )
    items = items_of(acting, dossier)
    reach = own_reach(acting, dossier)
    triages = reach.has(Power.LEAD) and acting.may(Permission.CASE_TRIAGE) and leading.triages(acting, dossier)
    known = particulars_of(acting, dossier_id) if DataCategory.IDENTITY in reach.categories else None
    participants = cases.participants_of(this)
    people = cases.people_of(this, on=acting.today, participants=participants)
    consents = [(consent, consent.state(acting.today)) for consent in consents_of(acting, dossier)]
    valid = [consent for consent, state in consents if state is ConsentState.VALID]
    consent = max(valid, key=lambda consent: consent.valid_until, default=None)
    place = queries.place_of(acting, this, reach.categories)
    filled = queries.filled_sections(dossier_id)
    assessments = assessments_of(acting, dossier) if "assessments" in filled else []
    noted = cases.background_notes(acting, dossier_id)
    counted: Any = SimpleLazyObject(lambda: cases.background_counts(dossier_id))  # queried only when needed
    context = {
        "case": this,
        "noted": noted,
        "dossier": dossier,
        "person": known,
        "number": known.ahv_number if known else None,
        "people": people,
        "participants": participants,
        "taking_part": {p.institution_id for p in participants if p.state in _IN_OR_ASKED},
        "advisers": advisers_of(acting, dossier) if "advisers" in filled else [],
        "lead": next((person for person in people if person.is_lead), None),
        "consents": consents,
        "consent": consent,
        "items": [(item, queries.next_action(item)) for item in items if item.is_open],
        "items_done": [item for item in items if item.state == ItemState.DONE],
        "documents": documents_of(acting, dossier) if "documents" in filled else [],
        "plans": plans_of(acting, dossier) if "plans" in filled else [],
        "handovers": handovers_of(acting, dossier) if "handovers" in filled else [],
        "notices": notices_of(dossier) if "notices" in filled else [],
        "may_hand_over": reach.has(Power.LEAD) and acting.may(Permission.CASE_LEAD) and this.level != "complex",
        "may_report_missed": acting.may(Permission.DISCLOSURE_RECORD)
        and can_report_missed_appointments(acting, participants),
        "level_changes": leading.level_changes_of(acting, dossier) if "level_changes" in filled else [],
        "meetings": meetings_of(acting, dossier) if "meetings" in filled else [],
        "services": services_of(acting, dossier) if "services" in filled else [],
        "results": results_of(assessments),
        "drafts": [assessment for assessment in assessments if not assessment.is_finished],
        "triages": [(triage, queries.reasons_of(triage)) for triage in leading.triages_of(acting, dossier)]
        if "triages" in filled
        else [],
        "days": cases.by_day(lines),
        "is_older": bool(before),
        "following": following,
        "categories": reach.categories,
        "question_is_closed": cases.is_question_closed(noted, counted),
        "some_risks_are_closed": len(risk_factors_in(reach.categories)) < len(RiskFactor),
        "may_write": reach.has(Power.WRITE) and acting.may(Permission.CASE_WORK),
        "may_lead": reach.has(Power.LEAD) and acting.may(Permission.CASE_LEAD),
        "may_triage": triages,
        "may_withdraw": queries.may_withdraw(acting, this),
        "notify_on": queries.notifying_on(acting, this) if triages else None,
        "may_consent": acting.may(Permission.CONSENT_SIGN),
        "may_plan": reach.has(Power.WRITE) and acting.may(Permission.PLAN_WRITE),
        "may_convene": reach.has(Power.WRITE) and acting.may(Permission.MEETING_CONVENE),
        "may_order": reach.has(Power.LEAD) and acting.may(Permission.SERVICE_ORDER),
        "place": place,
        "missing": place.lacking
        if place
        else queries.missing_without_procedure(this, participants, counted=counted, consent=consent is not None),
        "register_form": forms.AskRegisterForm(auto_id="register_%s") if _may_ask_register(acting, known) else None,
        "note_form": NoteForm(auto_id="note_%s", categories=reach.categories),
        "institutions": {p.institution_id: p.institution for p in participants}.values(),
        "of": of,
        "kinds": TimelineKind.choices,
        "kind": kind,
    }
    return render(request, "casepage/case.html", context, block="timeline" if before or of or kind else "")


def _may_ask_register(acting: Acting, known: "Known | None") -> bool:
    """Return whether the worker may query the register and the AHV number is known."""
    is_known = known is not None and known.ahv_number is not None
    return is_known and acting.may(Permission.REGISTER_USE) and takes_part(acting)


@reads(Permission.CASE_READ, act=LeadingAct.READ)
def course(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Show the position of a case in its procedure, its history and the next steps."""
    acting = request.acting
    this = cases.readable_case(acting, dossier_id)
    reach = own_reach(acting, this.dossier)
    passages = passages_of(acting, this.dossier)
    place = queries.place_of(acting, this, reach.categories)
    works = reach.has(Power.WRITE) and acting.may(Permission.CASE_WORK)
    context = {
        "case": this,
        "dossier": this.dossier,
        "place": place,
        "drawing": queries.drawing_of(place.course, [p.to_phase for p in passages]) if place else "",
        "passages": [(p, _title_of(p.version, p.to_phase)) for p in passages],
        "facts": known_lines(acting, this, works=works, leads=reach.has(Power.LEAD)),
        "corrections": correction_lines(acting, this, passages),
        "may_write": works,
        "may_lead": reach.has(Power.LEAD) and acting.may(Permission.CASE_LEAD),
        "may_move_over": reach.has(Power.LEAD) and acting.may(Permission.PROCEDURE_MOVE_OVER),
    }
    return render(request, "casepage/course.html", context)


def _title_of(version: ProcedureVersion, phase_id: str) -> str:
    return next((in_language(phase.title) for phase in version.procedure.phases if phase.id == phase_id), phase_id)


@acts(Permission.CASE_LEAD)
def leave(request: ActingRequest, dossier_id: int, participant_id: int) -> HttpResponse:
    participant = cases.readable_participant(request.acting, dossier_id, participant_id)
    if request.method != "POST":
        return redirect("case", dossier_id)
    services.leave(request.acting, participant=participant)
    return done(request, _("The institution no longer takes part."), "case", dossier_id)


@acts(Permission.CASE_WORK)
def inform(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Send a message to all who follow the case and may read its data category."""
    this = cases.readable_case(request.acting, dossier_id)
    form = forms.InformForm(request.POST or None, categories=readable_categories(request.acting, this.dossier))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            category = DataCategory(form.cleaned_data["category"])
            reach = services.inform_everyone(
                request.acting, dossier=this.dossier, text=form.cleaned_data["text"], category=category
            )
            return done(request, _sentence_about(reach), "case", dossier_id)
    return form_page(
        request,
        form,
        title=f"{_('Inform everybody')} · {this.dossier.number}",
        submit=_("Inform"),
        back=reverse("case", args=[dossier_id]),
        intro=_("A note in the timeline, and a message to each who follows the case and may read this data category."),
    )


@acts(Permission.REGISTER_USE)
def ask_register(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Ask the register who else follows the person; the request names only the case, which has the number."""
    acting = request.acting
    this = cases.readable_case(acting, dossier_id)
    reach = own_reach(acting, this.dossier)
    known = particulars_of(acting, dossier_id)
    form = forms.AskRegisterForm(request.POST)
    if request.method != "POST" or not form.is_valid() or not _may_ask_register(acting, known):
        return redirect("case", dossier_id)
    answer = services.ask_register(acting, case=this, purpose=Purpose(form.cleaned_data["purpose"]))
    may_invite = reach.has(Power.LEAD) and acting.may(Permission.CASE_LEAD) and this.is_open
    inside = {
        p.institution_id
        for p in cases.participants_of(this)
        if p.state in (ParticipantState.ASKED, ParticipantState.TAKING_PART)
    }
    context = {
        "dossier": this.dossier,
        "answer": answer,
        "number": known.ahv_number if known else None,
        "others": answer.institutions_now(on=acting.today, but=inside) if may_invite else [],
        "today": acting.today,
    }
    return render(request, "casepage/register.html", context)


def _sentence_about(reach: queries.Reach) -> str:
    count = len(reach.reached)
    sentence = ngettext("%(count)s person may read it.", "%(count)s people may read it.", count) % {"count": count}
    if not reach.not_reached:
        return sentence
    names = ", ".join(f"{staff.full_name} ({staff.institution.short_name})" for staff in reach.not_reached)
    return sentence + " " + _("Not reached, since no consent covers it: %(names)s.") % {"names": names}


@reads(Permission.CASE_READ, act=Act.STEERED)
def steering(request: ActingRequest) -> HttpResponse:
    """List all cases that the acting person leads or manages."""
    return render(request, "casepage/steering.html", {"lines": queries.led_cases(request.acting)})
