from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.casework.support.rules import OPEN_STATES, CoachingOutcome, Kind, Part, State, Variant
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, Stamp, granted, own_institution
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.consents.models import Consent
from suone.records.dossiers.models import CaseBoundQuerySet, Dossier, RecordedQuerySet

# Staff who ordered a service or carry it out can read it, whatever else of the case they may read.
_ANSWERABLE = ("ordered_by_id", "staff_id", "second_staff_id")


class ServiceQuerySet(CaseBoundQuerySet["Service"]):
    category = DataCategory.EMPLOYMENT
    author_columns = _ANSWERABLE


class Service(models.Model):
    """A service ordered for a case: who ordered it, who is responsible, and its state.

    It contains no text about the person: question and findings are ``ServiceText`` rows, each in its data category.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="services")
    kind = models.CharField(_("Kind"), max_length=20, choices=Kind)
    variant = models.CharField(_("Variant"), max_length=10, choices=Variant, blank=True)
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.ORDERED)
    ordered_on = models.DateField(_("Ordered on"))
    ordered_at = models.DateTimeField(db_default=Now())
    ordered_by = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    ordering_institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+", verbose_name=_("Responsible"))
    second_institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")
    second_staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    started_on = models.DateField(_("Begun on"), null=True)
    ended_on = models.DateField(_("Ended on"), null=True)
    outcome = models.CharField(_("Outcome"), max_length=20, choices=CoachingOutcome, blank=True)
    # Medical mandates only: until when the officer may open the case, and the consent this is based on.
    access_until = models.DateTimeField(null=True)
    based_on = models.ForeignKey(Consent, models.PROTECT, null=True, related_name="+")

    objects = ServiceQuerySet.as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.EMPLOYMENT
    personal_data: ClassVar[tuple[str, ...]] = ("outcome",)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        indexes: ClassVar = [
            models.Index(name="service_ordered", fields=["ordered_on", "kind"]),
            models.Index(name="service_ended", fields=["ended_on", "kind"], condition=Q(ended_on__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="service_coaching_has_a_variant",
                condition=Q(kind=Kind.COACHING) & ~Q(variant="") | ~Q(kind=Kind.COACHING) & Q(variant=""),
                violation_error_message=_("Coaching is either tandem or intensive; other services have no variant."),
            ),
            models.CheckConstraint(
                name="service_coaching_of_two_institutions",
                condition=Q(kind=Kind.COACHING, second_staff__isnull=False, second_institution__isnull=False)
                & ~Q(second_institution=F("institution"))
                | ~Q(kind=Kind.COACHING) & Q(second_staff=None, second_institution=None),
                violation_error_message=_("A coaching has two people from two institutions."),
            ),
            models.CheckConstraint(
                name="service_ended_on_and_state_together",
                condition=Q(state__in=sorted(OPEN_STATES), ended_on=None)
                | ~Q(state__in=sorted(OPEN_STATES)) & Q(ended_on__isnull=False),
                violation_error_message=_("A service that has ended has an end date; an open one has none."),
            ),
            models.CheckConstraint(
                name="service_completed_coaching_has_an_outcome",
                condition=Q(kind=Kind.COACHING, state=State.COMPLETED) & ~Q(outcome="")
                | ~Q(kind=Kind.COACHING, state=State.COMPLETED) & Q(outcome=""),
                violation_error_message=_("A completed coaching has an outcome, nothing else has one."),
            ),
            models.CheckConstraint(
                name="service_mandate_says_until_when_it_is_open",
                condition=Q(kind=Kind.MEDICAL_MANDATE, access_until__isnull=False, based_on__isnull=False)
                | ~Q(kind=Kind.MEDICAL_MANDATE) & Q(access_until=None, based_on=None),
                violation_error_message=_("A medical mandate has a date until which the medical officer may read."),
            ),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(kind=Kind.CASE_MANAGEMENT, state__in=sorted(OPEN_STATES)),
                name="service_one_case_management_at_a_time",
                violation_error_message=_("A case has one case management at a time."),
            ),
            RowPolicies(
                name="support_service_row_policies",
                select=granted(Power.READ, category=str(DataCategory.EMPLOYMENT.value), author=_ANSWERABLE),
                insert=granted(Power.LEAD),
                # By the lead, those who carry it out, or whoever records the meeting that completes it; who that is, and
                # what the officer of a mandate may open, a trigger keeps (sql/acts.sql).
                update=granted(Power.WRITE),
                before=f"({granted(Power.LEAD)}) OR {own_institution()} OR {own_institution('second_institution_id')}"
                " OR {table}.kind IN ('round_table', 'assessment')",
                updates=(
                    "state",
                    "staff",
                    "institution",
                    "started_on",
                    "ended_on",
                    "outcome",
                    "access_until",
                    "based_on",
                ),
            ),
            Stamp(name="service_ordered", at="ordered_at", staff="ordered_by", institution="ordering_institution"),
            Stamp(name="service_ordered_on", at="ordered_on"),
            Stamp(name="service_started", at="started_on"),
            Stamp(name="service_ended", at="ended_on"),
        ]

    def __str__(self) -> str:
        return f"service {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class ServiceText(models.Model):
    """A text written about a service: the question, the result, or a part of a medical report.

    Medical findings are in the health compartment, which a grant opens only to a medical officer; partners read the
    consequences for fitness and capacity, which are in the category employment (ATSG Art. 47 para 2).
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="texts")
    part = models.CharField(_("Part"), max_length=12, choices=Part)
    category = models.PositiveSmallIntegerField(_("Data category"), choices=DataCategory)
    text = models.TextField(_("Text"))
    capacity_percent = models.PositiveSmallIntegerField(
        _("Capacity in an adapted activity, in per cent"), null=True, validators=[MaxValueValidator(100)]
    )
    language = models.CharField(max_length=2)
    at = models.DateTimeField(db_default=Now())
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")

    objects = RecordedQuerySet["ServiceText"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("text", "capacity_percent")

    class Meta:
        verbose_name = _("text of a service")
        verbose_name_plural = _("texts of services")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "part"],
                name="service_text_once_for_each_part",
                violation_error_message=_("This part has been written already."),
            ),
            models.CheckConstraint(
                name="service_text_findings_in_health",
                condition=~Q(part=Part.FINDINGS) | Q(category=DataCategory.HEALTH),
                violation_error_message=_("Medical findings belong in the health compartment."),
            ),
            models.CheckConstraint(
                name="service_text_consequences_under_employment",
                condition=~Q(part__in=[Part.CONSEQUENCES, Part.RESTRICTIONS]) | Q(category=DataCategory.EMPLOYMENT),
                violation_error_message=_("Consequences for fitness and capacity belong under employment."),
            ),
            models.CheckConstraint(
                name="service_text_capacity_is_a_consequence",
                condition=Q(capacity_percent=None) | Q(part=Part.CONSEQUENCES, capacity_percent__lte=100),
                violation_error_message=_("The capacity is a percentage, and part of the consequences."),
            ),
            RowPolicies(
                name="support_servicetext_row_policies",
                select=granted(Power.READ, category="{table}.category", author="staff_id"),
                # A question may be filed in a category its author cannot read; findings only by those who can.
                insert=f"{{table}}.part <> 'findings' AND ({granted(Power.WRITE)})"
                f" OR ({granted(Power.WRITE, category='{table}.category')})",
            ),
            Stamp(name="service_text_written", at="at", staff="staff", institution="institution"),
        ]

    def __str__(self) -> str:
        return f"text {self.pk} of service {self.service_id}"
