from dataclasses import dataclass

from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import make_institution, make_staff
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.tests.factories import open_file


@dataclass(frozen=True)
class Cast:
    """Everybody by what they are to the case file."""

    lead: Appointment
    colleague: Appointment  # of the lead's institution
    recipient: Appointment
    physician: Appointment
    coordinator: Appointment  # of the IIZ office, to which nothing was opened
    stranger: Appointment
    protection: Appointment  # data-protection officer


@kept
def cast() -> Cast:
    smz, office = make_institution("SMZ"), make_institution("IIZ", is_iiz_office=True)
    return Cast(
        lead=make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Lead"),
        colleague=make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Colleague"),
        recipient=make_staff(make_institution("RAV"), Role.FRONT_LINE_WORKER, last_name="Recipient"),
        physician=make_staff(make_institution("RAD"), Role.MEDICAL_OFFICER, last_name="Physician"),
        coordinator=make_staff(office, Role.REGIONAL_COORDINATOR, last_name="Coordinator"),
        stranger=make_staff(make_institution("AFAW"), Role.FRONT_LINE_WORKER, last_name="Stranger"),
        protection=make_staff(office, Role.DATA_PROTECTION_OFFICER, last_name="Protection"),
    )


@kept
def dossier(cast: Cast) -> Dossier:
    return open_file(cast.lead)
