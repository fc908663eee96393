from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    NOTIFIED = "youth.notified", _("Young person notified before a consent")
    LISTED = "youth.listed", _("Young people notified before a consent listed")
    TAKEN_UP = "youth.taken_up", _("Case begun with the consent of a young person")
    DISCARDED = "youth.discarded", _("Notice of a young person discarded")
    DESTROYED = "youth.destroyed", _("Notice of a young person destroyed, no consent having come")
