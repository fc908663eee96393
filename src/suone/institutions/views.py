"""The directory: whom to call, who is who, and keeping it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.access.errors import Refused
from suone.access.permissions import Permission
from suone.audit.models import RecordKind
from suone.audit.services import record
from suone.doors.decorators import ActingRequest, acts, reads
from suone.institutions import forms, queries, services
from suone.institutions.acting import SESSION_KEY
from suone.institutions.acts import Act
from suone.institutions.models import Absence
from suone.web.pages import done, form_page, refusals_on, render


@reads(Permission.DIRECTORY_READ, act=Act.SEARCHED)
def contacts(request: ActingRequest) -> HttpResponse:
    """Whom do I call at SMZ Siders? Answers while one types."""
    words = request.GET.get("words", "")
    found = queries.search_contacts(words, on=request.acting.today)
    return render(request, "institutions/contacts.html", {"words": words, "found": found}, block="results")


@reads(Permission.DIRECTORY_READ, act=Act.READ)
def institutions(request: ActingRequest) -> HttpResponse:
    context = {
        "institutions": queries.institution_list(),
        "may_edit": request.acting.may(Permission.DIRECTORY_EDIT),
    }
    return render(request, "institutions/institutions.html", context)


@reads(Permission.DIRECTORY_READ, act=Act.READ)
def bodies(request: ActingRequest) -> HttpResponse:
    context = {
        "bodies": queries.body_list(on=request.acting.today),
        "conventions": queries.convention_list(),
        "may_edit": request.acting.may(Permission.DIRECTORY_EDIT),
    }
    return render(request, "institutions/bodies.html", context)


@reads(Permission.DIRECTORY_EDIT, act=Act.READ)
def entries(request: ActingRequest, kind: str) -> HttpResponse:
    model, _fields = _kind(kind)
    context = {"kind": kind, "entries": model.objects.all(), "title": model._meta.verbose_name_plural}
    return render(request, "institutions/entries.html", context)


@acts(Permission.DIRECTORY_EDIT)
def entry(request: ActingRequest, kind: str, entry_id: int | None = None) -> HttpResponse:
    model, _fields = _kind(kind)
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
    kept = get_object_or_404(model, pk=entry_id)
    if request.method == "POST":
        services.remove_entry(request.acting, entry=kept)
        return done(request, _("The entry is removed."), "directory_entries", kind)
    return redirect("directory_entry", kind, entry_id)


@acts(Permission.DIRECTORY_READ, act=Act.READ)
def absences(request: ActingRequest) -> HttpResponse:
    acting = request.acting
    form = forms.AbsenceForm(request.POST or None, acting=acting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.enter_absence(acting, **form.cleaned_data)
            return done(request, _("The absence is entered."), "absences")
    kept = Absence.objects.filter(staff__institution_id=acting.own_institution_id, last_day__gte=acting.today)
    context = {
        "form": form,
        "absences": kept.select_related("staff").order_by("first_day"),
        "may_remove_all": acting.may(Permission.ABSENCE_EDIT),
    }
    return render(request, "institutions/absences.html", context, status=422 if form.errors else 200)


@acts(Permission.DIRECTORY_READ)
def remove_absence(request: ActingRequest, absence_id: int) -> HttpResponse:
    acting = request.acting
    kept = get_object_or_404(Absence, pk=absence_id, staff__institution_id=acting.own_institution_id)
    if kept.staff_id != acting.staff_id and not acting.may(Permission.ABSENCE_EDIT):
        raise Http404
    if request.method == "POST":
        services.remove_absence(acting, absence=kept)
        return done(request, _("The absence is removed."), "absences")
    return redirect("absences")


@acts(Permission.WORKLIST_READ)
def switch_acting(request: ActingRequest) -> HttpResponse:
    """Act for another of the institutions one works for."""
    if request.method != "POST":
        return redirect("worklist")
    own = {str(staff.pk): staff for staff in request.staff_entries}
    staff = own.get(request.POST.get("staff", ""))
    if staff is None:
        raise Refused(_("You do not work for this institution."))
    request.session[SESSION_KEY] = staff.pk
    record(request.acting, kind=RecordKind.CHANGE, act=Act.SWITCHED, about=("staff", staff.pk))
    return done(request, _("You now act for %(institution)s.") % {"institution": staff.institution.name}, "worklist")


def _kind(kind: str) -> tuple[Any, tuple[str, ...]]:
    if kind not in forms.KINDS:
        raise Http404
    return forms.KINDS[kind]
