"""The template context of every page."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from suone.ground.access.acting import Acting
from suone.ground.access.permissions import Permission
from suone.ground.web.middleware import seconds_left


def page(request: HttpRequest) -> dict[str, Any]:
    """Who acts, the navigation entries their permissions allow, messages, and the identity provider, if any."""
    acting: Acting | None = getattr(request, "acting", None)
    return {
        "acting": acting,
        "staff_entries": getattr(request, "staff_entries", []),
        "navigation": _navigation(request, acting),
        "messages": messages.get_messages(request),
        "here": request.path,
        "session_lasts": {"idle": settings.SESSION_COOKIE_AGE, "at_most": seconds_left(request)} if acting else None,
        "user": request.user if hasattr(request, "user") else None,
        "sso_providers": _sso_providers(),
    }


def _navigation(request: HttpRequest, acting: Acting | None) -> list[dict[str, Any]]:
    if acting is None:
        return []
    entries: list[dict[str, Any]] = []
    for name, label, permission in settings.NAVIGATION:
        # Of two entries with the same label, show the first that is permitted.
        if acting.may(Permission(permission)) and all(entry["label"] != label for entry in entries):
            key = settings.NAVIGATION_KEYS.get(name, "")
            entries.append({"name": name, "url": reverse(name), "label": label, "key": key})
    # Only the longest match is current: /cases/notify is below /cases/, too.
    fitting = [address for entry in entries if _leads_to(address := entry["url"], request.path)]
    return [entry | {"current": entry["url"] == max(fitting, key=len, default="")} for entry in entries]


def _leads_to(address: str, path: str) -> bool:
    if address == "/":
        return path == address
    return path.startswith((address, settings.NAVIGATION_ALSO.get(address, address)))


def _sso_providers() -> list[dict[str, str]]:
    """The identity provider of the canton, where one is set up."""
    apps: list[dict[str, Any]] = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return [{"name": app["name"], "url": reverse("openid_connect_login", args=[app["provider_id"]])} for app in apps]
