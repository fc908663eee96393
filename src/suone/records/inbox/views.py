"""One's own messages, their notification settings, and opening a case in an emergency."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.fields import number_in
from suone.ground.web.pages import done, form_page, refusals_on, render
from suone.ground.web.sent import in_query
from suone.records.inbox import forms, queries, services
from suone.records.inbox.acts import Act
from suone.records.inbox.models import Digest

_PAGE = 50


@reads(Permission.INBOX_READ, act=Act.LISTED)
def inbox(request: ActingRequest) -> HttpResponse:
    before = in_query(request).text("before")
    messages = queries.messages_of(request.acting, before_id=number_in(before), most=_PAGE + 1)
    context = {"notifications": messages[:_PAGE], "next": messages[_PAGE - 1].pk if len(messages) > _PAGE else None}
    return render(request, "inbox/inbox.html", context)


@acts(Permission.INBOX_READ)
def mark_read(request: ActingRequest) -> HttpResponse:
    if request.method == "POST":
        services.mark_read(request.acting)
    return redirect("inbox")


@acts(Permission.INBOX_READ)
def preferences(request: ActingRequest) -> HttpResponse:
    form = forms.PreferenceForm(request.POST or None, initial={"digest": queries.preference_of(request.acting)})
    if request.method == "POST" and form.is_valid():
        services.set_preference(request.acting, digest=Digest(form.cleaned_data["digest"]))
        return done(request, _("Saved."), "inbox")
    return form_page(
        request,
        form,
        title=_("Notification settings"),
        submit=_("Save"),
        back="/messages/",
        intro=_("A mail says only how many messages wait; persons and cases are never named in it."),
    )


@acts(Permission.GLASS_BREAK, sensitive=True)
def break_glass(request: ActingRequest) -> HttpResponse:
    form = forms.EmergencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            dossier = services.open_in_emergency(request.acting, **form.cleaned_data)
            return done(request, _("The case is open to you for three hours."), "case", dossier.pk)
    return form_page(
        request,
        form,
        title=_("Open a case in an emergency"),
        submit=_("Open for three hours"),
        back="/",
        intro=_("Only when waiting would harm the person. The lead and data protection are notified immediately."),
    )
