"""Looking up which version of an instrument is in force."""

from collections.abc import Iterable

from django.db.models import QuerySet

from suone.instruments.models import InstrumentVersion, Origin


def versions_in_force(identifiers: Iterable[str] | None = None) -> dict[str, InstrumentVersion]:
    """The version of each instrument that new answers take: the canton's newest own one, else the one shipped."""
    versions = InstrumentVersion.objects.filter(is_retired=False).defer("text")
    if identifiers is not None:
        versions = versions.filter(identifier__in=list(identifiers))
    found: dict[str, InstrumentVersion] = {}
    for version in versions.order_by("identifier", "pk"):
        before = found.get(version.identifier)
        if before is None or before.origin != Origin.OWN or version.origin == Origin.OWN:
            found[version.identifier] = version
    return found


def version_in_force(identifier: str) -> InstrumentVersion | None:
    """The version of this instrument that new answers take."""
    return versions_in_force([identifier]).get(identifier)


def all_versions() -> QuerySet[InstrumentVersion]:
    return InstrumentVersion.objects.defer("text")
