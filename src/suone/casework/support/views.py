"""The pages of the services: load, ask the form, call one service, answer."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.casework.cases.models import Case
from suone.casework.cases.queries import readable_case
from suone.casework.support import forms, queries, services
from suone.casework.support.acts import Act
from suone.casework.support.models import Service
from suone.casework.support.rules import EXPLANATIONS, HELD_AT_MEETINGS, Kind
from suone.ground.access.acting import Acting
from suone.ground.access.categories import Power
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, form_page, refusals_on, render
from suone.records.dossiers.queries import has_power


@reads(Permission.SERVICE_ORDER, act=Act.OFFERS_READ)
def choose_service(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Choose the kind of service to order, those named by the current phase first."""
    dossier = readable_case(request.acting, dossier_id).dossier
    return render(request, "support/choose.html", {"dossier": dossier, "offers": queries.offers_for(dossier)})


@acts(Permission.SERVICE_ORDER)
def order_service(request: ActingRequest, dossier_id: int, offer: str) -> HttpResponse:
    if offer not in Kind.values:
        raise Http404
    kind = Kind(offer)
    case = readable_case(request.acting, dossier_id)
    starting = {"staff": _proposed(request.acting, case, kind)}
    people = queries.possible_staff(case, kind)
    form = forms.OrderForm(request.POST or None, kind=kind, staff=people, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            service = services.order_service(request.acting, dossier=case.dossier, order=form.order())
            return done(request, _("The service is ordered."), "service", dossier_id, service.pk)
    return form_page(
        request,
        form,
        title=f"{kind.label} · {case.dossier.number}",
        submit=_("Order"),
        back=reverse("choose_service", args=[dossier_id]),
        intro=str(EXPLANATIONS[kind]),
    )


@reads(Permission.CASE_READ, act=Act.READ)
def service(request: ActingRequest, dossier_id: int, service_id: int) -> HttpResponse:
    acting = request.acting
    this = queries.readable_service(acting, dossier_id, service_id)
    leads = has_power(acting, this.dossier, Power.LEAD)
    answers = acting.institution_id in (this.institution_id, this.second_institution_id)
    context = {
        "service": this,
        "dossier": this.dossier,
        "explanation": EXPLANATIONS[Kind(this.kind)],
        "texts": queries.texts_of(acting, this),
        "items": queries.items_of(acting, this),
        "is_mandate": this.kind == Kind.MEDICAL_MANDATE,
        "access": queries.mandate_access(acting, this),
        "may_close": this.is_open and (leads or answers) and acting.may(Permission.SERVICE_ORDER),
        "may_lead": this.is_open and leads and acting.may(Permission.SERVICE_ORDER),
        "may_convene": this.is_open and this.kind in HELD_AT_MEETINGS and acting.may(Permission.MEETING_CONVENE),
        "may_report": this.is_open and this.staff_id == acting.staff_id and acting.may(Permission.MEDICAL_REPORT),
    }
    return render(request, "support/service.html", context)


@acts(Permission.SERVICE_ORDER)
def start_service(request: ActingRequest, dossier_id: int, service_id: int) -> HttpResponse:
    this = queries.readable_service(request.acting, dossier_id, service_id)
    if request.method == "POST":
        services.start_service(request.acting, service=this)
        return done(request, _("The service has begun."), "service", dossier_id, service_id)
    return redirect("service", dossier_id, service_id)


@acts(Permission.SERVICE_ORDER)
def complete_service(request: ActingRequest, dossier_id: int, service_id: int) -> HttpResponse:
    this = queries.readable_service(request.acting, dossier_id, service_id)
    form = forms.CompleteForm(request.POST or None, kind=this.kind)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.complete_service(request.acting, service=this, **form.cleaned_data)
            return done(
                request,
                _("The service is completed; those who follow the case have been informed."),
                "case",
                dossier_id,
            )
    return _form(request, form, this, title=_("Complete the service"), submit=_("Complete"))


@acts(Permission.SERVICE_ORDER)
def cancel_service(request: ActingRequest, dossier_id: int, service_id: int) -> HttpResponse:
    this = queries.readable_service(request.acting, dossier_id, service_id)
    form = forms.CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.cancel_service(request.acting, service=this, reason=form.cleaned_data["reason"])
            return done(request, _("The service is cancelled."), "case", dossier_id)
    intro = _("Its open work items are withdrawn. Everybody who may open the case sees the reason.")
    return _form(request, form, this, title=_("Cancel the service"), submit=_("Cancel the service"), intro=intro)


@acts(Permission.MEDICAL_REPORT, act=Act.READ)
def medical_report(request: ActingRequest, dossier_id: int, service_id: int) -> HttpResponse:
    this = queries.readable_service(request.acting, dossier_id, service_id)
    form = forms.ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.write_medical_report(request.acting, service=this, report=form.report())
            sentence = _(
                "The report is written. Partners are informed that it is available; they can read only the consequences."
            )
            return done(request, sentence, "service", dossier_id, service_id)
    context = {
        "form": form,
        "service": this,
        "dossier": this.dossier,
        "question": queries.texts_of(request.acting, this).get("question"),
    }
    return render(request, "support/report.html", context, status=422 if form.errors else 200)


@acts(Permission.SERVICE_ORDER)
def renew_mandate_access(request: ActingRequest, dossier_id: int, service_id: int) -> HttpResponse:
    this = queries.readable_service(request.acting, dossier_id, service_id)
    if request.method == "POST":
        services.renew_mandate_access(request.acting, service=this)
        return done(request, _("The medical officer's access continues."), "service", dossier_id, service_id)
    return redirect("service", dossier_id, service_id)


def _proposed(acting: Acting, case: Case, kind: Kind) -> int | None:
    """Preselect who is responsible: the case manager for case management, the person ordering for meetings."""
    if kind is Kind.CASE_MANAGEMENT:
        manager = queries.case_manager_of(case.dossier)
        return manager.pk if manager else acting.staff_id
    return acting.staff_id if kind in (Kind.ROUND_TABLE, Kind.ASSESSMENT) else None


def _form(
    request: ActingRequest, form: Any, this: Service, *, title: str, submit: str, intro: str = ""
) -> HttpResponse:
    return form_page(
        request,
        form,
        title=f"{title}: {this.get_kind_display()} · {this.dossier.number}",
        submit=submit,
        back=reverse("service", args=[this.dossier_id, this.pk]),
        intro=intro,
    )
