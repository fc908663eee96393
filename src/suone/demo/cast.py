"""The fictional cast: staff with their accounts, contact persons, absences, seats; and the persons concerned."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import translation

from suone.demo.cast_schema import CASTS
from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.ground.schemafiles.problems import text_of
from suone.organisation.appointments.models import Absence, Appointment, BodyMember, ContactPerson, HeldRole
from suone.organisation.appointments.rules import NEED_APPROVAL, OF_THE_COLLABORATION
from suone.organisation.institutions.loading import Directory

# Of the demo alone; every account there has it, and the start prints it.
PASSWORD = "suone-demo-2026"  # noqa: S105


_BEGAN_AT = datetime(2024, 1, 8, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cast:
    staff: dict[str, Appointment]


@cache
def cast_file() -> dict[str, Any]:
    path = Path(__file__).with_name("cast.toml")
    return CASTS.read(text_of(path), path.name).model_dump(exclude_unset=True)


def logins() -> list[tuple[str, str, str]]:
    """One log-in for each role: role, e-mail, password."""
    staff = {entry["key"]: entry for entry in cast_file()["staff"]}
    with translation.override("en"):  # the command line is in English
        return [
            (str(Role(entry["role"]).label), staff[entry["staff"]]["email"], PASSWORD)
            for entry in cast_file()["log_in"]
        ]


def load_cast(directory: Directory, *, today: date) -> Cast:
    """Bring the cast into the directory; absences lie around today."""
    staff = {entry["key"]: _staff(entry, directory) for entry in cast_file()["staff"]}
    _give_roles(staff)
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
            "percentage": entry.get("percentage"),
            **{name: entry[name] for name in ("first_name", "last_name", "function", "phone")},
        },
    )[0]


def _give_roles(staff: dict[str, Appointment]) -> None:
    """As the people of the cast gave and approved them: the office's administrator and the delegate are the beginning."""
    administrator, delegate = _holding(Role.OFFICE_ADMINISTRATOR)[0], _holding(Role.CANTONAL_DELEGATE)[0]
    beginnings = {(administrator, Role.OFFICE_ADMINISTRATOR), (delegate, Role.CANTONAL_DELEGATE)}
    administrators = {staff[key].institution_id: staff[key] for key in _holding(Role.INSTITUTION_ADMINISTRATOR)}
    for entry in cast_file()["staff"]:
        holder = staff[entry["key"]]
        for role in map(Role, entry["roles"]):
            if (entry["key"], role) in beginnings:
                _give(holder, role, is_beginning=True)
            elif role is Role.INSTITUTION_ADMINISTRATOR:  # the delegate appoints an institution's first administrator
                _give(holder, role, by=staff[delegate], approved_by=staff[administrator])
            elif role in OF_THE_COLLABORATION:
                _give(holder, role, by=staff[administrator], approved_by=staff[delegate])
            else:
                by = administrators.get(holder.institution_id, staff[administrator])
                _give(holder, role, by=by, approved_by=staff[delegate])


def _give(
    holder: Appointment,
    role: Role,
    *,
    by: Appointment | None = None,
    approved_by: Appointment | None = None,
    is_beginning: bool = False,
) -> None:
    approved_by = approved_by if role in NEED_APPROVAL else None
    HeldRole.objects.update_or_create(
        appointment=holder,
        role=role,
        defaults={
            "valid_from": _BEGAN_AT.date(),
            "is_beginning": is_beginning,
            "given_by": by,
            "given_by_account": by.user if by else None,
            "given_at": _BEGAN_AT,
            "approved_by": approved_by,
            "approved_by_account": approved_by.user if approved_by else None,
            "approved_at": _BEGAN_AT if approved_by else None,
        },
    )


def _holding(role: Role) -> list[str]:
    return [entry["key"] for entry in cast_file()["staff"] if role in entry["roles"]]


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
