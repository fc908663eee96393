"""When a young person may be notified before there is a consent, and for how long the notice is kept. Pure."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.ground.access.errors import Refused

LEGAL_BASIS = "youth-notice"  # of consents/legal_bases.toml
MOST_DAYS = 90  # a default of the product: no canton keeps a notice longer without a consent
OLDEST = 100


class Discarding(models.TextChoices):
    """Why a notice is discarded: a code, so that nothing about the young person stays behind."""

    NO_CONSENT = "no_consent", gettext_lazy("does not consent")
    ELSEWHERE = "elsewhere", gettext_lazy("is supported elsewhere already")
    NOT_CONCERNED = "not_concerned", gettext_lazy("is not concerned by age or residence")
    NOT_REACHED = "not_reached", gettext_lazy("could not be reached")
    MISTAKE = "mistake", gettext_lazy("notified by mistake")


def check_can_notify(*, law: str, is_receiver: bool, name: str, birth_year: int | None, today: date) -> None:
    """Check that a young person may be notified before a consent; raises ``Refused`` otherwise.

    Without a law of the canton nobody may, and only to an institution that receives young people.
    """
    if not law:
        raise Refused(_("The canton has set no law for notifying young people before a consent: ask for the consent."))
    if not is_receiver:
        raise Refused(_("Young people are notified to the institution that receives them, and to no other."))
    if not name.strip():
        raise Refused(_("Enter a name, so that the young person can be found and asked."))
    if birth_year is not None and not today.year - OLDEST <= birth_year <= today.year:
        raise Refused(_("Check the year of birth."))


def kept_until(days: int, *, on: date) -> date:
    """The last day on which the notice is kept."""
    return on + timedelta(days=min(days, MOST_DAYS))
