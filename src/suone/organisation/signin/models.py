from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.ground.access.acting import Kind
from suone.ground.access.models import User
from suone.ground.access.row_policies import RowPolicies, Stamp, any_actor, job, own_staff, permitted
from suone.organisation.appointments.models import Appointment

_ADMINISTERED = (
    "((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id))"
    f" OR {permitted('appointment.oversee')}"
)


class Letter(models.Model):
    """A mail waiting for a few seconds to be sent to the account with this address, if there is one.

    It is stored for known and unknown addresses alike; a job looks up the account, so that the response does not reveal
    whether there is one. The job deletes it.
    """

    class Kind(models.TextChoices):
        PAUSED = "paused"
        RESET = "reset"
        CONFIRM = "confirm"
        MOVED = "moved"
        FACTOR_GONE = "factor_gone"

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    address = models.CharField(max_length=320)
    link = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=2, default="de")  # used if there is no account
    at = models.DateTimeField(db_default=Now())

    personal_data: ClassVar[tuple[str, ...]] = ("address",)

    class Meta:
        constraints: ClassVar = [
            RowPolicies(
                name="signin_letter_row_policies",
                select=job(),
                insert=any_actor(),
                delete=job(),
                kinds=(Kind.PUBLIC, Kind.STAFF, Kind.JOB),
            ),
            # It follows the product's own address in a mail: "@elsewhere/" or ".elsewhere/" would make that another one.
            models.CheckConstraint(
                name="letter_leads_to_the_product", condition=Q(link="") | Q(link__regex=r"^/(?!/)")
            ),
            Stamp(name="letter_asked", at="at"),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"


class AddressChange(models.Model):
    """A request to log in with another address, which takes effect once the link sent there is followed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    address = models.EmailField()
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the link's secret
    at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)

    personal_data: ClassVar[tuple[str, ...]] = ("address",)

    class Meta:
        constraints: ClassVar = [
            RowPolicies(
                name="signin_addresschange_row_policies",
                select=f"{own_staff()} OR {job()}",
                insert=own_staff(),
                update=own_staff(),
                updates=("confirmed_at",),
                delete=job(),
            ),
            Stamp(name="address_change_asked", at="at", staff="staff", account="user"),
            Stamp(name="address_change_confirmed", at="confirmed_at"),
        ]

    def __str__(self) -> str:
        return f"address change {self.pk}"


class FactorReset(models.Model):
    """A lost second factor: one administrator requests its reset, another approves it."""

    institution_id = models.BigIntegerField()  # where the holder works: who administers it sees the request
    holder = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    holder_account = models.ForeignKey(User, models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    asked_account = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    decided_account = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(default=False)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["holder_account"],
                condition=Q(decided_at=None),
                name="factor_reset_once_at_a_time",
                violation_error_message=_("This reset has already been requested."),
            ),
            models.CheckConstraint(
                name="factor_reset_by_three_accounts",
                condition=~Q(asked_account=F("holder_account"))
                & (
                    Q(is_approved=False)
                    | (~Q(decided_account=F("holder_account")) & ~Q(decided_account=F("asked_account")))
                ),
                violation_error_message=_(
                    "Requester, approver and holder of the second factor must be three different persons."
                ),
            ),
            models.CheckConstraint(
                name="factor_reset_decided_by_somebody",
                condition=Q(decided_at=None, decided_by=None, decided_account=None, is_approved=False)
                | Q(decided_at__isnull=False, decided_by__isnull=False, decided_account__isnull=False),
                violation_error_message=_("A decision must say who decided and when."),
            ),
            RowPolicies(
                name="signin_factorreset_row_policies",
                select=_ADMINISTERED,
                insert=_ADMINISTERED,
                update=_ADMINISTERED,
                updates=("decided_by", "decided_account", "decided_at", "is_approved"),
                before="{table}.decided_at IS NULL",
            ),
            Stamp(name="factor_reset_asked", at="at", staff="asked_by", account="asked_account"),
            Stamp(name="factor_reset_decided", at="decided_at", staff="decided_by", account="decided_account"),
        ]

    def __str__(self) -> str:
        return f"factor reset {self.pk}"
