"""The ``suone`` command: starting and stopping an installation, and the commands of the packages."""

import os
from collections.abc import Sequence
from contextlib import suppress

import click

from suone.canton.procedures import commands as canton
from suone.demo import commands as demo_canton
from suone.desk.administration import commands as administration
from suone.ground.audit import commands as audit
from suone.ground.console.database import Database
from suone.ground.console.trouble import Commands
from suone.organisation.appointments import commands as appointments
from suone.records.consents import commands as consents
from suone.register.client import commands as register_client
from suone.register.server import commands as register_server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suone.config.settings")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Suone: inter-institutional collaboration in social and professional integration."""
    from suone.config import starting

    context.obj = context.obj or Database(start=starting.start_server)


@main.command()
def migrate() -> None:
    """Migrate the database to this version, as its owner."""
    from suone.config import starting

    starting.prepare_database()


_PORT = click.option("--port", type=int, help="The port to listen on; SUONE_PORT otherwise.")


@main.command()
@_PORT
def serve(port: int | None) -> None:
    """Answer web requests until it is stopped."""
    from suone.config import env, ports, processes, starting

    port = env.choose_port(port or env.port())
    starting.start_server()
    starting.make_files_ready()
    ports.refuse_taken(port)
    processes.become(processes.web_server(f"{env.text('SUONE_BIND')}:{port}"))


@main.command()
def worker() -> None:
    """Carry out jobs: mails, warnings, expiries, the sealing of the log."""
    from suone.config import processes, starting

    starting.start_server()
    starting.compile_translations()
    processes.become(processes.WORKER)


@main.command()
@_PORT
def demo(port: int | None) -> None:
    """Start everything with the fictional demo canton, and print the address and the log-ins."""
    os.environ.setdefault("SUONE_PROCEDURE", "vs-complex")  # the demo's canton is the Valais
    from suone.config import embedded, env, ports, processes, starting

    asked = env.choose_port(port or env.port())
    var = env.var_folder()
    with processes.only_demo(var), ports.listening(asked) as listener:
        port = env.choose_port(listener.getsockname()[1])
        if port != asked:
            click.echo(f"  Port {asked} is taken by another program: the demo takes {port}.")
        address = f"http://localhost:{port}"
        starting.make_files_ready()  # first: Django does not reload a catalogue that was missing

        def prepare() -> Sequence[str] | None:
            starting.prepare_database()
            demo_canton.fill_in_canton()
            return ["-m", "suone.config.cli", "fill-demo-register", address] if demo_canton.open_register() else None

        def ready() -> None:
            _print_logins(address, demo_canton.logins())

        try:
            processes.run_until_stopped(listener, prepare=prepare, ready=ready)
        finally:
            if env.uses_embedded_server():
                embedded.stop(var)


@main.command()
def stop() -> None:
    """Stop the embedded PostgreSQL server."""
    from suone.config import embedded, env

    embedded.stop(env.var_folder())


@main.command()
def check() -> None:
    """Check the settings for production."""
    from suone.config import starting

    starting.django_command("check", deploy=True, fail_level="WARNING")


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Any Django command, for developers."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["suone manage", *arguments])


@main.group(cls=Commands)
def register() -> None:
    """The blind register. At an institution: push, renew, who."""
    from suone.config.translations import compile_catalogues

    with suppress(OSError):  # the code may be on a read-only file system: then output is in English
        compile_catalogues()  # at an institution, no server has done so


for _command in (
    register_client.push,
    register_client.renew,
    register_client.who,
    register_server.epoch,
    register_server.enrol_institution,
    register_server.add_canary,
):
    register.add_command(_command)

for _command in (
    audit.audit,
    canton.procedures,
    canton.instruments,
    appointments.partner,
    consents.access,
    administration.init,
    administration.account,
    demo_canton.fill_demo_register,
):
    main.add_command(_command)


def _print_logins(address: str, logins: Sequence[tuple[str, str, str]]) -> None:
    click.echo(f"\n  Suone is ready: {address}\n")
    click.echo("  Demo log-ins (fictional people):")
    widths = [max(len(login[column]) for login in logins) for column in (0, 1)]
    for role, email, password in logins:
        click.echo(f"    {role:<{widths[0]}}  {email:<{widths[1]}}  {password}")
    click.echo("\n  Ctrl-C stops everything.\n")


if __name__ == "__main__":
    main()
