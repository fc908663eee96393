"""``@reads``, ``@acts`` and ``@welcomes_guests``: every view wears one of them.

The first two ask for a log-in and a permission, open the transaction as the acting person, and render the page inside it.
What is not allowed is told to the log in a transaction of its own.
"""

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from allauth.account.adapter import get_adapter
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, ProgrammingError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from psycopg.errors import InsufficientPrivilege

from suone.ground.access.acting import Acting, acting_for_guest
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Permission
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.ground.audit.shown import Shown, note_row, noting
from suone.ground.entrances import bound_forms, confirming
from suone.ground.entrances.acts import Act
from suone.ground.entrances.models import Submission
from suone.ground.web.bound import KEY, bound_to
from suone.ground.web.pages import conflict_page, refused_page, too_many_page, unrecorded_page

P = ParamSpec("P")
View = Callable[Concatenate["ActingRequest", P], HttpResponseBase]
Door = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
Leaves = Callable[..., None]
_log = logging.getLogger("suone.ground.entrances")
# Statuses of answers that say something: a page, a form shown again, somebody else's text beside one's own.
_PAGES = frozenset({200, 206, 409, 422})
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
    leaves: Sequence[Leaves] = (),
    by_post: bool = False,
    sensitive: bool = False,
) -> Callable[[View[P]], Door[P]]:
    """A page that only reads: it is made while the database allows no write, then the log names whom it shows, then it leaves.

    ``leaves`` names what the reading itself leaves behind, such as the last visit: each is called with ``acting`` and
    the address's numbers, in the transaction that writes the log. ``by_post`` is for a search whose words may not stand in
    an address. ``sensitive`` asks for the second factor again, as exports do.
    """

    def wear(view: View[P]) -> Door[P]:
        def enter(request: ActingRequest, acting: Acting, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            with noting() as shown:
                with acting_as(acting, read_only=True):
                    response = _rendered(view(request, *args, **kwargs))
                reading = Reading(kind, act, kwargs, shown, leaves)
                return _recorded(acting, reading, response)

        methods = ("GET", "HEAD", "POST") if by_post else ("GET", "HEAD")
        door = _door(view, enter, permission, methods=methods, sensitive=sensitive)
        door.kind = kind  # type: ignore[attr-defined]  # read by the test that every export asks again
        return door

    return wear


def acts(
    permission: Permission,
    *,
    act: str = "",
    leaves: Sequence[Leaves] = (),
    sensitive: bool = False,
    binds: bool = True,
) -> Callable[[View[P]], Door[P]]:
    """A form and its act: POST does it once, GET shows the form.

    A view that answers with an error status leaves nothing behind. A form sent twice with the same
    ``idempotency_key`` is done once; the second answer leads to where the first one led.
    ``act`` names the reading of a form's page in the log; without it the log hears of the pages that show somebody.
    ``leaves`` names what showing the form leaves behind, as in ``reads``.
    ``sensitive`` asks for the second factor again, when the form is opened and, if that is too long ago, when it is sent.
    A form that was opened under another appointment is answered with a question, unless ``binds`` is off.
    """

    def wear(view: View[P]) -> Door[P]:
        def show(request: ActingRequest, acting: Acting, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            with noting() as shown:
                with acting_as(acting, read_only=True):
                    response = _rendered(view(request, *args, **kwargs))
                reading = Reading(RecordKind.READ, act, kwargs, shown, leaves)
                return _recorded(acting, reading, response)

        def enter(request: ActingRequest, acting: Acting, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method != "POST":
                return show(request, acting, *args, **kwargs)
            with noting() as shown:
                reading = Reading(RecordKind.READ, "", kwargs, shown, leaves)
                with acting_as(acting):
                    sent = _sent(request, acting)
                    if sent is not None and sent.was_done:
                        return _done_before(request, sent)
                    response = _rendered(view(request, *args, **kwargs))
                    failed = response.status_code >= 400
                    if failed:
                        transaction.set_rollback(True)
                    else:
                        if sent is not None:
                            sent.keep(response)
                        if reading.is_of_somebody(response):
                            reading.record(acting)
                return _recorded(acting, reading, response) if failed else response

        door = _door(view, enter, permission, methods=("GET", "HEAD", "POST"), sensitive=sensitive, binds=binds)
        door.kind = RecordKind.CHANGE  # type: ignore[attr-defined]  # read by the test that sensitive acts ask again
        return door

    return wear


@dataclass(frozen=True, slots=True)
class Reading:
    """What the log is to say about an answer that was made but has not left."""

    kind: RecordKind
    act: str
    arguments: dict[str, Any]  # of the address
    shown: Shown
    leaves: Sequence[Leaves] = ()

    def is_of_somebody(self, response: HttpResponseBase) -> bool:
        """Whether the answer shows anybody. One that leads on, or says that all is well, shows nothing."""
        if not _is_page(response):
            self.shown.nobody()
        elif case := _number(self.arguments, "dossier_id"):
            self.shown.cases.add(case)  # below the address of a case each page names it
        return bool(self.shown)

    def record(self, acting: Acting) -> None:
        """Name exactly the cases and persons of the answer; where it is one, in the columns of its own too."""
        shown = self.shown
        record(
            acting,
            kind=self.kind,
            act=self.act or Act.SHOWN,
            dossier_id=_number(self.arguments, "dossier_id") or _only(shown.cases),
            person_id=_only(shown.persons),
            about=about_in(self.arguments),
            dossiers_shown=shown.cases,
            persons_shown=shown.persons,
            details={"shown": {kind: sorted(ids) for kind, ids in shown.others.items()}} if shown.others else None,
        )
        for leave in self.leaves:
            leave(acting, **self.arguments)


def _recorded(acting: Acting, reading: Reading, response: HttpResponseBase) -> HttpResponseBase:
    """The answer, once the log holds whom it shows; where that cannot be written, a page that says so in its place."""
    if not reading.is_of_somebody(response) and not reading.act:
        return response
    try:
        with acting_as(acting):
            reading.record(acting)
    except DatabaseError:
        _log.exception("A reading could not be recorded: the page was not sent.")
        for close in getattr(
            response, "_resource_closers", ()
        ):  # files; closing the answer itself would end the request
            close()
        return unrecorded_page()
    return response


def _is_page(response: HttpResponseBase) -> bool:
    """A page or a file. What answers a script in JSON says that a draft is kept, and nothing about anybody."""
    return response.status_code in _PAGES and response.headers.get("Content-Type") != "application/json"


def _only(ids: set[int]) -> int | None:
    return next(iter(ids)) if len(ids) == 1 else None


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
    binds: bool = True,
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
        if request.method == "POST" and binds:
            acting = bound_forms.change_back(request, acting)
            if question := bound_forms.question(request, acting, permission):
                return question
        with bound_to(acting):
            return knock(cast(ActingRequest, request), acting, *args, **kwargs)

    def knock(request: ActingRequest, acting: Acting, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
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
            return _conflict(request, acting, conflict, kwargs)

    door.permission = permission  # type: ignore[attr-defined]  # read by the test that every view wears a door
    door.binds = binds  # type: ignore[attr-defined]  # read by the test that every form is bound to its actor
    door.sensitive = sensitive  # type: ignore[attr-defined]  # read by the test that every sensitive act asks again
    return door  # type: ignore[return-value]  # wraps() keeps the inner request's type


def _conflict(request: ActingRequest, acting: Acting, conflict: Conflict, kwargs: dict[str, Any]) -> HttpResponseBase:
    """Somebody else's text beside one's own: a reading like any other."""
    with noting() as shown:
        response = conflict_page(request, conflict)
        if conflict.about is not None:
            note_row(conflict.about)
        return _recorded(acting, Reading(RecordKind.READ, Act.CONFLICT_SHOWN, kwargs, shown), response)


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


@dataclass(frozen=True, slots=True)
class _Sent:
    """A form with its key as it was just sent, and what was kept under that key."""

    kept: Submission
    said: str
    was_done: bool

    def keep(self, response: HttpResponseBase) -> None:
        Submission.objects.filter(pk=self.kept.pk).update(location=_leads_to(response), said=self.said)


def _sent(request: HttpRequest, acting: Acting) -> _Sent | None:
    """Keep the form's key, or find what the same form already did; a simultaneous twin waits here for the first."""
    try:
        key = uuid.UUID(request.POST.get(KEY, ""))
    except ValueError:
        return None
    said = bound_forms.digest(request)
    kept, created = Submission.objects.get_or_create(
        staff_id=acting.own_staff_id, key=key, path=request.path, defaults={"location": "/", "said": said}
    )
    return _Sent(kept, said, was_done=not created and bool(kept.location))


def _done_before(request: HttpRequest, sent: _Sent) -> HttpResponseBase:
    """Where the same form led; with other words it is another form, and whoever typed them is asked."""
    if sent.kept.said != sent.said:
        return bound_forms.sent_before_page(request)
    return redirect(sent.kept.location)


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
