"""Who the person of a case is, as this file has it, and clearing up which files are about one person."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, form_page, refusals_on, render
from suone.ground.web.sent import in_form
from suone.records.dossiers import doubts as clearing
from suone.records.dossiers import forms, queries, services
from suone.records.dossiers.acts import Act
from suone.records.persons.models import Joining
from suone.records.persons.queries import joinings, number_of, numbers_of


@reads(Permission.CASE_READ, act=Act.READ)
def person(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Each part for whoever may read its category; none of it where all are closed."""
    acting = request.acting
    known, residence = queries.particulars_of(acting, dossier_id), queries.residence_of(acting, dossier_id)
    if known is None and residence is None:
        raise Http404
    context = {
        "person": known,
        "residence": residence,
        "dossier_id": dossier_id,
        "numbers": numbers_of(dossier_id) if known else [],
        "contacts": queries.contacts_of_person(dossier_id) if known else {},
        "other_names": queries.other_names_of(dossier_id) if known else {},
        "may_edit": acting.may(Permission.PERSON_EDIT),
    }
    return render(request, "dossiers/person.html", context)


@acts(Permission.PERSON_EDIT, act=Act.READ)
def correct(request: ActingRequest, dossier_id: int) -> HttpResponse:
    known = queries.particulars_of(request.acting, dossier_id)
    if known is None:
        raise Http404
    starting: dict[str, Any] = {"version": known.version, "birth": known.birth}
    starting |= queries.contacts_of_person(dossier_id) | queries.other_names_of(dossier_id)
    form = forms.ParticularsForm(request.POST or None, instance=known, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.correct_particulars(
                request.acting,
                particulars=known,
                version=form.cleaned_data["version"],
                changes=form.changes(),
                other_names=form.other_names(),
                contact_details=form.contact_details(),
            )
            return done(request, _("The particulars are saved."), "person", dossier_id)
    back = reverse("person", args=[dossier_id])
    return form_page(request, form, title=_("Correct the particulars"), submit=_("Save"), back=back)


@acts(Permission.PERSON_EDIT, act=Act.READ)
def correct_residence(request: ActingRequest, dossier_id: int) -> HttpResponse:
    residence = queries.residence_of(request.acting, dossier_id)
    if residence is None:
        raise Http404
    form = forms.ResidenceForm(request.POST or None, instance=residence, initial={"version": residence.version})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            changes = {name: form.cleaned_data[name] for name in forms.ResidenceForm.Meta.fields}
            services.correct_residence(
                request.acting, residence=residence, version=form.cleaned_data["version"], changes=changes
            )
            return done(request, _("Permit and status are saved."), "person", dossier_id)
    back = reverse("person", args=[dossier_id])
    return form_page(request, form, title=_("Correct permit and status"), submit=_("Save"), back=back)


@acts(Permission.PERSON_EDIT, act=Act.READ)
def change_number(request: ActingRequest, dossier_id: int) -> HttpResponse:
    known = queries.particulars_of(request.acting, dossier_id)
    if known is None:
        raise Http404
    form = forms.NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.change_number(request.acting, dossier=known.dossier, **form.cleaned_data)
            return done(request, _("The number is saved."), "person", dossier_id)
    held = number_of(dossier_id)
    title = _("Correct the AHV number") if held and held.digits else _("Add the AHV number")
    return form_page(request, form, title=title, submit=_("Save"), back=reverse("person", args=[dossier_id]))


@reads(Permission.PERSON_MERGE, act=Act.DOUBTS_READ)
def doubts(request: ActingRequest) -> HttpResponse:
    """Which files may be about one person: their numbers alone, the names are a look of their own."""
    law = settings.DOUBTS_LAW
    context = {"doubts": clearing.open_doubts() if law else [], "joinings": joinings() if law else [], "law": law}
    return render(request, "dossiers/doubts.html", context)


@acts(Permission.PERSON_MERGE, after=[clearing.record_look], sensitive=True)
def clear_doubt(request: ActingRequest, doubt_id: int) -> HttpResponse:
    """Two files side by side, with institution, name and birth date alone: one person or two?"""
    doubt = clearing.open_doubt(doubt_id)
    form = forms.JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        is_one = in_form(request).has("join")
        with refusals_on(form):
            services_of = clearing.find_one_person if is_one else clearing.find_two_persons
            services_of(request.acting, doubt=doubt, reason=form.cleaned_data["reason"])
            message = (
                _("The two files are about one person. This can be undone.")
                if is_one
                else _("Noted: they are two persons.")
            )
            return done(request, message, "doubts")
    context = {"doubt": doubt, "both": clearing.sides_of(doubt), "form": form}
    return render(request, "dossiers/clear_doubt.html", context, status=422 if form.errors else 200)


@acts(Permission.PERSON_MERGE, sensitive=True)
def part(request: ActingRequest, joining_id: int) -> HttpResponse:
    """They were two persons after all: say why, and each key stands for itself again."""
    joining = get_object_or_404(Joining, pk=joining_id, parted_at=None)
    form = forms.JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            clearing.part(request.acting, joining=joining, reason=form.cleaned_data["reason"])
            return done(request, _("The keys are parted."), "doubts")
    return form_page(request, form, title=_("Part two keys"), submit=_("Part"), back=reverse("doubts"))
