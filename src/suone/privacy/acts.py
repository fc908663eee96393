from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    LOG_READ = "log.read", _("Log read")
    LOG_PROVEN = "log.proven", _("Log checked for being whole")
