"""The pages of young people notified before a consent: load, ask the form, call one service, answer."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.casework.youth import forms, queries, services
from suone.casework.youth.acts import Act
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, form_page, refusals_on, render


@acts(Permission.CASE_NOTIFY)
def notify_young_person(request: ActingRequest) -> HttpResponse:
    if not queries.may_notify(request.acting):
        raise Http404
    form = forms.NoticeForm(request.POST or None, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            notice = services.notify_young_person(request.acting, **form.cleaned_data)
            sentence = _("The young person is notified to %(institution)s, which asks for the consent next.")
            return done(request, sentence % {"institution": notice.receiver.short_name}, "worklist")
    intro = _(
        "Before there is a consent, on this legal basis: %(law)s. Only the institution that receives the notification reads"
        " it. If no consent comes, it is destroyed after %(days)s days."
    ) % {"law": queries.law(), "days": settings.YOUTH_NOTICE_DAYS}
    return form_page(
        request,
        form,
        title=_("Notify a young person before a consent"),
        submit=_("Notify"),
        back=reverse("worklist"),
        intro=intro,
    )


@reads(Permission.CASE_TRIAGE, act=Act.LISTED)
def young_people(request: ActingRequest) -> HttpResponse:
    return render(request, "youth/list.html", {"rows": queries.waiting(request.acting)})


@acts(Permission.CASE_TRIAGE)
def take_up(request: ActingRequest, notice_id: int) -> HttpResponse:
    this = queries.waiting_notice(request.acting, notice_id)
    if request.method != "POST":
        return redirect("young_people")
    draft = services.take_up(request.acting, notice=this)
    return done(
        request, _("A draft has been started with what is known: add the signed consent."), "notify_draft", draft.pk
    )


@acts(Permission.CASE_TRIAGE)
def discard(request: ActingRequest, notice_id: int) -> HttpResponse:
    this = queries.waiting_notice(request.acting, notice_id)
    form = forms.DiscardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.discard(request.acting, notice=this, reason=form.cleaned_data["reason"])
        return done(request, _("The notice is destroyed."), "young_people")
    return form_page(
        request,
        form,
        title=_("Discard the notice"),
        submit=_("Destroy the notice"),
        back=reverse("young_people"),
        intro=_("Everything in it is destroyed at once; the log keeps only that there was one, and this reason."),
    )
