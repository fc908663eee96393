"""Errors that the user of a command can fix are shown as one sentence, without a traceback."""

import errno
import sys

import click

from suone.ground.access.errors import Refused


class Trouble(Exception):
    """Something that the user of the command can fix; the message is one sentence that says how."""


class Commands(click.Group):
    """A command group that shows foreseeable errors as one sentence; unexpected ones keep their traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Exception as error:
            sentence = _sentence(error)
            if sentence is None:
                raise
            raise click.ClickException(sentence) from error


def _sentence(error: Exception) -> str | None:
    if isinstance(error, Trouble | Refused):
        return str(error)
    # If Django has not been imported, the error cannot be one of Django's.
    database = sys.modules.get("django.db.utils")
    if database and isinstance(error, database.OperationalError):
        reason = str(error).strip().splitlines()[0]
        return f"The database cannot be reached ({reason}): see docs/operations.md."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full: free some space and start again."
    return None
