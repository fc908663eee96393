"""The API for partners' systems: authentication by key, and ``@answers`` or ``@carries_out`` on each handler.

The same as for people: the permission is checked, the transaction is opened as the acting system, denials are recorded,
and an error rolls everything back. ``suone.ground.api.problems`` turns exceptions into responses.
"""

import hashlib
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Schema
from ninja.responses import Status
from ninja.security import HttpBearer

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Permission
from suone.ground.api.problems import TooMany, Trouble
from suone.ground.audit.models import RecordKind
from suone.ground.audit.shown import noting
from suone.ground.entrances.decorators import (
    ActingRequest,
    Reading,
    denials_recorded,
    record_wrong_attempt,
    too_many_attempts,
)
from suone.ground.entrances.models import SystemAnswer

Handler = Callable[..., Any]


class PartnerKey(HttpBearer):
    """Authentication by ``Authorization: Bearer suone_…``, with limits on requests and on attempts with wrong keys."""

    def authenticate(self, request: HttpRequest, token: str) -> Acting | None:
        acting: Acting | None = getattr(request, "acting", None)
        if acting is not None:
            _count(acting)
            return acting
        if too_many_attempts(request):
            raise TooMany(60)
        record_wrong_attempt(request, Acting(kind=Kind.PUBLIC, today=timezone.localdate()))
        return None


def answers(
    permission: Permission, *, act: str = "", kind: RecordKind = RecordKind.READ
) -> Callable[[Handler], Handler]:
    """A handler that only reads: in a read-only transaction, and recorded in the log before the response is sent.

    Without an ``act`` nothing is recorded: only for responses that say nothing about anybody.
    """

    def decorate(handler: Handler) -> Handler:
        def enter(request: ActingRequest, *args: Any, **kwargs: Any) -> Any:
            with noting() as shown:
                with acting_as(request.acting, read_only=True):
                    answer = handler(request, *args, **kwargs)
                if act:
                    with acting_as(request.acting):
                        Reading(kind, act, kwargs, shown).record(request.acting)
                return answer

        return _guarded(handler, enter, permission)

    return decorate


def carries_out(permission: Permission) -> Callable[[Handler], Handler]:
    """A handler that carries out an act.

    If it takes an ``idempotency_key``, a repeated request with the same key is not carried out again and gets the stored
    response: only for acts whose responses consist of numbers and states.
    """

    def decorate(handler: Handler) -> Handler:
        def enter(request: ActingRequest, *args: Any, **kwargs: Any) -> Any:
            with acting_as(request.acting):
                return carry_out(request, *args, **kwargs)

        def carry_out(request: ActingRequest, *args: Any, **kwargs: Any) -> Any:
            key = kwargs.get("idempotency_key")
            if not key:
                return handler(request, *args, **kwargs)
            kept = _kept_answer(request, key)
            if kept.status:
                return HttpResponse(kept.body, status=kept.status, content_type="application/json")
            done: Status[Schema] = handler(request, *args, **kwargs)
            SystemAnswer.objects.filter(pk=kept.pk).update(status=done.status_code, body=done.value.model_dump_json())
            return done

        return _guarded(handler, enter, permission)

    return decorate


def _guarded(handler: Handler, enter: Handler, permission: Permission) -> Handler:
    @wraps(handler)
    def guarded(request: ActingRequest, *args: Any, **kwargs: Any) -> Any:
        with denials_recorded(request.acting, permission, kwargs):
            return enter(request, *args, **kwargs)

    guarded.permission = permission  # type: ignore[attr-defined]  # read by the test that every handler is decorated
    return guarded


def _count(acting: Acting) -> None:
    now = int(time.time())
    counter = f"requests-of-system:{acting.system_id}:{now // 60}"
    cache.add(counter, 0, timeout=120)
    if cache.incr(counter) > settings.API_REQUESTS_A_MINUTE:
        raise TooMany(60 - now % 60)


def _kept_answer(request: ActingRequest, key: str) -> SystemAnswer:
    """The response stored under this key, or a new row for it; a simultaneous duplicate waits here for the first."""
    digest = hashlib.sha256(b"\0".join([str(request.method).encode(), request.path.encode(), request.body])).hexdigest()
    kept, _created = SystemAnswer.objects.get_or_create(
        institution_id=request.acting.own_institution_id, key=key, defaults={"request": digest}
    )
    if kept.request != digest:
        raise Trouble("idempotency-key", _("This Idempotency-Key was used for another request: use a new one."))
    return kept
