"""``suone access verify``: whether a recorded act justifies every grant in force."""

import click

from suone.ground.console.database import reach_database
from suone.ground.console.trouble import Commands, Trouble


@click.group(cls=Commands)
def access() -> None:
    """Check who may open what."""


@access.command("verify")
def verify_access() -> None:
    """Compare the grants in force with the acts behind them; the exit code is 1 when something is found."""
    reach_database()
    from suone.records.consents.drift import find_drift

    found = find_drift()
    for drift in found:
        click.echo(drift.sentence)
    if found:
        raise Trouble(f"Access and acts do not meet: {len(found)} findings.")
    click.echo("Every access in force follows from its act.")
