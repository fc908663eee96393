from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from suone.ground.access.acting import Kind
from suone.ground.access.row_policies import RowPolicies, any_actor, permitted
from suone.organisation.institutions.kinds import InstitutionKind
from suone.organisation.institutions.rules import SINCE, as_exact_as_known

# The directory says nothing about persons concerned: everybody who acts may read it, the office edits it.
DIRECTORY_EDIT = permitted("directory.edit")


_NAMES = ("name_de", "name_fr", "name_it", "name_en")
_ORIGIN = ("source", "is_default")


def _directory(table: str, *updates: str, before_log_in: bool = False) -> RowPolicies:
    return RowPolicies(
        name=f"institutions_{table}_row_policies",
        select=any_actor(),
        insert=DIRECTORY_EDIT,
        update=DIRECTORY_EDIT,
        updates=updates,
        delete=DIRECTORY_EDIT,
        kinds=(Kind.STAFF, Kind.JOB, Kind.SYSTEM),
        before_log_in=before_log_in,
    )


class Named(models.Model):
    """An entry of the directory with a name in each language; missing ones fall back to German."""

    name_de = models.CharField(_("Name (German)"), max_length=150)
    name_fr = models.CharField(_("Name (French)"), max_length=150)
    name_it = models.CharField(_("Name (Italian)"), max_length=150, blank=True)
    name_en = models.CharField(_("Name (English)"), max_length=150, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        language = (get_language() or "de")[:2]
        return getattr(self, f"name_{language}", "") or self.name_de


class Sourced(models.Model):
    """An entry that says where it comes from: a place in a public paper, the product's file, or neither if typed here."""

    source = models.CharField(
        _("Source"), max_length=200, blank=True, help_text=_("Where a public paper says it: paper and page or chapter.")
    )
    is_default = models.BooleanField(default=False, editable=False)  # came with the product, and no paper says it

    class Meta:
        abstract = True

    @property
    def origin(self) -> str:
        """The place in the source, or that the product proposes it; empty for what was entered at work."""
        return str(_("default of this product")) if self.is_default and not self.source else self.source


class Region(Sourced, Named):
    code = models.SlugField(_("Code"), max_length=30, unique=True)
    position = models.PositiveSmallIntegerField(default=0)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["position"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        constraints: ClassVar = [_directory("region", *_NAMES, *_ORIGIN, "position")]


class Circle(models.TextChoices):
    FIRST = "first", _("first circle")
    SECOND = "second", _("second circle")
    PRIVATE = "private", _("private")


def in_short(code: str, short_name_fr: str) -> str:
    """What an institution is called in a list: its code, in French by its French short name if it has one."""
    return (short_name_fr if (get_language() or "de").startswith("fr") else "") or code


class Institution(Sourced, Named):
    """A partner of the collaboration: notifies, follows, or mediates, according to its circle.

    ``code`` and names are for display only: what an institution may and must do depends on its ``kind``.
    """

    code = models.CharField(_("Short name"), max_length=20, unique=True)
    short_name_fr = models.CharField(_("Short name (French)"), max_length=20, blank=True)
    kind = models.CharField(_("Kind of institution"), max_length=24, choices=InstitutionKind)
    circle = models.CharField(_("Circle"), max_length=10, choices=Circle)
    parent_service = models.CharField(_("Belongs to"), max_length=60, blank=True)  # DIHA, DSW …
    regions = models.ManyToManyField(
        Region, blank=True, related_name="institutions", verbose_name=_("Works for these regions")
    )  # none: for the whole canton
    is_iiz_office = models.BooleanField(_("Is the IIZ office"), default=False)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["circle", "code"]
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        constraints: ClassVar = [
            # Readable before log-in, to show for which institution somebody acts.
            _directory(
                "institution",
                *_NAMES,
                *_ORIGIN,
                "short_name_fr",
                "circle",
                "kind",
                "parent_service",
                "is_iiz_office",
                before_log_in=True,
            ),
            models.CheckConstraint(
                name="institution_has_a_known_kind",
                condition=models.Q(kind__in=InstitutionKind.values),
                violation_error_message=_("Choose what kind of institution it is."),
            ),
        ]

    @property
    def short_name(self) -> str:
        """RAV in German is ORP in French."""
        return in_short(self.code, self.short_name_fr)


class Office(Sourced, Named):
    """Where an institution works: in a region, or for the whole canton when no region is given."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="offices")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="offices")
    address = models.CharField(_("Address"), max_length=200, blank=True)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    is_active = models.BooleanField(_("Active"), default=True)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        constraints: ClassVar = [
            _directory("office", *_NAMES, *_ORIGIN, "region", "address", "phone", "email", "is_active")
        ]


class BodyKind(models.TextChoices):
    STEERING = "steering", _("steering group")
    DEVELOPMENT = "development", _("development and coordination body")
    LEGAL_COMMISSION = "legal_commission", _("legal commission")
    OFFICE = "office", _("IIZ office")
    POOL = "pool", _("pool for case management")


class Body(Sourced, Named):
    """A body of the collaboration with members and terms."""

    code = models.SlugField(_("Code"), max_length=30, unique=True)
    kind = models.CharField(_("Kind"), max_length=20, choices=BodyKind)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="bodies", verbose_name=_("Region")
    )  # of a pool alone
    task = models.CharField(_("Task"), max_length=300, blank=True)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["name_de"]
        verbose_name = _("body")
        verbose_name_plural = _("bodies")
        constraints: ClassVar = [
            _directory("body", *_NAMES, *_ORIGIN, "kind", "region", "task"),
            models.CheckConstraint(
                name="body_pool_has_its_region",
                condition=models.Q(kind=BodyKind.POOL, region__isnull=False)
                | ~models.Q(kind=BodyKind.POOL) & models.Q(region=None),
                violation_error_message=_("A pool for case management belongs to a region, and no other body does."),
            ),
        ]


class Reciprocity(models.TextChoices):
    UNKNOWN = "unknown", _("unknown")
    GIVEN = "given", _("given")
    NOT_GIVEN = "not_given", _("not given")


class Convention(Sourced):
    """A contract, directive or agreement between institutions, and whether it gives reciprocity."""

    title_de = models.CharField(_("Title (German)"), max_length=200)
    title_fr = models.CharField(_("Title (French)"), max_length=200)
    kind = models.CharField(_("Kind"), max_length=60)  # contract, directive, agreement, practice
    parties = models.ManyToManyField(Institution, related_name="conventions", verbose_name=_("Parties"))
    since = models.CharField(
        _("In force since"),
        max_length=10,
        blank=True,
        help_text=_("As exactly as it is known: 2019, 2021-11 or 2021-11-15."),
    )
    ends_on = models.DateField(_("In force until"), null=True, blank=True)
    # A promise that a law makes a condition of disclosing: never assumed, entered with what says it.
    reciprocity = models.CharField(
        _("Reciprocity"),
        max_length=10,
        choices=Reciprocity,
        default=Reciprocity.UNKNOWN,
        db_default=Reciprocity.UNKNOWN,
    )
    reciprocity_source = models.CharField(
        _("Source of the reciprocity"),
        max_length=200,
        blank=True,
        help_text=_("Article or letter that says whether the other side does the same."),
    )

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["title_de"]
        verbose_name = _("convention")
        verbose_name_plural = _("conventions")
        constraints: ClassVar = [
            _directory(
                "convention",
                *_ORIGIN,
                "title_de",
                "title_fr",
                "kind",
                "since",
                "ends_on",
                "reciprocity",
                "reciprocity_source",
            ),
            models.CheckConstraint(
                name="convention_since_is_a_year_a_month_or_a_day",
                condition=models.Q(since="") | models.Q(since__regex=SINCE),
                violation_error_message=_("Enter a year, a month or a day, such as 2019, 2021-11 or 2021-11-15."),
            ),
            models.CheckConstraint(
                name="convention_reciprocity_has_its_source",
                condition=models.Q(reciprocity=Reciprocity.UNKNOWN) | ~models.Q(reciprocity_source=""),
                violation_error_message=_("Say where it is written whether reciprocity is given."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.since and as_exact_as_known(self.since) is None:
            raise ValidationError({"since": _("Enter a year, a month or a day, such as 2019, 2021-11 or 2021-11-15.")})

    @property
    def in_force_since(self) -> str:
        """Since when, as exactly as it is known: 2019, November 2021, or a day."""
        begins = as_exact_as_known(self.since) if self.since else None
        if begins is None or len(self.since) == len("2021"):
            return self.since
        return date_format(begins, "F Y" if len(self.since) == len("2021-11") else "d.m.Y")

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_fr if (get_language() or "de").startswith("fr") else self.title_de


class ServiceOffer(Sourced, Named):
    """A measure an institution can offer: who may get it, and who pays."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="services_offered")
    for_whom_de = models.CharField(_("Who may get it (German)"), max_length=300, blank=True)
    for_whom_fr = models.CharField(_("Who may get it (French)"), max_length=300, blank=True)
    who_pays_de = models.CharField(_("Who pays (German)"), max_length=200, blank=True)
    who_pays_fr = models.CharField(_("Who pays (French)"), max_length=200, blank=True)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["institution", "name_de"]
        verbose_name = _("service offered")
        verbose_name_plural = _("services offered")
        constraints: ClassVar = [
            _directory("serviceoffer", *_NAMES, *_ORIGIN, "for_whom_de", "for_whom_fr", "who_pays_de", "who_pays_fr")
        ]
