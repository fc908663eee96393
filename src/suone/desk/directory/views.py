"""The directory: whom to call, who is who, and keeping it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.desk.directory import forms, queries, services
from suone.desk.directory.acts import Act
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, form_page, refusals_on, render
from suone.ground.web.sent import in_query
from suone.organisation.appointments.queries import own_region, search_contacts
from suone.organisation.institutions.models import Region


@reads(Permission.DIRECTORY_READ, act=Act.SEARCHED)
def contacts(request: ActingRequest) -> HttpResponse:
    """Whom do I call at SMZ Siders? Answers while one types, for one's own region unless another is chosen."""
    words, on = in_query(request).text("words"), request.acting.today
    region = _region(request)
    found = search_contacts(words, on=on, region=region)
    elsewhere = region is not None and not found
    context = {
        "words": words,
        "regions": Region.objects.all(),
        "region": region,
        "found": search_contacts(words, on=on) if elsewhere else found,
        "is_elsewhere": elsewhere,
    }
    return render(request, "directory/contacts.html", context, block="results")


def _region(request: ActingRequest) -> Region | None:
    """The region chosen, or that of the acting person before anything is; None for the whole canton."""
    if not in_query(request).has("region"):
        return own_region(request.acting)
    return Region.objects.filter(pk=in_query(request).number("region") or 0).first()


@reads(Permission.DIRECTORY_READ, act=Act.READ)
def institutions(request: ActingRequest) -> HttpResponse:
    context = {
        "institutions": queries.institution_list(on=request.acting.today),
        "may_edit": request.acting.may(Permission.DIRECTORY_EDIT),
    }
    return render(request, "directory/institutions.html", context)


@reads(Permission.DIRECTORY_READ, act=Act.READ)
def bodies(request: ActingRequest) -> HttpResponse:
    context = {
        "bodies": queries.body_list(on=request.acting.today),
        "conventions": queries.convention_list(),
        "may_edit": request.acting.may(Permission.DIRECTORY_EDIT),
    }
    return render(request, "directory/bodies.html", context)


@reads(Permission.DIRECTORY_EDIT, act=Act.READ)
def entries(request: ActingRequest, kind: str) -> HttpResponse:
    model, _fields = _kind(kind)
    context = {
        "kind": kind,
        "entries": model.objects.all(),
        "title": model._meta.verbose_name_plural,
        "is_corrected_only": kind in forms.CORRECTED_ONLY,
    }
    return render(request, "directory/entries.html", context)


@acts(Permission.DIRECTORY_EDIT)
def entry(request: ActingRequest, kind: str, entry_id: int | None = None) -> HttpResponse:
    model, _fields = _kind(kind)
    if entry_id is None and kind in forms.CORRECTED_ONLY:
        raise Http404
    kept = get_object_or_404(model, pk=entry_id) if entry_id else None
    form = forms.entry_form(kind)(request.POST or None, instance=kept)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.keep_entry(request.acting, form=form)
            return done(request, _("The entry is saved."), "directory_entries", kind)
    return form_page(
        request,
        form,
        title=str(model._meta.verbose_name),
        submit=_("Save"),
        back=reverse("directory_entries", args=[kind]),
    )


@acts(Permission.DIRECTORY_EDIT)
def remove_entry(request: ActingRequest, kind: str, entry_id: int) -> HttpResponse:
    model, _fields = _kind(kind)
    if kind in forms.CORRECTED_ONLY:
        raise Http404
    kept = get_object_or_404(model, pk=entry_id)
    if request.method == "POST":
        services.remove_entry(request.acting, entry=kept)
        return done(request, _("The entry is removed."), "directory_entries", kind)
    return redirect("directory_entry", kind, entry_id)


def _kind(kind: str) -> tuple[Any, tuple[str, ...]]:
    if kind not in forms.KINDS:
        raise Http404
    return forms.KINDS[kind]
