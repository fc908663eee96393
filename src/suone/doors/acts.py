from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    DENIED = "door.denied", _("Page refused")
    CONFIRMED = "door.confirmed", _("Confirmed who is there, by second factor or password")
