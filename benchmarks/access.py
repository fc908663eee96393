"""What row policies cost: the pages of a case worker with them and without, at a tenth of the cases and at all.

Each size has a database of its own on the embedded server. The same functions of the product run in turn as the app's
role, bound by the policies, and as the owner, whom no policy binds; there the application's own filters leave the same
rows, and the benchmark refuses to go on where they do not.
"""

import argparse
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
_INSTITUTIONS = 60
_CASES_PER_STAFF = 50
_PERSONS_PER_CASE = 10
_EVENTS_PER_CASE = 7
_NOTES_PER_CASE = 3
_IN_NOBODYS_HANDS = 20  # open work items of each institution that nobody has taken yet
_ROUNDS = 60
_TODAY = date(2026, 6, 1)
_AT, _FOR_EVER = "2026-01-01T00:00:00Z", "9999-12-31T00:00:00Z"
_REST_OF_PERSON = ("", "Sion", "", "", "", "", "", 1)
_PENDING = ("", _TODAY, _TODAY, "pending", "")
_LAST = (
    "Meier",
    "Müller",
    "Rochat",
    "Favre",
    "Bianchi",
    "Keller",
    "Zbinden",
    "Dubois",
    "Huber",
    "Perren",
    "Lehmann",
    "Aebi",
    "Schmid",
    "Girard",
    "Costa",
)
_FIRST = (
    "Anna",
    "Luca",
    "Sophie",
    "Noah",
    "Elena",
    "Marc",
    "Nadia",
    "Jonas",
    "Chiara",
    "Beat",
    "Fatima",
    "Goran",
    "Ines",
    "Paul",
    "Rosa",
    "Ivo",
    "Lea",
    "Urs",
)
# Search by name as the application alone would filter it: what persons_search() asks inside the policies.
_SEARCH = """
SELECT p.id FROM persons_person p WHERE p.sort_name LIKE %s AND p.merged_into_id IS NULL AND (
    EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.person_id = p.id AND g.institution_id = %s
            AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
            AND (g.categories & 1) <> 0)
    OR EXISTS (SELECT 1 FROM dossiers_grant g WHERE g.person_id = p.id AND g.staff_id = %s
               AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()
               AND (g.categories & 1) <> 0))
ORDER BY p.sort_name, p.id LIMIT 50
"""


@dataclass(frozen=True)
class Worker:
    """A case worker to measure for: staff member, institution and the cases they follow."""

    label: str
    staff_id: int
    institution_id: int
    cases: list[int]


@dataclass(frozen=True)
class Figure:
    """Median milliseconds with policies and without, and how many queries a page takes."""

    policed: float
    plain: float
    queries: int

    @property
    def ratio(self) -> float:
        return self.policed / self.plain


def main() -> None:
    """Print a table of median times, ratios and growth."""
    import django

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="cases of the larger database")
    parser.add_argument("--explain", action="store_true", help="print the plans of the larger database")
    options = parser.parse_args()
    django.setup()
    from django.conf import settings
    from django.db import connection

    from suone.config import embedded, prepare

    embedded.start(settings.VAR)
    prepare.prepare_embedded(settings.VAR)
    owner = settings.DATABASES["owner"]
    connection.settings_dict.update(
        {part: owner[part] for part in ("HOST", "PORT", "USER", "PASSWORD") if part in owner}
    )
    figures = {}
    for cases in (options.cases // 10, options.cases):
        connection.settings_dict["TEST"]["NAME"] = f"bench_access_{os.getpid()}_{cases}"
        _say(f"{cases:,} cases: migrating")
        usual = str(settings.DATABASES["default"]["NAME"])
        connection.creation.create_test_db(verbosity=0, serialize=False)
        try:
            workers = _seed(cases)
            for worker in workers:
                _say(f"measuring for a {worker.label} institution: {len(worker.cases)} dossiers")
                figures[cases, worker.label] = _measure(worker)
            if options.explain and cases == options.cases:
                _explain(workers[0])
        finally:
            connection.creation.destroy_test_db(usual, verbosity=0)
    _print_table(figures, sizes=(options.cases // 10, options.cases))


# ---- the data


def _seed(cases: int) -> list[Worker]:
    """Fill the database by COPY, the same for every run, and name the workers to measure for."""
    chance = random.Random(20260601)
    staff_of = _staff(cases, chance)
    staff = sum(len(members) for members in staff_of.values())
    home = {member: institution for institution, members in staff_of.items() for member in members}
    members, weights = list(home), [chance.uniform(0.4, 1.6) for _ in home]
    tables = [chance.choices(members, weights, k=3) for _ in range(cases)]
    # One participation for each institution; whoever stands first leads.
    tables = [list({home[member]: member for member in reversed(table)}.values())[::-1] for table in tables]
    followed: dict[int, list[int]] = defaultdict(list)
    for case, table in enumerate(tables, 1):
        for member in table:
            followed[member].append(case)

    _copy("institutions_region", "id code name_de name_fr name_it name_en position", [(1, "r", "R", "R", "", "", 0)])
    _copy(
        "institutions_institution",
        "id code name_de name_fr name_it name_en short_name_fr circle parent_service is_iiz_office",
        ((i, f"I{i}", f"I{i}", f"I{i}", "", "", "", "first", "", i == 1) for i in staff_of),
    )
    _copy(
        "institutions_staff",
        "id institution_id first_name last_name function phone email roles",
        ((s, home[s], chance.choice(_FIRST), chance.choice(_LAST), "", "", "", "{case_manager}") for s in home),
    )
    persons = cases * _PERSONS_PER_CASE
    _copy(
        "persons_person",
        "id ahv_number ahv_missing_reason last_name first_name date_of_birth sex language interpreter_language commune"
        " address phone email permit status version",
        (
            (p, _ahv(p), "", _last_name(chance), chance.choice(_FIRST), "1980-01-01", "f", "de", *_REST_OF_PERSON)
            for p in range(1, persons + 1)
        ),
    )
    _copy(
        "dossiers_dossier",
        "id number person_id opened_at version",
        ((c, f"26-{c}", c * _PERSONS_PER_CASE, _AT, 1) for c in range(1, cases + 1)),
    )
    # As notify_case and sign_consent open them: all but health to the notifying institution, which leads; a narrower
    # choice of categories to those who read because of a consent.
    _copy(
        "dossiers_grant",
        "dossier_id person_id institution_id categories power valid_from valid_until because because_id legal_basis"
        " opened_at",
        (
            (c, c * _PERSONS_PER_CASE, home[member], 2047 & ~16 if first else 1 | 2 | 4 | 512 | 1024)
            + (3 if first else 2, _AT, _FOR_EVER if first else "2027-06-01T00:00:00Z")
            + (("notification", c, "own-notification") if first else ("consent", c, "iiz-consent"))
            + (_AT,)
            for c, table in enumerate(tables, 1)
            for member in table
            for first in (member == table[0],)
        ),
    )
    _copy(
        "cases_case",
        "dossier_id state state_since state_reason level region_id question risk_factors notified_at notifier_id"
        " notified_by_id outcome closing_reason version",
        (
            (c, "active", "2026-01-01", "", "network", 1, "", "{}", _AT, home[table[0]], table[0], "", "", 1)
            for c, table in enumerate(tables, 1)
        ),
    )
    _copy(
        "cases_participant",
        "dossier_id institution_id staff_id state since",
        ((c, home[m], m, "taking_part", "2026-01-01") for c, table in enumerate(tables, 1) for m in table),
    )
    _copy(
        "cases_assignment",
        "dossier_id function staff_id valid_from",
        ((c, "lead", table[0], _AT) for c, table in enumerate(tables, 1)),
    )
    _copy_timeline(tables, home, chance)
    _copy_what_waits(tables, home, chance)
    _say("counting for the planner")
    _run("VACUUM ANALYZE")
    _say(f"{persons:,} persons, {sum(map(len, tables)):,} participations, {staff} staff")
    by_size = sorted(staff_of, key=lambda institution: len(staff_of[institution]))
    chosen = []
    for label, institution in (("middle", by_size[len(by_size) // 2]), ("largest", by_size[-1])):
        best = min(staff_of[institution], key=lambda member: abs(len(followed[member]) - 100))
        chosen.append(Worker(label, best, institution, followed[best]))
    return chosen


def _staff(cases: int, chance: random.Random) -> dict[int, list[int]]:
    """Staff by institution: every institution has three, the rest go where many are already."""
    size = [3] * _INSTITUTIONS
    for _ in range(max(0, cases // _CASES_PER_STAFF - 3 * _INSTITUTIONS)):
        size[chance.choices(range(_INSTITUTIONS), [1 / (rank + 1) for rank in range(_INSTITUTIONS)])[0]] += 1
    numbers = iter(range(1, sum(size) + 1))
    return {institution: [next(numbers) for _ in range(many)] for institution, many in enumerate(size, 1)}


def _copy_timeline(tables: Sequence[list[int]], home: dict[int, int], chance: random.Random) -> None:
    notes = (
        (c * _NOTES_PER_CASE + n, c, (1, 10, 3)[n], "note", "A note. " * 20, "de", _AT, table[0], home[table[0]], 1, "")
        for c, table in enumerate(tables, 1)
        for n in range(_NOTES_PER_CASE)
    )
    columns = "id dossier_id category kind text language at staff_id institution_id version redaction_reason"
    _copy("cases_note", columns, notes)
    events = (
        (c, _AT, "case.note", (1, 10, 3)[n % 3], member, home[member])
        + (("note", c * _NOTES_PER_CASE + n) if n < _NOTES_PER_CASE else ("", None))
        + ("", "")
        for c, table in enumerate(tables, 1)
        for n in range(_EVENTS_PER_CASE)
        for member in (chance.choice(table),)
    )
    columns = "dossier_id at act category staff_id institution_id object_type object_id text text_language"
    _copy("dossiers_event", columns, events)


def _copy_what_waits(tables: Sequence[list[int]], home: dict[int, int], chance: random.Random) -> None:
    """Work items, half of them done, and requests that wait for an answer."""
    left = dict.fromkeys(home.values(), _IN_NOBODYS_HANDS)

    def items() -> Iterator[tuple[Any, ...]]:
        for case, table in enumerate(tables, 1):
            lead = table[0]
            for member in table:
                is_open = chance.random() < 0.5
                untaken = is_open and left[home[member]] > 0
                left[home[member]] -= untaken
                yield (
                    *(case, 10, "Call back", "de", "", _TODAY + timedelta(days=chance.randint(-30, 60)), home[member]),
                    *(home[lead], None if untaken else member, lead, _AT, "open" if is_open else "done"),
                    *(None if is_open else _AT, "", 1),
                )

    columns = (
        "dossier_id category title language details due_on addressed_id controlling_id assigned_id asked_by_id asked_at"
        " state done_at about_type version"
    )
    _copy("workitems_workitem", columns, items())
    _copy(
        "decisions_decision",
        "dossier_id case_number kind asked_institution_id asked_by_id asked_at addressed_id addressed_staff_id question"
        " due_on remind_on state reason",
        (
            (c, f"26-{c}", "participation", home[table[0]], table[0], _AT, home[table[1]], table[1], *_PENDING)
            for c, table in enumerate(tables, 1)
            if c % 20 == 0 and len(table) > 1
        ),
    )


def _last_name(chance: random.Random) -> str:
    """Some names are common, most are rare."""
    return chance.choice(_LAST) if chance.random() < 0.3 else "".join(chance.choices("abdeiklmnorstu", k=7)).title()


def _ahv(number: int) -> str:
    digits = f"756{number:09d}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"


def _copy(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    from django.db import connection

    began, written = time.perf_counter(), 0
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns.split())}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            written += 1
    _say(f"{table}: {written:,} rows in {time.perf_counter() - began:.0f} s")


# ---- the measurement


def _measure(worker: Worker) -> dict[str, Figure]:
    """Each page in turn with policies and without, in changing order."""
    from suone.access.acting import Acting, Kind
    from suone.access.permissions import Role

    acting = Acting(
        kind=Kind.STAFF,
        today=_TODAY,
        institution_id=worker.institution_id,
        staff_id=worker.staff_id,
        roles=frozenset({Role.CASE_MANAGER}),
    )
    figures = {}
    for name, (policed, plain) in _pages(acting, worker).items():
        times: dict[bool, list[float]] = {True: [], False: []}
        queries = 0
        for turn in range(-5, _ROUNDS):
            answers = {}
            for bound in (turn % 2 == 0, turn % 2 != 0):
                with _acting(acting, bound=bound):
                    taken, asked, answers[bound] = _timed(policed if bound else plain, turn)
                if turn >= 0:  # before that the caches warm up
                    times[bound].append(taken)
                queries = asked if bound else queries
            assert answers[True] == answers[False], f"{name}: other rows with policies than without"
            assert answers[True], f"{name}: nothing found"
        figures[name] = Figure(median(times[True]) * 1000, median(times[False]) * 1000, queries)
    return figures


def _pages(acting: Any, worker: Worker) -> dict[str, tuple[Callable[[int], Any], Callable[[int], Any]]]:
    """Each page with policies, and the same without; the turn chooses which case or person is looked up."""
    from django.db import connection

    from suone.persons.models import Person
    from suone.persons.queries import search_persons
    from suone.worklist.queries import entries_for, waiting_for

    names = dict(Person.objects.filter(dossiers__in=worker.cases).values_list("dossiers__pk", "last_name"))
    numbers = dict(Person.objects.filter(dossiers__in=worker.cases).values_list("dossiers__pk", "ahv_number"))
    rare = [name for name in names.values() if name not in _LAST]
    common = [name for name in names.values() if name in _LAST]

    def by_name(name: str) -> list[Person]:
        with connection.cursor() as cursor:
            cursor.execute(_SEARCH, [f"%{_plain(name)}%", acting.institution_id, acting.staff_id])
            ids = [row[0] for row in cursor.fetchall()]
        found = {person.pk: person for person in Person.objects.filter(pk__in=ids)}
        return [found[pk] for pk in ids]

    def case_page(turn: int) -> Any:
        return _case_page(acting, worker.cases[turn % len(worker.cases)])

    def worklist(turn: int) -> Any:
        return entries_for(acting), waiting_for(acting)

    def number(turn: int) -> str:
        return numbers[worker.cases[turn % len(worker.cases)]]

    return {
        "worklist": (worklist, worklist),
        "case page": (case_page, case_page),
        "search, rare name": (
            lambda turn: search_persons(rare[turn % len(rare)]),
            lambda turn: by_name(rare[turn % len(rare)]),
        ),
        "search, common name": (
            lambda turn: search_persons(common[turn % len(common)]),
            lambda turn: by_name(common[turn % len(common)]),
        ),
        "AHV look-up": (
            lambda turn: search_persons(number(turn)),
            lambda turn: search_persons(number(turn)),
        ),
    }


def _case_page(acting: Any, dossier_id: int) -> Any:
    """What the view of a case looks up, in its order."""
    from suone.access.categories import Power
    from suone.cases import queries
    from suone.consents.queries import consents_of, current_consent
    from suone.documents.queries import documents_of
    from suone.dossiers.queries import has_power, readable_categories
    from suone.workitems.queries import items_of

    case = queries.readable_case(acting, dossier_id)
    dossier = case.dossier
    return (
        case,
        dossier.person,
        queries.timeline_of(acting, dossier, before_id=None),
        items_of(acting, dossier),
        readable_categories(acting, dossier),
        queries.participants_of(case),
        queries.people_of(case, on=acting.today),
        queries.lead_of(case),
        consents_of(acting, dossier),
        current_consent(acting, dossier),
        documents_of(acting, dossier),
        queries.triages_of(acting, dossier),
        has_power(acting, dossier, Power.WRITE),
        has_power(acting, dossier, Power.LEAD),
    )


@contextmanager
def _acting(acting: Any, *, bound: bool) -> Iterator[None]:
    """The product's transaction for this actor; unbound it goes on as the owner, with the same settings."""
    from suone.access.database import acting_as

    with acting_as(acting):
        if not bound:
            _run("SET LOCAL ROLE NONE")
        yield


def _timed(page: Callable[[int], Any], turn: int) -> tuple[float, int, Any]:
    """Seconds, number of queries, and what was found."""
    from django.db import connection

    asked = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        began = time.perf_counter()
        found = page(turn)
        return time.perf_counter() - began, asked, found


def _explain(worker: Worker) -> None:
    """Print the plan of every query that the pages of this worker ask, with policies."""
    from django.db import connection

    from suone.access.acting import Acting, Kind

    acting = Acting(Kind.STAFF, _TODAY, worker.institution_id, worker.staff_id)
    asked: list[tuple[str, Any]] = []

    def keep(execute: Any, query: str, values: Any, *rest: Any) -> Any:
        asked.append((query, values))
        return execute(query, values, *rest)

    for name, (policed, _plain_page) in _pages(acting, worker).items():
        with _acting(acting, bound=True):
            asked.clear()
            with connection.execute_wrapper(keep):
                policed(0)
            for query, values in list(asked):
                print(f"\n-- {name}\n-- {query[:300]}")
                with connection.cursor() as cursor:
                    cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query, values)
                    print("\n".join(row[0] for row in cursor.fetchall()))


def _plain(name: str) -> str:
    return name.lower().replace("ü", "u")


def _run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def _print_table(figures: dict[tuple[int, str], dict[str, Figure]], *, sizes: tuple[int, int]) -> None:
    small, large = sizes
    print(f"\nmedian of {_ROUNDS}, in milliseconds; growth is policed, {large:,} cases by {small:,}")
    print("| institution | page | queries | cases | plain | policed | ratio | growth |")
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    for label in ("middle", "largest"):
        for page in figures[large, label]:
            before = figures[small, label][page]
            for cases in sizes:
                figure = figures[cases, label][page]
                growth = f"{figure.policed / before.policed:.2f}" if cases == large else ""
                print(
                    f"| {label} | {page} | {figure.queries} | {cases:,} | {figure.plain:.2f} | {figure.policed:.2f} "
                    f"| {figure.ratio:.2f} | {growth} |"
                )


def _say(words: str) -> None:
    print(f"  {words} …", flush=True)


if __name__ == "__main__":
    main()
