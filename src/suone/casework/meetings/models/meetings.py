"""Meetings, who is invited, when, and why not."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suone.casework.meetings.rules import (
    Answer,
    Kind,
    PersonPart,
    Presence,
    State,
    Suits,
    is_open,
)
from suone.ground.access.acting import Acting
from suone.ground.access.acting import Kind as ActingKind
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import (
    AdditionalInsertPolicy,
    RowPolicies,
    Stamp,
    granted,
    own_institution,
    own_staff,
)
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, Region
from suone.records.dossiers.models import IN_OWN_NAME, CaseBoundQuerySet, Dossier, RecordedQuerySet

OWN = own_institution()


NO_CASE = "{table}.dossier_id IS NULL"


# A meeting without a case is visible to all staff: it says nothing about a person.
_OPEN = f"({NO_CASE} AND (SELECT actor_kind()) = 'staff')"


_CONVENES = f"({NO_CASE} AND (SELECT actor_kind()) = 'staff' AND (SELECT actor_may('meeting.convene')))"


# The same for the parts of a meeting without a case, convened by the acting institution.
_CONVENED = f"({NO_CASE} AND (SELECT actor_kind()) = 'staff' AND meetings_is_convened_by_own({{table}}.meeting_id))"


# The author can read the meeting: the policy of the inner table decides.
SEEN = "EXISTS (SELECT 1 FROM meetings_meeting m WHERE m.id = {table}.meeting_id OFFSET 0)"


# The case named in the row is that of its meeting.
_SAME_CASE = "meetings_is_about({table}.meeting_id, {table}.dossier_id)"


# The acting institution is invited to the row's meeting, or is the invitee the row is about.
INVITED = (
    "((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i"
    " WHERE i.meeting_id = {table}.meeting_id AND i.institution_id = (SELECT actor_institution())"
    " AND i.answer <> 'withdrawn' OFFSET 0))"
)


_INVITED_HERE = INVITED.replace("{table}.meeting_id", "{table}.id")


_INVITEE = (
    "((SELECT actor_kind()) = 'staff' AND EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.id = {table}.invitee_id"
    " AND i.institution_id = (SELECT actor_institution()) OFFSET 0))"
)


# … and it is an invitation to the row's own meeting.
_DECLINES = _INVITEE.replace(" AND i.institution_id", " AND i.meeting_id = {table}.meeting_id AND i.institution_id")


def invitations_of(acting: Acting, meeting: str) -> Exists:
    """Return the queryset counterpart of ``INVITED``: the acting institution is invited to the meeting."""
    mine = Invitee.objects.filter(meeting_id=OuterRef(meeting), institution_id=acting.own_institution_id)
    return Exists(mine.exclude(answer=Answer.WITHDRAWN))


class MeetingQuerySet(CaseBoundQuerySet["Meeting"]):
    def readable_by(self, acting: Acting, *, category_column: str = "") -> Self:
        """Limit to meetings of readable cases, those the acting institution is invited to, and those without a case."""
        granted_ones = super().readable_by(acting, category_column=category_column)
        if acting.kind is not ActingKind.STAFF:
            return granted_ones
        return granted_ones | self.filter(invitations_of(acting, "pk")) | self.filter(dossier=None)


class Meeting(models.Model):
    """A meeting about one case, several, or none.

    Those invited can read this row (kind, time, place, case number) without access to the case.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="meetings")
    case_number = models.CharField(max_length=12, blank=True)  # for those invited who cannot open the case
    kind = models.CharField(_("Kind"), max_length=16, choices=Kind)
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+", verbose_name=_("Region"))
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.PLANNING)
    starts_at = models.DateTimeField(_("Begins"), null=True)
    minutes = models.PositiveSmallIntegerField(_("Length in minutes"), default=60)
    place = models.CharField(_("Place"), max_length=200, blank=True)
    person_part = models.CharField(_("The person is"), max_length=8, choices=PersonPart, default=PersonPart.ABSENT)
    second_part_after = models.PositiveSmallIntegerField(_("Second part after (minutes)"), null=True)
    person_came = models.BooleanField(null=True)
    answer_until = models.DateField(_("Answer by"), null=True)
    all_answered_at = models.DateTimeField(null=True)
    convening = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    convened_by = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    convened_at = models.DateTimeField(db_default=Now())
    has_exception = models.BooleanField(default=False)  # an assessment goes without a physician, for a reason
    minutes_finished_at = models.DateTimeField(null=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # of the calendar entry: says nothing
    version = models.PositiveIntegerField(default=1)

    objects = MeetingQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        indexes: ClassVar = [models.Index(name="meeting_ahead", fields=["starts_at"], condition=Q(state="scheduled"))]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="meeting_planned_at_a_time",
                condition=Q(state__in=["planning", "cancelled"]) | Q(starts_at__isnull=False),
                violation_error_message=_("A planned meeting has a time."),
            ),
            models.CheckConstraint(
                name="meeting_about_a_case_where_meant_so",
                condition=Q(dossier__isnull=False) | Q(kind__in=["intervision", "fixed_session", "regional"]),
                violation_error_message=_("Such a meeting is about one case: convene it from the page of the case."),
            ),
            models.CheckConstraint(
                name="meeting_minutes_finished_after_it_was_held",
                condition=Q(minutes_finished_at=None) | Q(state="held"),
                violation_error_message=_("Record first that the meeting was held."),
            ),
            RowPolicies(
                name="meetings_meeting_row_policies",
                select=granted(Power.READ) + f" OR {_OPEN} OR {_INVITED_HERE}",
                insert=f"({granted(Power.WRITE)} OR {_CONVENES}) AND {own_institution('convening_id')}",
                update=f"{granted(Power.WRITE)} OR ({NO_CASE} AND {own_institution('convening_id')})",
                updates=(
                    "state",
                    "starts_at",
                    "minutes",
                    "place",
                    "person_came",
                    "answer_until",
                    "all_answered_at",
                    "minutes_finished_at",
                    "version",
                ),
            ),
            Stamp(name="meeting_convened", at="convened_at", staff="convened_by", institution="convening"),
            Stamp(name="meeting_all_answered", at="all_answered_at"),
            Stamp(name="meeting_minutes_finished", at="minutes_finished_at"),
        ]

    def __str__(self) -> str:
        return f"meeting {self.pk}"

    @property
    def ends_at(self) -> datetime | None:
        return self.starts_at + timedelta(minutes=self.minutes) if self.starts_at else None

    @property
    def second_part_at(self) -> datetime | None:
        """When the person joins."""
        if self.starts_at is None or self.second_part_after is None:
            return None
        return self.starts_at + timedelta(minutes=self.second_part_after)

    @property
    def is_ahead(self) -> bool:
        return is_open(State(self.state))

    @property
    def has_begun(self) -> bool:
        return self.starts_at is not None and timezone.localdate(self.starts_at) <= timezone.localdate()


class InviteeRole(models.TextChoices):
    CONVENER = "convener", _("convenes")
    INVITED = "invited", _("invited")


class InviteeQuerySet(CaseBoundQuerySet["Invitee"]):
    def readable_by(self, acting: Acting, *, category_column: str = "") -> Self:
        """Limit to invitations to meetings about a readable case or none, and those of the own institution."""
        granted_ones = super().readable_by(acting, category_column=category_column)
        if acting.kind is not ActingKind.STAFF:
            return granted_ones
        return granted_ones | self.filter(institution_id=acting.institution_id) | self.filter(dossier=None)


class Invitee(models.Model):
    """An institution, or a named member of its staff, invited to a meeting. An invitation gives no access to the case."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="invitees")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="+")  # the meeting's
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=8, choices=InviteeRole, default=InviteeRole.INVITED)
    answer = models.CharField(_("Answer"), max_length=9, choices=Answer, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    contributed_at = models.DateTimeField(null=True)  # or stated that there is nothing to add
    presence = models.CharField(_("Presence"), max_length=7, choices=Presence, default=Presence.UNKNOWN)

    objects = InviteeQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes: ClassVar = [
            models.Index(name="invitee_waiting", fields=["institution"], condition=Q(answer="waiting")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting", "institution", "staff"],
                nulls_distinct=False,
                name="invitee_once_per_meeting",
                violation_error_message=_("They have already been invited."),
            ),
            RowPolicies(
                name="meetings_invitee_row_policies",
                select=granted(Power.READ) + f" OR {OWN} OR {_OPEN}",
                insert=f"({granted(Power.WRITE)}) AND {_SAME_CASE} OR {_CONVENED}",
                # Those invited answer for their own institution, without access to the case.
                update=f"{granted(Power.WRITE)} OR {OWN} OR {_CONVENED}",
                updates=("answer", "answered_at", "answered_by", "contributed_at", "presence"),
            ),
            Stamp(name="invitee_answered", at="answered_at", staff="answered_by"),
            Stamp(name="invitee_contributed", at="contributed_at"),
            # An answer is recorded in the timeline even when its author has no access to the case.
            AdditionalInsertPolicy(
                name="meetings_invitee_event",
                into="dossiers_event",
                condition=f"{IN_OWN_NAME} AND starts_with({{table}}.act, 'meeting.')"  # noqa: S608
                " AND EXISTS (SELECT 1 FROM meetings_invitee i"
                " WHERE i.dossier_id = {table}.dossier_id AND i.institution_id = (SELECT actor_institution())"
                " AND i.answer <> 'withdrawn' AND ({table}.object_type = 'invitee' AND i.id = {table}.object_id"
                " OR {table}.object_type = 'meeting' AND i.meeting_id = {table}.object_id))",
            ),
        ]

    def __str__(self) -> str:
        return f"invitee {self.pk}"

    @property
    def name(self) -> str:
        """The institution, with the staff member when one is named."""
        return f"{self.institution.name}, {self.staff.full_name}" if self.staff else self.institution.name

    @property
    def is_expected(self) -> bool:
        return self.answer not in (Answer.WITHDRAWN, Answer.DECLINED)


class ReasonQuerySet(RecordedQuerySet["Reason"]):
    def readable_by(self, acting: Acting, *, category_column: str = "category") -> Self:
        """Limit to readable categories, meetings without a case, and for those invited why a meeting was cancelled."""
        readable = super().readable_by(acting, category_column=category_column)
        if acting.kind is not ActingKind.STAFF:
            return readable
        called_off = self.filter(invitations_of(acting, "meeting_id"), part=Reason.Part.CANCELLED)
        return readable | called_off | self.filter(dossier=None)


class Reason(models.Model):
    """Why an assessment has no physician, a meeting was cancelled, or somebody invited declined."""

    class Part(models.TextChoices):
        EXCEPTION = "exception", _("Without a physician")
        CANCELLED = "cancelled", _("This meeting does not take place.")
        DECLINED = "declined", _("Reason")

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="reasons")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="+")  # the meeting's
    invitee = models.ForeignKey(Invitee, models.PROTECT, null=True, related_name="+")  # who declined
    part = models.CharField(max_length=10, choices=Part)
    category = models.PositiveSmallIntegerField(choices=DataCategory, default=DataCategory.ADMINISTRATIVE)
    text = models.CharField(max_length=300)
    at = models.DateTimeField(db_default=Now())
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")

    objects = ReasonQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("text",)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="reason_of_somebody_who_does_not_come",
                condition=Q(part="declined", invitee__isnull=False) | ~Q(part="declined") & Q(invitee=None),
                violation_error_message=_("A reason for not coming belongs to an invitation."),
            ),
            RowPolicies(
                name="meetings_reason_row_policies",
                select=f"{granted(Power.READ, category='{table}.category', author='staff_id')} OR {_OPEN}"
                f" OR ({{table}}.part = 'cancelled' AND {INVITED})",
                # Those who decline give their own reason; the convener gives the others.
                insert=f"{own_staff()} AND {OWN} AND {_SAME_CASE} AND (({{table}}.part = 'declined' AND {_DECLINES})"
                f" OR ({{table}}.part <> 'declined' AND ({granted(Power.WRITE)} OR {_CONVENED})))",
            ),
            Stamp(name="reason_given", at="at", staff="staff", institution="institution"),
        ]

    def __str__(self) -> str:
        return f"{self.part} of meeting {self.meeting_id}"


class DateProposal(models.Model):
    """A time proposed for a meeting."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="proposals")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="+")  # the meeting's
    starts_at = models.DateTimeField(_("Begins"))

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["starts_at"]
        verbose_name = _("proposed date")
        verbose_name_plural = _("proposed dates")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting", "starts_at"],
                name="date_proposed_once",
                violation_error_message=_("A date has been proposed twice."),
            ),
            RowPolicies(
                name="meetings_dateproposal_row_policies",
                # Readers of the meeting read its dates: the policy of the inner table decides.
                select=SEEN,
                insert=f"({granted(Power.WRITE)}) AND {_SAME_CASE} OR {_CONVENED}",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class DateAnswer(models.Model):
    """An invitee's answer to a proposed date."""

    proposal = models.ForeignKey(DateProposal, models.CASCADE, related_name="answers")
    invitee = models.ForeignKey(Invitee, models.CASCADE, related_name="date_answers")
    suits = models.CharField(_("Suits"), max_length=10, choices=Suits)
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["proposal", "invitee"],
                name="date_answered_once_by_each",
                violation_error_message=_("This date is answered already."),
            ),
            RowPolicies(
                name="meetings_dateanswer_row_policies",
                # Readers of the invitation read its answers: the policy of the inner table decides.
                select="EXISTS (SELECT 1 FROM meetings_invitee i WHERE i.id = {table}.invitee_id OFFSET 0)",
                insert=_INVITEE,
                update=_INVITEE,
                updates=("suits", "staff", "at"),
            ),
            Stamp(name="date_answered", at="at", staff="staff"),
        ]

    def __str__(self) -> str:
        return f"{self.suits} to {self.proposal_id}"


class Guest(models.Model):
    """Somebody without an account, such as a psychotherapist the person wishes to attend, invited by a link.

    The link is shown once; only the hash of its token is stored. A guest reveals something about the person's social
    network: institutions other than the inviting one need that data category to read it.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="guests")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="+")  # the meeting's
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    name = models.CharField(_("Name"), max_length=100)
    function = models.CharField(_("Function"), max_length=100, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    valid_until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    answer = models.CharField(_("Answer"), max_length=9, choices=Answer, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True)
    presence = models.CharField(_("Presence"), max_length=7, choices=Presence, default=Presence.UNKNOWN)

    objects = CaseBoundQuerySet["Guest"].as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.NETWORK
    personal_data: ClassVar[tuple[str, ...]] = ("name", "function", "email")

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        constraints: ClassVar = [
            RowPolicies(
                name="meetings_guest_row_policies",
                select=granted(Power.READ, category=str(DataCategory.NETWORK.value)) + f" OR {OWN}",
                insert=f"(({granted(Power.WRITE)}) AND {_SAME_CASE} OR {_CONVENED}) AND {OWN}",
                update=f"{granted(Power.WRITE)} OR ({NO_CASE} AND {OWN})",
                updates=("revoked_at", "presence"),
            ),
            Stamp(name="guest_invited", staff="invited_by", institution="institution"),
            Stamp(name="guest_revoked", at="revoked_at"),
            Stamp(name="guest_answered", at="answered_at"),
        ]

    def __str__(self) -> str:
        return f"guest {self.pk}"
