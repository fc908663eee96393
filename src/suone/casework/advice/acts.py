from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    GIVEN = "advice.given", _("First advice recorded")
    CORRECTED = "advice.corrected", _("First advice corrected")
    LISTED = "advice.listed", _("First advice listed")
    READ = "advice.read", _("First advice opened")
    COUNTED = "advice.counted", _("First advice counted")
    TO_NOTIFICATION = "advice.to_notification", _("Notification begun from first advice")
    TO_HANDOVER = "advice.to_handover", _("Hand-over begun from first advice")
