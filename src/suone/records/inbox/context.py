"""The number of unread messages, for the navigation of every page."""

from typing import Any

from django.db import connection
from django.http import HttpRequest

from suone.records.inbox.queries import unread_count


def unread(request: HttpRequest) -> dict[str, Any]:
    """Only inside the transaction of a view: outside it nobody acts, and row policies hide every message."""
    acting = getattr(request, "acting", None)
    return {"unread": unread_count(acting) if acting is not None and connection.in_atomic_block else 0}
