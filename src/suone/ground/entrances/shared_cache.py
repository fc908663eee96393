"""Django's cache as a table, so that what is counted holds for all web processes: wrong attempts, codes used once.

The framework's own database cache unpickles what it reads: whoever writes into its table runs code in the web processes.
Values here are JSON, and counting is one statement.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection
from django.db.models.functions import Now

from suone.ground.entrances.models import Shared

_ADD = """
    INSERT INTO entrances_shared AS kept (key, value, expires_at) VALUES (%s, %s, statement_timestamp() + make_interval(secs => %s))
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""
_IF_EXPIRED = " WHERE kept.expires_at <= statement_timestamp()"
_COUNT = """
    UPDATE entrances_shared SET value = (value::bigint + %s)::text WHERE key = %s AND expires_at > statement_timestamp()
    RETURNING value
"""
_FOR_EVER = 100 * 366 * 86_400.0


class SharedCache(BaseCache):
    """Values survive until their time is over; nobody evicts them by filling the cache."""

    def __init__(self, _location: str, params: Mapping[str, Any]) -> None:
        super().__init__(dict(params))

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store a value unless there is one; the answer tells which, even of two at the same moment."""
        return self._store(_ADD + _IF_EXPIRED, key, value, timeout, version) == 1

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._store(_ADD, key, value, timeout, version)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        value = self._valid(key, version).values_list("value", flat=True).first()
        return default if value is None else json.loads(value)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to a number and return the sum; raises ``ValueError`` if there is none."""
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [delta, self._hashed(key, version)])
            row = cursor.fetchone()
        if row is None:
            raise ValueError(f"Nothing is counted under {key!r}.")
        return int(row[0])

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._valid(key, version).update(expires_at=Now() + timedelta(seconds=self._seconds(timeout))))

    def delete(self, key: str, version: int | None = None) -> bool:
        return Shared.objects.filter(key=self._hashed(key, version)).delete()[0] == 1

    def clear(self) -> None:
        Shared.objects.all().delete()

    def _store(self, statement: str, key: str, value: Any, timeout: Any, version: int | None) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, [self._hashed(key, version), json.dumps(value), self._seconds(timeout)])
            return int(cursor.rowcount)

    def _valid(self, key: str, version: int | None) -> Any:
        return Shared.objects.filter(key=self._hashed(key, version), expires_at__gt=Now())

    def _hashed(self, key: str, version: int | None) -> str:
        """Keys name network addresses and log-ins, which belong in no table."""
        return hashlib.sha256(self.make_key(key, version).encode()).hexdigest()

    def _seconds(self, timeout: Any) -> float:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return _FOR_EVER if seconds is None else max(float(seconds), 0)


def forget_expired() -> int:
    """Delete what has expired, and return how much."""
    return Shared.objects.filter(expires_at__lte=Now()).delete()[0]
