from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.canton.procedures.facts import CODES, Fact
from suone.casework.handovers.rules import GIVER_OF_MISSED, Constellation, NoticeKind
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import (
    AdditionalInsertPolicy,
    RowPolicies,
    Stamp,
    granted,
    job,
    own_institution,
    own_staff,
)
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution, Office
from suone.records.consents.models import Consent
from suone.records.decisions.models import Decision
from suone.records.decisions.rules import State
from suone.records.dossiers.models import IN_OWN_NAME, AdministrativeQuerySet, CaseBoundQuerySet, Dossier

_OWN = own_institution("sender_id")
# Sender and accepting receiver read a hand-over only as long as they have access to the case.
_SENT = f"({_OWN} AND ({granted(Power.READ)}))"
_IS = "EXISTS (SELECT 1 FROM decisions_decision d WHERE d.id = {{table}}.decision_id AND d.state = '{}')"
_ASKED = (
    f"({own_institution('receiver_id')} AND"
    f" ({_IS.format('pending')} OR ({_IS.format('accepted')} AND ({granted(Power.READ)}))))"
)
# The disclosures of a hand-over: identity and message, recorded by the sender; then the access given, recorded by whoever
# accepts, in the same transaction.
_DISCLOSED = (
    "EXISTS (SELECT 1 FROM handovers_handover h WHERE h.dossier_id = {table}.dossier_id"
    " AND h.sender_id = {table}.giver_id AND h.sender_staff_id = {table}.giver_staff_id"
    " AND h.receiver_id = {table}.recipient_id AND h.basis = {table}.basis"
    " AND h.consent_id IS NOT DISTINCT FROM {table}.consent_id"
    " AND (h.sender_staff_id = (SELECT actor_staff()) AND {table}.form <> 'access'"
    " AND ({table}.categories & ~(1 | (1::bigint << h.category))) = 0"
    " OR h.receiver_id = (SELECT actor_institution()) AND h.accepted_in = (SELECT actor_transaction())"
    " AND ({table}.categories & ~h.categories) = 0))"
)


class Handover(models.Model):
    """A proposal to hand a person over to another institution, or to support them together.

    Its ``decision`` says whether it is pending, accepted, declined or expired. The sender stays responsible until it is
    accepted.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="handovers")
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="handover")
    sender = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    sender_staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("To which institution"))
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+", verbose_name=_("Office"))
    receiver_staff = models.ForeignKey(
        Appointment, models.PROTECT, null=True, related_name="+"
    )  # asked, then responsible
    constellation = models.CharField(_("Constellation"), max_length=1, choices=Constellation)
    between = models.CharField(max_length=10)  # under which agreement: a code of the fact handover_between
    category = models.PositiveSmallIntegerField(choices=DataCategory, default=DataCategory.EMPLOYMENT)
    message = models.TextField(_("What it is about"), blank=True)
    language = models.CharField(max_length=2)
    basis = models.CharField(_("Legal basis"), max_length=40)  # a code of legal_bases.toml
    consent = models.ForeignKey(Consent, models.PROTECT, null=True, related_name="+")
    categories = models.BigIntegerField()  # what the receiver will be able to read, at most
    overlap_until = models.DateField(_("Both follow until"), null=True)
    proposed_on = models.DateField()
    naming_at = models.DateTimeField(null=True)  # when the receiver said that somebody will be named
    accepted_at = models.DateTimeField(null=True)
    accepted_in = models.BigIntegerField(null=True)  # the transaction
    access_until = models.DateTimeField(null=True)  # of the receiver; 9999-12-31 stands for unlimited
    sender_until = models.DateTimeField(null=True)  # until when the sender may still contribute
    sender_categories = models.BigIntegerField(null=True)  # what the sender could read before, and until then
    sender_left_at = models.DateTimeField(null=True)

    objects = CaseBoundQuerySet["Handover"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("message",)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        indexes: ClassVar = [
            models.Index(name="handover_of_case", fields=["dossier", "-id"]),
            models.Index(name="handover_by_year", fields=["proposed_on", "sender", "receiver"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="handover_between_two",
                condition=~Q(sender=F("receiver")),
                violation_error_message=_("Choose an institution other than your own."),
            ),
            models.CheckConstraint(
                name="handover_without_health",
                condition=Q(categories__gt=0, categories__lt=1 << len(DataCategory))
                & ~Q(category=DataCategory.HEALTH.value),
                violation_error_message=_("A hand-over passes data, but no medical content."),
            ),
            models.CheckConstraint(
                name="handover_on_consent_names_it",
                condition=Q(basis="consent", consent__isnull=False) | ~Q(basis="consent") & Q(consent=None),
                violation_error_message=_("A hand-over on a consent names the consent."),
            ),
            models.CheckConstraint(
                name="handover_sender_stops_once_accepted",
                condition=Q(sender_until=None) | Q(accepted_at__isnull=False, constellation="3"),
                violation_error_message=_("Only an accepted direct hand-over ends the sender's part."),
            ),
            RowPolicies(
                name="handovers_handover_row_policies",
                select=f"{granted(Power.READ, category='{table}.category')} OR {_SENT} OR {_ASKED}",
                insert=f"({granted(Power.LEAD)}) AND {_OWN} AND {{table}}.accepted_at IS NULL"
                " AND {table}.accepted_in IS NULL AND {table}.access_until IS NULL AND {table}.sender_until IS NULL",
                # The receiver names who follows the person; only handovers_open() and handovers_end() set the periods of
                # access.
                update=f"{job()} OR ({own_institution('receiver_id')} AND ({_IS.format('pending')} OR {_IS.format('accepted')}))",
                updates=("receiver_staff", "naming_at", "sender_left_at"),
            ),
            Stamp(name="handover_proposed", at="proposed_on", staff="sender_staff", institution="sender"),
            Stamp(name="handover_naming", at="naming_at"),
            Stamp(name="handover_sender_left", at="sender_left_at"),
            # The answer is recorded in the timeline even when its author has no access to the case.
            AdditionalInsertPolicy(
                name="handovers_handover_event",
                into="dossiers_event",
                condition=f"{IN_OWN_NAME} AND {{table}}.object_type = 'handover'"
                f" AND {{table}}.category = {DataCategory.ADMINISTRATIVE.value}"
                " AND handovers_tells({table}.object_id, {table}.dossier_id, {table}.act)",
            ),
            AdditionalInsertPolicy(
                name="handovers_handover_discloses", into="consents_disclosure", condition=_DISCLOSED
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over {self.pk}"

    @property
    def is_direct(self) -> bool:
        """Whether the sender stops and the lead passes to the receiver."""
        return self.constellation == Constellation.HANDS_OVER

    @property
    def is_pending(self) -> bool:
        return self.decision.state == State.PENDING

    @property
    def agreement(self) -> str:
        """The name of the agreement."""
        return str(CODES[Fact.HANDOVER_BETWEEN].get(self.between, self.between))


# Who follows the person at the receiver now: also a colleague who took the case over.
_FOLLOWS = (
    f"({own_institution('receiver_id')} AND ("  # noqa: S608
    "EXISTS (SELECT 1 FROM cases_participant p WHERE p.dossier_id = {table}.dossier_id"
    " AND p.institution_id = {table}.receiver_id AND p.state = 'taking_part' AND p.staff_id = (SELECT actor_staff()))"
    " OR EXISTS (SELECT 1 FROM cases_assignment s WHERE s.dossier_id = {table}.dossier_id AND s.function = 'lead'"
    " AND s.valid_until IS NULL AND s.staff_id = (SELECT actor_staff()))))"
)


class CooperationNotice(models.Model):
    """What an IV coordinator writes to the social worker about uncooperative behaviour or missed appointments.

    Readable by the two of them and by whoever takes over the receiver's case, and by nobody else who follows the person:
    it must not reach those who impose sanctions.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="cooperation_notices")
    kind = models.CharField(_("What happened"), max_length=13, choices=NoticeKind)
    measure = models.CharField(_("In which measure or clarification of the IV"), max_length=200)
    text = models.TextField(_("What happened, and when"))
    language = models.CharField(max_length=2)
    giver = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    giver_staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    receiver_staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now())

    personal_data: ClassVar[tuple[str, ...]] = ("measure", "text")

    class Meta:
        verbose_name = _("notice on cooperation")
        verbose_name_plural = _("notices on cooperation")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="cooperation_notice_to_another",
                condition=~Q(giver=F("receiver")),
                violation_error_message=_("Choose an institution other than your own."),
            ),
            RowPolicies(
                name="handovers_cooperationnotice_row_policies",
                select=f"{job()} OR {own_staff('giver_staff_id')} OR {own_staff('receiver_staff_id')} OR {_FOLLOWS}",
                insert=f"({granted(Power.WRITE)}) AND {own_staff('giver_staff_id')} AND {own_institution('giver_id')}",
            ),
            Stamp(name="cooperation_notice_given", at="given_at", staff="giver_staff", institution="giver"),
        ]

    def __str__(self) -> str:
        return f"notice on cooperation {self.pk}"


_OF_THE_IV = (
    f"({own_institution()} AND EXISTS (SELECT 1 FROM institutions_institution i"  # noqa: S608
    f" WHERE i.id = {{table}}.institution_id AND i.kind = '{GIVER_OF_MISSED.value}'))"
)


class Adviser(models.Model):
    """Whom the person names to the IV as supporting them at another institution (agreement SMZ–IV, introduction).

    ``workplace`` is their institution in the directory, ``workplace_text`` one that is not in it.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="advisers")
    name = models.CharField(_("Name"), max_length=100)
    workplace = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Institution")
    )
    workplace_text = models.CharField(_("Institution, if it is not in the list"), max_length=100, blank=True)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    at = models.DateTimeField(db_default=Now())
    staff = models.ForeignKey(Appointment, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")

    objects = AdministrativeQuerySet["Adviser"].as_manager()

    data_category: ClassVar[DataCategory] = DataCategory.ADMINISTRATIVE
    personal_data: ClassVar[tuple[str, ...]] = ("name", "workplace", "workplace_text", "phone", "email")

    class Meta:
        verbose_name = _("adviser named by the person")
        verbose_name_plural = _("advisers named by the person")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="adviser_of_one_institution",
                condition=Q(workplace__isnull=False, workplace_text="") | Q(workplace=None) & ~Q(workplace_text=""),
                violation_error_message=_("Choose the institution, or write it if it is not in the list."),
            ),
            RowPolicies(
                name="handovers_adviser_row_policies",
                select=granted(Power.READ, category=str(DataCategory.ADMINISTRATIVE.value), author="staff_id"),
                insert=f"({granted(Power.WRITE)}) AND {_OF_THE_IV}",
                update=f"({granted(Power.WRITE)}) AND {own_institution()}",
                updates=("removed_at", "removed_by"),
                before="{table}.removed_at IS NULL",
            ),
            Stamp(name="adviser_named", at="at", staff="staff", institution="institution"),
            Stamp(name="adviser_removed", at="removed_at", staff="removed_by"),
        ]

    def __str__(self) -> str:
        return f"adviser {self.pk}"

    @property
    def of(self) -> str:
        """The institution, in the reader's language where the directory has it."""
        return self.workplace.name if self.workplace else self.workplace_text
