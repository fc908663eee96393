"""``suone procedures`` and ``suone instruments``: check, draw and publish what a canton writes.

The commands for instruments are here too, since an instrument names facts, which procedures define.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from suone.ground.console.database import as_job, reach_database, set_up_django
from suone.ground.console.trouble import Commands

if TYPE_CHECKING:
    from suone.canton.procedures.rules import Procedure

_FILE = click.Path(exists=True, dir_okay=False)


@click.group(cls=Commands)
def procedures() -> None:
    """Check, draw and publish how a canton works."""


@procedures.command("check")
@click.argument("files", nargs=-1, required=True, type=_FILE)
def check_procedures(files: tuple[str, ...]) -> None:
    """Check procedure files; every problem is named with its line. The exit code is 1 when something is found."""
    set_up_django()
    from suone.canton.procedures.loading import read_procedure
    from suone.ground.schemafiles.problems import BrokenFile

    found = 0
    for file in files:
        try:
            procedure = read_procedure(_text_of(file), file)
        except BrokenFile as broken:
            found += len(broken.problems)
            for problem in broken.problems:
                click.echo(problem)
        else:
            click.echo(f"{file}: {procedure.identifier} {procedure.version}, {len(procedure.phases)} phases, is sound.")
    if found:
        raise click.ClickException(f"Mend the file and check again: {found} problems.")


@procedures.command("draw")
@click.argument("file", type=_FILE)
@click.option("--language", type=click.Choice(["de", "fr", "en"]), default="de", help="The language of the drawing.")
@click.option("--to", "target", type=click.Path(dir_okay=False), help="Where the SVG goes; the screen otherwise.")
def draw_procedure(file: str, language: str, target: str | None) -> None:
    """Draw a procedure file as SVG."""
    set_up_django()
    from django.utils import translation

    from suone.canton.procedures.in_words import drawing

    with translation.override(language):
        picture = drawing(_sound(file), alone=True)
    if target is None:
        click.echo(picture)
    else:
        Path(target).write_text(picture)


@procedures.command("publish")
@click.argument("names", nargs=-1, required=True)
def publish_procedures(names: tuple[str, ...]) -> None:
    """Publish procedures: shipped ones by name (vs-complex), a canton's own by file; new cases begin under them."""
    reach_database()
    from suone.canton.procedures.loading import FOLDER
    from suone.canton.procedures.services import publish

    for name in names:
        path = Path(name) if Path(name).is_file() else FOLDER / f"{name}.toml"
        if not path.is_file():
            shipped = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
            raise click.ClickException(f"There is no procedure {name}: name a file, or one of {shipped}.")
        _sound(str(path))
        with as_job("procedures: publish") as acting:
            version = publish(acting, text=_text_of(str(path)), source=path.name)
        click.echo(f"{version.identifier} {version.version} is published.")


def _sound(file: str) -> "Procedure":
    """The procedure of a file, or one sentence a problem."""
    from suone.canton.procedures.loading import read_procedure
    from suone.ground.schemafiles.problems import BrokenFile

    try:
        return read_procedure(_text_of(file), file)
    except BrokenFile as broken:
        raise click.ClickException("\n".join(broken.problems)) from broken


@click.group(cls=Commands)
def instruments() -> None:
    """Check and publish a canton's own questionnaires and weights."""


@instruments.command("check")
@click.argument("files", nargs=-1, required=True, type=_FILE)
def check_instruments(files: tuple[str, ...]) -> None:
    """Check instrument files; what is wrong is named with its place. The exit code is 1 when something is found."""
    set_up_django()
    from suone.canton.procedures.facts_of_instruments import read_instrument_and_facts
    from suone.ground.schemafiles.problems import BrokenFile

    found = 0
    for file in files:
        try:
            instrument = read_instrument_and_facts(_text_of(file), file)
        except BrokenFile as broken:
            found += 1
            click.echo(str(broken))
        else:
            questions = len(instrument.items)
            click.echo(f"{file}: {instrument.identifier} {instrument.version}, {questions} questions, is sound.")
    if found:
        raise click.ClickException(f"Mend and check again: {found} files are not sound.")


@instruments.command("publish")
@click.argument("files", nargs=-1, required=True, type=_FILE)
def publish_instruments(files: tuple[str, ...]) -> None:
    """Publish a canton's own instruments by file; new answers are taken under them."""
    reach_database()
    from suone.canton.instruments.services import publish
    from suone.canton.procedures.facts_of_instruments import read_instrument_and_facts
    from suone.ground.schemafiles.problems import BrokenFile

    for file in files:
        try:
            read_instrument_and_facts(_text_of(file), file)
            with as_job("instruments: publish") as acting:
                version = publish(acting, text=_text_of(file), source=Path(file).name)
        except BrokenFile as broken:
            raise click.ClickException(str(broken)) from broken
        click.echo(f"{version.identifier} {version.version} is published.")


@instruments.command("retire")
@click.argument("identifier")
@click.argument("version")
def retire_instrument(identifier: str, version: str) -> None:
    """Take a version out of force; given answers stay, and the one before is in force again."""
    with as_job("instruments: retire") as acting:
        from suone.canton.instruments.models import InstrumentVersion
        from suone.canton.instruments.services import retire

        kept = InstrumentVersion.objects.filter(identifier=identifier, version=version).first()
        if kept is None:
            raise click.ClickException(f"No version {version} of {identifier} is published.")
        retire(acting, version=kept)
    click.echo(f"{identifier} {version} is retired.")


def _text_of(file: str) -> str:
    from suone.ground.schemafiles.problems import BrokenFile, text_of

    try:
        return text_of(Path(file))
    except BrokenFile as broken:
        raise click.ClickException(str(broken)) from broken
