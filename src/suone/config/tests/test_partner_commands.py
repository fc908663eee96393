"""The commands that make, list and end keys of partners' systems."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from django.utils import timezone, translation

from suone.config import cli
from suone.ground.access.permissions import Role
from suone.organisation.appointments.models import Appointment, PartnerSystem
from suone.organisation.appointments.tests.factories import make_institution, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _language_as_before() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_keys_are_made_listed_and_ended_by_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_start_django", lambda: None)
    responsible = make_staff(make_institution("SMZ"), Role.CONTACT_PERSON, last_name="Amacker")
    Appointment.objects.filter(pk=responsible.pk).update(email="ada.amacker@example.org")
    create = ["partner", "create", "SMZ", "Dossier system", "--responsible", "Ada.Amacker@example.org"]

    made = CliRunner().invoke(cli.main, create)
    system = PartnerSystem.objects.get()
    listed = CliRunner().invoke(cli.main, ["partner", "list"])
    Appointment.objects.filter(pk=responsible.pk).update(ended_at=timezone.now())
    orphaned = CliRunner().invoke(cli.main, ["partner", "list"])
    ended = CliRunner().invoke(cli.main, ["partner", "end", str(system.pk)])
    again = CliRunner().invoke(cli.main, ["partner", "end", str(system.pk)])
    unknown = CliRunner().invoke(cli.main, ["partner", "create", "NONE", "x", "--responsible", "a@example.org"])
    nobody = CliRunner().invoke(cli.main, ["partner", "create", "SMZ", "x", "--responsible", "a@example.org"])

    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("suone_")
    assert "Ada Amacker (has left: name somebody else)" in orphaned.output
    assert "Dossier system  Ada Amacker  until ended  never used" in listed.output
    assert ended.exit_code == 0
    assert "ended already" in again.output
    assert "There is no institution NONE" in unknown.output
    assert "Nobody at SMZ" in nobody.output
