"""``@reads``, ``@acts`` and ``@for_guests``: every view has one of these decorators.

The first two require a log-in and a permission, open the transaction as the acting person, and render the page inside it.
A denial is recorded in a separate transaction, since the view's own is rolled back.
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
from suone.ground.entrances import bound_forms, confirming, drafts, guest_forms
from suone.ground.entrances.acts import Act
from suone.ground.entrances.models import Submission
from suone.ground.web.bound import KEY, bound_to
from suone.ground.web.pages import conflict_page, page_before, refused_page, too_many_page, unrecorded_page

P = ParamSpec("P")
View = Callable[Concatenate["ActingRequest", P], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
AfterReading = Callable[..., None]
_log = logging.getLogger("suone.ground.entrances")
# Statuses of responses with content: a page, a form shown again, two conflicting texts.
_PAGES = frozenset({200, 206, 409, 422})
_GREATEST = 2**63 - 1
_WRONG_TRIES_A_MINUTE = 20


class ActingRequest(HttpRequest):
    """A request that passed a decorator: ``acting`` is set."""

    acting: Acting
    staff_entries: list[Any]


def reads(
    permission: Permission,
    *,
    act: str,
    kind: RecordKind = RecordKind.READ,
    after: Sequence[AfterReading] = (),
    by_post: bool = False,
    sensitive: bool = False,
) -> Callable[[View[P]], Guarded[P]]:
    """A page that only reads: rendered in a read-only transaction, then recorded in the log, then sent.

    ``after`` lists what a reading triggers, such as noting the last visit: each is called with ``acting`` and the
    arguments of the URL, in the transaction that writes the log. ``by_post`` is for a search, whose terms must not appear
    in a URL. ``sensitive`` asks for the second factor again, as exports do.
    """

    def decorate(view: View[P]) -> Guarded[P]:
        def enter(request: ActingRequest, acting: Acting, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            with noting() as shown:
                with acting_as(acting, read_only=True):
                    response = _rendered(view(request, *args, **kwargs))
                reading = Reading(kind, act, kwargs, shown, after)
                return _recorded(acting, reading, response)

        methods = ("GET", "HEAD", "POST") if by_post else ("GET", "HEAD")
        guarded = _guarded(view, enter, permission, methods=methods, sensitive=sensitive)
        guarded.kind = kind  # type: ignore[attr-defined]  # read by the test that every export asks again
        return guarded

    return decorate


def acts(
    permission: Permission,
    *,
    act: str = "",
    after: Sequence[AfterReading] = (),
    sensitive: bool = False,
    binds: bool = True,
) -> Callable[[View[P]], Guarded[P]]:
    """A form and its act: GET shows the form, POST carries out the act once.

    A view that answers with an error status is rolled back. A form sent twice with the same ``idempotency_key`` is
    carried out once; the second response redirects to where the first one did.
    ``act`` names the reading of the form's page in the log; without it only pages that show a person are recorded.
    ``after`` lists what showing the form triggers, as in ``reads``.
    ``sensitive`` asks for the second factor again, when the form is opened and, if that is too long ago, when it is sent.
    A form that was opened under another appointment is answered with a question, unless ``binds`` is off.
    """

    def decorate(view: View[P]) -> Guarded[P]:
        def show(request: ActingRequest, acting: Acting, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            with noting() as shown:
                with acting_as(acting, read_only=True):
                    response = _rendered(view(request, *args, **kwargs))
                reading = Reading(RecordKind.READ, act, kwargs, shown, after)
                return _recorded(acting, reading, response)

        def enter(request: ActingRequest, acting: Acting, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method != "POST":
                return show(request, acting, *args, **kwargs)
            with noting() as shown:
                reading = Reading(RecordKind.READ, "", kwargs, shown, after)
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
                        if _leads_to(response):  # a page shown again, such as with one more row, continues the draft
                            drafts.done(request, acting)
                        if reading.shows_anybody(response):
                            reading.record(acting)
                return _recorded(acting, reading, response) if failed else response

        guarded = _guarded(view, enter, permission, methods=("GET", "HEAD", "POST"), sensitive=sensitive, binds=binds)
        guarded.kind = RecordKind.CHANGE  # type: ignore[attr-defined]  # read by the test that sensitive acts ask again
        return guarded

    return decorate


@dataclass(frozen=True, slots=True)
class Reading:
    """What the log is to say about a response that is ready but not yet sent."""

    kind: RecordKind
    act: str
    arguments: dict[str, Any]  # of the address
    shown: Shown
    after: Sequence[AfterReading] = ()

    def shows_anybody(self, response: HttpResponseBase) -> bool:
        """Whether the response shows anybody; a redirect or a bare acknowledgement does not."""
        if not _is_page(response):
            self.shown.nobody()
        elif case := _number(self.arguments, "dossier_id"):
            self.shown.cases.add(case)  # every page below the URL of a case names it
        return bool(self.shown)

    def record(self, acting: Acting) -> None:
        """Record exactly the cases and persons shown; a single one also goes into ``dossier_id`` or ``person_id``."""
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
        for step in self.after:
            step(acting, **self.arguments)


def _recorded(acting: Acting, reading: Reading, response: HttpResponseBase) -> HttpResponseBase:
    """The response, once the log says whom it shows; if the log cannot be written, a page that says so instead."""
    if not reading.shows_anybody(response) and not reading.act:
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
    """Whether it is a page or a file. JSON only confirms to a script that a draft is saved, and shows nobody."""
    return response.status_code in _PAGES and response.headers.get("Content-Type") != "application/json"


def _only(ids: set[int]) -> int | None:
    return next(iter(ids)) if len(ids) == 1 else None


def for_guests(view: View[P]) -> Guarded[P]:
    """A page for whoever has a link, without a log-in: they act as a guest, for whom no policy opens a row.

    What the link leads to comes from database functions that check its secret. Wrong links are recorded in the log; after
    twenty within a minute, requests from that network address are rejected for the rest of it. A form sent twice with the
    same ``idempotency_key`` is carried out once; with other content under the same key it is refused.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
        if too_many_attempts(request):
            return too_many_page(request)
        guest = acting_for_guest()
        request.acting = None  # type: ignore[attr-defined]  # a logged-in user is a guest here, too
        try:
            with acting_as(guest):
                sent = guest_forms.sent_by_guest(request) if request.method == "POST" else None
                if sent is not None and (before := sent.answer_before(request)):
                    return before
                response = _rendered(view(cast(ActingRequest, request), *args, **kwargs))
                if sent is not None:
                    sent.keep(request, response)
                return response
        except Http404:
            record_wrong_attempt(request, guest)
            raise

    guarded.permission = None  # type: ignore[attr-defined]  # read by the test that every view is decorated
    return guarded  # type: ignore[return-value]  # wraps() keeps the inner request's type


def too_many_attempts(request: HttpRequest) -> bool:
    """Whether this network address sent so many wrong links or keys that its requests are rejected for a minute."""
    return (cache.get(_wrong_tries(request)) or 0) >= _WRONG_TRIES_A_MINUTE


def record_wrong_attempt(request: HttpRequest, acting: Acting) -> None:
    """Count a wrong link or key, and record it in the log."""
    cache.add(_wrong_tries(request), 0, timeout=60)
    cache.incr(_wrong_tries(request))
    with acting_as(acting):
        record(acting, kind=RecordKind.DENIED, act=Act.DENIED)


def _wrong_tries(request: HttpRequest) -> str:
    return f"wrong-tries:{get_adapter().get_client_ip(request)}"


@contextmanager
def denials_recorded(acting: Acting, permission: Permission, kwargs: dict[str, Any]) -> Iterator[None]:
    """Check the permission; record a denial, or an object that does not exist, once everything else is rolled back.

    Raises ``PermissionDenied``, also when a row policy of the database refuses.
    """
    try:
        if not acting.may(permission):
            raise PermissionDenied
        yield
    except (PermissionDenied, Http404):
        _record_denial(acting, permission, kwargs)
        raise
    except ProgrammingError as error:
        # What a row policy refuses is a denial, not an error of the server.
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        _record_denial(acting, permission, kwargs)
        raise PermissionDenied from error


def _guarded(
    view: View[P],
    enter: Callable[..., HttpResponseBase],
    permission: Permission,
    *,
    methods: tuple[str, ...],
    sensitive: bool = False,
    binds: bool = True,
) -> Guarded[P]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        acting: Acting | None = getattr(request, "acting", None)
        if acting is None:
            if request.user.is_authenticated:
                raise PermissionDenied  # an account without a current staff entry
            return redirect_to_login(request.get_full_path() if request.method == "GET" else page_before(request))
        if request.method not in methods and not confirming.is_answer(request):
            return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
        if request.method == "POST" and binds:
            acting = bound_forms.change_back(request, acting)
            if question := bound_forms.question(request, acting, permission):
                return question
        with bound_to(acting):
            return handle(cast(ActingRequest, request), acting, *args, **kwargs)

    def handle(request: ActingRequest, acting: Acting, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            with denials_recorded(acting, permission, kwargs):
                if question := confirming.confirmation_needed(request, acting, sensitive=sensitive):
                    return question
                if request.method not in methods:
                    return redirect(request.get_full_path())
                return enter(request, acting, *args, **kwargs)
        except Refused as refusal:
            return refused_page(request, str(refusal))
        except Conflict as conflict:
            return _conflict(request, acting, conflict, kwargs)

    guarded.permission = permission  # type: ignore[attr-defined]  # read by the test that every view is decorated
    guarded.binds = binds  # type: ignore[attr-defined]  # read by the test that every form is bound to its actor
    guarded.sensitive = sensitive  # type: ignore[attr-defined]  # read by the test that every sensitive act asks again
    return guarded  # type: ignore[return-value]  # wraps() keeps the inner request's type


def _conflict(request: ActingRequest, acting: Acting, conflict: Conflict, kwargs: dict[str, Any]) -> HttpResponseBase:
    """The other person's text next to one's own: recorded as a reading."""
    with noting() as shown:
        response = conflict_page(request, conflict)
        if conflict.about is not None:
            note_row(conflict.about)
        drafts.both_were_shown(request, acting)
        return _recorded(acting, Reading(RecordKind.READ, Act.CONFLICT_SHOWN, kwargs, shown), response)


def _record_denial(acting: Acting, permission: Permission, kwargs: dict[str, Any]) -> None:
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
    """A form as it was just sent, and the submission stored under its key."""

    kept: Submission
    digest: str
    was_done: bool

    def keep(self, response: HttpResponseBase) -> None:
        Submission.objects.filter(pk=self.kept.pk).update(location=_leads_to(response), digest=self.digest)


def _sent(request: HttpRequest, acting: Acting) -> _Sent | None:
    """Store the form's key, or find the earlier submission; a simultaneous duplicate waits here for the first."""
    try:
        key = uuid.UUID(request.POST.get(KEY, ""))
    except ValueError:
        return None
    digest = bound_forms.digest(request)
    kept, created = Submission.objects.get_or_create(
        staff_id=acting.own_staff_id, key=key, path=request.path, defaults={"location": "/", "digest": digest}
    )
    return _Sent(kept, digest, was_done=not created and bool(kept.location))


def _done_before(request: HttpRequest, sent: _Sent) -> HttpResponseBase:
    """Redirect to where the same form led; if its content differs, ask first."""
    if sent.kept.digest != sent.digest:
        return bound_forms.sent_before_page(request)
    return redirect(sent.kept.location)


def _leads_to(response: HttpResponseBase) -> str:
    """Where the same form leads when it is sent again; empty after a page or file, which is simply shown again."""
    return response.headers.get("Location", "")


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    # Inside the transaction: a lazy queryset evaluated outside finds no rows.
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.render()
    return response


def _number(kwargs: dict[str, Any], name: str) -> int | None:
    value = kwargs.get(name)
    # An attempt with a number that no row can have must still be recorded.
    return value if isinstance(value, int) and value <= _GREATEST else None


def about_in(kwargs: dict[str, Any]) -> tuple[str, int | None]:
    """The object that a URL names in addition to its case: ``/dossiers/7/notes/12`` is about note 12."""
    for name, value in kwargs.items():
        if name.endswith("_id") and name != "dossier_id" and isinstance(value, int):
            return name.removesuffix("_id"), _number(kwargs, name)
    return "", None
