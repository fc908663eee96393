from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    PUBLISHED = "instrument.published", _("Instrument published")
    RETIRED = "instrument.retired", _("Instrument retired")
