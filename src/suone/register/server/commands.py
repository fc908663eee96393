"""``suone register epoch``, ``enrol`` and ``canary``: a year's keys, who takes part, and noticing misuse."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from suone.ground.console.database import as_job, reach_database
from suone.ground.console.trouble import Commands, Trouble


@click.group(cls=Commands)
def epoch() -> None:
    """A year's keys: open, list, switch, destroy (docs/register-keys.md)."""


@epoch.command("open")
@click.option(
    "--kind",
    type=click.Choice(["voprf", "hmac"]),
    default="voprf",
    show_default=True,
    help="How tokens are made; hmac only where no second operator exists.",
)
def open_epoch(kind: str) -> None:
    """Make keys and open an epoch; the first answers at once, a later one fills beside the current one."""
    reach_database()
    from suone.register.server import epochs

    with _libsodium_needed():
        number = epochs.open_epoch(kind)
    click.echo(
        f"Epoch {number} is open. Its keys lie outside the database: keep a copy where the database's copies are not."
    )


@epoch.command("list")
def list_epochs() -> None:
    """Every epoch and its state; while one fills, how far each institution has come."""
    reach_database()
    from suone.register.server import epochs

    for one in epochs.all_epochs():
        here = "keys here" if one.has_keys else "no keys here"
        click.echo(f"{one.number:>4}  {one.kind}  {one.state}  opened {one.opened_at:%Y-%m-%d}  {here}")
    for there in epochs.progress():
        click.echo(f"      {there.institution}: {there.opening} of {there.current} open registrations in the new epoch")


@epoch.command("switch")
@click.option("--even-if-behind", is_flag=True, help="Also when an institution has not delivered everything yet.")
def switch_epoch(even_if_behind: bool) -> None:
    """Let the new epoch answer from now on."""
    reach_database()
    from suone.register.server import epochs

    number = epochs.switch_epoch(even_if_behind=even_if_behind)
    click.echo(f"Epoch {number} answers. Destroy the one before once you are sure.")


@epoch.command("destroy")
@click.argument("number", type=int)
@click.option("--yes", is_flag=True, help="Without asking.")
def destroy_epoch(number: int, yes: bool) -> None:
    """Destroy an old epoch's keys and table, for good."""
    reach_database()
    from suone.register.server import epochs

    warning = (
        f"The keys of epoch {number} will be overwritten and removed here, and its table dropped. Nobody can undo this. "
        "Copies of the keys elsewhere you must destroy yourself; then old copies of the database stay closed."
    )
    if not yes:
        click.echo(warning)
        click.confirm("Destroy them?", abort=True)
    epochs.destroy_epoch(number)
    click.echo(f"Epoch {number} is destroyed.")


@click.command("enrol")
@click.argument("institution_code")
@click.option("--basis", required=True, help="The legal basis on which the institution takes part.")
@click.option("--responsible", metavar="EMAIL", help="Who answers for it at the institution.")
def enrol_institution(institution_code: str, basis: str, responsible: str | None) -> None:
    """Let an institution take part in the register."""
    with as_job("register: enrol") as acting:
        from suone.organisation.appointments.queries import appointment_by_address
        from suone.organisation.institutions.queries import institution_by_code
        from suone.register.server.services import enrol

        institution = institution_by_code(institution_code)
        person = appointment_by_address(institution, responsible) if responsible else None
        enrol(acting, institution=institution, legal_basis=basis, responsible=person, began_on=acting.today)
    click.echo(f"{institution_code} takes part in the register.")


@click.command("canary")
def add_canary() -> None:
    """Keep a number that belongs to nobody, read from standard input: whoever touches it is reported."""
    reach_database()
    number = click.prompt("AHV number that belongs to nobody", hide_input=True)
    with as_job("register: canary") as acting:
        from suone.register.server import services

        with _libsodium_needed():
            services.add_canary(acting, number=number)
    click.echo("Kept. Whoever registers it or asks about it is reported to the office and to data protection.")


@contextmanager
def _libsodium_needed() -> Iterator[None]:
    """Where the library is missing, one sentence with what to install takes the place of a traceback."""
    from suone.register.oprf import LibsodiumMissing

    try:
        yield
    except LibsodiumMissing as missing:
        raise Trouble(str(missing)) from missing
