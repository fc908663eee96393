"""Errors as problem details (RFC 9457), with a sentence in the language of ``Accept-Language`` and no personal data.

Submitted values are never repeated: a wrong value may be an AHV number.
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from suone.ground.access.errors import Conflict, Refused
from suone.ground.api.shapes import Answered

MEDIA_TYPE = "application/problem+json"
_LOGGER = logging.getLogger("suone.ground.api")


class FieldProblem(Answered):
    """What is wrong with one field of the request."""

    pointer: str = Field(description="Where it is, as a JSON pointer (RFC 6901) or the name of a parameter.")
    code: str = Field(description="A stable word.")
    detail: str = Field(description="A sentence in the caller's language.")


class Problem(Answered):
    """What went wrong, and what to do."""

    type: str = Field(description="A stable code: urn:suone:problem:<word>.")
    title: str
    status: int
    detail: str = Field(description="A sentence in the caller's language.")
    errors: list[FieldProblem] = []


class Trouble(Exception):
    """An error specific to an endpoint: a stable word, a translated sentence, and members that a client needs to proceed.

    ``word`` ends up in ``type`` as ``urn:suone:problem:<word>``; ``members`` are added to the problem details.
    """

    def __init__(
        self,
        word: str,
        sentence: str,
        *,
        status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
        errors: Sequence[FieldProblem] = (),
        **members: object,
    ) -> None:
        super().__init__(word)
        self.word = word
        self.sentence = sentence
        self.status = status
        self.errors = errors
        self.members = members


class TooMany(Exception):
    """More requests than allowed; ``wait`` is the number of seconds after which the next one is accepted."""

    def __init__(self, wait: int) -> None:
        super().__init__("too many requests")
        self.wait = wait


def problem(
    status: HTTPStatus,
    word: str,
    sentence: str,
    *,
    errors: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
    **members: object,
) -> HttpResponse:
    """An error response, never cached."""
    details = Problem(
        type=f"urn:suone:problem:{word}",
        title=status.phrase,
        status=status.value,
        detail=sentence,
        errors=list(errors),
    )
    return JsonResponse(details.model_dump() | members, status=status, content_type=MEDIA_TYPE, headers=headers)


def not_found() -> HttpResponse:
    """The response for an unknown URL, and for an object that the caller may not access."""
    return problem(HTTPStatus.NOT_FOUND, "not-found", _("There is nothing here that you may access."))


def answer_with_problems(api: NinjaAPI) -> None:
    """Register handlers that turn every exception of an endpoint into problem details."""
    answers: dict[type[Exception], Any] = {
        Trouble: lambda e: problem(e.status, e.word, e.sentence, errors=e.errors, **e.members),
        Refused: lambda e: problem(HTTPStatus.UNPROCESSABLE_ENTITY, "refused", str(e)),
        Conflict: lambda e: problem(
            HTTPStatus.CONFLICT, "conflict", _("Somebody else saved first: fetch the current version, then send again.")
        ),
        PermissionDenied: lambda e: problem(
            HTTPStatus.FORBIDDEN, "forbidden", _("The key does not permit this: ask the IIZ office for the permission.")
        ),
        Http404: lambda e: not_found(),
        AuthenticationError: lambda e: problem(
            HTTPStatus.UNAUTHORIZED,
            "key",
            _("The key is missing, unknown or expired: ask the IIZ office for a new one."),
            headers={"WWW-Authenticate": "Bearer"},
        ),
        TooMany: lambda e: problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too-many",
            _("Too many requests: wait as long as Retry-After says."),
            headers={"Retry-After": str(e.wait)},
        ),
        RequestDataTooBig: lambda e: problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", _("The request is too large: send it in smaller parts.")
        ),
        ValidationError: lambda e: problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "shape",
            _shape_sentence(),
            errors=[_wrong_field(error) for error in e.errors],
        ),
        HttpError: lambda e: problem(HTTPStatus(e.status_code), "unreadable", _("The request cannot be read as JSON.")),
        Exception: _broken,
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, _handler(answer))


def _handler(answer: Any) -> Any:
    def handle(_request: HttpRequest, error: Exception) -> HttpResponse:
        response: HttpResponse = answer(error)
        return response

    return handle


def _broken(error: Exception) -> HttpResponse:
    _LOGGER.error("a request of a partner's system failed", exc_info=error)
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "broken",
        _(
            "Something went wrong on our side, and nothing was saved: try again later, or inform the operator of this installation."
        ),
    )


def _shape_sentence() -> str:
    return _("The request does not match the schema of the API: see the fields listed.")


def _wrong_field(error: Mapping[str, Any]) -> FieldProblem:
    place = [str(part) for part in error["loc"]]
    if error["type"] == "extra_forbidden":
        place = place[:-1]  # the name of an unknown field is the caller's text: not repeated
    if place[:1] == ["body"]:
        place = place[2:]  # without the name of the handler's parameter
        pointer = "/" + "/".join(place)
    else:
        pointer = place[-1] if place else ""
    return FieldProblem(pointer=pointer, code=error["type"], detail=_("This value cannot be used."))
