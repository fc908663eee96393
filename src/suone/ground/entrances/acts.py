from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    DENIED = "door.denied", _("Page refused")
    SHOWN = "door.shown", _("Form opened")
    CONFLICT_SHOWN = "door.conflict_shown", _("Conflicting text of a colleague shown")
    CONFIRMED = "door.confirmed", _("Identity confirmed by second factor or password")
