"""The case file, who may open it, and what happened in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Expression, F, Func, Q, Value
from django.db.models.functions import Coalesce, Now
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from suone.ground.access.acting import Acting, Kind
from suone.ground.access.categories import ALL_CATEGORIES, HEALTH_BIT, DataCategory, Power, categories_in
from suone.ground.access.row_policies import RowPolicies, Stamp, granted, job, own_institution, own_staff, permitted
from suone.ground.audit.shown import Shows
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.persons.models import Person

M = TypeVar("M", bound=models.Model, covariant=True)


# "Until further notice" as a value, so that a period is always two timestamps and comparable.
FOR_EVER = "9999-12-31T00:00:00Z"


class CaseBoundQuerySet(models.QuerySet[M]):
    """Rows that belong to a case: the application's filter, the first of the two locks (the policies are the second).

    ``case_column`` names the row's case; ``category_column`` its data category, where it has one; ``category`` that of a
    table whose rows are all of one; ``mask_column`` the categories of a row that was made of several, and needs them all;
    ``author_columns`` the appointments that recorded the row, and read it whatever its category.
    """

    case_column = "dossier_id"
    author_columns: ClassVar[Sequence[str]] = ()
    category: ClassVar[DataCategory | None] = None
    mask_column: ClassVar[str] = ""

    def readable_by(self, acting: Acting, *, category_column: str = "") -> Self:
        """What a grant in force makes readable to the acting person, for their institution or for themselves."""
        if acting.kind is Kind.JOB:
            return self
        if acting.kind is not Kind.STAFF:
            return self.none()
        columns = {"case": F(self.case_column)}
        institution, staff = acting.own_institution_id, acting.own_staff_id
        if self.mask_column:
            columns["mask"] = F(self.mask_column)
            return self.filter(OfRow(_ALL_OPEN, columns, (institution, staff)))
        asked = [] if self.category is None else [f"(opening.categories & {self.category.bit}) <> 0"]
        if category_column:
            columns["category"] = F(category_column)
            asked.append("(opening.categories & (1::bigint << {category})) <> 0")
        authors = self.author_columns if asked else ()
        columns |= {column: F(column) for column in authors}
        own = "".join(f" OR {{{column}}} = %s" for column in authors)
        covered = "".join(f" AND ({category}{own})" for category in asked)
        mine = [staff] * len(authors) * len(asked)
        found = (
            f"EXISTS (SELECT 1 {_IN_FORCE} AND opening.{who}_id = %s{covered})" for who in ("institution", "staff")
        )
        return self.filter(OfRow(" OR ".join(found), columns, (institution, *mine, staff, *mine)))


class StatementClock(Func):
    """The database's clock at this statement, the same one the row policies ask."""

    template = "statement_timestamp()"
    output_field = models.DateTimeField()


_IN_FORCE = (
    "FROM dossiers_grant opening WHERE opening.dossier_id = {case}"
    " AND opening.valid_from <= statement_timestamp() AND opening.valid_until > statement_timestamp()"
)
_ALL_OPEN = (
    f"{{mask}} = ({{mask}} & (SELECT bit_or(opening.categories) {_IN_FORCE}"
    " AND (opening.institution_id = %s OR opening.staff_id = %s)))"
)


class OfRow(Expression):
    """A condition on a row as one piece of SQL, with ``{name}`` for its columns and ``%s`` for values.

    Nested querysets would say the same, and pages would spend a third of their time on building them.
    """

    output_field = models.BooleanField()

    def __init__(self, template: str, columns: Mapping[str, F], values: tuple[int, ...]) -> None:
        super().__init__()
        self.template, self.values = template, values
        self.columns: dict[str, Any] = dict(columns)

    def get_source_expressions(self) -> list[Any]:
        return list(self.columns.values())

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.columns = dict(zip(self.columns, exprs, strict=True))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[int, ...]]:
        columns = {name: compiler.compile(column)[0] for name, column in self.columns.items()}
        return f"({self.template.format_map(columns)})", self.values


class DossierQuerySet(CaseBoundQuerySet["Dossier"]):
    case_column = "pk"


class RecordedQuerySet(CaseBoundQuerySet[M]):
    """Rows that name the appointment that recorded them."""

    author_columns = ("staff_id",)


class AdministrativeQuerySet(RecordedQuerySet[M]):
    category = DataCategory.ADMINISTRATIVE


class Dossier(models.Model):
    """A case as a thing that can be opened: whoever holds a grant in force may open it, nobody else.

    Locking its row (``select_for_update``) serialises whatever several people complete together.
    """

    number = models.CharField(_("Case number"), max_length=12, unique=True)  # 2026-0412
    person = models.ForeignKey(Person, models.PROTECT, related_name="dossiers")
    opened_at = models.DateTimeField(db_default=Now())
    handed_over_at = models.DateTimeField(null=True)  # by whoever notified it: their own notification opens it no more
    receiver = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")  # the IIZ office without one
    version = models.PositiveIntegerField(default=1)

    objects = DossierQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("person",)
    shows: ClassVar = Shows(case="pk")

    class Meta:
        verbose_name = _("case file")
        verbose_name_plural = _("case files")
        constraints: ClassVar = [
            # No INSERT: a case file opens through dossiers_open(), which writes its first grant with it.
            RowPolicies(
                name="dossiers_dossier_row_policies",
                select=granted(Power.READ, column="id"),
                # To read is enough for locking it: whoever learns of a withdrawal records it, one act at a time.
                update=granted(Power.READ, column="id"),
                updates=("version",),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def who(self) -> str:
        """The person's name and year of birth; nothing for whoever may not read who it is."""
        return self._in_particulars("who")

    @property
    def sort_name(self) -> str:
        """The name by which lists are sorted; nothing for whoever may not read who it is."""
        return self._in_particulars("sort_name")

    def _in_particulars(self, name: str) -> str:
        particulars = getattr(self, "particulars", None)  # no row for whoever may not read it
        return str(getattr(particulars, name)) if particulars else ""


class Numbering(models.Model):
    """The last case number given out in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        # No condition at all: only dossiers_open() counts.
        constraints: ClassVar = [RowPolicies(name="dossiers_numbering_row_policies")]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class OpeningAct(models.TextChoices):
    """The kinds of act that open a grant, in words; the table dossiers_act has them with what they allow."""

    NOTIFICATION = "notification", _("own notification")
    CONSENT = "consent", _("consent")
    DISCLOSURE = "disclosure", _("disclosure on a legal basis")
    HAND_OVER = "hand_over", _("accepted hand-over")
    MEDICAL_MANDATE = "medical_mandate", _("medical mandate")
    BREAK_GLASS = "break_glass", _("emergency opening")


class Grant(models.Model):
    """Who may reach which case, which categories, with which power, from when until when, because of which act.

    The one truth of access: row policies and the application's filters read nothing else. Opened and ended by acts
    only, in the same transaction. One row per case, principal and opening act, so that the end of one act never closes
    what another opened. ``categories`` is a bit mask of ``DataCategory``; the period is half open.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="grants", db_index=False)
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+", db_index=False)
    staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+", db_index=False)
    categories = models.BigIntegerField()
    power = models.PositiveSmallIntegerField(choices=Power)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(default=FOR_EVER)
    because = models.CharField(max_length=20, choices=OpeningAct)
    because_id = models.BigIntegerField()
    legal_basis = models.CharField(max_length=40)
    opened_at = models.DateTimeField(db_default=Now())

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        indexes: ClassVar = [
            *(
                models.Index(
                    name=f"grant_{first}_{second}",
                    fields=[first, second],
                    include=["valid_from", "valid_until", "categories", "power"],
                    condition=Q(**{f"{principal}__isnull": False}),
                )
                for principal in ("institution", "staff")
                for first, second in (("dossier", principal), (principal, "dossier"))
            ),
            models.Index(name="grant_because", fields=["because", "because_id"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="grant_to_institution_or_staff",
                condition=Q(institution__isnull=False, staff=None) | Q(institution=None, staff__isnull=False),
                violation_error_message=_("Access goes to an institution or to one staff member."),
            ),
            models.CheckConstraint(
                name="grant_period_runs_forward",
                condition=Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("Access must not end before it begins."),
            ),
            models.CheckConstraint(
                name="grant_categories_are_known",
                condition=Q(categories__gt=0, categories__lte=ALL_CATEGORIES),
                violation_error_message=_("Name at least one data category."),
            ),
            # ATSG Art. 47 para 2: medical content is for the medical officer.
            models.CheckConstraint(
                name="grant_health_to_staff_only",
                condition=Q(staff__isnull=False) | Q(Exact(F("categories").bitand(HEALTH_BIT), 0)),
                violation_error_message=_("Health is opened to one staff member, never to an institution."),
            ),
            ExclusionConstraint(
                name="grant_no_overlapping_duplicate",
                expressions=[
                    (F("dossier"), RangeOperators.EQUAL),
                    (Coalesce(F("institution"), Value(0)), RangeOperators.EQUAL),
                    (Coalesce(F("staff"), Value(0)), RangeOperators.EQUAL),
                    (F("because"), RangeOperators.EQUAL),
                    (F("because_id"), RangeOperators.EQUAL),
                    (Func(F("valid_from"), F("valid_until"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This act has already opened access for the same period."),
            ),
            # Written by dossiers_follow() only, for functions that ask for the power to do so.
            # The test is wrapped in coalesce(), or the planner multiplies two estimates and goes astray.
            RowPolicies(
                name="dossiers_grant_row_policies",
                select=f"coalesce({job()} OR {own_institution()} OR {own_staff()}, false)",
            ),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk} on {self.dossier_id}"

    @property
    def category_labels(self) -> list[str]:
        return [str(category.label) for category in categories_in(self.categories)]


# A line of the timeline in the name of whoever acts, for acts of packages above that concern somebody outside the case.
IN_OWN_NAME = f"{own_staff()} AND {own_institution()}"


class Event(models.Model):
    """A line of the case's timeline: who did what, when, in which data category."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="events", db_index=False)
    at = models.DateTimeField(db_default=Now())
    act = models.CharField(max_length=60)
    category = models.PositiveSmallIntegerField(choices=DataCategory, default=DataCategory.ADMINISTRATIVE)
    staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")
    # The colleague who is away, where a deputy acts.
    on_behalf_of = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.BigIntegerField(null=True)
    text = models.CharField(max_length=300, blank=True)  # a title or reason, in the language it was written in
    text_language = models.CharField(max_length=2, blank=True)
    texts = models.JSONField(null=True)  # the text by language, where a file gave it: then the language is empty

    objects = RecordedQuerySet["Event"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("text",)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [models.Index(name="event_dossier_at", fields=["dossier", "-id"])]
        constraints: ClassVar = [
            RowPolicies(
                name="dossiers_event_row_policies",
                select=granted(Power.READ, category="{table}.category", author="staff_id"),
                # Always in one's own name. What somebody outside adds by answering is declared with the request.
                insert=f"({granted(Power.READ)}) AND ({job()} OR {IN_OWN_NAME})",
            ),
            Stamp(name="event_written", at="at", staff="staff", institution="institution"),
        ]

    def __str__(self) -> str:
        return f"{self.act} in {self.dossier_id}"


class Visit(models.Model):
    """When a staff member last had a case open: the timeline marks what came since."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+")
    staff = models.ForeignKey(Appointment, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    before = models.DateTimeField(null=True)  # the visit before this one

    # A page opened again within ten minutes belongs to the same visit.
    LASTS: ClassVar = timedelta(minutes=10)

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "dossier"], name="visit_once_per_staff_and_case"),
            RowPolicies(
                name="dossiers_visit_row_policies",
                select=f"{job()} OR {own_staff()}",
                insert=own_staff(),
                update=own_staff(),
                updates=("at", "before"),
                delete=job(),
            ),
            Stamp(name="visit_made", at="at", staff="staff"),
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"

    def is_over(self, *, at: datetime) -> bool:
        return at - self.at > self.LASTS

    def before_this_one(self, *, at: datetime) -> datetime | None:
        """When the case was open the last time, for somebody who opens it now."""
        return self.at if self.is_over(at=at) else self.before


class Emergency(models.Model):
    """A case opened in an emergency ("break-glass"): by whom, why, until when."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="emergencies")
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()
    reason = models.CharField(max_length=500)

    data_category: ClassVar[DataCategory] = DataCategory.ADMINISTRATIVE
    personal_data: ClassVar[tuple[str, ...]] = ("reason",)

    class Meta:
        constraints: ClassVar = [
            # No INSERT: dossiers_break_glass() writes the row and its grant together.
            RowPolicies(
                name="dossiers_emergency_row_policies",
                select=granted(Power.READ, category=str(DataCategory.ADMINISTRATIVE.value), author="staff_id")
                + f" OR {permitted('audit.read')}",
            ),
        ]

    def __str__(self) -> str:
        return f"emergency {self.pk}"
