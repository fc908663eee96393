"""The demo's parts of ``suone demo``: its canton, and its register, which fills while people look around already."""

import os

import click

from suone.ground.access.errors import Refused
from suone.ground.console.database import set_up_django
from suone.ground.console.progress import step


def fill_in_canton() -> None:
    """Fill in the demo's canton, at the first start alone."""
    from suone.demo.seed import is_seeded, seed

    if not is_seeded():
        with step("Fill in the demo canton"):
            seed()


def logins() -> list[tuple[str, str, str]]:
    """Who logs in to the demo: role, address, password."""
    from suone.demo import cast

    return cast.logins()


def open_register() -> bool:
    """Open the demo's register unless it is, and answer whether deliveries to it have not come in yet."""
    from suone.demo import register_story
    from suone.register.oprf import LibsodiumMissing

    try:
        if not register_story.is_open():
            with step("Open the register"):
                register_story.open_register()
    except (LibsodiumMissing, Refused) as trouble:  # all else works without
        click.echo(f"  The register stays closed. {trouble}")
        return False
    return bool(register_story.awaited())


@click.command("fill-demo-register", hidden=True)
@click.argument("address")
def fill_demo_register(address: str) -> None:
    """Deliver to the demo's register what has not come in yet; ``suone demo`` runs it aside."""
    set_up_django()
    os.environ.setdefault("NO_PROXY", "localhost")  # the server is on this machine
    from suone.demo.filling import fill
    from suone.register.client.trouble import Trouble

    try:
        fill(address, lambda sentence: click.echo(f"  The register: {sentence}"))
    except Trouble as trouble:
        click.echo(f"  The register is not full yet, and the next start goes on: {trouble}")
