"""The states of a case, its vocabulary, and what is checked before an act. Pure: no clock, no database."""

from collections.abc import Collection
from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.canton.instruments.rules import full_months
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Refused


class State(models.TextChoices):
    """The states of a case. A canton's phases map onto them, and reports use them."""

    NOTIFIED = "notified", gettext_lazy("notified")
    IN_TRIAGE = "in_triage", gettext_lazy("in triage")
    ACTIVE = "active", gettext_lazy("active")
    SUSPENDED = "suspended", gettext_lazy("suspended")
    IN_AFTERCARE = "in_aftercare", gettext_lazy("in aftercare")
    CLOSED = "closed", gettext_lazy("closed")
    REJECTED = "rejected", gettext_lazy("rejected")
    WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")


# The allowed state transitions; the diagram in docs is drawn from this table.
MOVES: dict[State, frozenset[State]] = {
    State.NOTIFIED: frozenset({State.IN_TRIAGE, State.ACTIVE, State.REJECTED, State.WITHDRAWN}),
    State.IN_TRIAGE: frozenset({State.ACTIVE, State.REJECTED, State.WITHDRAWN}),
    State.ACTIVE: frozenset({State.SUSPENDED, State.IN_AFTERCARE, State.CLOSED}),
    State.SUSPENDED: frozenset({State.ACTIVE, State.CLOSED}),
    State.IN_AFTERCARE: frozenset({State.ACTIVE, State.CLOSED}),
    State.CLOSED: frozenset({State.ACTIVE}),
    State.REJECTED: frozenset({State.IN_TRIAGE}),
    State.WITHDRAWN: frozenset({State.IN_TRIAGE}),
}
OPEN_STATES = frozenset({State.NOTIFIED, State.IN_TRIAGE, State.ACTIVE, State.SUSPENDED, State.IN_AFTERCARE})


class Level(models.TextChoices):
    """How much coordination a case needs, as triage decides (practice in Valais)."""

    SIMPLE = "simple", gettext_lazy("simple")
    NETWORK = "network", gettext_lazy("network")
    COMPLEX = "complex", gettext_lazy("complex")


class RiskFactor(models.TextChoices):
    """What front-line workers note when they notify a case."""

    HEALTH = "health", gettext_lazy("uncertain health")
    ADDICTION = "addiction", gettext_lazy("addiction")
    ILLITERACY = "illiteracy", gettext_lazy("reading and writing")
    FINANCES = "finances", gettext_lazy("finances, debts")
    EDUCATION = "education", gettext_lazy("low level of education")
    LANGUAGE = "language", gettext_lazy("local language")
    FAMILY = "family", gettext_lazy("family, childcare")
    HOUSING = "housing", gettext_lazy("housing")
    ISOLATION = "isolation", gettext_lazy("isolation")
    MOBILITY = "mobility", gettext_lazy("mobility")
    JUSTICE = "justice", gettext_lazy("justice")
    LONG_UNEMPLOYMENT = "long_unemployment", gettext_lazy("long-term unemployment")


class Education(models.TextChoices):
    """The highest education completed, asked at notification."""

    NONE = "none", gettext_lazy("none completed")
    UPPER_SECONDARY = "upper_secondary", gettext_lazy("upper secondary")
    TERTIARY = "tertiary", gettext_lazy("tertiary")
    UNKNOWN = "unknown", gettext_lazy("not known")


# "Uncertain health" is a consequence for capacity, which partners need to know; diagnoses and findings are health data
# and never a risk factor (ATSG Art. 47 para 2).
RISK_CATEGORIES = {
    RiskFactor.HEALTH: DataCategory.EMPLOYMENT,
    RiskFactor.ADDICTION: DataCategory.ADDICTION,
    RiskFactor.ILLITERACY: DataCategory.EDUCATION,
    RiskFactor.FINANCES: DataCategory.FINANCES,
    RiskFactor.EDUCATION: DataCategory.EDUCATION,
    RiskFactor.LANGUAGE: DataCategory.EDUCATION,
    RiskFactor.FAMILY: DataCategory.FAMILY,
    RiskFactor.HOUSING: DataCategory.FAMILY,
    RiskFactor.ISOLATION: DataCategory.NETWORK,
    RiskFactor.MOBILITY: DataCategory.EMPLOYMENT,
    RiskFactor.JUSTICE: DataCategory.JUSTICE,
    RiskFactor.LONG_UNEMPLOYMENT: DataCategory.EMPLOYMENT,
}
# The question to the office concerns employment by default (default of this product).
QUESTION_CATEGORY = DataCategory.EMPLOYMENT


class Outcome(models.TextChoices):
    """What a case led to, recorded when it is closed."""

    PRIMARY_MARKET = "primary_market", gettext_lazy("work in the primary labour market")
    INTERNSHIP = "internship", gettext_lazy("internship or work trial with prospect")
    TRAINING = "training", gettext_lazy("education or training")
    SECOND_MARKET = "second_market", gettext_lazy("work in the supplementary labour market")
    SOCIAL = "social", gettext_lazy("social integration")
    BENEFITS = "benefits", gettext_lazy("claims clarified, benefits granted")
    STABILISED = "stabilised", gettext_lazy("situation stabilised")
    NONE = "none", gettext_lazy("goals not reached")
    # Says nothing of goals; recorded by its own act alone (agreement SMZ–IV, no. 4).
    STOPPED = "stopped", gettext_lazy("stopped without hand-over")


class ClosingReason(models.TextChoices):
    """Why a case is closed."""

    GOALS_REACHED = "goals_reached", gettext_lazy("goals reached")
    NETWORK_ENOUGH = "network_enough", gettext_lazy("support in the network is enough")
    PERSON_ENDS = "person_ends", gettext_lazy("the person ends the collaboration")
    MOVED = "moved", gettext_lazy("moved away")
    DIED = "died", gettext_lazy("the person has died")  # default of this product; no source in hand names it
    NO_POTENTIAL = "no_potential", gettext_lazy("no potential for integration at present")
    OTHER = "other", gettext_lazy("other reason")


def check_case_manager(staff_id: int, *, pool: Collection[int], reason: str) -> None:
    """Check that the case manager is of the region's pool, if it has one, or that a reason is given; ``Refused`` otherwise.

    The pool designates one of its members (annual report 2024 of the Valais, «Begriffe», Case Management IIZ).
    """
    if pool and staff_id not in pool and not reason.strip():
        raise Refused(_("The case manager comes from the pool of the region: give the reason for another choice."))


class TimelineKind(models.TextChoices):
    """Filters of the timeline; events of no other kind belong to the course of the case."""

    NOTES = "notes", gettext_lazy("Notes")
    WORK_ITEMS = "work_items", gettext_lazy("Work items")
    DOCUMENTS = "documents", gettext_lazy("Documents")
    CONSENTS = "consents", gettext_lazy("Consents and disclosures")
    COURSE = "course", gettext_lazy("Course of the case")


# The object type of an event → its kind.
TIMELINE_KINDS = {
    "note": TimelineKind.NOTES,
    "workitem": TimelineKind.WORK_ITEMS,
    "document": TimelineKind.DOCUMENTS,
    "consent": TimelineKind.CONSENTS,
    "disclosure": TimelineKind.CONSENTS,
}


class NoteKind(models.TextChoices):
    """What a note records."""

    NOTE = "note", gettext_lazy("note")
    CALL = "call", gettext_lazy("telephone call")
    MEETING = "meeting", gettext_lazy("conversation, meeting")
    PLAN = "plan", gettext_lazy("plan, goals")


def load(led: int, percentage: int) -> int:
    """Return how many open cases somebody leads per full post, rounded."""
    return (led * 100 + percentage // 2) // percentage


def can_move(now: State, then: State) -> bool:
    """Return whether the transition between two states is allowed."""
    return then in MOVES[now]


def risk_factors_in(categories: Collection[DataCategory]) -> list[RiskFactor]:
    """List the risk factors that belong to these data categories, in their fixed order."""
    return [risk for risk in RiskFactor if RISK_CATEGORIES[risk] in categories]


def check_can_move(now: State, then: State) -> None:
    """Check a state transition; raises ``Refused`` naming both states."""
    if not can_move(now, then):
        raise Refused(
            _("A case that is %(now)s cannot become %(then)s.") % {"now": State(now).label, "then": State(then).label}
        )


EARLY_MONTHS = 6  # annual report 2024 of the Valais, "Früherkennung": strictly less than six months


def notified_early(first_contact_on: date | None, notified_on: date) -> bool | None:
    """Whether a case was notified in less than six months from the first contact; None where that day is not known.

    Measured to the notification, whatever day it is now. The instrument of early detection counts the same months.
    """
    if first_contact_on is None or first_contact_on > notified_on:
        return None
    return full_months(first_contact_on, notified_on) < EARLY_MONTHS


def check_first_contact(first_contact_on: date | None, *, on: date) -> None:
    """Raise ``Refused`` when the first contact lies after ``on``; it may be unknown."""
    if first_contact_on is not None and first_contact_on > on:
        raise Refused(_("The first contact cannot be in the future."))


def check_reason(reason: str) -> None:
    """Raise ``Refused`` unless a reason is given."""
    if not reason.strip():
        raise Refused(_("Give a reason, so that others can understand the decision."))


def check_can_ask(*, institution_id: int, taking_part: Collection[int], asked: Collection[int]) -> None:
    """Check that an institution neither takes part nor has a pending request; raises ``Refused`` otherwise.

    ``taking_part`` and ``asked`` hold institution ids.
    """
    if institution_id in taking_part:
        raise Refused(_("This institution already takes part."))
    if institution_id in asked:
        raise Refused(_("This institution has already been asked and has not answered yet."))
