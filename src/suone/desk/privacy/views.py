"""Reading the log, and proving that it is whole."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.desk.privacy import queries
from suone.desk.privacy.acts import Act
from suone.desk.privacy.export import table_of
from suone.desk.privacy.forms import ColleagueForm, LogFilter, WhoSawForm
from suone.ground.access.permissions import Permission
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.ground.audit.shown import note_row
from suone.ground.audit.verifying import verify
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import render
from suone.ground.web.sent import in_form, in_query
from suone.ground.web.tables import FORMS, as_file

_SEALS = 1000


@reads(Permission.AUDIT_READ, act=Act.LOG_READ)
def audit_log(request: ActingRequest) -> HttpResponse:
    form = LogFilter(request.GET)
    lines, before = queries.log_page(form.cleaned_data) if form.is_valid() else ([], None)
    asked = {name: value for name, value in in_query(request).among(form.fields).items() if name != "before" and value}
    context = {
        "form": form,
        "lines": lines,
        "next": "?" + urlencode(asked | {"before": str(before)}) if before else "",
        "sealed_at": queries.last_sealing(),
        "proof": queries.last_proof(),
    }
    return render(request, "privacy/audit_log.html", context, status=422 if form.errors else 200)


@reads(Permission.AUDIT_READ, act=Act.WHO_SAW_ASKED, by_post=True)
def who_saw(request: ActingRequest) -> HttpResponse:
    """Everybody who saw something of one person, under whatever key; by POST, so that no address contains a number."""
    title = _("Who saw this person")
    return _asked(request, WhoSawForm, queries.who_saw, title=title, export="export_who_saw")


@reads(Permission.AUDIT_READ, act=Act.COLLEAGUE_ASKED, by_post=True)
def opened_by(request: ActingRequest) -> HttpResponse:
    """What one colleague opened, under whatever appointment."""
    title = _("What a colleague opened")
    return _asked(request, ColleagueForm, queries.opened_by, title=title, export="export_opened_by")


@reads(Permission.AUDIT_READ, act=Act.WHO_SAW_EXPORTED, kind=RecordKind.EXPORT, by_post=True, sensitive=True)
def export_who_saw(request: ActingRequest, form: str) -> HttpResponse:
    return _exported(request, WhoSawForm(request.POST), queries.who_saw_whole, form, name="who-saw")


@reads(Permission.AUDIT_READ, act=Act.COLLEAGUE_EXPORTED, kind=RecordKind.EXPORT, by_post=True, sensitive=True)
def export_opened_by(request: ActingRequest, form: str) -> HttpResponse:
    return _exported(request, ColleagueForm(request.POST), queries.opened_by_whole, form, name="colleague")


def _asked(
    request: ActingRequest,
    form_of: type[WhoSawForm | ColleagueForm],
    answer: Callable[[dict[str, Any]], queries.Page],
    *,
    title: str,
    export: str,
) -> HttpResponse:
    form = form_of(request.POST or None)
    lines, before = answer(form.cleaned_data) if form.is_valid() else ([], None)
    kept = {name: value for name, value in in_form(request).among(form.fields).items() if name != "before"}
    context = {
        "form": form,
        "lines": lines,
        "before": before,
        "kept": kept,
        "title": title,
        "exports": [(name.upper(), reverse(export, args=[name])) for name in FORMS],
    }
    return render(request, "privacy/asked.html", context, status=422 if form.errors else 200)


def _exported(
    request: ActingRequest,
    form: WhoSawForm | ColleagueForm,
    whole: Callable[[dict[str, Any]], list[queries.Line]],
    file_form: str,
    *,
    name: str,
) -> HttpResponse:
    """As filtered; built before the log names whom it shows, and sent after."""
    if not form.is_valid():
        raise Http404
    lines = whole(form.cleaned_data)
    for line in lines:
        for case in line.cases:
            note_row(case)
    return as_file(table_of(lines), form=file_form, name=name)


@acts(Permission.AUDIT_READ, act=Act.LOG_READ)
def log_proof(request: ActingRequest) -> HttpResponse:
    proof = None
    if request.method == "POST":
        proof = verify(last=_SEALS)
        details = {"findings": len(proof.findings), "seals": proof.seals}
        record(request.acting, kind=RecordKind.READ, act=Act.LOG_PROVEN, details=details)
    return render(request, "privacy/log_proof.html", {"proof": proof, "most": _SEALS})
