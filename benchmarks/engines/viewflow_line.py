"""The line in django-viewflow: six user steps, each assigned to a user who executes it under the case's lock.

Viewflow keeps each step as a row with who did it and when, and asks whether the user may; a log of its own it has not,
so a step writes one row more.
"""

import argparse
import json
from collections.abc import Callable
from typing import Any

from measured import Line, serve

_LOG = """
CREATE TABLE log (id bigserial PRIMARY KEY, case_id bigint, worker bigint, act text, at timestamptz DEFAULT now())
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="JSON: Django's settings of an empty database")
    _set_up(json.loads(parser.parse_args().database))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend: int = cursor.fetchone()[0]
        cursor.execute(_LOG)
    serve(_line(), backend=backend)


def _set_up(database: dict[str, Any]) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql"} | database},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "viewflow",
            "viewflow.workflow",
            "viewflow_steps",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)


def _line() -> Line:
    from django.contrib.auth.models import User
    from django.db import connection, transaction
    from viewflow.workflow import STATUS
    from viewflow.workflow.models import Process
    from viewflow_steps.flows import Line as Flow

    user = User.objects.create_user("worker")

    def log(process: Process, act: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO log (case_id, worker, act) VALUES (%s, %s, %s)", [process.pk, user.pk, act])

    def begin() -> Process:
        with transaction.atomic():
            process = Flow.start.run()
            log(process, "begun")
        return process

    def step(process: Process, number: int) -> None:
        # As viewflow's own wrapper of a task's view does it.
        with Flow.lock(process.pk):
            task = Flow.task_class.objects.get(process_id=process.pk, status=STATUS.ASSIGNED)
            activation = task.flow_task.activation_class(task)
            assert task.flow_task.can_execute(user, task)
            activation.start(None)
            activation.execute()
            log(process, f"step {number}")

    def check(cases: list[Process]) -> None:
        done = Process.objects.filter(pk__in=[case.pk for case in cases], status=STATUS.DONE)
        assert done.count() == len(cases), "not every case stands at its end"

    def queries(act: Callable[[], Any]) -> int:
        asked = 0

        def count(execute: Any, *arguments: Any) -> Any:
            nonlocal asked
            asked += 1
            return execute(*arguments)

        with connection.execute_wrapper(count):
            act()
        return asked

    return Line(begin, step, check, queries)


if __name__ == "__main__":
    main()
