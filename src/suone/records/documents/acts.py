from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    KEPT = "document.kept", _("Document added")
    READ = "document.read", _("Document opened")
    SHOWN = "document.shown", _("Pages of a document shown")
    REMOVED = "document.removed", _("Document removed")
    EXPIRES_SOON = "document.expires_soon", _("Document expires soon")
    EXPIRED = "document.expired", _("Document expired")
    LOST_FORGOTTEN = "document.lost_forgotten", _("Files of undone acts deleted")
