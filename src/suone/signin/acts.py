from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    PAUSED = "account.paused", _("Log-in paused after failures")
    UNLOCKED = "account.unlocked", _("Log-in unlocked")
    RESET_SENT = "account.reset_sent", _("Link for a new password sent")
