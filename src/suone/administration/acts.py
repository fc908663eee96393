from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    CASELOAD_READ = "caseload.read", _("Caseload looked at before it passes")
    CASELOAD_PASSED = "caseload.passed", _("A colleague's caseload passed to you")
    ITEMS_LEFT = "caseload.left", _("Work items of somebody who left are in nobody's hands")
    APPROVAL_ASKED = "appointment.approval_asked", _("A role waits for your approval")
