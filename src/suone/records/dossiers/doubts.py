"""Clearing doubts: two files that may be about one person, on the legal basis that a canton's law gives for it."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import Http404
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.acts import Act
from suone.records.dossiers.models import Doubt
from suone.records.dossiers.rules import Birth
from suone.records.persons import services as persons
from suone.records.persons.models import Joining

LEGAL_BASIS = "clearing-of-doubts"


@dataclass(frozen=True, slots=True)
class Side:
    """All that the office sees of one of the two files."""

    dossier_id: int
    person_id: int
    institution: str
    name: str
    birth: Birth | None


def find_doubts(acting: Acting) -> int:
    """Find files that may be about one person, as a job: alike without a number, or one number under different names.

    Returns how many new doubts were found; compares nothing if the canton has set no law for it.
    """
    if not settings.DOUBTS_LAW:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT dossiers_find_doubts()")
        found: int = cursor.fetchone()[0]
    if found:
        record(acting, kind=RecordKind.STORE, act=Act.DOUBTS_FOUND, legal_basis=LEGAL_BASIS, details={"doubts": found})
    return found


def open_doubts() -> list[Doubt]:
    """The doubts still to be cleared, oldest first, at most a hundred."""
    return list(Doubt.objects.filter(cleared_at=None).order_by("found_at")[:100])


def open_doubt(doubt_id: int) -> Doubt:
    """A doubt still to be cleared; raises ``Http404`` if it is cleared, or if the canton has set no law."""
    doubt = Doubt.objects.filter(pk=doubt_id, cleared_at=None).first() if settings.DOUBTS_LAW else None
    if doubt is None:
        raise Http404
    return doubt


def sides_of(doubt: Doubt) -> list[Side]:
    """Both files with institution, name and date of birth, for actors who may clear doubts; empty without a law."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM dossiers_doubt_shown(%s)", [doubt.pk])
        rows = cursor.fetchall()
    names = {one.pk: one.name for one in Institution.objects.filter(pk__in=[row[2] for row in rows])}
    sides = []
    for dossier_id, person_id, institution_id, last_name, first_name, year, month, day in rows:
        birth = Birth(year, month, day) if year else None
        name = f"{last_name} {first_name}".strip()
        sides.append(Side(dossier_id, person_id, names.get(institution_id, "–"), name, birth))
    return sides


def record_look(acting: Acting, *, doubt_id: int) -> None:
    """Log the reading of both files, once for each person, with its legal basis."""
    for side in sides_of(open_doubt(doubt_id)):
        record(
            acting,
            kind=RecordKind.READ,
            act=Act.DOUBT_READ,
            dossier_id=side.dossier_id,
            person_id=side.person_id,
            about=("doubt", doubt_id),
            legal_basis=LEGAL_BASIS,
        )


def find_one_person(acting: Acting, *, doubt: Doubt, reason: str) -> None:
    """Clear a doubt: one person. The keys are joined; neither institution is notified, and both files keep their data.

    Raises ``Refused`` without a reason.
    """
    one_id, other_id = _keys(doubt)
    if one_id != other_id:
        persons.join(acting, one_id=one_id, other_id=other_id, reason=reason)
    _clear(acting, doubt, Doubt.Outcome.ONE, reason)


def find_two_persons(acting: Acting, *, doubt: Doubt, reason: str) -> None:
    """Clear a doubt: two persons. If both files share a key, the later one gets its own.

    Raises ``Refused`` without a reason.
    """
    one_id, other_id = _keys(doubt)
    if one_id == other_id:
        with connection.cursor() as cursor:
            cursor.execute("SELECT dossiers_part_file(%s)", [doubt.pk])
    _clear(acting, doubt, Doubt.Outcome.TWO, reason)


def part(acting: Acting, *, joining: Joining, reason: str) -> None:
    """Undo a joining found by clearing a doubt; raises ``Refused`` if the canton has set no law, or without a reason."""
    if not settings.DOUBTS_LAW:
        raise Refused(_("The canton has set no law for clearing doubts."))
    persons.part(acting, joining=joining, reason=reason)


def _keys(doubt: Doubt) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT dossier_id, person_id FROM dossiers_doubt_keys(%s)", [doubt.pk])
        keys = dict(cursor.fetchall())
    return keys[doubt.one_id], keys[doubt.other_id]


def _clear(acting: Acting, doubt: Doubt, outcome: "Doubt.Outcome", reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Give a reason, so that others can understand the decision."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT dossiers_clear_doubt(%s, %s, %s)", [doubt.pk, outcome.value, reason.strip()])
    for person_id in set(_keys(doubt)):
        record(
            acting,
            kind=RecordKind.CHANGE,
            act=Act.DOUBT_CLEARED,
            person_id=person_id,
            about=("doubt", doubt.pk),
            legal_basis=LEGAL_BASIS,
            details={"outcome": outcome.value},
        )
