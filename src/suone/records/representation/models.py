from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, Stamp, granted
from suone.organisation.appointments.models import Appointment
from suone.records.dossiers.models import Dossier, IdentityQuerySet
from suone.records.representation.rules import Kind

_IDENTITY = str(DataCategory.IDENTITY.value)


class Representative(models.Model):
    """Somebody who signs for the person of a case: a parent of a minor, or a guardian by decision of an authority.

    A row never changes, it only ends. Parents who live apart are two rows, each with its own address.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="representatives")
    kind = models.CharField(_("Signs as"), max_length=10, choices=Kind)
    name = models.CharField(_("Name"), max_length=150)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    address = models.CharField(_("Address"), max_length=200, blank=True)
    is_address_withheld = models.BooleanField(_("Keep the address from the other representatives"), default=False)
    decided_by = models.CharField(_("Decided by (authority)"), max_length=150, blank=True)
    valid_from = models.DateField(_("Signs from"))
    valid_until = models.DateField(_("Signs until"), null=True, blank=True)  # the last day
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_by = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    ended_on = models.DateField(_("Ended on"), null=True)
    ended_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")

    objects = IdentityQuerySet["Representative"].as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.IDENTITY

    personal_data: ClassVar[tuple[str, ...]] = ("name", "phone", "email", "address", "decided_by")

    class Meta:
        verbose_name = _("legal representative")
        verbose_name_plural = _("legal representatives")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="representative_period_runs_forward",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                name="guardian_has_an_authority",
                condition=Q(kind=Kind.PARENT) | ~Q(decided_by=""),
                violation_error_message=_("Enter which authority decided on the guardian."),
            ),
            models.CheckConstraint(
                name="representative_ended_on_and_by_together",
                condition=Q(ended_on=None, ended_by=None) | Q(ended_on__isnull=False, ended_by__isnull=False),
                violation_error_message=_("Who ended the representation, and when, belong together."),
            ),
            RowPolicies(
                name="representation_representative_row_policies",
                select=granted(Power.READ, category=_IDENTITY),
                insert=granted(Power.WRITE, category=_IDENTITY),
                update=granted(Power.WRITE, category=_IDENTITY),
                updates=("ended_on", "ended_by"),
            ),
            Stamp(name="representative_recorded", at="recorded_at", staff="recorded_by"),
            Stamp(name="representative_ended", at="ended_on", staff="ended_by"),
        ]

    def __str__(self) -> str:
        return f"representative {self.pk}"
