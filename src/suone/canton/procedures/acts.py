from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    LISTED = "procedure.listed", _("Procedures looked up")
    PUBLISHED = "procedure.published", _("Procedure published")
    RETIRED = "procedure.retired", _("Procedure retired")
    BEGUN = "procedure.begun", _("Procedure begun")
    MOVED = "procedure.moved", _("Next phase")
    MOVED_OVER = "procedure.moved_over", _("Moved to another version of the procedure")
    PLACES_COUNTED = "procedure.places_counted", _("Places counted")
    FACT_KNOWN = "procedure.fact_known", _("Fact stated")
