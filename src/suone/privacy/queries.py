"""Looking up the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from suone.appointments.models import Appointment
from suone.audit.models import Entry, Seal
from suone.institutions.models import Institution
from suone.privacy.acts import Act

PAGE = 50


@dataclass(frozen=True)
class Line:
    """An entry with the names behind its numbers."""

    entry: Entry
    who: str
    institution: str
    case: str
    recipients: str


def log_page(wanted: dict[str, Any]) -> tuple[list[Line], int | None]:
    """A page of the log, newest first, and the entry before which the next page begins."""
    entries = Entry.objects.order_by("-id")
    if wanted.get("case"):
        entries = entries.filter(dossier_id__in=list(_case_numbers([], wanted["case"])))
    if wanted.get("kind"):
        entries = entries.filter(kind=wanted["kind"])
    if wanted.get("act"):
        entries = entries.filter(act=wanted["act"])
    if wanted.get("institution"):
        entries = entries.filter(institution_id=wanted["institution"].pk)
    if wanted.get("staff"):
        entries = entries.filter(staff_id=wanted["staff"].pk)
    if wanted.get("first_day"):
        entries = entries.filter(at__gte=_midnight(wanted["first_day"]))
    if wanted.get("last_day"):
        entries = entries.filter(at__lt=_midnight(wanted["last_day"] + timedelta(days=1)))
    if wanted.get("before"):
        entries = entries.filter(id__lt=wanted["before"])
    found = list(entries[: PAGE + 1])
    shown = found[:PAGE]
    return _lines(shown), shown[-1].pk if len(found) > PAGE else None


def last_sealing() -> datetime | None:
    """Up to when the log is sealed."""
    return Seal.objects.order_by("-id").values_list("sealed_at", flat=True).first()


def last_proof() -> Entry | None:
    """When the log was last checked for being whole, and with how many findings."""
    return Entry.objects.filter(act=Act.LOG_PROVEN).order_by("-id").first()


def _lines(entries: Sequence[Entry]) -> list[Line]:
    staff = Appointment.objects.in_bulk({entry.staff_id for entry in entries if entry.staff_id})
    named = {entry.institution_id for entry in entries if entry.institution_id}
    named |= {recipient for entry in entries for recipient in entry.recipients}
    institutions = Institution.objects.in_bulk(named)
    cases = _case_numbers([entry.dossier_id for entry in entries if entry.dossier_id])

    def name(number: int | None) -> str:
        if number is None:
            return ""
        return institutions[number].short_name if number in institutions else f"#{number}"

    def who(number: int | None) -> str:
        if number is None:
            return ""
        return staff[number].full_name if number in staff else f"#{number}"

    return [
        Line(
            entry,
            who(entry.staff_id),
            name(entry.institution_id),
            cases.get(entry.dossier_id or 0, ""),
            ", ".join(name(recipient) for recipient in entry.recipients),
        )
        for entry in entries
    ]


def _case_numbers(ids: Sequence[int], wanted: str = "") -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, number FROM privacy_case_numbers(%s::bigint[], %s)", [list(set(ids)), wanted])
        return dict(cursor.fetchall())


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
