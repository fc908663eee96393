from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.casework.advice.rules import Asker, Channel, LedTo, Topic
from suone.ground.access.categories import DataCategory
from suone.ground.access.row_policies import RowPolicies, Stamp
from suone.ground.audit.shown import Shows
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, Region

# Advice is visible only within the institution that gave it, to those who give advice.
_OWN = (
    "(SELECT actor_kind()) = 'staff'"
    " AND {table}.institution_id = (SELECT actor_institution()) AND (SELECT actor_may('advice.give'))"
)


class Advice(models.Model):
    """A first advice: who asked about what, and for how many minutes. It belongs to no case."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    on = models.DateField(_("Day"))
    asker = models.CharField(_("Who asked"), max_length=12, choices=Asker)
    channel = models.CharField(_("How"), max_length=10, choices=Channel, default=Channel.PHONE)
    topic = models.CharField(_("About what"), max_length=16, choices=Topic)
    minutes = models.PositiveSmallIntegerField(
        _("Duration in minutes"), validators=[MinValueValidator(1), MaxValueValidator(600)], default=10
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Region")
    )
    is_anonymous = models.BooleanField(_("Wishes to remain anonymous"), default=False)
    first_name = models.CharField(_("First name"), max_length=100, blank=True)
    last_name = models.CharField(_("Last name or organisation"), max_length=100, blank=True)
    contact = models.CharField(_("Telephone or e-mail"), max_length=150, blank=True)
    category = models.PositiveSmallIntegerField(
        _("Data category"), choices=DataCategory, default=DataCategory.ADMINISTRATIVE
    )
    note = models.TextField(_("Note"), blank=True)
    language = models.CharField(max_length=2)
    led_to = models.CharField(_("What came of it"), max_length=12, choices=LedTo, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    personal_data: ClassVar[tuple[str, ...]] = ("first_name", "last_name", "contact", "note")
    shows: ClassVar = Shows(kind="advice")

    class Meta:
        verbose_name = _("first advice")
        verbose_name_plural = _("first advice")
        indexes: ClassVar = [models.Index(name="advice_of_institution", fields=["institution", "-id"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="advice_unnamed_is_unnamed",
                condition=Q(is_anonymous=False) | Q(first_name="", last_name="", contact=""),
                violation_error_message=_(
                    "Anybody who wishes to remain anonymous leaves no name or contact details: remove them."
                ),
            ),
            models.CheckConstraint(
                name="advice_took_minutes",
                condition=Q(minutes__gte=1, minutes__lte=600),
                violation_error_message=_("Enter the duration in minutes, between 1 and 600."),
            ),
            models.CheckConstraint(
                name="advice_without_health",
                condition=~Q(category=DataCategory.HEALTH.value),
                violation_error_message=_("No medical content here: write what it means for work."),
            ),
            RowPolicies(
                name="advice_advice_row_policies",
                select=_OWN,
                insert=_OWN + " AND {table}.staff_id = (SELECT actor_staff())",
                update=_OWN,
                updates=(
                    "on",
                    "asker",
                    "channel",
                    "topic",
                    "minutes",
                    "region",
                    "is_anonymous",
                    "first_name",
                    "last_name",
                    "contact",
                    "category",
                    "note",
                    "language",
                    "led_to",
                    "version",
                ),
            ),
            Stamp(name="advice_recorded", at="recorded_at", staff="staff", institution="institution"),
        ]

    def __str__(self) -> str:
        return f"advice {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
