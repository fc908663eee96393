from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    LOG_READ = "log.read", _("Log read")
    WHO_SAW_ASKED = "log.who_saw_asked", _("Log asked who saw a person")
    WHO_SAW_EXPORTED = "log.who_saw_exported", _("Who saw a person, exported from the log")
    COLLEAGUE_ASKED = "log.colleague_asked", _("Log asked what a colleague opened")
    COLLEAGUE_EXPORTED = "log.colleague_exported", _("What a colleague opened, exported from the log")
    LOG_PROVEN = "log.proven", _("Log checked for being whole")
