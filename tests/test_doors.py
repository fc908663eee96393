"""Which door asks for which permission: written down apart, so that a loosened one does not pass unseen.

``SUONE_WRITE_DOORS=1 .venv/bin/pytest tests/test_doors.py`` writes the list anew; read the difference before you commit it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils import timezone

from suone.ground.access import acting as acting_module
from suone.ground.access.acting import Acting, Kind
from suone.ground.access.permissions import Permission, Role

LIST = Path(__file__).with_name("doors.txt")


def doors() -> dict[str, Any]:
    """Every view behind a door that asks for a permission, by its dotted name."""

    def walk(entries: list[Any]) -> Iterator[Any]:
        for entry in entries:
            yield from walk(getattr(entry, "url_patterns", []))
            yield getattr(entry, "callback", None)

    return {
        f"{door.__module__.removeprefix('suone.')}.{door.__name__}": door
        for door in walk(get_resolver().url_patterns)
        if getattr(door, "permission", None) is not None
    }


def test_each_door_asks_for_the_permission_that_is_written_down() -> None:
    found = "".join(f"{name} {door.permission.value}\n" for name, door in sorted(doors().items()))
    if os.environ.get("SUONE_WRITE_DOORS"):
        LIST.write_text(found)

    assert found.splitlines() == LIST.read_text().splitlines()


@pytest.mark.django_db
def test_whoever_may_everything_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The permission on the list is the one that is asked: all others together do not open the door."""
    opened = []

    for name, door in doors().items():
        others = frozenset(Permission) - {door.permission}
        monkeypatch.setattr(acting_module, "permissions_of", lambda roles, others=others: others)
        request = RequestFactory().get("/")
        request.user = None  # type: ignore[assignment]
        request.acting = Acting(  # type: ignore[attr-defined]
            kind=Kind.STAFF, today=timezone.localdate(), institution_id=1, staff_id=1, roles=frozenset({Role.TANDEM})
        )
        try:
            door(request)
        except PermissionDenied:
            continue
        except Exception as error:
            opened.append(f"{name}: {error!r}")
        else:
            opened.append(name)

    assert opened == []
