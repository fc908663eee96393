"""The worker process: carries out jobs until it is stopped, without output."""

import os
from typing import Any

import django
import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import UniqueViolation


class QueueConnector(PsycopgConnector):
    """The worker's way to its queue: as a job, which alone may plan, take and finish jobs (signin/sql/accounts.sql)."""

    @classmethod
    def to(cls, parameters: dict[str, Any]) -> "QueueConnector":
        """To the database that these parameters of a connection name."""
        return cls(kwargs=parameters, configure=_act_as_job)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """As the library, except that a lock which is taken is no reason to stop.

        PostgreSQL does not say which value was there already where row policies apply, and the library relies on it.
        """
        try:
            answer: dict[str, Any] = await super().execute_query_one_async(query, **arguments)
            return answer
        except AssertionError as error:
            taken = error.__context__
            if not isinstance(taken, psycopg.errors.UniqueViolation):
                raise
            raise UniqueViolation(
                constraint_name=taken.diag.constraint_name or "", queueing_lock=arguments.get("queueing_lock")
            ) from error


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
