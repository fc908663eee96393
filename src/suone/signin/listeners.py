"""What follows when the libraries for log-ins say that something happened."""

from typing import Any

from axes.signals import user_locked_out
from django.http import HttpRequest

from suone.signin.letters import keep_letter
from suone.signin.models import Letter
from suone.signin.rules import FREE_FAILURES


def listen() -> None:
    user_locked_out.connect(_write_to_the_owner, dispatch_uid="suone.signin.paused")


def _write_to_the_owner(sender: Any, request: Any, **_others: Any) -> None:
    if request.axes_failures_since_start == FREE_FAILURES:  # once, not at each further failure
        keep_letter(Letter.Kind.PAUSED, _typed(request))


def _typed(request: HttpRequest) -> str:
    credentials = getattr(request, "axes_credentials", None) or {}
    return str(credentials.get("email") or credentials.get("username") or "")
