"""The particulars of a case's person, and clearing up doubtful records."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.access.permissions import Permission
from suone.doors.decorators import ActingRequest, acts, reads
from suone.persons import ahv, forms, queries, services
from suone.persons.acts import Act
from suone.persons.models import Doubt, Merge, Person
from suone.web.pages import done, form_page, refusals_on, render


@reads(Permission.CASE_READ, act=Act.READ)
def person(request: ActingRequest, dossier_id: int) -> HttpResponse:
    known = _person_of(dossier_id)
    context = {
        "person": known,
        "dossier_id": dossier_id,
        "number": ahv.formatted(known.ahv_number) if known.ahv_number else "",
        "may_edit": request.acting.may(Permission.PERSON_EDIT),
    }
    return render(request, "persons/person.html", context)


@acts(Permission.PERSON_EDIT, act=Act.READ)
def correct(request: ActingRequest, dossier_id: int) -> HttpResponse:
    known = _person_of(dossier_id)
    starting = {"version": known.version}
    form = forms.PersonForm(request.POST or None, instance=known, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            changes = {name: form.cleaned_data[name] for name in forms.PersonForm.Meta.fields}
            services.correct_person(request.acting, person=known, version=form.cleaned_data["version"], changes=changes)
            return done(request, _("The particulars are saved."), "person", dossier_id)
    back = reverse("person", args=[dossier_id])
    return form_page(request, form, title=_("Correct the particulars"), submit=_("Save"), back=back)


@acts(Permission.PERSON_EDIT)
def add_number(request: ActingRequest, dossier_id: int) -> HttpResponse:
    known = _person_of(dossier_id)
    form = forms.NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.add_ahv_number(request.acting, person=known, ahv_number=form.cleaned_data["ahv_number"])
            return done(
                request,
                _("The number is passed on; if something is unclear the IIZ office clears it."),
                "person",
                dossier_id,
            )
    back = reverse("person", args=[dossier_id])
    return form_page(request, form, title=_("Add the AHV number"), submit=_("Add"), back=back)


@reads(Permission.PERSON_MERGE, act=Act.DOUBTS_READ)
def doubts(request: ActingRequest) -> HttpResponse:
    return render(request, "persons/doubts.html", {"doubts": queries.open_doubts(), "merges": queries.merges()})


@acts(Permission.PERSON_MERGE, act=Act.DOUBTS_READ, sensitive=True)
def clear_doubt(request: ActingRequest, doubt_id: int) -> HttpResponse:
    """Merge the two records, or say that they are two persons."""
    doubt = get_object_or_404(Doubt.objects.select_related("known", "typed"), pk=doubt_id, cleared_at=None)
    both = (doubt.known, doubt.typed)
    form = forms.MergeForm(request.POST if "merge" in request.POST else None)
    form.fields["kept"].choices = [(p.pk, f"{p} ({p.pk})") for p in both]  # type: ignore[attr-defined]
    if request.method == "POST" and "different" in request.POST:
        services.clear_doubt(request.acting, doubt=doubt)
        return done(request, _("Noted: they are two different persons."), "doubts")
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            kept = form.cleaned_data["kept"]
            dropped = doubt.typed_id if kept == doubt.known_id else doubt.known_id
            services.merge(request.acting, kept_id=kept, dropped_id=dropped, reason=form.cleaned_data["reason"])
            return done(request, _("The two records are one. It can be undone."), "doubts")
    context = {"doubt": doubt, "both": both, "form": form}
    return render(request, "persons/clear_doubt.html", context, status=422 if form.errors else 200)


@acts(Permission.PERSON_MERGE, sensitive=True)
def undo_merge(request: ActingRequest, merge_id: int) -> HttpResponse:
    merge = get_object_or_404(Merge, pk=merge_id)
    if request.method == "POST":
        services.undo_merge(request.acting, merge=merge)
        return done(request, _("The merge is undone."), "doubts")
    return redirect("doubts")


def _person_of(dossier_id: int) -> Person:
    """The person of a case; none for whoever may not read who it is."""
    found = Person.objects.filter(dossiers__id=dossier_id).first()
    if found is None:
        raise Http404
    return found
