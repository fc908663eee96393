"""``suone partner``: keys for the systems of partners."""

from datetime import datetime

import click

from suone.ground.console.database import as_job
from suone.ground.console.trouble import Commands, Trouble


@click.group(cls=Commands)
def partner() -> None:
    """Keys with which partners' systems use the API (docs/register.md)."""


@partner.command("create")
@click.argument("institution_code")
@click.argument("name")
@click.option("--responsible", required=True, metavar="EMAIL", help="Who answers for the system at the institution.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The key's last day; without one it runs until ended.")
def create_partner(institution_code: str, name: str, responsible: str, until: datetime | None) -> None:
    """Create a key for the system NAME of an institution, and show it once."""
    with as_job("partner systems: create") as acting:
        from suone.organisation.appointments.queries import appointment_by_address
        from suone.organisation.appointments.services import create_partner_system
        from suone.organisation.institutions.queries import institution_by_code

        institution = institution_by_code(institution_code)
        system, key = create_partner_system(
            acting,
            institution=institution,
            name=name,
            responsible=appointment_by_address(institution, responsible),
            valid_until=until.date() if until else None,
        )
    click.echo(f"System {system.pk}. Its key is shown only once: hand it over securely and keep no copy.", err=True)
    click.echo(key)


@partner.command("list")
def list_partners() -> None:
    """List every system with a key: its institution, who is responsible, until when, and when it was last used."""
    with as_job("partner systems: list") as acting:
        from suone.organisation.appointments.models import PartnerSystem

        for system in PartnerSystem.objects.select_related("institution", "responsible"):
            until = "ended" if system.ended_at else f"until {system.valid_until or 'ended'}"
            used = f"last used {system.last_used_at:%Y-%m-%d}" if system.last_used_at else "never used"
            left = " (has left: name somebody else)" if system.responsible.has_ended(on=acting.today) else ""
            click.echo(
                f"{system.pk:>4}  {system.institution.code}  {system.name}  {system.responsible.full_name}{left}  {until}  {used}"
            )


@partner.command("end")
@click.argument("number", metavar="ID", type=int)
def end_partner(number: int) -> None:
    """End a key at once; ID is the number in the list."""
    with as_job("partner systems: end") as acting:
        from suone.organisation.appointments.models import PartnerSystem
        from suone.organisation.appointments.services import end_partner_system

        system = PartnerSystem.objects.filter(pk=number).first()
        if system is None:
            raise Trouble(f"There is no system {number}: suone partner list shows them.")
        end_partner_system(acting, system=system)
    click.echo("The key opens nothing any more.")
