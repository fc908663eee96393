"""Worlds that tests share: a fixture marked ``kept`` is built once, and every test starts from what it left.

Each kept fixture is a savepoint inside one open transaction, stacked on those it asks for; a test runs in a savepoint of
its own above them and is rolled back to them. A fixture that depends on anything else (``settings``, ``tmp_path``, one
that is not kept) is built for each test, as pytest does by itself; so is everything in tests that commit, and in runs
that plant faults, where the building itself must notice them. What a fixture returns is handed out as a fresh copy.
"""

import functools
import inspect
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone, translation

_COMMITTING = {"transactional_db", "django_db_reset_sequences", "live_server"}


def kept(build: Callable[..., Any]) -> Any:
    """In place of ``pytest.fixture``: built once for all tests in a row that ask for it. It needs no ``db``."""

    @functools.wraps(build)
    def fixture(request: pytest.FixtureRequest, db: None, **standing_on: Any) -> Any:
        worlds = request.config.stash[_WORLDS]
        level = worlds.level_of(build)
        return build(**standing_on) if level is None else level.copy()

    given = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in ("request", "db")]
    fixture.__signature__ = inspect.Signature([*given, *inspect.signature(build).parameters.values()])  # type: ignore[attr-defined]
    fixture.kept = build  # type: ignore[attr-defined]
    return pytest.fixture(fixture)


@dataclass(frozen=True)
class Plan:
    """A kept fixture with those it depends on: two of one name may depend on different ones."""

    name: str
    build: Callable[..., Any] = field(repr=False)
    below: tuple["Plan", ...]


@dataclass
class Level:
    plan: Plan
    savepoint: Any
    pickled: bytes

    def copy(self) -> Any:
        return pickle.loads(self.pickled)


class Worlds:
    """The stack of what is built, from the bottom."""

    def __init__(self, *, keeping: bool) -> None:
        self.keeping = keeping
        self.levels: list[Level] = []
        self.day: date | None = None
        self.under: Any = None  # the connection in which they are built

    def level_of(self, build: Callable[..., Any]) -> Level | None:
        return next((level for level in self.levels if level.plan.build is build), None)

    def arrange(self, plans: Sequence[Plan]) -> None:
        """Just these, in this order: take down what is too much, build what is missing."""
        if self.under is not connection.connection or self.day != timezone.localdate():
            self.take_down(0)
        same = 0
        while same < min(len(plans), len(self.levels)) and self.levels[same].plan == plans[same]:
            same += 1
        self.take_down(same)
        for plan in plans[same:]:
            if not self._build(plan):
                break
        _let_wait_what_waits()

    def take_down(self, down_to: int = 0) -> None:
        while len(self.levels) > down_to:
            level = self.levels.pop()
            if self.under is connection.connection:  # else they went with the connection
                _roll_back(level.savepoint)

    def _build(self, plan: Plan) -> bool:
        """False where it fails: the test builds it again and says why."""
        savepoint = transaction.atomic()
        savepoint._from_testcase = True  # type: ignore[attr-defined]  # services may ask for a transaction of their own
        savepoint.__enter__()
        if not self.levels:
            self.under, self.day = connection.connection, timezone.localdate()
        given = {below.name: level.copy() for below in plan.below if (level := self.level_of(below.build))}
        try:
            with translation.override("en"):
                value = plan.build(**given)
            _judge_what_waits()
            self.levels.append(Level(plan, savepoint, pickle.dumps(value)))
        except Exception:
            _roll_back(savepoint)
            return False
        return True


_WORLDS = pytest.StashKey[Worlds]()


def _roll_back(savepoint: Any) -> None:
    transaction.set_rollback(True)
    savepoint.__exit__(None, None, None)


def _judge_what_waits() -> None:
    """Once, instead of at the end of each test."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _let_wait_what_waits() -> None:
    """Constraints wait or do not, as when a transaction begins; a rollback to a savepoint does not see to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT quote_ident(conname) FROM pg_constraint WHERE condeferrable AND NOT condeferred"
        )
        names = ", ".join(name for (name,) in cursor.fetchall())
        cursor.execute("SET CONSTRAINTS ALL DEFERRED" + (f"; SET CONSTRAINTS {names} IMMEDIATE" if names else ""))


def _commits(item: pytest.Item) -> bool:
    return bool(_COMMITTING & set(getattr(item, "fixturenames", ()))) or any(
        mark.kwargs.get("transaction") for mark in item.iter_markers("django_db")
    )


def plans_of(item: pytest.Item) -> list[Plan]:
    """The kept fixtures of a test, each after those it depends on."""
    names = set(getattr(item, "fixturenames", ()))
    if _commits(item):
        return []
    found: dict[tuple[str, int], Plan | None] = {}

    def plan(name: str, back: int = 1) -> Plan | None:
        """With ``back`` the fixture that this many nearer ones of the same name extend."""
        if (name, back) not in found:
            definitions = item._fixtureinfo.name2fixturedefs.get(name, ())  # type: ignore[attr-defined]
            build = getattr(definitions[-back].func, "kept", None) if len(definitions) >= back else None
            found[name, back] = None
            if build is not None:
                below = [plan(one, back + 1 if one == name else 1) for one in inspect.signature(build).parameters]
                if None not in below:
                    found[name, back] = Plan(name, build, tuple(one for one in below if one is not None))
        return found[name, back]

    for name in sorted(names):
        plan(name)
    return sorted((one for one in found.values() if one is not None), key=lambda one: (_height(one), one.name))


def _height(plan: Plan) -> int:
    return 1 + max(map(_height, plan.below), default=0)


def _reaches_the_database(item: pytest.Item) -> bool:
    """Also by a fixture for several tests that opens the way by itself."""
    if {"db", *_COMMITTING} & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("django_db"):
        return True
    found = getattr(item, "_fixtureinfo", None)
    definitions = [one for several in found.name2fixturedefs.values() for one in several] if found else []
    return any(
        "django_db_blocker" in one.argnames and not one.func.__module__.startswith("pytest_django")
        for one in definitions
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_WORLDS] = Worlds(keeping=config.getoption("--mutants", None) is None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Within a file, tests that start from the same world follow each other; those that commit stay behind all others."""
    if not config.stash[_WORLDS].keeping:
        return
    files: dict[Any, list[pytest.Item]] = {}
    for item in items:
        files.setdefault((item.path, _commits(item)), []).append(item)
    for of_file in files.values():
        of_file.sort(key=lambda item: [plan.name for plan in plans_of(item)])
    items[:] = [item for of_file in files.values() for item in of_file]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Whoever starts from nothing finds nothing."""
    if _reaches_the_database(item) and not plans_of(item):
        leave(item.config)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> None:
    """Before the test's own savepoint is opened."""
    worlds = request.config.stash[_WORLDS]
    if fixturedef.argname == "_django_db_helper" and worlds.keeping:
        plans = plans_of(request.node)
        if plans:
            with request.getfixturevalue("django_db_blocker").unblock():
                worlds.arrange(plans)


def leave(config: pytest.Config) -> None:
    """Nothing is built any more: before tests that commit, and before the database goes."""
    from pytest_django.plugin import blocking_manager_key

    worlds = config.stash[_WORLDS]
    if worlds.levels:
        with config.stash[blocking_manager_key].unblock():
            worlds.take_down()
