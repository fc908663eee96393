from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from suone.access.permissions import STAFF_ROLES
from suone.access.row_policies import RowPolicies, anybody_acting, whoever_may
from suone.institutions.models import DIRECTORY_EDIT, Body, Institution, Office, Region


class Appointment(models.Model):
    """Somebody who works at an institution, with the roles they hold there.

    One account may have several entries, one for each institution it works for.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="staff_entries"
    )
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="staff")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="staff")
    first_name = models.CharField(_("First name"), max_length=100)
    last_name = models.CharField(_("Last name"), max_length=100)
    function = models.CharField(_("Function"), max_length=100, blank=True)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    roles = ArrayField(
        models.CharField(max_length=40, choices=[(role.value, role.label) for role in STAFF_ROLES]),
        verbose_name=_("Roles"),
        default=list,
        blank=True,
    )
    active_from = models.DateField(_("Works here from"), null=True, blank=True)
    active_until = models.DateField(_("Works here until"), null=True, blank=True)  # the last day

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["last_name", "first_name"]
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "institution"],
                name="staff_once_per_institution",
                violation_error_message=_("This account already works for this institution."),
            ),
            # The own entry is readable before anybody acts: that is how a log-in finds whom it acts as.
            RowPolicies(
                name="appointments_appointment_row_policies",
                select="true",
                insert=DIRECTORY_EDIT,
                update=DIRECTORY_EDIT,
                delete=DIRECTORY_EDIT,
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class ContactPerson(models.Model):
    """Who answers for an institution in a region, and who stands in."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="contact_persons")
    region = models.ForeignKey(Region, models.CASCADE, null=True, blank=True, related_name="contact_persons")
    staff = models.ForeignKey(Appointment, models.CASCADE, related_name="contact_for")
    deputy = models.ForeignKey(Appointment, models.SET_NULL, null=True, blank=True, related_name="deputy_for")
    topics = models.CharField(_("Responsible for"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["institution", "region", "position"]
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution", "region", "staff"],
                nulls_distinct=False,
                name="contact_person_once_per_region",
                violation_error_message=_("This person is already a contact person there."),
            ),
            models.CheckConstraint(
                name="contact_person_is_not_own_deputy",
                condition=Q(deputy=None) | ~Q(deputy=F("staff")),
                violation_error_message=_("Nobody stands in for themselves: choose somebody else as deputy."),
            ),
            RowPolicies(
                name="appointments_contactperson_row_policies",
                select=anybody_acting(),
                insert=DIRECTORY_EDIT,
                update=DIRECTORY_EDIT,
                delete=DIRECTORY_EDIT,
            ),
        ]

    def __str__(self) -> str:
        return str(self.staff)


class Absence(models.Model):
    """Days on which a staff member is away; both days included."""

    staff = models.ForeignKey(Appointment, models.CASCADE, related_name="absences")
    first_day = models.DateField(_("First day"))
    last_day = models.DateField(_("Last day"))

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="absence_runs_forward",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The last day must not be before the first."),
            ),
            ExclusionConstraint(
                name="absence_no_overlap",
                expressions=[
                    (F("staff"), RangeOperators.EQUAL),
                    (
                        Func(
                            F("first_day"),
                            F("last_day"),
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("An absence is already entered for some of these days."),
            ),
            RowPolicies(
                name="appointments_absence_row_policies",
                select=anybody_acting(),
                insert=whoever_may("absence.edit") + " OR {table}.staff_id = (SELECT actor_staff())",
                update=whoever_may("absence.edit") + " OR {table}.staff_id = (SELECT actor_staff())",
                delete=whoever_may("absence.edit") + " OR {table}.staff_id = (SELECT actor_staff())",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day}–{self.last_day}"


class BodyMember(models.Model):
    """A seat in a body for a term; ``term_until`` is the last day."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="members")
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="seats")
    function = models.CharField(_("Function in the body"), max_length=100, blank=True)
    term_from = models.DateField(_("Term from"))
    term_until = models.DateField(_("Term until"), null=True, blank=True)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["body", "term_from"]
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="term_runs_forward",
                condition=Q(term_until=None) | Q(term_until__gte=F("term_from")),
                violation_error_message=_("The term must not end before it begins."),
            ),
            RowPolicies(
                name="appointments_bodymember_row_policies",
                select=anybody_acting(),
                insert=DIRECTORY_EDIT,
                update=DIRECTORY_EDIT,
                delete=DIRECTORY_EDIT,
            ),
        ]

    def __str__(self) -> str:
        return str(self.staff)


class PartnerSystem(models.Model):
    """An institution's own system that comes in by the machine door, with a key of which only the hash is kept."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="partner_systems", verbose_name=_("Institution")
    )
    name = models.CharField(_("Name"), max_length=100)
    responsible = models.ForeignKey(
        Appointment, models.PROTECT, related_name="partner_systems", verbose_name=_("Responsible person")
    )
    key_hash = models.CharField(max_length=64, unique=True)  # SHA-256; the key itself is 256 random bits
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)  # the last day
    ended_at = models.DateTimeField(_("Ended"), null=True, blank=True)  # before its last day
    last_used_at = models.DateTimeField(_("Last used"), null=True, blank=True)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["institution", "id"]
        verbose_name = _("partner's system")
        verbose_name_plural = _("partners' systems")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="partner_system_runs_forward",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("A key cannot end before it begins."),
            ),
            # A key finds its own system through the function beside (sql/partner_systems.sql), and nothing else.
            RowPolicies(
                name="appointments_partnersystem_row_policies",
                select=DIRECTORY_EDIT,
                insert=DIRECTORY_EDIT,
                update=DIRECTORY_EDIT,
            ),
        ]

    def __str__(self) -> str:
        return self.name
