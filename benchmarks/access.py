"""What row policies cost: the pages of a case worker with them and without, and the search, at growing numbers of cases.

Each size has a database of its own on the embedded server, and each side a session of its own in it: the same functions
of the product run as the app, bound by the policies, and as the owner, whom no policy binds. There the application's
own filters leave the same rows, and the benchmark refuses to go on where they do not. Sizes and sides are asked in turn,
so that whatever else the machine does meets all four alike; and what is counted is the time of the processors, in Python
and in the database's server, which a busy machine lengthens far less than the time by the clock.
"""

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any

import embedded_server

from canton import COMMON_NAMES, FIRST_NAMES, Database, Worker, run, say

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
_ROUNDS = 40
_WARM_UP = 6  # more than the five calls after which a session keeps a plan


# A question of the product; the turn chooses which case or person it is about.
Page = Callable[[int], Any]


@dataclass(frozen=True)
class Figure:
    """Milliseconds of the processors with policies and without, queries of a page on each side, and how many rows it shows."""

    policed: float
    plain: float
    slow: float  # with policies, slower than 95 in a hundred
    queries: tuple[float, float]
    rows: float

    @property
    def ratio(self) -> float:
        return self.policed / self.plain


def main() -> None:
    """Print a table of times, ratios and growth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, nargs="+", default=[10_000, 100_000], help="how many, for each database")
    parser.add_argument(
        "--only", choices=("pages", "search"), help="the search alone needs names, numbers and grants alone"
    )
    parser.add_argument("--explain", action="store_true", help="print the plans of the largest database")
    parser.add_argument(
        "--keep", action="store_true", help="leave the databases for the next run, which then uses them"
    )
    options = parser.parse_args()
    embedded_server.start()
    databases: list[Database] = []
    try:
        for cases in options.cases:
            databases.append(Database(cases, whole=options.only != "search", keep=options.keep))
        pages = {"pages": _pages_of_cases, "search": _search_pages}.get(options.only, _all_pages)
        figures: dict[tuple[int, str, str], Figure] = {}
        for place, worker in enumerate(databases[0].workers):
            say(f"measuring for a {worker.label} institution, load {os.getloadavg()[0]:.1f}")
            figures |= _measure(databases, place, pages)
        if options.explain:
            _explain(databases[-1], pages)
        _print_table(figures, sizes=options.cases)
    finally:
        for one in databases:
            one.clear_away()


# ---- the measurement


Pages = Callable[[Any, Worker], dict[str, Page]]


def _measure(databases: Sequence[Database], place: int, pages: Pages) -> dict[tuple[int, str, str], Figure]:
    """Each page in turn at every size, with policies and without, in changing order."""
    labels = [database.workers[place].label for database in databases]
    actors = [database.workers[place].acting() for database in databases]
    all_pages = []
    for database, acting in zip(databases, actors, strict=True):
        with database.session(bound=False):
            all_pages.append(pages(acting, database.workers[place]))
    figures = {}
    sides = [(size, bound) for size in range(len(databases)) for bound in (True, False)]
    for name in all_pages[0]:
        times: dict[tuple[int, bool], list[float]] = defaultdict(list)
        asked: dict[tuple[int, bool], list[int]] = defaultdict(list)
        rows: dict[int, list[int]] = defaultdict(list)
        for turn in range(-_WARM_UP, _ROUNDS):
            answers = {}
            first = turn % len(sides)
            for size, bound in sides[first:] + sides[:first]:
                page = all_pages[size][name]
                with databases[size].session(bound=bound), _acting(actors[size], bound=bound):
                    taken, queries, answers[size, bound] = _timed(page, turn)
                if turn >= 0:  # before that caches fill, and sessions settle on the plans they keep
                    times[size, bound].append(taken)
                    asked[size, bound].append(queries)
            for size in range(len(databases)):
                assert answers[size, True] == answers[size, False], f"{name}: other rows with policies than without"
                rows[size].append(len(answers[size, True]))
        for size, database in enumerate(databases):
            figures[database.cases, labels[size], name] = Figure(
                median(times[size, True]) * 1000,
                median(times[size, False]) * 1000,
                quantiles(times[size, True], n=20)[-1] * 1000,
                (mean(asked[size, True]), mean(asked[size, False])),
                median(rows[size]),
            )
    return figures


def _all_pages(acting: Any, worker: Worker) -> dict[str, Page]:
    return _pages_of_cases(acting, worker) | _search_pages(acting, worker)


def _pages_of_cases(acting: Any, worker: Worker) -> dict[str, Page]:
    from suone.casework.cases.lists import Wanted, case_list, needs
    from suone.desk.worklist.queries import PAGE, awaited, entries, mine

    return {
        "case list": lambda _turn: [case.pk for case in case_list(acting, Wanted())],
        "what cases need": lambda _turn: [*needs(acting).values()],
        "worklist": lambda _turn: [*entries(acting, mine(acting)[:PAGE], state=""), *awaited(acting)],
        "case page": lambda turn: _case_page(acting, worker.cases[turn % len(worker.cases)]),
    }


def _search_pages(acting: Any, worker: Worker) -> dict[str, Page]:
    """What people type, about persons whose case the worker follows."""
    from suone.casework.cases.lists import find_cases
    from suone.records.dossiers.models import ContactDetail, Dossier, Particulars
    from suone.records.persons.models import Number

    people = list(Particulars.objects.filter(dossier__in=worker.cases).order_by("pk"))
    double = [p.last_name for p in people if "-" in p.last_name]
    rare = [p.last_name for p in people if p.last_name not in COMMON_NAMES and p.last_name not in double]
    phones = list(
        ContactDetail.objects.filter(dossier__in=worker.cases).order_by("pk").values_list("digits", flat=True)
    )
    rows = Number.objects.filter(dossier_id__in=worker.cases).order_by("pk").values_list("digits", flat=True)
    numbers = [digits for digits in rows if digits]
    places = list(Dossier.objects.filter(pk__in=worker.cases).order_by("pk").values_list("number", flat=True))

    def search(words: Sequence[str]) -> Page:
        def found(turn: int) -> Any:
            return [case.dossier.who for case in find_cases(acting, words[turn % len(words)])[0]]

        return found

    return {
        "rare name": search(rare),
        "common name": search(COMMON_NAMES),
        "first letters": search([name[:3] for name in rare] + [name[:2] for name in COMMON_NAMES]),
        "inside a common name": search([name[1:] for name in COMMON_NAMES]),
        "inside a rare name": search([name[2:] for name in rare]),
        "both names": search([f"{first} {last}" for last in COMMON_NAMES for first in FIRST_NAMES[:3]]),
        "both names begun": search([f"{first[:2]} {last[:3]}" for last in COMMON_NAMES for first in FIRST_NAMES]),
        "words of no one person": search([f"{last} {name[:4]}" for last in COMMON_NAMES for name in rare]),
        "double name": search(double),
        "name and year of birth": search([f"{p.last_name} {p.birth_year}" for p in people]),
        "year of birth alone": search([str(p.birth_year) for p in people]),
        "day of birth": search([str(p.birth) for p in people]),
        "month of birth": search([f"{p.birth_month}.{p.birth_year}" for p in people]),
        "telephone": search(phones),
        "part of a telephone": search([digits[3:6] for digits in phones]),
        "AHV number": search(numbers),
        "part of an AHV number": search([digits[:5] for digits in numbers] + [digits[3:7] for digits in numbers]),
        "case number": search(places),
        "part of a case number": search([place[5:] for place in places] + [place[:6] for place in places]),
    }


def _case_page(acting: Any, dossier_id: int) -> Any:
    """What the view of a case looks up, in its order."""
    from suone.casework.cases import queries
    from suone.casework.leading import queries as leading
    from suone.ground.access.categories import Power
    from suone.records.consents.queries import consents_of, current_consent
    from suone.records.documents.queries import documents_of
    from suone.records.dossiers.queries import has_power, particulars_of, readable_categories
    from suone.records.workitems.queries import items_of

    case = queries.readable_case(acting, dossier_id)
    dossier = case.dossier
    return (
        case,
        particulars_of(acting, dossier_id),
        queries.timeline_of(acting, dossier, before_id=None),
        items_of(acting, dossier),
        readable_categories(acting, dossier),
        queries.participants_of(case),
        queries.people_of(case, on=acting.today),
        queries.lead_of(case),
        consents_of(acting, dossier),
        current_consent(acting, dossier),
        documents_of(acting, dossier),
        leading.triages_of(acting, dossier),
        has_power(acting, dossier, Power.WRITE),
        has_power(acting, dossier, Power.LEAD),
    )


@contextmanager
def _acting(acting: Any, *, bound: bool) -> Iterator[None]:
    """The product's transaction for this actor; unbound it goes on as the owner, with the same settings."""
    from suone.ground.access.database import acting_as

    with acting_as(acting):
        if not bound:
            run("SET LOCAL ROLE NONE")
        yield


def _timed(page: Callable[[int], Any], turn: int) -> tuple[float, int, Any]:
    """Seconds of the processors, in Python and in the database's server; number of queries, and what was found."""
    from django.db import connection

    asked = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*arguments)

    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    with connection.execute_wrapper(count):
        began = time.process_time_ns() + int(server.read_text().split()[0])
        found = page(turn)
        ended = time.process_time_ns() + int(server.read_text().split()[0])
        return (ended - began) / 1e9, asked, found


def _explain(database: Database, pages: Pages) -> None:
    """Print the plan of every query that the pages of the first worker ask, with policies."""
    from django.db import connection

    worker = database.workers[0]
    acting = worker.acting()
    asked: list[tuple[str, Any]] = []

    def keep(execute: Any, query: str, values: Any, *rest: Any) -> Any:
        asked.append((query, values))
        return execute(query, values, *rest)

    with database.session(bound=False):
        asked_for = pages(acting, worker)
    for name, page in asked_for.items():
        with database.session(bound=True), _acting(acting, bound=True):
            asked.clear()
            with connection.execute_wrapper(keep):
                page(0)
            for query, values in list(asked):
                print(f"\n-- {name}\n-- {query[:300]}")
                with connection.cursor() as cursor:
                    cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query, values)
                    print("\n".join(row[0] for row in cursor.fetchall()))


def _print_table(figures: dict[tuple[int, str, str], Figure], *, sizes: Sequence[int]) -> None:
    print(
        "\nmilliseconds of the processors, medians and 95th percentile; queries policed and plain; growth is by the size before"
    )
    print(
        "| institution | page | cases | queries | rows | plain | policed | ratio | p95 | growth, plain | growth, policed |"
    )
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for label, page in dict.fromkeys((label, page) for _cases, label, page in figures):
        before = None
        for size in sizes:
            figure = figures[size, label, page]
            growth = f"{figure.plain / before.plain:.2f} | {figure.policed / before.policed:.2f} |" if before else "| |"
            print(
                f"| {label} | {page} | {size:,} | {figure.queries[0]:.3g}, {figure.queries[1]:.3g} | {figure.rows:.0f} "
                f"| {figure.plain:.2f} | {figure.policed:.2f} | {figure.ratio:.2f} | {figure.slow:.2f} | {growth}"
            )
            before = figure


if __name__ == "__main__":
    main()
