"""Whom a case file is about, as whoever opened it typed it; how they are found, and doubts about who they are."""

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat, Lower, Now, Substr
from django.utils.translation import gettext_lazy as _

from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, granted, permitted
from suone.organisation.appointments.models import Appointment
from suone.records.dossiers.models.files import CaseBoundQuerySet, Dossier, M
from suone.records.dossiers.rules import Birth


class IdentityQuerySet(CaseBoundQuerySet[M]):
    category = DataCategory.IDENTITY


class MigrationQuerySet(CaseBoundQuerySet[M]):
    category = DataCategory.MIGRATION


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


_IDENTITY = str(DataCategory.IDENTITY.value)


_MIGRATION = str(DataCategory.MIGRATION.value)


# Rows of a table of several are put anew, never changed.
_SEVERAL: dict[str, Any] = {
    "select": granted(Power.READ, category=_IDENTITY),
    "insert": granted(Power.WRITE, category=_IDENTITY),
    "delete": granted(Power.WRITE, category=_IDENTITY),
}


class Particulars(models.Model):
    """Who the person of a case file is, as this file has it: typed by whoever opened it, and read under its grants.

    Another file of the same person has particulars of its own. What is not known exactly is kept as what it is: a year or
    a month of birth, one name alone, no fixed address.
    """

    dossier = models.OneToOneField(Dossier, models.PROTECT, primary_key=True, related_name="particulars")
    last_name = models.CharField(_("Last name"), max_length=100, blank=True)
    first_name = models.CharField(_("First name"), max_length=100, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True)
    birth_month = models.PositiveSmallIntegerField(null=True)
    birth_day = models.PositiveSmallIntegerField(null=True)
    died_on = models.DateField(_("Died on"), null=True, blank=True)
    sex = models.CharField(_("Sex as recorded"), max_length=1, choices=Sex, blank=True)
    language = models.CharField(_("Language of correspondence"), max_length=2, choices=settings.PERSON_LANGUAGES)
    interpreter_language = models.CharField(_("Interpreter needed for"), max_length=60, blank=True)
    commune = models.CharField(_("Commune"), max_length=100, blank=True)
    has_no_fixed_address = models.BooleanField(_("No fixed address"), default=False)
    version = models.PositiveIntegerField(default=1)
    # Lists are sorted by this, so that every server agrees whatever its collation.
    sort_name = models.GeneratedField(
        expression=Lower(Func(Concat(F("last_name"), Value(" "), F("first_name")), function="plain_letters")),
        output_field=models.CharField(max_length=210),
        db_persist=True,
    )
    # With the same day of birth: perhaps the same person.
    letters = models.GeneratedField(
        expression=Func(Concat(F("last_name"), Value(" "), F("first_name")), function="name_letters"),
        output_field=models.CharField(max_length=210, null=True),
        db_persist=True,
    )

    objects = IdentityQuerySet["Particulars"].as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.IDENTITY
    personal_data: ClassVar[tuple[str, ...]] = (
        "last_name",
        "first_name",
        "birth_year",
        "birth_month",
        "birth_day",
        "died_on",
        "sex",
        "language",
        "interpreter_language",
        "commune",
        "has_no_fixed_address",
    )

    class Meta:
        verbose_name = _("particulars")
        verbose_name_plural = _("particulars")
        indexes: ClassVar = [
            models.Index(name="particulars_by_birth", fields=["birth_year", "birth_month", "birth_day"]),
            models.Index(name="particulars_alike", fields=["letters", "birth_year"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="particulars_have_a_name",
                condition=~Q(last_name="") | ~Q(first_name=""),
                violation_error_message=_(
                    "Enter the name; if the person has only one name, enter it in one of the two fields."
                ),
            ),
            models.CheckConstraint(
                name="particulars_birth_is_a_day",
                condition=Q(
                    Func(
                        F("birth_year"),
                        F("birth_month"),
                        F("birth_day"),
                        function="birth_is_known",
                        output_field=models.BooleanField(),
                    )
                ),
                violation_error_message=_("This date of birth cannot be right: check it and type it again."),
            ),
            # Begun by dossiers_open() only.
            RowPolicies(
                name="dossiers_particulars_row_policies",
                select=granted(Power.READ, category=_IDENTITY),
                update=granted(Power.WRITE, category=_IDENTITY),
                updates=(
                    "last_name",
                    "first_name",
                    "birth_year",
                    "birth_month",
                    "birth_day",
                    "died_on",
                    "sex",
                    "language",
                    "interpreter_language",
                    "commune",
                    "has_no_fixed_address",
                    "version",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def full_name(self) -> str:
        """As the person is called: first name first."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def birth(self) -> Birth | None:
        return Birth(self.birth_year, self.birth_month, self.birth_day) if self.birth_year else None

    @property
    def who(self) -> str:
        """Name and year of birth, to tell people apart in a list."""
        return f"{self}, {self.birth_year}" if self.birth_year else str(self)

    def age_on(self, day: date) -> int | None:
        """The age in full years, as far as it is certain; not known without a year of birth."""
        return self.birth.age_on(day) if self.birth else None


class OtherName(models.Model):
    """A name the person has or had besides, in one field: search finds it too."""

    class Kind(models.TextChoices):
        FORMER = "former", _("former name")
        SPELLING = "spelling", _("other spelling")

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="other_names")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(_("Name"), max_length=200)

    objects = IdentityQuerySet["OtherName"].as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.IDENTITY
    personal_data: ClassVar[tuple[str, ...]] = ("name",)

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="other_name_once",
                fields=["dossier", "kind", "name"],
                violation_error_message=_("This name is there already."),
            ),
            RowPolicies(name="dossiers_othername_row_policies", **_SEVERAL),
        ]

    def __str__(self) -> str:
        return self.name


class ContactDetail(models.Model):
    """An address, a telephone number or an e-mail address; a person may have several of each, in their order."""

    class Kind(models.TextChoices):
        ADDRESS = "address", _("Address")
        TELEPHONE = "telephone", _("Telephone")
        EMAIL = "email", _("E-mail")

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="contact_details")
    kind = models.CharField(max_length=10, choices=Kind)
    place = models.PositiveSmallIntegerField()
    value = models.CharField(max_length=200)
    # A telephone number as it is searched: 0275556024, however it was typed.
    digits = models.GeneratedField(
        expression=Func(F("kind"), F("value"), function="telephone_digits"),
        output_field=models.CharField(max_length=200, null=True, db_collation="C"),
        db_persist=True,
    )

    objects = IdentityQuerySet["ContactDetail"].as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.IDENTITY
    personal_data: ClassVar[tuple[str, ...]] = ("value",)

    class Meta:
        verbose_name = _("contact detail")
        verbose_name_plural = _("contact details")
        indexes: ClassVar = [
            # Part of a number is typed as it is printed, from one of its groups on: 027 555 60 24.
            models.Index(F("digits"), name="telephone_by_digits"),
            models.Index(Substr("digits", 4), name="telephone_by_second_group"),
            models.Index(Substr("digits", 7), name="telephone_by_third_group"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="contact_detail_in_its_place",
                fields=["dossier", "kind", "place"],
                violation_error_message=_("Each contact detail has a place of its own."),
            ),
            RowPolicies(name="dossiers_contactdetail_row_policies", **_SEVERAL),
        ]

    def __str__(self) -> str:
        return self.value


class Residence(models.Model):
    """What the person of a case file stays in Switzerland with, as this file has it."""

    dossier = models.OneToOneField(Dossier, models.PROTECT, primary_key=True, related_name="residence")
    permit = models.CharField(_("Permit"), max_length=2, choices=Permit, blank=True)
    permit_expires_on = models.DateField(_("Permit expires on"), null=True, blank=True)
    status = models.CharField(_("Status"), max_length=40, choices=Status, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = MigrationQuerySet["Residence"].as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.MIGRATION
    personal_data: ClassVar[tuple[str, ...]] = ("permit", "permit_expires_on", "status")

    class Meta:
        verbose_name = _("residence")
        verbose_name_plural = _("residences")
        constraints: ClassVar = [
            # Begun by dossiers_open() only.
            RowPolicies(
                name="dossiers_residence_row_policies",
                select=granted(Power.READ, category=_MIGRATION),
                update=granted(Power.WRITE, category=_MIGRATION),
                updates=("permit", "permit_expires_on", "status", "version"),
            ),
        ]

    def __str__(self) -> str:
        return f"residence in {self.dossier_id}"


class NameEntry(models.Model):
    """A name by which an institution or a staff member finds a case file: where name and grant meet in one index.

    Kept by triggers on grants and particulars, read by dossiers_search() alone; the app's role reaches no row.
    ``principal`` is an institution, or with a minus a staff member; ``key`` the name from one of its words on.
    """

    pk = models.CompositePrimaryKey("principal", "key", "dossier")
    principal = models.BigIntegerField()
    key = models.CharField(max_length=420, db_collation="C")
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)

    personal_data: ClassVar[tuple[str, ...]] = ("key",)
    data_category: ClassVar[DataCategory] = DataCategory.IDENTITY

    class Meta:
        indexes: ClassVar = [models.Index(name="name_entry_of_file", fields=["dossier", "principal"])]
        constraints: ClassVar = [RowPolicies(name="dossiers_nameentry_row_policies")]

    def __str__(self) -> str:
        return f"name of {self.dossier_id}"


class NamePart(models.Model):
    """The rest of a word from one of its letters on, so that parts inside a name are found; once for each principal."""

    pk = models.CompositePrimaryKey("principal", "part", "word")
    principal = models.BigIntegerField()
    part = models.CharField(max_length=210, db_collation="C")
    word = models.CharField(max_length=210, db_collation="C")

    personal_data: ClassVar[tuple[str, ...]] = ("part", "word")
    data_category: ClassVar[DataCategory] = DataCategory.IDENTITY

    class Meta:
        constraints: ClassVar = [RowPolicies(name="dossiers_namepart_row_policies")]

    def __str__(self) -> str:
        return "part of a name"


class Doubt(models.Model):
    """Two files that may be about one person, or under one number about two: for the office to clear."""

    class Because(models.TextChoices):
        LIKENESS = "likeness", _("the same name and day of birth, without a number")
        NUMBER = "number", _("the same AHV number under another name or day of birth")

    class Outcome(models.TextChoices):
        ONE = "one", _("one person")
        TWO = "two", _("two persons")

    one = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    other = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    because = models.CharField(max_length=10, choices=Because)
    found_at = models.DateTimeField(db_default=Now())
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    law = models.CharField(max_length=200, blank=True)  # under which it was cleared

    data_category: ClassVar[DataCategory] = DataCategory.IDENTITY
    personal_data: ClassVar[tuple[str, ...]] = ("one", "other", "reason")

    class Meta:
        verbose_name = _("doubt")
        verbose_name_plural = _("doubts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one", "other"], name="doubt_once_per_pair"),
            models.CheckConstraint(name="doubt_of_an_earlier_and_a_later_file", condition=Q(one__lt=F("other"))),
            models.CheckConstraint(
                name="doubt_cleared_by_somebody_with_a_reason_under_a_law",
                condition=Q(cleared_at=None, cleared_by=None, outcome="")
                | Q(cleared_at__isnull=False, cleared_by__isnull=False) & ~Q(outcome="") & ~Q(reason="") & ~Q(law=""),
            ),
            # Written by dossiers_find_doubts() and dossiers_clear_doubt() only.
            RowPolicies(name="dossiers_doubt_row_policies", select=permitted("person.merge")),
        ]

    def __str__(self) -> str:
        return f"doubt {self.pk}"
