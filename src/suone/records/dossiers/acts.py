from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    OPENED = "dossier.opened", _("Case file opened")
    CORRECTED = "person.corrected", _("Particulars of the person corrected")
    READ = "person.read", _("Particulars of the person read")
    DOUBTS_FOUND = "doubts.found", _("Doubts found whether files are about one person")
    DOUBTS_READ = "doubts.read", _("List of doubts read")
    DOUBT_READ = "doubt.read", _("Names of two files in doubt read")
    DOUBT_CLEARED = "doubt.cleared", _("Doubt cleared")
    GRANTED = "grant.opened", _("Access opened")
    GRANT_ENDED = "grant.ended", _("Access ended")
    GLASS_BROKEN = "glass.broken", _("Case opened in an emergency")
