"""The worker process: carries out jobs until it is stopped, without output."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import django
import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation

T = TypeVar("T")
_log = logging.getLogger(__name__)
_LONGEST_PAUSE = 15.0  # seconds


class QueueConnector(PsycopgConnector):
    """The worker's way to its queue: as a job, which alone may plan, take and finish jobs (signin/sql/accounts.sql).

    While the database is away, such as during its restart, it asks again; the library would end the worker. A job that the
    queue gave out, and whose answer was lost, is taken up by ``take_up_stalled_jobs``.
    """

    @classmethod
    def to(cls, parameters: dict[str, Any]) -> "QueueConnector":
        """To the database that these parameters of a connection name."""
        return cls(kwargs=parameters, configure=_act_as_job)

    async def listen_notify(self, on_notification: Any, channels: Any) -> None:
        listen = super().listen_notify
        await _until_answered(lambda: listen(on_notification, channels))

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        ask = super().execute_query_async
        await _until_answered(lambda: ask(query, **arguments))

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        ask = super().execute_query_all_async
        return await _until_answered(lambda: ask(query, **arguments))

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """As the library, except that a lock which is taken is no reason to stop.

        PostgreSQL does not say which value was there already where row policies apply, and the library relies on it.
        """
        ask = super().execute_query_one_async
        try:
            return await _until_answered(lambda: ask(query, **arguments))
        except AssertionError as error:
            taken = error.__context__
            if not isinstance(taken, psycopg.errors.UniqueViolation):
                raise
            raise UniqueViolation(
                constraint_name=taken.diag.constraint_name or "", queueing_lock=arguments.get("queueing_lock")
            ) from error


async def _until_answered(ask: Callable[[], Awaitable[T]]) -> T:
    pause = 0.5
    while True:
        try:
            return await ask()
        except ConnectorException as error:
            if not isinstance(error.__cause__, psycopg.OperationalError):
                raise
            _log.warning("The database cannot be reached: the worker asks again in %s seconds.", pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


async def _act_as_job(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.execute("SET suone.kind = 'job'")
    await connection.commit()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
    django.setup()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.utils import connector_params

    with app.replace_connector(QueueConnector.to(connector_params("default"))) as worker:
        worker.run_worker()


if __name__ == "__main__":
    main()
