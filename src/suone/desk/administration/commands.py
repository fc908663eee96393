"""``suone init`` and ``suone account``: a new installation, and emergencies on the server; all logged."""

from typing import TYPE_CHECKING

import click

from suone.ground.console.database import as_job
from suone.ground.console.trouble import Commands

if TYPE_CHECKING:
    from suone.ground.access.models import User


@click.command("init")
@click.argument("canton")
@click.option("--administrator", required=True, metavar="EMAIL", help="The office's first administrator.")
@click.option("--administrator-name", required=True, metavar="FIRST LAST", help="Their first and last name.")
@click.option("--delegate", required=True, metavar="EMAIL", help="The cantonal delegate; somebody else.")
@click.option("--delegate-name", required=True, metavar="FIRST LAST", help="Their first and last name.")
@click.option("--mail", is_flag=True, help="Send the links by mail too.")
def init(
    canton: str, administrator: str, administrator_name: str, delegate: str, delegate_name: str, mail: bool
) -> None:
    """Begin an installation: a canton's directory (a code such as vs, or a file), and its first two people.

    Their one-time links are printed once; nobody approves these two, and they give all other roles.
    """
    if administrator.strip().lower() == delegate.strip().lower():
        raise click.ClickException("Administrator and delegate are two people: give two addresses.")
    with as_job("suone init") as acting:
        from suone.desk.administration.beginning import begin
        from suone.ground.schemafiles.problems import BrokenFile
        from suone.organisation.institutions.loading import UnknownCanton

        try:
            links = begin(
                acting,
                canton=canton,
                administrator=(administrator, *_names(administrator_name)),
                delegate=(delegate, *_names(delegate_name)),
                mail=mail,
            )
        except (UnknownCanton, BrokenFile) as error:
            raise click.ClickException(str(error)) from error
    for address, link in links:
        click.echo(f"{address}  {link}")
    click.echo("Hand the links over now: each works once, and is kept nowhere.", err=True)


@click.group(cls=Commands)
def account() -> None:
    """Accounts, for emergencies on the server: everything done here is logged."""


@account.command("list")
def list_accounts() -> None:
    """Every account with its last log-in and where it works today."""
    with as_job("accounts: list") as acting:
        from suone.ground.access.models import User
        from suone.organisation.appointments.models import Appointment

        working = Appointment.objects.working(on=acting.today).select_related("institution")
        places: dict[int, list[str]] = {}
        for one in working.exclude(user=None):
            places.setdefault(one.user_id or 0, []).append(one.institution.code)
        for user in User.objects.order_by("email"):
            seen = f"{user.last_login:%Y-%m-%d}" if user.last_login else "never"
            state = "" if user.is_active else "  locked"
            click.echo(f"{user.pk:>5}  {user.email}  {seen}  {','.join(places.get(user.pk, [])) or '–'}{state}")


@account.command("lock")
@click.argument("address")
def lock_account(address: str) -> None:
    """Let an account in no more: the next request is refused."""
    _set_active(address, False)
    click.echo(f"{address} is locked.")


@account.command("unlock")
@click.argument("address")
def unlock_account(address: str) -> None:
    """Let an account in again: one that was locked, or that pauses after failures."""
    _set_active(address, True)
    click.echo(f"{address} is unlocked.")


@account.command("change-address")
@click.argument("address")
@click.argument("new_address")
def change_address(address: str, new_address: str) -> None:
    """Let an account log in with another address; the old one is written to."""
    with as_job("accounts: change address") as acting:
        from suone.organisation.signin.services import change_address as change

        change(acting, user=_user(address), address=new_address)
    click.echo(f"{address} now logs in with {new_address}.")


@account.command("reset-link")
@click.argument("address")
def reset_link(address: str) -> None:
    """Print a link by which an account sets a new password."""
    with as_job("accounts: link for a new password") as acting:
        from suone.desk.administration.beginning import make_reset_link

        link = make_reset_link(acting, user=_user(address))
    click.echo(link)


@account.command("invite")
@click.argument("institution_code")
@click.argument("address")
def invite_account(institution_code: str, address: str) -> None:
    """Print a new one-time link for an appointment that nobody has taken up yet."""
    with as_job("accounts: invite") as acting:
        from suone.desk.administration.letters import link_to
        from suone.organisation.appointments.appointing import one_spelling, renew_invitation
        from suone.organisation.appointments.models import Invitation

        still_open = Invitation.objects.filter(
            institution__code=institution_code, address=one_spelling(address), accepted_at=None, withdrawn_at=None
        )
        invitation = still_open.first()
        if invitation is None:
            raise click.ClickException(f"Nobody at {institution_code} is invited by {address}: appoint them first.")
        link = link_to(renew_invitation(acting, invitation=invitation))
    click.echo(link)


def _names(both: str) -> tuple[str, str]:
    first, _space, last = both.strip().partition(" ")
    if not last:
        raise click.ClickException(f"Give first and last name, such as “Ada Muster”, instead of “{both}”.")
    return first, last


def _user(address: str) -> "User":
    from suone.ground.access.models import User

    user = User.objects.filter(email__iexact=address.strip()).first()
    if user is None:
        raise click.ClickException(f"There is no account {address}: see suone account list.")
    return user


def _set_active(address: str, is_active: bool) -> None:
    with as_job("accounts: unlock" if is_active else "accounts: lock") as acting:
        from suone.desk.administration.beginning import set_active

        set_active(acting, user=_user(address), is_active=is_active)
