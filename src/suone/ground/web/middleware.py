"""For every request: how long the session lasts, its language, what is not text, and what browsers must not keep."""

import re
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

_SINCE, _HEARD = "logged_in_since", "heard_at"
_ONE_MINUTE = 60  # seconds: written no more often, since it takes a transaction of its own
_OURS = frozenset({"utf-8", "utf8"})
_HALF = re.compile("[\ud800-\udfff]")


def seconds_left(request: HttpRequest) -> int:
    """How long the session may still last, however busy its user is."""
    now = timezone.now().timestamp()
    return max(0, int(settings.SESSION_ABSOLUTE_AGE - (now - request.session.get(_SINCE, now))))


class SessionLimitsMiddleware:
    """The absolute limit of a session (``SESSION_ABSOLUTE_AGE``); the idle limit is that of its cookie.

    Polling whether the page may stay open (``/alive``) is not activity and does not extend the session. Other requests
    extend it once a minute at most, so that an idle session ends after 29 to 30 minutes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = timezone.now().timestamp()
            since = request.session.setdefault(_SINCE, now)
            if now - since > settings.SESSION_ABSOLUTE_AGE:
                logout(request)
            elif not request.path.startswith("/alive") and now - request.session.get(_HEARD, 0) >= _ONE_MINUTE:
                request.session[_HEARD] = now  # saves the session, so that the idle limit starts over
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
    """What PostgreSQL stores as no text is refused: the character zero, which no keyboard types, and half a character.

    So is another encoding than UTF-8, in which no page of ours sends anything.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (request.content_params or {}).get("charset", "utf-8").lower() not in _OURS or not _is_text(request.path):
            raise BadRequest
        for sent in (request.GET, request.POST):
            if not all(_is_text(text) for name, values in sent.lists() for text in (name, *map(str, values))):
                raise BadRequest
        return self.get_response(request)


def _is_text(text: str) -> bool:
    return "\0" not in text and _HALF.search(text) is None
