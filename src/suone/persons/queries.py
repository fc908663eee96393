"""Finding persons: by AHV number, or by name, among those whom a grant makes readable."""

from django.http import Http404

from suone.access.acting import Acting, Kind
from suone.persons import ahv
from suone.persons.models import Doubt, Merge, Person

MOST = 50


def search_persons(words: str) -> list[Person]:
    """Persons whose number or name fits, at most ``MOST``, by name. Only those open to whoever acts.

    Where more fit, names that begin with the words go before names that have them further on.
    """
    number = ahv.compact(words)
    if number:
        return list(Person.objects.raw("SELECT * FROM persons_with_number(%s)", [number]))
    words = words.strip()
    if len(words) < 2:
        return []
    return list(Person.objects.raw("SELECT * FROM persons_found(%s, %s)", [words, MOST]))


def readable_person(acting: Acting, person_id: int) -> Person:
    """A person open to whoever acts; for everybody else there is none."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None or acting.kind not in (Kind.STAFF, Kind.JOB):
        raise Http404
    return person


def open_doubts() -> list[Doubt]:
    """Records that may be one person, for the office to clear."""
    return list(Doubt.objects.filter(cleared_at=None).select_related("known", "typed").order_by("at"))


def merges() -> list[Merge]:
    """What was merged, newest first."""
    return list(Merge.objects.select_related("kept", "dropped").order_by("-pk")[:100])
