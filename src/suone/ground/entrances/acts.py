from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    DENIED = "access.denied", _("Page refused")
    SHOWN = "form.shown", _("Form opened")
    CONFLICT_SHOWN = "form.conflict_shown", _("Conflicting text of a colleague shown")
    CONFIRMED = "identity.confirmed", _("Identity confirmed by second factor or password")
