from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.ground.access.categories import DataCategory
from suone.ground.access.row_policies import EVERY_KIND, RowPolicies, Stamp, job, own_staff
from suone.ground.audit.shown import Shows
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import Dossier

_OWN = f"{job()} OR {own_staff()}"


class Message(models.Model):
    """A notification of a staff member: an act in a case, and by which institution. It repeats no content.

    A message to everybody around a case has the data category of the act, which the database hides from recipients who
    may not read that category. A message about the recipient's own part (a request, an invitation) has none.
    """

    staff = models.ForeignKey(Appointment, models.CASCADE, related_name="messages")
    dossier = models.ForeignKey(Dossier, models.CASCADE, null=True, related_name="+")
    act = models.CharField(max_length=60)
    category = models.PositiveSmallIntegerField(choices=DataCategory, null=True)
    by_institution = models.ForeignKey(Institution, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    personal_data: ClassVar[tuple[str, ...]] = ("dossier",)
    shows: ClassVar = Shows()  # it repeats no content: a page names the case beside, where it is open

    class Meta:
        indexes: ClassVar = [
            models.Index(name="message_of_staff", fields=["staff", "-id"]),
            models.Index(name="message_unmailed", fields=["staff"], condition=Q(mailed_at=None, read_at=None)),
        ]
        constraints: ClassVar = [
            RowPolicies(
                name="inbox_message_row_policies",
                select=_OWN,
                insert=f"{job()} OR {{table}}.by_institution_id IS NOT DISTINCT FROM (SELECT actor_institution())",
                update=_OWN,
                updates=("read_at", "mailed_at"),
                delete=job(),
                kinds=EVERY_KIND,  # a guest who answers notifies whoever invited them
            ),
            Stamp(name="message_sent", at="at"),
            Stamp(name="message_read", at="read_at"),
            Stamp(name="message_mailed", at="mailed_at"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Digest(models.TextChoices):
    DAILY = "daily", _("once a day by e-mail, if there is something new")
    NEVER = "never", _("in the product only")


class Preference(models.Model):
    """How a staff member wants to be notified."""

    staff = models.OneToOneField(Appointment, models.CASCADE, related_name="+")
    digest = models.CharField(_("Notify me"), max_length=10, choices=Digest, default=Digest.DAILY)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            RowPolicies(
                name="inbox_preference_row_policies", select=_OWN, insert=_OWN, update=_OWN, updates=("digest",)
            ),
        ]

    def __str__(self) -> str:
        return f"preference of {self.staff_id}"
