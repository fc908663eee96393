"""What row policies cost: the pages of a case worker with them and without, at a tenth of the cases and at all.

Each size has a database of its own on the embedded server, and each side a session of its own in it: the same functions
of the product run as the app, bound by the policies, and as the owner, whom no policy binds. There the application's
own filters leave the same rows, and the benchmark refuses to go on where they do not. Sizes and sides are asked in turn,
so that whatever else the machine does meets all four alike.
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
from statistics import mean, median
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
_INSTITUTIONS = 60
_CASES_PER_STAFF = 50
_EVENTS_PER_CASE = 7
_NOTES_PER_CASE = 3
_IN_NOBODYS_HANDS = 20  # open work items of each institution that nobody has taken yet
_ROUNDS, _ROUNDS_OF_SHORT_PAGES = 60, 240
_WARM_UP = 10  # more than the five calls after which a session keeps a plan
_TODAY = date(2026, 6, 1)
_AT, _FOR_EVER = "2026-01-01T00:00:00Z", "9999-12-31T00:00:00Z"
_PENDING = (_TODAY, _TODAY, "pending")
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


@dataclass(frozen=True)
class Worker:
    """A case worker to measure for: staff member, institution and the cases they follow."""

    label: str
    staff_id: int
    institution_id: int
    cases: list[int]


@dataclass(frozen=True)
class Page:
    """The same question with policies and without; the turn chooses which case or person it is about."""

    policed: Callable[[int], Any]
    plain: Callable[[int], Any]
    rounds: int = _ROUNDS


@dataclass(frozen=True)
class Figure:
    """Median milliseconds with policies and without, queries of a page on each side, and how many rows it shows."""

    policed: float
    plain: float
    queries: tuple[float, float]
    rows: float

    @property
    def ratio(self) -> float:
        return self.policed / self.plain


class Database:
    """One size: a session of the app, one of the owner, and the case workers to measure for."""

    def __init__(self, cases: int) -> None:
        from django.conf import settings
        from django.db import connection

        self.cases = cases
        _say(f"{cases:,} cases: migrating")
        self.owner = connection.copy()
        owner = settings.DATABASES["owner"]
        self.owner.settings_dict.update(
            {part: owner[part] for part in ("HOST", "PORT", "USER", "PASSWORD") if part in owner}
        )
        self.owner.settings_dict["TEST"]["NAME"] = f"bench_access_{os.getpid()}_{cases}"
        self.workers: list[Worker] = []
        with self.session(bound=False):
            self.owner.creation.create_test_db(verbosity=0, serialize=False)
        self.app = connection.copy()
        self.app.settings_dict["NAME"] = self.owner.settings_dict["NAME"]

    @contextmanager
    def session(self, *, bound: bool) -> Iterator[None]:
        """Whatever the product asks goes to this session: the app's, as in production, or the owner's."""
        from django.db import connections

        usual = connections["default"]
        connections["default"] = self.app if bound else self.owner
        try:
            yield
        finally:
            connections["default"] = usual

    def seed(self) -> None:
        with self.session(bound=False):
            self.workers = _seed(self.cases)

    def clear_away(self) -> None:
        from django.conf import settings

        self.app.close()
        with self.session(bound=False):
            self.owner.creation.destroy_test_db(str(settings.DATABASES["default"]["NAME"]), verbosity=0)


def main() -> None:
    """Print a table of median times, ratios and growth."""
    import django

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="cases of the larger database")
    parser.add_argument("--explain", action="store_true", help="print the plans of the larger database")
    options = parser.parse_args()
    django.setup()
    from django.conf import settings

    from suone.config import embedded, prepare

    embedded.start(settings.VAR)
    prepare.prepare_embedded(settings.VAR)
    databases: list[Database] = []
    try:
        for cases in (options.cases // 10, options.cases):
            databases.append(Database(cases))
            databases[-1].seed()
        figures = {}
        for place, worker in enumerate(databases[0].workers):
            _say(f"measuring for a {worker.label} institution, load {os.getloadavg()[0]:.1f}")
            figures |= _measure(databases, place)
        if options.explain:
            _explain(databases[-1])
        _print_table(figures, sizes=(options.cases // 10, options.cases))
    finally:
        for database in databases:
            database.clear_away()


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
        "id code name_de name_fr name_it name_en short_name_fr kind circle parent_service is_iiz_office",
        ((i, f"I{i}", f"I{i}", f"I{i}", "", "", "", "other", "first", "", i == 1) for i in staff_of),
    )
    _copy(
        "appointments_appointment",
        "id institution_id first_name last_name function phone email",
        ((s, home[s], chance.choice(_FIRST), chance.choice(_LAST), "", "", "") for s in home),
    )
    _copy("persons_person", "id", ((c,) for c in range(1, cases + 1)))
    _copy(
        "dossiers_dossier",
        "id number person_id opened_at version",
        ((c, f"26-{c}", c, _AT, 1) for c in range(1, cases + 1)),
    )
    _copy(
        "persons_number",
        "person_id dossier_id digits recorded reason institution_id recorded_at",
        ((c, c, _ahv(c), "given", "", home[tables[c - 1][0]], _AT) for c in range(1, cases + 1)),
    )
    # The triggers that keep the index of names are slow in bulk: it is made in one go afterwards.
    _run("ALTER TABLE dossiers_particulars DISABLE TRIGGER USER")
    _run("ALTER TABLE dossiers_grant DISABLE TRIGGER USER")
    _copy(
        "dossiers_particulars",
        "dossier_id last_name first_name birth_year birth_month birth_day sex language interpreter_language commune"
        " has_no_fixed_address version",
        (
            (
                c,
                _last_name(chance),
                chance.choice(_FIRST),
                1950 + c % 55,
                1 + c % 12,
                1 + c % 28,
                "f",
                "de",
                "",
                "Sion",
                False,
                1,
            )
            for c in range(1, cases + 1)
        ),
    )
    # As notify_case and sign_consent open them: all but health to the notifying institution, which leads; a narrower
    # choice of categories to those who read because of a consent.
    _copy(
        "dossiers_grant",
        "dossier_id institution_id categories power valid_from valid_until because because_id legal_basis opened_at",
        (
            (c, home[member], 2047 & ~16 if first else 1 | 2 | 4 | 512 | 1024)
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
        "dossier_id state state_since level region_id notified_at notifier_id"
        " notified_by_id outcome closing_reason version",
        (
            (c, "active", "2026-01-01", "network", 1, _AT, home[table[0]], table[0], "", "", 1)
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
    _say("the index of names")
    _run("SELECT dossiers_index_all_names()")
    _run("ALTER TABLE dossiers_particulars ENABLE TRIGGER USER")
    _run("ALTER TABLE dossiers_grant ENABLE TRIGGER USER")
    _say("counting for the planner")
    _run("VACUUM ANALYZE")
    _say(f"{sum(map(len, tables)):,} participations, {staff} staff")
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
                    *(None if is_open else _AT, "", "", 1),
                )

    columns = (
        "dossier_id category title language details due_on addressed_id controlling_id assigned_id asked_by_id asked_at"
        " state done_at about_type step version"
    )
    _copy("workitems_workitem", columns, items())
    _copy(
        "decisions_decision",
        "dossier_id case_number kind asked_institution_id asked_by_id asked_at addressed_id addressed_staff_id"
        " due_on remind_on state",
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


def _measure(databases: Sequence[Database], place: int) -> dict[tuple[int, str, str], Figure]:
    """Each page in turn at every size, with policies and without, in changing order."""
    labels = [database.workers[place].label for database in databases]
    actors = [_actor(database.workers[place]) for database in databases]
    all_pages = []
    for database, acting in zip(databases, actors, strict=True):
        with database.session(bound=False):
            all_pages.append(_pages(acting, database.workers[place]))
    figures = {}
    sides = [(size, bound) for size in range(len(databases)) for bound in (True, False)]
    for name in all_pages[0]:
        times: dict[tuple[int, bool], list[float]] = defaultdict(list)
        asked: dict[tuple[int, bool], list[int]] = defaultdict(list)
        rows: dict[int, list[int]] = defaultdict(list)
        for turn in range(-_WARM_UP, all_pages[0][name].rounds):
            answers = {}
            first = turn % len(sides)
            for size, bound in sides[first:] + sides[:first]:
                page = all_pages[size][name]
                with databases[size].session(bound=bound), _acting(actors[size], bound=bound):
                    taken, queries, answers[size, bound] = _timed(page.policed if bound else page.plain, turn)
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
                (mean(asked[size, True]), mean(asked[size, False])),
                median(rows[size]),
            )
    return figures


def _actor(worker: Worker) -> Any:
    from suone.access.acting import Acting, Kind
    from suone.access.permissions import Role

    return Acting(
        kind=Kind.STAFF,
        today=_TODAY,
        institution_id=worker.institution_id,
        staff_id=worker.staff_id,
        roles=frozenset({Role.CASE_MANAGER}),
    )


def _pages(acting: Any, worker: Worker) -> dict[str, Page]:
    from suone.cases.queries import find_cases
    from suone.dossiers.models import Particulars
    from suone.persons.models import Number
    from suone.worklist.queries import entries_for, waiting_for

    names = dict(Particulars.objects.filter(dossier__in=worker.cases).values_list("dossier_id", "last_name"))
    numbers = dict(Number.objects.filter(dossier_id__in=worker.cases).values_list("dossier_id", "digits"))
    rare = [name for name in names.values() if name not in _LAST]
    common = [name for name in names.values() if name in _LAST]

    def search(words: Sequence[str]) -> Page:
        def found(turn: int) -> Any:
            return [case.dossier.who for case in find_cases(acting, words[turn % len(words)])]

        return Page(found, found, rounds=_ROUNDS_OF_SHORT_PAGES)

    def case_page(turn: int) -> Any:
        return _case_page(acting, worker.cases[turn % len(worker.cases)])

    def worklist(_turn: int) -> Any:
        return [*entries_for(acting), *waiting_for(acting)]

    return {
        "worklist": Page(worklist, worklist),
        "case page": Page(case_page, case_page),
        "search, rare name": search(rare),
        "search, common name": search(common),
        "search, inside a common name": search([name[1:] for name in common]),
        "search, both names": search([f"{first} {last}" for last in common for first in _FIRST[:3]]),
        "AHV look-up": search([numbers[case] for case in worker.cases]),
    }


def _case_page(acting: Any, dossier_id: int) -> Any:
    """What the view of a case looks up, in its order."""
    from suone.access.categories import Power
    from suone.cases import queries
    from suone.consents.queries import consents_of, current_consent
    from suone.documents.queries import documents_of
    from suone.dossiers.queries import has_power, particulars_of, readable_categories
    from suone.workitems.queries import items_of

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


def _explain(database: Database) -> None:
    """Print the plan of every query that the pages of the first worker ask, with policies."""
    from django.db import connection

    worker = database.workers[0]
    acting = _actor(worker)
    asked: list[tuple[str, Any]] = []

    def keep(execute: Any, query: str, values: Any, *rest: Any) -> Any:
        asked.append((query, values))
        return execute(query, values, *rest)

    with database.session(bound=False):
        pages = _pages(acting, worker)
    for name, page in pages.items():
        with database.session(bound=True), _acting(acting, bound=True):
            asked.clear()
            with connection.execute_wrapper(keep):
                page.policed(0)
            for query, values in list(asked):
                print(f"\n-- {name}\n-- {query[:300]}")
                with connection.cursor() as cursor:
                    cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query, values)
                    print("\n".join(row[0] for row in cursor.fetchall()))


def _run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def _print_table(figures: dict[tuple[int, str, str], Figure], *, sizes: tuple[int, int]) -> None:
    small, large = sizes
    print(f"\nmedians in milliseconds; queries policed and plain; growth is {large:,} cases by {small:,}")
    print("| institution | page | cases | queries | rows | plain | policed | ratio | growth, plain | growth, policed |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for label, page in dict.fromkeys((label, page) for _cases, label, page in figures):
        for size in sizes:
            figure = figures[size, label, page]
            growth = "| |"
            if size == large:
                before = figures[small, label, page]
                growth = f"| {figure.plain / before.plain:.2f} | {figure.policed / before.policed:.2f} |"
            print(
                f"| {label} | {page} | {size:,} | {figure.queries[0]:.3g}, {figure.queries[1]:.3g} | {figure.rows:.0f} "
                f"| {figure.plain:.2f} | {figure.policed:.2f} | {figure.ratio:.2f} {growth}"
            )


def _say(words: str) -> None:
    print(f"  {words} …", flush=True)


if __name__ == "__main__":
    main()
