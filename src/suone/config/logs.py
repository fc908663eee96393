"""What the server's log says about a request."""

import re
from collections.abc import MutableMapping
from typing import Any

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

# The path segment after these is the secret of a link: for a guest, a new password or a new address.
_LINK = re.compile(r"(/invitations/|/password/reset/key/|/account/address/)[^/\s]+")


def hide_links(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor that removes the secrets of links from whatever a library logs."""
    event["event"] = _LINK.sub(r"\1…", str(event["event"]))
    return event


class PathOnlyMiddleware(RequestMiddleware):
    """Logs only method and path, without the query string, which may contain search terms, and without secrets of links."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        path = _LINK.sub(r"\1…", request.path)
        return f"{request.method} {path}"
