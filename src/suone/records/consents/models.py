from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.ground.access.categories import DataCategory, Power, categories_in
from suone.ground.access.row_policies import RowPolicies, Stamp, granted, job, own_institution, own_staff
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.consents import rules
from suone.records.documents.models import Document
from suone.records.dossiers.models import CaseBoundQuerySet, Dossier

# The person signs for these recipients: none can be added to a consent recorded in another transaction.
_SIGNED_WITH = (
    "EXISTS (SELECT 1 FROM consents_consent c WHERE c.id = {table}.consent_id AND c.dossier_id = {table}.dossier_id"
    " AND c.recorded_in = (SELECT actor_transaction()))"
)
# A consent in force covers what it names for the recipient, even categories that the recording actor may not read.
_OF_CONSENT = (
    "({table}.basis = 'consent' AND EXISTS (SELECT 1 FROM consents_consentrecipient r"
    " JOIN consents_consent c ON c.id = r.consent_id WHERE r.consent_id = {table}.consent_id"
    " AND r.dossier_id = {table}.dossier_id AND r.institution_id = {table}.recipient_id AND c.withdrawn_at IS NULL"
    " AND ({table}.categories & ~r.categories) = 0))"
)
# On any other basis, actors disclose only what they may read. Hand-overs have their own check.
_ON_ANOTHER_BASIS = (
    "({table}.basis NOT IN ('consent', 'hand-over', 'clearing-of-doubts', 'youth-notice')"
    " AND ({table}.categories & ~dossiers_categories_open({table}.dossier_id)) = 0)"
)


class SignatureForm(models.TextChoices):
    PAPER = "paper", _("signed on paper")
    SCREEN = "screen", _("signed on screen")


class Grantor(models.TextChoices):
    PERSON = "person", _("the person")
    REPRESENTATIVE = "representative", _("a legal representative")


class ConsentQuerySet(CaseBoundQuerySet["Consent"]):
    def valid(self, *, on: date) -> Self:
        """Begun, not ended, not withdrawn."""
        return self.filter(withdrawn_at=None, valid_from__lte=on, valid_until__gte=on)


class Consent(models.Model):
    """A person's authorisation: for one case, one purpose, named recipients and categories, from one day to another.

    Both days are included. Withdrawal works at once; it never touches the person's ordinary benefits.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="consents")
    purpose = models.CharField(_("Purpose in this case"), max_length=300)
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"))
    is_recurring = models.BooleanField(_("Recurring exchange (otherwise once)"), default=True)
    oral_allowed = models.BooleanField(_("Also by word of mouth"), default=True)
    grantor = models.CharField(_("Given by"), max_length=20, choices=Grantor, default=Grantor.PERSON)
    grantor_name = models.CharField(_("Name of the legal representative"), max_length=150, blank=True)
    language = models.CharField(_("Language of the form"), max_length=2, choices=settings.PERSON_LANGUAGES)
    template_version = models.CharField(max_length=20)
    signature_form = models.CharField(_("Signature"), max_length=10, choices=SignatureForm)
    signed_on = models.DateField(_("Signed on"))
    signed_at_place = models.CharField(_("Place"), max_length=100, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    renews = models.ForeignKey("self", models.PROTECT, null=True, related_name="renewed_by")
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_in = models.BigIntegerField(db_default=Func(function="actor_transaction"))
    recorded_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    recorded_institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    warned_days = models.PositiveSmallIntegerField(null=True)  # the nearest warning given so far
    expiry_notified_at = models.DateTimeField(null=True)

    objects = ConsentQuerySet.as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("purpose", "grantor_name", "signed_at_place", "document")

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="consent_period_runs_forward",
                condition=Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                name="consent_withdrawn_at_and_by_together",
                condition=Q(withdrawn_at=None, withdrawn_by=None) | Q(withdrawn_at__isnull=False),
                violation_error_message=_("A withdrawal has a time."),
            ),
            models.CheckConstraint(
                name="consent_representative_is_named",
                condition=Q(grantor="person") | ~Q(grantor_name=""),
                violation_error_message=_("Name the legal representative who signed."),
            ),
            RowPolicies(
                name="consents_consent_row_policies",
                select=granted(Power.READ),
                insert=f"({granted(Power.LEAD)}) AND {{table}}.withdrawn_at IS NULL",
                # The signed terms never change; only consents_withdraw() records a withdrawal.
                update=job(),
                updates=("warned_days", "expiry_notified_at"),
            ),
            Stamp(
                name="consent_recorded",
                at="recorded_at",
                staff="recorded_by",
                institution="recorded_institution",
                transaction="recorded_in",
            ),
            Stamp(name="consent_expiry_notified", at="expiry_notified_at"),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"

    def state(self, on: date) -> rules.State:
        return rules.state_of(
            valid_from=self.valid_from, valid_until=self.valid_until, is_withdrawn=self.withdrawn_at is not None, on=on
        )


class ConsentRecipient(models.Model):
    """Who may read which categories under a consent: those signed, and those left after narrowing."""

    consent = models.ForeignKey(Consent, models.PROTECT, related_name="recipients")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    signed_categories = models.BigIntegerField()
    categories = models.BigIntegerField()

    objects = CaseBoundQuerySet["ConsentRecipient"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["consent", "institution", "staff"], nulls_distinct=False, name="recipient_once_per_consent"
            ),
            RowPolicies(
                name="consents_consentrecipient_row_policies",
                select=granted(Power.READ),
                # No UPDATE: only consents_narrow() removes categories.
                insert=f"({granted(Power.LEAD)}) AND {{table}}.categories = {{table}}.signed_categories"
                f" AND {_SIGNED_WITH}",
            ),
        ]

    def __str__(self) -> str:
        return f"recipient {self.pk}"

    @property
    def category_labels(self) -> list[str]:
        return [str(category.label) for category in categories_in(self.categories)]


class DisclosureForm(models.TextChoices):
    ACCESS = "access", _("access to the case")
    ORAL = "oral", _("by word of mouth")
    WRITTEN = "written", _("in writing")
    EXPORT = "export", _("as an export")


class Disclosure(models.Model):
    """The record that personal data went to another institution: basis, purpose, giver, recipient, categories, time."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="disclosures")
    basis = models.CharField(_("Legal basis"), max_length=40)  # a code of legal_bases.toml
    purpose = models.CharField(_("Purpose"), max_length=300)
    form = models.CharField(_("Form"), max_length=10, choices=DisclosureForm)
    giver = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    giver_staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    recipient = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("Recipient"))
    recipient_staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    categories = models.BigIntegerField()
    conditions = ArrayField(models.CharField(max_length=40), default=list)  # confirmed by the giver
    consent = models.ForeignKey(Consent, models.PROTECT, null=True, related_name="disclosures")
    access_until = models.DateField(_("Access until"), null=True)
    at = models.DateTimeField(db_default=Now())
    inform_until = models.DateField(null=True)  # set if the legal basis has a duty to inform the person
    informed_at = models.DateTimeField(null=True)
    informed_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")

    objects = CaseBoundQuerySet["Disclosure"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("purpose",)

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="disclosure_informed_at_and_by_together",
                condition=Q(informed_at=None, informed_by=None)
                | Q(informed_at__isnull=False, informed_by__isnull=False),
                violation_error_message=_("Who informed the person, and when, belong together."),
            ),
            RowPolicies(
                name="consents_disclosure_row_policies",
                select=granted(Power.READ),
                insert=f"({granted(Power.READ)}) AND {own_institution('giver_id')} AND {own_staff('giver_staff_id')}"
                f" AND ({_OF_CONSENT} OR {_ON_ANOTHER_BASIS})",
                update=granted(Power.WRITE),
                updates=("informed_at", "informed_by"),
                before="{table}.informed_at IS NULL",
            ),
            Stamp(name="disclosure_made", at="at"),
            Stamp(name="disclosure_informed", at="informed_at", staff="informed_by"),
        ]

    def __str__(self) -> str:
        return f"disclosure {self.pk}"

    @property
    def category_labels(self) -> list[str]:
        return [str(DataCategory(category).label) for category in categories_in(self.categories)]
