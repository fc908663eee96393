"""``make costs``: which part of the suite takes how much processor time.

    pytest -p tests.costs …

A part is a package, or a folder or file of ``tests/``. Counted is user and system time: of the tests themselves with
the servers and commands they start, of the browser, and of PostgreSQL. The database serves all workers at once, so with
several of them (``-n``) its time is given as a whole.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

_BROWSER = ("chromium", "chrome", "node", "headless_shell")
_START = "(start and collection)"
_ALL = "(all parts)"


class Costs:
    """What each part has taken until now."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.alone = not hasattr(config, "workerinput") and not config.getoption("numprocesses", None)
        self.spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        self.tests: dict[str, int] = defaultdict(int)
        self.seen: dict[int, tuple[bool, float]] = {}  # of each process started: is it of a browser, and its seconds
        # Of processes of our own that run, with all that they started: what will be counted with ours once they end.
        self.waiting: dict[int, float] = {}
        self.counted_twice = 0.0
        self.last = [0.0, 0.0, _of_database()]
        self.database_before = self.last[2]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self) -> None:
        self._book(_START)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
        part = part_of(item)
        self.tests[part] += 1
        outcome = yield
        if nextitem is None or part_of(nextitem) != part:
            self._book(part)
        return outcome

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """A browser that this test closes is looked at while it runs."""
        if "browser" in item.fixturenames:  # type: ignore[attr-defined]
            self._look()

    def _look(self) -> tuple[float, float]:
        """The seconds of Python and of browsers, of what has ended too."""
        own = psutil.Process()
        running = {process.pid for process in own.children(recursive=True)}
        for pid in self.waiting.keys() - running:
            self.counted_twice += self.waiting.pop(pid)
        children = []
        for process in own.children(recursive=True):
            try:
                name, times, parent = process.name(), process.cpu_times(), process.ppid()
            except psutil.NoSuchProcess:
                continue
            if name == "postgres":
                continue
            of_browser = any(word in name for word in _BROWSER)
            self.seen[process.pid] = of_browser, sum(times[: 2 if of_browser else 4])
            if parent == own.pid:
                children.append(process)
        for child in children:
            self.waiting[child.pid] = sum(self.seen.get(pid, (False, 0.0))[1] for pid in _with_descendants(child))
        browser = sum(seconds for of_browser, seconds in self.seen.values() if of_browser)
        others = sum(seconds for of_browser, seconds in self.seen.values() if not of_browser)
        return _seconds(own) - self.counted_twice + others, browser

    def _book(self, part: str) -> None:
        python, browser = self._look()
        now = [python, browser, _of_database() if self.alone else 0.0]
        for kind, (before, after) in enumerate(zip(self.last, now, strict=True)):
            self.spent[part][kind] += max(0.0, after - before)
        self.last = now

    def pytest_sessionfinish(self) -> None:
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["costs"] = (dict(self.spent), dict(self.tests))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        spent, tests = getattr(node, "workeroutput", {}).get("costs", ({}, {}))
        for part, costs in spent.items():
            self.spent[part] = [one + other for one, other in zip(self.spent[part], costs, strict=True)]
        for part, number in tests.items():
            self.tests[part] += number

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.alone:
            self.spent[_ALL][2] = _of_database() - self.database_before
        terminalreporter.write_line("")
        for line in self._table():
            terminalreporter.write_line(line)

    def _table(self) -> Iterator[str]:
        total = [sum(column) for column in zip(*self.spent.values(), strict=True)]
        yield "| part | tests | Python s | browser s | database s | all s | share |"
        yield "|---|--:|--:|--:|--:|--:|--:|"
        for part, costs in sorted(self.spent.items(), key=lambda row: -sum(row[1])):
            yield _row(part, self.tests[part], costs, sum(total))
        yield _row("**sum**", sum(self.tests.values()), total, sum(total))


def part_of(item: pytest.Item) -> str:
    """``consents`` for a package, ``tests/sweep`` for a folder, ``tests/test_races.py`` for a file."""
    place = item.path.relative_to(item.config.rootpath).parts
    return place[2] if place[0] == "src" else "/".join(place[:2])


def _row(part: str, tests: int, costs: list[float], total: float) -> str:
    shown = " | ".join(f"{cost:.1f}" for cost in costs)
    return f"| {part} | {tests} | {shown} | {sum(costs):.1f} | {sum(costs) / total:.1%} |"


def _of_database() -> float:
    """The embedded server with all its processes; 0 before it has started, and for a server elsewhere."""
    from django.conf import settings

    try:
        pid = int((Path(settings.VAR) / "postgres" / "postmaster.pid").read_text().split()[0])
        server = psutil.Process(pid)
        return sum(map(_seconds, [server, *server.children(recursive=True)]))
    except (OSError, psutil.NoSuchProcess):
        return 0.0


def _seconds(process: psutil.Process) -> float:
    try:
        return sum(process.cpu_times()[:4])
    except psutil.NoSuchProcess:
        return 0.0


def _with_descendants(process: psutil.Process) -> list[int]:
    try:
        return [process.pid, *(descendant.pid for descendant in process.children(recursive=True))]
    except psutil.NoSuchProcess:
        return [process.pid]


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Costs(config), "costs")
