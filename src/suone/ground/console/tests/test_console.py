"""What commands share: one sentence for trouble, one line for progress, one way to the database."""

import errno

import click
import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.utils import translation

from suone.ground.access.errors import Refused
from suone.ground.console.database import Database, as_job, reach_database
from suone.ground.console.progress import step
from suone.ground.console.tests.running import run
from suone.ground.console.trouble import Trouble


def _raising(error: Exception) -> click.Command:
    def fail() -> None:
        with step("Try"):
            raise error

    return click.Command("fail", callback=fail)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (Trouble("Do this instead."), "Do this instead."),
        (Refused("Ask somebody else."), "Ask somebody else."),
        (
            OperationalError("connection refused\nmore"),
            "The database cannot be reached (connection refused): see docs/operations.md.",
        ),
        (OSError(errno.ENOSPC, "no space"), "The disk is full: free some space and start again."),
    ],
)
def test_trouble_is_one_sentence_on_a_line_of_its_own(error: Exception, message: str) -> None:
    done = run(_raising(error))

    assert done.exit_code == 1
    assert done.output == f"  Try …\nError: {message}\n"


@pytest.mark.parametrize("error", [OSError(errno.EPERM, "not allowed"), ValueError("a mistake in the code")])
def test_what_nobody_foresaw_keeps_its_traceback(error: Exception) -> None:
    assert run(_raising(error)).exception is error


def test_the_database_is_reached_once_and_the_command_prints_english() -> None:
    starts = []

    def twice() -> None:
        with translation.override("de"):
            click.get_current_context().obj = Database(start=lambda: starts.append("started"))
            reach_database()
            click.echo(translation.get_language())
            reach_database()

    assert run(click.Command("twice", callback=twice)).output == "en\n"
    assert starts == ["started"]


def test_progress_stays_out_of_what_is_printed_into_a_file() -> None:
    def quiet() -> None:
        click.get_current_context().obj = Database(start=lambda: click.echo("  Start …"))
        reach_database(quiet=True)
        click.echo("{}")

    done = run(click.Command("quiet", callback=quiet))

    assert (done.stdout, done.stderr) == ("{}\n", "  Start …\n")


@pytest.mark.django_db
def test_a_job_acts_with_its_purpose_and_keeps_nothing_when_refused() -> None:
    def act() -> None:
        with as_job("a purpose") as acting, connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('suone.kind')")
            click.echo(f"{acting.kind} {acting.purpose} {cursor.fetchone()[0]}")
            cursor.execute("SELECT set_config('suone.left_behind', 'yes', true)")
            raise Refused("Not today.")

    done = run(click.Command("act", callback=act))

    assert done.output == "job a purpose job\nError: Not today.\n"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('suone.left_behind', true)")
        assert cursor.fetchone()[0] in (None, "")
