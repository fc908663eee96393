"""Which keys are one person."""

from django.db import connection

from suone.records.persons.models import Joining, Number


def keys_of(person_id: int) -> set[int]:
    """All keys of one person; for whoever may not know of joinings the key alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT persons_keys_of(%s)", [person_id])
        return {key for (key,) in cursor.fetchall()}


def joinings() -> list[Joining]:
    """Which keys were joined, newest first."""
    return list(Joining.objects.order_by("-pk")[:100])


def numbers_of(dossier_id: int) -> list[Number]:
    """The AHV numbers of a case file, the one that holds first; none for whoever may not read who it is."""
    return list(Number.objects.filter(dossier_id=dossier_id).order_by("-pk"))


def number_of(dossier_id: int) -> Number | None:
    """The AHV number of a case file that holds now, or why there is none."""
    return Number.objects.filter(dossier_id=dossier_id, until=None).first()
