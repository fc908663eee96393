"""A canton made up by its number of cases, in a database of its own on the embedded server.

The same canton comes out of every run. ``keep`` leaves the database for the next one, which then measures at once unless
migrations or this file have changed since.
"""

import hashlib
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import embedded_server

INSTITUTIONS = 60
TODAY = date(2026, 6, 1)
_CASES_PER_STAFF = 50
_CASES_PER_YEAR = 50_000
_EVENTS_PER_CASE = 7
_NOTES_PER_CASE = 3
_IN_NOBODYS_HANDS = 20  # open work items of each institution that nobody has taken yet
_AT, _FOR_EVER = "2026-01-01T00:00:00Z", "9999-12-31T00:00:00Z"
_PENDING = (TODAY, TODAY, "pending")
COMMON_NAMES = (
    *("Meier", "Müller", "Rochat", "Favre", "Bianchi", "Keller", "Zbinden", "Dubois", "Huber", "Perren"),
    *("Lehmann", "Aebi", "Schmid", "Girard", "Costa"),
)
FIRST_NAMES = (
    *("Anna", "Luca", "Sophie", "Noah", "Elena", "Marc", "Nadia", "Jonas", "Chiara", "Beat", "Fatima", "Goran"),
    *("Ines", "Paul", "Rosa", "Ivo", "Lea", "Urs"),
)


@dataclass(frozen=True)
class Worker:
    """A case worker to measure for: staff member, institution and the cases they follow."""

    label: str
    staff_id: int
    institution_id: int
    cases: list[int]

    def acting(self) -> Any:
        from suone.ground.access.acting import Acting, Kind
        from suone.ground.access.permissions import Role

        return Acting(
            kind=Kind.STAFF,
            today=TODAY,
            institution_id=self.institution_id,
            staff_id=self.staff_id,
            roles=frozenset({Role.CASE_MANAGER}),
        )


@dataclass(frozen=True)
class Joined:
    """A canton that is there already, to whose cases a large one's are added, numbered from ``after`` on."""

    after: int = 0
    home: Mapping[int, int] = field(default_factory=dict)  # staff members and their institutions
    coordinators: Mapping[int, int] = field(default_factory=dict)  # of each region; they take part in all its cases


class Database:
    """One size: a session of the app, one of the owner, and the case workers to measure for.

    Without ``whole`` there are names, numbers and grants alone, as much as the search reads. ``begin`` fills in a canton
    to which the cases are added; there are no case workers of its own then.
    """

    def __init__(
        self, cases: int, *, whole: bool = True, keep: bool = False, begin: Callable[[], Joined] | None = None
    ) -> None:
        from django.db import connection

        self.cases, self.keep = cases, keep
        canton = Canton(cases)
        self.workers = [] if begin else canton.workers()
        self.owner = connection.copy()
        self.owner.settings_dict.update(embedded_server.owner_settings())
        name = (
            f"bench_{'pages' if begin else 'canton' if whole else 'persons'}_{'kept' if keep else os.getpid()}_{cases}"
        )
        if keep and _is_filled(name):
            self.owner.settings_dict["NAME"] = name
        else:
            say(f"{cases:,} cases: migrating")
            self.owner.settings_dict["TEST"]["NAME"] = name
            with self.session(bound=False):
                self.owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
                (Canton(cases, begin()) if begin else canton).fill(whole=whole)
                run(f"COMMENT ON DATABASE {name} IS '{_mark()}'")
        self.app = connection.copy()
        self.app.settings_dict["NAME"] = name

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

    def clear_away(self) -> None:
        from django.conf import settings

        self.app.close()
        if self.keep:
            self.owner.close()
            return
        with self.session(bound=False):
            self.owner.creation.destroy_test_db(str(settings.DATABASES["default"]["NAME"]), verbosity=0)


class Canton:
    """Who works where, and who takes part in which case."""

    def __init__(self, cases: int, joined: Joined = Joined()) -> None:
        chance = random.Random(20260601)
        self.cases, self.joined = cases, joined
        self.regions = list(joined.coordinators) or [1]
        self.staff_of = _staff(cases, chance, joined.after)
        self.home = {member: institution for institution, members in self.staff_of.items() for member in members}
        self.home |= joined.home
        members, weights = list(self.home), list(accumulate(chance.uniform(0.4, 1.6) for _ in self.home))
        # One participation for each institution; whoever stands first leads.
        self.tables = [
            list({self.home[member]: member for member in reversed(table)}.values())[::-1]
            for table in (chance.choices(members, cum_weights=weights, k=3) for _ in range(cases))
        ]
        for case, table in self.numbered():
            coordinator = joined.coordinators.get(self.region_of(case))
            if coordinator and self.home[coordinator] not in {self.home[member] for member in table}:
                table.append(coordinator)
        self.chance = chance

    def numbered(self) -> Iterator[tuple[int, list[int]]]:
        return enumerate(self.tables, self.joined.after + 1)

    def region_of(self, case: int) -> int:
        return self.regions[case % len(self.regions)]

    def number_of(self, case: int) -> str:
        """As they are given out, 50'000 a year up to this one; below what is there already."""
        back, place = divmod(self.cases + self.joined.after - case, _CASES_PER_YEAR)
        year = TODAY.year - back - bool(self.joined.after)
        return f"{year}-{min(self.cases, _CASES_PER_YEAR) - place:04}"

    def workers(self) -> list[Worker]:
        """One each in a small, the middle and the largest institution, with about a hundred cases."""
        followed: dict[int, list[int]] = defaultdict(list)
        for case, table in self.numbered():
            for member in table:
                followed[member].append(case)
        by_size = sorted(self.staff_of, key=lambda institution: len(self.staff_of[institution]))
        chosen = {"small": by_size[0], "middle": by_size[len(by_size) // 2], "largest": by_size[-1]}
        return [
            Worker(label, best, institution, followed[best])
            for label, institution in chosen.items()
            for best in (min(self.staff_of[institution], key=lambda member: abs(len(followed[member]) - 100)),)
        ]

    def fill(self, *, whole: bool) -> None:
        """By COPY, as the owner."""
        self._copy_institutions()
        # The triggers that keep the index of names are slow in bulk: it is made in one go afterwards.
        for table in ("dossiers_particulars", "dossiers_grant"):
            run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self._copy_persons()
        self._copy_grants()
        self._copy_cases()
        if whole:
            self._copy_timeline()
            self._copy_what_waits()
        began = time.perf_counter()
        run("SELECT dossiers_index_all_names()")
        say(f"index of names: {time.perf_counter() - began:.0f} s")
        for table in ("dossiers_particulars", "dossiers_grant"):
            run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        say("counting for the planner")
        run("VACUUM ANALYZE")
        say(f"{sum(map(len, self.tables)):,} participations, {len(self.home)} staff")

    def _copy_institutions(self) -> None:
        if not self.joined.coordinators:
            _copy(
                "institutions_region",
                "id code name_de name_fr name_it name_en position source is_default",
                [(1, "r", "R", "R", "", "", 0, "", True)],
            )
        _copy(
            "institutions_institution",
            "id code name_de name_fr name_it name_en short_name_fr kind circle parent_service is_iiz_office"
            " source is_default",
            (
                (i, *[f"I{i}"] * 3, *[""] * 3, "other", "first", "", i == 1 and not self.joined.home, "", True)
                for i in self.staff_of
            ),
        )
        _copy(
            "appointments_appointment",
            "id institution_id first_name last_name function phone email",
            (
                (s, home, self.chance.choice(FIRST_NAMES), self.chance.choice(COMMON_NAMES), "", "", "")
                for s, home in self.home.items()
                if s not in self.joined.home
            ),
        )

    def _copy_persons(self) -> None:
        all_cases, chance = [case for case, _table in self.numbered()], self.chance
        _copy("persons_person", "id", ((c,) for c in all_cases))
        _copy(
            "dossiers_dossier",
            "id number person_id opened_at version",
            ((c, self.number_of(c), c, _AT, 1) for c in all_cases),
        )
        _copy(
            "persons_number",
            "person_id dossier_id digits recorded reason institution_id recorded_at",
            ((c, c, _ahv(c), "given", "", self.home[table[0]], _AT) for c, table in self.numbered()),
        )
        columns = (
            "dossier_id last_name first_name birth_year birth_month birth_day sex language interpreter_language commune"
            " has_no_fixed_address version"
        )
        _copy(
            "dossiers_particulars",
            columns,
            (
                (
                    c,
                    _last_name(chance),
                    _first_name(chance),
                    1950 + c % 55,
                    chance.randint(1, 12),
                    chance.randint(1, 28),
                    "f",
                    "de",
                    "",
                    "Sion",
                    False,
                    1,
                )
                for c in all_cases
            ),
        )
        _copy(
            "dossiers_contactdetail",
            "dossier_id kind place value",
            (
                (c, "telephone", 0, f"0{chance.choice((21, 27, 76, 78, 79))} {chance.randint(2000000, 9999999)}")
                for c in all_cases
            ),
        )

    def _copy_grants(self) -> None:
        # As notify_case and sign_consent open them: all but health to the notifying institution, which leads; a narrower
        # choice of categories to those who read because of a consent.
        _copy(
            "dossiers_grant",
            "dossier_id institution_id categories power valid_from valid_until because because_id legal_basis opened_at",
            (
                (c, self.home[member], 2047 & ~16 if first else 1 | 2 | 4 | 512 | 1024)
                + (3 if first else 2, _AT, _FOR_EVER if first else "2027-06-01T00:00:00Z")
                + (("notification", c, "own-notification") if first else ("consent", c, "iiz-consent"))
                + (_AT,)
                for c, table in self.numbered()
                for member in table
                for first in (member == table[0],)
            ),
        )

    def _copy_cases(self) -> None:
        home = self.home
        _copy(
            "cases_case",
            "dossier_id state state_since level region_id notified_at notifier_id"
            " notified_by_id outcome closing_reason version",
            (
                (c, "active", "2026-01-01", "network", self.region_of(c), _AT, home[table[0]], table[0], "", "", 1)
                for c, table in self.numbered()
            ),
        )
        _copy(
            "cases_participant",
            "dossier_id institution_id staff_id state since",
            ((c, home[m], m, "taking_part", "2026-01-01") for c, table in self.numbered() for m in table),
        )
        _copy(
            "cases_assignment",
            "dossier_id function staff_id is_named valid_from",
            ((c, "lead", table[0], True, _AT) for c, table in self.numbered()),
        )

    def _copy_timeline(self) -> None:
        home, chance = self.home, self.chance
        notes = (
            (
                c * _NOTES_PER_CASE + n,
                c,
                (1, 10, 3)[n],
                "note",
                "A note. " * 20,
                "de",
                _AT,
                table[0],
                home[table[0]],
                1,
                "",
            )
            for c, table in self.numbered()
            for n in range(_NOTES_PER_CASE)
        )
        columns = "id dossier_id category kind text language at staff_id institution_id version redaction_reason"
        _copy("cases_note", columns, notes)
        events = (
            (c, _AT, "case.note", (1, 10, 3)[n % 3], member, home[member])
            + (("note", c * _NOTES_PER_CASE + n) if n < _NOTES_PER_CASE else ("", None))
            + ("", "")
            for c, table in self.numbered()
            for n in range(_EVENTS_PER_CASE)
            for member in (chance.choice(table),)
        )
        columns = "dossier_id at act category staff_id institution_id object_type object_id text text_language"
        _copy("dossiers_event", columns, events)

    def _copy_what_waits(self) -> None:
        """Work items, half of them done, and requests that wait for an answer."""
        home, chance = self.home, self.chance
        left = dict.fromkeys(home.values(), _IN_NOBODYS_HANDS)

        def items() -> Iterator[tuple[Any, ...]]:
            for case, table in self.numbered():
                lead = table[0]
                for member in table:
                    is_open = chance.random() < 0.5
                    untaken = is_open and left[home[member]] > 0
                    left[home[member]] -= untaken
                    yield (
                        *(case, 10, "Call back", "de", "", TODAY + timedelta(days=chance.randint(-30, 60))),
                        *(home[member], home[lead], None if untaken else member, lead, _AT),
                        *("open" if is_open else "done", None if is_open else _AT, "", "", "", "", 1),
                    )

        columns = (
            "dossier_id category title language details due_on addressed_id controlling_id assigned_id asked_by_id"
            " asked_at state done_at reason settled_by about_type step version"
        )
        _copy("workitems_workitem", columns, items())
        _copy(
            "decisions_decision",
            "dossier_id case_number kind asked_institution_id asked_by_id asked_at addressed_id addressed_staff_id"
            " due_on remind_on state",
            (
                (
                    c,
                    self.number_of(c),
                    "participation",
                    home[table[0]],
                    table[0],
                    _AT,
                    home[table[1]],
                    table[1],
                    *_PENDING,
                )
                for c, table in self.numbered()
                if c % 20 == 0 and len(table) > 1
            ),
        )


def _staff(cases: int, chance: random.Random, after: int) -> dict[int, list[int]]:
    """Staff by institution: every institution has three, the rest go where many are already."""
    size = [3] * INSTITUTIONS
    for _ in range(max(0, cases // _CASES_PER_STAFF - 3 * INSTITUTIONS)):
        size[chance.choices(range(INSTITUTIONS), [1 / (rank + 1) for rank in range(INSTITUTIONS)])[0]] += 1
    numbers = iter(range(after + 1, after + sum(size) + 1))
    return {institution: [next(numbers) for _ in range(many)] for institution, many in enumerate(size, after + 1)}


def _last_name(chance: random.Random) -> str:
    """Some names are common, most are rare, some are double."""
    name = (
        chance.choice(COMMON_NAMES) if chance.random() < 0.3 else "".join(chance.choices("abdeiklmnorstu", k=7)).title()
    )
    return f"{name}-{chance.choice(COMMON_NAMES)}" if chance.random() < 0.1 else name


def _first_name(chance: random.Random) -> str:
    return " ".join(chance.sample(FIRST_NAMES, 2 if chance.random() < 0.1 else 1))


def _ahv(case: int) -> str:
    digits = f"756{case * 123_456_787 % 10**9:09d}"  # each once, and no two beside each other
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"


def _copy(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    from django.db import connection

    began, written = time.perf_counter(), 0
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns.split())}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            written += 1
    say(f"{table}: {written:,} rows in {time.perf_counter() - began:.0f} s")


def _mark() -> str:
    """The comment on a filled database: what its content follows from."""
    from suone.config.tests.databases import digest_of_migrations

    return f"filled {digest_of_migrations()} {hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]}"


def _is_filled(name: str) -> bool:
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') = %s FROM pg_database WHERE datname = %s", [_mark(), name]
        )
        return bool(cursor.fetchone() == (True,))


def run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def say(words: str) -> None:
    print(f"  {words} …", flush=True)
