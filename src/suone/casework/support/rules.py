"""The kinds of support service, the work items each one sets, and the states it passes through. Pure: no clock, no database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from suone.canton.procedures.facts import Fact
from suone.ground.access.categories import DataCategory, mask_of
from suone.ground.access.errors import Refused
from suone.organisation.institutions.kinds import InstitutionKind


class Kind(models.TextChoices):
    """The support services of the IIZ office. Procedure files use the same codes."""

    ROUND_TABLE = "round_table", gettext_lazy("Round table")
    ASSESSMENT = "assessment", gettext_lazy("Assessment")
    COACHING = "coaching", gettext_lazy("Coaching RAV–SMZ")
    CASE_MANAGEMENT = "case_management", gettext_lazy("Case management")
    MEDICAL_MANDATE = "medical_mandate", gettext_lazy("Medical mandate")


class Variant(models.TextChoices):
    """The two kinds of coaching (directive RAV–SMZ)."""

    TANDEM = "tandem", gettext_lazy("tandem: RAV adviser and social worker")
    INTENSIVE = "intensive", gettext_lazy("intensive coaching")


class State(models.TextChoices):
    """How far a service is."""

    ORDERED = "ordered", gettext_lazy("ordered")
    RUNNING = "running", gettext_lazy("under way")
    COMPLETED = "completed", gettext_lazy("completed")
    CANCELLED = "cancelled", gettext_lazy("cancelled")


class CoachingOutcome(models.TextChoices):
    """How a coaching ended, for the figures of the year."""

    REINTEGRATED = "reintegrated", gettext_lazy("reintegrated")
    CONTINUED = "continued", gettext_lazy("continued by another service or institution")
    NOT_REINTEGRATED = "not_reintegrated", gettext_lazy("not reintegrated")
    BROKEN_OFF = "broken_off", gettext_lazy("broken off")


class Part(models.TextChoices):
    """What a text about a service is. Each part is stored in its own data category."""

    QUESTION = "question", gettext_lazy("What it should find out")
    RESULT = "result", gettext_lazy("Result")
    FINDINGS = "findings", gettext_lazy("Medical findings")
    CONSEQUENCES = "consequences", gettext_lazy("Consequences for fitness and capacity")
    RESTRICTIONS = "restrictions", gettext_lazy("Restrictions at work")
    REASON = "reason", gettext_lazy("Reason")


# The allowed state transitions.
MOVES: dict[State, frozenset[State]] = {
    State.ORDERED: frozenset({State.RUNNING, State.COMPLETED, State.CANCELLED}),
    State.RUNNING: frozenset({State.COMPLETED, State.CANCELLED}),
    State.COMPLETED: frozenset(),
    State.CANCELLED: frozenset(),
}
OPEN_STATES = frozenset({State.ORDERED, State.RUNNING})
# Completed by the meeting at which they take place.
HELD_AT_MEETINGS = frozenset({Kind.ROUND_TABLE, Kind.ASSESSMENT})
# What a medical officer needs: identity, the question about work, and the health compartment.
MANDATE_CATEGORIES = mask_of(
    [DataCategory.IDENTITY, DataCategory.EMPLOYMENT, DataCategory.HEALTH, DataCategory.ADMINISTRATIVE]
)

EXPLANATIONS: dict[Kind, Promise] = {
    Kind.ROUND_TABLE: gettext_lazy(
        "Professionals of several institutions evaluate the whole situation, normally without the person, and give recommendations and mandates."
    ),
    Kind.ASSESSMENT: gettext_lazy(
        "Contact persons, notifying worker and a medical officer evaluate situation and resources with the person; it ends in a target agreement."
    ),
    Kind.COACHING: gettext_lazy(
        "Unemployment insurance and social assistance support the person together: as a tandem, or intensively when the benefits are exhausted."
    ),
    Kind.CASE_MANAGEMENT: gettext_lazy(
        "One case manager answers for continuous support across the institutions and draws up the integration plan with them."
    ),
    Kind.MEDICAL_MANDATE: gettext_lazy(
        "A medical officer clarifies fitness and capacity. The findings stay with the medical officer; partners read only the consequences."
    ),
}


@dataclass(frozen=True, slots=True)
class Task:
    """A work item that a service sets, due after ``days`` calendar days. The title is a msgid: each reader sees their language."""

    title: str
    days: int
    settled_by: Fact  # a procedure may wait for the same fact: both then share one item


# The service's own work items, set when it is ordered.
TASKS: dict[tuple[Kind, str], tuple[Task, ...]] = {
    (Kind.ROUND_TABLE, ""): (Task(gettext_noop("Convene the round table"), 14, Fact.ROUND_TABLE_HELD_ON),),
    (Kind.ASSESSMENT, ""): (Task(gettext_noop("Convene the assessment meeting"), 14, Fact.ASSESSMENT_HELD_ON),),
    (Kind.COACHING, Variant.TANDEM): (
        Task(gettext_noop("Draw up the integration plan in the tandem"), 30, Fact.PLAN_BINDING_ON),
        Task(gettext_noop("Bring the tandem to the intervision"), 90, Fact.INTERVISION_HELD_ON),
    ),
    (Kind.COACHING, Variant.INTENSIVE): (
        Task(gettext_noop("Draw up the integration plan of the intensive coaching"), 14, Fact.PLAN_BINDING_ON),
        Task(gettext_noop("Bring the coaching to the intervision"), 60, Fact.INTERVISION_HELD_ON),
    ),
    (Kind.CASE_MANAGEMENT, ""): (),
    (Kind.MEDICAL_MANDATE, ""): (Task(gettext_noop("Carry out the medical mandate"), 60, Fact.MEDICAL_REPORT_ON),),
}
# Case management starts once its case manager is named.
NAMING = Task(gettext_noop("Name the case manager"), 7, Fact.CASE_MANAGER_NAMED)
PLANNING = Task(gettext_noop("Draw up the integration plan with the institutions"), 30, Fact.PLAN_BINDING_ON)


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind of service to choose from; ``is_foreseen`` when the phase of the case's procedure names it."""

    kind: Kind
    explanation: str
    is_foreseen: bool


def offers(foreseen: Collection[str]) -> list[Offer]:
    """List every kind of service, those named by the current phase first.

    ``foreseen`` holds the codes of the kinds that the phase names.
    """
    every = [Offer(kind, str(EXPLANATIONS[kind]), kind.value in foreseen) for kind in Kind]
    return sorted(every, key=lambda offer: not offer.is_foreseen)


def check_can_order(
    *,
    kind: Kind,
    variant: str,
    institutions: Sequence[str],
    level: str,
    is_case_active: bool,
    has_consent: bool,
    is_medical_officer: bool,
    open_kinds: Collection[str],
) -> None:
    """Check that a service may be ordered in an active case with the people its kind requires.

    ``institutions`` are the kinds of institution of the people responsible, in their order; ``level`` is that of the case,
    ``open_kinds`` the kinds that are ordered or under way. Raises ``Refused`` with the reason, among others when a medical mandate lacks a medical officer
    or a consent that names them (ATSG Art. 33; DSG Art. 6 para 7).
    """
    if not is_case_active:
        raise Refused(_("Services can only be ordered in an active case: triage or resume it first."))
    if kind is Kind.CASE_MANAGEMENT and kind in open_kinds:
        raise Refused(_("The case already has case management: complete it before you order it again."))
    _check_coaching(kind, variant, institutions, level)
    if kind is Kind.MEDICAL_MANDATE:
        if not is_medical_officer:
            raise Refused(_("Choose a medical officer: nobody else may read medical content."))
        # Medical content is passed on: the person must have consented (ATSG Art. 33, DSG Art. 6 para 7).
        if not has_consent:
            raise Refused(consent_needed())


def consent_needed() -> str:
    """Return the refusal shown when no valid consent names the medical officer and the health category."""
    return _(
        "A medical mandate needs a valid consent that names its medical officer and health: let the person sign one first."
    )


# Whose joint, coordinated support a coaching is, in either form (annual report 2024 of the Valais, «Begriffe»).
COACHING_SIDES = frozenset({InstitutionKind.UNEMPLOYMENT_INSURANCE, InstitutionKind.SOCIAL_ASSISTANCE})
# One of the five kinds of service for complex cases (annual report 2024 of the Valais, «Die Leistungen in Zahlen»).
COACHING_LEVEL = "complex"


def _check_coaching(kind: Kind, variant: str, institutions: Sequence[str], level: str) -> None:
    if kind is not Kind.COACHING:
        if variant or len(institutions) > 1:
            raise Refused(_("Only coaching has a variant and a second person responsible."))
        return
    if level != COACHING_LEVEL:
        raise Refused(_("Coaching is for complex cases: change the level of the case first."))
    if variant not in Variant.values:
        raise Refused(_("Choose whether the coaching is a tandem or intensive."))
    if len(institutions) != len(COACHING_SIDES) or set(institutions) != COACHING_SIDES:
        raise Refused(_("Name both sides of the coaching: a RAV adviser and a social worker."))


def check_can_move(now: State, then: State) -> None:
    """Check a state transition against ``MOVES``; raises ``Refused`` naming both states."""
    if then not in MOVES[now]:
        raise Refused(
            _("A service that is %(now)s cannot become %(then)s.")
            % {"now": State(now).label, "then": State(then).label}
        )


def check_can_start(kind: Kind, *, has_case_manager: bool) -> None:
    """Check that case management has a case manager before it starts; raises ``Refused`` otherwise."""
    if kind is Kind.CASE_MANAGEMENT and not has_case_manager:
        raise Refused(_("Name the case manager first: case management starts with them."))


def check_can_complete(kind: Kind, *, result: str, outcome: str) -> None:
    """Check that a service is completed with a result, and coaching also with an outcome.

    ``outcome`` is a code of ``CoachingOutcome``, empty for every other kind. Raises ``Refused`` when either is missing,
    and for a medical mandate, which only its report completes.
    """
    if kind is Kind.MEDICAL_MANDATE:
        raise Refused(_("A medical mandate is completed by the medical officer's report."))
    if kind is Kind.COACHING and outcome not in CoachingOutcome.values:
        raise Refused(_("Say how the coaching ended: the outcome counts for the year's figures."))
    if kind is not Kind.COACHING and outcome:
        raise Refused(_("Only a coaching is closed with an outcome."))
    if not result.strip():
        raise Refused(_("Write the result in a sentence or two: the others rely on it."))


def check_can_report(kind: Kind, *, is_named_officer: bool, findings: str, consequences: str) -> None:
    """Check that the named medical officer reports findings and consequences.

    Partners read only the consequences (ATSG Art. 47 para 2). Raises ``Refused`` for anybody else and for missing parts.
    """
    if kind is not Kind.MEDICAL_MANDATE:
        raise Refused(_("Only a medical mandate has a medical report."))
    if not is_named_officer:
        raise Refused(_("Only the medical officer who holds the mandate can write its report."))
    if not findings.strip() or not consequences.strip():
        raise Refused(_("Write the findings and, separately, the consequences that partners read."))


class Counted(models.TextChoices):
    """What of a kind of service the year's figure counts."""

    HELD = "held", gettext_lazy("held in the year")
    UNDER_WAY = "under_way", gettext_lazy("under way in the year, if only for a part of it")
    REPORTED = "reported", gettext_lazy("with a report written in the year")
    BEGUN = "begun", gettext_lazy("begun in the year")


# Round tables organised, coachings and medical mandates carried out, case managements activated: annual report 2024 of the
# Valais, «Die Leistungen in Zahlen». It prints no number of assessments: that they are counted as held is a default.
COUNTED: dict[Kind, Counted] = {
    Kind.ROUND_TABLE: Counted.HELD,
    Kind.ASSESSMENT: Counted.HELD,
    Kind.COACHING: Counted.UNDER_WAY,
    Kind.CASE_MANAGEMENT: Counted.BEGUN,
    Kind.MEDICAL_MANDATE: Counted.REPORTED,
}


def check_reason(reason: str) -> None:
    """Raise ``Refused`` unless a reason is given."""
    if not reason.strip():
        raise Refused(_("Give a reason, so that others can understand the decision."))


def access_end_after_report(*, opened_until: datetime, look_back_until: datetime) -> datetime:
    """Return when the officer's access ends after the report: a look-back period, never beyond the mandate's own access."""
    return min(opened_until, look_back_until)


def share_reintegrated(*, closed: int, reintegrated: int) -> float | None:
    """Return the share of closed coachings that ended in reintegration (0 to 1), or ``None`` when none was closed."""
    return reintegrated / closed if closed else None
