"""What the server's log says about a request."""

import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

# The path segment after these is the secret of a link: for a guest, a new password or a new address.
_LINK = re.compile(r"(/invitations/|/password/reset/key/|/account/address/)[^/\s]+")


def hide_links(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor that removes the secrets of links from whatever a library logs."""
    event["event"] = _LINK.sub(r"\1…", str(event["event"]))
    return event


def name_errors(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor that puts the places of an error, and of those that caused it, in the place of the error itself.

    The sentence of an error may quote what somebody typed, and PostgreSQL quotes the whole row: neither is kept, only the kind of error
    and, for one of the database, its code and the constraint.
    """
    error = _error(event.pop("exc_info", None))
    if error is not None:
        event["errors"] = [_named(each) for each in _with_causes(error)]
    return event


def _error(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    return (exc_info if isinstance(exc_info, tuple) else sys.exc_info())[1] if exc_info else None


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _named(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)
    named: dict[str, object] = {
        "kind": f"{type(error).__module__}.{type(error).__qualname__}",
        "places": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    diagnosis = getattr(error, "diag", None)
    if diagnosis is not None:
        named |= {"sqlstate": diagnosis.sqlstate, "constraint": diagnosis.constraint_name}
    return named


class PathOnlyMiddleware(RequestMiddleware):
    """Logs only method and path, without the query string, which may contain search terms, and without secrets of links."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        path = _LINK.sub(r"\1…", request.path)
        return f"{request.method} {path}"
