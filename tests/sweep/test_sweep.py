"""No object of a foreign institution appears: every address × role × foreign object × method.

The usual run takes a pairwise selection: each pair of address, role, one of 17 objects, and method meets at least once.
``SUONE_SWEEP=full`` (``make sweep``) tries all of them. Each sweep runs with both locks, and with the policies alone.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import clear_url_caches, include, path, reverse

from suone.ground.access.acting import Acting
from suone.records.dossiers.models import CaseBoundQuerySet
from tests.sweep import world as worlds
from tests.sweep.addresses import FOREIGN, OPEN_TO_ROLES, Address, all_addresses, canary_for, swept_addresses
from tests.sweep.client import Knocking
from tests.sweep.world import World

_THINGS = 17  # foreign objects of the usual run
METHODS = ("get", "post", "put", "patch", "delete")
_FULL = os.environ.get("SUONE_SWEEP") == "full"
# A stranger is sent to the log-in, may not, does not find, or uses a method that is none.
_REFUSED = {302, 403, 404, 405}


@dataclass(frozen=True)
class Try:
    """One request of the sweep, by the places of its parts in their lists."""

    address: int
    visitor: int
    thing: int
    method: int


def pairwise(addresses: int, visitors: int, things: int) -> list[Try]:
    """Every address meets every object; roles and methods turn with them, so that every pair meets."""
    tries = []
    for address, thing in product(range(addresses), range(max(things, visitors, len(METHODS)))):
        turn = address + thing
        tries.append(Try(address, turn % visitors, thing % things, (thing + address // visitors) % len(METHODS)))
    return tries


def whole(addresses: int, visitors: int, things: int) -> list[Try]:
    return [Try(*places) for places in product(range(addresses), range(visitors), range(things), range(len(METHODS)))]


def sweep(world: World, addresses: list[Address], *, alone: bool = False) -> Iterator[str]:
    """Knock everywhere, and report every leak, every server error, and every foreign object that could be opened."""
    names = list(world.visitors)
    payloads = [worlds.payload(objects) for objects in world.objects]
    tries = (
        whole(len(addresses), len(names), len(world.objects))
        if _FULL
        else pairwise(len(addresses), len(names), _THINGS)
    )
    for visitor in sorted({one.visitor for one in tries}):
        client = Knocking(world.visitors[names[visitor]], key=world.keys.get(names[visitor], ""))
        for one in (one for one in tries if one.visitor == visitor):
            address, method, objects = addresses[one.address], METHODS[one.method], world.objects[one.thing]
            if names[visitor] in OPEN_TO_ROLES.get(address.name, ()):
                continue
            url = reverse(address.name, kwargs={name: objects[name] for name in address.parameters})
            if method == "post":
                response = client.send(url, payloads[one.thing])
            else:
                response = getattr(client, method)(url, worlds.question(objects) if method == "get" else None)
            canary = canary_for(names[visitor], address)
            what = f"{names[visitor]} {method} {url}"
            yield from _notified(what, address, response, canary=canary, alone=alone)


def _notified(what: str, address: Address, response: HttpResponse, *, canary: str, alone: bool) -> Iterator[str]:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = body.decode(errors="replace") + str(response.headers)
    leaked = re.search(canary, text)
    if leaked:
        yield f"{what}: {leaked.group()} leaked"
    if response.status_code >= 500:
        yield f"{what}: server error {response.status_code}"
    # With the application's own checks off an act may end at a page that says what the database refused.
    if address.name in FOREIGN and response.status_code not in (_REFUSED | {409, 422} if alone else _REFUSED):
        yield f"{what}: answered {response.status_code}"


def unlisted() -> list[str]:
    return [address.pattern for address in all_addresses() if not address.is_listed()]


@pytest.fixture
def policies_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's own checks are off: every permission is given, and every filter lets everything through."""
    monkeypatch.setattr(Acting, "may", lambda self, permission: True)
    monkeypatch.setattr(CaseBoundQuerySet, "readable_by", lambda self, acting, **others: self.all())


def test_every_address_is_listed() -> None:
    assert unlisted() == [], "Name the address in one of the lists of addresses.py."


def test_the_selection_is_pairwise() -> None:
    sizes = (len(swept_addresses()), 13, _THINGS, len(METHODS))

    tries = pairwise(*sizes[:3])

    parts = [(one.address, one.visitor, one.thing, one.method) for one in tries]
    for left, right in combinations(range(4), 2):
        met = {(part[left], part[right]) for part in parts}
        assert len(met) == sizes[left] * sizes[right], f"parts {left} and {right}"


def test_nothing_foreign_appears_and_nothing_foreign_changes(world: World) -> None:
    assert len(world.objects) >= _THINGS
    before = worlds.fingerprint()

    leaks = list(sweep(world, swept_addresses()))

    assert leaks == []
    assert worlds.fingerprint(before) == before


def test_the_policies_alone_keep_everything_closed(world: World, policies_alone: None) -> None:
    leaks = list(sweep(world, swept_addresses(), alone=True))

    assert leaks == []


def test_a_hole_in_a_policy_is_found(world: World, policies_alone: None) -> None:
    with connection.cursor() as cursor:
        for table in ("dossiers_dossier", "dossiers_particulars", "cases_case"):
            cursor.execute(f"ALTER POLICY {table}_select ON {table} USING (true)")
    case = [address for address in swept_addresses() if address.name == "case_access"]

    leaks = list(sweep(world, case, alone=True))

    assert any("leaked" in leak for leak in leaks)


class _LeakyAddresses:
    """The product's addresses, and one whose view lacks its decorator."""

    @staticmethod
    def leak(request: HttpRequest, dossier_id: int) -> HttpResponse:
        from suone.records.dossiers.models import Dossier

        return HttpResponse(str(Dossier.objects.get(pk=dossier_id).particulars))

    urlpatterns = (
        path("", include("suone.config.urls")),
        path("leak/<int:dossier_id>", leak, name="leak"),
    )


def test_a_view_without_a_decorator_is_found(world: World, settings: Any) -> None:
    settings.ROOT_URLCONF = _LeakyAddresses
    clear_url_caches()
    leak = [address for address in swept_addresses() if address.name == "leak"]

    assert unlisted() == ["leak/<int:dossier_id>"]
    assert any("canary-particulars" in found for found in sweep(world, leak))
