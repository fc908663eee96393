"""The next steps of a case from its current phase, as its pages offer them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from suone.canton.procedures.facts import word
from suone.canton.procedures.rules import AvailableMove, PhaseStatus, Requirement, phase_status
from suone.canton.procedures.services import in_language
from suone.casework.cases.models import Case
from suone.casework.leading.facts import facts_of
from suone.casework.leading.models import Course
from suone.casework.leading.queries import course_of
from suone.casework.leading.services.course import may_take
from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory


@dataclass(frozen=True, slots=True)
class Step:
    """A possible move from the current phase, as a page offers it."""

    to: str
    title: str
    is_open: bool
    asks_reason: bool
    lacking: Sequence[str]
    warnings: Sequence[str]
    address: str
    is_end: bool


def next_steps(
    acting: Acting, case: Case, course: Course, now: PhaseStatus, categories: Collection[DataCategory]
) -> list[Step]:
    """List the moves from the current phase that the acting person's roles allow.

    Unmet requirements are spelled out only for facts in these data categories; for others only that one is unmet.
    """
    return [_step(case, course, way, categories) for way in now.ways if may_take(acting, way.move)]


def step_to(acting: Acting, case: Case, to: str, categories: Collection[DataCategory]) -> Step | None:
    """Return the move to a phase, ``None`` when there is none or it is reserved for other roles."""
    course = course_of(case.pk)
    if course is None:
        return None
    now = phase_status(course.current, facts_of(acting, case, course.current), on=acting.today)
    return next((step for step in next_steps(acting, case, course, now, categories) if step.to == to), None)


def _step(case: Case, course: Course, way: AvailableMove, categories: Collection[DataCategory]) -> Step:
    phase = course.procedure.phase(way.move.to)
    # Ending a case is a separate act with an outcome or reason.
    ends = {"closed": "close", "rejected": "reject", "withdrawn": "withdraw_notification"}
    address = (
        reverse(ends[phase.state], args=[case.pk])
        if phase.state in ends
        else reverse("advance", args=[case.pk, phase.id])
    )
    return Step(
        to=phase.id,
        title=in_language(way.move.title),
        is_open=way.is_open,
        asks_reason=bool(way.warnings),
        lacking=_sentences(way.lacking, categories),
        warnings=_sentences(way.warnings, categories),
        address=address,
        is_end=phase.is_end,
    )


def _sentences(found: Sequence[Requirement], categories: Collection[DataCategory]) -> list[str]:
    shown = [in_language(each.missing) for each in found if is_in(each.fact, categories)]
    return shown + closed(found, categories)


def closed(found: Sequence[Requirement], categories: Collection[DataCategory]) -> list[str]:
    """Return a single sentence for all unmet requirements in closed data categories, or nothing."""
    if all(is_in(requirement.fact, categories) for requirement in found):
        return []
    return [_("Something is missing in a data category that is closed to you: ask the lead.")]


def is_in(fact: str, categories: Collection[DataCategory]) -> bool:
    """Return whether a fact belongs to one of these data categories."""
    return word(fact).category in categories
