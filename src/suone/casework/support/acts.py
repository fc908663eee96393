from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    READ = "service.read", _("Service opened")
    OFFERS_READ = "service.offers_read", _("Available services looked up")
    ORDERED = "service.ordered", _("Service ordered")
    STARTED = "service.started", _("Service started")
    COMPLETED = "service.completed", _("Service completed")
    CANCELLED = "service.cancelled", _("Service cancelled")
    REPORTED = "service.reported", _("Medical report written")
    ACCESS_RENEWED = "service.access_renewed", _("Medical officer's access renewed")
