from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now, Substr
from django.utils.translation import gettext_lazy as _

from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, granted, permitted
from suone.ground.audit.shown import Shows
from suone.records.persons import ahv


class Person(models.Model):
    """A key for a person, without any personal data: what is known about them is stored with each case file."""

    id = models.BigIntegerField(
        primary_key=True, db_default=Func(function="persons_new_key", output_field=models.BigIntegerField())
    )

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        # Made by dossiers_open() only.
        constraints: ClassVar = [
            RowPolicies(name="persons_person_row_policies", select="(SELECT actor_kind()) = 'job'")
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"


class Recorded(models.TextChoices):
    """How an AHV number came to a case file."""

    GIVEN = "given", _("given when the file was opened")
    ADDED = "added", _("added later")
    CORRECTED = "corrected", _("corrected")


class Number(models.Model):
    """An AHV number that a case file has or had: who recorded it, when and why, and until when it was current.

    A file always has exactly one current row; without a known number that row has no digits, but a reason. A current
    number leads to one key. A replaced number still leads to the file.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="numbers")
    dossier_id = models.BigIntegerField()  # the case file, whose package lies one layer above
    digits = models.CharField(_("AHV number"), max_length=13, null=True, db_collation="C")  # noqa: DJ001 - null: unknown
    recorded = models.CharField(max_length=10, choices=Recorded)
    reason = models.CharField(_("Reason"), max_length=200, blank=True)
    institution_id = models.BigIntegerField()
    recorded_by_id = models.BigIntegerField(null=True)  # the appointment
    recorded_at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True)
    # The office found that it belongs to somebody else: it is kept as typed, but no longer leads to the person.
    is_contested = models.BooleanField(db_default=False)

    data_category: ClassVar[DataCategory] = DataCategory.IDENTITY
    personal_data: ClassVar[tuple[str, ...]] = ("digits", "reason")

    class Meta:
        verbose_name = _("AHV number")
        verbose_name_plural = _("AHV numbers")
        indexes: ClassVar = [
            # Part of a number is typed as it is printed: 756.XXXX.XXXX.XC, from one of its groups on.
            models.Index(F("digits"), name="number_by_digits"),
            models.Index(Substr("digits", 4), name="number_by_second_group"),
            models.Index(Substr("digits", 8), name="number_by_third_group"),
            models.Index(F("dossier_id"), name="number_of_file"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="number_is_valid",
                condition=Q(digits=None)
                | Q(Func(F("digits"), function="ahv_check_digit_holds", output_field=models.BooleanField())),
                violation_error_message=_("This AHV number does not exist: check the 13 digits and type it again."),
            ),
            models.CheckConstraint(
                name="number_or_reason",
                condition=Q(digits__isnull=False) | ~Q(reason=""),
                violation_error_message=_("Enter the AHV number, or the reason why it is missing."),
            ),
            models.CheckConstraint(
                name="number_corrected_with_reason",
                condition=~Q(recorded=Recorded.CORRECTED) | ~Q(reason=""),
                violation_error_message=_("Say why the number is corrected, so that others can understand it."),
            ),
            models.UniqueConstraint(
                name="number_that_holds_once_per_file",
                fields=["dossier_id"],
                condition=Q(until=None),
                violation_error_message=_("A case file has one AHV number at a time."),
            ),
            ExclusionConstraint(
                name="number_leads_to_one_person",
                expressions=[(F("digits"), RangeOperators.EQUAL), (F("person"), RangeOperators.NOT_EQUAL)],
                condition=Q(until=None, is_contested=False),
                violation_error_message=_("Never two persons for one number."),
            ),
            # Written by dossiers_open() and dossiers_change_number() only.
            RowPolicies(
                name="persons_number_row_policies",
                select=granted(Power.READ, on="dossier_id", category=str(DataCategory.IDENTITY.value)),
            ),
        ]

    def __str__(self) -> str:
        return f"number {self.pk}"

    @property
    def formatted(self) -> str:
        """The number as printed on the insurance card; empty if none is known."""
        return ahv.formatted(self.digits) if self.digits else ""


class Joining(models.Model):
    """The finding that two keys are one person. Parting undoes it; records stay attached to the key they were made under."""

    kept = models.ForeignKey(Person, models.PROTECT, related_name="joinings_kept")
    joined = models.ForeignKey(Person, models.PROTECT, related_name="joinings_joined")
    reason = models.CharField(max_length=300, blank=True)  # none where the number itself says so
    joined_at = models.DateTimeField(db_default=Now())
    joined_by_id = models.BigIntegerField(null=True)  # the appointment
    parted_at = models.DateTimeField(null=True)
    parted_by_id = models.BigIntegerField(null=True)  # the appointment
    parting_reason = models.CharField(max_length=300, blank=True)

    shows: ClassVar = Shows(kind="joining")
    personal_data: ClassVar[tuple[str, ...]] = ("kept", "joined", "reason", "parting_reason")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="joining_of_two_keys", condition=~Q(kept=F("joined"))),
            models.UniqueConstraint(name="joining_of_a_key_once", fields=["joined"], condition=Q(parted_at=None)),
            models.CheckConstraint(
                name="joining_parted_with_reason", condition=Q(parted_at=None) | ~Q(parting_reason="")
            ),
            # Written by persons_join(), persons_part() and dossiers_change_number() only.
            RowPolicies(name="persons_joining_row_policies", select=permitted("person.merge")),
        ]

    def __str__(self) -> str:
        return f"joining {self.pk}"
