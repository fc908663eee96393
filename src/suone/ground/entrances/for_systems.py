"""The door for partners' systems: a key lets them in, and each handler of the API wears ``@answers`` or ``@carries_out``.

The same as for people: the permission is asked, the transaction is opened as whoever acts, denials are told to the log,
and an error leaves nothing behind. Errors leave as exceptions; ``suone.ground.api.problems`` gives them their words.
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
from suone.ground.entrances.decorators import ActingRequest, Reading, denials_told, tell_wrong_try, tried_too_often
from suone.ground.entrances.models import SystemAnswer

Handler = Callable[..., Any]


class PartnerKey(HttpBearer):
    """A key as ``Authorization: Bearer suone_…``; so many requests a minute, and few tries with wrong keys."""

    def authenticate(self, request: HttpRequest, token: str) -> Acting | None:
        acting: Acting | None = getattr(request, "acting", None)
        if acting is not None:
            _count(acting)
            return acting
        if tried_too_often(request):
            raise TooMany(60)
        tell_wrong_try(request, Acting(kind=Kind.PUBLIC, today=timezone.localdate()))
        return None


def answers(
    permission: Permission, *, act: str = "", kind: RecordKind = RecordKind.READ
) -> Callable[[Handler], Handler]:
    """A handler that only reads: no write is possible, and the log names whom it shows before the answer leaves.

    Without an ``act`` it answers nothing about anybody.
    """

    def wear(handler: Handler) -> Handler:
        def enter(request: ActingRequest, *args: Any, **kwargs: Any) -> Any:
            with noting() as shown:
                with acting_as(request.acting, read_only=True):
                    answer = handler(request, *args, **kwargs)
                if act:
                    with acting_as(request.acting):
                        Reading(kind, act, kwargs, shown).record(request.acting)
                return answer

        return _door(handler, enter, permission)

    return wear


def carries_out(permission: Permission) -> Callable[[Handler], Handler]:
    """A handler and its act.

    Where it takes ``idempotency_key``, the same request with the same key is done once and answered alike: only for acts
    whose answers are numbers and states.
    """

    def wear(handler: Handler) -> Handler:
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

        return _door(handler, enter, permission)

    return wear


def _door(handler: Handler, enter: Handler, permission: Permission) -> Handler:
    @wraps(handler)
    def door(request: ActingRequest, *args: Any, **kwargs: Any) -> Any:
        with denials_told(request.acting, permission, kwargs):
            return enter(request, *args, **kwargs)

    door.permission = permission  # type: ignore[attr-defined]  # read by the test that every handler wears a door
    return door


def _count(acting: Acting) -> None:
    now = int(time.time())
    counter = f"requests-of-system:{acting.system_id}:{now // 60}"
    cache.add(counter, 0, timeout=120)
    if cache.incr(counter) > settings.API_REQUESTS_A_MINUTE:
        raise TooMany(60 - now % 60)


def _kept_answer(request: ActingRequest, key: str) -> SystemAnswer:
    """The answer kept under this key, or a place for it; a simultaneous twin waits here for the first."""
    said = hashlib.sha256(b"\0".join([str(request.method).encode(), request.path.encode(), request.body])).hexdigest()
    kept, _created = SystemAnswer.objects.get_or_create(
        institution_id=request.acting.own_institution_id, key=key, defaults={"request": said}
    )
    if kept.request != said:
        raise Trouble("idempotency-key", _("This Idempotency-Key was used for another request: use a new one."))
    return kept
