from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    OPENED = "dossier.opened", _("opened the case file")
    GRANTED = "grant.opened", _("opened access")
    GRANT_ENDED = "grant.ended", _("ended access")
    GLASS_BROKEN = "glass.broken", _("opened the case in an emergency")
    DRIFT_CHECKED = "grant.drift_checked", _("compared access with the acts behind it")
