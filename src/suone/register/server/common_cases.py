"""Which persons two institutions have in a case together, so that alerts about them stay quiet."""

from collections.abc import Collection

from django.utils import timezone

from suone.records.dossiers.models import Grant
from suone.records.persons.models import Number


def persons_in_common(pairs: Collection[frozenset[int]]) -> dict[str, set[frozenset[int]]]:
    """AHV number → the pairs of institutions that both have access to a case of the person now; for jobs only."""
    wanted = {institution for pair in pairs for institution in pair}
    now = timezone.now()
    rows = Grant.objects.filter(institution_id__in=wanted, valid_from__lte=now, valid_until__gt=now).values_list(
        "dossier_id", "institution_id"
    )
    numbers = dict(Number.objects.filter(until=None, digits__isnull=False).values_list("dossier_id", "digits"))
    inside: dict[tuple[int, str], set[int]] = {}
    for dossier_id, institution_id in rows:
        number = numbers.get(dossier_id)
        if number is not None and institution_id is not None:
            inside.setdefault((dossier_id, number), set()).add(institution_id)
    found: dict[str, set[frozenset[int]]] = {}
    for (_dossier, number), institutions in inside.items():
        common = {pair for pair in pairs if pair <= institutions}
        if common:
            found.setdefault(number, set()).update(common)
    return found
