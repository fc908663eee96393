"""Requests to and by one's own institution."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, render
from suone.ground.web.sent import in_query
from suone.records.decisions import queries, services
from suone.records.decisions.acts import Act
from suone.records.decisions.models import kind_of


@reads(Permission.CASE_READ, act=Act.LISTED)
def decision_requests(request: ActingRequest) -> HttpResponse:
    """The requests to one's own institution, or by it: open and answered, with who answered and why."""
    by_us = in_query(request).text("show") == "ours"
    found = queries.decision_requests_of(request.acting, before_id=in_query(request).number("before"), by_us=by_us)
    page = found[: queries.PAGE]
    context = {
        "open": [(decision, kind_of(decision)) for decision in page if decision.is_pending],
        "answered": [(decision, kind_of(decision)) for decision in page if not decision.is_pending],
        "following": page[-1].pk if len(found) > queries.PAGE else None,
        "by_us": by_us,
    }
    return render(request, "decisions/requests.html", context)


@acts(Permission.CASE_WORK)
def remind(request: ActingRequest, decision_id: int) -> HttpResponse:
    decision = queries.decision_by(request.acting, decision_id)
    if request.method != "POST":
        return redirect("requests")
    services.remind(request.acting, decision=decision)
    return done(request, _("A reminder has been sent."), "requests")
