"""Reauthentication: a second factor where a role requires one, and again before a sensitive act.

The question replaces the page, at the same URL. The submitted form is carried along in hidden fields and processed once
the answer is right: nothing typed is lost, and nothing is stored on the server meanwhile.
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
ANSWER = f"{PREFIX}-answer"  # which of the forms was sent
CODE, PASSKEY, PASSWORD = "code", "passkey", "password"
_SECOND_FACTOR = frozenset({"mfa"})
_ANY_FACTOR = frozenset({"mfa", "password"})


def is_answer(request: HttpRequest) -> bool:
    """Whether this request answers the question, at whatever URL it was asked."""
    return request.method == "POST" and ANSWER in request.POST


def confirmation_needed(request: HttpRequest, acting: Acting, *, sensitive: bool) -> HttpResponse | None:
    """The page that asks for a second factor or password, or None if nothing is missing.

    If the request carries an answer, it is checked first and removed from ``request.POST``.
    """
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
    """Whether one of these roles requires a second factor."""
    return bool(roles & roles_with_second_factor())


def roles_with_second_factor() -> frozenset[Role]:
    """The roles for which this installation requires a second factor (``SUONE_SECOND_FACTOR_ROLES``)."""
    words = settings.SECOND_FACTOR_ROLES
    if words == ["persons"]:
        return roles_that_see_persons()
    return frozenset(Role(word) for word in words if word != "none")


@dataclass(frozen=True, slots=True)
class _Answer:
    kind: str
    form: Form

    def take(self, request: HttpRequest, acting: Acting) -> None:
        """Note in the session that the factor was shown, and when."""
        if self.kind == PASSWORD:
            reauthenticate_by_password(request)
        else:
            self.form.save()  # type: ignore[attr-defined]  # the library's own way
        with acting_as(acting):
            record(acting, kind=RecordKind.LOG_IN, act=Act.CONFIRMED, details={"by": self.kind})


def _wanted(request: HttpRequest, *, needed: bool) -> frozenset[str]:
    # Whoever logged in with a second factor confirms with it, even where a password would do.
    return _SECOND_FACTOR if needed or _has_shown(request, _SECOND_FACTOR) else _ANY_FACTOR


def _has_shown(request: HttpRequest, methods: frozenset[str], *, within: int | None = None) -> bool:
    shown = [entry["at"] for entry in get_authentication_records(request, request.user) if entry["method"] in methods]
    return bool(shown) and (within is None or time.time() - shown[-1] < within)


def _kinds_of(user: Any) -> list[str]:
    """The ways in which this account can answer; empty if it has neither a factor nor a password."""
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
    # That the account is paused is shown here, next to what was typed, not on a separate page.
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
    """The submitted fields that wait for the answer."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and not name.startswith(f"{PREFIX}-")
        for value in values
    ]


def _forget_answer(request: HttpRequest) -> None:
    """Restore the request as it was first submitted."""
    kept = request.POST.copy()
    for name in [name for name in kept if name.startswith(f"{PREFIX}-")]:
        del kept[name]
    request.POST = kept  # type: ignore[assignment]
