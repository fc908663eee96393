from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    LISTED = "assessment.listed", _("Assessments of a case opened")
    READ = "assessment.read", _("Assessment opened")
    STARTED = "assessment.started", _("Assessment begun")
    SAVED = "assessment.saved", _("Section of an assessment saved")
    FINISHED = "assessment.finished", _("Assessment finished")
    DECIDED = "assessment.decided", _("Assessment decided")
    DROPPED = "assessment.dropped", _("Unfinished assessment deleted")
    COMPARED = "assessment.compared", _("Assessments compared over time")
    EXPORTED = "assessment.exported", _("Assessments exported")
    OVERDUE_READ = "assessment.overdue_read", _("Overdue reassessments looked up")
