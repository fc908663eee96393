"""Who asks for advice, on which topic and channel, and that anonymous advice has no name. Pure."""

from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Refused


class Asker(models.TextChoices):
    """Who asked for advice."""

    CITIZEN = "citizen", gettext_lazy("citizen")
    EMPLOYER = "employer", gettext_lazy("employer")
    PHYSICIAN = "physician", gettext_lazy("physician")
    INSTITUTION = "institution", gettext_lazy("institution")


class Channel(models.TextChoices):
    """How the advice was given."""

    PHONE = "phone", gettext_lazy("telephone")
    COUNTER = "counter", gettext_lazy("in person")
    MAIL = "mail", gettext_lazy("e-mail or letter")
    VIDEO = "video", gettext_lazy("video call")


class Topic(models.TextChoices):
    """What the advice was about."""

    WORK = "work", gettext_lazy("looking for work")
    JOB_AT_RISK = "job_at_risk", gettext_lazy("job at risk")
    HEALTH_AND_WORK = "health_and_work", gettext_lazy("health and work")
    BENEFITS = "benefits", gettext_lazy("who is responsible, benefits")
    MONEY = "money", gettext_lazy("money, debts")
    TRAINING = "training", gettext_lazy("education, training")
    FAMILY = "family", gettext_lazy("family, housing")
    STAY = "stay", gettext_lazy("residence, integration")
    OTHER = "other", gettext_lazy("something else")


class LedTo(models.TextChoices):
    """What an advice led to."""

    NOTHING = "", gettext_lazy("advice was enough")
    NOTIFICATION = "notification", gettext_lazy("notification begun")
    HANDOVER = "handover", gettext_lazy("hand-over begun")


def check_can_give(
    *, on: date, minutes: int, is_anonymous: bool, name: str, contact: str, category: int, today: date
) -> None:
    """Check day, duration (1 to 600 minutes), anonymity and data category of an advice; raises ``Refused`` otherwise.

    Anonymous advice has neither name nor contact details, and none has medical content.
    """
    if on > today:
        raise Refused(_("The advice cannot be in the future."))
    if not 1 <= minutes <= 600:
        raise Refused(_("Enter the duration in minutes, between 1 and 600."))
    if is_anonymous and (name.strip() or contact.strip()):
        raise Refused(_("Anybody who wishes to remain anonymous leaves no name or contact details: remove them."))
    if category == DataCategory.HEALTH:
        raise Refused(_("No medical content here: write what it means for work."))
