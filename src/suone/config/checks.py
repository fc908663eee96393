"""What ``make check`` asks of the product itself, in one process: each start of Django costs a second.

``python -m suone.config.checks`` ends at the first trouble. It asks for no database, and expects the settings of production
in its environment.
"""

import os
import runpy
import sys
import warnings
from io import StringIO
from typing import Any

from django.core.management import CommandError

from suone.config.starting import django_command

_COMPARED = {
    "Styles": "suone.ground.web.css",
    "Drawings": "suone.config.drawings",
    "API document": "suone.config.openapi",
    "Schemas": "suone.config.schemas",
    "Statements": "suone.config.statements",
    "Translations": "suone.config.translations",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")
    warnings.filterwarnings("ignore", category=RuntimeWarning)  # no server need run, and modules run that were imported
    _say("Settings for production")
    _run("check", deploy=True, fail_level="WARNING")
    _say("Missing migrations")
    _run("makemigrations", check_changes=True, dry_run=True)
    sys.argv[1:] = ["--check"]
    for what, module in _COMPARED.items():
        _say(what)
        runpy.run_module(module, run_name="__main__")


def _run(command: str, **options: Any) -> None:
    """A command of Django; what it writes is shown if it fails."""
    written = StringIO()
    try:
        django_command(command, stdout=written, **options)
    except (CommandError, SystemExit) as failed:
        sys.exit(written.getvalue() + str(failed))


def _say(what: str) -> None:
    sys.stdout.write(f"  {what} …\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
