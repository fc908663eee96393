"""The fictional cast: staff with their accounts, contact persons, absences, seats; and the persons concerned."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import translation

from suone.access.models import User
from suone.access.permissions import Role
from suone.appointments.models import Absence, Appointment, BodyMember, ContactPerson
from suone.institutions.loading import Directory

# Of the demo alone; every account there has it, and the start prints it.
PASSWORD = "suone-demo-2026"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Cast:
    staff: dict[str, Appointment]


@cache
def cast_file() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("cast.toml").read_text())


def logins() -> list[tuple[str, str, str]]:
    """One log-in for each role: role, e-mail, password."""
    staff = {entry["key"]: entry for entry in cast_file()["staff"]}
    with translation.override("en"):  # the command line speaks English
        return [
            (str(Role(entry["role"]).label), staff[entry["staff"]]["email"], PASSWORD)
            for entry in cast_file()["log_in"]
        ]


def load_cast(directory: Directory, *, today: date) -> Cast:
    """Bring the cast into the directory; absences lie around today."""
    staff = {entry["key"]: _staff(entry, directory) for entry in cast_file()["staff"]}
    for entry in cast_file()["contact_person"]:
        ContactPerson.objects.update_or_create(
            institution=directory.institutions[entry["institution"]],
            region=directory.regions.get(entry.get("region", "")),
            staff=staff[entry["staff"]],
            defaults={"deputy": staff.get(entry.get("deputy", "")), "topics": entry.get("topics", "")},
        )
    for entry in cast_file()["absence"]:
        first_day = today + timedelta(days=entry["starts_in_days"])
        Absence.objects.create(
            staff=staff[entry["staff"]], first_day=first_day, last_day=first_day + timedelta(days=entry["lasts_days"])
        )
    for entry in cast_file()["body_member"]:
        BodyMember.objects.update_or_create(
            body=directory.bodies[entry["body"]],
            staff=staff[entry["staff"]],
            defaults={
                "function": entry.get("function", ""),
                "term_from": entry["term_from"],
                "term_until": entry.get("term_until"),
            },
        )
    return Cast(staff)


def _staff(entry: dict[str, Any], directory: Directory) -> Appointment:
    account = _account(entry) if entry.get("has_account") else None
    return Appointment.objects.update_or_create(
        email=entry["email"],
        institution=directory.institutions[entry["institution"]],
        defaults={
            "user": account,
            "office": directory.offices[entry["office"]],
            **{name: entry[name] for name in ("first_name", "last_name", "function", "phone", "roles")},
        },
    )[0]


@cache
def _password_hash() -> str:
    return make_password(PASSWORD)


def _account(entry: dict[str, Any]) -> User:
    return User.objects.update_or_create(
        email=entry["email"],
        defaults={
            "first_name": entry["first_name"],
            "last_name": entry["last_name"],
            "language": entry["language"],
            "password": _password_hash(),  # one hash for all: hashing twenty takes seconds
        },
    )[0]
