from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.ground.access.row_policies import RowPolicies, Stamp, job, own_institution, own_staff
from suone.ground.audit.shown import Shows
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, Region

# The receiver alone, and whoever wrote it; the notifying institution as a whole does not read it.
_RECEIVER = f"({own_institution('receiver_id')} AND (SELECT actor_may('case.triage')))"


class Notice(models.Model):
    """A young person whom an institution notifies before there is a consent: who, how to reach them, and one sentence.

    It is no case and opens none. It is destroyed after ``kept_until`` unless a consent arrives.
    """

    receiver = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("Notified to"))
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+", verbose_name=_("Region"))
    first_name = models.CharField(_("First name"), max_length=100, blank=True)
    last_name = models.CharField(_("Last name"), max_length=100, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("Year of birth"), null=True)
    contact = models.CharField(_("How to reach them"), max_length=150, blank=True)
    concern = models.CharField(_("What it is about"), max_length=300, blank=True)
    language = models.CharField(max_length=2)
    law = models.CharField(_("Legal basis"), max_length=200)
    recorded_at = models.DateTimeField(db_default=Now())
    kept_until = models.DateField(_("Kept until"))

    personal_data: ClassVar[tuple[str, ...]] = ("first_name", "last_name", "birth_year", "contact", "concern")
    shows: ClassVar = Shows(kind="youth")

    class Meta:
        verbose_name = _("young person notified before a consent")
        verbose_name_plural = _("young people notified before a consent")
        indexes: ClassVar = [models.Index(name="youth_of_receiver", fields=["receiver", "kept_until"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="youth_notice_on_a_law",
                condition=~Q(law=""),
                violation_error_message=_("A young person is notified before a consent only on a law of the canton."),
            ),
            models.CheckConstraint(
                name="youth_notice_of_somebody",
                condition=~Q(first_name="", last_name=""),
                violation_error_message=_("Enter a name, so that the young person can be found and asked."),
            ),
            RowPolicies(
                name="youth_notice_row_policies",
                select=f"{job()} OR {_RECEIVER} OR {own_staff()}",
                insert=f"{own_staff()} AND {own_institution()} AND (SELECT actor_may('case.notify'))",
                delete=f"{job()} OR {_RECEIVER}",
            ),
            Stamp(name="youth_notice_recorded", at="recorded_at", staff="staff", institution="institution"),
        ]

    def __str__(self) -> str:
        return f"young person {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
