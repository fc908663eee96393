"""The smallest cast around one case file: who leads it, who may be let in, who stays outside."""

import base64
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from suone.ground.access.categories import DataCategory, categories_in, mask_of
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, make_institution, make_staff
from suone.organisation.institutions.models import Office, Region
from suone.records.consents.models import Consent, SignatureForm
from suone.records.consents.services import sign_consent
from suone.records.consents.terms import ConsentTerms, ScopeLine
from suone.records.documents.tests.files import PNG
from suone.records.dossiers.models import Dossier

WORK = mask_of([DataCategory.IDENTITY, DataCategory.EMPLOYMENT, DataCategory.ADMINISTRATIVE])


DRAWN = "data:image/png;base64," + base64.b64encode(PNG).decode()


@dataclass(frozen=True)
class Cast:
    """Everybody by what they are to the case: the worker's institution opens it, the stranger's never enters."""

    region: Region
    coordinator: Appointment  # of the IIZ office
    worker: Appointment
    adviser: Appointment
    physician: Appointment  # a medical officer
    stranger: Appointment


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


def terms(**changes: Any) -> ConsentTerms:
    today = timezone.localdate()
    usual: dict[str, Any] = {
        "purpose": "Integration in this case",
        "valid_from": today,
        "valid_until": today + timedelta(days=365),
        "signed_on": today,
        "signature_form": SignatureForm.PAPER,
        "language": "de",
    }
    return ConsentTerms(**usual | changes)


def line(staff: Appointment, categories: int = WORK, *, named: bool = False) -> ScopeLine:
    """A recipient: the institution of this staff member, or by name the staff member alone."""
    return ScopeLine(staff.institution, categories, staff if named else None)


def ticked(*scope: ScopeLine) -> dict[str, Any]:
    """The boxes of a form that asks for a consent, as a browser sends them."""
    sent: dict[str, Any] = {"recipients": [], "named_persons": []}
    for one in scope:
        field, name, pk = ("named_persons", "s", one.staff.pk) if one.staff else ("recipients", "i", one.institution.pk)
        sent[field].append(pk)
        sent[f"reads_{name}{pk}"] = [category.value for category in categories_in(one.categories)]
    return sent


def boxes(page: str, *, ticked: bool) -> dict[str, set[int]]:
    """The boxes of a page by the name of their row."""
    found: dict[str, set[int]] = {}
    for name, value, checked in re.findall(r'name="(reads_\w+)" value="(\d+)" id="\w+"( checked)?', page):
        if bool(checked) is ticked:
            found.setdefault(name, set()).add(int(value))
    return found


def sign(
    by: Appointment, dossier: Dossier, *scope: ScopeLine, renews: Consent | None = None, **changes: Any
) -> Consent:
    """A consent recorded by somebody whose institution leads the case."""
    who = acting(by)
    with acting_as(who):
        return sign_consent(who, dossier=dossier, terms=terms(**changes), scope=scope, renews=renews)
