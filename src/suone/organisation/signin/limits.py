"""Limits on attempts: an account is paused after failures from anywhere; a network address is throttled after very many.

Counted in the database, so that all web processes count together, without storing what was typed.
"""

import hashlib
import ipaddress
from datetime import timedelta
from typing import Any

from allauth.core.internal.httpkit import clean_client_ip
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessFailureLog
from axes.signals import user_locked_out
from django.conf import settings
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from suone.ground.access.models import User
from suone.organisation.signin.rules import FREE_FAILURES, REMEMBERED, one_spelling, pause_after

# Stands for requests over a Unix socket, which have no address.
_NOWHERE = "0.0.0.0"  # noqa: S104  # nosec B104
_IPV6_OF_ONE_SUBSCRIBER = 64


def address_of(request: HttpRequest) -> str:
    """The network address of a request, as reported by the installation's own proxies; IPv6 as the subscriber's /64.

    Each proxy appends its peer to ``X-Forwarded-For``. Everything before the entries of our own proxies may have been forged
    by the client.
    """
    heard = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        entries = [part for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(entries) >= settings.TRUSTED_PROXIES:
            heard = entries[-settings.TRUSTED_PROXIES]
    return _network_of(heard) or _NOWHERE


def account_key(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """The key under which failures are counted, whether the account exists or not: a hash, since people type anything."""
    given = credentials or {}
    return key_of(str(given.get("email") or given.get("username") or ""))


def key_of(address: str) -> str:
    """The key of an e-mail address in the counts."""
    return hashlib.sha256(one_spelling(address).encode()).hexdigest()


def is_paused(account: str) -> bool:
    """Whether this account (by its key) is paused after its last failure."""
    known = _failures_of(account).aggregate(count=Count("id"), last=Max("attempt_time"))
    return bool(known["count"]) and timezone.now() < known["last"] + pause_after(known["count"])


def is_slowed_down(address: str) -> bool:
    """Whether so many log-ins from this network address failed within a minute that further ones are rejected."""
    since = timezone.now() - timedelta(minutes=1)
    recent = AccessFailureLog.objects.filter(ip_address=address, attempt_time__gt=since)
    return bool(recent.count() >= settings.LOGIN_FAILURES_BY_ADDRESS)


def unlock(user: User) -> None:
    """End the pause of this account by deleting its failures."""
    AccessFailureLog.objects.filter(username=key_of(user.email)).delete()


def forget_old_failures() -> int:
    """Delete expired failures; returns how many."""
    dropped: int = AccessFailureLog.objects.filter(attempt_time__lt=timezone.now() - REMEMBERED).delete()[0]
    return dropped


class Failures(AxesDatabaseHandler):  # type: ignore[misc]
    """Backend of django-axes: one row per failure; attempts during a pause are not counted and do not prolong it."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return is_slowed_down(address_of(request)) or is_paused(account_key(request, credentials))

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        return int(_failures_of(account_key(request, credentials)).count())

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **_others: Any) -> None:
        if request is None or request.axes_locked_out:
            return
        account, address = account_key(request, credentials), address_of(request)
        kept = AccessFailureLog.objects.create(username=account, ip_address=address, path_info="", locked_out=False)
        # Counting up to this row: of two simultaneous failures, at least one counts as the fifth.
        request.axes_failures_since_start = _failures_of(account).filter(pk__lte=kept.pk).count()
        if request.axes_failures_since_start >= FREE_FAILURES:
            request.axes_locked_out = True
            request.axes_credentials = credentials
            user_locked_out.send("axes", request=request, username=account, ip_address=address)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: User, **_others: Any) -> None:
        unlock(user)

    def user_logged_out(self, sender: Any, request: HttpRequest, user: User | None, **_others: Any) -> None:
        """Nothing to store: log-outs are recorded in the audit log."""


def _failures_of(account: str) -> QuerySet[AccessFailureLog]:
    failures: QuerySet[AccessFailureLog] = AccessFailureLog.objects.filter(
        username=account, attempt_time__gt=timezone.now() - REMEMBERED
    )
    return failures


def _network_of(text: str) -> str:
    cleaned: str | None = clean_client_ip(text)
    if not cleaned:
        return ""
    address = ipaddress.ip_address(cleaned)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _IPV6_OF_ONE_SUBSCRIBER), strict=False).network_address)
    return cleaned
