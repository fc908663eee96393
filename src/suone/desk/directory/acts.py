from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    SEARCHED = "directory.searched", _("Directory searched")
    READ = "directory.read", _("Directory read")
    CHANGED = "directory.changed", _("Directory changed")
