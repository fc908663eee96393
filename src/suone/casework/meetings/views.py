"""The pages of meetings: load, ask the form, call one service, answer."""

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from suone.casework.cases.models import Case
from suone.casework.cases.queries import readable_case
from suone.casework.meetings import forms, queries
from suone.casework.meetings.acts import Act
from suone.casework.meetings.calendar import calendar_entry
from suone.casework.meetings.minutes_print import minutes_pdf
from suone.casework.meetings.models import DateProposal, Meeting
from suone.casework.meetings.rules import SESSION_KINDS, Section, State
from suone.casework.meetings.services import convening, dates, follow_up, guests
from suone.casework.meetings.services import minutes as minute_services
from suone.casework.meetings.services.shared import can_manage
from suone.casework.plans.rules import Kind as PlanKind
from suone.casework.support.rules import Kind as ServiceKind
from suone.ground.access.acting import Acting, acting_for_guest
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.permissions import Permission
from suone.ground.audit.models import RecordKind
from suone.ground.audit.shown import note_row
from suone.ground.entrances.decorators import ActingRequest, acts, for_guests, reads
from suone.ground.web.fields import number_in
from suone.ground.web.pages import done, form_page, refusals_on, render
from suone.ground.web.sent import in_query
from suone.organisation.institutions.models import Region
from suone.records.dossiers.queries import has_power


@reads(Permission.MEETING_ATTEND, act=Act.LISTED)
def meeting_list(request: ActingRequest) -> HttpResponse:
    show = "past" if in_query(request).text("show") == "past" else "ahead"
    region, mine = in_query(request).text("region"), in_query(request).text("of") == "mine"
    context = {
        "meetings": queries.meeting_list(request.acting, show=show, region_id=number_in(region), mine=mine),
        "waiting": [
            (invitee, queries.answer_day(invitee.meeting)) for invitee in queries.waiting_invitations(request.acting)
        ],
        "regions": Region.objects.all(),
        "show": show,
        "region": region,
        "mine": mine,
        "may_convene": request.acting.may(Permission.MEETING_CONVENE),
    }
    return render(request, "meetings/list.html", context)


@acts(Permission.MEETING_CONVENE)
def convene(request: ActingRequest, dossier_id: int) -> HttpResponse:
    """Convene a meeting about a case."""
    return _convene(request, readable_case(request.acting, dossier_id))


@acts(Permission.MEETING_CONVENE)
def convene_session(request: ActingRequest) -> HttpResponse:
    """Convene a meeting about several cases or none."""
    return _convene(request, None)


def _convene(request: ActingRequest, case: Case | None) -> HttpResponse:
    dossier = case.dossier if case else None
    asked = in_query(request).text("kind")
    form = forms.ConveneForm(request.POST or None, acting=request.acting, dossier=dossier, asked=asked)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            convocation = form.convocation(case.region if case else None)
            convened = convening.convene_meeting(request.acting, convocation=convocation, dossier=dossier)
            return done(
                request, _("The meeting is convened; everybody invited has been informed."), "meeting", convened.pk
            )
    context = {"form": form, "dossier": dossier}
    return render(request, "meetings/convene.html", context, status=422 if form.errors else 200)


@reads(Permission.MEETING_ATTEND, act=Act.READ)
def meeting(request: ActingRequest, meeting_id: int) -> HttpResponse:
    acting = request.acting
    this = queries.readable_meeting(acting, meeting_id)
    table = queries.meeting_details(acting, this)
    may_contribute = acting.may(Permission.MEETING_ATTEND) and (
        has_power(acting, table.dossier, Power.WRITE) if table.dossier else False
    )
    context = {
        "meeting": this,
        "table": table,
        "reasons": queries.reasons_of(acting, this),
        "may_manage": _may_manage(acting, this),
        "may_contribute": may_contribute,
        "may_follow_up": queries.may_follow_up(acting, this),
        "takes_cases": this.kind in SESSION_KINDS and this.dossier_id is None,
    }
    return render(request, "meetings/meeting.html", context)


@acts(Permission.MEETING_ATTEND)
def answer(request: ActingRequest, meeting_id: int) -> HttpResponse:
    """Whether one's institution will be there."""
    own = queries.own_invitation(request.acting, meeting_id)
    form = forms.AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            accept = form.cleaned_data["answer"] == "accept"
            convening.answer_invitation(request.acting, invitee=own, accept=accept, reason=form.cleaned_data["reason"])
            return done(request, _("Your answer has been recorded."), "meeting", meeting_id)
    return _form(request, form, own.meeting, title=_("Answer the invitation"), submit=_("Answer"))


@acts(Permission.MEETING_ATTEND)
def answer_dates(request: ActingRequest, meeting_id: int) -> HttpResponse:
    """Which of the proposed dates suit."""
    own = queries.own_invitation(request.acting, meeting_id)
    proposals = list(DateProposal.objects.filter(meeting=own.meeting))
    form = forms.DatesForm(
        request.POST or None, proposals=proposals, labels=[_moment(proposal) for proposal in proposals]
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            dates.answer_dates(request.acting, invitee=own, answers=form.answers())
            return done(request, _("Your answer has been recorded."), "meeting", meeting_id)
    return _form(request, form, own.meeting, title=_("Which dates suit you?"), submit=_("Answer"))


@acts(Permission.MEETING_CONVENE)
def propose(request: ActingRequest, meeting_id: int) -> HttpResponse:
    this = queries.readable_meeting(request.acting, meeting_id)
    form = forms.ProposeForm(request.POST or None, initial={"answer_until": this.answer_until})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            dates.propose_dates(
                request.acting,
                meeting=this,
                proposals=form.proposals(),
                answer_until=form.cleaned_data["answer_until"],
            )
            return done(
                request, _("The dates are proposed; everybody invited has been informed."), "meeting", meeting_id
            )
    return _form(request, form, this, title=_("Propose dates"), submit=_("Propose"))


@acts(Permission.MEETING_CONVENE)
def fix(request: ActingRequest, meeting_id: int) -> HttpResponse:
    """Set one of the proposed dates, or reschedule the meeting."""
    this = queries.readable_meeting(request.acting, meeting_id)
    form = forms.FixForm(request.POST or None, initial={"starts_at": this.starts_at, "version": this.version})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            dates.fix_date(request.acting, meeting=this, **form.cleaned_data)
            return done(request, _("The date is set; everybody invited has been informed."), "meeting", meeting_id)
    return _form(request, form, this, title=_("Set the date"), submit=_("Set the date"))


@acts(Permission.MEETING_CONVENE)
def particulars(request: ActingRequest, meeting_id: int) -> HttpResponse:
    this = queries.readable_meeting(request.acting, meeting_id)
    starting = {"place": this.place, "minutes": this.minutes, "version": this.version}
    form = forms.ParticularsForm(request.POST or None, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            convening.change_particulars(request.acting, meeting=this, **form.cleaned_data)
            return done(request, _("The change is saved; everybody invited has been informed."), "meeting", meeting_id)
    return _form(request, form, this, title=_("Place and length"), submit=_("Save"))


@acts(Permission.MEETING_CONVENE)
def invite(request: ActingRequest, meeting_id: int) -> HttpResponse:
    this = queries.readable_meeting(request.acting, meeting_id)
    form = forms.InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            convening.invite(request.acting, meeting=this, seat=form.seat())
            return done(request, _("The invitation is sent."), "meeting", meeting_id)
    intro = _("An invitation opens nothing of the case; it shows kind, time, place and case number.")
    return _form(request, form, this, title=_("Invite to the meeting"), submit=_("Invite"), intro=intro)


@acts(Permission.MEETING_CONVENE)
def uninvite(request: ActingRequest, meeting_id: int, invitee_id: int) -> HttpResponse:
    invitee = queries.invitee_of(request.acting, meeting_id, invitee_id)
    if request.method != "POST":
        return redirect("meeting", meeting_id)
    convening.uninvite(request.acting, invitee=invitee)
    return done(request, _("The invitation has been withdrawn."), "meeting", meeting_id)


@acts(Permission.MEETING_CONVENE)
def invite_guest(request: ActingRequest, meeting_id: int) -> HttpResponse:
    """Invite somebody without an account; their link is shown this once."""
    this = queries.readable_meeting(request.acting, meeting_id)
    form = forms.GuestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            token = guests.invite_guest(request.acting, meeting=this, **form.cleaned_data)
            link = request.build_absolute_uri(reverse("invitation", args=[token]))
            return render(request, "meetings/guest_link.html", {"meeting": this, "link": link})
    intro = _(
        "A guest needs no account. You get a link to hand over: it shows the time, the place and your telephone number,"
        " and nothing about the person or the case."
    )
    return _form(request, form, this, title=_("Invite a guest"), submit=_("Create the link"), intro=intro)


@acts(Permission.MEETING_CONVENE)
def revoke_guest(request: ActingRequest, meeting_id: int, guest_id: int) -> HttpResponse:
    guest = queries.guest_of(request.acting, meeting_id, guest_id)
    if request.method != "POST":
        return redirect("meeting", meeting_id)
    guests.revoke_guest(request.acting, guest=guest)
    return done(request, _("The guest's link no longer opens anything."), "meeting", meeting_id)


@acts(Permission.MEETING_ATTEND)
def add_point(request: ActingRequest, meeting_id: int) -> HttpResponse:
    this = queries.readable_meeting(request.acting, meeting_id)
    takes_cases = this.kind in SESSION_KINDS and this.dossier_id is None
    readable = queries.categories_at(request.acting, this)
    form = forms.PointForm(request.POST or None, takes_cases=takes_cases, readable=readable)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            typed = form.cleaned_data
            number = typed.get("case", "").strip()
            minute_services.add_point(
                request.acting,
                meeting=this,
                title=typed["title"],
                dossier=queries.case_by_number(request.acting, number) if number else None,
                category=DataCategory(typed["category"]),
            )
            return done(request, _("The point is on the agenda."), "meeting", meeting_id)
    return _form(request, form, this, title=_("Put a point on the agenda"), submit=_("Add"))


@acts(Permission.MEETING_ATTEND)
def remove_point(request: ActingRequest, meeting_id: int, point_id: int) -> HttpResponse:
    point = queries.point_of(request.acting, meeting_id, point_id)
    if request.method != "POST":
        return redirect("meeting", meeting_id)
    minute_services.remove_point(request.acting, point=point)
    return done(request, _("The point is off the agenda."), "meeting", meeting_id)


@acts(Permission.MEETING_ATTEND)
def contribute(request: ActingRequest, meeting_id: int) -> HttpResponse:
    """What one's institution knows, before the meeting."""
    this = queries.readable_meeting(request.acting, meeting_id)
    form = forms.ContributeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            category = DataCategory(form.cleaned_data["category"])
            minute_services.contribute(request.acting, meeting=this, text=form.cleaned_data["text"], category=category)
            return done(request, _("The contribution is saved."), "meeting", meeting_id)
    return _form(request, form, this, title=_("Contribute in advance"), submit=_("Save the contribution"))


@acts(Permission.MEETING_ATTEND)
def nothing_to_add(request: ActingRequest, meeting_id: int) -> HttpResponse:
    own = queries.own_invitation(request.acting, meeting_id)
    if request.method != "POST":
        return redirect("meeting", meeting_id)
    minute_services.nothing_to_add(request.acting, invitee=own)
    return done(request, _("Nobody needs to wait for your contribution."), "meeting", meeting_id)


@acts(Permission.MEETING_CONVENE, act=Act.READ)
def minutes(request: ActingRequest, meeting_id: int) -> HttpResponse:
    """The unfinished minutes: the entries so far, and the next one."""
    this = queries.readable_meeting(request.acting, meeting_id)
    table = queries.meeting_details(request.acting, this)
    readable = queries.categories_at(request.acting, this)
    form = forms.EntryForm(request.POST or None, meeting=this, points=table.points, readable=readable)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            minute_services.write_entry(request.acting, meeting=this, content=form.content())
            return done(request, _("The entry is saved."), "minutes", meeting_id)
    context = {"meeting": this, "table": table, "form": form, "may_manage": _may_manage(request.acting, this)}
    return render(request, "meetings/minutes.html", context, status=422 if form.errors else 200)


@acts(Permission.MEETING_ATTEND, act=Act.READ)
def correct_entry(request: ActingRequest, meeting_id: int, meeting_entry_id: int) -> HttpResponse:
    entry = queries.entry_of(request.acting, meeting_id, meeting_entry_id)
    form = forms.CorrectEntryForm(request.POST or None, initial={"text": entry.text, "version": entry.version})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            minute_services.correct_entry(request.acting, entry=entry, **form.cleaned_data)
            return done(request, _("The entry is corrected."), "meeting", meeting_id)
    return _form(request, form, entry.meeting, title=_("Correct an entry"), submit=_("Save"))


@acts(Permission.MEETING_ATTEND)
def remove_entry(request: ActingRequest, meeting_id: int, meeting_entry_id: int) -> HttpResponse:
    entry = queries.entry_of(request.acting, meeting_id, meeting_entry_id)
    if request.method != "POST":
        return redirect("meeting", meeting_id)
    minute_services.remove_entry(request.acting, entry=entry)
    return done(request, _("The entry has been removed."), "meeting", meeting_id)


@acts(Permission.PLAN_WRITE, act=Act.READ)
def write_into_plan(request: ActingRequest, meeting_id: int, meeting_entry_id: int) -> HttpResponse:
    """Write an entry into the draft of a plan."""
    entry = queries.entry_of(request.acting, meeting_id, meeting_entry_id)
    form = forms.IntoPlanForm(request.POST or None, kinds=queries.plan_kinds_for(entry))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            plan = follow_up.write_into_plan(
                request.acting,
                entry=entry,
                kind=PlanKind(form.cleaned_data["kind"]),
                section=Section(form.cleaned_data["section"]),
            )
            return done(request, _("It has been added to the draft plan."), "plan", plan.dossier_id, plan.pk)
    return _form(request, form, entry.meeting, title=_("Write into a plan"), submit=_("Write"), intro=entry.text)


@acts(Permission.SERVICE_ORDER, act=Act.READ)
def order_from_mandate(request: ActingRequest, meeting_id: int, meeting_entry_id: int) -> HttpResponse:
    """Order the service that a mandate requires."""
    entry = queries.entry_of(request.acting, meeting_id, meeting_entry_id)
    people = queries.people_for_service(request.acting, entry)
    form = forms.OrderForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            service = follow_up.order_from_mandate(
                request.acting,
                entry=entry,
                kind=ServiceKind(form.cleaned_data["kind"]),
                staff=form.cleaned_data["staff"],
                variant=form.cleaned_data["variant"],
                second=form.cleaned_data["second"],
            )
            return done(request, _("The service is ordered."), "service", service.dossier_id, service.pk)
    return _form(request, form, entry.meeting, title=_("Order a service"), submit=_("Order"), intro=entry.text)


@acts(Permission.MEETING_CONVENE)
def hold(request: ActingRequest, meeting_id: int) -> HttpResponse:
    """Record that the meeting was held, and who was there."""
    this = queries.readable_meeting(request.acting, meeting_id)
    table = queries.meeting_details(request.acting, this)
    expected = [guest for guest in table.guests if guest.revoked_at is None]
    form = forms.HoldForm(request.POST or None, meeting=this, invitees=table.at_table, guests=expected)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            minute_services.hold_meeting(
                request.acting,
                meeting=this,
                presences=form.presences("invitee"),
                guests=form.presences("guest"),
                person_came=form.person_came,
            )
            return done(request, _("The meeting is recorded as held."), "minutes", meeting_id)
    return _form(request, form, this, title=_("The meeting was held"), submit=_("Record"))


@acts(Permission.MEETING_CONVENE)
def finish_minutes(request: ActingRequest, meeting_id: int) -> HttpResponse:
    this = queries.readable_meeting(request.acting, meeting_id)
    if request.method != "POST":
        return redirect("minutes", meeting_id)
    minute_services.finish_minutes(request.acting, meeting=this)
    return done(request, _("The minutes are finished; what was decided is on the worklists."), "meeting", meeting_id)


@acts(Permission.MEETING_CONVENE)
def cancel(request: ActingRequest, meeting_id: int) -> HttpResponse:
    this = queries.readable_meeting(request.acting, meeting_id)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            convening.cancel_meeting(request.acting, meeting=this, reason=form.cleaned_data["reason"])
            return done(
                request, _("The meeting is cancelled; everybody invited has been informed."), "meeting", meeting_id
            )
    return _form(request, form, this, title=_("Cancel the meeting"), submit=_("Cancel the meeting"))


@reads(Permission.MEETING_ATTEND, act=Act.PRINTED, kind=RecordKind.PRINT)
def print_minutes(request: ActingRequest, meeting_id: int) -> HttpResponse:
    """The minutes as a PDF, as far as the person printing may read them."""
    this = queries.readable_meeting(request.acting, meeting_id)
    pdf = minutes_pdf(queries.meeting_details(request.acting, this), printed_by=request.acting)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{this.case_number or "meeting"}-{this.pk}.pdf"'
    return response


@reads(Permission.MEETING_ATTEND, act=Act.CALENDAR_TAKEN, kind=RecordKind.EXPORT)
def calendar(request: ActingRequest, meeting_id: int) -> HttpResponse:
    """The meeting for one's own calendar, without a word about the case."""
    return _calendar(queries.readable_meeting(request.acting, meeting_id))


@for_guests
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A guest's page: when, where, who invites; and the answer."""
    guest = acting_for_guest()
    if request.method == "POST":
        form = forms.GuestAnswerForm(request.POST)
        accept = form.is_valid() and form.cleaned_data["answer"] == "accept"
        if not form.is_valid() or not guests.answer_as_guest(guest, token=token, accept=accept):
            raise Http404
        return done(request, _("Thank you: your answer has been passed on."), "invitation", token)
    return render(request, "meetings/invitation.html", {"invitation": _opened(guest, token), "token": token})


@for_guests
def invitation_calendar(request: HttpRequest, token: str) -> HttpResponse:
    return _calendar(_opened(acting_for_guest(), token))


def _opened(guest: Acting, token: str) -> guests.GuestInvitation:
    opened = guests.open_invitation(guest, token=token)
    if opened is None:
        raise Http404
    return opened


def _calendar(what: Meeting | guests.GuestInvitation) -> HttpResponse:
    if what.starts_at is None or what.ends_at is None:
        raise Http404
    entry = calendar_entry(
        uid=what.uid,
        starts_at=what.starts_at,
        ends_at=what.ends_at,
        place=what.place,
        is_cancelled=what.state == State.CANCELLED,
        version=what.version,
    )
    response = HttpResponse(entry, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response


def _may_manage(acting: Acting, meeting: Meeting) -> bool:
    return acting.may(Permission.MEETING_CONVENE) and can_manage(acting, meeting)


def _moment(proposal: DateProposal) -> str:
    return formats.date_format(timezone.localtime(proposal.starts_at), "l, j. F Y, H:i")


def _form(
    request: ActingRequest, form: Form, meeting: Meeting, *, title: str, submit: str, intro: str = ""
) -> HttpResponse:
    about = meeting.case_number or meeting.get_kind_display()
    note_row(meeting)
    back = reverse("meeting", args=[meeting.pk])
    return form_page(request, form, title=f"{title} · {about}", submit=submit, back=back, intro=intro)
