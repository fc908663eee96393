"""Reaching the database from a command, and acting there as a job."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from suone.ground.access.acting import Acting


@dataclass
class Database:
    """How commands reach the database: the ``obj`` of click's context, set by ``config`` or by a test.

    ``start`` makes sure that a server is running.
    """

    start: Callable[[], None]
    is_reached: bool = False


def reach_database(*, quiet: bool = False) -> None:
    """Start the server if needed and set up Django; from here on the command's output is in English.

    ``quiet`` sends progress lines to standard error, for commands whose output is written to a file.
    """
    database = click.get_current_context().find_object(Database)
    assert database is not None, "the command runs without an obj that says how to reach the database"
    if database.is_reached:
        return
    with redirect_stdout(sys.stderr) if quiet else nullcontext():
        database.start()
    set_up_django()
    from django.utils import translation

    translation.activate("en")  # the language of all command output
    database.is_reached = True


def set_up_django() -> None:
    """Set up Django for a command that needs no database."""
    import django

    django.setup()


@contextmanager
def as_job(purpose: str) -> Iterator["Acting"]:
    """Reach the database and act there in one transaction as a job, whose ``purpose`` appears in the log."""
    reach_database()
    from suone.ground.access.acting import acting_for_job
    from suone.ground.access.database import acting_as

    acting = acting_for_job(purpose)
    with acting_as(acting):
        yield acting
