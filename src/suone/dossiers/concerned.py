"""Whom a case concerns: its region and who follows it. The cases say it, which stand above this floor."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Concerned:
    """Where a case is, and who follows it."""

    region_id: int | None = None
    staff_ids: tuple[int, ...] = ()


_find: list[Callable[[int], Concerned]] = []


def register(find: Callable[[int], Concerned]) -> None:
    """Say how region and followers of a case are found by its number."""
    _find[:] = [find]


def concerned_by(dossier_id: int) -> Concerned:
    """Region and followers of a case; neither where nothing has been registered."""
    return _find[0](dossier_id) if _find else Concerned()
