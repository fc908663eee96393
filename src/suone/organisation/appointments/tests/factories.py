"""The smallest institutions and staff."""

from datetime import date
from typing import Any

from django.test import Client
from django.utils import timezone

from suone.ground.access.acting import Acting
from suone.ground.access.models import User
from suone.ground.access.permissions import Role
from suone.organisation.appointments.acting import acting_of
from suone.organisation.appointments.models import Appointment, ContactPerson, HeldRole
from suone.organisation.appointments.rules import NEED_APPROVAL
from suone.organisation.institutions.kinds import InstitutionKind as Kind
from suone.organisation.institutions.models import Institution

_KINDS = {
    "IIZ": Kind.COORDINATION_OFFICE,
    "RAV": Kind.UNEMPLOYMENT_INSURANCE,
    "IV": Kind.DISABILITY_INSURANCE,
    "SMZ": Kind.SOCIAL_ASSISTANCE,
    "KSSL": Kind.BENEFIT_COORDINATION,
    "AfAw": Kind.ASYLUM,
    "BSL": Kind.CAREER_GUIDANCE,
    "T1": Kind.YOUTH_TRANSITION,
    "RAD": Kind.MEDICAL_SERVICE,
}


def make_institution(code: str, **fields: Any) -> Institution:
    usual: dict[str, Any] = {"name_de": f"{code} de", "name_fr": f"{code} fr", "circle": "first"}
    usual["kind"] = _KINDS.get(code, Kind.OTHER)
    return Institution.objects.create(code=code, **usual | fields)


def make_staff(
    institution: Institution,
    *roles: Role,
    first_name: str = "Ada",
    last_name: str,
    language: str = "en",
    password: str | None = None,
) -> Appointment:
    """Somebody with an account, contact person of their institution."""
    user = User.objects.create_user(
        email=f"{first_name}.{last_name}@example.org".lower(), password=password, language=language
    )
    staff = Appointment.objects.create(
        user=user,
        institution=institution,
        first_name=first_name,
        last_name=last_name,
        phone="027 000 00 00",
    )
    give(staff, *roles)
    ContactPerson.objects.create(institution=institution, staff=staff)
    return staff


def give(staff: Appointment, *roles: Role) -> None:
    """Roles in force, as if given and approved long ago; the functions in sql/roles.sql are for those who act."""
    accounts = [None, None]
    if NEED_APPROVAL & set(roles):
        accounts = [_account("giver"), _account("approver")]
    for role in roles:
        needs = role in NEED_APPROVAL
        HeldRole.objects.create(
            appointment=staff,
            role=role,
            valid_from=date(2020, 1, 1),
            given_by_account=accounts[0] if needs else None,
            approved_by_account=accounts[1] if needs else None,
            approved_at=timezone.now() if needs else None,
        )


def _account(name: str) -> User:
    return User.objects.get_or_create(email=f"{name}@example.org")[0]


def acting(staff: Appointment) -> Acting:
    """This staff member, read anew as a request would."""
    today = timezone.localdate()
    return acting_of(Appointment.objects.with_roles(on=today).select_related("institution").get(pk=staff.pk))


def client_of(staff: Appointment) -> Client:
    """A browser in which this staff member is logged in."""
    client = Client()
    client.force_login(staff.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
