from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    DENIED = "door.denied", _("Page refused")
    SHOWN = "door.shown", _("Form opened")
    CONFLICT_SHOWN = "door.conflict_shown", _("Text of somebody who saved first shown")
    CONFIRMED = "door.confirmed", _("Confirmed who is there, by second factor or password")
