"""Looking up the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.desk.privacy.acts import Act
from suone.desk.privacy.purposes import purpose_in_words
from suone.ground.access.errors import Refused
from suone.ground.audit.models import Entry, RecordKind, Seal
from suone.ground.audit.shown import note_person
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution

PAGE = 50
MOST = 20_000  # lines of a file
_FEW = 5  # case numbers in a line
# What opening something leaves in the log.
_OPENING = (RecordKind.READ, RecordKind.PRINT, RecordKind.EXPORT)


@dataclass(frozen=True)
class Line:
    """An entry with the names behind its numbers."""

    entry: Entry
    who: str
    in_place_of: str  # the colleague who is away, where a deputy acted
    institution: str
    cases: tuple["Named", ...]
    further: int  # how many more cases the answer showed
    recipients: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Named:
    """A case number on a page about the log: whoever reads it there has seen the case's number too."""

    number: str
    dossier_id: int


Page = tuple[list[Line], int | None]


def log_page(wanted: dict[str, Any]) -> Page:
    """A page of the log, newest first, and the entry before which the next page begins."""
    entries = Entry.objects.order_by("-id")
    if wanted.get("case"):
        entries = entries.filter(dossier_id__in=list(_case_numbers([], wanted["case"])))
    if wanted.get("act"):
        entries = entries.filter(act=wanted["act"])
    if wanted.get("staff"):
        entries = entries.filter(staff_id=wanted["staff"].pk)
    return _page(_narrowed(entries, wanted))


def who_saw(wanted: dict[str, Any]) -> Page:
    """A page of everybody who saw something of this person, or acted on it, under whatever key; newest first."""
    entries, cases = _of_person(wanted["number"])
    return _page(_narrowed(entries, wanted), about=cases)


def opened_by(wanted: dict[str, Any]) -> Page:
    """A page of what this colleague opened, under whatever appointment; newest first."""
    return _page(_narrowed(_of_colleague(wanted["colleague"], wanted), wanted))


def who_saw_whole(wanted: dict[str, Any]) -> list[Line]:
    """Everybody who saw something of this person, for a file; raises ``Refused`` beyond ``MOST`` lines."""
    entries, cases = _of_person(wanted["number"])
    return _whole(_narrowed(entries, wanted | {"before": None}), about=cases)


def opened_by_whole(wanted: dict[str, Any]) -> list[Line]:
    """All of what this colleague opened, for a file; raises ``Refused`` beyond ``MOST`` lines."""
    return _whole(_narrowed(_of_colleague(wanted["colleague"], wanted), wanted | {"before": None}))


def _of_person(number: str) -> tuple[QuerySet[Entry], list[int]]:
    """The entries, and the person's cases. Asked of two functions, which ask for the permission themselves: no index on whom a page showed serves a policy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT persons, dossiers FROM privacy_whom(%s)", [number])
        persons, dossiers = cursor.fetchone()
        cursor.execute("SELECT audit_who_saw(%s::bigint[], %s::bigint[], NULL, %s)", [persons, dossiers, MOST + 1])
        ids = [entry for (entry,) in cursor.fetchall()]
    for person in persons:
        note_person(person)  # the question itself is about this person
    return Entry.objects.filter(pk__in=ids).order_by("-id"), dossiers


def _of_colleague(colleague: Appointment, wanted: dict[str, Any]) -> QuerySet[Entry]:
    own = Appointment.objects.filter(user_id=colleague.user_id) if colleague.user_id else Appointment.objects.none()
    entries = Entry.objects.filter(staff_id__in=[colleague.pk, *own.values_list("pk", flat=True)]).order_by("-id")
    return entries if wanted.get("kind") else entries.filter(kind__in=_OPENING)


def _narrowed(entries: QuerySet[Entry], wanted: dict[str, Any]) -> QuerySet[Entry]:
    if wanted.get("kind"):
        entries = entries.filter(kind=wanted["kind"])
    if wanted.get("institution"):
        entries = entries.filter(institution_id=wanted["institution"].pk)
    if wanted.get("first_day"):
        entries = entries.filter(at__gte=_midnight(wanted["first_day"]))
    if wanted.get("last_day"):
        entries = entries.filter(at__lt=_midnight(wanted["last_day"] + timedelta(days=1)))
    if wanted.get("before"):
        entries = entries.filter(id__lt=wanted["before"])
    return entries


def _page(entries: QuerySet[Entry], about: Sequence[int] = ()) -> Page:
    found = list(entries[: PAGE + 1])
    shown = found[:PAGE]
    return _lines(shown, about), shown[-1].pk if len(found) > PAGE else None


def _whole(entries: QuerySet[Entry], about: Sequence[int] = ()) -> list[Line]:
    """Every line, or none: a file that leaves something out would be taken for the whole."""
    found = list(entries[: MOST + 1])
    if len(found) > MOST:
        sentence = _("That would be more than %(most)s lines: choose a shorter period.")
        raise Refused(sentence % {"most": f"{MOST:,}".replace(",", "'")})
    return _lines(found, about)


def last_sealing() -> datetime | None:
    """Up to when the log is sealed."""
    return Seal.objects.order_by("-id").values_list("sealed_at", flat=True).first()


def last_proof() -> Entry | None:
    """When the log was last checked for being whole, and with how many findings."""
    return Entry.objects.filter(act=Act.LOG_PROVEN).order_by("-id").first()


def _lines(entries: Sequence[Entry], about: Sequence[int] = ()) -> list[Line]:
    """With the names behind the numbers; of many cases in a line, those go first that were asked about."""
    staff = Appointment.objects.in_bulk({pk for entry in entries for pk in (entry.staff_id, entry.on_behalf_of) if pk})
    named = {entry.institution_id for entry in entries if entry.institution_id}
    named |= {recipient for entry in entries for recipient in entry.recipients}
    institutions = Institution.objects.in_bulk(named)
    numbers = _case_numbers([case for entry in entries for case in _cases_of(entry, about)[:_FEW]])

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
            who(entry.on_behalf_of),
            name(entry.institution_id),
            tuple(Named(numbers[case], case) for case in _cases_of(entry, about)[:_FEW] if case in numbers),
            max(len(_cases_of(entry, about)) - _FEW, 0),
            ", ".join(name(recipient) for recipient in entry.recipients),
            purpose_in_words(entry.purpose),
        )
        for entry in entries
    ]


def _cases_of(entry: Entry, about: Sequence[int]) -> list[int]:
    """The case that the entry is about, then those that the answer showed beside, the ones asked about before all."""
    own = [entry.dossier_id] if entry.dossier_id else []
    cases = own + [case for case in entry.dossiers_shown if case != entry.dossier_id]
    return sorted(cases, key=lambda case: case not in about)


def _case_numbers(ids: Sequence[int], wanted: str = "") -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, number FROM privacy_case_numbers(%s::bigint[], %s)", [list(set(ids)), wanted])
        return dict(cursor.fetchall())


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
