"""Setting work items and what becomes of them."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.ground.access.categories import DataCategory
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts
from suone.ground.web.pages import done, form_page, refusals_on
from suone.records.dossiers.queries import readable_categories, readable_dossier
from suone.records.workitems import forms, services
from suone.records.workitems.models import WorkItem
from suone.records.workitems.queries import readable_item


@acts(Permission.CASE_WORK)
def add(request: ActingRequest, dossier_id: int) -> HttpResponse:
    dossier = readable_dossier(request.acting, dossier_id)
    starting = {"addressed": request.acting.institution_id}
    form = forms.WorkItemForm(
        request.POST or None,
        dossier=dossier,
        readable=readable_categories(request.acting, dossier),
        initial=starting,
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            typed = form.cleaned_data
            services.add_work_item(
                request.acting,
                dossier=dossier,
                title=typed["title"],
                due_on=typed["due_on"],
                addressed_id=typed["addressed"].pk,
                category=DataCategory(typed["category"]),
                details=typed["details"],
            )
            return done(request, _("The work item is set."), "case", dossier_id)
    title = f"{_('Add a work item')} · {dossier.number}"
    return form_page(request, form, title=title, submit=_("Set"), back=reverse("case", args=[dossier_id]))


@acts(Permission.CASE_WORK)
def complete(request: ActingRequest, dossier_id: int, item_id: int) -> HttpResponse:
    """Done by the addressed institution; the lead gives a reason in its place."""
    item = readable_item(request.acting, dossier_id, item_id)
    if item.addressed_id == request.acting.institution_id:
        if request.method == "POST":
            services.complete(request.acting, item=item)
            return done(request, _("Done."), "case", dossier_id)
        return done(request, "", "case", dossier_id)
    return _with_reason(request, item, services.complete, title=_("Done, with a reason"), message=_("Done."))


@acts(Permission.CASE_WORK)
def reopen(request: ActingRequest, dossier_id: int, item_id: int) -> HttpResponse:
    item = readable_item(request.acting, dossier_id, item_id)
    if request.method == "POST":
        services.reopen(request.acting, item=item)
        return done(request, _("The work item is open again."), "case", dossier_id)
    return done(request, "", "case", dossier_id)


@acts(Permission.CASE_WORK)
def cancel(request: ActingRequest, dossier_id: int, item_id: int) -> HttpResponse:
    item = readable_item(request.acting, dossier_id, item_id)
    message = _("The work item is cancelled.")
    return _with_reason(request, item, services.cancel, title=_("Cancel, with a reason"), message=message)


def _with_reason(
    request: ActingRequest, item: WorkItem, act: Callable[..., None], *, title: str, message: str
) -> HttpResponse:
    """Act for another institution, which is notified of the reason."""
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            act(request.acting, item=item, reason=form.cleaned_data["reason"])
            return done(request, message, "case", item.dossier_id)
    return form_page(
        request,
        form,
        title=f"{title} · {item.dossier.number}",
        submit=title,
        back=reverse("case", args=[item.dossier_id]),
        intro=_("%(institution)s is responsible for this and will be notified who settled it and why.")
        % {"institution": item.addressed.name},
    )


@acts(Permission.CASE_WORK)
def hand_on(request: ActingRequest, dossier_id: int, item_id: int) -> HttpResponse:
    item = readable_item(request.acting, dossier_id, item_id)
    form = forms.HandOnForm(request.POST or None, institution_id=item.addressed_id, initial={"version": item.version})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.reassign(request.acting, item=item, **form.cleaned_data)
            return done(request, _("The work item is handed on."), "case", dossier_id)
    title = f"{_('Reassign')} · {item.dossier.number}"
    return form_page(request, form, title=title, submit=_("Reassign"), back=reverse("case", args=[dossier_id]))


@acts(Permission.CASE_WORK)
def postpone(request: ActingRequest, dossier_id: int, item_id: int) -> HttpResponse:
    item = readable_item(request.acting, dossier_id, item_id)
    form = forms.PostponeForm(request.POST or None, initial={"until": item.due_on, "version": item.version})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.postpone(request.acting, item=item, **form.cleaned_data)
            return done(request, _("The work item is postponed."), "case", dossier_id)
    title = f"{_('Postpone')} · {item.dossier.number}"
    return form_page(request, form, title=title, submit=_("Postpone"), back=reverse("case", args=[dossier_id]))
