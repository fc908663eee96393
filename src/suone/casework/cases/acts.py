from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    READ = "case.read", _("Case opened")
    LISTED = "case.listed", _("Cases listed")
    LIST_EXPORTED = "case.list_exported", _("List of cases exported")
    FOUND = "case.searched", _("Case searched")
    PARTICIPANT_ASKED = "case.participant_asked", _("Institution asked to take part")
    PARTICIPANT_JOINED = "case.participant_joined", _("Institution takes part")
    PARTICIPANT_DECLINED = "case.participant_declined", _("Institution does not take part")
    PARTICIPANT_LEFT = "case.participant_left", _("Institution no longer takes part")
    LEAD_NAMED = "case.lead_named", _("Lead named")
    CASE_MANAGER_NAMED = "case.case_manager_named", _("Case manager named")
    NOTE_WRITTEN = "case.note_written", _("Note written")
    NOTE_CORRECTED = "case.note_corrected", _("Note corrected")
    NOTE_REDACTED = "case.note_redacted", _("Note redacted")
    PARTICULARS_CHANGED = "case.particulars_changed", _("Particulars of the case changed")
    DRAFT_KEPT = "case.draft_kept", _("Draft saved")
