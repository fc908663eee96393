"""Mails that did not arrive: what became of each, and what the office decides."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.mail import queries, services
from suone.ground.mail.acts import Act
from suone.ground.web.pages import done, render


@reads(Permission.MAIL_OVERSEE, act=Act.READ)
def mails(request: ActingRequest) -> HttpResponse:
    waiting, since = queries.waiting_mails()
    context = {"mails": queries.undecided_mails(), "waiting": waiting, "since": since, "with_link": services.WITH_LINK}
    return render(request, "mail/list.html", context)


@acts(Permission.MAIL_OVERSEE)
def send_again(request: ActingRequest, mail_id: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("mails")
    services.send_again(request.acting, mail=queries.undecided_mail(mail_id))
    return done(request, _("The mail is sent once more within a minute."), "mails")


@acts(Permission.MAIL_OVERSEE)
def leave(request: ActingRequest, mail_id: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("mails")
    services.leave(request.acting, mail=queries.undecided_mail(mail_id))
    return done(request, _("The mail is left as it is."), "mails")
