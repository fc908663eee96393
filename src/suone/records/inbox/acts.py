from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    LISTED = "inbox.listed", _("Messages listed")
    # Replaces an act whose data category the recipient may not read.
    SOMETHING_NEW = "inbox.something_new", _("Something new, in a data category that is closed to you")
    READ = "inbox.read", _("Messages read")
    PREFERENCE_SET = "inbox.preference_set", _("Notification settings changed")
    DIGEST_SENT = "inbox.digest_sent", _("Daily mail sent")
