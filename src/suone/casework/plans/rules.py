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
    """The codes a procedure uses (``procedures.schema.PLAN_KINDS``)."""

    INTEGRATION_PLAN = "integration_plan", gettext_lazy("Integration plan")
    ACTION_PLAN = "action_plan", gettext_lazy("Action plan")
    TARGET_AGREEMENT = "target_agreement", gettext_lazy("Target agreement")


class State(models.TextChoices):
    DRAFT = "draft", gettext_lazy("draft")
    IN_SIGNING = "in_signing", gettext_lazy("waiting for signatures")
    BINDING = "binding", gettext_lazy("binding")
    SUPERSEDED = "superseded", gettext_lazy("superseded")
    DROPPED = "dropped", gettext_lazy("discarded")


# From where to where, and nothing else. A binding plan is never edited: a change opens a new version.
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
    PLANNED = "planned", gettext_lazy("planned")
    RUNNING = "running", gettext_lazy("running")
    DONE = "done", gettext_lazy("done")
    BROKEN_OFF = "broken_off", gettext_lazy("broken off")


class SignatureState(models.TextChoices):
    WAITING = "waiting", gettext_lazy("still to sign")
    SIGNED = "signed", gettext_lazy("signed")
    DECLINED = "declined", gettext_lazy("declined")
    RELEASED = "released", gettext_lazy("no longer needed")  # of an institution that left the case meanwhile


class Form(models.TextChoices):
    SCREEN = "screen", gettext_lazy("on screen")
    SCAN = "scan", gettext_lazy("as a scan")
    PAPER = "paper", gettext_lazy("on paper")


class Change(models.TextChoices):
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
    """What became of a line between two versions."""

    change: Change
    section: str
    before: Line | None
    after: Line | None

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """Label, text before and text after of every part that differs."""
        before = dict(self.before.parts) if self.before else {}
        after = dict(self.after.parts) if self.after else {}
        labels = list(dict.fromkeys([*before, *after]))
        pairs = [(label, before.get(label, ""), after.get(label, "")) for label in labels]
        return [pair for pair in pairs if pair[1] != pair[2]]


def differences(before: Sequence[Line], after: Sequence[Line]) -> list[Difference]:
    """What was left out, in the order of the older version; then what is new or changed, in the order of the newer."""
    old, new = {line.key: line for line in before}, {line.key: line for line in after}
    removed = [Difference(Change.REMOVED, line.section, line, None) for line in before if line.key not in new]
    others = [
        Difference(Change.CHANGED if line.key in old else Change.ADDED, line.section, old.get(line.key), line)
        for line in after
        if old.get(line.key) != line
    ]
    return removed + others


def can_move(now: State, then: State) -> bool:
    """Whether a plan in one state may go to another."""
    return then in MOVES[now]


def check_can_move(now: State, then: State) -> None:
    if not can_move(now, then):
        raise Refused(
            _("A plan that is %(now)s cannot become %(then)s.") % {"now": State(now).label, "then": State(then).label}
        )


def check_can_edit(state: State) -> None:
    """Only a draft is written in: what is signed stays as it was signed."""
    if state == State.IN_SIGNING:
        raise Refused(_("The plan is out for signature: withdraw it before you change it."))
    if state != State.DRAFT:
        raise Refused(_("This version can no longer be changed: open a new version of the plan."))


def check_can_begin(*, has_draft: bool, has_binding: bool) -> None:
    """One version in the making at a time; a binding plan is changed, not begun again."""
    if has_draft:
        raise Refused(_("A version of this plan is already being prepared: continue with that one."))
    if has_binding:
        raise Refused(_("There is a binding plan: change it, which opens a new version."))


def check_can_put_up(*, goals: int, measures: int, closed_to: Sequence[str]) -> None:
    """A plan to sign says where to and how, and everybody who signs can read it."""
    if not goals:
        raise Refused(_("Add at least one goal before you submit the plan for signature."))
    if not measures:
        raise Refused(_("Add at least one measure before you submit the plan for signature."))
    if closed_to:
        raise Refused(
            _("These institutions take part but cannot work in the case: %(names)s. Record a consent that names them.")
            % {"names": ", ".join(closed_to)}
        )


def check_can_sign(*, form: Form, has_file: bool, needs_file: bool, signed_on: date, on: date) -> None:
    """A signature has a day that is not to come, and what was drawn or scanned where the form asks for it."""
    if signed_on > on:
        raise Refused(_("A signature cannot be in the future."))
    if form == Form.SCAN and not has_file:
        raise Refused(_("Add the signed page as a scan."))
    if form == Form.SCREEN and needs_file and not has_file:
        raise Refused(_("Let the person sign on the screen."))


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Give a reason, so that others can understand the decision."))


def check_days(from_on: date | None, until_on: date | None) -> None:
    if from_on and until_on and until_on < from_on:
        raise Refused(_("The last day must not be before the first."))


def is_binding(states: Sequence[SignatureState]) -> bool:
    """A plan binds once everybody who is still there has signed; without anybody it binds nobody."""
    needed = [state for state in states if state != SignatureState.RELEASED]
    return bool(needed) and all(state == SignatureState.SIGNED for state in needed)


def reminder_due(*, put_up_on: date, reminded: bool, on: date) -> bool:
    """A week after the plan was put up, once."""
    return not reminded and on >= put_up_on + REMIND_AFTER
