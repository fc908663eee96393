"""Who works where, with which roles since when, and how they are invited."""

import re
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, Func, OuterRef, Q, When
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from suone.ground.access.acting import Kind
from suone.ground.access.permissions import ROLE_PERMISSIONS, STAFF_ROLES, Permission, Role
from suone.ground.access.row_policies import (
    RowPolicies,
    Stamp,
    any_actor,
    job,
    own_institution,
    permitted,
)
from suone.organisation.appointments.rules import BEGINNINGS, NEED_APPROVAL
from suone.organisation.institutions.models import DIRECTORY_EDIT, Institution, Office, Region

ADMINISTERS = "((SELECT actor_kind()) = 'staff' AND appointments_may_administer({table}.institution_id))"


def works_at(column: str, institution: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM appointments_appointment a WHERE a.id = {{table}}.{column}"  # noqa: S608
        f" AND a.institution_id = {institution} OFFSET 0)"
    )


def days_between(first: Any, last: Any) -> Func:
    """The SQL date range from the first day to the last, both included; unbounded where a day is NULL."""
    return Func(first, last, models.Value("[]"), function="daterange", output_field=DateRangeField())


_MOST_WORDS = 12


_NAMES = ("name_de", "name_fr", "name_it", "name_en")


_SEARCHED = (
    "first_name",
    "last_name",
    "function",
    "institution__code",
    "institution__short_name_fr",
    *(f"{place}__{name}" for place in ("institution", "office", "region", "office__region") for name in _NAMES),
)


# Who follows a person; administrators, the heads in the steering group and physicians do other work.
_FOLLOWERS = (
    Role.FRONT_LINE_WORKER,
    Role.CONTACT_PERSON,
    Role.CASE_MANAGER,
    Role.TANDEM,
    Role.REGIONAL_COORDINATOR,
)


def _in_region(region_id: int) -> Q:
    return Q(region=region_id) | Q(region=None, office__region=region_id) | Q(region=None, office__region=None)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Who works here now: used for every picker, message, mail, lead and answer.

    Call ``working(on=day)`` first; the methods after it use the same day.
    """

    _day: date | None = None

    def working(self, *, on: date) -> "AppointmentQuerySet":
        """Appointments in force on this day whose account, if any, is not locked."""
        working = self.filter(
            Q(active_from=None) | Q(active_from__lte=on),
            Q(active_until=None) | Q(active_until__gte=on),
            Q(user=None) | Q(user__is_active=True),
            ended_at=None,
        )
        working._day = on
        return working

    def holding(self, *roles: Role) -> "AppointmentQuerySet":
        """Those with one of these roles in force that day."""
        held = HeldRole.objects.in_force(on=self._reckoned()).filter(role__in=roles, appointment=OuterRef("pk"))
        return self.filter(Exists(held))

    def who_can(self, permission: Permission) -> "AppointmentQuerySet":
        """Those with a role in force that has this permission."""
        return self.holding(*(role for role in STAFF_ROLES if permission in ROLE_PERMISSIONS[role]))

    def who_follow(self, *, or_self: int | None = None) -> "AppointmentQuerySet":
        """Those whose role it is to follow a person, and ``or_self``, who may take it on whatever their role."""
        held = HeldRole.objects.in_force(on=self._reckoned()).filter(role__in=_FOLLOWERS, appointment=OuterRef("pk"))
        return self.filter(Exists(held) | Q(pk=or_self))

    def in_region(self, region_id: int | None) -> "AppointmentQuerySet":
        """Those who work in this region or for the whole canton; all of them if None."""
        return self if region_id is None else self.filter(_in_region(region_id))

    def near_first(self, region_id: int | None) -> "AppointmentQuerySet":
        """Ordered for pickers: those of the region first, each group by name."""
        if region_id is None:
            return self.order_by("last_name", "first_name", "pk")
        return self.order_by(Case(When(_in_region(region_id), then=0), default=1), "last_name", "first_name", "pk")

    def found_by(self, words: str) -> "AppointmentQuerySet":
        """Those matching every word by name, function, office, region or institution; none without words."""
        asked = re.findall(r"[^\s,·\0]+", words)[:_MOST_WORDS]
        found = self if asked else self.none()
        for word in asked:
            found = found.filter(reduce(or_, (Q((f"{place}__unaccent__icontains", word)) for place in _SEARCHED)))
        return found

    def with_roles(self, *, on: date) -> "AppointmentQuerySet":
        """Annotated with ``roles_in_force`` on that day, in the same query."""
        held = HeldRole.objects.in_force(on=on).filter(appointment=OuterRef("pk")).order_by()
        return self.annotate(roles_in_force=ArraySubquery(held.values("role")))

    def _reckoned(self) -> date:
        assert self._day is not None, "call working(on=…) first"
        return self._day

    def _clone(self) -> "AppointmentQuerySet":
        clone: AppointmentQuerySet = super()._clone()  # type: ignore[misc]
        clone._day = self._day
        return clone


class Appointment(models.Model):
    """Somebody works at an institution, in an office or region, for a share of a full post, from a day on.

    The account and the institution never change: who moves gets a new appointment, and grants, leads and requests,
    which name the appointment, stay with the one that ended. The account comes by accepting an invitation.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="staff_entries"
    )
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="staff")
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="staff", verbose_name=_("Office")
    )
    # Where an office works for the whole canton, or somebody for another region than their office's.
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Region")
    )
    percentage = models.PositiveSmallIntegerField(_("Percentage of a full post"), null=True, blank=True)
    first_name = models.CharField(_("First name"), max_length=100)
    last_name = models.CharField(_("Last name"), max_length=100)
    function = models.CharField(_("Function"), max_length=100, blank=True)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    active_from = models.DateField(_("Works here from"), null=True, blank=True)
    active_until = models.DateField(_("Works here until"), null=True, blank=True)  # the last day
    given_by = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="+")
    given_at = models.DateTimeField(null=True, editable=False)  # both set by the database
    ended_at = models.DateTimeField(null=True, editable=False)  # at once, before the last day is over
    ended_by = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="+")

    objects = AppointmentQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["last_name", "first_name"]
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints: ClassVar = [
            ExclusionConstraint(
                name="appointment_once_at_a_time",
                expressions=[
                    (F("user"), RangeOperators.EQUAL),
                    (F("institution"), RangeOperators.EQUAL),
                    (days_between(F("active_from"), F("active_until")), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at=None),
                violation_error_message=_("This account already works for this institution."),
            ),
            models.CheckConstraint(
                name="appointment_runs_forward",
                condition=Q(active_from=None) | Q(active_until=None) | Q(active_until__gte=F("active_from")),
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                name="appointment_percentage",
                condition=Q(percentage=None) | Q(percentage__gte=1, percentage__lte=100),
                violation_error_message=_("A percentage must be between 1 and 100."),
            ),
            # The own entry is readable before anybody acts: that is how a log-in finds whom it acts as. By whom it is
            # changed stands in sql/roles.sql.
            RowPolicies(
                name="appointments_appointment_row_policies",
                select=any_actor(),
                insert=f"{job()} OR {ADMINISTERS}",
                update=f"{DIRECTORY_EDIT} OR {ADMINISTERS}",
                updates=(
                    "office",
                    "region",
                    "percentage",
                    "first_name",
                    "last_name",
                    "function",
                    "phone",
                    "email",
                    "active_from",
                    "active_until",
                    "ended_at",
                    "ended_by",
                ),
                kinds=(Kind.STAFF, Kind.JOB, Kind.SYSTEM),
                before_log_in=True,
            ),
            Stamp(name="appointment_ended", at="ended_at", staff="ended_by"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def roles_on(self, day: date) -> frozenset[Role]:
        """The roles in force that day."""
        return frozenset(Role(held.role) for held in self.held_roles.in_force(on=day))

    def has_begun(self, *, on: date) -> bool:
        return self.active_from is None or self.active_from <= on

    def has_ended(self, *, on: date) -> bool:
        """Whether the last day is over, or it was ended at once."""
        return self.ended_at is not None or (self.active_until is not None and self.active_until < on)


class HeldRoleQuerySet(models.QuerySet["HeldRole"]):
    def in_force(self, *, on: date) -> "HeldRoleQuerySet":
        """Those that open something that day; the same as ``rules.in_force``."""
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gte=on),
            Q(needs_approval=False) | Q(is_beginning=True) | Q(approved_at__isnull=False),
            valid_from__lte=on,
            ended_at=None,
        )

    def waiting(self, *, on: date) -> "HeldRoleQuerySet":
        """Those awaiting the approval of a second person."""
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gte=on),
            needs_approval=True,
            is_beginning=False,
            approved_at=None,
            ended_at=None,
        )


class HeldRole(models.Model):
    """A role of an appointment: since when, given and approved by whom.

    Written only by the functions in sql/roles.sql, which check who may; roles that give wide access take effect when a
    second person approves.
    """

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="held_roles")
    role = models.CharField(_("Role"), max_length=40, choices=[(role.value, role.label) for role in STAFF_ROLES])
    valid_from = models.DateField(_("From"))
    valid_until = models.DateField(_("Until"), null=True, blank=True)  # the last day
    needs_approval = models.GeneratedField(
        expression=ExpressionWrapper(Q(role__in=sorted(NEED_APPROVAL)), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    given_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    given_by_account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(db_default=Now())
    approved_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    approved_by_account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)  # at once, or declined
    is_beginning = models.BooleanField(db_default=False)  # one of the two with whom an installation begins

    objects = HeldRoleQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["appointment", "role", "valid_from"]
        verbose_name = _("role held")
        verbose_name_plural = _("roles held")
        constraints: ClassVar = [
            ExclusionConstraint(
                name="role_once_at_a_time",
                expressions=[
                    (F("appointment"), RangeOperators.EQUAL),
                    (F("role"), RangeOperators.EQUAL),
                    (days_between(F("valid_from"), F("valid_until")), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at=None),
                violation_error_message=_("This role is already given for some of these days."),
            ),
            models.CheckConstraint(
                name="role_runs_forward",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")) | Q(ended_by__isnull=False),
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                name="role_giver_is_not_approver",
                condition=Q(approved_at=None)
                | Q(given_by_account__isnull=False, approved_by_account__isnull=False)
                & ~Q(given_by_account=F("approved_by_account")),
                violation_error_message=_("Nobody can approve a role that they gave themselves."),
            ),
            models.CheckConstraint(
                name="role_approved_who_and_when_together",
                condition=Q(approved_at=None, approved_by_account=None)
                | Q(approved_at__isnull=False, approved_by_account__isnull=False),
                violation_error_message=_("An approval must say who approved and when."),
            ),
            models.CheckConstraint(
                name="role_beginnings_are_two",
                condition=Q(is_beginning=False)
                | Q(role__in=sorted(BEGINNINGS), given_by=None, given_by_account=None, approved_at=None),
                violation_error_message=_("An installation begins with an administrator and a delegate."),
            ),
            # As the appointments themselves: a log-in finds its roles before anybody acts.
            RowPolicies(
                name="appointments_heldrole_row_policies",
                select=any_actor(),
                kinds=(Kind.STAFF, Kind.JOB, Kind.SYSTEM),
                before_log_in=True,
            ),
        ]

    def __str__(self) -> str:
        return str(Role(self.role).label)


class Invitation(models.Model):
    """A one-time link by which somebody takes up an appointment; only the hash of its token is stored."""

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="invitations")
    institution = models.ForeignKey(Institution, models.CASCADE, related_name="+")
    address = models.EmailField(_("E-mail"))  # in lower case, so that every spelling is one invitation and one account
    language = models.CharField(_("Language"), max_length=2, choices=settings.LANGUAGES, default="de")
    token_hash = models.CharField(max_length=64, unique=True)
    sent_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution", "address"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_once_per_address",
                violation_error_message=_("This address is already invited."),
            ),
            models.CheckConstraint(
                name="invitation_address_in_small_letters",
                condition=Q(address=Lower("address")),
                violation_error_message=_("An address is stored in lower case."),
            ),
            RowPolicies(
                name="appointments_invitation_row_policies",
                select=f"{permitted('appointment.oversee')}"
                f" OR (SELECT actor_may('appointment.administer')) AND {own_institution()}",
                # A link leads to an appointment of the institution that is administered, and to no other.
                insert=f"{job()} OR ({ADMINISTERS} AND {works_at('appointment_id', '{table}.institution_id')})",
                update=f"{job()} OR {ADMINISTERS}",
                updates=("token_hash", "language", "sent_by", "sent_at", "expires_at", "withdrawn_at"),
            ),
            Stamp(name="invitation_sent", at="sent_at", staff="sent_by"),
            Stamp(name="invitation_accepted", at="accepted_at"),
            Stamp(name="invitation_withdrawn", at="withdrawn_at"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None
