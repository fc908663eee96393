"""What a plan is, how it becomes binding, and what differs between two versions. Pure: no clock, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.ground.access.errors import Refused

REMIND_AFTER = timedelta(days=7)


class Kind(models.TextChoices):
    """The kinds of plan; procedure files use the same codes (``procedures.schema.PLAN_KINDS``)."""

    INTEGRATION_PLAN = "integration_plan", gettext_lazy("Integration plan")
    ACTION_PLAN = "action_plan", gettext_lazy("Action plan")
    TARGET_AGREEMENT = "target_agreement", gettext_lazy("Target agreement")


class State(models.TextChoices):
    """How far a plan is, from its draft to the version that replaces it."""

    DRAFT = "draft", gettext_lazy("draft")
    IN_SIGNING = "in_signing", gettext_lazy("waiting for signatures")
    BINDING = "binding", gettext_lazy("binding")
    SUPERSEDED = "superseded", gettext_lazy("superseded")
    DROPPED = "dropped", gettext_lazy("discarded")


# The allowed state transitions. A binding plan is never edited: a change opens a new version.
MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.IN_SIGNING, State.DROPPED}),
    State.IN_SIGNING: frozenset({State.DRAFT, State.BINDING}),
    State.BINDING: frozenset({State.SUPERSEDED}),
    State.SUPERSEDED: frozenset(),
    State.DROPPED: frozenset(),
}
IN_THE_MAKING = frozenset({State.DRAFT, State.IN_SIGNING})
CURRENT = IN_THE_MAKING | {State.BINDING}


class EntryKind(models.TextChoices):
    """The sections of a plan that are written as text, in the order in which they are read."""

    SITUATION = "situation", gettext_lazy("Situation")
    DIFFICULTY = "difficulty", gettext_lazy("Difficulties")
    RESOURCE = "resource", gettext_lazy("Resources")
    GOAL = "goal", gettext_lazy("Goals")
    COMMITMENT = "commitment", gettext_lazy("Commitments of the person")


class MeasureState(models.TextChoices):
    """How far a measure is."""

    PLANNED = "planned", gettext_lazy("planned")
    RUNNING = "running", gettext_lazy("running")
    DONE = "done", gettext_lazy("done")
    BROKEN_OFF = "broken_off", gettext_lazy("broken off")


class SignatureState(models.TextChoices):
    """What became of a signature that a plan asks for."""

    WAITING = "waiting", gettext_lazy("still to sign")
    SIGNED = "signed", gettext_lazy("signed")
    DECLINED = "declined", gettext_lazy("declined")
    RELEASED = "released", gettext_lazy("no longer needed")  # of an institution that left the case meanwhile


class Form(models.TextChoices):
    """In what form somebody signed."""

    SCREEN = "screen", gettext_lazy("on screen")
    SCAN = "scan", gettext_lazy("as a scan")
    PAPER = "paper", gettext_lazy("on paper")


class Change(models.TextChoices):
    """How a line differs from the version before."""

    ADDED = "added", gettext_lazy("new")
    REMOVED = "removed", gettext_lazy("left out")
    CHANGED = "changed", gettext_lazy("changed")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a plan as it is compared: ``key`` is the same in every version, ``parts`` map a label to its text."""

    key: str
    section: str
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """The change of a line between two versions."""

    change: Change
    section: str
    before: Line | None
    after: Line | None

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """The parts that differ, as (label, text before, text after)."""
        before = dict(self.before.parts) if self.before else {}
        after = dict(self.after.parts) if self.after else {}
        labels = list(dict.fromkeys([*before, *after]))
        pairs = [(label, before.get(label, ""), after.get(label, "")) for label in labels]
        return [pair for pair in pairs if pair[1] != pair[2]]


def differences(before: Sequence[Line], after: Sequence[Line]) -> list[Difference]:
    """List removed lines in the order of the older version, then new and changed ones in the order of the newer."""
    old, new = {line.key: line for line in before}, {line.key: line for line in after}
    removed = [Difference(Change.REMOVED, line.section, line, None) for line in before if line.key not in new]
    others = [
        Difference(Change.CHANGED if line.key in old else Change.ADDED, line.section, old.get(line.key), line)
        for line in after
        if old.get(line.key) != line
    ]
    return removed + others


def can_move(now: State, then: State) -> bool:
    """Return whether a state transition is allowed."""
    return then in MOVES[now]


def check_can_move(now: State, then: State) -> None:
    """Check a state transition; raises ``Refused`` naming both states."""
    if not can_move(now, then):
        raise Refused(
            _("A plan that is %(now)s cannot become %(then)s.") % {"now": State(now).label, "then": State(then).label}
        )


def check_can_edit(state: State) -> None:
    """Raise ``Refused`` unless the plan is a draft: signed versions never change."""
    if state == State.IN_SIGNING:
        raise Refused(_("The plan is out for signature: withdraw it before you change it."))
    if state != State.DRAFT:
        raise Refused(_("This version can no longer be changed: open a new version of the plan."))


def check_can_begin(*, has_draft: bool, has_binding: bool) -> None:
    """Check that no version is in preparation and none binding; raises ``Refused`` otherwise."""
    if has_draft:
        raise Refused(_("A version of this plan is already being prepared: continue with that one."))
    if has_binding:
        raise Refused(_("There is a binding plan: change it, which opens a new version."))


def check_can_put_up(*, goals: int, measures: int, closed_to: Sequence[str]) -> None:
    """Check that a plan can be submitted for signature: goals, measures, and access for every signing institution.

    ``closed_to`` names the institutions that cannot work in the case. Raises ``Refused`` otherwise.
    """
    if not goals:
        raise Refused(_("Add at least one goal before you submit the plan for signature."))
    if not measures:
        raise Refused(_("Add at least one measure before you submit the plan for signature."))
    if closed_to:
        raise Refused(
            _("These institutions take part but cannot work in the case: %(names)s. Record a consent that names them.")
            % {"names": ", ".join(closed_to)}
        )


def check_can_sign(*, form: Form, has_file: bool, needs_file: bool, signed_on: date, put_up_on: date, on: date) -> None:
    """Check that a signature is dated between the submission and ``on``, and has a scan or drawing where its form needs one.

    Raises ``Refused`` otherwise.
    """
    if signed_on < put_up_on:
        raise Refused(
            _("The plan was submitted for signature on %(day)s: nobody can have signed it before.")
            % {"day": f"{put_up_on:%d.%m.%Y}"}
        )
    if signed_on > on:
        raise Refused(_("A signature cannot be in the future."))
    if form == Form.SCAN and not has_file:
        raise Refused(_("Add the signed page as a scan."))
    if form == Form.SCREEN and needs_file and not has_file:
        raise Refused(_("Let the person sign on the screen."))


def check_reason(reason: str) -> None:
    """Raise ``Refused`` unless a reason is given."""
    if not reason.strip():
        raise Refused(_("Give a reason, so that others can understand the decision."))


def check_days(from_on: date | None, until_on: date | None) -> None:
    """Raise ``Refused`` when the last day is before the first; both may be unknown."""
    if from_on and until_on and until_on < from_on:
        raise Refused(_("The last day must not be before the first."))


def is_binding(states: Sequence[SignatureState]) -> bool:
    """A plan binds once everybody who is still there has signed; without anybody it binds nobody."""
    needed = [state for state in states if state != SignatureState.RELEASED]
    return bool(needed) and all(state == SignatureState.SIGNED for state in needed)


def reminder_due(*, put_up_on: date, reminded: bool, on: date) -> bool:
    """A week after the plan was put up, once."""
    return not reminded and on >= put_up_on + REMIND_AFTER


def review_day(from_on: date | None, until_on: date | None, *, on: date) -> date | None:
    """The day on which a measure is best reviewed: in the middle of its second half, tomorrow at the earliest.

    ``None`` once it is over, and without both days: in the second half of a work training the review meeting is held
    (ZESO 1/2009, «Vom Praktikum zur Anstellung»).
    """
    if from_on is None or until_on is None or until_on <= on:
        return None
    return max(until_on - (until_on - from_on) / 4, on + timedelta(days=1))
