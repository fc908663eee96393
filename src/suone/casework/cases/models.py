from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suone.casework.cases.rules import OPEN_STATES, ClosingReason, Level, NoteKind, Outcome, RiskFactor, State
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import (
    AdditionalInsertPolicy,
    RowPolicies,
    Stamp,
    granted,
    job,
    own_institution,
    own_staff,
)
from suone.ground.audit.shown import Shows
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, Region
from suone.records.decisions.models import Decision
from suone.records.dossiers.models import IN_OWN_NAME, CaseBoundQuerySet, Dossier, RecordedQuerySet

_AUTHOR = f"{job()} OR ({own_staff()} AND {own_institution()})"
_CASE: dict[str, Any] = {"select": granted(Power.READ), "insert": granted(Power.WRITE), "update": granted(Power.WRITE)}


class Case(models.Model):
    """The case behind a case file, from its notification to its closing."""

    dossier = models.OneToOneField(Dossier, models.PROTECT, primary_key=True, related_name="case")
    state = models.CharField(_("State"), max_length=12, choices=State, default=State.NOTIFIED)
    state_since = models.DateField()
    level = models.CharField(_("Level"), max_length=10, choices=Level, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("Region"))
    first_contact_on = models.DateField(_("First contact at the notifying institution"), null=True, blank=True)
    notified_at = models.DateTimeField(db_default=Now())
    notifier = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    # The report may count a case for another institution than the one that notified it; none: for that one.
    counted_for = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Counted for")
    )
    notified_by = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    outcome = models.CharField(_("Outcome"), max_length=20, choices=Outcome, blank=True)
    closing_reason = models.CharField(_("Reason for closing"), max_length=20, choices=ClosingReason, blank=True)
    closed_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseBoundQuerySet["Case"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes: ClassVar = [models.Index(name="case_open", fields=["state", "state_since"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="case_closed_with_outcome_and_reason",
                condition=~Q(state="closed")
                | Q(closed_on__isnull=False) & ~Q(closing_reason="") & (~Q(outcome="") | Q(closing_reason="died")),
                violation_error_message=_("A closed case has a closing date, an outcome and a reason."),
            ),
            RowPolicies(
                name="cases_case_row_policies",
                **_CASE,
                updates=(
                    "state",
                    "state_since",
                    "level",
                    "region",
                    "first_contact_on",
                    "counted_for",
                    "outcome",
                    "closing_reason",
                    "closed_on",
                    "version",
                ),
            ),
            Stamp(name="case_notified", at="notified_at", staff="notified_by", institution="notifier"),
            Stamp(name="case_in_state", at="state_since"),
            Stamp(name="case_closed", at="closed_on"),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def counted_institution(self) -> Institution:
        """The institution for which the case is counted in figures."""
        return self.counted_for or self.notifier

    @property
    def notified_on(self) -> date:
        return timezone.localdate(self.notified_at)


class Background(models.Model):
    """Background of a case apart from its course, each row in its data category: the question, a risk factor, a reason.

    The latest question and the latest reason apply; a state entered without a reason has an empty one.
    """

    class Kind(models.TextChoices):
        QUESTION = "question", _("Question to the IIZ office")
        RISK_FACTOR = "risk_factor", _("Risk factors")
        EDUCATION = "education", _("Completed education")
        STATE_REASON = "state_reason", _("Reason")

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="background", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    category = models.PositiveSmallIntegerField(_("Data category"), choices=DataCategory)
    risk_factor = models.CharField(max_length=20, choices=RiskFactor, blank=True)
    text = models.TextField(blank=True)
    at = models.DateTimeField(db_default=Now())
    staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")

    objects = RecordedQuerySet["Background"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("risk_factor", "text")

    class Meta:
        verbose_name = _("background")
        verbose_name_plural = _("background")
        indexes: ClassVar = [models.Index(name="background_of_case", fields=["dossier", "id"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="background_names_a_risk_factor_or_says_something",
                condition=Q(kind="risk_factor") & ~Q(risk_factor="") | ~Q(kind="risk_factor") & Q(risk_factor=""),
                violation_error_message=_("A risk factor is chosen from the list; a question or a reason is a text."),
            ),
            RowPolicies(
                name="cases_background_row_policies",
                select=granted(Power.READ, category="{table}.category", author="staff_id"),
                insert=f"({granted(Power.WRITE)}) AND ({_AUTHOR})",
                # A risk factor or an earlier question is taken back by the institution that recorded it, or the lead.
                delete=f"{{table}}.kind IN ('question', 'risk_factor')"
                f" AND ({granted(Power.LEAD)} OR ({granted(Power.WRITE)}) AND {own_institution()})",
            ),
            Stamp(name="background_written", at="at", staff="staff", institution="institution"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.dossier_id}"


class Function(models.TextChoices):
    LEAD = "lead", _("Lead")
    CASE_MANAGER = "case_manager", _("Case manager")


class Assignment(models.Model):
    """Who leads or manages the case, and in which period: exactly one person at a time for each function."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="assignments")
    function = models.CharField(max_length=12, choices=Function)
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    is_named = models.BooleanField(default=True)  # not of who leads since they notified or triaged the case
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    objects = CaseBoundQuerySet["Assignment"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_lead_and_one_case_manager_at_a_time",
                expressions=[
                    (F("dossier"), RangeOperators.EQUAL),
                    (F("function"), RangeOperators.EQUAL),
                    (Func(F("valid_from"), F("valid_until"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("A case has one lead and one case manager at a time."),
            ),
            # Only those who lead decide who leads.
            RowPolicies(
                name="cases_assignment_row_policies",
                select=granted(Power.READ),
                insert=granted(Power.LEAD),
                update=granted(Power.LEAD),
                updates=("valid_until",),
            ),
            Stamp(name="assignment_begun", at="valid_from"),
            Stamp(name="assignment_ended", at="valid_until"),
        ]

    def __str__(self) -> str:
        return f"{self.function} of {self.dossier_id}"


# In this transaction the acting institution accepts what it was asked in the case.
_ACCEPTS_NOW = (
    "EXISTS (SELECT 1 FROM decisions_decision d WHERE d.dossier_id = {table}.dossier_id AND d.state = 'accepted'"
    " AND d.addressed_id = (SELECT actor_institution()) AND d.answered_at >= transaction_timestamp())"
)


class ParticipantState(models.TextChoices):
    ASKED = "asked", _("asked")
    TAKING_PART = "taking_part", _("takes part")
    DECLINED = "declined", _("does not take part")
    LEFT = "left", _("no longer takes part")


class Participant(models.Model):
    """An institution asked to the table. Taking part gives no access: reading requires a consent or another legal basis."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="participants")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")  # who follows the case there
    state = models.CharField(max_length=12, choices=ParticipantState)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+")
    since = models.DateField()

    objects = CaseBoundQuerySet["Participant"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dossier", "institution"],
                condition=Q(state__in=["asked", "taking_part"]),
                name="participant_once_per_case",
                violation_error_message=_("This institution already takes part, or has been asked to."),
            ),
            RowPolicies(
                name="cases_participant_row_policies",
                select=f"{granted(Power.READ)} OR {own_institution()}",
                # The lead asks; whoever notifies a case or accepts a hand-over takes part by that, nobody else unasked.
                insert=f"{{table}}.state = 'asked' AND ({granted(Power.LEAD)})"
                f" OR {{table}}.state = 'taking_part' AND {own_institution()} AND (({granted(Power.LEAD)})"
                f" OR ({granted(Power.WRITE)}) AND {_ACCEPTS_NOW})",
                # The institution that was asked answers for itself, without access to the case; the lead only ends
                # its part (sql/participants.sql).
                update=f"{own_institution()} OR {granted(Power.LEAD)}",
                # After declining or leaving, an institution returns only when asked again, never of its own accord.
                before="{table}.state IN ('asked', 'taking_part')",
                updates=("state", "staff", "since"),
            ),
            Stamp(name="participant_in_state", at="since"),
            # An answer or departure is recorded in the timeline even when its author has no access to the case.
            AdditionalInsertPolicy(
                name="cases_participant_event",
                into="dossiers_event",
                condition=f"{IN_OWN_NAME} AND {{table}}.object_type = 'participant'"  # noqa: S608
                " AND {table}.act IN ('case.participant_joined', 'case.participant_declined', 'case.participant_left')"
                " AND EXISTS ("
                "SELECT 1 FROM cases_participant p WHERE p.id = {table}.object_id"
                " AND p.dossier_id = {table}.dossier_id AND p.institution_id = (SELECT actor_institution()))",
            ),
        ]

    def __str__(self) -> str:
        return f"participant {self.pk}"


class Note(models.Model):
    """A note in a data category. Redaction removes the text and keeps who, when and why."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="notes", db_index=False)
    category = models.PositiveSmallIntegerField(_("Data category"), choices=DataCategory)
    kind = models.CharField(_("Kind"), max_length=10, choices=NoteKind, default=NoteKind.NOTE)
    text = models.TextField(_("Text"))
    language = models.CharField(max_length=2)
    at = models.DateTimeField(db_default=Now())
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(null=True)
    redacted_at = models.DateTimeField(null=True)
    redacted_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    redaction_reason = models.CharField(max_length=200, blank=True)

    objects = RecordedQuerySet["Note"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("text",)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes: ClassVar = [models.Index(name="note_of_case", fields=["dossier", "-id"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="note_redacted_whole",
                condition=Q(redacted_at=None) | Q(text="") & ~Q(redaction_reason=""),
                violation_error_message=_("A redacted note has no text, and a reason."),
            ),
            RowPolicies(
                name="cases_note_row_policies",
                select=granted(Power.READ, category="{table}.category", author="staff_id"),
                insert=f"({granted(Power.WRITE)}) AND ({_AUTHOR})",
                # Its author corrects it; its institution and the lead may redact it.
                update=f"({granted(Power.WRITE)}) AND ({own_institution()} OR {granted(Power.LEAD)})",
                updates=("text", "version", "changed_at", "redacted_at", "redacted_by", "redaction_reason"),
            ),
            Stamp(name="note_written", at="at", staff="staff", institution="institution"),
            Stamp(name="note_changed", at="changed_at", watches=("text",)),
            Stamp(name="note_redacted", at="redacted_at", staff="redacted_by"),
        ]

    def __str__(self) -> str:
        return f"note {self.pk}"


class Draft(models.Model):
    """A draft notification or hand-over, stored on the server while it is typed; visible only to its author."""

    staff = models.ForeignKey(Appointment, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, default="notification")  # or "handover"
    data = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    personal_data: ClassVar[tuple[str, ...]] = ("data",)
    shows: ClassVar = Shows(kind="draft")

    class Meta:
        constraints: ClassVar = [
            RowPolicies(
                name="cases_draft_row_policies",
                select=f"{job()} OR {own_staff()}",
                insert=own_staff(),
                update=own_staff(),
                updates=("data", "version", "updated_at"),
                delete=f"{job()} OR {own_staff()}",
            ),
            Stamp(name="draft_updated", at="updated_at", staff="staff"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"
