"""Reactions to signals of the libraries for log-ins."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from axes.signals import user_locked_out
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from suone.ground.access.models import User
from suone.ground.access.services import end_log_ins
from suone.organisation.signin.letters import queue_letter
from suone.organisation.signin.limits import unlock
from suone.organisation.signin.models import Letter
from suone.organisation.signin.rules import FREE_FAILURES


def listen() -> None:
    """Connect the reactions."""
    user_locked_out.connect(_write_to_the_owner, dispatch_uid="suone.organisation.signin.paused")
    authentication_failed.connect(_count_wrong_code, dispatch_uid="suone.organisation.signin.wrong_code")
    authentication_step_completed.connect(_begin_count_again, dispatch_uid="suone.organisation.signin.confirmed")
    authenticator_added.connect(_end_other_log_ins, dispatch_uid="suone.organisation.signin.added")
    authenticator_removed.connect(_end_other_log_ins, dispatch_uid="suone.organisation.signin.removed")
    authenticator_added.connect(_count_as_shown, dispatch_uid="suone.organisation.signin.shown")


def _write_to_the_owner(sender: Any, request: Any, **_others: Any) -> None:
    if request.axes_failures_since_start == FREE_FAILURES:  # once, not for each further failure
        queue_letter(Letter.Kind.PAUSED, _typed(request))


def _typed(request: HttpRequest) -> str:
    credentials = getattr(request, "axes_credentials", None) or {}
    return str(credentials.get("email") or credentials.get("username") or "")


def _count_wrong_code(sender: Any, request: HttpRequest, user: User, **_others: Any) -> None:
    user_login_failed.send(__name__, credentials={"email": user.email}, request=request)


def _begin_count_again(sender: Any, user: User, reauthenticated: bool = False, **_others: Any) -> None:
    if reauthenticated:  # not after a password alone: the second step could still be guessed
        unlock(user)


def _end_other_log_ins(sender: Any, request: HttpRequest, user: User, **_others: Any) -> None:
    """When a second factor changes, end all other sessions and keep this one."""
    end_log_ins(user)
    update_session_auth_hash(request, user)


def _count_as_shown(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_others: Any
) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:  # setting up a factor proves possession
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
