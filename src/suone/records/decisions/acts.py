from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    ASKED = "decision.asked", _("Decision requested")
    LISTED = "decision.listed", _("Requests listed")
    STANDS_IN = "decision.stands_in", _("A decision is due, in place of somebody who is away")
    REMINDED = "decision.reminded", _("Reminder: a decision is due")
    ACCEPTED = "decision.accepted", _("Request accepted")
    DECLINED = "decision.declined", _("Request declined")
    EXPIRED = "decision.expired", _("Request expired without an answer")
    WITHDRAWN = "decision.withdrawn", _("Request withdrawn")
