from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    PROPOSED = "handover.proposed", _("Hand-over proposed")
    READ = "handover.read", _("Hand-over viewed")
    ACCEPTED = "handover.accepted", _("Hand-over accepted")
    DECLINED = "handover.declined", _("Hand-over declined")
    EXPIRED = "handover.expired", _("Hand-over expired without an answer")
    WITHDRAWN = "handover.withdrawn", _("Hand-over withdrawn")
    COORDINATES_SENT = "handover.coordinates_sent", _("Own contact details sent to the contact person")
    CONTACTED = "handover.contacted", _("Worker of the other institution contacted")
    WILL_BE_NAMED = "handover.will_be_named", _("Somebody will be named")
    ANSWERED = "handover.answered", _("Worker who follows the person named")
    STOPPED = "handover.stopped", _("Stopped without hand-over")
    ACCESS_ENDED = "handover.access_ended", _("Access from a hand-over ended")
    OVERLAP_ENDED = "handover.overlap_ended", _("The institution that handed over no longer takes part")
    NOTICE_GIVEN = "handover.notice_given", _("Notice on cooperation given")
    ADVISER_NAMED = "handover.adviser_named", _("Adviser named by the person recorded")
    ADVISER_REMOVED = "handover.adviser_removed", _("Adviser named by the person removed")
    REQUEST_FORM_PRINTED = "handover.request_form_printed", _("Form for the request for job placement printed")
    COUNTED = "handover.counted", _("Referrals counted")
