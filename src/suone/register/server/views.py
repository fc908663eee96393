"""The pages of the register: ask, enter, alerts, overlaps and deliveries; figures; who takes part and how it is used."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, form_page, refusals_on, render
from suone.ground.web.sent import in_form, in_query
from suone.organisation.institutions.models import Institution, Office
from suone.records.persons.ahv import masked
from suone.register.server import forms, queries, rules, services
from suone.register.server.acts import Act
from suone.register.server.models import AlertRecipients, AlertState, Enrolment
from suone.register.server.rules import Purpose
from suone.register.server.services import PersonAnswer

P = ParamSpec("P")
_View = Callable[Concatenate[ActingRequest, P], HttpResponse]


def _for_participants(view: _View[P]) -> _View[P]:
    """Show what to do if the register is not open, or the own institution does not take part."""

    @wraps(view)
    def enter(request: ActingRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not queries.takes_part(request.acting):
            return _closed(request)
        return view(request, *args, **kwargs)

    return enter


def _closed(request: ActingRequest) -> HttpResponse:
    return render(request, "register/closed.html", {"is_open": queries.current_epoch() is not None})


# ---- persons


@acts(Permission.REGISTER_USE)
@_for_participants
def ask(request: ActingRequest) -> HttpResponse:
    """Who else follows this person? By POST: no address contains a number."""
    form = forms.AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            number, purpose = form.cleaned_data["number"], Purpose(form.cleaned_data["purpose"])
            answer = services.look_up_person(request.acting, number=number, purpose=purpose)
            return _answered(request, number, purpose, answer)
    return render(request, "register/ask.html", {"form": form}, status=422 if form.errors else 200)


@acts(Permission.REGISTER_DELIVER)
@_for_participants
def register_person(request: ActingRequest) -> HttpResponse:
    """Enter somebody whom one's own institution follows; from a case the form comes with the number filled in."""
    acting = request.acting
    begins = in_form(request).has("begin")
    starting = forms.RegisterForm.starting_values(acting) | {"number": in_form(request).text("number")}
    form = forms.RegisterForm(None if begins else request.POST or None, acting=acting, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            number, purpose = form.cleaned_data["number"], Purpose(form.cleaned_data["purpose"])
            answer = services.register_and_ask(acting, registering=form.registering(), purpose=purpose)
            return _answered(request, number, purpose, answer, is_new=True)
    return render(request, "register/person.html", {"form": form}, status=422 if form.errors else 200)


@acts(Permission.REGISTER_DELIVER)
@_for_participants
def end_registration(request: ActingRequest) -> HttpResponse:
    form = forms.EndForm(request.POST or None, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.end_registration(request.acting, **form.cleaned_data)
            return done(request, _("The registration has ended. Others still see when it was."), "register")
    return form_page(
        request,
        form,
        title=_("End a registration"),
        submit=_("End the registration"),
        back=reverse("register"),
        intro=_("When your institution no longer follows the person."),
    )


def _answered(
    request: ActingRequest, number: str, purpose: Purpose, answer: PersonAnswer, *, is_new: bool = False
) -> HttpResponse:
    """The answer about one person; the number is shown masked, and goes on in the body of forms alone."""
    digits = services.checked_number(number)
    starting = forms.RegisterForm.starting_values(request.acting) | {"number": digits, "purpose": purpose.value}
    context = {
        "number": masked(digits),
        "digits": digits,
        "purpose": purpose,
        "answer": answer,
        "is_new": is_new,
        "register_form": forms.RegisterForm(acting=request.acting, initial=starting),
        "others": answer.institutions_now(on=request.acting.today),
        "today": request.acting.today,
    }
    return render(request, "register/answer.html", context)


# ---- alerts, overlaps, deliveries


@reads(Permission.REGISTER_USE, act=Act.LISTED)
@_for_participants
def alerts(request: ActingRequest) -> HttpResponse:
    show = in_query(request).text("show")
    shown = queries.Shown(show) if show in list(queries.Shown) else queries.Shown.NEW
    whose = "all" if in_query(request).text("whose") == "all" else "mine"
    before = in_query(request).number("before")
    lines = queries.alert_list(request.acting, show=shown, mine=whose == "mine", before=before)
    more = len(lines) > queries.PAGE
    context = {
        "lines": lines[: queries.PAGE],
        "next": lines[queries.PAGE - 1].alert.pk if more else None,
        "show": shown.value,
        "whose": whose,
        "states": [
            (AlertState.IN_TOUCH.value, _("Already in touch")),
            (AlertState.SET_ASIDE.value, _("Set aside")),
        ],
    }
    return render(request, "register/alerts.html", context)


@acts(Permission.REGISTER_USE)
def answer_alert(request: ActingRequest, alert_id: int) -> HttpResponse:
    alert = queries.alert_of(request.acting, alert_id)
    form = forms.AnswerAlertForm(request.POST)
    if request.method == "POST" and form.is_valid():
        services.answer_alert(request.acting, alert=alert, state=AlertState(form.cleaned_data["state"]))
        return done(request, _("Noted: the alert is dealt with."), "register_alerts")
    return redirect("register_alerts")


@reads(Permission.REGISTER_USE, act=Act.LISTED)
@_for_participants
def overlaps(request: ActingRequest) -> HttpResponse:
    office = in_query(request).number("office")
    after = queries.place_at(in_query(request).text("after"))
    found = queries.overlaps(request.acting, after=after, office=office, most=queries.PAGE + 1)
    following = ""
    if len(found) > queries.PAGE:
        cursor = queries.cursor_at(found[queries.PAGE - 1])
        following = "?" + urlencode({"office": office or "", "after": cursor})
    context = {
        "overlaps": found[: queries.PAGE],
        "following": following,
        "office": office,
        "offices": Office.objects.filter(institution_id=request.acting.own_institution_id),
    }
    return render(request, "register/overlaps.html", context)


@reads(Permission.REGISTER_USE, act=Act.LISTED)
@_for_participants
def deliveries(request: ActingRequest) -> HttpResponse:
    context = {"deliveries": queries.deliveries_of(request.acting), "shown": rules.counted}
    return render(request, "register/deliveries.html", context)


@acts(Permission.REGISTER_ADJUST)
def preferences(request: ActingRequest) -> HttpResponse:
    """Who is notified of new overlaps, for each office of one's own institution."""
    acting = request.acting
    form = forms.AlertRecipientsForm(request.POST or None, acting=acting)
    if request.method == "POST" and form.is_valid():
        services.set_preference(
            acting, office=form.cleaned_data["office"], notifies=AlertRecipients(form.cleaned_data["notifies"])
        )
        return done(request, _("Saved."), "register_settings")
    context = {"form": form, "offices": queries.preferences_of(acting), "choices": AlertRecipients.choices}
    return render(request, "register/preferences.html", context, status=422 if form.errors else 200)


# ---- figures


@reads(Permission.REGISTER_FIGURES, act=Act.FIGURES_READ)
def figures(request: ActingRequest) -> HttpResponse:
    """Persons followed by two or more, on the last day of a year or today, and how it came to be so."""
    today = request.acting.today
    year = in_query(request).year("year") or today.year
    year = year if 2000 <= year <= today.year else today.year
    months = 3 if in_query(request).text("by") == "quarter" else 12
    day = min(today, date(year, 12, 31))
    found = queries.figures(request.acting, day=day)
    if found is None:
        return _closed(request)
    before = rules.ends_before(day, months=months, count=4)
    context = {
        "figures": found,
        "followed": found.followed,
        "institutions": [one for one in found.enrolments if found.followed.of.get(one.place)],
        "over_time": [*queries.followed_on(request.acting, days=before), (day, found.followed)],
        "year": year,
        "this_year": today.year,
        "by": "quarter" if months == 3 else "year",
        "shown": rules.shown,
        "is_few": rules.is_few,
    }
    return render(request, "register/figures.html", context)


# ---- taking part, and use


@reads(Permission.REGISTER_OVERSEE, act=Act.OVERSEEN)
def participants(request: ActingRequest) -> HttpResponse:
    context = {
        "lines": _lines(list(Institution.objects.all()), queries.enrolments()),
        "is_open": queries.current_epoch() is not None,
    }
    return render(request, "register/participants.html", context)


def _lines(
    institutions: Sequence[Institution], enrolments: Sequence[Enrolment]
) -> list[tuple[Institution, Enrolment | None]]:
    """Every institution, those that take part first."""
    known = {one.institution_id: one for one in enrolments}
    lines = [(institution, known.get(institution.pk)) for institution in institutions]
    return sorted(lines, key=lambda line: line[1] is None or line[1].ended_on is not None)


@acts(Permission.REGISTER_OVERSEE)
def enrol(request: ActingRequest, institution_id: int) -> HttpResponse:
    institution = get_object_or_404(Institution, pk=institution_id)
    known = Enrolment.objects.filter(institution=institution).first()
    starting = forms.EnrolForm.starting_values(known, on=request.acting.today)
    form = forms.EnrolForm(request.POST or None, institution=institution, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.enrol(request.acting, institution=institution, **form.cleaned_data)
            sentence = _("%(institution)s takes part in the register.") % {"institution": institution.short_name}
            return done(request, sentence, "register_participants")
    return form_page(
        request,
        form,
        title=_("Let %(institution)s take part") % {"institution": institution.short_name},
        submit=_("Let take part"),
        back=reverse("register_participants"),
        intro=_("From then on it can deliver its registrations and ask about persons whom it follows itself."),
    )


@acts(Permission.REGISTER_OVERSEE)
def end_enrolment(request: ActingRequest, institution_id: int) -> HttpResponse:
    enrolment = get_object_or_404(Enrolment, institution_id=institution_id)
    if request.method == "POST":
        services.end_enrolment(request.acting, enrolment=enrolment)
        sentence = _("%(institution)s no longer takes part.") % {"institution": enrolment.institution.short_name}
        return done(request, sentence, "register_participants")
    return redirect("register_participants")


@reads(Permission.REGISTER_OVERSEE, act=Act.OVERSEEN)
def use(request: ActingRequest) -> HttpResponse:
    """What each institution asked, registered and had turned into tokens on a day."""
    day = in_query(request).day("day") or request.acting.today
    context: dict[str, Any] = {
        "lines": queries.use_on(request.acting, day=day),
        "day": day,
        "day_before": day - timedelta(days=1),
        "day_after": day + timedelta(days=1) if day < request.acting.today else None,
    }
    return render(request, "register/use.html", context)
