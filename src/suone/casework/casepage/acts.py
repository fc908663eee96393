from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    READ = "course.read", _("Course of the case opened")
    STEERED = "course.listed", _("Cases in one's lead listed")
    INFORMED = "course.informed", _("Everybody informed")
