"""Contact persons, absences, members of bodies, and partners' systems."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suone.ground.access.acting import Kind
from suone.ground.access.row_policies import (
    RowPolicies,
    Stamp,
    any_actor,
    job,
    own_staff,
    permitted,
)
from suone.organisation.appointments.models.posts import ADMINISTERS, Appointment, days_between, works_at
from suone.organisation.institutions.models import DIRECTORY_EDIT, Body, Institution, Region

# Absences are recorded for one's own institution, and the deputy must be a colleague there.
_OF_OWN_INSTITUTION = works_at("staff_id", "(SELECT actor_institution())")


_ABSENCES = f"{job()} OR (({permitted('absence.edit')}) AND {_OF_OWN_INSTITUTION}) OR {own_staff()}"


_DEPUTY_IS_A_COLLEAGUE = (
    f"({job()} OR {{table}}.deputy_id IS NULL OR {works_at('deputy_id', '(SELECT actor_institution())')})"
)


class ContactPerson(models.Model):
    """A contact person of an institution in a region, with the deputy."""

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
                violation_error_message=_("Nobody can be their own deputy: choose somebody else."),
            ),
            # That they work there is checked in sql/who_answers.sql, when they are named: an entry outlives leavers.
            RowPolicies(
                name="appointments_contactperson_row_policies",
                select=any_actor(),
                insert=f"{job()} OR {ADMINISTERS}",
                update=f"{job()} OR {ADMINISTERS}",
                updates=("region", "staff", "deputy", "topics", "position"),
                delete=f"{job()} OR {ADMINISTERS}",
                kinds=(Kind.STAFF, Kind.JOB, Kind.SYSTEM),
            ),
        ]

    def __str__(self) -> str:
        return str(self.staff)


class Absence(models.Model):
    """Days on which a staff member is away; both days included."""

    staff = models.ForeignKey(Appointment, models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(
        Appointment, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Who stands in")
    )
    first_day = models.DateField(_("First day"))
    last_day = models.DateField(_("Last day"))

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="absence_deputy_is_somebody_else",
                condition=Q(deputy=None) | ~Q(deputy=F("staff")),
                violation_error_message=_("Nobody can be their own deputy: choose somebody else."),
            ),
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
                        days_between(F("first_day"), F("last_day")),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("An absence is already recorded for some of these days."),
            ),
            RowPolicies(
                name="appointments_absence_row_policies",
                select=any_actor(),
                insert=f"({_ABSENCES}) AND {_DEPUTY_IS_A_COLLEAGUE}",
                update=_ABSENCES,
                updates=("first_day", "last_day"),
                delete=_ABSENCES,
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
                select=any_actor(),
                insert=DIRECTORY_EDIT,
                update=DIRECTORY_EDIT,
                updates=("function", "term_from", "term_until"),
                delete=DIRECTORY_EDIT,
            ),
        ]

    def __str__(self) -> str:
        return str(self.staff)


class PartnerSystem(models.Model):
    """An institution's own system that uses the API with a key, of which only the hash is stored."""

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
                violation_error_message=_("A key cannot expire before it takes effect."),
            ),
            # A key is looked up by the function in sql/partner_systems.sql, which finds its own system and no other.
            RowPolicies(
                name="appointments_partnersystem_row_policies",
                select=permitted("appointment.oversee")
                + " OR (SELECT actor_may('appointment.administer'))"
                + " AND {table}.institution_id = (SELECT actor_institution())",
                insert=f"{job()} OR {ADMINISTERS}",
                update=f"{job()} OR {ADMINISTERS}",
                updates=("ended_at",),
                before="{table}.ended_at IS NULL",
            ),
            Stamp(name="partner_system_ended", at="ended_at"),
            Stamp(name="partner_system_used", at="last_used_at"),
        ]

    def __str__(self) -> str:
        return self.name
