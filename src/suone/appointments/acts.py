from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    ABSENCES_READ = "absence.read", _("Absences read")
    ABSENCE_ENTERED = "absence.entered", _("Absence entered")
    ABSENCE_REMOVED = "absence.removed", _("Absence removed")
    APPOINTMENTS_READ = "appointment.read", _("Appointments read")
    APPOINTED = "appointment.given", _("Appointment given")
    INVITED = "appointment.invited", _("Invited to an appointment")
    INVITATION_ACCEPTED = "appointment.accepted", _("Invitation accepted")
    APPOINTMENT_ENDED = "appointment.ended", _("Appointment ended")
    ROLE_GIVEN = "appointment.role_given", _("Role given")
    ROLE_APPROVED = "appointment.role_approved", _("Role approved")
    ROLE_ENDED = "appointment.role_ended", _("Role ended or declined")
    ACCOUNT_LOCKED = "account.blocked", _("Account locked")
    ACCOUNT_UNLOCKED = "account.unblocked", _("Account unlocked")
    ACCOUNT_LINK_MADE = "account.link_made", _("Link for a new password made")
    BEGUN = "installation.begun", _("Installation begun")
    PARTNER_CREATED = "partner.created", _("Key for a partner's system made")
    PARTNER_ENDED = "partner.ended", _("Key of a partner's system ended")
    SWITCHED = "acting.switched", _("Acts for another institution")
    LOGGED_IN = "account.logged_in", _("Logged in")
    LOGGED_OUT = "account.logged_out", _("Logged out")
    LOG_IN_FAILED = "account.log_in_failed", _("Log-in failed")
    SECOND_FACTOR_ADDED = "account.second_factor_added", _("Second factor of the log-in added")
    SECOND_FACTOR_REMOVED = "account.second_factor_removed", _("Second factor of the log-in removed")
    RECOVERY_CODES_RENEWED = "account.recovery_codes_renewed", _("Recovery codes made anew")
