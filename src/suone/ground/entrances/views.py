"""The one address to which pages send drafts, and from which they fetch them."""

import uuid
from datetime import datetime

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone

from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Permission
from suone.ground.entrances import drafts as drafts_
from suone.ground.entrances.decorators import ActingRequest, acts
from suone.ground.web.bound import DRAFT


@acts(Permission.WORKLIST_READ)
def drafts(request: ActingRequest) -> HttpResponse:
    """Save a draft, or fetch those of the forms on a page; either counts as activity of the session.

    A page that was open while somebody logged in again learns the new token of its forms.
    """
    if request.method != "POST":
        found = drafts_.kept(request.acting, request.GET.getlist("of")) if "of" in request.GET else []
        answer = {
            draft.form: {"fields": draft.fields, "version": draft.version, "at": _clock(draft.at)} for draft in found
        }
        return JsonResponse({"token": get_token(request), "account": request.acting.user_id, "drafts": answer})
    fields = {name: request.POST.getlist(name) for name in request.POST.getlist("draft_field")}
    typed = drafts_.Typed(
        form=request.POST.get(DRAFT, ""),
        fields=fields,
        key=_key(request.POST.get("draft_key", "")),
        version=request.POST.get("draft_version", ""),
    )
    try:
        at = drafts_.keep(request.acting, typed)
    except Refused as refusal:
        status = 400 if isinstance(refusal, drafts_.NoSuchForm) else 422
        return JsonResponse({"problem": str(refusal)}, status=status)
    return JsonResponse({"at": _clock(at) if at else ""})


def _clock(at: datetime) -> str:
    """The time, with the day unless it is today."""
    here = timezone.localtime(at)
    return f"{here:%H:%M}" if here.date() == timezone.localdate() else f"{here:%d.%m.%Y, %H:%M}"


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
