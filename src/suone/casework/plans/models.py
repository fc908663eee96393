import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.casework.plans.rules import EntryKind, Form, Kind, MeasureState, SignatureState, State
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, Stamp, granted, own_institution
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, ServiceOffer
from suone.records.documents.models import Document
from suone.records.dossiers.models import CaseBoundQuerySet, Dossier, RecordedQuerySet


def _while_plan_is(*states: State) -> str:
    """Return the policy for contributors while the row's plan, of the same case, is in one of these states."""
    allowed = ", ".join(f"'{state.value}'" for state in states)
    own_plan = "p.id = {table}.plan_id AND p.dossier_id = {table}.dossier_id"
    return (
        f"({granted(Power.WRITE)}) AND EXISTS (SELECT 1 FROM plans_plan p WHERE {own_plan} AND p.state IN ({allowed}))"  # noqa: S608
    )


_RELEASED = (
    "{table}.state = 'released' AND NOT EXISTS (SELECT 1 FROM cases_participant p"
    " WHERE p.dossier_id = {table}.dossier_id AND p.institution_id = {table}.institution_id"
    " AND p.state = 'taking_part')"
)


class Plan(models.Model):
    """One version of a plan, from draft through signing until a newer version replaces it."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="plans")
    kind = models.CharField(_("Kind"), max_length=20, choices=Kind)
    number = models.PositiveSmallIntegerField()  # the version within case and kind
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # the version it was copied from
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    # Each submission for signature starts a new round; signatures of earlier rounds no longer count.
    round = models.PositiveSmallIntegerField(default=0)
    review_on = models.DateField(_("Review on"), null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True)  # when the day of the next review was set while the plan binds
    language = models.CharField(max_length=2)
    begun_at = models.DateTimeField(db_default=Now())
    begun_by = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    put_up_on = models.DateField(null=True)
    put_up_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    binding_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseBoundQuerySet["Plan"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dossier", "kind", "number"],
                name="plan_version_once",
                violation_error_message=_("This version of the plan exists already."),
            ),
            models.UniqueConstraint(
                fields=["dossier", "kind"],
                condition=Q(state__in=["draft", "in_signing"]),
                name="plan_one_in_the_making",
                violation_error_message=_("A version of this plan is already being prepared: continue with that one."),
            ),
            models.UniqueConstraint(
                fields=["dossier", "kind"],
                condition=Q(state="binding"),
                name="plan_one_binding",
                violation_error_message=_("Only one version of a plan is binding at a time."),
            ),
            models.CheckConstraint(
                name="plan_binding_since_a_day",
                condition=Q(state__in=["binding", "superseded"], binding_on__isnull=False)
                | Q(state__in=["draft", "in_signing", "dropped"], binding_on=None),
                violation_error_message=_("A binding plan has the date from which it is binding."),
            ),
            models.CheckConstraint(
                name="plan_put_up_on_and_by_together",
                condition=Q(put_up_on=None, put_up_by=None) | Q(put_up_on__isnull=False, put_up_by__isnull=False),
                violation_error_message=_("Who submitted the plan for signature, and when, are recorded together."),
            ),
            RowPolicies(
                name="plans_plan_row_policies",
                select=granted(Power.READ),
                insert=f"({granted(Power.WRITE)}) AND {{table}}.state = 'draft'",
                # A trigger allows few moves; putting up and binding are functions (sql/plans.sql).
                update=granted(Power.WRITE),
                updates=("state", "review_on", "reviewed_at", "version"),
            ),
            Stamp(name="plan_begun", at="begun_at", staff="begun_by"),
            Stamp(name="plan_put_up", at="put_up_on", staff="put_up_by"),
            Stamp(name="plan_bound", at="binding_on"),
            Stamp(name="plan_reviewed", at="reviewed_at"),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT


class Entry(models.Model):
    """A text entry of a plan, in a data category: the situation, a goal, a commitment of the person."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="entries")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    line = models.UUIDField(default=uuid.uuid4)  # the same through all versions
    kind = models.CharField(max_length=12, choices=EntryKind)
    category = models.PositiveSmallIntegerField(_("Data category"), choices=DataCategory)
    text = models.TextField(_("Text"))
    language = models.CharField(max_length=2)
    version = models.PositiveIntegerField(default=1)

    objects = CaseBoundQuerySet["Entry"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("text",)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "line"],
                name="entry_once_per_version",
                violation_error_message=_("This line is already in the plan."),
            ),
            RowPolicies(
                name="plans_entry_row_policies",
                select=granted(Power.READ, category="{table}.category"),
                insert=_while_plan_is(State.DRAFT),
                update=_while_plan_is(State.DRAFT),
                updates=("kind", "category", "text", "language", "version"),
                delete=_while_plan_is(State.DRAFT),
            ),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"


class Measure(models.Model):
    """A measure of a plan: who provides it, from which catalogue, at whose expense, in which period.

    A trigger (sql/plans.sql) keeps the agreed terms as they were signed; only state and result still change.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="measures")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    line = models.UUIDField(default=uuid.uuid4)
    # By its line instead of a foreign key: the goal may be unreadable to those who remove it or copy the plan.
    goal_line = models.UUIDField(null=True)
    category = models.PositiveSmallIntegerField(_("Data category"), choices=DataCategory)
    title = models.CharField(_("Measure"), max_length=300)
    language = models.CharField(max_length=2)
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="+", verbose_name=_("Responsible institution")
    )
    staff = models.ForeignKey(
        Appointment, models.PROTECT, null=True, related_name="+", verbose_name=_("Responsible person")
    )
    offer = models.ForeignKey(
        ServiceOffer, models.PROTECT, null=True, related_name="+", verbose_name=_("From the catalogue")
    )
    payer = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+", verbose_name=_("Who pays"))
    payer_text = models.CharField(_("About the payment"), max_length=200, blank=True)
    from_on = models.DateField(_("From"), null=True)
    until_on = models.DateField(_("Until"), null=True)
    state = models.CharField(_("State"), max_length=12, choices=MeasureState, default=MeasureState.PLANNED)
    result = models.TextField(_("Result"), blank=True)
    # Reported to the procedure: a phase may exclude such measures.
    is_for_labour_market = models.BooleanField(_("Labour-market measure or placement"), default=False)
    version = models.PositiveIntegerField(default=1)

    objects = CaseBoundQuerySet["Measure"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("title", "payer_text", "result")

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "line"],
                name="measure_once_per_version",
                violation_error_message=_("This line is already in the plan."),
            ),
            models.CheckConstraint(
                name="measure_runs_forward",
                condition=Q(from_on=None) | Q(until_on=None) | Q(until_on__gte=F("from_on")),
                violation_error_message=_("The last day must not be before the first."),
            ),
            RowPolicies(
                name="plans_measure_row_policies",
                select=granted(Power.READ, category="{table}.category"),
                insert=_while_plan_is(State.DRAFT),
                # Also during signing: the progress of a measure continues from the previous version.
                update=_while_plan_is(State.DRAFT, State.IN_SIGNING, State.BINDING),
                updates=(
                    "goal_line",
                    "category",
                    "title",
                    "language",
                    "institution",
                    "staff",
                    "offer",
                    "payer",
                    "payer_text",
                    "from_on",
                    "until_on",
                    "state",
                    "result",
                    "is_for_labour_market",
                    "version",
                ),
                delete=_while_plan_is(State.DRAFT),
            ),
        ]

    def __str__(self) -> str:
        return f"measure {self.pk}"


class SignerNameQuerySet(RecordedQuerySet["SignerName"]):
    category = DataCategory.IDENTITY


class Signature(models.Model):
    """A signature required in a round of signing: by an institution, or without one by the person.

    The reason for declining is recorded only in the timeline, in its data category.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="signatures")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=SignatureState, default=SignatureState.WAITING)
    staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")  # who is asked, then who signed
    form = models.CharField(_("How"), max_length=10, choices=Form, blank=True)
    signed_on = models.DateField(_("Signed on"), null=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    reminded_at = models.DateTimeField(null=True)

    objects = CaseBoundQuerySet["Signature"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("document",)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        indexes: ClassVar = [
            models.Index(name="signature_waiting", fields=["plan", "round"], condition=Q(state="waiting")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "round", "institution"],
                nulls_distinct=False,
                name="signature_once_per_party",
                violation_error_message=_("Each party signs a plan once."),
            ),
            models.CheckConstraint(
                name="signature_with_day_form_and_recorder",
                condition=~Q(state="signed")
                | Q(signed_on__isnull=False, recorded_at__isnull=False, recorded_by__isnull=False) & ~Q(form=""),
                violation_error_message=_("A signature has a day, a form, and somebody who recorded it."),
            ),
            RowPolicies(
                name="plans_signature_row_policies",
                select=granted(Power.READ),
                # Who has to sign is written by plans_put_up, who signed by a trigger (sql/plans.sql). Nobody signs or
                # declines for another institution; any contributor may record a reminder, or that an institution no
                # longer taking part need not sign.
                update=f"({granted(Power.WRITE)}) AND ({{table}}.state = 'waiting' OR {{table}}.institution_id IS NULL"
                f" OR {own_institution()} OR {_RELEASED})",
                updates=("state", "form", "signed_on", "document", "reminded_at"),
                before="{table}.state = 'waiting'",
            ),
            Stamp(name="signature_reminded", at="reminded_at"),
        ]

    def __str__(self) -> str:
        return f"signature {self.pk}"

    @property
    def party(self) -> str:
        """The signing party as shown to readers."""
        return self.institution.name if self.institution else str(_("The person"))


class SignerName(models.Model):
    """Who signed in place of the party, such as a parent or a guardian: that says who the person is."""

    signature = models.OneToOneField(Signature, models.PROTECT, primary_key=True, related_name="signed_instead")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    name = models.CharField(_("Name of whoever signed instead"), max_length=150)
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")  # who recorded it

    objects = SignerNameQuerySet.as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.IDENTITY
    personal_data: ClassVar[tuple[str, ...]] = ("name",)

    class Meta:
        verbose_name = _("name of a signer")
        verbose_name_plural = _("names of signers")
        constraints: ClassVar = [
            RowPolicies(
                name="plans_signername_row_policies",
                select=granted(Power.READ, category=str(DataCategory.IDENTITY.value), author="staff_id"),
                insert=granted(Power.WRITE),
            ),
            Stamp(name="signer_named", staff="staff"),
        ]

    def __str__(self) -> str:
        return f"signer of {self.signature_id}"
