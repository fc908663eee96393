"""Asking who is there: a second factor where a role needs one, and again before a sensitive act.

The question comes in place of the page, at the same address. What was sent travels along in it as hidden fields and is sent
on once the answer is right: nothing typed is lost, and nothing is kept on the server meanwhile.
"""

import time
from dataclasses import dataclass
from typing import Any

from allauth.account.forms import ReauthenticateForm as PasswordForm
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.base.forms import ReauthenticateForm as CodeForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm as PasskeyForm
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.utils import get_form_class
from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from suone.ground.access.acting import Acting
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role, roles_that_see_persons
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.ground.entrances.acts import Act
from suone.ground.web.pages import render

PREFIX = "confirm"
ANSWER = f"{PREFIX}-answer"  # names which of the forms was sent
CODE, PASSKEY, PASSWORD = "code", "passkey", "password"
_SECOND_FACTOR = frozenset({"mfa"})
_ANY_FACTOR = frozenset({"mfa", "password"})


def is_answer(request: HttpRequest) -> bool:
    """Whether this is the answer to the question who is there, at whatever address it was put."""
    return request.method == "POST" and ANSWER in request.POST


def asks_first(request: HttpRequest, acting: Acting, *, sensitive: bool) -> HttpResponse | None:
    """The page that comes first, or None where nothing is missing; an answer is taken up on the way."""
    needed = needs_second_factor(acting.roles)
    if is_answer(request):
        answer = _answer(request)
        if answer is None or not answer.form.is_valid():
            return _question(request, answer)
        answer.take(request, acting)
        if f"{PREFIX}-shows" in request.POST:
            return redirect(request.get_full_path())
        _forget_answer(request)
    if needed and not _has_shown(request, _SECOND_FACTOR):
        return _question(request)
    if sensitive and not _has_shown(request, _wanted(request, needed=needed), within=settings.CONFIRM_MINUTES * 60):
        return _question(request)
    return None


def needs_second_factor(roles: frozenset[Role]) -> bool:
    """Whether one of these roles is let in with a second factor only."""
    return bool(roles & roles_with_second_factor())


def roles_with_second_factor() -> frozenset[Role]:
    """The roles that this installation lets in with a second factor only."""
    words = settings.SECOND_FACTOR_ROLES
    if words == ["persons"]:
        return roles_that_see_persons()
    return frozenset(Role(word) for word in words if word != "none")


@dataclass(frozen=True, slots=True)
class _Answer:
    kind: str
    form: Form

    def take(self, request: HttpRequest, acting: Acting) -> None:
        """Remember in the session that it was shown, and when."""
        if self.kind == PASSWORD:
            reauthenticate_by_password(request)
        else:
            self.form.save()  # type: ignore[attr-defined]  # the library's own way
        with acting_as(acting):
            record(acting, kind=RecordKind.LOG_IN, act=Act.CONFIRMED, details={"by": self.kind})


def _wanted(request: HttpRequest, *, needed: bool) -> frozenset[str]:
    # Whoever has a second factor shows that one, wherever it is not demanded too.
    return _SECOND_FACTOR if needed or _has_shown(request, _SECOND_FACTOR) else _ANY_FACTOR


def _has_shown(request: HttpRequest, methods: frozenset[str], *, within: int | None = None) -> bool:
    shown = [entry["at"] for entry in get_authentication_records(request, request.user) if entry["method"] in methods]
    return bool(shown) and (within is None or time.time() - shown[-1] < within)


def _kinds_of(user: Any) -> list[str]:
    """With what this account can answer; nothing where it has neither a factor nor a password."""
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    kinds = [CODE] if types & {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES} else []
    kinds += [PASSKEY] if Authenticator.Type.WEBAUTHN in types else []
    return kinds or ([PASSWORD] if user.has_usable_password() else [])


def _form(kind: str, user: Any, data: Any = None) -> Form:
    forms = {
        CODE: get_form_class(mfa_settings.FORMS, "reauthenticate", CodeForm),
        PASSKEY: PasskeyForm,
        PASSWORD: PasswordForm,
    }
    form: Form = forms[kind](user=user, data=data, prefix=f"{PREFIX}-{kind}")
    return form


def _answer(request: HttpRequest) -> _Answer | None:
    kind = request.POST[ANSWER]
    return _Answer(kind, _form(kind, request.user, request.POST)) if kind in _kinds_of(request.user) else None


def _question(request: HttpRequest, wrong: _Answer | None = None) -> HttpResponse:
    acting: Acting = request.acting  # type: ignore[attr-defined]
    kinds = _kinds_of(request.user)
    if not set(kinds) - {PASSWORD} and (needs_second_factor(acting.roles) or not kinds):
        return render(request, "web/second_factor_needed.html", status=403)
    forms = {kind: wrong.form if wrong and wrong.kind == kind else _form(kind, request.user) for kind in kinds}
    # The pause of the account is said here, beside what was typed, and not on a page of its own.
    paused, request.axes_locked_out = getattr(request, "axes_locked_out", False), False  # type: ignore[attr-defined]
    context = {
        "forms_of": forms,
        "paused": paused,
        "answer": ANSWER,
        "shows": f"{PREFIX}-shows",
        "only_shows": request.method != "POST" or f"{PREFIX}-shows" in request.POST,
        "sent": _sent(request),
        "files": bool(request.FILES),
        "passkey": {"request_options": begin_authentication(request.user)} if PASSKEY in kinds else None,
    }
    return render(request, "web/confirm.html", context, status=429 if paused else 403)


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent and waits for the answer."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and not name.startswith(f"{PREFIX}-")
        for value in values
    ]


def _forget_answer(request: HttpRequest) -> None:
    """From here on the request is the one that was sent first."""
    kept = request.POST.copy()
    for name in [name for name in kept if name.startswith(f"{PREFIX}-")]:
        del kept[name]
    request.POST = kept  # type: ignore[assignment]
