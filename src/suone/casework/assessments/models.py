from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.canton.instruments.models import InstrumentVersion
from suone.casework.assessments.rules import State
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, Stamp, granted, granted_all_of
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import CaseBoundQuerySet, Dossier

_CATEGORY = "{table}.category"
_OF_READERS: dict[str, Any] = {
    "select": granted(Power.READ, category=_CATEGORY),
    "insert": granted(Power.WRITE, category=_CATEGORY),
    "update": granted(Power.WRITE, category=_CATEGORY),
}
_UNFINISHED = "EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.id = {table}.assessment_id AND a.state = 'draft')"
_DECIDED_BY_ACTOR = (
    "EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.id = {table}.assessment_id"
    " AND a.decided_by_id = (SELECT actor_staff()))"
)


class Assessment(models.Model):
    """An instrument answered in a case: its version, and whether it is finished and decided.

    Once finished it never changes; a different judgement later is a new assessment. Answers and calculation lines are in
    the data category of their section. The result is a separate row, readable only with all the categories it draws on:
    everybody else sees only that there is an assessment.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="assessments")
    instrument = models.SlugField(max_length=40)  # the same in every version
    version = models.ForeignKey(InstrumentVersion, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()  # the first, second … of this instrument in the case
    category = models.PositiveSmallIntegerField(_("Data category"), choices=DataCategory)
    state = models.CharField(_("State"), max_length=8, choices=State, default=State.DRAFT)
    saved_sections = ArrayField(models.CharField(max_length=40), default=list)
    started_at = models.DateTimeField(db_default=Now())
    started_by = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    finished_on = models.DateField(null=True)
    finished_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(null=True)
    decided_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    again_on = models.DateField(null=True)  # due date of the reassessment; cleared when a newer one is finished

    objects = CaseBoundQuerySet["Assessment"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        indexes: ClassVar = [
            models.Index(name="assessment_due_again", fields=["again_on", "id"], condition=Q(again_on__isnull=False)),
            models.Index(name="assessment_finished", fields=["instrument", "finished_on"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dossier", "instrument", "number"],
                name="assessment_numbered_within_the_case",
                violation_error_message=_(
                    "Somebody else has started this assessment at the same time: continue with theirs."
                ),
            ),
            models.UniqueConstraint(
                fields=["dossier", "instrument"],
                condition=Q(state=State.DRAFT),
                name="assessment_one_draft_at_a_time",
                violation_error_message=_("This assessment has already been started: continue with it."),
            ),
            models.UniqueConstraint(
                fields=["dossier", "instrument"],
                condition=Q(again_on__isnull=False),
                name="assessment_one_clock_for_each_instrument",
                violation_error_message=_("An instrument has only one due date for its reassessment."),
            ),
            models.CheckConstraint(
                name="assessment_finished_by_somebody_on_a_day",
                condition=Q(state=State.DRAFT, finished_on=None, finished_by=None)
                | Q(state=State.FINISHED, finished_on__isnull=False, finished_by__isnull=False),
                violation_error_message=_("A finished assessment has its day and its author."),
            ),
            models.CheckConstraint(
                name="assessment_decided_by_somebody_on_a_day",
                condition=Q(decided_on=None, decided_by=None)
                | Q(state=State.FINISHED, decided_on__isnull=False, decided_by__isnull=False),
                violation_error_message=_("A decision has its day and the person who took it."),
            ),
            RowPolicies(
                name="assessments_assessment_row_policies",
                **_OF_READERS,
                updates=(
                    "state",
                    "saved_sections",
                    "finished_on",
                    "finished_by",
                    "decided_on",
                    "decided_by",
                    "again_on",
                ),
                delete="{table}.state = 'draft' AND (" + granted(Power.WRITE, category=_CATEGORY) + ")",
            ),
            Stamp(name="assessment_started", at="started_at", staff="started_by", institution="institution"),
            Stamp(name="assessment_finished", at="finished_on", staff="finished_by"),
            Stamp(name="assessment_decided", at="decided_on", staff="decided_by"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.number} of {self.dossier_id}"

    @property
    def is_finished(self) -> bool:
        return self.state == State.FINISHED

    @property
    def readable_score(self) -> "Score | None":
        """The result; ``None`` before it is finished, or when the reader may not read all it draws on."""
        try:
            return self.score
        except Score.DoesNotExist:
            return None


class ScoreQuerySet(CaseBoundQuerySet["Score"]):
    mask_column = "categories"


class Score(models.Model):
    """The result of an assessment: points, the instrument's proposal, and the decision of a person.

    ``categories`` is the mask of all answered sections, set by the database.
    """

    assessment = models.OneToOneField(Assessment, models.PROTECT, primary_key=True, related_name="score")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    categories = models.BigIntegerField(default=0)
    points = models.DecimalField(max_digits=7, decimal_places=2)
    proposed = models.CharField(max_length=40)
    rule = models.PositiveSmallIntegerField(null=True)  # the place of the rule that proposed, in the version's file
    decided = models.CharField(_("Decided"), max_length=40, blank=True)
    reason = models.CharField(_("Reason"), max_length=500, blank=True)

    objects = ScoreQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("points", "proposed", "decided", "reason")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="score_has_a_proposal",
                condition=~Q(proposed=""),
                violation_error_message=_("A finished assessment has its result."),
            ),
            models.CheckConstraint(
                name="score_decided_otherwise_with_a_reason",
                condition=Q(decided="") | Q(decided=models.F("proposed")) | ~Q(reason=""),
                violation_error_message=_("A decision that differs from the proposal needs a reason."),
            ),
            RowPolicies(
                name="assessments_score_row_policies",
                select=granted_all_of(Power.READ, "{table}.categories"),
                insert=f"{_UNFINISHED} AND ({granted_all_of(Power.WRITE, '{table}.categories')})",
                # Decided once, by the lead whom the assessment names.
                update=f"({granted(Power.LEAD)}) AND {_DECIDED_BY_ACTOR}",
                before="{table}.decided = ''",
                updates=("decided", "reason"),
            ),
        ]

    def __str__(self) -> str:
        return f"score of assessment {self.assessment_id}"

    @property
    def conclusion(self) -> str:
        """The decision, or the proposal until somebody has decided."""
        return self.decided or self.proposed


class SectionQuerySet(CaseBoundQuerySet["SectionAnswers"]):
    author_columns = ("saved_by_id",)


class SectionAnswers(models.Model):
    """The answers of one section, in its data category; unchangeable once the assessment is finished."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="sections")
    section = models.CharField(max_length=40)
    category = models.PositiveSmallIntegerField(_("Data category"), choices=DataCategory)
    answers = models.JSONField(default=dict)  # answers of a pinned version; what is counted is in lines
    language = models.CharField(max_length=2)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(db_default=Now())
    saved_by = models.ForeignKey(Appointment, models.PROTECT, related_name="+")

    objects = SectionQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("answers",)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assessment", "section"],
                name="section_answered_once_for_each_assessment",
                violation_error_message=_("Somebody has saved this section at the same time: reload the page."),
            ),
            RowPolicies(
                name="assessments_sectionanswers_row_policies",
                select=granted(Power.READ, category=_CATEGORY, author="saved_by_id"),
                insert=f"{_UNFINISHED} AND ({_OF_READERS['insert']})",
                update=f"{_UNFINISHED} AND ({_OF_READERS['update']})",
                updates=("answers", "language", "version", "saved_at", "saved_by"),
                delete=f"{_UNFINISHED} AND ({_OF_READERS['update']})",
            ),
            Stamp(name="section_saved", at="saved_at", staff="saved_by"),
        ]

    def __str__(self) -> str:
        return f"section {self.section} of assessment {self.assessment_id}"


class Line(models.Model):
    """A line of the calculation: the points of one answer. Stored as rows for statistics."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="lines")
    item = models.CharField(max_length=40)
    dimension = models.CharField(max_length=40, blank=True)
    category = models.PositiveSmallIntegerField(_("Data category"), choices=DataCategory)
    answer = models.CharField(max_length=40)
    points = models.DecimalField(max_digits=6, decimal_places=2)

    objects = CaseBoundQuerySet["Line"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("answer", "points")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assessment", "item"],
                name="line_once_for_each_question",
                violation_error_message=_("This assessment is finished already."),
            ),
            RowPolicies(
                name="assessments_line_row_policies",
                select=_OF_READERS["select"],
                insert=f"{_UNFINISHED} AND ({_OF_READERS['insert']})",
                delete=f"{_UNFINISHED} AND ({_OF_READERS['update']})",  # with an assessment that is dropped
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.item} of assessment {self.assessment_id}"
