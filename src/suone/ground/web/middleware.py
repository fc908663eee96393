"""For every request: how long the session lasts, its language, what is not text, and what browsers must not keep."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

_SINCE = "logged_in_since"


def seconds_left(request: HttpRequest) -> int:
    """How long the session may still last, however busy its user is."""
    now = timezone.now().timestamp()
    return max(0, int(settings.SESSION_ABSOLUTE_AGE - (now - request.session.get(_SINCE, now))))


class SessionLimitsMiddleware:
    """The absolute limit of a session (``SESSION_ABSOLUTE_AGE``); the idle limit is that of its cookie.

    Polling whether the page may stay open (``/alive``) is not activity and does not extend the session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = timezone.now().timestamp()
            since = request.session.setdefault(_SINCE, now)
            if now - since > settings.SESSION_ABSOLUTE_AGE:
                logout(request)
            elif not request.path.startswith("/alive"):
                request.session.modified = True  # saves the session, so that the idle limit starts over
        return self.get_response(request)


class AccountLanguageMiddleware:
    """The account's language on every device, unless another one was chosen on this device."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(request.user.language)
        return self.get_response(request)


class NothingStoredMiddleware:
    """No page stays in the browser, the libraries' included: access may end a moment later, and secrets are shown once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response["Cache-Control"] = "no-store"
        return response


class TextAloneMiddleware:
    """No keyboard types the character zero, and PostgreSQL stores no text with it: such a request is refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path:
            raise BadRequest
        for sent in (request.GET, request.POST):
            if any("\0" in text for name, values in sent.lists() for text in (name, *map(str, values))):
                raise BadRequest
        return self.get_response(request)
