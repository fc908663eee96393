"""The calendar entry of a meeting: when and where, and nothing about whom."""

from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _


def calendar_entry(
    *, uid: UUID, starts_at: datetime, ends_at: datetime, place: str, is_cancelled: bool, version: int
) -> bytes:
    """An iCalendar file. Its number is random; it contains neither a name nor the number of a case (RFC 5545)."""
    from icalendar import Calendar, Event  # late: it takes longer to import than to use

    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.PRODUCT_NAME}//meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if is_cancelled else "PUBLISH")
    event = Event()
    event.add("uid", str(uid))
    event.add("summary", _("IIZ meeting"))
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("dtend", ends_at.astimezone(UTC))
    event.add("dtstamp", timezone.now().astimezone(UTC))
    event.add("sequence", version)
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if place:
        event.add("location", place)
    calendar.add_component(event)
    return bytes(calendar.to_ical())
