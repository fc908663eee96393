"""What the register's acts share: quotas, epochs, days, canaries."""

from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Role
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.organisation.appointments.models import Appointment
from suone.records.inbox.services import notify_staff
from suone.records.persons import ahv
from suone.register.server import rules
from suone.register.server.acts import Act
from suone.register.server.models import Enrolment
from suone.register.server.tokens import (
    EpochInfo,
    live_epochs,
)


class QuotaExceeded(Refused):
    """A daily quota is used up."""


def checked_number(text: str) -> str:
    """An AHV number as its 13 digits; raises ``Refused`` for one that does not exist."""
    digits = ahv.compact(text)
    if digits is None:
        raise Refused(_("This AHV number does not exist: check the 13 digits and type it again."))
    return digits


def report_canary(acting: Acting, *, touched: bool) -> None:
    """Notify the office and data protection if a canary was touched: somebody is searching through numbers."""
    if not touched:
        return
    record(acting, kind=RecordKind.DENIED, act=Act.CANARY_TOUCHED)
    notify_overseers(acting, Act.CANARY_TOUCHED)


def notify_overseers(acting: Acting, act: Act) -> None:
    """Notify data-protection officers and office administrators."""
    watching = Appointment.objects.working(on=acting.today).holding(
        Role.DATA_PROTECTION_OFFICER, Role.OFFICE_ADMINISTRATOR
    )
    notify_staff(acting, staff_ids=list(watching.values_list("pk", flat=True)), act=act, dossier=None)


# ---- beneath


def check_takes_part(acting: Acting) -> None:
    """Raise ``Refused`` unless the acting institution is enrolled; the database checks it as well."""
    if not Enrolment.objects.filter(institution_id=acting.own_institution_id, ended_on=None).exists():
        raise Refused(_("Your institution does not take part in the register: ask the IIZ office."))


def open_epochs() -> list[EpochInfo]:
    """The live epochs; raises ``Refused`` before the register is opened."""
    epochs = live_epochs()
    if not epochs:
        raise Refused(_("The register is not open yet: ask the IIZ office."))
    return epochs


def current_epoch() -> EpochInfo:
    """The epoch that answers; raises ``Refused`` before the register is opened."""
    return next(epoch for epoch in open_epochs() if epoch.is_current)


def kept_days(first: date, last: date | None) -> tuple[date, date | None]:
    """First and last day as the register stores them here: exact, or in whole weeks (``SUONE_REGISTER_DATES``)."""
    return rules.kept_days(first, last, weeks=settings.REGISTER_DATES == "week")
