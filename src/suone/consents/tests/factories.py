"""The smallest cast around one case file: who leads it, who may be let in, who stays outside."""

import base64
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from suone.access.acting import Acting
from suone.access.categories import DataCategory, mask_of
from suone.access.database import acting_as
from suone.access.models import User
from suone.access.permissions import Role
from suone.consents.models import Consent, SignatureForm
from suone.consents.services import sign_consent
from suone.consents.terms import ScopeLine, Terms
from suone.dossiers.models import Dossier
from suone.dossiers.services import open_dossier
from suone.institutions.acting import acting_of
from suone.institutions.models import ContactPerson, Institution, Office, Region, Staff
from suone.persons.services import find_or_create

WORK = mask_of([DataCategory.IDENTITY, DataCategory.EMPLOYMENT, DataCategory.ADMINISTRATIVE])
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
DRAWN = "data:image/png;base64," + base64.b64encode(PNG).decode()


@dataclass(frozen=True)
class Cast:
    """Everybody by what they are to the case: the worker's institution opens it, the stranger's never enters."""

    region: Region
    coordinator: Staff  # of the IIZ office
    worker: Staff
    adviser: Staff
    physician: Staff  # a medical officer
    stranger: Staff


def make_staff(
    institution: Institution, *roles: Role, first_name: str = "Ada", last_name: str, language: str = "en"
) -> Staff:
    """Somebody with an account, contact person of their institution."""
    email = f"{first_name}.{last_name}@example.org".lower()
    user = User.objects.create_user(email=email, password="Demo-only-4711", language=language)
    staff = Staff.objects.create(
        user=user,
        institution=institution,
        first_name=first_name,
        last_name=last_name,
        phone="027 000 00 00",
        roles=[role.value for role in roles],
    )
    ContactPerson.objects.create(institution=institution, staff=staff)
    return staff


def make_institution(code: str, *, is_iiz_office: bool = False) -> Institution:
    return Institution.objects.create(
        code=code, name_de=f"{code} de", name_fr=f"{code} fr", circle="first", is_iiz_office=is_iiz_office
    )


def make_cast() -> Cast:
    region = Region.objects.create(code="siders", name_de="Siders", name_fr="Sierre")
    smz = make_institution("SMZ")
    worker = make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Worker")
    worker.office = Office.objects.create(institution=smz, region=region, name_de="SMZ Siders", name_fr="CMS Sierre")
    worker.save(update_fields=["office"])
    office = make_institution("IIZ", is_iiz_office=True)
    return Cast(
        region=region,
        coordinator=make_staff(office, Role.REGIONAL_COORDINATOR, last_name="Coordinator"),
        worker=worker,
        adviser=make_staff(make_institution("RAV"), Role.FRONT_LINE_WORKER, last_name="Adviser"),
        physician=make_staff(make_institution("RAD"), Role.MEDICAL_OFFICER, last_name="Physician"),
        stranger=make_staff(make_institution("AFAW"), Role.FRONT_LINE_WORKER, last_name="Stranger"),
    )


def acting(staff: Staff) -> Acting:
    return acting_of(Staff.objects.select_related("institution").get(pk=staff.pk))


def open_file(by: Staff, *, last_name: str = "Muster") -> Dossier:
    """A case file about a new person, led by the institution of whoever opens it."""
    who = acting(by)
    with acting_as(who):
        person_id = find_or_create(
            who,
            ahv_number="",
            ahv_missing_reason="not yet registered",
            last_name=last_name,
            first_name="Peter",
            date_of_birth=date(1999, 4, 1),
            language="de",
        )
        return open_dossier(who, person_id=person_id)


def terms(**changes: Any) -> Terms:
    today = timezone.localdate()
    usual: dict[str, Any] = {
        "purpose": "Integration in this case",
        "valid_from": today,
        "valid_until": today + timedelta(days=365),
        "signed_on": today,
        "signature_form": SignatureForm.PAPER,
        "language": "de",
    }
    return Terms(**usual | changes)


def line(staff: Staff, categories: int = WORK, *, named: bool = False) -> ScopeLine:
    """A recipient: the institution of this staff member, or by name the staff member alone."""
    return ScopeLine(staff.institution, categories, staff if named else None)


def sign(by: Staff, dossier: Dossier, *scope: ScopeLine, renews: Consent | None = None, **changes: Any) -> Consent:
    """A consent recorded by somebody whose institution leads the case."""
    who = acting(by)
    with acting_as(who):
        return sign_consent(who, dossier=dossier, terms=terms(**changes), scope=scope, renews=renews)


def client_of(staff: Staff) -> Client:
    """A browser in which this staff member is logged in."""
    client = Client()
    client.force_login(staff.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
