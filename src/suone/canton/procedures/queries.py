"""Looking up procedures and their versions."""

from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404

from suone.canton.procedures.models import ProcedureVersion, VersionState


def versions_in_force(*, on: date) -> list[ProcedureVersion]:
    """The newest published version of each procedure that is valid on this day, by canton."""
    published = ProcedureVersion.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=on), state=VersionState.PUBLISHED, valid_from__lte=on
    )
    newest: dict[str, ProcedureVersion] = {}
    for version in published.order_by("canton", "identifier", "-valid_from", "-pk"):
        newest.setdefault(version.identifier, version)
    return list(newest.values())


def version_in_force(identifier: str, *, on: date) -> ProcedureVersion | None:
    """The version with which a new case of this procedure begins; None if none is in force."""
    return next((version for version in versions_in_force(on=on) if version.identifier == identifier), None)


def versions_in_region(region: str, *, on: date) -> list[ProcedureVersion]:
    """Those in force that hold in the region with this code; all of them before a region is chosen."""
    return [version for version in versions_in_force(on=on) if not region or version.procedure.holds_in(region)]


def proposed_procedure(*, on: date, region: str = "") -> ProcedureVersion | None:
    """The procedure proposed for a new notification: the one in the settings, or else the first that holds in the region."""
    holding = versions_in_region(region, on=on)
    proposed = (version for version in holding if version.identifier == settings.PROPOSED_PROCEDURE)
    return next(proposed, next(iter(holding), None))


def versions_of_level(level: str, *, on: date, canton: str = "") -> list[ProcedureVersion]:
    """The procedures in force for cases of this level, in one canton.

    Without ``canton``, the canton of the procedure in the settings; if they name none, every canton.
    """
    proposed = version_in_force(settings.PROPOSED_PROCEDURE, on=on)
    wanted = canton or (proposed.canton if proposed else "")
    in_force = [version for version in versions_in_force(on=on) if wanted in ("", version.canton)]
    return [version for version in in_force if level in version.procedure.levels]


def all_versions() -> QuerySet[ProcedureVersion]:
    """Every version, retired ones included."""
    return ProcedureVersion.objects.all()


def version_by_id(version_id: int) -> ProcedureVersion:
    """A version by its number; raises ``Http404`` if there is none."""
    version = ProcedureVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise Http404
    return version
