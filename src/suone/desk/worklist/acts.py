from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    READ = "worklist.read", _("Worklist read")
    POSTPONED = "worklist.postponed", _("Work items postponed together")
