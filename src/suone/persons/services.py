"""Entering a person without revealing one, correcting particulars, merging two records and undoing it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from suone.access.acting import Acting
from suone.access.errors import Conflict, Refused
from suone.audit.models import RecordKind
from suone.audit.services import record
from suone.persons import ahv
from suone.persons.acts import Act
from suone.persons.models import Doubt, Merge, Person


def find_or_create(
    acting: Acting,
    *,
    ahv_number: str,
    ahv_missing_reason: str,
    last_name: str,
    first_name: str,
    date_of_birth: date | None,
    language: str,
) -> int:
    """The number of the record of a person, known before or entered now; it never tells which.

    A known AHV number with other particulars makes a record of its own and a doubt for the office.
    """
    digits = ahv.compact(ahv_number) if ahv_number.strip() else None
    if ahv_number.strip() and digits is None:
        raise Refused(_("This AHV number does not exist: check the 13 digits and type it again."))
    if digits is None and not ahv_missing_reason.strip():
        raise Refused(_("Enter the AHV number, or the reason why it is missing."))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT persons_find_or_create(%s, %s, %s, %s, %s, %s)",
            [
                digits,
                "" if digits else ahv_missing_reason.strip(),
                last_name.strip(),
                first_name.strip(),
                date_of_birth,
                language,
            ],
        )
        person_id: int = cursor.fetchone()[0]
    record(acting, kind=RecordKind.STORE, act=Act.REGISTERED, person_id=person_id)
    return person_id


def correct_person(acting: Acting, *, person: Person, version: int, changes: Mapping[str, Any]) -> None:
    """Keep corrected particulars; raises ``Conflict`` with both texts when somebody saved first."""
    kept = Person.objects.filter(pk=person.pk, version=version).update(**changes, version=version + 1)
    if not kept:
        person = Person.objects.get(pk=person.pk)
        labels = {name: str(Person._meta.get_field(name).verbose_name) for name in changes}  # type: ignore[union-attr]
        raise Conflict(
            current={labels[name]: str(getattr(person, name) or "") for name in changes},
            submitted={labels[name]: str(value or "") for name, value in changes.items()},
        )
    record(acting, kind=RecordKind.CHANGE, act=Act.CORRECTED, person_id=person.pk, details={"fields": sorted(changes)})


def add_ahv_number(acting: Acting, *, person: Person, ahv_number: str) -> None:
    """Add a number that was missing; when another record has it already, the office is told instead."""
    digits = ahv.compact(ahv_number)
    if digits is None:
        raise Refused(_("This AHV number does not exist: check the 13 digits and type it again."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT persons_add_number(%s, %s)", [person.pk, digits])
    record(acting, kind=RecordKind.CHANGE, act=Act.CORRECTED, person_id=person.pk, details={"fields": ["ahv_number"]})


def merge(acting: Acting, *, kept_id: int, dropped_id: int, reason: str) -> Merge:
    """Two records are one person: the cases of one move to the other, and it can be undone."""
    if kept_id == dropped_id:
        raise Refused(_("Choose two different records."))
    if not reason.strip():
        raise Refused(_("Give a reason: the others want to understand it."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT persons_merge(%s, %s, %s)", [kept_id, dropped_id, reason.strip()])
        merge_id = cursor.fetchone()[0]
    record(
        acting, kind=RecordKind.CHANGE, act=Act.MERGED, person_id=kept_id, about=("merge", merge_id),
        details={"dropped": dropped_id},
    )  # fmt: skip
    return Merge.objects.get(pk=merge_id)


def undo_merge(acting: Acting, *, merge: Merge) -> None:
    """They were two persons after all: cases and number go back to where they were."""
    if merge.undone_at is not None:
        raise Refused(_("This merge has already been undone."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT persons_undo_merge(%s)", [merge.pk])
    record(acting, kind=RecordKind.CHANGE, act=Act.MERGE_UNDONE, person_id=merge.kept_id, about=("merge", merge.pk))


def clear_doubt(acting: Acting, *, doubt: Doubt) -> None:
    """The two records are two persons, or were merged: nothing more to clear."""
    Doubt.objects.filter(pk=doubt.pk).update(cleared_at=timezone.now(), cleared_by_id=acting.staff_id)
    record(acting, kind=RecordKind.CHANGE, act=Act.CORRECTED, about=("doubt", doubt.pk))
