"""Whole entries of the log, for tests that compare them: any part that goes missing fails the comparison."""

from collections.abc import Sequence
from typing import Any, Protocol

from suone.ground.audit.models import Entry


class CaseFile(Protocol):
    @property
    def pk(self) -> Any: ...

    person_id: Any


def logged(
    kind: str,
    *,
    case: CaseFile | None = None,
    about: tuple[str, int] = ("", 0),
    to: Sequence[int] = (),
    basis: str = "",
    purpose: str = "",
    details: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The content of an entry, as `log_of` returns it."""
    return {
        "kind": kind,
        "case": case and case.pk,
        "person": case and case.person_id,
        "about": about,
        "to": sorted(to),
        "basis": basis,
        "purpose": purpose,
        "details": details or {},
    }


def log_of(act: str) -> list[dict[str, Any]]:
    """The entries of this act, in the order in which they were written."""
    return [
        {
            "kind": str(entry.kind),
            "case": entry.dossier_id,
            "person": entry.person_id,
            "about": (entry.object_type, entry.object_id or 0),
            "to": sorted(entry.recipients),
            "basis": entry.legal_basis,
            "purpose": entry.purpose,
            "details": entry.details,
        }
        for entry in Entry.objects.filter(act=act).order_by("id")
    ]
