"""How fast the engine is: steps of a case per CPU second beside two other engines, decisions alone, and the worklist.

A line of six steps runs in Suone, SpiffWorkflow and django-viewflow, in turn, on the same embedded server. Each runs in
a process of its own with one connection and one transaction a step; the CPU seconds are those of that process and of
its PostgreSQL backend. The other engines are installed into an environment of their own, under ``var/``: viewflow is
under the AGPL, SpiffWorkflow under the LGPL, and neither is ever imported by the product.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import embedded_server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
_FOLDER = Path(__file__).parent / "engines"
_DECISIONS = 20_000
_LOOKS = 40
_TODAY = date(2026, 6, 1)


@dataclass(frozen=True)
class Engine:
    """An engine in a process of its own, which answers with the figures of one round."""

    name: str
    process: "subprocess.Popen[str]"

    def round(self, cases: int) -> dict[str, float]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(cases, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, f"{self.name} ended: see above"
        figures: dict[str, float] = json.loads(answer)
        return figures


def main() -> None:
    """Print three tables: steps, decisions, worklist."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cases", type=int, default=30, help="cases of a round, six steps each")
    parser.add_argument(
        "--worklist", type=int, default=100_000, help="open cases of the larger database; 0 leaves it out"
    )
    options = parser.parse_args()
    embedded_server.start()
    from django.conf import settings

    embedded_server.connect_as_owner()
    _compare(environment(settings.VAR, _FOLDER), rounds=options.rounds, cases=options.cases)
    _decide()
    for cases in (options.worklist // 10, options.worklist) if options.worklist else ():
        _look(cases)


# ---- six steps, three engines


def environment(var: Path, pinned: Path) -> Path:
    """The Python that has what a folder pins; made at the first time, and anew when the pins change."""
    folder, pins = var / f"bench-{pinned.name}", (pinned / "requirements.txt").read_text()
    python, installed = folder / "bin" / "python", folder / "installed.txt"
    if not installed.exists() or installed.read_text() != pins:
        _say(f"installing what {pinned.name} need")
        uv = str(Path(sys.executable).parent / "uv")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], check=True)
        requirements = str(pinned / "requirements.txt")
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), "-r", requirements], check=True)
        installed.write_text(pins)
    return python


def _compare(python: Path, *, rounds: int, cases: int) -> None:
    figures: dict[str, list[dict[str, float]]] = {}
    with ExitStack() as stack:
        engines = [stack.enter_context(engine) for engine in _engines(python)]
        for engine in engines:
            engine.round(2)  # the caches warm up
        for turn in range(rounds):
            _say(f"round {turn + 1} of {rounds}, load {os.getloadavg()[0]:.1f}")
            first = turn % len(engines)
            for engine in engines[first:] + engines[:first]:
                figures.setdefault(engine.name, []).append(engine.round(cases))
    print(f"\nmedian of {rounds} rounds of {cases} cases, a CPU second counting Python and the PostgreSQL backend")
    print(
        "| engine | statements a step | Python ms | backend ms | steps/CPU s | least–most | cases begun/CPU s | Suone is |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for engine in engines:
        own = figures[engine.name]
        steps = [figure["steps"] for figure in own]
        times = median(a["steps"] / b["steps"] for a, b in zip(figures["Suone"], own, strict=True))
        middle = {key: median(figure[key] for figure in own) for key in own[0]}
        print(
            f"| {engine.name} | {middle['queries']:.0f} | {middle['python'] * 1000:.1f} | {middle['backend'] * 1000:.1f} "
            f"| {middle['steps']:.0f} | {min(steps):.0f}–{max(steps):.0f} | {middle['cases']:.0f} | {times:.2f} × |"
        )


def _engines(python: Path) -> Iterator[Any]:
    from django.db import connection

    place = {key.lower(): str(connection.settings_dict[key]) for key in ("HOST", "PORT", "USER", "PASSWORD")}
    ours, spiff, viewflow = (f"bench_engine_{os.getpid()}_{name}" for name in ("suone", "spiff", "viewflow"))
    address = " ".join(f"{key}={value}" for key, value in place.items() if value)
    django_settings = json.dumps({key.upper(): value for key, value in place.items()} | {"NAME": viewflow})
    yield _running("Suone", sys.executable, "suone_line.py", ours, database=ours, migrated=True)
    yield _running(
        "SpiffWorkflow", str(python), "spiff_line.py", f"{address} dbname={spiff}", database=spiff, migrated=False
    )
    yield _running(
        "django-viewflow", str(python), "viewflow_line.py", django_settings, database=viewflow, migrated=False
    )


@contextmanager
def _running(name: str, python: str, script: str, address: str, *, database: str, migrated: bool) -> Iterator[Engine]:
    with _database(database, migrated=migrated):
        command = [python, str(_FOLDER / script), "--database", address]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            yield Engine(name, process)


@contextmanager
def _database(name: str, *, migrated: bool) -> Iterator[None]:
    """A database of its own, cleared away afterwards."""
    from django.conf import settings
    from django.db import connection

    usual = str(settings.DATABASES["default"]["NAME"])
    if migrated:
        _say("migrating")
        connection.settings_dict["TEST"]["NAME"] = name
        connection.creation.create_test_db(verbosity=0, serialize=False)
        connection.close()
        connection.settings_dict["NAME"] = usual
    else:
        _as_owner(f'CREATE DATABASE "{name}"')
    try:
        yield
    finally:
        _as_owner(f'DROP DATABASE "{name}" WITH (FORCE)')


def _as_owner(statement: str) -> None:
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


# ---- decisions alone


def _decide() -> None:
    """What is missing, which ways are open and what is to be done, for a case of the longest procedure we ship."""
    from suone.canton.procedures.facts import Scalar
    from suone.canton.procedures.loading import shipped
    from suone.canton.procedures.rules import phase_status, planned_items
    from suone.canton.procedures.services import holidays_of

    procedure = shipped()["vs-complex"]
    facts: dict[str, Scalar] = {
        "consent_valid": True,
        "triaged_on": _TODAY,
        "level": "complex",
        "risk_factors": 2,
        "institutions": 3,
    }
    days_off = holidays_of(procedure.canton, _TODAY.year)

    def decide() -> None:
        for phase in procedure.phases:
            phase_status(phase, facts, on=_TODAY)
            planned_items(phase, facts, on=_TODAY, holidays=days_off)

    per_call = _cpu_of(decide, _DECISIONS // len(procedure.phases)) / len(procedure.phases)
    print(
        f"\nthe engine alone: {1 / per_call:,.0f} decisions per CPU second over {len(procedure.phases)} phases of vs-complex"
    )


def _cpu_of(call: Callable[[], object], times: int) -> float:
    """The median CPU seconds of one call, in five runs."""
    runs = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(times // 5):
            call()
        runs.append((time.process_time() - began) / (times // 5))
    return median(runs)


# ---- the worklist


def _look(cases: int) -> None:
    """The worklist of a case worker with about a hundred open cases of so many, in a canton of its own."""
    from django.db import connection

    from canton import Canton
    from suone.desk.worklist.queries import PAGE, entries, mine
    from suone.ground.access.database import acting_as

    name = f"bench_engine_{os.getpid()}_{cases}"
    with _database(name, migrated=True):
        connection.close()
        connection.settings_dict["NAME"] = name
        canton = Canton(cases)
        canton.fill(whole=True)
        for worker in canton.workers():
            acting = worker.acting()
            taken = []
            for _ in range(_LOOKS):
                with acting_as(acting):
                    began = time.perf_counter()
                    lines = mine(acting)
                    entries(acting, lines[:PAGE], state="")
                    taken.append((time.perf_counter() - began) * 1000)
            print(
                f"{cases:,} cases, {worker.label} institution: {len(lines)} entries in {median(taken):.1f} ms (median)"
            )
        connection.close()
        connection.settings_dict["NAME"] = "postgres"


def _say(words: str) -> None:
    print(f"  {words} …", flush=True)


if __name__ == "__main__":
    main()
