"""Whom a case concerns: its region, staff and institutions. The package of cases, one layer above, registers the lookup."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Concerned:
    """The region of a case, who follows, leads and notified it, and which institutions take part."""

    region_id: int | None = None
    staff_ids: tuple[int, ...] = ()
    lead_id: int | None = None
    notifier_id: int | None = None
    institution_ids: frozenset[int] = frozenset()


_find: list[Callable[[int], Concerned]] = []


def register(find: Callable[[int], Concerned]) -> None:
    """Register the function that looks up whom a case concerns, by the number of its row."""
    _find[:] = [find]


def concerned_by(dossier_id: int) -> Concerned:
    """Whom a case concerns; an empty answer if no lookup is registered."""
    return _find[0](dossier_id) if _find else Concerned()
