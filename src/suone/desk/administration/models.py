"""Records of caseloads passed on to a successor."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suone.ground.access.row_policies import RowPolicies, own_institution, permitted
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution


class CaseloadPassing(models.Model):
    """A caseload passed from somebody who leaves to a successor: who gave it, when, and how much of what.

    Written by ``administration_pass_on`` alone, which passes it; nothing of health, and no grant to a named person.
    """

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    leaver = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    successor = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    successor_account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_by = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    given_by_account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    leads = models.PositiveIntegerField()
    followed = models.PositiveIntegerField()
    items = models.PositiveIntegerField()
    requests = models.PositiveIntegerField()
    meetings = models.PositiveIntegerField()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="caseload_passes_to_another_account",
                condition=~Q(successor_account=F("given_by_account")) & ~Q(successor=F("leaver")),
                violation_error_message=_("You cannot pass a caseload on to yourself."),
            ),
            RowPolicies(
                name="administration_caseloadpassing_row_policies",
                select=f"{permitted('appointment.oversee')}"
                f" OR (SELECT actor_may('appointment.administer')) AND {own_institution()}",
            ),
        ]

    def __str__(self) -> str:
        return f"caseload passing {self.pk}"
