from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    LISTED = "procedure.listed", _("Procedures looked up")
    PUBLISHED = "procedure.published", _("Procedure published")
    RETIRED = "procedure.retired", _("Procedure retired")
