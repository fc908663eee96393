from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    EVALUATED = "register.evaluated", _("Numbers turned into tokens, unseen")
    DELIVERY_OPENED = "register.delivery_opened", _("Delivery to the register begun")
    DELIVERY_APPLIED = "register.delivery_applied", _("Delivery to the register applied")
    DELIVERY_ABANDONED = "register.delivery_abandoned", _("Delivery to the register given up")
    REGISTERED = "register.registered", _("Person entered in the register")
    ENDED = "register.ended", _("Registration ended")
    LOOKED_UP = "register.looked_up", _("Register asked about a person")
    QUESTIONS_READ = "register.questions_read", _("Read who asked about a person")
    LISTED = "register.listed", _("Read the institution's overlaps and deliveries")
    ALERTED = "register.alerted", _("Another institution follows one of your persons too")
    ALERT_ANSWERED = "register.alert_answered", _("Alert dealt with")
    PREFERENCE_SET = "register.preference_set", _("Setting of alerts changed")
    ENROLLED = "register.enrolled", _("Institution takes part in the register")
    FIGURES_READ = "register.figures_read", _("Read the figures of the register")
    OVERSEEN = "register.overseen", _("Read how the register is used")
    CANARY_TOUCHED = "register.canary_touched", _("Somebody searches through numbers in the register")
    CANARY_KEPT = "register.canary_kept", _("Number that belongs to nobody stored, to detect searching")
    RENEWED = "register.renewed", _("Registrations of the form carried over to the new epoch")
    EPOCH_OPENED = "register.epoch_opened", _("New epoch of the register opened")
    EPOCH_SWITCHED = "register.epoch_switched", _("Register switched to the new epoch")
    EPOCH_DESTROYED = "register.epoch_destroyed", _("Keys of an old epoch destroyed")
    UNUSUAL_USE = "register.unusual_use", _("Unusual use of the register yesterday: look at the page of its use")
