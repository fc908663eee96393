from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    LISTED = "instrument.listed", _("Instruments looked up")
    PUBLISHED = "instrument.published", _("Instrument published")
    RETIRED = "instrument.retired", _("Instrument retired")
