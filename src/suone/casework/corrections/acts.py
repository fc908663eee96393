from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    OFFERED = "correction.offered", _("Correction of the particulars offered")
    ACCEPTED = "correction.accepted", _("Offered correction accepted")
    DECLINED = "correction.declined", _("Offered correction declined")
    PASSED_ON = "correction.passed_on", _("The IIZ office asks to check the particulars")
    WAITING_READ = "correction.waiting_read", _("List of corrections to pass on read")
    READ = "correction.read", _("Offered correction read")
