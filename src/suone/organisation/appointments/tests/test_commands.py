"""The commands that make, list and end keys of partners' systems."""

import pytest
from django.utils import timezone

from suone.ground.access.permissions import Role
from suone.ground.console.tests.running import run
from suone.organisation.appointments.commands import partner
from suone.organisation.appointments.models import Appointment, PartnerSystem
from suone.organisation.appointments.tests.factories import make_institution, make_staff

pytestmark = pytest.mark.django_db


def test_keys_are_made_listed_and_ended_by_command() -> None:
    responsible = make_staff(make_institution("SMZ"), Role.CONTACT_PERSON, last_name="Amacker")
    Appointment.objects.filter(pk=responsible.pk).update(email="ada.amacker@example.org")
    create = ["create", "SMZ", "Dossier system", "--responsible", "Ada.Amacker@example.org"]

    made = run(partner, *create)
    system = PartnerSystem.objects.get()
    listed = run(partner, "list")
    Appointment.objects.filter(pk=responsible.pk).update(ended_at=timezone.now())
    orphaned = run(partner, "list")
    ended = run(partner, "end", str(system.pk))
    again = run(partner, "end", str(system.pk))
    unknown = run(partner, "create", "NONE", "x", "--responsible", "a@example.org")
    nobody = run(partner, "create", "SMZ", "x", "--responsible", "a@example.org")

    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("suone_")
    assert "Ada Amacker (has left: name somebody else)" in orphaned.output
    assert "Dossier system  Ada Amacker  until ended  never used" in listed.output
    assert ended.exit_code == 0
    assert "already been revoked" in again.output
    assert "There is no institution NONE" in unknown.output
    assert "Nobody at SMZ" in nobody.output
