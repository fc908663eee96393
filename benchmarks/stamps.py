"""What the stamps cost: work items inserted as the app, with the triggers that say who and when, and without them.

One row for each statement, as the product inserts, and a thousand rows in one statement, where nothing else hides the
triggers. Both sides in turn, each rolled back; what is counted is the time of the database server's processor.
"""

import os
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import embedded_server

from canton import Database, Worker, run

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
_ROUNDS = 40
_WARM_UP = 4
_SINGLE = 200
_MANY = 1000
_INSERT = (
    "INSERT INTO workitems_workitem (dossier_id, category, title, language, details, due_on, addressed_id, controlling_id,"
    " asked_by_id, state, reason, settled_by, about_type, step, version)"
    " SELECT %s, 10, 'Call', 'de', '', current_date, %s, %s, %s, 'open', '', '', '', '', 1 FROM generate_series(1, %s)"
)


def main() -> None:
    """Print milliseconds for each side, and their ratio."""
    embedded_server.start()
    database = Database(1000)
    try:
        with database.session(bound=False):
            for label, statements, rows in (("one by one", _SINGLE, 1), ("in one statement", 1, _MANY)):
                _compare(label, database.workers[-1], statements, rows)
    finally:
        database.clear_away()


def _compare(label: str, worker: Worker, statements: int, rows: int) -> None:
    times: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(-_WARM_UP, _ROUNDS):
        for stamped in (True, False) if turn % 2 else (False, True):
            taken = _seconds(worker, statements, rows, stamped=stamped)
            if turn >= 0:
                times[stamped].append(taken)
    ratios = [one / other for one, other in zip(times[True], times[False], strict=True)]
    low, *_middle, high = quantiles(ratios, n=20)
    print(
        f"{statements * rows} rows {label}: {median(times[True]) * 1000:.1f} ms with stamps,"
        f" {median(times[False]) * 1000:.1f} ms without; ratio {median(ratios):.2f} (5 to 95 %: {low:.2f} to {high:.2f})"
    )


def _seconds(worker: Worker, statements: int, rows: int, *, stamped: bool) -> float:
    from django.db import connection, transaction

    from suone.ground.access.database import acting_as

    acting: Any = worker.acting()
    values = [worker.cases[0], acting.institution_id, acting.institution_id, acting.staff_id, rows]
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    with acting_as(acting):
        run("SET LOCAL ROLE NONE")
        if not stamped:
            for name in ("item_asked", "item_done"):
                run(f"ALTER TABLE workitems_workitem DISABLE TRIGGER {name}")
        run("SET LOCAL ROLE suone_app")
        with connection.cursor() as cursor:
            began = int(server.read_text().split()[0])
            for _statement in range(statements):
                cursor.execute(_INSERT, values)
            ended = int(server.read_text().split()[0])
        transaction.set_rollback(True)
    return (ended - began) / 1e9


if __name__ == "__main__":
    main()
