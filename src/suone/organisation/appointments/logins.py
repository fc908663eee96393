"""Recording log-ins, log-outs, failed attempts and changes of the second factor in the log."""

from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import ModelSignal
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils import timezone

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.database import acting_as
from suone.ground.access.models import User
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.acting import acting_of, current_staff_entries
from suone.organisation.appointments.acts import Act


def listen() -> None:
    """Connect to the signals of the libraries for log-ins; if the log cannot be written, the log-in fails."""
    heard: dict[Signal | ModelSignal, Act] = {
        user_logged_in: Act.LOGGED_IN,
        user_logged_out: Act.LOGGED_OUT,
        authenticator_added: Act.SECOND_FACTOR_ADDED,
        authenticator_removed: Act.SECOND_FACTOR_REMOVED,
        authenticator_reset: Act.RECOVERY_CODES_RENEWED,
    }
    for signal, act in heard.items():
        signal.connect(_recorder_of(act), weak=False, dispatch_uid=f"suone.{act.value}")
    user_login_failed.connect(_record_failure, dispatch_uid="suone.log_in_failed")


def _recorder_of(act: Act) -> Any:
    def record_event(sender: Any, user: User | None = None, **_others: Any) -> None:
        if user is not None:  # None when somebody logs out who was not logged in
            _write(user.pk, act)

    return record_event


def _record_failure(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_others: Any
) -> None:
    typed = str(credentials.get("email") or credentials.get("username") or "")
    # The id of the account, if there is one, never what was typed: people type passwords into the wrong field.
    user_id = User.objects.filter(email__iexact=typed).values_list("pk", flat=True).first()
    _write(user_id, Act.LOG_IN_FAILED)


def _write(user_id: int | None, act: Act) -> None:
    """Record as the account that logs in: nobody acts yet, or no longer, and an entry without an actor is refused."""
    acting = _acting_of(user_id)
    with acting_as(acting):
        record(acting, kind=RecordKind.LOG_IN, act=act)


def _acting_of(user_id: int | None) -> Acting:
    entries = current_staff_entries(user_id or 0)  # the same work for an account that does not exist
    return acting_of(entries[0]) if entries else Acting(kind=Kind.PUBLIC, today=timezone.localdate(), user_id=user_id)
