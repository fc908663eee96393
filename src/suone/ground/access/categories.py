"""Categories of data about a person, and the power of a grant: the two scales that every row policy reads."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _


class DataCategory(models.IntegerChoices):
    """A category of data about a person; its value is its bit in a grant's mask (never renumber)."""

    IDENTITY = 0, _("Identity and contact")
    EMPLOYMENT = 1, _("Employment")
    EDUCATION = 2, _("Education")
    FINANCES = 3, _("Finances")
    HEALTH = 4, _("Health")
    ADDICTION = 5, _("Addiction")
    FAMILY = 6, _("Family and housing")
    JUSTICE = 7, _("Justice")
    MIGRATION = 8, _("Migration")
    NETWORK = 9, _("Social network")
    ADMINISTRATIVE = 10, _("Administrative")

    @property
    def bit(self) -> int:
        """The mask of this category alone."""
        return 1 << self.value

    @property
    def is_sensitive(self) -> bool:
        """Whether forms leave the category unticked until somebody chooses it."""
        return bool(self.bit & SENSITIVE)


class Power(models.IntegerChoices):
    """What a grant lets its holder do in a case; each power includes the ones before it."""

    READ = 1, _("read")
    WRITE = 2, _("read and contribute")
    LEAD = 3, _("lead and open to others")


# Medical content is for the medical officer (ATSG Art. 47 para 2); nothing opens it to an institution as a whole.
HEALTH_BIT = DataCategory.HEALTH.bit
ALL_CATEGORIES = sum(category.bit for category in DataCategory)
ALL_BUT_HEALTH = ALL_CATEGORIES & ~HEALTH_BIT
# Never ticked in advance when consent is asked for (a default of this product, not of the law).
SENSITIVE = HEALTH_BIT | DataCategory.ADDICTION.bit | DataCategory.JUSTICE.bit | DataCategory.MIGRATION.bit


def mask_of(categories: Iterable[DataCategory]) -> int:
    """The bit mask of these categories."""
    mask = 0
    for category in categories:
        mask |= category.bit
    return mask


def categories_in(mask: int) -> list[DataCategory]:
    """The categories of a bit mask, in their fixed order."""
    return [category for category in DataCategory if mask & category.bit]
