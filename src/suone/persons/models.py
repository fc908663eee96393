from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat, Lower, Now
from django.utils.translation import gettext_lazy as _

from suone.access.row_policies import RowPolicies, whoever_may
from suone.audit.shown import Shows
from suone.persons.row_policies import may_read_person, may_write_person


class Sex(models.TextChoices):
    FEMALE = "f", _("female")
    MALE = "m", _("male")
    OTHER = "x", _("other or not recorded")


class Permit(models.TextChoices):
    """What a person stays in Switzerland with (AIG); its status is a field of its own."""

    SWISS = "CH", _("Swiss citizen")
    B = "B", _("B (residence permit)")
    C = "C", _("C (settlement permit)")
    CI = "Ci", _("Ci (residence permit with gainful employment)")
    F = "F", _("F (provisionally admitted)")
    G = "G", _("G (cross-border commuter)")
    L = "L", _("L (short-term residence)")
    N = "N", _("N (asylum seeker)")
    S = "S", _("S (protection status)")


class Status(models.TextChoices):
    NONE = "", _("no particular status")
    RECOGNISED_REFUGEE = "recognised_refugee", _("recognised refugee")
    PROVISIONALLY_ADMITTED = "provisionally_admitted", _("provisionally admitted")
    PROVISIONALLY_ADMITTED_REFUGEE = "provisionally_admitted_refugee", _("provisionally admitted refugee")
    ASYLUM_SEEKER = "asylum_seeker", _("asylum seeker")
    PROTECTION = "protection", _("in need of protection")


class Person(models.Model):
    """A person concerned, with only what the work needs. The AHV number is the key; name and e-mail identify nobody."""

    ahv_number = models.CharField(_("AHV number"), max_length=13, null=True, unique=True)  # noqa: DJ001 - null: unknown
    ahv_missing_reason = models.CharField(_("Why the AHV number is missing"), max_length=200, blank=True)
    last_name = models.CharField(_("Last name"), max_length=100)
    first_name = models.CharField(_("First name"), max_length=100)
    date_of_birth = models.DateField(_("Date of birth"), null=True, blank=True)
    sex = models.CharField(_("Sex as recorded"), max_length=1, choices=Sex, blank=True)
    language = models.CharField(_("Language of correspondence"), max_length=2, choices=settings.PERSON_LANGUAGES)
    interpreter_language = models.CharField(_("Interpreter needed for"), max_length=60, blank=True)
    commune = models.CharField(_("Commune"), max_length=100, blank=True)
    address = models.CharField(_("Address"), max_length=200, blank=True)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    permit = models.CharField(_("Permit"), max_length=2, choices=Permit, blank=True)
    permit_expires_on = models.DateField(_("Permit expires on"), null=True, blank=True)
    status = models.CharField(_("Status"), max_length=40, choices=Status, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    version = models.PositiveIntegerField(default=1)
    # Lists are sorted and searched by this, so that every server agrees whatever its collation.
    sort_name = models.GeneratedField(
        expression=Lower(Func(Concat(F("last_name"), Value(" "), F("first_name")), function="plain_letters")),
        output_field=models.CharField(max_length=210),
        db_persist=True,
    )

    personal_data: ClassVar[tuple[str, ...]] = (
        "ahv_number",
        "last_name",
        "first_name",
        "date_of_birth",
        "sex",
        "language",
        "interpreter_language",
        "commune",
        "address",
        "phone",
        "email",
        "permit",
        "permit_expires_on",
        "status",
    )

    shows: ClassVar = Shows(person="pk")

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        indexes: ClassVar = [
            # Any part of a name is searched for: without trigrams every person is read.
            GinIndex(name="person_sort_name_trigrams", fields=["sort_name"], opclasses=["gin_trgm_ops"]),
            # What a name begins with is found in the order of names, so that the first fifty end a search.
            models.Index(name="person_by_name", fields=["sort_name", "id"], condition=Q(merged_into=None)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="person_ahv_number_is_valid",
                condition=Q(ahv_number=None)
                | Q(Func(F("ahv_number"), function="ahv_check_digit_holds", output_field=models.BooleanField())),
                violation_error_message=_("This AHV number does not exist: check the 13 digits and type it again."),
            ),
            models.CheckConstraint(
                name="person_ahv_number_or_reason",
                condition=Q(ahv_number__isnull=False) | ~Q(ahv_missing_reason=""),
                violation_error_message=_("Enter the AHV number, or the reason why it is missing."),
            ),
            RowPolicies(
                name="persons_person_row_policies",
                select=may_read_person(),
                update=may_write_person(),
                updates=(
                    "last_name",
                    "first_name",
                    "date_of_birth",
                    "sex",
                    "language",
                    "interpreter_language",
                    "commune",
                    "address",
                    "phone",
                    "email",
                    "permit",
                    "permit_expires_on",
                    "status",
                    "version",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.last_name} {self.first_name}"

    @property
    def initials(self) -> str:
        return f"{self.first_name[:1]}. {self.last_name[:1]}."

    def age_on(self, day: date) -> int | None:
        """The age in full years; not known without a date of birth."""
        born = self.date_of_birth
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else None


class Doubt(models.Model):
    """A number was typed that somebody else's record already carries under other particulars: for the office to clear."""

    known = models.ForeignKey(Person, models.CASCADE, related_name="+")
    typed = models.ForeignKey(Person, models.CASCADE, related_name="+")
    institution_id = models.BigIntegerField()
    staff_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    cleared_by_id = models.BigIntegerField(null=True)  # staff

    personal_data: ClassVar[tuple[str, ...]] = ("known", "typed")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["known", "typed"], name="doubt_once_per_pair"),
            models.CheckConstraint(
                name="doubt_cleared_at_and_by_together",
                condition=Q(cleared_at=None, cleared_by_id=None)
                | Q(cleared_at__isnull=False, cleared_by_id__isnull=False),
            ),
            RowPolicies(
                name="persons_doubt_row_policies",
                select=whoever_may("person.merge"),
                update=whoever_may("person.merge"),
                updates=("cleared_at", "cleared_by_id"),
                before="{table}.cleared_at IS NULL",
            ),
        ]

    def __str__(self) -> str:
        return f"doubt {self.pk}"


class Merge(models.Model):
    """Two records found to be one person: which record stays, which cases moved, and whether it was undone."""

    kept = models.ForeignKey(Person, models.PROTECT, related_name="merges_kept")
    dropped = models.ForeignKey(Person, models.PROTECT, related_name="merges_dropped")
    moved_dossiers = ArrayField(models.BigIntegerField())
    given_ahv_number = models.BooleanField(default=False)  # the kept record took the number of the dropped one
    reason = models.CharField(max_length=300)
    merged_at = models.DateTimeField(db_default=Now())
    merged_by_id = models.BigIntegerField()  # staff
    undone_at = models.DateTimeField(null=True)
    undone_by_id = models.BigIntegerField(null=True)  # staff

    personal_data: ClassVar[tuple[str, ...]] = ("kept", "dropped", "reason")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="merge_of_two_records", condition=~Q(kept=F("dropped"))),
            models.CheckConstraint(
                name="merge_undone_at_and_by_together",
                condition=Q(undone_at=None, undone_by_id=None) | Q(undone_at__isnull=False, undone_by_id__isnull=False),
            ),
            # Written by persons_merge() and persons_undo_merge() only.
            RowPolicies(name="persons_merge_row_policies", select=whoever_may("person.merge")),
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"
