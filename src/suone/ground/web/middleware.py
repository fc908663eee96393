"""What holds for every request of a log-in: how long it lasts, and its language."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

_SINCE = "logged_in_since"


class SessionLimitsMiddleware:
    """Thirty idle minutes are the cookie's own limit; this one is absolute.

    Asking whether the page may stay open (``/alive``) is no activity and does not prolong the session.
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
                request.session.modified = True  # saved anew, so that thirty idle minutes begin again
        return self.get_response(request)


class AccountLanguageMiddleware:
    """An account's own language, on whatever machine; a choice made on this one goes first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(request.user.language)
        return self.get_response(request)
