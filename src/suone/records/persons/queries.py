"""Which keys are one person."""

from django.db import connection

from suone.records.persons.models import Joining, Number


def keys_of(person_id: int) -> set[int]:
    """All keys joined to this one, itself included; only the key itself for actors who may not see joinings."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT persons_keys_of(%s)", [person_id])
        return {key for (key,) in cursor.fetchall()}


def joinings() -> list[Joining]:
    """The latest hundred joinings, newest first, parted ones included."""
    return list(Joining.objects.order_by("-pk")[:100])


def numbers_of(dossier_id: int) -> list[Number]:
    """The AHV numbers of a case file, the current one first; empty for actors who may not read identity data."""
    return list(Number.objects.filter(dossier_id=dossier_id).order_by("-pk"))


def number_of(dossier_id: int) -> Number | None:
    """The current AHV number of a case file, or the row with the reason why there is none."""
    return Number.objects.filter(dossier_id=dossier_id, until=None).first()
