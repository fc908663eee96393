"""The worker process outlives an outage of its database, such as a restart of PostgreSQL."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from suone.config.processes import WORKER
from suone.config.tests import databases

_PATIENCE = 120  # seconds, for busy machines


@pytest.fixture(scope="module")
def name() -> Iterator[str]:
    name = f"outage_{os.getpid()}"
    databases.make_migrated(name)
    yield name
    databases.drop(name)


@pytest.fixture
def worker(name: str) -> Iterator[subprocess.Popen[bytes]]:
    host = settings.DATABASES["default"]["HOST"]
    urls = {key: f"postgresql://{user}@/{name}?host={host}" for key, user in _URLS.items()}
    process = subprocess.Popen([sys.executable, *WORKER], env=os.environ | urls, stderr=subprocess.DEVNULL)
    yield process
    process.kill()
    process.wait()


_URLS = {"DATABASE_URL": "suone_app", "DATABASE_OWNER_URL": "suone_owner"}


def _wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.2)


def _defer(name: str) -> None:
    with _owner(name) as connection:
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', 'signin.send_letters', '{}')"
        )


def _done(name: str) -> int:
    with _owner(name) as connection:
        row = connection.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'signin.send_letters' AND status = 'succeeded'"
        ).fetchone()
    return row[0] if row else 0


def _owner(name: str) -> "psycopg.Connection[tuple[int]]":
    database = settings.DATABASES["default"]
    return psycopg.connect(host=database["HOST"], dbname=name, user="suone_owner", autocommit=True)


def _let_in(name: str, *, everybody: bool) -> None:
    with databases.administering() as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(sql.Identifier(name), sql.Literal(everybody))
        )
    if not everybody:
        host = settings.DATABASES["default"]["HOST"]
        with psycopg.connect(host=host, dbname="postgres", user="suone_app") as app:  # it may end its own connections
            app.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = 'suone_app'",
                [name],
            )


def test_after_an_outage_the_worker_goes_on(name: str, worker: subprocess.Popen[bytes]) -> None:
    _defer(name)
    _wait_for(lambda: _done(name) == 1)

    _let_in(name, everybody=False)
    time.sleep(3)
    assert worker.poll() is None
    _let_in(name, everybody=True)
    _defer(name)

    _wait_for(lambda: _done(name) == 2)
    assert worker.poll() is None
