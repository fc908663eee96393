import hashlib
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from suone.canton.procedures.facts import Fact, Scalar, Shape, word
from suone.canton.procedures.loading import read_kept_procedure
from suone.canton.procedures.rules import Phase, Procedure
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, Stamp, anybody_acting, granted, whoever_may
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.dossiers.models import AdministrativeQuerySet, CaseBoundQuerySet, Dossier, RecordedQuerySet

_CASE: dict[str, Any] = {"select": granted(Power.READ), "insert": granted(Power.WRITE), "update": granted(Power.WRITE)}


_READ: dict[str, Procedure] = {}  # by the digest of its text


class VersionState(models.TextChoices):
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


class ProcedureVersion(models.Model):
    """A published version of a procedure, kept whole: running cases stay with the text they began under."""

    identifier = models.SlugField(max_length=40)
    version = models.CharField(max_length=20)
    canton = models.CharField(max_length=2)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.PUBLISHED)
    published_at = models.DateTimeField(db_default=Now())

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["canton", "identifier", "-valid_from", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["identifier", "version"],
                name="procedure_version_once",
                violation_error_message=_("This version is published already: give the changed file a new version."),
            ),
            models.CheckConstraint(
                name="procedure_version_runs_forward",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The validity must not end before it begins."),
            ),
            RowPolicies(
                name="procedures_procedureversion_row_policies",
                select=anybody_acting(),
                insert=whoever_may("procedure.publish"),
                update=whoever_may("procedure.publish"),
                updates=("state",),
            ),
            Stamp(name="procedure_published", at="published_at"),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} {self.version}"

    @property
    def procedure(self) -> Procedure:
        """The procedure as the engine reads it: once in each process, and only then is its text fetched."""
        if self.sha256 not in _READ:
            _READ[self.sha256] = read_kept_procedure(self.text, f"{self.identifier} {self.version}")
        return _READ[self.sha256]

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        texts = self.procedure.title
        return texts.get((get_language() or "de")[:2], texts["de"])


class Course(models.Model):
    """Where a case stands in its procedure: the version it began under, and its phase."""

    dossier = models.OneToOneField(Dossier, models.PROTECT, primary_key=True, related_name="course")
    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="+")
    phase = models.CharField(max_length=40)
    phase_since = models.DateField()

    objects = CaseBoundQuerySet["Course"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            RowPolicies(name="procedures_course_row_policies", **_CASE, updates=("version", "phase", "phase_since")),
            Stamp(name="course_in_phase", at="phase_since"),
        ]

    def __str__(self) -> str:
        return f"course of {self.dossier_id}"

    @property
    def procedure(self) -> Procedure:
        return self.version.procedure

    @property
    def current(self) -> Phase:
        """The phase the case is in."""
        return self.procedure.phase(self.phase)


class Passage(models.Model):
    """A case went from one phase to another: when, through whom, and why in spite of a warning."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="passages")
    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="+")
    from_phase = models.CharField(max_length=40, blank=True)
    to_phase = models.CharField(max_length=40)
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
                name="procedures_passage_row_policies",
                select=granted(Power.READ, category=str(DataCategory.ADMINISTRATIVE.value), author="staff_id"),
                insert=granted(Power.WRITE),
            ),
            Stamp(name="passage_made", at="at", staff="staff"),
            Stamp(name="passage_made_on", at="on"),
        ]

    def __str__(self) -> str:
        return f"{self.from_phase} → {self.to_phase}"


class KnownFact(models.Model):
    """A fact that an act told or a worker stated; the latest one of each word counts, earlier ones stay."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="facts")
    fact = models.CharField(max_length=40)  # a word of the registry; no choices, so that a new word needs no migration
    category = models.PositiveSmallIntegerField(choices=DataCategory, default=DataCategory.ADMINISTRATIVE)
    value = models.JSONField()
    at = models.DateTimeField(db_default=Now())
    staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")

    objects = RecordedQuerySet["KnownFact"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("value",)

    class Meta:
        indexes: ClassVar = [models.Index(name="fact_of_case", fields=["dossier", "fact", "-id"])]
        constraints: ClassVar = [
            RowPolicies(
                name="procedures_knownfact_row_policies",
                select=granted(Power.READ, category="{table}.category", author="staff_id"),
                insert=granted(Power.WRITE),
            ),
            Stamp(name="fact_known", at="at", staff="staff", institution="institution"),
        ]

    def __str__(self) -> str:
        return f"{self.fact} of {self.dossier_id}"

    @property
    def scalar(self) -> Scalar | None:
        """The value as the engine takes it."""
        return scalar_of(self.fact, self.value)

    @property
    def remark(self) -> str:
        """What was said about it, for whoever may read that."""
        try:
            return self.remarked.text
        except FactRemark.DoesNotExist:
            return ""


class FactRemark(models.Model):
    """What was said about a fact, in a data category of its own: a comment about a certificate is health."""

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
                name="procedures_factremark_row_policies",
                select=granted(Power.READ, category="{table}.category", author="staff_id"),
                insert=granted(Power.WRITE),
            ),
            Stamp(name="fact_remarked", staff="staff"),
        ]

    def __str__(self) -> str:
        return f"remark on {self.fact_id}"


def scalar_of(fact: str, kept: object) -> Scalar | None:
    """A kept value in the shape of its word; nothing for a word that no longer is in the registry."""
    if fact not in Fact.values or kept is None:
        return None
    if word(fact).shape is Shape.DAY:
        return date.fromisoformat(str(kept)) if kept else None
    assert isinstance(kept, bool | int | str)
    return kept


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
