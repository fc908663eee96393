from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    PAUSED = "account.paused", _("Log-in paused after failures")
    UNLOCKED = "account.unlocked", _("Log-in unlocked")
    RESET_SENT = "account.reset_sent", _("Link for a new password sent")
    ADDRESS_ASKED = "account.address_asked", _("New address for the log-in requested")
    ADDRESS_CHANGED = "account.address_changed", _("Address of the log-in changed")
    FACTOR_RESETS_READ = "factor_reset.read", _("Requests to reset a second factor read")
    FACTOR_RESET_ASKED = "factor_reset.asked", _("Reset of a second factor requested")
    FACTOR_RESET_APPROVED = "factor_reset.approved", _("Reset of a second factor approved")
    FACTOR_RESET_DECLINED = "factor_reset.declined", _("Reset of a second factor declined")
