"""Which view requires which permission: listed separately, so that a loosened one does not go unnoticed.

``SUONE_WRITE_PERMISSIONS=1 .venv/bin/pytest tests/test_required_permissions.py`` rewrites the list; read the diff before committing it.
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

LIST = Path(__file__).with_name("required_permissions.txt")


def guarded_views() -> dict[str, Any]:
    """Every view whose decorator requires a permission, by its dotted name."""

    def walk(entries: list[Any]) -> Iterator[Any]:
        for entry in entries:
            yield from walk(getattr(entry, "url_patterns", []))
            yield getattr(entry, "callback", None)

    return {
        f"{view.__module__.removeprefix('suone.')}.{view.__name__}": view
        for view in walk(get_resolver().url_patterns)
        if getattr(view, "permission", None) is not None
    }


def test_each_view_requires_the_permission_on_the_list() -> None:
    found = "".join(f"{name} {view.permission.value}\n" for name, view in sorted(guarded_views().items()))
    if os.environ.get("SUONE_WRITE_PERMISSIONS"):
        LIST.write_text(found)

    assert found.splitlines() == LIST.read_text().splitlines(), (
        "If that is meant, SUONE_WRITE_PERMISSIONS=1 .venv/bin/pytest tests/test_required_permissions.py rewrites the list."
    )


@pytest.mark.django_db
def test_all_other_permissions_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The permission on the list is the one that is checked: having all the others does not open the view."""
    opened = []

    for name, view in guarded_views().items():
        others = frozenset(Permission) - {view.permission}
        monkeypatch.setattr(acting_module, "permissions_of", lambda roles, others=others: others)
        request = RequestFactory().get("/")
        request.user = None  # type: ignore[assignment]
        request.acting = Acting(  # type: ignore[attr-defined]
            kind=Kind.STAFF, today=timezone.localdate(), institution_id=1, staff_id=1, roles=frozenset({Role.TANDEM})
        )
        try:
            view(request)
        except PermissionDenied:
            continue
        except Exception as error:
            opened.append(f"{name}: {error!r}")
        else:
            opened.append(name)

    assert opened == []
