"""Every address with the numbers of things of other kinds, one's own and foreign ones: never an error, never a leak.

The usual run gives each parameter three numbers of other kinds, turning from address to address; ``SUONE_SWEEP=full`` all.
"""

import os
from collections.abc import Iterator

from django.db import transaction
from django.urls import reverse

from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import give
from suone.organisation.institutions.models import Institution
from tests.sweep import world as worlds
from tests.sweep.addresses import LINKED, MACHINES, Address, swept_addresses
from tests.sweep.client import Knocking
from tests.sweep.world import World

_FULL = os.environ.get("SUONE_SWEEP") == "full"
# Two that a number can open: requests of both kinds are in one table.
_TWINS = ("decision_id", "handover_decision_id")


def swapped(address: Address, objects: dict[str, int | str], turn: int) -> Iterator[dict[str, int | str]]:
    """The address's arguments, one of them in turn the number of a thing of another kind."""
    numbers = [name for name in address.parameters if isinstance(objects[name], int)]
    kinds = [name for name, value in objects.items() if isinstance(value, int)]
    for name in numbers:
        others = [kind for kind in kinds if kind != name and objects[kind] != objects[name]]
        chosen = others if _FULL else [others[(turn + step * 13) % len(others)] for step in range(3)]
        chosen += [twin for twin in _TWINS if name in _TWINS and twin not in chosen]
        for kind in chosen:
            yield {given: objects[given] for given in address.parameters} | {name: objects[kind]}
    if numbers:
        yield {given: 2**63 if given in numbers else objects[given] for given in address.parameters}


def _asked_of_requests() -> User:
    """Somebody of the institution that the world's requests are addressed to."""
    user = User.objects.create_user(email="asked@example.org", password=None)
    staff = Appointment.objects.create(
        user=user, institution=Institution.objects.get(code="BSL"), first_name="A", last_name="Asked"
    )
    give(staff, Role.FRONT_LINE_WORKER)
    return user


def _visit(client: Knocking, address: Address, objects: dict[str, int | str], turn: int) -> Iterator[str]:
    typed = worlds.payload(objects)
    for arguments in swapped(address, objects, turn):
        for method in ("get", "post"):
            url = reverse(address.name, kwargs=arguments)
            with transaction.atomic():
                response = client.get(url) if method == "get" else client.send(url, typed)
                transaction.set_rollback(True)
            if response.status_code >= 500:
                yield f"{method} {url}: server error {response.status_code}"


def test_a_number_of_another_kind_is_never_an_error(world: World) -> None:
    addresses = [a for a in swept_addresses() if a.name not in LINKED | MACHINES and a.parameters]
    client = Knocking(User.objects.get(email="stefan.imsand@example.org"))

    errors = []
    for turn, address in enumerate(addresses):
        errors += _visit(client, address, world.objects[turn % len(world.objects)], turn)

    assert errors == []


_ONE_KIND_EACH = (
    ("answer_participation", "decision_id", True),
    ("answer_participation", "handover_decision_id", False),
    ("answer_handover", "handover_decision_id", True),
    ("answer_handover", "decision_id", False),
)


def test_a_request_opens_at_the_address_of_its_own_kind_alone(world: World) -> None:
    client = Knocking(_asked_of_requests())

    for address, kind, opens in _ONE_KIND_EACH:
        url = reverse(address, kwargs={"decision_id": world.objects[0][kind]})
        statuses = client.get(url).status_code, client.send(url, {"answer": "perhaps"}).status_code
        assert statuses == ((200, 422) if opens else (404, 404)), f"{address} with {kind}"
