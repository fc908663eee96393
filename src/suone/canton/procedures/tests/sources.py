"""A paper rule by rule: what its files state in its name, and which test plays each statement."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, TypeVar

from suone.canton.procedures.facts import Scalar
from suone.canton.procedures.loading import shipped
from suone.canton.procedures.rules import Item, Origin, Phase, PhaseStatus, Procedure, automatic_move, phase_status

TODAY = date(2026, 6, 15)
PROCEDURES = shipped()
Test = TypeVar("Test", bound=Callable[..., Any])


class Paper:
    """The file of a procedure, and the tests that wear ``says`` with the places of its statements.

    A place is a phase, ``phase/requirement``, ``phase: item``, ``phase: item due``, ``convening meeting`` or ``receiver``.
    """

    def __init__(self, identifier: str) -> None:
        self.procedure = PROCEDURES[identifier]
        self.played: set[str] = set()

    def says(self, *places: str) -> Callable[[Test], Test]:
        """Mark a test as playing these statements of the paper."""

        def wear(test: Test) -> Test:
            self.played.update(places)
            return test

        return wear

    @property
    def stated(self) -> set[str]:
        """The places of all statements that name the paper or a law."""
        return {place for place, origin, law in _statements(self.procedure) if law or not origin.is_default}

    def phase(self, phase: str) -> Phase:
        return self.procedure.phase(phase)

    def item(self, phase: str, item: str) -> Item:
        return self.procedure.item(phase, item)

    def status(self, phase: str, facts: dict[str, Scalar]) -> PhaseStatus:
        return phase_status(self.phase(phase), facts, on=TODAY)

    def lacking(self, phase: str, **facts: Scalar) -> set[str]:
        """The requirements that block a case with these facts."""
        return {requirement.id for requirement in self.status(phase, facts).lacking}

    def warned(self, phase: str, **facts: Scalar) -> set[str]:
        """The recommendations that a case with these facts does not follow."""
        return {requirement.id for requirement in self.status(phase, facts).warnings}

    def is_open(self, phase: str, to: str, **facts: Scalar) -> bool:
        """Whether the case may go from one phase to another."""
        return next(way for way in self.status(phase, facts).ways if way.move.to == to).is_open

    def moves_to(self, phase: str, **facts: Scalar) -> str | None:
        """Where the case goes by itself."""
        move = automatic_move(self.phase(phase), facts, on=TODAY)
        return move.to if move else None

    def convened_by(self, meeting: str, *roles: str, institution: str) -> bool:
        """Whether somebody with these roles at this kind of institution convenes the meeting."""
        (convening,) = [one for one in self.procedure.convening if one.meeting == meeting]
        return convening.allows(roles=roles, institution=institution)


def _statements(procedure: Procedure) -> Iterator[tuple[str, Origin, str]]:
    if procedure.receiver:
        yield "receiver", procedure.receiver.origin, ""
    for convening in procedure.convening:
        yield f"convening {convening.meeting}", convening.origin, ""
    for phase in procedure.phases:
        yield phase.id, phase.origin, ""
        for requirement in phase.requirements:
            yield f"{phase.id}/{requirement.id}", requirement.origin, requirement.law
        for item in phase.items:
            yield f"{phase.id}: {item.id}", item.origin, ""
            yield f"{phase.id}: {item.id} due", item.due.origin, ""
