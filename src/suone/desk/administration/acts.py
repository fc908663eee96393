from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    CASELOAD_READ = "caseload.read", _("Caseload reviewed before it was passed on")
    CASELOAD_PASSED = "caseload.passed", _("A colleague's caseload was passed on to you")
    LEAD_PASSED = "caseload.lead_passed", _("Led from now on by a successor")
    CASE_MANAGER_PASSED = "caseload.case_manager_passed", _("Case management from now on by a successor")
    FOLLOWER_PASSED = "caseload.follower_passed", _("Followed from now on by a successor")
    KEY_CREATED = "partner.notified", _("You answer for a new key of a partner's system")
    ITEMS_LEFT = "caseload.left", _("Work items of somebody who left are unassigned")
    APPROVAL_ASKED = "appointment.approval_asked", _("A role waits for your approval")
