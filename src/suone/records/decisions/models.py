from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory, Power
from suone.ground.access.row_policies import RowPolicies, Stamp, granted, job, own_institution, own_staff
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.models import Institution
from suone.records.decisions.rules import State
from suone.records.dossiers.models import CaseBoundQuerySet, Dossier, RecordedQuerySet

Sentence = Any  # a lazy translation


def _nobody(decision: "Decision") -> Iterable[int | None]:
    return ()


def _nothing(acting: Acting, decision: "Decision") -> None:
    """The default: expiry has no further consequence."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request.

    ``title`` names it, ``to_answer`` and ``awaited`` are shown on the worklists of the two sides; ``address`` is the name
    of the URL where it is answered. ``concerned`` returns the staff members notified of the answer besides the requester;
    ``expired`` is called when nobody answered in time; a kind that does not ``expires`` waits for as long as it takes.
    """

    code: str
    title: Sentence
    to_answer: Sentence
    awaited: Sentence
    address: str
    concerned: Callable[["Decision"], Iterable[int | None]] = _nobody
    expired: Callable[[Acting, "Decision"], None] = _nothing
    expires: bool = True


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Register a kind of request, once, when its package is loaded."""
    _KINDS[kind.code] = kind


def kinds_that_wait() -> list[str]:
    """The codes of the kinds that do not expire."""
    return [kind.code for kind in _KINDS.values() if not kind.expires]


def kind_of(decision: "Decision") -> Kind:
    """The registered kind of a request; ``KeyError`` for an unknown one."""
    return _KINDS[decision.kind]


# The addressee sees the request but nothing of its case; the requester sees its outcome.
_ASKED = f"({own_institution('addressed_id')} OR {own_staff('addressed_staff_id')})"
_ASKING = own_institution("asked_institution_id")
_IS = "{table}.state IN ('%s')"
_NOT_ANSWERED, _ANSWERED = "pending', 'withdrawn", "pending', 'accepted', 'declined"


class Decision(models.Model):
    """A request that an institution answers by a day; the package that registered its kind acts on the answer."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="decisions")
    case_number = models.CharField(max_length=12)  # for whoever is asked and cannot open the case
    kind = models.CharField(max_length=40)  # the code of a registered kind: participation, hand-over, …
    asked_institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    addressed = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    addressed_staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(_("Answer by"))
    remind_on = models.DateField()
    reminded_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")

    objects = CaseBoundQuerySet["Decision"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes: ClassVar = [
            models.Index(name="decision_by_institution", fields=["asked_institution", "-id"]),
            models.Index(name="decision_to_institution", fields=["addressed", "-id"]),
            models.Index(name="decision_pending", fields=["addressed", "due_on"], condition=Q(state="pending")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="decision_answered_at_and_state_together",
                condition=Q(state="pending", answered_at=None) | ~Q(state="pending") & Q(answered_at__isnull=False),
                violation_error_message=_("A request is pending, or answered at a time."),
            ),
            RowPolicies(
                name="decisions_decision_row_policies",
                select=f"{granted(Power.READ)} OR {_ASKED} OR {_ASKING}",
                insert=f"({granted(Power.LEAD)}) AND {_ASKING} AND {_IS % 'pending'}",
                # The addressee answers, the lead withdraws or reminds, a job lets it expire: one transition only.
                before=_IS % "pending",
                update=f"{job()} OR ({granted(Power.LEAD)}) AND {_IS % _NOT_ANSWERED} OR {_ASKED} AND {_IS % _ANSWERED}",
                updates=("state", "answered_at", "answered_by", "reminded_at"),
            ),
            Stamp(name="decision_asked", at="asked_at", staff="asked_by", institution="asked_institution"),
            Stamp(name="decision_reminded", at="reminded_at"),
            Stamp(name="decision_answered", at="answered_at", staff="answered_by"),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"

    @property
    def title(self) -> str:
        """What kind of request it is."""
        return str(kind_of(self).title)

    @property
    def is_pending(self) -> bool:
        return self.state == State.PENDING

    @property
    def question(self) -> str:
        """What is asked, for whoever may still read it."""
        return self._text(RequestText.Part.QUESTION)

    @property
    def reason(self) -> str:
        """Why it was answered so, for whoever may still read it."""
        return self._text(RequestText.Part.REASON)

    def _text(self, part: str) -> str:
        return next((text.text for text in self.texts.all() if text.part == part), "")


def _of_request(condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM decisions_decision d WHERE d.id = {{table}}.decision_id AND {condition} OFFSET 0)"  # noqa: S608


_ASKED_AND_OPEN = (
    "((SELECT actor_kind()) = 'staff' AND "
    + _of_request("d.state = 'pending' AND d.addressed_id = (SELECT actor_institution())")
    + ")"
)
# A text belongs to the case of its request: nobody who leads another case writes to this request.
_IN_ITS_CASE = _of_request("d.dossier_id = {table}.dossier_id")
_BETWEEN = _of_request("(SELECT actor_institution()) IN (d.addressed_id, d.asked_institution_id)")


class RequestText(models.Model):
    """What was written in a request: the question, and the reason of the answer.

    The addressee reads it while the request is pending; afterwards it belongs to the case, and both sides read it as
    long as they may open the case. Of a request without an answer, only the row of the decision remains.
    """

    class Part(models.TextChoices):
        QUESTION = "question", _("What is asked of you")
        REASON = "reason", _("Reason")

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="texts")
    part = models.CharField(max_length=10, choices=Part)
    category = models.PositiveSmallIntegerField(choices=DataCategory, default=DataCategory.ADMINISTRATIVE)
    text = models.CharField(max_length=500)
    at = models.DateTimeField(db_default=Now())
    staff = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")

    objects = RecordedQuerySet["RequestText"].as_manager()

    personal_data: ClassVar[tuple[str, ...]] = ("text",)

    class Meta:
        verbose_name = _("text of a request")
        verbose_name_plural = _("texts of requests")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision", "part"],
                name="request_text_once_for_each_part",
                violation_error_message=_("This part has been written already."),
            ),
            RowPolicies(
                name="decisions_requesttext_row_policies",
                select=f"{granted(Power.READ, category='{table}.category', author='staff_id')}"
                f" OR (({granted(Power.READ)}) AND {_BETWEEN}) OR {_ASKED_AND_OPEN}",
                insert=f"{own_staff()} AND {own_institution()} AND {_IN_ITS_CASE}"
                f" AND (({granted(Power.LEAD)}) OR ({{table}}.part = 'reason' AND {_ASKED_AND_OPEN}))",
            ),
            Stamp(name="request_text_written", at="at", staff="staff", institution="institution"),
        ]

    def __str__(self) -> str:
        return f"{self.part} of request {self.decision_id}"
