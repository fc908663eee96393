from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    OFFERED = "correction.offered", _("Correction of the particulars offered")
    ACCEPTED = "correction.accepted", _("Offered correction accepted")
    DECLINED = "correction.declined", _("Offered correction declined")
    READ = "correction.read", _("Offered correction read")
