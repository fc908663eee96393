"""The smallest services: ordered by the office, answered for by the coordinator or the physician."""

from typing import Any

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import do
from suone.casework.support import services
from suone.casework.support.models import Service
from suone.casework.support.rules import MANDATE_CATEGORIES, Kind, Variant
from suone.casework.support.services import Order, Report
from suone.ground.access.categories import DataCategory
from suone.organisation.appointments.models import Appointment
from suone.records.consents.terms import ScopeLine
from suone.records.consents.tests.factories import Cast, line

REPORT = Report(
    findings="Degenerative changes of the lumbar spine, no neurological deficit",
    consequences="No objective reason for incapacity",
    restrictions="No lifting above 15 kg",
    capacity_percent=100,
)


def officer_named(cast: Cast) -> ScopeLine:
    """What a medical mandate is based on: the person lets this officer read health, and more than the mandate needs."""
    return line(cast.physician, MANDATE_CATEGORIES | DataCategory.FINANCES.bit, named=True)


def order(cast: Cast, case: Case, kind: Kind, *, by: Appointment | None = None, **changes: Any) -> Service:
    usual: dict[str, Any] = {
        "kind": kind,
        "staff": cast.physician if kind is Kind.MEDICAL_MANDATE else cast.coordinator,
        "question": "Can she work more than 25 per cent?",
    }
    service: Service = do(
        by or cast.coordinator, services.order_service, dossier=case.dossier, order=Order(**usual | changes)
    )
    return service


def tandem(cast: Cast, case: Case) -> Service:
    return order(cast, case, Kind.COACHING, variant=Variant.TANDEM, staff=cast.adviser, second=cast.worker, question="")


def reported(cast: Cast, case: Case) -> Service:
    """A medical mandate with its report."""
    service = order(cast, case, Kind.MEDICAL_MANDATE)
    do(cast.physician, services.write_medical_report, service=service, report=REPORT)
    return Service.objects.get(pk=service.pk)
