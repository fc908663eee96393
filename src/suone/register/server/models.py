"""The readable part of the register: who takes part, and the alerts of institutions.

The registrations themselves lie in a schema of their own (``sql/tables.sql``), without a model: no query of the product
can read them, only the functions there.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suone.ground.access.acting import Kind
from suone.ground.access.row_policies import RowPolicies, Stamp, any_actor, job, own_institution, permitted
from suone.ground.audit.shown import Shows
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, Office

_ENROL = permitted("register.oversee")
_OWN = f"{job()} OR {own_institution()}"
PLACES = 62  # a set of institutions is one number in the figures


class Enrolment(models.Model):
    """An institution takes part in the register, on a legal basis and with somebody who answers for it.

    Using the AHV number is systematic use, in altered form too: AHVG Art. 153c–153i ask for a basis in law and for a
    named person.
    """

    institution = models.OneToOneField(Institution, models.PROTECT, related_name="+", verbose_name=_("Institution"))
    place = models.PositiveSmallIntegerField(unique=True)  # its bit in the figures
    legal_basis = models.CharField(_("Legal basis"), max_length=200)
    responsible = models.ForeignKey(
        Appointment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Responsible person")
    )
    began_on = models.DateField(_("Takes part from"))
    ended_on = models.DateField(_("Takes part until"), null=True, blank=True)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["place"]
        verbose_name = _("participation in the register")
        verbose_name_plural = _("participations in the register")
        constraints: ClassVar = [
            models.CheckConstraint(name="enrolment_has_a_place", condition=Q(place__lt=PLACES)),
            models.CheckConstraint(
                name="enrolment_on_a_legal_basis",
                condition=~Q(legal_basis=""),
                violation_error_message=_("Name the legal basis on which the institution takes part."),
            ),
            RowPolicies(
                name="register_enrolment_row_policies",
                select=any_actor(),
                insert=_ENROL,
                update=_ENROL,
                updates=("legal_basis", "responsible", "began_on", "ended_on"),
                kinds=(Kind.STAFF, Kind.JOB, Kind.SYSTEM),
            ),
        ]

    def __str__(self) -> str:
        return str(self.institution)


class AlertState(models.TextChoices):
    NEW = "new", _("new")
    IN_TOUCH = "in_touch", _("already in touch")
    NOTIFIED = "notified", _("case notified")
    SET_ASIDE = "set_aside", _("set aside")


class Alert(models.Model):
    """An alert to one institution: another one also follows this person. It has the own reference, never a name."""

    # A large delivery raises many at once. They are found by their institution alone (alert_of_institution), so no column has
    # an index of its own; and no institution that takes part can go away, which the enrolment sees to.
    institution = models.ForeignKey(Institution, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    office = models.ForeignKey(Office, models.SET_NULL, null=True, related_name="+", db_index=False)
    worker = models.ForeignKey(Appointment, models.SET_NULL, null=True, related_name="+", db_index=False)
    reference = models.CharField(max_length=40)
    since = models.DateField()
    other_institution = models.ForeignKey(
        Institution, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    other_office = models.ForeignKey(Office, models.SET_NULL, null=True, related_name="+", db_index=False)
    other_worker = models.ForeignKey(Appointment, models.SET_NULL, null=True, related_name="+", db_index=False)
    other_since = models.DateField()
    state = models.CharField(max_length=10, choices=AlertState, default=AlertState.NEW)
    is_quiet = models.BooleanField(default=False)  # both already work together on a case
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Appointment, models.SET_NULL, null=True, related_name="+", db_index=False)

    personal_data: ClassVar[tuple[str, ...]] = ("reference", "since", "other_since")
    shows: ClassVar = Shows(kind="alert")

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        indexes: ClassVar = [models.Index(name="alert_of_institution", fields=["institution", "-id"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="alert_answered_at_a_time",
                condition=Q(state="new", answered_at=None) | ~Q(state="new") & Q(answered_at__isnull=False),
            ),
            # Raised by the function that applies a delivery, and by nobody else.
            RowPolicies(
                name="register_alert_row_policies",
                select=_OWN,
                update=_OWN,
                updates=("state", "is_quiet", "answered_at", "answered_by"),
            ),
            Stamp(name="alert_answered", at="answered_at", staff="answered_by"),
        ]

    def __str__(self) -> str:
        return f"alert {self.pk}"


class AlertRecipients(models.TextChoices):
    WORKER = "worker", _("the responsible worker, or else the contact persons")
    CONTACTS = "contacts", _("the contact persons")
    NOBODY = "nobody", _("nobody: the list of alerts is enough")


class AlertPreference(models.Model):
    """Who is notified of new overlaps of an office; by default the responsible worker."""

    office = models.OneToOneField(Office, models.CASCADE, related_name="+", verbose_name=_("Office"))
    institution = models.ForeignKey(Institution, models.CASCADE, related_name="+")
    notifies = models.CharField(
        _("Who is notified of new overlaps"), max_length=10, choices=AlertRecipients, default=AlertRecipients.WORKER
    )

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("setting of alerts")
        verbose_name_plural = _("settings of alerts")
        constraints: ClassVar = [
            RowPolicies(
                name="register_alertpreference_row_policies",
                select=_OWN,
                insert=_OWN,
                update=_OWN,
                updates=("notifies",),
            ),
        ]

    def __str__(self) -> str:
        return f"setting of office {self.office_id}"
