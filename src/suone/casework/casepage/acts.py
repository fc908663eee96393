from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    STEERED = "course.listed", _("Cases in one's lead listed")
    INFORMED = "course.informed", _("Everybody informed")
