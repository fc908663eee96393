"""Absences, and switching between appointments."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts
from suone.ground.web.pages import done, refusals_on, render
from suone.ground.web.sent import in_form
from suone.organisation.appointments import forms, services
from suone.organisation.appointments.acting import act_under
from suone.organisation.appointments.acts import Act
from suone.organisation.appointments.models import Absence


@acts(Permission.DIRECTORY_READ, act=Act.ABSENCES_READ)
def absences(request: ActingRequest) -> HttpResponse:
    acting = request.acting
    form = forms.AbsenceForm(request.POST or None, acting=acting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.enter_absence(acting, **form.cleaned_data)
            return done(request, _("The absence has been recorded."), "absences")
    kept = Absence.objects.filter(staff__institution_id=acting.own_institution_id, last_day__gte=acting.today)
    context = {
        "form": form,
        "absences": kept.select_related("staff", "deputy").order_by("first_day"),
        "may_remove_all": acting.may(Permission.ABSENCE_EDIT),
    }
    return render(request, "appointments/absences.html", context, status=422 if form.errors else 200)


@acts(Permission.DIRECTORY_READ)
def remove_absence(request: ActingRequest, absence_id: int) -> HttpResponse:
    acting = request.acting
    kept = get_object_or_404(Absence, pk=absence_id, staff__institution_id=acting.own_institution_id)
    if kept.staff_id != acting.staff_id and not acting.may(Permission.ABSENCE_EDIT):
        raise Http404
    if request.method == "POST":
        services.remove_absence(acting, absence=kept)
        return done(request, _("The absence has been removed."), "absences")
    return redirect("absences")


@acts(Permission.WORKLIST_READ, binds=False)
def switch_acting(request: ActingRequest) -> HttpResponse:
    """Switch to another of one's own appointments."""
    if request.method != "POST":
        return redirect("worklist")
    acting = act_under(request, in_form(request).number("staff") or 0)
    if acting is None:
        raise Refused(_("You do not work for this institution."))
    return done(request, _("You now act for %(institution)s.") % {"institution": acting.institution_name}, "worklist")
