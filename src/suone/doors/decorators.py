"""``@reads``, ``@acts`` and ``@welcomes_guests``: every view wears one of them.

The first two ask for a log-in and a permission, open the transaction as the acting person, and render the page inside it.
What is not allowed is told to the log in a transaction of its own.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from allauth.account.adapter import get_adapter
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from psycopg.errors import InsufficientPrivilege

from suone.access.acting import Acting, acting_for_guest
from suone.access.database import acting_as, make_read_only
from suone.access.errors import Conflict, Refused
from suone.access.permissions import Permission
from suone.audit.models import RecordKind
from suone.audit.services import record
from suone.doors import confirming
from suone.doors.acts import Act
from suone.doors.models import Submission
from suone.web.pages import conflict_page, refused_page, too_many_page

P = ParamSpec("P")
View = Callable[Concatenate["ActingRequest", P], HttpResponseBase]
Door = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
Before = Callable[..., None]
_GREATEST = 2**63 - 1
_WRONG_TRIES_A_MINUTE = 20


class ActingRequest(HttpRequest):
    """A request behind a door: somebody acts."""

    acting: Acting
    staff_entries: list[Any]


def reads(
    permission: Permission,
    *,
    act: str,
    kind: RecordKind = RecordKind.READ,
    before: Before | None = None,
    sensitive: bool = False,
) -> Callable[[View[P]], Door[P]]:
    """A page that only reads: the reading is told to the log first, then the transaction allows no write.

    ``before(acting, **url_arguments)`` may write what the reading itself leaves behind, such as the last visit.
    ``sensitive`` asks for the second factor again, as exports do.
    """

    def wear(view: View[P]) -> Door[P]:
        def enter(request: ActingRequest, acting: Acting, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            with acting_as(acting):
                record(acting, kind=kind, act=act, dossier_id=_number(kwargs, "dossier_id"), about=about_in(kwargs))
                if before is not None:
                    before(acting, **kwargs)
                make_read_only()
                return _rendered(view(request, *args, **kwargs))

        door = _door(view, enter, permission, methods=("GET", "HEAD"), sensitive=sensitive)
        door.kind = kind  # type: ignore[attr-defined]  # read by the test that every export asks again
        return door

    return wear


def acts(permission: Permission, *, act: str = "", sensitive: bool = False) -> Callable[[View[P]], Door[P]]:
    """A form and its act: POST does it once, GET shows the form.

    A view that answers with an error status leaves nothing behind. A form sent twice with the same
    ``idempotency_key`` is done once; the second answer leads to where the first one led.
    ``act`` names a GET's reading in the log; without it the form's page reads nothing about a person.
    ``sensitive`` asks for the second factor again, when the form is opened and, if that is too long ago, when it is sent.
    """

    def wear(view: View[P]) -> Door[P]:
        def enter(request: ActingRequest, acting: Acting, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            with acting_as(acting):
                if request.method != "POST":
                    if act:
                        about = about_in(kwargs)
                        record(
                            acting, kind=RecordKind.READ, act=act, dossier_id=_number(kwargs, "dossier_id"), about=about
                        )
                    make_read_only()
                    return _rendered(view(request, *args, **kwargs))
                submission, sent_before = _submission(request, acting)
                if sent_before and submission is not None and submission.location:
                    return redirect(submission.location)
                response = _rendered(view(request, *args, **kwargs))
                if response.status_code >= 400:
                    transaction.set_rollback(True)
                elif submission is not None:
                    Submission.objects.filter(pk=submission.pk).update(location=_leads_to(response))
                return response

        door = _door(view, enter, permission, methods=("GET", "HEAD", "POST"), sensitive=sensitive)
        door.kind = RecordKind.CHANGE  # type: ignore[attr-defined]  # read by the test that sensitive acts ask again
        return door

    return wear


def welcomes_guests(view: View[P]) -> Door[P]:
    """A page for whoever holds a link, without a log-in: they act as a guest, to whom no row is open.

    What the link leads to comes out of functions in the database that ask for it. Wrong links are told to the log, and
    after twenty within a minute nothing from that address is heard for the rest of it.
    """

    @wraps(view)
    def door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
        if tried_too_often(request):
            return too_many_page(request)
        guest = acting_for_guest()
        request.acting = None  # type: ignore[attr-defined]  # whoever is logged in comes through this door as a guest
        try:
            with acting_as(guest):
                return _rendered(view(cast(ActingRequest, request), *args, **kwargs))
        except Http404:
            tell_wrong_try(request, guest)
            raise

    door.permission = None  # type: ignore[attr-defined]  # read by the test that every view wears a door
    return door  # type: ignore[return-value]  # wraps() keeps the inner request's type


def tried_too_often(request: HttpRequest) -> bool:
    """Whether so many wrong links or keys came from this address that nothing from there is heard for a while."""
    return (cache.get(_wrong_tries(request)) or 0) >= _WRONG_TRIES_A_MINUTE


def tell_wrong_try(request: HttpRequest, acting: Acting) -> None:
    """Count a wrong link or key, and tell the log of it."""
    cache.add(_wrong_tries(request), 0, timeout=60)
    cache.incr(_wrong_tries(request))
    with acting_as(acting):
        record(acting, kind=RecordKind.DENIED, act=Act.DENIED)


def _wrong_tries(request: HttpRequest) -> str:
    return f"wrong-tries:{get_adapter().get_client_ip(request)}"


@contextmanager
def denials_told(acting: Acting, permission: Permission, kwargs: dict[str, Any]) -> Iterator[None]:
    """Ask for the permission; what is not allowed or not there is told to the log once all else is rolled back."""
    try:
        if not acting.may(permission):
            raise PermissionDenied
        yield
    except (PermissionDenied, Http404):
        _tell_denied(acting, permission, kwargs)
        raise
    except ProgrammingError as error:
        # The database is the last judge: what a row policy refuses is a page refused, no fault of ours.
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        _tell_denied(acting, permission, kwargs)
        raise PermissionDenied from error


def _door(
    view: View[P],
    enter: Callable[..., HttpResponseBase],
    permission: Permission,
    *,
    methods: tuple[str, ...],
    sensitive: bool = False,
) -> Door[P]:
    @wraps(view)
    def door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        acting: Acting | None = getattr(request, "acting", None)
        if acting is None:
            if request.user.is_authenticated:
                raise PermissionDenied  # an account without a current staff entry
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        if request.method not in methods and not confirming.is_answer(request):
            return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
        try:
            with denials_told(acting, permission, kwargs):
                if question := confirming.asks_first(request, acting, sensitive=sensitive):
                    return question
                if request.method not in methods:
                    return redirect(request.get_full_path())
                return enter(request, acting, *args, **kwargs)
        except Refused as refusal:
            return refused_page(request, str(refusal))
        except Conflict as conflict:
            return conflict_page(request, conflict)

    door.permission = permission  # type: ignore[attr-defined]  # read by the test that every view wears a door
    door.sensitive = sensitive  # type: ignore[attr-defined]  # read by the test that every sensitive act asks again
    return door  # type: ignore[return-value]  # wraps() keeps the inner request's type


def _tell_denied(acting: Acting, permission: Permission, kwargs: dict[str, Any]) -> None:
    with acting_as(acting):
        record(
            acting,
            kind=RecordKind.DENIED,
            act=Act.DENIED,
            dossier_id=_number(kwargs, "dossier_id"),
            about=about_in(kwargs),
            details={"permission": permission.value},
        )


def _submission(request: HttpRequest, acting: Acting) -> tuple[Submission | None, bool]:
    """Keep the form's key, or find what the same form already did; a simultaneous twin waits here for the first."""
    try:
        key = uuid.UUID(request.POST.get("idempotency_key", ""))
    except ValueError:
        return None, False
    submission, created = Submission.objects.get_or_create(
        staff_id=acting.own_staff_id, key=key, path=request.path, defaults={"location": "/"}
    )
    return submission, not created


def _leads_to(response: HttpResponseBase) -> str:
    """Where the same form leads when it is sent again; nowhere after a page or file, which is simply shown again."""
    return response.headers.get("Location", "")


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    # Inside the transaction: a lazy queryset evaluated outside finds no rows.
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.render()
    return response


def _number(kwargs: dict[str, Any], name: str) -> int | None:
    value = kwargs.get(name)
    # A number that no row can have still has to be told as an attempt.
    return value if isinstance(value, int) and value <= _GREATEST else None


def about_in(kwargs: dict[str, Any]) -> tuple[str, int | None]:
    """The thing a URL names beside its case: ``/dossiers/7/notes/12`` is about note 12."""
    for name, value in kwargs.items():
        if name.endswith("_id") and name != "dossier_id" and isinstance(value, int):
            return name.removesuffix("_id"), _number(kwargs, name)
    return "", None
