from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    READ = "representation.read", _("Legal representatives read")
    RECORDED = "representation.recorded", _("Legal representative recorded")
    ENDED = "representation.ended", _("Legal representation ended")
