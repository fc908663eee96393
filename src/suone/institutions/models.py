from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from suone.access.permissions import STAFF_ROLES
from suone.access.row_policies import RowPolicies, anybody_acting, whoever_may
from suone.institutions.kinds import InstitutionKind

# The directory says nothing about persons concerned: everybody who acts may read it, the office edits it.
_EDIT = whoever_may("directory.edit")


def _directory(table: str, *, select: str = anybody_acting()) -> RowPolicies:
    return RowPolicies(
        name=f"institutions_{table}_row_policies",
        select=select,
        insert=_EDIT,
        update=_EDIT,
        delete=_EDIT,
    )


class Named(models.Model):
    """Something of the directory with a name in each language; German stands in where another is missing."""

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


class Region(Named):
    code = models.SlugField(_("Code"), max_length=30, unique=True)
    position = models.PositiveSmallIntegerField(default=0)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["position"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        constraints: ClassVar = [_directory("region")]


class Circle(models.TextChoices):
    FIRST = "first", _("first circle")
    SECOND = "second", _("second circle")
    PRIVATE = "private", _("private")


class Institution(Named):
    """A partner of the collaboration: notifies, follows, or mediates, according to its circle.

    ``code`` and names are shown and nothing else: what an institution may and must do depends on its ``kind``.
    """

    code = models.CharField(_("Short name"), max_length=20, unique=True)
    short_name_fr = models.CharField(_("Short name (French)"), max_length=20, blank=True)
    kind = models.CharField(_("Kind of institution"), max_length=24, choices=InstitutionKind)
    circle = models.CharField(_("Circle"), max_length=10, choices=Circle)
    parent_service = models.CharField(_("Belongs to"), max_length=60, blank=True)  # DIHA, DSW …
    is_iiz_office = models.BooleanField(_("Is the IIZ office"), default=False)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["circle", "code"]
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="institution_has_a_known_kind",
                condition=models.Q(kind__in=InstitutionKind.values),
                violation_error_message=_("Choose what kind of institution it is."),
            ),
            _directory("institution", select="true"),  # a log-in shows for whom it acts
        ]

    @property
    def short_name(self) -> str:
        """RAV in German is ORP in French."""
        if (get_language() or "de").startswith("fr") and self.short_name_fr:
            return self.short_name_fr
        return self.code


class Office(Named):
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
        constraints: ClassVar = [_directory("office")]


class Staff(models.Model):
    """Somebody who works at an institution, with the roles they hold there.

    One account may have several entries, one for each institution it works for.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="staff_entries"
    )
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="staff")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="staff")
    first_name = models.CharField(_("First name"), max_length=100)
    last_name = models.CharField(_("Last name"), max_length=100)
    function = models.CharField(_("Function"), max_length=100, blank=True)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    roles = ArrayField(
        models.CharField(max_length=40, choices=[(role.value, role.label) for role in STAFF_ROLES]),
        verbose_name=_("Roles"),
        default=list,
        blank=True,
    )
    active_from = models.DateField(_("Works here from"), null=True, blank=True)
    active_until = models.DateField(_("Works here until"), null=True, blank=True)  # the last day

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["last_name", "first_name"]
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "institution"],
                name="staff_once_per_institution",
                violation_error_message=_("This account already works for this institution."),
            ),
            # The own entry is readable before anybody acts: that is how a log-in finds whom it acts as.
            RowPolicies(
                name="institutions_staff_row_policies",
                select="true",
                insert=_EDIT,
                update=_EDIT,
                delete=_EDIT,
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class ContactPerson(models.Model):
    """Who answers for an institution in a region, and who stands in."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="contact_persons")
    region = models.ForeignKey(Region, models.CASCADE, null=True, blank=True, related_name="contact_persons")
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="contact_for")
    deputy = models.ForeignKey(Staff, models.SET_NULL, null=True, blank=True, related_name="deputy_for")
    topics = models.CharField(_("Responsible for"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["institution", "region", "position"]
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution", "region", "staff"],
                nulls_distinct=False,
                name="contact_person_once_per_region",
                violation_error_message=_("This person is already a contact person there."),
            ),
            models.CheckConstraint(
                name="contact_person_is_not_own_deputy",
                condition=Q(deputy=None) | ~Q(deputy=F("staff")),
                violation_error_message=_("Nobody stands in for themselves: choose somebody else as deputy."),
            ),
            _directory("contactperson"),
        ]

    def __str__(self) -> str:
        return str(self.staff)


class Absence(models.Model):
    """Days on which a staff member is away; both days included."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="absences")
    first_day = models.DateField(_("First day"))
    last_day = models.DateField(_("Last day"))

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="absence_runs_forward",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The last day must not be before the first."),
            ),
            ExclusionConstraint(
                name="absence_no_overlap",
                expressions=[
                    (F("staff"), RangeOperators.EQUAL),
                    (
                        Func(
                            F("first_day"),
                            F("last_day"),
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("An absence is already entered for some of these days."),
            ),
            RowPolicies(
                name="institutions_absence_row_policies",
                select=anybody_acting(),
                insert=whoever_may("absence.edit") + " OR {table}.staff_id = (SELECT actor_staff())",
                update=whoever_may("absence.edit") + " OR {table}.staff_id = (SELECT actor_staff())",
                delete=whoever_may("absence.edit") + " OR {table}.staff_id = (SELECT actor_staff())",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day}–{self.last_day}"


class BodyKind(models.TextChoices):
    STEERING = "steering", _("steering group")
    DEVELOPMENT = "development", _("development and coordination body")
    LEGAL_COMMISSION = "legal_commission", _("legal commission")
    OFFICE = "office", _("IIZ office")


class Body(Named):
    """A body of the collaboration with members and terms."""

    code = models.SlugField(_("Code"), max_length=30, unique=True)
    kind = models.CharField(_("Kind"), max_length=20, choices=BodyKind)
    task = models.CharField(_("Task"), max_length=300, blank=True)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["name_de"]
        verbose_name = _("body")
        verbose_name_plural = _("bodies")
        constraints: ClassVar = [_directory("body")]


class BodyMember(models.Model):
    """A seat in a body for a term; ``term_until`` is the last day."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="members")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="seats")
    function = models.CharField(_("Function in the body"), max_length=100, blank=True)
    term_from = models.DateField(_("Term from"))
    term_until = models.DateField(_("Term until"), null=True, blank=True)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["body", "term_from"]
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="term_runs_forward",
                condition=Q(term_until=None) | Q(term_until__gte=F("term_from")),
                violation_error_message=_("The term must not end before it begins."),
            ),
            _directory("bodymember"),
        ]

    def __str__(self) -> str:
        return str(self.staff)


class Convention(models.Model):
    """A contract, directive or agreement between institutions, and whether it gives reciprocity."""

    title_de = models.CharField(_("Title (German)"), max_length=200)
    title_fr = models.CharField(_("Title (French)"), max_length=200)
    kind = models.CharField(_("Kind"), max_length=60)  # contract, directive, agreement
    parties = models.ManyToManyField(Institution, related_name="conventions", verbose_name=_("Parties"))
    starts_on = models.DateField(_("In force from"), null=True, blank=True)
    ends_on = models.DateField(_("In force until"), null=True, blank=True)
    gives_reciprocity = models.BooleanField(_("Gives reciprocity"), default=False)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["title_de"]
        verbose_name = _("convention")
        verbose_name_plural = _("conventions")
        constraints: ClassVar = [_directory("convention")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_fr if (get_language() or "de").startswith("fr") else self.title_de


class ServiceOffer(Named):
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
        constraints: ClassVar = [_directory("serviceoffer")]


class PartnerSystem(models.Model):
    """An institution's own system that comes in by the machine door, with a key of which only the hash is kept."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="partner_systems", verbose_name=_("Institution")
    )
    name = models.CharField(_("Name"), max_length=100)
    responsible = models.ForeignKey(
        Staff, models.PROTECT, related_name="partner_systems", verbose_name=_("Responsible person")
    )
    key_hash = models.CharField(max_length=64, unique=True)  # SHA-256; the key itself is 256 random bits
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)  # the last day
    ended_at = models.DateTimeField(_("Ended"), null=True, blank=True)  # before its last day
    last_used_at = models.DateTimeField(_("Last used"), null=True, blank=True)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        ordering: ClassVar = ["institution", "id"]
        verbose_name = _("partner's system")
        verbose_name_plural = _("partners' systems")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="partner_system_runs_forward",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("A key cannot end before it begins."),
            ),
            # A key finds its own system through the function beside (sql/partner_systems.sql), and nothing else.
            RowPolicies(name="institutions_partnersystem_row_policies", select=_EDIT, insert=_EDIT, update=_EDIT),
        ]

    def __str__(self) -> str:
        return self.name
