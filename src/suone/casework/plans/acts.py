from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    BEGUN = "plan.begun", _("Plan drafted")
    NEW_VERSION = "plan.new_version", _("New version of the plan opened")
    ENTRY_WRITTEN = "plan.entry_written", _("Entry added to the plan")
    ENTRY_CHANGED = "plan.entry_changed", _("Text of the plan changed")
    ENTRY_REMOVED = "plan.entry_removed", _("Entry removed from the plan")
    MEASURE_WRITTEN = "plan.measure_written", _("Measure added to the plan")
    MEASURE_CHANGED = "plan.measure_changed", _("Measure of the plan changed")
    MEASURE_REMOVED = "plan.measure_removed", _("Measure removed from the plan")
    REVIEW_SET = "plan.review_set", _("Review date of the plan set")
    PUT_UP = "plan.put_up", _("Plan submitted for signature")
    SIGNED = "plan.signed", _("Plan signed")
    SIGNATURE_RELEASED = (
        "plan.signature_released",
        _("Signature on the plan no longer needed: the institution has left the case"),
    )
    DECLINED = "plan.declined", _("Signature on the plan declined")
    SIGNING_WITHDRAWN = "plan.signing_withdrawn", _("Plan withdrawn from signature")
    REMINDED = "plan.reminded", _("Reminder: a plan is waiting for a signature")
    BINDING = "plan.binding", _("Plan binding: signed by all")
    DROPPED = "plan.dropped", _("Draft of the plan discarded")
    PROGRESS = "plan.progress", _("Progress of a measure recorded")
    READ = "plan.read", _("Plan read")
    COMPARED = "plan.compared", _("Versions of the plan compared")
    PRINTED = "plan.printed", _("Plan printed")
    BOOKLET_PRINTED = "plan.booklet_printed", _("Booklet for the person printed")
