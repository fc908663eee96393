"""The parts of benchmarks/register.py that need the register's tables: deliveries, matching, look-ups.

The product's functions are called as the app's role, by an actor who may do what is asked, in a database of its own on
the embedded server. Persons, tokens and institutions are made up by their number.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import engine

_FOLDER = Path(__file__).parent
_INSTITUTIONS = 60
_EPOCH, _OWN, _TODAY = 1, 1, date(2026, 6, 1)  # the institution in place 0 is the one that acts
_PART = 5_000  # rows of a delivery that travel together
_LOOK_UPS = 2_000
_COLUMNS = "institution, token, valid_from, valid_until, office, worker, referred_by, reference"
# Of twenty persons, three are followed by a second institution, and one of these was followed by a third.
_PERSONS = f"""
    SELECT 1 + (abs(hashint8(person)::bigint) + turn * (1 + person % 59)) % {_INSTITUTIONS}, md5(person::text)::uuid,
           DATE '2024-01-01' + (person * 31 + turn * 17)::integer % 800,
           CASE WHEN turn = 2 THEN DATE '2026-04-01' END, NULL::integer, NULL::integer, NULL::integer, 'R' || person
    FROM generate_series(1, {{persons}}::bigint) person,
         generate_series(0, CASE person % 20 WHEN 0 THEN 2 WHEN 1 THEN 1 WHEN 2 THEN 1 ELSE 0 END) turn
    ORDER BY 1"""
# All rows of one institution. In a later snapshot one in a hundred differs: ended, gone, or somebody new in their place.
_SNAPSHOT = """
    SELECT {own}, md5((CASE WHEN person % 300 = {news} THEN person + {rows} ELSE person END)::text)::uuid,
           DATE '2024-01-01' + (person * 31)::integer % 800,
           CASE WHEN person % 300 = {news} + 100 THEN DATE '2026-05-31' END,
           NULL::integer, NULL::integer, NULL::integer, 'R' || person
    FROM generate_series(1, {rows}::bigint) person WHERE person % 300 <> {news} + 200"""
# Another institution follows one in ten of those who come and of those who stay.
_OTHERS = """
    SELECT {own}, md5(person::text)::uuid, DATE '2025-01-01', NULL::date, NULL::integer, NULL::integer, NULL::integer,
           'R' || person FROM generate_series(1, 2 * {rows}::bigint) person WHERE person / 300 % 10 = 0"""
# New with the acting institution: every hundredth person whom it does not follow.
_DAY = """
    SELECT {own}, token, DATE '2026-06-01', NULL::date, NULL::integer, NULL::integer, NULL::integer, 'N' || person
    FROM (SELECT person, md5(person::text)::uuid AS token FROM generate_series({first}, {persons}::bigint, 100) person) p
    WHERE NOT EXISTS (SELECT 1 FROM register.registration r WHERE r.token = p.token AND r.institution = {own})"""


# ---- deliveries


def sync(sizes: Sequence[int]) -> None:
    """One institution's whole snapshot, of which 1 % differs, beside a plain COPY of the same rows."""
    print(
        "| rows | plain COPY s | parts s | applying s | delivery rows/s | COPY rows/s | delivery by COPY | differing |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|--:|")
    for size in sizes:
        with _register() as database:
            database.fill(_SNAPSHOT.format(own=_OWN, rows=size, news=-1_000))
            database.fill(_OTHERS.format(own=_OWN + 1, rows=size))
            snapshot = _SNAPSHOT.format(own=_OWN, rows=size, news=1)
            plain, sent = database.copy_plainly(snapshot), database.send("snapshot", snapshot)
            applying, done = database.apply(sent.delivery)
            assert done["added"] + done["changed"] + done["unchanged"] == sent.rows, done
            both = sent.seconds + applying
            print(
                f"| {sent.rows:,} | {plain:.2f} | {sent.seconds:.2f} | {applying:.2f} | {sent.rows / both:,.0f} "
                f"| {sent.rows / plain:,.0f} | {both / plain:.2f} | {done['added'] + done['changed'] + done['ended']:,} |",
                flush=True,
            )


# ---- matching


def matching(python: Path, sizes: Sequence[int], rounds: int) -> None:
    """Who is followed by whom, over all rows and for a day's changes, beside DuckDB and polars on the same rows."""
    for size in sizes:
        with _register() as database:
            database.fill(_PERSONS.format(persons=size * 5 // 6))
            rows = database.one("SELECT count(*) FROM register.registration")
            files = [database.export(name, query) for name, query in _exports(size)]
            print(f"\n{rows:,} rows, load {os.getloadavg()[0]:.1f}\n")
            with _peer(python, "duckdb", *files) as duckdb, _peer(python, "polars", *files) as polars:
                _match_all(database, duckdb, polars, rounds)
                _match_a_day(database, duckdb, polars, size)


def _exports(size: int) -> list[tuple[str, str]]:
    columns = "token, institution - 1, valid_from, valid_until"
    day = _DAY.format(own=_OWN, first=1, persons=size * 5 // 6)
    named = f"SELECT {columns} FROM ({day}) day (institution, token, valid_from, valid_until)"
    return [("rows", f"SELECT {columns} FROM register.registration"), ("changed", named)]


def _match_all(database: "Database", duckdb: "Peer", polars: "Peer", rounds: int) -> None:
    asked = {"DuckDB, one core": (duckdb, "one core"), "DuckDB": (duckdb, "all cores"), "polars": (polars, "")}
    taken: dict[str, list[float]] = {"Suone": [], **{name: [] for name in asked}}
    for _ in range(rounds):
        seconds, found = database.followed()
        taken["Suone"].append(seconds)
        for name, (peer, before) in asked.items():
            if before:
                peer.ask(before)
            seconds, answer = peer.ask("followed")
            assert [tuple(row) for row in answer] == found, f"{name} disagrees"
            taken[name].append(seconds)
    print(f"all rows: {len(found)} sets of institutions; medians of {rounds} rounds, seconds of wall time\n")
    print("| who | seconds | least–most | Suone takes |")
    print("|---|--:|--:|--:|")
    for name, times in taken.items():
        ratio = median(own / other for own, other in zip(taken["Suone"], times, strict=True))
        print(f"| {name} | {median(times):.3f} | {min(times):.3f}–{max(times):.3f} | {ratio:.2f} × |")


def _match_a_day(database: "Database", duckdb: "Peer", polars: "Peer", size: int) -> None:
    """Suone also keeps the rows and raises an alert on both sides of each overlap; the others only count."""
    print("\n| a day's new rows | overlaps | parts s | applying s | DuckDB counting s | polars counting s |")
    print("|--:|--:|--:|--:|--:|--:|")
    for first in (1, 2, 3):
        counting = []
        sent = database.send("changes", _DAY.format(own=_OWN, first=first, persons=size * 5 // 6))
        applying, done = database.apply(sent.delivery)
        for peer in (duckdb, polars) if first == 1 else ():  # they know of the first day alone
            seconds, count = zip(*(peer.ask("overlaps") for _ in range(3)), strict=True)
            assert set(count) == {done["new_overlaps"]}, f"{peer.name} disagrees: {count}"
            counting.append(f"{median(seconds):.3f}")
        print(
            f"| {sent.rows:,} | {done['new_overlaps']:,} | {sent.seconds:.2f} | {applying:.2f} "
            f"| {' | '.join(counting or ['', ''])} |"
        )


# ---- look-ups


def look_up(sizes: Sequence[int]) -> None:
    """A worker's question, answered and kept; each a transaction, and in one transaction (the database's own part)."""
    print("| rows | commit | p50 ms | p95 ms | p99 ms |")
    print("|--:|---|--:|--:|--:|")
    for size in sizes:
        with _register() as database:
            database.fill(_PERSONS.format(persons=size * 5 // 6))
            for label, times in (("each", database.look_up()), ("none", database.look_up(commit=False))):
                cuts = quantiles(times, n=100)
                print(f"| {size:,} | {label} | {cuts[49]:.3f} | {cuts[94]:.3f} | {cuts[98]:.3f} |", flush=True)


# ---- the database


class Sent:
    """A delivery whose parts are all there: how many rows, in how many seconds."""

    def __init__(self, delivery: int, rows: int, seconds: float) -> None:
        self.delivery, self.rows, self.seconds = delivery, rows, seconds


class Database:
    """The register's functions as an institution calls them, and as much of its tables as is needed to fill them."""

    def __init__(self, connection: Any, address: str) -> None:
        import psycopg

        self._own = connection
        self._copying = psycopg.connect(address, autocommit=True)
        self._own.execute("SELECT register.open_epoch('voprf', %s)", [bytes(32)])

    def close(self) -> None:
        self._copying.close()

    def one(self, statement: str, values: Sequence[object] | None = None) -> Any:
        return self._own.execute(statement, values).fetchone()[0]

    def fill(self, query: str) -> None:
        """Rows straight into the table, its indexes made anew afterwards."""
        table = f"registration_{_EPOCH}"
        indexes = self._own.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'register' AND tablename = %s", [table]
        ).fetchall()
        for name, _ in indexes:
            self._own.execute(f"DROP INDEX register.{name}")
        self._own.execute(
            f"INSERT INTO register.registration (epoch, {_COLUMNS}) SELECT {_EPOCH}, s.* FROM ({query}) s"
        )
        for _, definition in indexes:
            self._own.execute(definition)
        self._own.execute(f"VACUUM ANALYZE register.{table}")

    def copy_plainly(self, query: str) -> float:
        """Seconds of COPY into an empty table with the same columns, checks and indexes."""
        self._own.execute("CREATE TABLE plain (LIKE register.registration INCLUDING CONSTRAINTS)")
        self._own.execute("CREATE UNIQUE INDEX ON plain (token, institution, valid_from) INCLUDE (valid_until)")
        self._own.execute("CREATE INDEX ON plain (institution, token)")
        file = self.export("plain", f"SELECT {_EPOCH}, s.* FROM ({query}) s")
        began = time.perf_counter()
        with (
            self._own.cursor().copy(f"COPY plain (epoch, {_COLUMNS}) FROM STDIN (FORMAT csv)") as copy,
            file.open("rb") as rows,
        ):
            while block := rows.read(1 << 20):
                copy.write(block)
        seconds = time.perf_counter() - began
        self._own.execute("DROP TABLE plain")
        return seconds

    def export(self, name: str, query: str) -> Path:
        from django.conf import settings

        file = settings.VAR / f"bench-{name}.csv"
        with self._own.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy, file.open("wb") as rows:
            for block in copy:
                rows.write(block)
        return Path(file)

    def send(self, kind: str, query: str) -> Sent:
        """Rows come from one session and go to another, in parts, as the API takes them; only the second is timed."""
        import psycopg

        rows = self.one(f"SELECT count(*) FROM ({query}) s")
        seconds = 0.0
        with self.acting(), psycopg.ServerCursor(self._reading(), "rows") as cursor:
            delivery = self.one(
                "SELECT (register.open_delivery(%s::smallint, %s, %s, %s)).id",
                [_EPOCH, kind, rows, sha256(query.encode()).hexdigest()],
            )
            cursor.execute(query)
            number = 0
            while part := cursor.fetchmany(_PART):
                _, *columns = (list(column) for column in zip(*part, strict=True))
                began = time.perf_counter()
                self.one(
                    "SELECT register.add_part(%s, %s, %s::uuid[], %s::date[], %s::date[], %s::integer[], %s::integer[], "
                    "%s::integer[], %s::text[], NULL)",
                    [delivery, number, *columns],
                )
                seconds += time.perf_counter() - began
                number += 1
        self._copying.rollback()
        return Sent(delivery, rows, seconds)

    def apply(self, delivery: int) -> tuple[float, dict[str, Any]]:
        with self.acting():
            began = time.perf_counter()
            done = self.one(
                "SELECT to_jsonb(d) FROM register.apply_delivery(%s, %s, 0.5) d",
                [delivery, _TODAY],
            )
            seconds = time.perf_counter() - began
        assert done["refusal"] is None, done
        return seconds, done

    def followed(self) -> tuple[float, list[tuple[int, int]]]:
        with self.acting():
            began = time.perf_counter()
            found = self._own.execute(
                "SELECT * FROM register.followed_by(%s::smallint, %s)", [_EPOCH, _TODAY]
            ).fetchall()
            return time.perf_counter() - began, sorted(found)

    def look_up(self, *, commit: bool = True) -> list[float]:
        """Milliseconds of each question about somebody whom the institution follows, all over the table."""
        tokens = self._own.execute(
            "SELECT token FROM register.registration WHERE institution = %s AND valid_until IS NULL"
            " ORDER BY md5(reference) LIMIT %s",
            [_OWN, _LOOK_UPS],
        ).fetchall()
        times = []
        with self.acting():
            if not commit:
                self._own.execute("BEGIN")
            for (token,) in tokens:
                began = time.perf_counter()
                entitled = self.one(
                    "SELECT (register.look_up(%s::smallint, %s, 'coordination')).entitled", [_EPOCH, token]
                )
                times.append((time.perf_counter() - began) * 1000)
                assert entitled
            if not commit:
                self._own.execute("ROLLBACK")
        return times

    @contextmanager
    def acting(self) -> Iterator[None]:
        """As the app's role, for somebody of the institution."""
        settings = {
            "role": "suone_app",
            "suone.kind": "staff",
            "suone.institution": str(_OWN),
            "suone.permissions": "{register.deliver,register.use,register.figures}",
        }
        for name, value in settings.items():
            self._own.execute("SELECT set_config(%s, %s, false)", [name, value])
        try:
            yield
        finally:
            self._own.execute("RESET role")

    def _reading(self) -> Any:
        self._copying.autocommit = False
        return self._copying


@contextmanager
def _register() -> Iterator[Database]:
    """A migrated database with an epoch and institutions that take part, cleared away afterwards."""
    import psycopg
    from django.db import connection

    name = f"bench_register_{os.getpid()}"
    with engine._database(name, migrated=True):
        place = {key: str(connection.settings_dict[key.upper()]) for key in ("host", "port", "user", "password")}
        address = " ".join(f"{key}={value}" for key, value in place.items() if value) + f" dbname={name}"
        with psycopg.connect(address, autocommit=True) as session:
            _enrol(session)
            database = Database(session, address)
            try:
                yield database
            finally:
                database.close()


def _enrol(session: Any) -> None:
    """Institutions 1 to 60, in places 0 to 59."""
    institutions = [(number, f"I{number}", f"Institution {number}") for number in range(1, _INSTITUTIONS + 1)]
    session.cursor().executemany(
        "INSERT INTO institutions_institution (id, code, name_de, name_fr, name_it, name_en, short_name_fr, kind,"
        " circle, parent_service, is_iiz_office) VALUES (%s, %s, %s, '', '', '', '', 'other', 'first', '', false)",
        institutions,
    )
    session.execute(
        "INSERT INTO register_enrolment (institution_id, place, legal_basis, began_on)"
        " SELECT i.id, i.id - 1, 'benchmark', DATE '2026-01-01' FROM institutions_institution i"
    )


# ---- the peers


class Peer:
    """Another engine in a process of its own, with the rows loaded."""

    def __init__(self, name: str, process: "subprocess.Popen[str]") -> None:
        self.name, self._process = name, process

    def ask(self, question: str) -> tuple[float, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(question, file=self._process.stdin, flush=True)
        seconds, _, answer = json.loads(self._process.stdout.readline())
        return seconds, answer


@contextmanager
def _peer(python: Path, name: str, rows: Path, changed: Path) -> Iterator[Peer]:
    command = [str(python), str(_FOLDER / "peers.py"), "--peer", name, "--rows", str(rows), "--changed", str(changed)]
    command += ["--day", _TODAY.isoformat()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", f"{name} ended: see above"
        yield Peer({"duckdb": "DuckDB"}.get(name, name), process)
