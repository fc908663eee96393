from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    JOINED = "person.joined", _("Two keys found to be one person")
    PARTED = "person.parted", _("Two keys parted: they are two persons")
