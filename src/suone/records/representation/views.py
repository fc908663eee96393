"""Who signs for the person of a case."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts
from suone.ground.web.pages import done, refusals_on, render
from suone.records.dossiers.queries import has_power, readable_categories, readable_dossier
from suone.records.representation import forms, queries, services
from suone.records.representation.acts import Act
from suone.records.representation.models import Representative
from suone.records.representation.rules import is_in_force


@acts(Permission.CASE_WORK, act=Act.READ)
def representatives(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Everybody recorded, who may sign today, and the form for one more."""
    acting = request.acting
    dossier = readable_dossier(acting, dossier_id)
    if DataCategory.IDENTITY not in readable_categories(acting, dossier):
        raise Http404
    form = forms.RepresentativeForm(request.POST or None, initial={"valid_from": acting.today})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.record_representative(acting, dossier=dossier, **form.cleaned_data)
            return done(request, _("The representative is recorded."), "representatives", dossier_id)
    context = {
        "dossier": dossier,
        "form": form,
        "signers": queries.signers_of(acting, dossier, on=acting.today),
        "age": queries.signing_age(),
        "kept": [(r, is_in_force(r, on=acting.today)) for r in queries.representatives_of(acting, dossier)],
        "may_write": has_power(acting, dossier, Power.WRITE),
    }
    return render(request, "representation/representatives.html", context, status=422 if form.errors else 200)


@acts(Permission.CASE_WORK)
def end(request: ActingRequest, dossier_id: int, representative_id: int) -> HttpResponse:
    dossier = readable_dossier(request.acting, dossier_id)
    kept = Representative.objects.readable_by(request.acting)
    representative = kept.filter(dossier=dossier, pk=representative_id).select_related("dossier").first()
    if representative is None:
        raise Http404
    if request.method == "POST":
        services.end_representation(request.acting, representative=representative)
        return done(request, _("The representation has ended."), "representatives", dossier_id)
    return redirect("representatives", dossier_id)
