"""CPU seconds of a line of steps: this Python process and its PostgreSQL backend together.

Every engine runs in a process of its own, with one connection, and is asked for one round at a time over its standard
input, so that the rounds of several engines alternate. Needs nothing but the standard library.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STEPS = 6
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Line:
    """How an engine begins a case and takes it one step on; each call is one transaction."""

    begin: Callable[[], Any]
    step: Callable[[Any, int], None]
    check: Callable[[list[Any]], None]  # every case of the round stands at its end
    queries: Callable[[Callable[[], Any]], int]  # how many statements a call sends, transaction control left out


def serve(line: Line, *, backend: int) -> None:
    """Answer ``N`` on standard input with the figures of a round of N cases, until there is no more."""
    for request in sys.stdin:
        print(json.dumps(_round(line, int(request), backend)), flush=True)


def _round(line: Line, count: int, backend: int) -> dict[str, float]:
    began = _cpu(backend)
    cases = [line.begin() for _ in range(count)]
    begun = _cpu(backend)
    for step in range(1, STEPS + 1):
        for case in cases:
            line.step(case, step)
    ended = _cpu(backend)
    line.check(cases)
    return {
        "cases": count / (sum(begun) - sum(began)),
        "steps": count * STEPS / (sum(ended) - sum(begun)),
        "python": (ended[0] - begun[0]) / (count * STEPS),
        "backend": (ended[1] - begun[1]) / (count * STEPS),
        "queries": _queries(line),
    }


def _queries(line: Line) -> float:
    """Statements of the second step of a case, as one for all."""
    case = line.begin()
    line.step(case, 1)
    return line.queries(lambda: line.step(case, 2))


def _cpu(backend: int) -> tuple[float, float]:
    """CPU seconds of this process and of the backend so far, in user and system mode."""
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return time.process_time(), (int(fields[11]) + int(fields[12])) / _TICKS
