"""The home page, and what is done to several items at once."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from suone.casework.cases.lists import Need, needs
from suone.casework.youth import queries as youth
from suone.desk.worklist import queries, services
from suone.desk.worklist.acts import Act
from suone.desk.worklist.forms import HandOnForm
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, render
from suone.ground.web.sent import in_form, in_query
from suone.register.server.queries import my_new_alerts

_FILTERS = ("overdue", "today", "week", "waiting")


@reads(Permission.WORKLIST_READ, act=Act.READ)
def worklist(request: ActingRequest) -> HttpResponse:
    acting = request.acting
    chosen = in_query(request).text("show")
    lines = queries.mine(acting)
    waiting = queries.awaited(acting)
    counted = queries.counts(lines, acting.today) | {"waiting": len(waiting)}
    if chosen == "waiting":
        shown = waiting
    elif chosen in _FILTERS:
        shown = [line for line in lines if line.urgency(acting.today) == chosen]
    else:
        shown, chosen = lines, ""
    sort = in_query(request).text("sort", "due")
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    if column not in queries.SORTS:
        column, descending = "due", False
    labels = {
        "overdue": _("Overdue"),
        "today": _("Today"),
        "week": _("This week"),
        "waiting": _("Waiting for others"),
    }
    page = in_query(request).number("page") or 1
    in_order = queries.in_order(shown, column, descending=descending)
    on_page = in_order[(page - 1) * queries.PAGE : page * queries.PAGE]
    context = {
        "entries": queries.entries(acting, on_page, state=_("waits") if chosen == "waiting" else _("open")),
        "page": page,
        "pages": max(1, -(-len(in_order) // queries.PAGE)),
        "next_page": page + 1 if len(in_order) > page * queries.PAGE else None,
        "tiles": [
            {
                "kind": name,
                "label": labels[name],
                "count": f"{queries.MOST}+" if counted[name] >= queries.MOST else counted[name],
                "current": name == chosen,
                "url": "/" if name == chosen else f"/?show={name}",
            }
            for name in _FILTERS
        ],
        "chosen": chosen,
        "column": column,
        "descending": descending,
        "may_work": acting.may(Permission.CASE_WORK),
        "may_read": acting.may(Permission.CASE_READ),
        "needs": _needs(request),
        "own_id": acting.own_staff_id,
        "alerts": my_new_alerts(acting) if acting.may(Permission.REGISTER_USE) else 0,
        "hand_on": HandOnForm(acting=acting),
        "young_people": youth.waiting_count(acting),
        "may_notify_young": youth.may_notify(acting),
    }
    return render(request, "worklist/worklist.html", context)


def _needs(request: ActingRequest) -> list[dict[str, str]]:
    """What the cases one is concerned with need, beside what somebody is asked for."""
    if not request.acting.may(Permission.CASE_READ):
        return []
    counted = needs(request.acting)
    still, ending = counted[Need.STILL], counted[Need.ENDING]
    sentences = {
        Need.STILL: ngettext(
            "In %(count)s case nothing has happened for %(days)s days",
            "In %(count)s cases nothing has happened for %(days)s days",
            still,
        )
        % {"count": still, "days": settings.STILL_DAYS},
        Need.ENDING: ngettext(
            "In %(count)s case the consent runs out or has ended",
            "In %(count)s cases the consent runs out or has ended",
            ending,
        )
        % {"count": ending},
    }
    return [{"code": need.value, "sentence": sentences[need]} for need in Need if counted[need]]


@acts(Permission.CASE_WORK)
def several(request: ActingRequest) -> HttpResponse:
    """Done, postpone or hand on whatever is ticked: all or none."""
    if request.method != "POST":
        return redirect("worklist")
    items = services.chosen_items(request.acting, in_form(request).numbers("item"))
    if not items:
        raise Refused(_("Tick at least one work item that is still open."))
    what = in_form(request).text("what")
    if what == "done":
        services.complete_all(request.acting, items=items)
    elif what == "postpone":
        until = in_form(request).day("until")
        if until is None:
            raise Refused(_("Choose the new day."))
        services.postpone_all(request.acting, items=items, until=until)
    else:
        form = HandOnForm(request.POST, acting=request.acting)
        if not form.is_valid():
            raise Refused(" ".join(map(str, form.errors["staff"])))
        services.reassign_all(request.acting, items=items, staff=form.cleaned_data["staff"])
    sentence = ngettext("%(count)s work item changed.", "%(count)s work items changed.", len(items))
    return done(request, sentence % {"count": len(items)}, "worklist")
