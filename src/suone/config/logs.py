"""What a log line says of a request."""

import re
from collections.abc import MutableMapping
from typing import Any

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

# What follows is the secret of a link: a guest's, one for a new password, one that confirms a new address.
_LINK = re.compile(r"(/invitations/|/password/reset/key/|/account/address/)[^/\s]+")


def hide_links(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Takes the secret of a link out of whatever a library logs about a request."""
    event["event"] = _LINK.sub(r"\1…", str(event["event"]))
    return event


class PathOnlyMiddleware(RequestMiddleware):
    """Logs method and path; a query may hold what somebody searched for, and a link opens what it was sent for."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        path = _LINK.sub(r"\1…", request.path)
        return f"{request.method} {path}"
