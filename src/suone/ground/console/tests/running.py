"""Running a package's commands in tests, where Django is up and the database is the test's own."""

from typing import Any

import click
from click.testing import CliRunner, Result
from django.utils import translation

from suone.ground.console.database import Database
from suone.ground.console.trouble import Commands


def run(command: click.Command, *words: object, **more: Any) -> Result:
    """What the command says to these words; the test's language is afterwards as before."""
    with translation.override(translation.get_language()):
        main = Commands("suone", commands={str(command.name): command})
        typed = [str(command.name), *(str(word) for word in words)]
        return CliRunner().invoke(main, typed, obj=Database(start=lambda: None), **more)
