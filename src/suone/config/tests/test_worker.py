"""The worker in a database with row policies, as the app's role."""

import asyncio

import pytest
from django.db import connection
from procrastinate import App
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import AlreadyEnqueued

from suone.config.worker import QueueConnector

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def app(transactional_db: None) -> App:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_periodic_defers; DELETE FROM procrastinate_jobs")
    return App(connector=QueueConnector.to(connector_params() | {"user": "suone_app"}))


def _jobs() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, status FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


def test_a_periodic_job_that_still_waits_is_no_reason_to_stop(app: App) -> None:
    @app.periodic(cron="* * * * *")
    @app.task(queueing_lock="audit-seal", name="audit.seal")
    def seal(timestamp: int) -> None: ...

    async def two_minutes() -> None:
        async with app.open_async():
            for minute in (60, 120):
                await seal.configure(task_kwargs={"timestamp": minute}).job_manager.defer_periodic_job(
                    job=seal.configure(task_kwargs={"timestamp": minute}).job, periodic_id="", defer_timestamp=minute
                )

    with pytest.raises(AlreadyEnqueued):
        asyncio.run(two_minutes())
    assert _jobs() == [("audit.seal", "todo")]


def test_a_job_that_nobody_knows_does_not_keep_the_others_from_running(app: App) -> None:
    done = []

    @app.task(name="known")
    def known(number: int) -> None:
        done.append(number)

    with connection.cursor() as cursor:
        for name, arguments in (("unknown", "{}"), ("known", '{"x": 1}'), ("known", '{"number": 7}')):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', %s, %s)",
                [name, arguments],
            )

    async def work() -> None:
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    asyncio.run(work())

    assert done == [7]
    assert _jobs() == [("unknown", "failed"), ("known", "failed"), ("known", "succeeded")]
