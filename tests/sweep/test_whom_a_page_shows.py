"""The log names those of whom an answer contains something, no more and no fewer: canaries in the body against the row.

Those who may open cases walk over every address; each request is rolled back once it is compared.
"""

import re
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation

from suone.ground.access.models import User
from suone.ground.audit.models import Entry
from tests.sweep import world as worlds
from tests.sweep.addresses import FOREIGN, LINKED, MACHINES, PLAIN, Address, swept_addresses
from tests.sweep.client import Knocking
from tests.sweep.world import World

_FORMS = re.compile(r"<form([^>]*)>(.*?)</form>", re.DOTALL)
_CANARY = re.compile(r"canary-([a-z]+)-(\d+)|CNY-(\d+)")
# Whoever leads most cases, a worker, an adviser, a physician, and the office that clears doubts.
VISITORS = ("stefan.imsand", "rahel.kalbermatten", "andrea.truffer", "helena.wyssen", "romaine.bonvin-praz")
# Canaries of rows that stand in no case: the log names them by kind.
_OTHERS = {"advice": "advice", "notice": "youth", "alert": "alert", "reference": "alert"}


def _is_refusal(page: str) -> bool:
    """Whether the page is a sentence that says what is not possible, and nothing about anybody."""
    for language in ("de", "fr"):
        with translation.override(language):
            if f"<h1>{translation.gettext('This is not possible now')}</h1>" in page:
                return True
    return False


class Canaries:
    """Which case or person each canary is about."""

    def __init__(self) -> None:
        self.case: dict[tuple[str, int], int] = {}
        self.person_of: dict[int, int] = {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, person_id FROM dossiers_dossier")
            self.person_of = dict(cursor.fetchall())
            for table in worlds.canary_tables():
                key = worlds.key_of(table)
                cursor.execute(
                    "SELECT 1 FROM information_schema.columns WHERE table_name = %s AND column_name = 'dossier_id'",
                    [table],
                )
                if cursor.fetchone():
                    cursor.execute(f"SELECT {key}, dossier_id FROM {table} WHERE dossier_id IS NOT NULL")
                    self.case |= {(worlds.word_of(table), row): case for row, case in cursor.fetchall()}

    def found_in(self, text: str) -> tuple[set[int], set[int], dict[str, set[int]]]:
        """The cases, persons and other rows whose canaries are in this text."""
        cases: set[int] = set()
        persons: set[int] = set()
        others: dict[str, set[int]] = {}
        for word, row, number in _CANARY.findall(text):
            if number:
                cases.add(int(number))
            elif word == "section":
                cases.add(int(row))
            elif word == "person":
                persons.add(int(row))
            elif (word, int(row)) in self.case:
                cases.add(self.case[word, int(row)])
            elif word in _OTHERS:
                others.setdefault(_OTHERS[word], set()).add(int(row))
        return cases, persons | {self.person_of[case] for case in cases}, others


def _unmarked_forms(page: str) -> Iterator[str]:
    """Where forms lead that carry no mark of their actor, but for those about language, log-out and the appointment itself."""
    free = [reverse(name) for name in ("set_language", "account_logout", "switch_acting")]
    for head, inside in _FORMS.findall(page):
        action = next(iter(re.findall(r'action="([^"]*)"', head)), "")
        if 'method="post"' in head and 'name="opened_as" value="' not in inside and action not in free:
            yield action


def different(client: Knocking, address: Address, objects: dict[str, int | str], canaries: Canaries) -> Iterator[str]:
    """How the log differs from what the answers at this address show."""
    for method in ("get", "post"):
        with transaction.atomic():
            last = Entry.objects.order_by("-id").values_list("pk", flat=True).first() or 0
            url = reverse(address.name, kwargs={name: objects[name] for name in address.parameters})
            typed = {"words": f"CNY-{objects['dossier_id']}"}
            response = client.get(url) if method == "get" else client.send(url, typed)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            rows = list(Entry.objects.filter(pk__gt=last, kind__in=("read", "print", "export")))
            transaction.set_rollback(True)
        if response.status_code in (301, 302, 403, 404, 405):
            continue
        text = body.decode(errors="replace")
        for action in _unmarked_forms(text):
            yield f"{method} {url}: a form to {action or url} does not say under which appointment it was opened"
        if "dossier_id" in address.parameters and response.status_code != 204 and not _is_refusal(text):
            text += f"CNY-{objects['dossier_id']}"  # a page below the address of a case is of this case
        cases, persons, others = canaries.found_in(text)
        named = {case for row in rows for case in row.dossiers_shown}
        known = {person for row in rows for person in row.persons_shown}
        rest = {kind: set(ids) for row in rows for kind, ids in row.details.get("shown", {}).items()}
        what = f"{method} {url} ({response.status_code})"
        if cases != named:
            yield f"{what}: shows cases {sorted(cases)}, the log names {sorted(named)}"
        if persons != known:
            yield f"{what}: shows persons {sorted(persons)}, the log names {sorted(known)}"
        if others != {kind: ids for kind, ids in rest.items() if kind in others}:
            yield f"{what}: shows {others}, the log names {rest}"


def test_the_log_names_exactly_those_of_whom_an_answer_shows_something(world: World) -> None:
    canaries = Canaries()
    addresses = [a for a in swept_addresses() if a.name in PLAIN | FOREIGN and a.name not in LINKED | MACHINES]

    differences = []
    for visitor in VISITORS:
        user = User.objects.get(email=f"{visitor}@example.org")
        client = Knocking(user, raise_request_exception=True)
        for place, address in enumerate(addresses):
            # The first one opens everything, the others what lists or searches.
            if visitor == VISITORS[0] or address.name in PLAIN:
                objects = world.objects[place % len(world.objects)]
                differences += [f"{visitor}: {found}" for found in different(client, address, objects, canaries)]

    assert not differences, "\n".join(differences)


def test_a_row_that_names_nobody_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suone.ground.audit.shown._keep", lambda row, shows: None)
    client = Knocking(User.objects.get(email=f"{VISITORS[0]}@example.org"), raise_request_exception=True)
    cases = [address for address in swept_addresses() if address.name == "cases"]

    found = list(different(client, cases[0], world.objects[0], Canaries()))

    assert any("the log names []" in one for one in found)
