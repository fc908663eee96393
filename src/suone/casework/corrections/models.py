from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, granted
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import Dossier, IdentityQuerySet


class State(models.TextChoices):
    PENDING = "pending", _("waits for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")


class Correction(models.Model):
    """Particulars from another file of the same person, offered to this one; the lead of this file decides.

    It names the offering institution, which contributes to this file anyway, but never the other file. What the IIZ office
    passed on names the office, and the ``law`` on which it did; where it comes from is not stored.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    offered = models.JSONField()  # name of the field → as the other file has it
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    offered_by = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    answered_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(_("Reason"), max_length=300, blank=True)
    law = models.CharField(max_length=200, blank=True, db_default="")

    objects = IdentityQuerySet["Correction"].as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.IDENTITY
    personal_data: ClassVar[tuple[str, ...]] = ("offered", "reason")

    class Meta:
        verbose_name = _("offered correction")
        verbose_name_plural = _("offered corrections")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="correction_waits_once_per_institution",
                fields=["dossier", "institution"],
                condition=Q(state="pending"),
                violation_error_message=_("Your institution has offered a correction already: wait for the answer."),
            ),
            models.CheckConstraint(
                name="correction_answered_by_somebody",
                condition=Q(state="pending", answered_by=None, answered_at=None)
                | ~Q(state="pending") & Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="correction_declined_with_reason",
                condition=~Q(state="declined") | ~Q(reason=""),
                violation_error_message=_("Give a reason, so that others can understand the decision."),
            ),
            # Written by corrections_offer(), corrections_pass_on() and corrections_answer() only.
            RowPolicies(
                name="corrections_correction_row_policies",
                select=granted(Power.READ, category=str(DataCategory.IDENTITY.value)),
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"

    @property
    def is_passed_on(self) -> bool:
        """Whether the IIZ office passed it on, from a file that stays unknown here."""
        return bool(self.law)

    @property
    def is_pending(self) -> bool:
        return self.state == State.PENDING
