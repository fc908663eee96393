from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    ASKED = "workitem.asked", _("Work item set")
    DONE = "workitem.done", _("Work item done")
    REOPENED = "workitem.reopened", _("Work item taken up again")
    ASSIGNED = "workitem.assigned", _("Work item assigned")
    POSTPONED = "workitem.postponed", _("Work item postponed")
    CANCELLED = "workitem.cancelled", _("Work item cancelled")
    WITHDRAWN = "workitem.withdrawn", _("Work item withdrawn: it no longer applies")
