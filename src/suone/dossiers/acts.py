from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    OPENED = "dossier.opened", _("Case file opened")
    CORRECTED = "person.corrected", _("Particulars of the person corrected")
    READ = "person.read", _("Particulars of the person read")
    GRANTED = "grant.opened", _("Access opened")
    GRANT_ENDED = "grant.ended", _("Access ended")
    GLASS_BROKEN = "glass.broken", _("Case opened in an emergency")
    DRIFT_CHECKED = "grant.drift_checked", _("Access compared with the acts behind it")
