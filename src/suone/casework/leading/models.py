from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.canton.procedures.facts import Fact, Scalar, Shape, word
from suone.canton.procedures.models import ProcedureVersion
from suone.canton.procedures.rules import Phase, Procedure
from suone.casework.cases.rules import Level
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, Stamp, granted
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import AdministrativeQuerySet, CaseBoundQuerySet, Dossier, RecordedQuerySet

_ADMINISTRATIVE = str(DataCategory.ADMINISTRATIVE.value)
_MAY_REPLACE = "leading_may_replace({table}.replaces_id, {table}.dossier_id, {table}.fact, {table}.category)"


class Course(models.Model):
    """The position of a case in its procedure: the version it follows, its current phase, and which round this is."""

    dossier = models.OneToOneField(Dossier, models.PROTECT, primary_key=True, related_name="course")
    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="+")
    phase = models.CharField(max_length=40)
    phase_since = models.DateField()
    round = models.PositiveSmallIntegerField(default=1)
    round_since = models.DateTimeField(null=True)  # the first round has no beginning: whatever is known counts

    objects = CaseBoundQuerySet["Course"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="course_round_begins_with_the_second",
                condition=Q(round=1, round_since=None) | Q(round__gt=1, round_since__isnull=False),
                violation_error_message=_("Every round but the first has a beginning."),
            ),
            RowPolicies(
                name="leading_course_row_policies",
                select=granted(Power.READ),
                insert=granted(Power.LEAD),
                # Facts of contributors move a case on by themselves; a trigger limits how (sql/moves.sql).
                update=granted(Power.WRITE),
                updates=("version", "phase", "phase_since", "round", "round_since"),
            ),
            Stamp(name="course_in_phase", at="phase_since"),
            Stamp(name="course_in_round", at="round_since"),
        ]

    def __str__(self) -> str:
        return f"course of {self.dossier_id}"

    @property
    def procedure(self) -> Procedure:
        return self.version.procedure

    @property
    def current(self) -> Phase:
        """The current phase."""
        return self.procedure.phase(self.phase)


class Passage(models.Model):
    """The move of a case from one phase to another: when, by whom, and the reason given in spite of a warning."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="passages")
    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="+")
    from_phase = models.CharField(max_length=40, blank=True)
    to_phase = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField(default=1)
    on = models.DateField()
    at = models.DateTimeField(db_default=Now())
    staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    objects = AdministrativeQuerySet["Passage"].as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.ADMINISTRATIVE
    personal_data: ClassVar[tuple[str, ...]] = ("reason",)

    class Meta:
        indexes: ClassVar = [models.Index(name="passage_of_case", fields=["dossier", "-id"])]
        constraints: ClassVar = [
            RowPolicies(
                name="leading_passage_row_policies",
                select=granted(Power.READ, category=str(DataCategory.ADMINISTRATIVE.value), author="staff_id"),
                insert=granted(Power.WRITE),
            ),
            Stamp(name="passage_made", at="at", staff="staff"),
            Stamp(name="passage_made_on", at="on"),
        ]

    def __str__(self) -> str:
        return f"{self.from_phase} → {self.to_phase}"


class KnownFact(models.Model):
    """A fact reported by an act or recorded by a worker.

    The latest value of each fact applies, for what happened on a day the latest day; the others remain. A correction is a row
    that ``replaces`` the one it corrects, with the reason as its remark; without a value it takes the fact back, and what
    was known before applies again. Only what somebody stated can be corrected here, not what an act reported.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="facts")
    fact = models.CharField(max_length=40)  # a code of the registry; no choices, so that a new fact needs no migration
    category = models.PositiveSmallIntegerField(choices=DataCategory, default=DataCategory.ADMINISTRATIVE)
    value = models.JSONField(null=True)
    day = models.DateField(null=True)  # on which it happened; not of what is planned for a day
    is_stated = models.BooleanField(default=False)  # by a worker; otherwise an act reported it
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    at = models.DateTimeField(db_default=Now())
    staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")

    objects = RecordedQuerySet["KnownFact"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("value", "day")

    class Meta:
        indexes: ClassVar = [models.Index(name="fact_of_case", fields=["dossier", "fact", "-id"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="fact_has_a_value_or_is_taken_back",
                condition=Q(value__isnull=False) | Q(replaces__isnull=False),
                violation_error_message=_("A fact has a value, unless it takes another back."),
            ),
            models.CheckConstraint(
                name="fact_correction_is_stated",
                condition=Q(replaces__isnull=True) | Q(is_stated=True),
                violation_error_message=_("Somebody states a correction; no act reports it."),
            ),
            RowPolicies(
                name="leading_knownfact_row_policies",
                select=granted(Power.READ, category="{table}.category", author="staff_id"),
                insert=f"({granted(Power.WRITE)}) AND ({{table}}.replaces_id IS NULL OR {_MAY_REPLACE})",
            ),
            Stamp(name="fact_known", at="at", staff="staff", institution="institution"),
        ]

    def __str__(self) -> str:
        return f"{self.fact} of {self.dossier_id}"

    @property
    def scalar(self) -> Scalar | None:
        """The value as the procedure engine expects it."""
        return scalar_of(self.fact, self.value)

    @property
    def remark(self) -> str:
        """The remark on this fact, empty when the reader may not read it."""
        try:
            return self.remarked.text
        except FactRemark.DoesNotExist:
            return ""


class FactRemark(models.Model):
    """A remark on a fact, in its own data category: a comment on a medical certificate is health data."""

    fact = models.OneToOneField(KnownFact, models.PROTECT, primary_key=True, related_name="remarked")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    category = models.PositiveSmallIntegerField(choices=DataCategory)
    text = models.CharField(_("Remark"), max_length=300)
    staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")

    objects = RecordedQuerySet["FactRemark"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("text",)

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        constraints: ClassVar = [
            RowPolicies(
                name="leading_factremark_row_policies",
                select=granted(Power.READ, category="{table}.category", author="staff_id"),
                insert=granted(Power.WRITE),
            ),
            Stamp(name="fact_remarked", staff="staff"),
        ]

    def __str__(self) -> str:
        return f"remark on {self.fact_id}"


def scalar_of(fact: str, kept: object) -> Scalar | None:
    """Return a stored value in the type of its fact, ``None`` for a fact that is no longer in the registry."""
    if fact not in Fact.values or kept is None:
        return None
    if word(fact).shape is Shape.DAY:
        return date.fromisoformat(str(kept)) if kept else None
    assert isinstance(kept, bool | int | str)
    return kept


class TriageQuerySet(CaseBoundQuerySet["Triage"]):
    category = DataCategory.ADMINISTRATIVE
    author_columns = ("decided_by_id",)


class Triage(models.Model):
    """A triage: the answers, the instrument's proposal with its calculation, and the decision of a person."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="triages")
    instrument = models.CharField(max_length=40)
    instrument_version = models.CharField(max_length=20)
    answers = models.JSONField()
    proposal = models.JSONField()
    level = models.CharField(_("Level"), max_length=10, choices=Level)
    reason = models.CharField(_("Reason"), max_length=500, blank=True)
    decided_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(Appointment, models.PROTECT, related_name="+")

    objects = TriageQuerySet.as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.ADMINISTRATIVE
    personal_data: ClassVar[tuple[str, ...]] = ("answers", "proposal", "reason")

    class Meta:
        constraints: ClassVar = [
            RowPolicies(
                name="leading_triage_row_policies",
                select=granted(Power.READ, category=_ADMINISTRATIVE, author="decided_by_id"),
                insert=granted(Power.LEAD),
            ),
            Stamp(name="triage_decided", at="decided_at", staff="decided_by"),
        ]

    def __str__(self) -> str:
        return f"triage {self.pk}"


class LevelChange(models.Model):
    """A change of the level of collaboration: when, by whom, and why. The first is made by the triage."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="level_changes")
    from_level = models.CharField(max_length=10, choices=Level, blank=True)
    to_level = models.CharField(_("Level"), max_length=10, choices=Level)
    reason = models.CharField(_("Reason"), max_length=500, blank=True)
    on = models.DateField()
    at = models.DateTimeField(db_default=Now())
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")

    objects = AdministrativeQuerySet["LevelChange"].as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.ADMINISTRATIVE
    personal_data: ClassVar[tuple[str, ...]] = ("reason",)

    class Meta:
        verbose_name = _("change of level")
        verbose_name_plural = _("changes of level")
        constraints: ClassVar = [
            RowPolicies(
                name="leading_levelchange_row_policies",
                select=granted(Power.READ, category=_ADMINISTRATIVE, author="staff_id"),
                insert=granted(Power.LEAD),
            ),
            Stamp(name="level_changed", at="at", staff="staff", institution="institution"),
            Stamp(name="level_changed_on", at="on"),
        ]

    def __str__(self) -> str:
        return f"{self.from_level} → {self.to_level}"
