"""What roles may do: stable codes with their sentences, and one table from role to permissions.

A permission gives access to a function; access to cases is decided by grants alone.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    WORKLIST_READ = "worklist.read", _("See one's own worklist")
    ACCOUNT_KEEP = "account.keep", _("Manage one's own account: the e-mail address of the log-in")
    INBOX_READ = "inbox.read", _("Read one's own messages and set how to be notified")
    DIRECTORY_READ = "directory.read", _("Look up institutions and contact persons")
    DIRECTORY_EDIT = "directory.edit", _("Edit the directory")
    ABSENCE_EDIT = "absence.edit", _("Enter absences of one's own institution")
    APPOINTMENT_ADMINISTER = "appointment.administer", _("Administer the appointments of one's own institution")
    APPOINTMENT_OVERSEE = "appointment.oversee", _("Appoint and approve the administrators of institutions")
    FACTOR_RESET = "factor.reset", _("Request and approve the reset of a colleague's second factor")
    CASE_READ = "case.read", _("Open cases that a grant makes readable")
    CASE_NOTIFY = "case.notify", _("Notify a case")
    CASE_TRIAGE = "case.triage", _("Triage cases that one's own institution receives")
    CASE_WORK = "case.work", _("Write notes, manage work items and documents in a case")
    CASE_LEAD = "case.lead", _("Invite participants, name lead and case manager, suspend, close and reopen")
    PERSON_EDIT = "person.edit", _("Correct the particulars of a person")
    PERSON_MERGE = "person.merge", _("Clarify whether two files are about the same person")
    CONSENT_SIGN = "consent.sign", _("Record consents: sign, renew, narrow, withdraw")
    DISCLOSURE_RECORD = "disclosure.record", _("Record disclosures on another legal basis")
    GLASS_BREAK = "glass.break", _("Open a case in an emergency for three hours, with a reason")
    MEDICAL_READ = "medical.read", _("Read medical content in the health compartment")
    PROCEDURE_READ = "procedure.read", _("Look up how the canton works")
    PROCEDURE_PUBLISH = "procedure.publish", _("Publish and retire procedures")
    PROCEDURE_MOVE_OVER = "procedure.move_over", _("Move a running case to another version of its procedure")
    MEETING_CONVENE = "meeting.convene", _("Convene meetings, keep agenda and minutes")
    MEETING_ATTEND = "meeting.attend", _("Answer invitations and contribute to meetings")
    PLAN_WRITE = "plan.write", _("Write integration plans and put them up for signature")
    PLAN_SIGN = "plan.sign", _("Sign a plan for one's own institution")
    SERVICE_ORDER = "service.order", _("Order services for a case and close them")
    MEDICAL_REPORT = "medical.report", _("Carry out a medical mandate and write its report")
    ADVICE_GIVE = "advice.give", _("Record first advice, and see the advice that one's own institution gave")
    REFERRAL_COUNT = "referral.count", _("See how many persons are referred in each direction, as figures only")
    REGISTER_USE = "register.use", _("Query the register about persons whom one's own institution follows")
    REGISTER_DELIVER = "register.deliver", _("Deliver registrations to the register")
    REGISTER_ADJUST = (
        "register.adjust",
        _("Set who in the offices of one's own institution is notified of new overlaps"),
    )
    REGISTER_FIGURES = "register.figures", _("See the figures of the register, without personal data")
    REGISTER_OVERSEE = "register.oversee", _("Enrol institutions in the register, and see how it is used")
    MAIL_OVERSEE = "mail.oversee", _("See which mails did not arrive, and decide what becomes of them")
    AUDIT_READ = "audit.read", _("Read the log for security and data protection")


class Role(models.TextChoices):
    FRONT_LINE_WORKER = "front_line_worker", _("Front-line worker")
    CONTACT_PERSON = "contact_person", _("Contact person")
    REGIONAL_COORDINATOR = "regional_coordinator", _("Regional coordinator")
    THEMATIC_COORDINATOR = "thematic_coordinator", _("Thematic coordinator")
    CASE_MANAGER = "case_manager", _("Case manager")
    TANDEM = "tandem", _("Tandem")
    MEDICAL_OFFICER = "medical_officer", _("Medical officer")
    LEGAL_COMMISSION = "legal_commission", _("Member of the legal commission")
    CANTONAL_DELEGATE = "cantonal_delegate", _("Cantonal delegate")
    OFFICE_ADMINISTRATOR = "office_administrator", _("Office administrator")
    INSTITUTION_ADMINISTRATOR = "institution_administrator", _("Institution administrator")
    STEERING = "steering", _("Member of the steering group")
    DATA_PROTECTION_OFFICER = "data_protection_officer", _("Data-protection officer")
    PARTNER_SYSTEM = "partner_system", _("Partner's system")  # for API keys: nobody logs in with it


# The roles that an appointment can hold.
STAFF_ROLES = [role for role in Role if role is not Role.PARTNER_SYSTEM]


_EVERYBODY = frozenset(
    {
        Permission.WORKLIST_READ,
        Permission.ACCOUNT_KEEP,
        Permission.INBOX_READ,
        Permission.DIRECTORY_READ,
        Permission.PROCEDURE_READ,
    }
)
_CASE_WORKER = _EVERYBODY | {
    Permission.CASE_READ,
    Permission.CASE_NOTIFY,
    Permission.CASE_WORK,
    Permission.CASE_LEAD,
    Permission.PERSON_EDIT,
    Permission.CONSENT_SIGN,
    Permission.DISCLOSURE_RECORD,
    Permission.MEETING_CONVENE,
    Permission.MEETING_ATTEND,
    Permission.PLAN_WRITE,
    Permission.PLAN_SIGN,
    Permission.SERVICE_ORDER,
    Permission.REGISTER_USE,
    Permission.REGISTER_DELIVER,
}
_OFFICE = _CASE_WORKER | {
    Permission.CASE_TRIAGE,
    Permission.DIRECTORY_EDIT,
    Permission.ABSENCE_EDIT,
    Permission.PROCEDURE_MOVE_OVER,
    Permission.REFERRAL_COUNT,
    Permission.ADVICE_GIVE,
    Permission.REGISTER_FIGURES,
    Permission.MAIL_OVERSEE,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.FRONT_LINE_WORKER: _CASE_WORKER | {Permission.CASE_TRIAGE},
    Role.CONTACT_PERSON: _CASE_WORKER
    | {Permission.CASE_TRIAGE, Permission.ABSENCE_EDIT, Permission.ADVICE_GIVE, Permission.REGISTER_ADJUST},
    Role.REGIONAL_COORDINATOR: _OFFICE | {Permission.GLASS_BREAK},
    # Works on a theme across the regions, and opens no case (default of this product).
    Role.THEMATIC_COORDINATOR: _EVERYBODY | {Permission.REFERRAL_COUNT, Permission.REGISTER_FIGURES},
    Role.CASE_MANAGER: _CASE_WORKER | {Permission.GLASS_BREAK},
    Role.TANDEM: _CASE_WORKER,
    Role.MEDICAL_OFFICER: _EVERYBODY
    | {
        Permission.CASE_READ,
        Permission.CASE_WORK,
        Permission.MEETING_ATTEND,
        Permission.MEDICAL_READ,
        Permission.MEDICAL_REPORT,
        Permission.GLASS_BREAK,
    },
    Role.LEGAL_COMMISSION: _EVERYBODY | {Permission.CASE_READ},
    Role.CANTONAL_DELEGATE: _OFFICE
    | {
        Permission.PERSON_MERGE,
        Permission.GLASS_BREAK,
        Permission.PROCEDURE_PUBLISH,
        Permission.APPOINTMENT_ADMINISTER,
        Permission.APPOINTMENT_OVERSEE,
        Permission.FACTOR_RESET,
    },
    Role.OFFICE_ADMINISTRATOR: _EVERYBODY
    | {
        Permission.DIRECTORY_EDIT,
        Permission.ABSENCE_EDIT,
        Permission.APPOINTMENT_ADMINISTER,
        Permission.APPOINTMENT_OVERSEE,
        Permission.FACTOR_RESET,
        Permission.CASE_READ,
        Permission.PERSON_MERGE,
        Permission.PROCEDURE_PUBLISH,
        Permission.REFERRAL_COUNT,
        Permission.ADVICE_GIVE,
        Permission.REGISTER_ADJUST,
        Permission.REGISTER_FIGURES,
        Permission.REGISTER_OVERSEE,
        Permission.MAIL_OVERSEE,
    },
    # Administers who works at their institution, and opens no case.
    Role.INSTITUTION_ADMINISTRATOR: _EVERYBODY
    | {Permission.ABSENCE_EDIT, Permission.APPOINTMENT_ADMINISTER, Permission.FACTOR_RESET},
    Role.STEERING: _EVERYBODY | {Permission.REFERRAL_COUNT, Permission.REGISTER_FIGURES},
    Role.DATA_PROTECTION_OFFICER: _EVERYBODY
    | {Permission.AUDIT_READ, Permission.REGISTER_FIGURES, Permission.REGISTER_OVERSEE},
    Role.PARTNER_SYSTEM: frozenset({Permission.REGISTER_USE, Permission.REGISTER_DELIVER}),
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """The union of the permissions of these roles."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))


# Permissions that neither show a person concerned nor give anybody access. All others do one or the other.
_WITHOUT_PERSONS = _EVERYBODY | {
    Permission.DIRECTORY_EDIT,
    Permission.ABSENCE_EDIT,
    Permission.REFERRAL_COUNT,
    Permission.REGISTER_ADJUST,
    Permission.REGISTER_FIGURES,
    Permission.MAIL_OVERSEE,
}

# These ask for the second factor again, as does every export. Their views are marked ``sensitive``.
SENSITIVE_PERMISSIONS = frozenset(
    {
        Permission.APPOINTMENT_ADMINISTER,
        Permission.APPOINTMENT_OVERSEE,
        Permission.FACTOR_RESET,
        Permission.GLASS_BREAK,
        Permission.PERSON_MERGE,
        Permission.PROCEDURE_PUBLISH,
    }
)


def roles_that_see_persons() -> frozenset[Role]:
    """The roles of staff that give access to data about persons, or decide who has such a role."""
    return frozenset(role for role in STAFF_ROLES if ROLE_PERMISSIONS[role] - _WITHOUT_PERSONS)
