"""The pages of first advice: load, ask the form, call one service, answer."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.casework.advice import forms, queries, services
from suone.casework.advice.acts import Act
from suone.casework.advice.rules import Asker, Topic
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, form_page, refusals_on, render
from suone.ground.web.sent import in_query


@reads(Permission.ADVICE_GIVE, act=Act.LISTED)
def advice_list(request: ActingRequest) -> HttpResponse:
    asker, topic = in_query(request).text("asker"), in_query(request).text("topic")
    year = in_query(request).year("year")
    rows = queries.advice_list(
        request.acting,
        asker=asker if asker in Asker.values else "",
        topic=topic if topic in Topic.values else "",
        year=year,
        before_id=in_query(request).number("before"),
    )
    page = rows[: queries.PAGE]
    context = {
        "rows": page,
        "next": page[-1].pk if len(rows) > queries.PAGE else None,
        "askers": Asker.choices,
        "topics": Topic.choices,
        "asker": asker,
        "topic": topic,
        "year": year or "",
    }
    return render(request, "advice/list.html", context)


@acts(Permission.ADVICE_GIVE)
def give_advice(request: ActingRequest) -> HttpResponse:
    starting = forms.AdviceForm.starting_values(request.acting)
    form = forms.AdviceForm(request.POST or None, initial=starting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            advice = services.give_advice(request.acting, **form.cleaned_data)
            return done(request, _("The advice is recorded."), "advice", advice.pk)
    return form_page(
        request,
        form,
        title=_("Record first advice"),
        submit=_("Record"),
        back=reverse("advice_list"),
    )


@reads(Permission.ADVICE_GIVE, act=Act.READ)
def advice(request: ActingRequest, advice_id: int) -> HttpResponse:
    this = queries.advice_by_id(request.acting, advice_id)
    return render(request, "advice/advice.html", {"advice": this})


@acts(Permission.ADVICE_GIVE, act=Act.READ)
def correct_advice(request: ActingRequest, advice_id: int) -> HttpResponse:
    this = queries.advice_by_id(request.acting, advice_id)
    form = forms.CorrectAdviceForm(request.POST or None, initial=forms.CorrectAdviceForm.values_of(this))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.correct_advice(request.acting, advice=this, **form.cleaned_data)
            return done(request, _("The advice is corrected."), "advice", advice_id)
    return form_page(
        request,
        form,
        title=_("Correct first advice"),
        submit=_("Save"),
        back=reverse("advice", args=[advice_id]),
    )


@acts(Permission.ADVICE_GIVE)
def notify_from_advice(request: ActingRequest, advice_id: int) -> HttpResponse:
    this = queries.advice_by_id(request.acting, advice_id)
    if request.method != "POST":
        return redirect("advice", advice_id)
    draft = services.begin_notification(request.acting, advice=this)
    return done(request, _("A draft has been started with what is known."), "notify_draft", draft.pk)


@acts(Permission.ADVICE_GIVE)
def hand_over_from_advice(request: ActingRequest, advice_id: int) -> HttpResponse:
    this = queries.advice_by_id(request.acting, advice_id)
    if request.method != "POST":
        return redirect("advice", advice_id)
    draft = services.begin_handover(request.acting, advice=this)
    return done(request, _("A draft has been started with what is known."), "hand_over_draft", draft.pk)


@reads(Permission.ADVICE_GIVE, act=Act.COUNTED)
def advice_figures(request: ActingRequest) -> HttpResponse:
    """By kind of asker and month."""
    this_year = request.acting.today.year
    year = in_query(request).year("year") or this_year
    year = year if 2000 <= year <= this_year else this_year
    lines = queries.figures(request.acting, year=year)
    context = {"lines": [*lines, queries.all_of(lines, _("all"))], "year": year, "this_year": this_year}
    return render(request, "advice/figures.html", context)
