"""Offering a correction to another file of the same person, and answering one."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from suone.casework.corrections import forms, queries, services
from suone.casework.corrections.acts import Act
from suone.casework.corrections.rules import differences
from suone.ground.access.categories import Power
from suone.ground.access.permissions import Permission
from suone.ground.audit.shown import note_row
from suone.ground.entrances.decorators import ActingRequest, acts
from suone.ground.web.pages import done, refusals_on, render
from suone.ground.web.sent import in_form
from suone.records.dossiers.queries import has_power, particulars_of


@acts(Permission.PERSON_EDIT, act=Act.READ)
def offer(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """The other files of the person to which the acting person contributes, each with a form of what they have otherwise."""
    acting = request.acting
    known = particulars_of(acting, dossier_id)
    if known is None:
        raise Http404
    sent_to = in_form(request).number("target")
    files = []
    for file in queries.targets_of(acting, dossier_id):
        note_row(file)
        differing = queries.differences_between(acting, dossier_id, file.pk)
        typed = request.POST if file.pk == sent_to else None
        form = forms.OfferForm(typed, differences=differing, auto_id=f"id_{file.pk}_%s")
        if form.is_valid():
            with refusals_on(form):
                services.offer_correction(acting, dossier_id=dossier_id, to=file, fields=form.chosen())
                return done(
                    request, _("The correction is offered; who leads the other file decides."), "person", dossier_id
                )
        files.append((file, form, bool(differing)))
    status = 422 if any(form.errors for _file, form, _differs in files) else 200
    return render(request, "corrections/offer.html", {"dossier": known.dossier, "files": files}, status=status)


@acts(Permission.PERSON_EDIT, act=Act.READ)
def answer(request: ActingRequest, dossier_id: int, correction_id: int) -> HttpResponse:
    acting = request.acting
    correction = queries.readable_correction(acting, dossier_id, correction_id)
    form = forms.DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if in_form(request).has("accept"):
                services.accept_correction(acting, correction=correction)
                return done(request, _("The particulars are corrected as offered."), "person", dossier_id)
            services.decline_correction(acting, correction=correction, reason=form.cleaned_data["reason"])
            said = _("The offer is declined; whoever made it reads why.")
            if correction.is_passed_on:
                said = _("The offer is declined; the IIZ office learns that, and not why.")
            return done(request, said, "person", dossier_id)
    known = particulars_of(acting, dossier_id)
    if known is None:
        raise Http404
    context = {
        "form": form,
        "dossier": known.dossier,
        "correction": correction,
        "differences": differences(queries.known_in(known), queries.offered_in(correction)),
        "may_answer": has_power(acting, known.dossier, Power.LEAD) and correction.is_pending,
    }
    return render(request, "corrections/answer.html", context, status=422 if form.errors else 200)


@acts(Permission.PERSON_MERGE, act=Act.WAITING_READ, sensitive=True)
def pass_on(request: ActingRequest) -> HttpResponse:
    """Corrections whose other file is led by somebody who knows nothing of them: each is passed on by one click."""
    form = forms.PassOnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.pass_on_correction(request.acting, **form.pair())
            return done(request, _("Passed on: whoever leads the other file is asked to check."), "pass_on_corrections")
    law = settings.DOUBTS_LAW
    context = {
        "form": form,
        "law": law,
        "waiting": queries.waiting_corrections() if law else [],
        "passed": queries.passed_corrections() if law else [],
    }
    return render(request, "corrections/pass_on.html", context, status=422 if form.errors else 200)
