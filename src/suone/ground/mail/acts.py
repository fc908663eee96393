from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    READ = "mail.read", _("Undelivered mails read")
    SENT_AGAIN = "mail.sent_again", _("Mail sent again")
    LEFT = "mail.left", _("Undelivered mail left as it is")
