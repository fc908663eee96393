"""Reading the log, and proving that it is whole."""

from urllib.parse import urlencode

from django.http import HttpResponse

from suone.access.permissions import Permission
from suone.audit.models import RecordKind
from suone.audit.services import record
from suone.audit.verifying import verify
from suone.doors.decorators import ActingRequest, acts, reads
from suone.privacy import queries
from suone.privacy.acts import Act
from suone.privacy.forms import LogFilter
from suone.web.pages import render

_SEALS = 1000


@reads(Permission.AUDIT_READ, act=Act.LOG_READ)
def audit_log(request: ActingRequest) -> HttpResponse:
    form = LogFilter(request.GET)
    lines, before = queries.log_page(form.cleaned_data) if form.is_valid() else ([], None)
    asked = {name: value for name, value in request.GET.items() if name in form.fields and name != "before" and value}
    context = {
        "form": form,
        "lines": lines,
        "next": "?" + urlencode(asked | {"before": str(before)}) if before else "",
        "sealed_at": queries.last_sealing(),
        "proof": queries.last_proof(),
    }
    return render(request, "privacy/audit_log.html", context, status=422 if form.errors else 200)


@acts(Permission.AUDIT_READ, act=Act.LOG_READ)
def log_proof(request: ActingRequest) -> HttpResponse:
    proof = None
    if request.method == "POST":
        proof = verify(last=_SEALS)
        told = {"findings": len(proof.findings), "seals": proof.seals}
        record(request.acting, kind=RecordKind.READ, act=Act.LOG_PROVEN, details=told)
    return render(request, "privacy/log_proof.html", {"proof": proof, "most": _SEALS})
