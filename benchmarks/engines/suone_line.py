"""The line in Suone: a case notified with its signed consent, led by the office through a procedure of six phases.

A step is the product's own act: rights and row policies, timeline, log, the phase's work item withdrawn and the next one
set. Five steps advance the case; the sixth closes it. ``--profile`` prints where the time of a step goes.
"""

import argparse
import cProfile
import os
import pstats
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from measured import STEPS, Line, serve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="an empty, migrated database on the embedded server")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    import django

    django.setup()
    with tempfile.TemporaryDirectory() as folder, _database(options.database, folder) as backend:
        line = _line()
        if options.profile:
            _profile(line)
        else:
            serve(line, backend=backend)


@contextmanager
def _database(name: str, folder: str) -> Iterator[int]:
    """Connect as the owner, who acts in the app's role; yields the number of the backend's process."""
    from django.conf import settings
    from django.db import connection

    owner = settings.DATABASES["owner"]
    connection.settings_dict.update(
        {part: owner[part] for part in ("HOST", "PORT", "USER", "PASSWORD") if part in owner}, NAME=name
    )
    settings.KEYS_FOLDER, settings.MEDIA_ROOT = Path(folder) / "keys", Path(folder) / "media"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        yield cursor.fetchone()[0]


def _line() -> Line:
    from suone.canton.procedures.tests.factories import published_text
    from suone.casework.cases.models import Case
    from suone.casework.cases.rules import ClosingReason, Outcome, State
    from suone.casework.leading import services
    from suone.casework.leading.tests.factories import notification
    from suone.ground.access.database import acting_as
    from suone.organisation.appointments.tests.factories import acting
    from suone.records.consents.tests.factories import make_cast

    cast = make_cast()
    procedure = published_text((Path(__file__).parent / "line.toml").read_text())
    worker, coordinator = acting(cast.worker), acting(cast.coordinator)

    def begin() -> Case:
        with acting_as(worker):
            return services.notify_case(worker, notification=notification(cast, procedure=procedure))

    def step(case: Case, number: int) -> None:
        with acting_as(coordinator):
            if number < STEPS:
                services.advance_case(coordinator, case=case, to=f"phase_{number + 1}")
            else:
                services.close_case(
                    coordinator,
                    case=case,
                    outcome=Outcome.PRIMARY_MARKET,
                    closing_reason=ClosingReason.GOALS_REACHED,
                )

    def check(cases: list[Case]) -> None:
        closed = Case.objects.filter(pk__in=[case.pk for case in cases], state=State.CLOSED)
        assert closed.count() == len(cases), "not every case stands at its end"

    return Line(begin, step, check, lambda act: len(_statements(act)))


def _statements(act: Callable[[], Any]) -> list[str]:
    from django.db import connection

    asked: list[str] = []

    def keep(execute: Any, query: str, *rest: Any) -> Any:
        asked.append(query)
        return execute(query, *rest)

    with connection.execute_wrapper(keep):
        act()
    return asked


def _profile(line: Line) -> None:
    """The statements of one step, then the functions in which two hundred steps spend their time."""
    case = line.begin()
    line.step(case, 1)
    statements = _statements(lambda: line.step(case, 2))
    for number, statement in enumerate(statements, 1):
        print(f"{number:3} {' '.join(statement.split())[:170]}")
    print(Counter(statement.split()[0] for statement in statements))
    cases = [line.begin() for _ in range(50)]
    with cProfile.Profile(time.process_time) as profile:
        for step in range(1, STEPS):
            for case in cases:
                line.step(case, step)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(110)


if __name__ == "__main__":
    main()
