"""The run of ``make mutants``: a plugin of pytest that links tests to places, then plants one fault after the other.

    pytest -p tests.mutants.run --mutants=python,functions [--mutants-of=consents] [tests …]

Each test is run once and what it reaches is kept under ``var/mutants/``: the functions it enters, the tables and
functions its statements name. Per fault the tests linked to its place run, the quick ones first, until one falls or
twenty seconds are over. What was decided is kept too, so that a run that was broken off goes on where it stopped.
"""

import json
import random
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from typing import Any

import pluggy
import psycopg
import pytest
from _pytest.runner import runtestprotocol
from django.conf import settings
from django.db import connection
from pytest_django.plugin import blocking_manager_key

from tests.mutants import acts, functions, policies, python
from tests.mutants.accepted import reason_for
from tests.reference.beside import opened_beside
from tests.reference.drawn import drawn_beside
from tests.reference.tables import TABLES

_PATIENCE = 20  # seconds for one fault: of Python's own time, so that a busy machine decides as a quiet one
_AT_MOST = 120  # seconds by the clock, for a test that waits for ever
_WORLDS = 24  # that a fault in a policy is looked for in
_LIKELY = 6  # tests that fell lately, and are asked first
_SLOW = 4.0  # a test that takes so many seconds of its own is not asked
_PERMISSIONS = "tests/test_required_permissions.py::test_each_view_requires_the_permission_on_the_list"
_FILTERS = "tests/sweep/test_filters.py::test_each_filter_hides_foreign_rows_without_the_policies"
_LOCKS = "tests/test_locks.py::test_each_act_that_needs_a_lock_asks_for_it"
_RIGHTS = "tests/test_writes.py::test_the_app_has_the_declared_rights_and_no_others"
_POLICIES = """
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT oid::regclass AS place FROM pg_class WHERE {0} AND NOT relispartition
        AND relnamespace = 'public'::regnamespace
    LOOP EXECUTE format('ALTER TABLE %s {1} ROW LEVEL SECURITY', found.place); END LOOP;
END $$
"""
NOTHING = "could not be planted"
_WORD = re.compile(r"\b[a-z]+_[a-z_]+\b")
FOLDER = python.ROOT / "var" / "mutants"
SOURCE = str(python.ROOT / "src" / "suone") + "/"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutants", default="policies,acts,python,functions", help="kinds of faults")
    parser.addoption("--mutants-of", default="", help="these packages alone, with commas")
    parser.addoption("--mutants-sample", type=int, help="so many faults of each kind, drawn at random")
    parser.addoption("--mutants-seed", type=int, default=1, help="another sample")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if item.get_closest_marker("browser") is None and "site" not in _fixtures(item)]


def _fixtures(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", []))


class TooSlow(BaseException):
    """The tests of a fault take longer than allowed: whether one would fall is not known."""


def pytest_runtestloop(session: pytest.Session) -> bool:
    FOLDER.mkdir(parents=True, exist_ok=True)
    if "policies" in session.config.getoption("--mutants"):
        with session.config.stash[blocking_manager_key].unblock():
            _judge_policies(_packages(session.config))
    if "acts" in session.config.getoption("--mutants"):
        with session.config.stash[blocking_manager_key].unblock():
            _judge_acts(_packages(session.config))
    if set(session.config.getoption("--mutants").split(",")) <= {"policies", "acts"}:
        return True
    session.config.option.tbstyle = "native"  # nobody reads how a test falls
    items = {item.nodeid: item for item in session.items}
    runner = _Runner(items)
    links = _Kept("links.json")
    for item in session.items:
        if item.nodeid not in links.found:
            links.keep(item.nodeid, runner.record(item))
    places: dict[str, list[str]] = {}
    for nodeid, link in links.found.items():
        if nodeid in items and link["passed"] and link["seconds"] < _SLOW:
            for place in link["places"]:
                places.setdefault(place, []).append(nodeid)
    places |= {nodeid: [nodeid] for nodeid in (_PERMISSIONS, _FILTERS, _LOCKS, _RIGHTS) if nodeid in items}
    for waiting in places.values():
        waiting.sort(key=lambda nodeid: links.found[nodeid]["seconds"])
    runner.begin()
    decided = _Kept("decided.json")
    counted: Counter[str] = Counter()
    for kind, fault, plant, reached in _faults(session.config, places):
        name = str(fault)
        if reason_for(kind, name) is not None:
            counted["accepted"] += 1
            continue
        if decided.found.get(name, NOTHING) == NOTHING:
            with _policies_off() if getattr(fault, "is_of_a_filter", False) else nullcontext():
                decided.keep(name, runner.judge(plant, reached))
        verdict = decided.found[name]
        counted[verdict] += 1
        if verdict != "fell":
            _say(line_of(name, verdict, is_reached=bool(reached)))
    _say(summary_of(counted))
    runner.finish()
    return True


def line_of(name: str, verdict: str, *, is_reached: bool) -> str:
    """What is said of a fault that nobody noticed, or that could not be planted and proves nothing."""
    remarks = [] if is_reached or verdict == NOTHING else ["no test reaches it"]
    remarks += [verdict] if verdict != "survived" else []
    return "  ".join(["", name, *(f"({remark})" for remark in remarks)])


def summary_of(counted: Mapping[str, int]) -> str:
    """How many faults there were of each kind; those that took too long survived."""
    survived = counted["survived"] + counted["took too long"]
    return (
        f"\n  {counted['fell'] + survived} faults planted, {survived} survived; {counted['accepted']} more change nothing,"
        f" as accepted.toml says; {counted[NOTHING]} could not be planted"
    )


def _packages(config: pytest.Config) -> list[str]:
    return config.getoption("--mutants-of").split(",")


def _judge_policies(packages: list[str]) -> None:
    """The reference model needs no test: it judges the policies in a minute or two."""
    with opened_beside(TABLES) as beside:
        faults = [fault for fault in policies.all_faults(beside) if fault.policy.table.startswith(tuple(packages))]
        left = faults
        for seed in range(1, _WORLDS + 1):
            left = policies.survivors(left, beside, [drawn_beside(beside, seed)])
    for fault in left:
        _say(f"  {fault}")
    _say(f"\n  {len(faults)} faults planted in policies, {len(left)} survived")


def _judge_acts(packages: list[str]) -> None:
    """Nor for what acts allow."""
    with opened_beside(TABLES) as beside:
        faults = [fault for fault in acts.all_faults(beside.connection) if str(fault).startswith(tuple(packages))]
        open_faults = [fault for fault in faults if reason_for("function", str(fault)) is None]
        left = acts.survivors(open_faults, beside, range(1, _WORLDS + 1))
    for fault in left:
        _say(f"  {fault}")
    accepted = len(faults) - len(open_faults)
    _say(
        f"\n  {len(open_faults)} faults planted in what acts allow, {len(left)} survived; {accepted} more change nothing"
    )


def _faults(
    config: pytest.Config, places: dict[str, list[str]]
) -> Iterator[tuple[str, Any, Callable[[], Callable[[], None] | None], list[str]]]:
    kinds, packages = config.getoption("--mutants").split(","), _packages(config)
    if "python" in kinds:
        for fault in _drawn(config, [fault for package in packages for fault in python.all_faults(package)]):
            reached = places.get(fault.place, [])
            yield "python", fault, fault.plant, [*places.get(_list_with(fault), []), *reached]
    if "functions" in kinds:
        with _owner() as owner:
            by_model = acts.judged_by_the_model(owner)
            of_packages = [
                sql
                for sql in functions.all_faults(owner)
                if str(sql).startswith(tuple(packages)) and sql.names[0] not in by_model
            ]
            for sql in _drawn(config, of_packages):
                reached = [nodeid for name in sql.names for nodeid in places.get(name, [])]
                if sql.planting.startswith("GRANT "):
                    reached[:0] = places.get(_RIGHTS, [])
                yield "function", sql, lambda sql=sql: sql.plant(owner), list(dict.fromkeys(reached))


def _drawn(config: pytest.Config, faults: list[Any]) -> list[Any]:
    """A sample of the faults, the same one for the same seed; all where none is asked for."""
    size = config.getoption("--mutants-sample")
    if size is None:
        return faults
    random.Random(config.getoption("--mutants-seed")).shuffle(faults)
    return faults[:size]


def _list_with(fault: python.PythonFault | python.PermissionFault) -> str:
    """The test that tries all of a kind, mostly against a list written down apart."""
    if isinstance(fault, python.PermissionFault):
        return _PERMISSIONS
    if fault.is_of_a_filter:
        return _FILTERS
    return _LOCKS if fault.what in ("without the lock", "without .select_for_update(…)") else ""


def _owner() -> psycopg.Connection[Any]:
    owner = settings.DATABASES["owner"]
    return psycopg.connect(
        host=owner["HOST"] or None,
        port=owner["PORT"] or None,
        user=owner["USER"],
        password=owner["PASSWORD"] or None,
        dbname=connection.settings_dict["NAME"],
        autocommit=True,
    )


@contextmanager
def _policies_off() -> Iterator[None]:
    """The second lock taken away, so that it does not hide the first."""
    with _owner() as owner:
        names = [name for (name,) in owner.execute("SELECT relname FROM pg_class WHERE relrowsecurity").fetchall()]
        owner.execute(_POLICIES.format("relrowsecurity", "DISABLE").encode())
        try:
            yield
        finally:
            known = ", ".join(f"'{name}'" for name in names)
            owner.execute(_POLICIES.format(f"relname IN ({known})", "ENABLE").encode())


class _Runner:
    def __init__(self, items: dict[str, pytest.Item]) -> None:
        self.items = items
        self.felled: list[str] = []  # the tests that fell for the faults before, the last one first

    def record(self, item: pytest.Item) -> dict[str, Any]:
        """Run a test once, and say which functions, tables and SQL functions it reached."""
        entered: set[Any] = set()
        statements: set[str] = set()

        def trace(frame: FrameType, event: str, argument: object) -> None:
            entered.add(frame.f_code)

        def note(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
            statements.add(sql)
            return execute(sql, *arguments)

        began = time.process_time()
        sys.settrace(trace)
        try:
            with connection.execute_wrapper(note):
                passed = self._passes(item)
        finally:
            sys.settrace(None)
        places = {
            f"src/suone/{code.co_filename.removeprefix(SOURCE)}:{code.co_firstlineno}"
            for code in entered
            if code.co_filename.startswith(SOURCE) and "/tests/" not in code.co_filename
        }
        words = {word for sql in statements for word in _WORD.findall(str(sql))}
        return {"passed": passed, "seconds": round(time.process_time() - began, 3), "places": sorted(places | words)}

    def judge(self, plant: Callable[[], Callable[[], None] | None], reached: Iterable[str]) -> str:
        """``fell``, ``survived``, ``took too long``, or ``could not be planted``.

        A test that falls without any fault says nothing (many do with the policies off): it must hold once the fault is
        taken out.
        """
        take_out = plant()
        if take_out is None:
            return NOTHING
        for number in (signal.SIGALRM, signal.SIGPROF):
            signal.signal(number, _too_slow)
        signal.alarm(_AT_MOST)
        signal.setitimer(signal.ITIMER_PROF, _PATIENCE)
        try:
            for nodeid in self._likely_first(reached):
                if not self._passes(self.items[nodeid]) and self._holds_without(nodeid, plant, take_out):
                    self.felled = [nodeid, *(other for other in self.felled[:_LIKELY] if other != nodeid)]
                    return "fell"
        except (TooSlow, pluggy.PluggyTeardownRaisedWarning):  # the second where it was raised in a hook
            return "took too long"
        finally:
            signal.alarm(0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            take_out()
        return "survived"

    def _likely_first(self, reached: Iterable[str]) -> list[str]:
        """Faults that lie side by side make the same tests fall."""
        waiting = list(reached)
        return [
            *(nodeid for nodeid in self.felled if nodeid in waiting),
            *(nodeid for nodeid in waiting if nodeid not in self.felled),
        ]

    def _holds_without(self, nodeid: str, plant: Callable[[], object], take_out: Callable[[], None]) -> bool:
        take_out()
        try:
            return self._passes(self.items[nodeid])
        finally:
            plant()

    def _passes(self, item: pytest.Item) -> bool:
        item.session._setupstate.teardown_exact(item)  # what stands for the test before and not for this one
        item._initrequest()  # type: ignore[attr-defined]  # as for a test that is run again
        reports = runtestprotocol(item, log=False, nextitem=self._another(item))
        return all(report.passed or report.skipped for report in reports)

    def _another(self, item: pytest.Item) -> pytest.Item:
        """Some other test, so that what lasts for the session stays."""
        return next((other for other in self.items.values() if other is not item), item)

    def begin(self) -> None:
        """Make the database, in which faults are looked for: without a test to be recorded nobody has yet."""
        self._passes(
            next(
                item for item in self.items.values() if "db" in _fixtures(item) or item.get_closest_marker("django_db")
            )
        )

    def finish(self) -> None:
        item = next(iter(self.items.values()))
        item._initrequest()  # type: ignore[attr-defined]
        runtestprotocol(item, log=False, nextitem=None)


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise TooSlow


class _Kept:
    """What is found, one line of JSON each, so that a run can be broken off at any moment."""

    def __init__(self, name: str) -> None:
        self.file: Path = FOLDER / name
        self.found: dict[str, Any] = {}
        if self.file.exists():
            for line in self.file.read_text("utf-8").splitlines():
                name, value = json.loads(line)
                self.found[name] = value

    def keep(self, name: str, value: Any) -> None:
        self.found[name] = value
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps([name, value]) + "\n")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
