"""Whom a case concerns: its region, and who has to do with it. The cases say it, which stand above this floor."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Concerned:
    """Where a case is, who follows, leads and notified it, and which institutions take part in it."""

    region_id: int | None = None
    staff_ids: tuple[int, ...] = ()
    lead_id: int | None = None
    notifier_id: int | None = None
    institution_ids: frozenset[int] = frozenset()


_find: list[Callable[[int], Concerned]] = []


def register(find: Callable[[int], Concerned]) -> None:
    """Say how region and followers of a case are found by its number."""
    _find[:] = [find]


def concerned_by(dossier_id: int) -> Concerned:
    """Region and followers of a case; neither where nothing has been registered."""
    return _find[0](dossier_id) if _find else Concerned()
