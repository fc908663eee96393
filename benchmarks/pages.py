"""What every page costs with a large canton's data: processor time, statements, and how much travels to the browser.

The demo canton is filled in, and 10'000 open cases are added to it, in which the people of the cast take part as the
staff of a large canton do: some hundred cases each, and a fifth of all cases for each regional coordinator. One for each set of roles logs
in and follows the links, to one page of each kind, and requests each several times. What is counted is the
time of the processors, in Python and in the database's server, which a busy machine lengthens far less than the time by
the clock. The table has one line for each address: the member of staff for whom it costs most.
"""

import argparse
import gzip
import logging
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from statistics import median
from typing import Any

import embedded_server

from canton import Database, Joined, say

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
_CASES = 10_000
_AFTER = 100_000  # above every number of the demo's own
_ADDRESSES = 1  # of one kind, for each member of staff
_ROUNDS = 3
_AIM_MILLISECONDS, _AIM_STATEMENTS, _AIM_FIRST_VISIT = 80, 20, 60_000
_LINK = re.compile(r'(?:href|hx-get|action)="(/[^"#]*)')
_ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


@dataclass(frozen=True)
class Cost:
    """Milliseconds of the processors, statements and compressed bytes of one page, and for whom."""

    name: str
    who: str
    milliseconds: float
    in_database: float
    statements: int
    weight: int


def main() -> None:
    """Print the table of all pages, and what a first visit loads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=_CASES)
    parser.add_argument("--keep", action="store_true", help="leave the database for the next run, which then uses it")
    parser.add_argument("--only", default="", help="names of addresses, separated by commas")
    options = parser.parse_args()
    embedded_server.start()
    from django.conf import settings

    # Styles and scripts lie where they are made: nothing is collected for a measurement.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    database = Database(options.cases, keep=options.keep, begin=_demo)
    logging.disable(logging.WARNING)  # a line for each request would hide the table
    try:
        with database.session(bound=True):
            costs, first_visit = _measure(set(filter(None, options.only.split(","))))
        _print_table(costs, first_visit, cases=options.cases)
    finally:
        database.clear_away()


def _demo() -> Joined:
    """The demo canton, and who of it takes part in the cases that are added."""
    from django.db import transaction

    from suone.demo.seed import fill_in
    from suone.ground.access.permissions import Role
    from suone.organisation.appointments.models import Appointment, ContactPerson

    say("filling in the demo canton")
    with transaction.atomic():
        fill_in()
    staff = Appointment.objects.filter(user__isnull=False)
    workers = staff.filter(held_roles__role__in=(Role.FRONT_LINE_WORKER, Role.CASE_MANAGER))
    coordinators = ContactPerson.objects.filter(institution__is_iiz_office=True, region__isnull=False)
    return Joined(
        after=_AFTER,
        home=dict(workers.values_list("pk", "institution_id"))
        | dict(coordinators.values_list("staff_id", "institution_id")),
        coordinators=dict(coordinators.values_list("region_id", "staff_id")),
    )


# ---- the measurement


def _measure(only: set[str]) -> tuple[list[Cost], int]:
    """The costliest visit of each address, and the compressed bytes of a first visit."""
    from django.utils.timezone import localdate

    from suone.organisation.appointments.models import Appointment

    dearest: dict[str, Cost] = {}
    first_visit = 0
    everybody = Appointment.objects.filter(user__isnull=False).select_related("user").order_by("pk")
    people = list({member.roles_on(localdate()): member for member in everybody}.values())
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    for staff in people:
        client = _browser_of(staff)
        pages = list(_pages_for(client, only))
        say(f"{staff.function or staff.pk}: {len(pages)} pages")
        for name, address in pages:
            cost = _cost_of(client, name, address, who=str(staff.function))
            if name not in dearest or cost.milliseconds > dearest[name].milliseconds:
                dearest[name] = cost
        if not first_visit:
            first_visit = _first_visit(client)
    return sorted(dearest.values(), key=lambda cost: -cost.milliseconds), first_visit


def _browser_of(staff: Any) -> Any:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(staff.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _pages_for(client: Any, only: set[str]) -> Iterator[tuple[str, str]]:
    """Names and addresses of the pages that links lead to, from the first on."""
    from django.urls import Resolver404, resolve

    waiting, seen, found = ["/"], {"/"}, dict[str, int]()
    while waiting:
        address = waiting.pop(0)
        try:
            name = resolve(address.partition("?")[0]).view_name
        except Resolver404:
            continue
        if not name or found.get(name, 0) >= _ADDRESSES or name.startswith(("account_", "mfa_", "usersessions")):
            continue
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        found[name] = found.get(name, 0) + 1
        if not only or name in only:
            yield name, address
        if "text/html" in answer.headers["Content-Type"] and not answer.streaming:
            for link in map(unescape, _LINK.findall(answer.content.decode())):
                if link not in seen and not link.startswith("/static/"):
                    seen.add(link)
                    waiting.append(link)


def _cost_of(client: Any, name: str, address: str, *, who: str) -> Cost:
    from django.db import connection

    asked = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*arguments)

    times, in_database = [], []
    for _ in range(_ROUNDS):
        server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
        asked = 0
        with connection.execute_wrapper(count):
            python, rows = time.process_time_ns(), int(server.read_text().split()[0])
            body = client.get(address).getvalue()
            python, rows = time.process_time_ns() - python, int(server.read_text().split()[0]) - rows
        times.append((python + rows) / 1e6)
        in_database.append(rows / 1e6)
    return Cost(name, who, median(times), median(in_database), asked, len(gzip.compress(body)))


def _first_visit(client: Any) -> int:
    """The home page with styles, scripts and pictures, compressed."""
    from django.contrib.staticfiles import finders

    body = client.get("/").content
    weight = len(gzip.compress(body))
    for asset in set(_ASSET.findall(body.decode())):
        path = finders.find(asset.removeprefix("/static/").partition("?")[0])
        weight += len(gzip.compress(Path(path).read_bytes())) if path else 0
    return weight


def _print_table(costs: list[Cost], first_visit: int, *, cases: int) -> None:
    print(f"\n{cases:,} open cases; medians of {_ROUNDS} visits; ms of the processors, of which in the database\n")
    print("| page | ms | in the database | statements | compressed kB | for |")
    print("|---|--:|--:|--:|--:|---|")
    for cost in costs:
        print(
            f"| {cost.name} | {cost.milliseconds:.0f} | {cost.in_database:.0f} | {cost.statements} "
            f"| {cost.weight / 1000:.1f} | {cost.who} |"
        )
    slow = sum(cost.milliseconds > _AIM_MILLISECONDS for cost in costs)
    many = sum(cost.statements > _AIM_STATEMENTS for cost in costs)
    print(f"\n{len(costs)} pages: {slow} over {_AIM_MILLISECONDS} ms, {many} over {_AIM_STATEMENTS} statements.")
    print(f"First visit: {first_visit / 1000:.1f} kB compressed (aim: {_AIM_FIRST_VISIT / 1000:.0f}).")


if __name__ == "__main__":
    main()
