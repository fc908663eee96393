from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    NOTIFIED = "case.notified", _("Case notified")
    NOTIFIED_ON = "case.notified_on", _("Case notified on to the IIZ office")
    OPENED = "case.opened_simple", _("Case opened between institutions")
    TRIAGED = "case.triaged", _("Case triaged")
    LEVEL_CHANGED = "case.level_changed", _("Level changed")
    REJECTED = "case.rejected", _("Notification rejected")
    QUESTION_ASKED = "case.question_asked", _("Question to the notifying institution")
    QUESTION_ANSWERED = "case.question_answered", _("Question answered")
    SUSPENDED = "case.suspended", _("Case suspended")
    RESUMED = "case.resumed", _("Case resumed")
    CLOSED = "case.closed", _("Case closed")
    REOPENED = "case.reopened", _("Case reopened")
    WITHDRAWN = "case.withdrawn", _("Notification withdrawn")
    BEGUN = "procedure.begun", _("Procedure begun")
    MOVED = "procedure.moved", _("Next phase")
    MOVED_OVER = "procedure.moved_over", _("Moved to another version of the procedure")
    FACT_KNOWN = "procedure.fact_known", _("Fact recorded")
    FACT_CORRECTED = "procedure.fact_corrected", _("Recorded fact corrected")
    FACT_TAKEN_BACK = "procedure.fact_taken_back", _("Recorded fact taken back")
    READ = "course.read", _("Course of the case opened")
