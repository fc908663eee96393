"""Rules of answered instruments: known answers, decisions, reassessment, reported facts. Pure: no clock, no database."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.canton.instruments.rules import Instrument, Item, Proposal, Step, fits, full_months
from suone.canton.procedures.days import months_after
from suone.canton.procedures.facts import Fact, Scalar, word
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Refused
from suone.organisation.institutions.kinds import InstitutionKind

TRIAGE = "level-triage"  # has a page of its own, which decides the level
OUTCOME = "outcome"
MONTHS_UNTIL_LATER_OUTCOME = 6
DAYS_TO_ANSWER = 20
_DAYS_AHEAD = 14


class State(models.TextChoices):
    """Whether an assessment can still be answered, or is finished and never changes again."""

    DRAFT = "draft", gettext_lazy("not finished")
    FINISHED = "finished", gettext_lazy("finished")


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a case knows already, as far as the acting person may read it."""

    risk_factors: Collection[str]
    open_risks: Collection[str]  # risk factors whose data category is open to the acting person
    first_contact_on: date | None
    notified_on: date
    age: int | None
    closing_outcome: str
    closed_on: date | None
    on: date

    @property
    def closing_moment(self) -> str:
        """Which outcome would be recorded now: ``closing``, or ``six_months`` later; empty for an open case."""
        if self.closed_on is None:
            return ""
        return "six_months" if full_months(self.closed_on, self.on) >= MONTHS_UNTIL_LATER_OUTCOME - 1 else "closing"


def category_of(name: str) -> DataCategory:
    """Return the data category named in an instrument file."""
    return DataCategory[name.upper()]


def known_answers(instrument: Instrument, particulars: Particulars) -> dict[str, str]:
    """Return the answers already known from the case, so that nobody enters them again."""
    known = {item.id: _known(item, particulars) for item in instrument.items if item.known}
    return {name: answer for name, answer in known.items() if fits(instrument.item(name), answer)}


def _known(item: Item, particulars: Particulars) -> str:
    if item.known.startswith("risk_factor/"):
        risk = item.known.removeprefix("risk_factor/")
        if not particulars.risk_factors or risk not in particulars.open_risks:
            return ""  # none recorded may mean not yet assessed, or not readable
        return "yes" if risk in particulars.risk_factors else "no"
    value = {
        "age": particulars.age,
        "first_contact_on": particulars.first_contact_on,
        "notified_on": particulars.notified_on,
        "closing_outcome": particulars.closing_outcome,
        "closing_moment": particulars.closing_moment,
    }[item.known]
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def answers_of_section(instrument: Instrument, section: str, answers: Mapping[str, str]) -> dict[str, str]:
    """Return the valid answers to the questions of a section."""
    asked = [item for item in instrument.items_of(section) if item.is_asked]
    return {item.id: answers[item.id].strip() for item in asked if fits(item, answers.get(item.id, "").strip())}


def is_all_known(instrument: Instrument, answers: Mapping[str, str]) -> bool:
    """Return whether no question is left to answer."""
    return all(item.id in answers for item in instrument.items if item.is_asked and item.counts)


def check_every_section_is_open(saved: Collection[str], readable: Collection[str]) -> None:
    """Raise ``Refused`` unless every saved section is readable: the result is calculated from all answers."""
    if set(saved) - set(readable):
        raise Refused(
            _(
                "Some sections are in a data category that is closed to you: somebody who may read all of them must finish it."
            )
        )


def check_can_finish(saved: Collection[str]) -> None:
    """Raise ``Refused`` when no section has been saved."""
    if not saved:
        raise Refused(_("Nothing is answered yet: save at least one section first."))


def check_who_decides(instrument: Instrument, *, institution: str) -> None:
    """Raise ``Refused`` for staff of another kind of institution than those that the instrument lets decide."""
    if instrument.decided_by and institution not in instrument.decided_by:
        kinds = ", ".join(str(InstitutionKind(kind).label) for kind in instrument.decided_by)
        raise Refused(_("This is decided by staff of: %(kinds)s.") % {"kinds": kinds})


def check_decision(instrument: Instrument, *, proposed: str, band: str, reason: str) -> None:
    """Check that the decision is a band of the instrument, with a reason if it differs from the proposal.

    Raises ``Refused`` otherwise.
    """
    if band not in {known.code for known in instrument.bands}:
        raise Refused(_("Choose one of the possible conclusions."))
    if band != proposed and not reason.strip():
        raise Refused(_("Your decision differs from the proposal: give a reason, so that the others understand it."))


def due_again_on(instrument: Instrument, *, on: date) -> date | None:
    """Return the due date of the reassessment, ``None`` for an instrument that is not repeated."""
    return months_after(on, instrument.again_after_months) if instrument.again_after_months else None


def is_to_be_asked_again(again_on: date, *, on: date) -> bool:
    """Return whether a reassessment is close enough to set its work item."""
    return (again_on - on).days <= _DAYS_AHEAD


def may_ask_for_later_outcome(closed_on: date, *, on: date) -> bool:
    """Return whether the later outcome may be asked for: six to twelve months after closing."""
    return MONTHS_UNTIL_LATER_OUTCOME <= full_months(closed_on, on) < 2 * MONTHS_UNTIL_LATER_OUTCOME


def facts_of_answers(instrument: Instrument, proposal: Proposal, *, on: date) -> Iterator[tuple[Fact, Scalar]]:
    """Yield the facts reported by a finished assessment: from its answers, and its date."""
    for step in proposal.steps:
        item = instrument.item(step.item)
        if item.establishes:
            yield Fact(item.establishes), _value(item, step.answer)
    if instrument.establishes.finished_on:
        yield Fact(instrument.establishes.finished_on), on


def facts_of_decision(instrument: Instrument, band: str, *, on: date) -> Iterator[tuple[Fact, Scalar]]:
    """Yield the facts reported by a decision; a band unknown to the fact reports nothing."""
    establishes = instrument.establishes
    if establishes.decided and band in word(establishes.decided).codes:
        yield Fact(establishes.decided), band
    if establishes.decided_on:
        yield Fact(establishes.decided_on), on
    if instrument.band(band).establishes:
        yield Fact(instrument.band(band).establishes), on


def _value(item: Item, answer: str) -> Scalar:
    if item.kind == "yes_no":
        return answer == "yes"
    if item.kind == "day":
        return date.fromisoformat(answer)
    return answer if item.kind == "choice" else int(answer)


@dataclass(frozen=True, slots=True)
class StoredResult:
    """The stored result of a finished assessment, as far as its reader may read it."""

    points: Decimal
    proposed: str
    rule: int | None
    steps: tuple[Step, ...]


def as_proposal(instrument: Instrument, kept: StoredResult) -> Proposal:
    """Return a stored result as a proposal of the engine, without lines in closed data categories."""
    under = {item.id: item.dimension for item in instrument.items}
    dimensions = {
        dimension.id: sum((s.points for s in kept.steps if under.get(s.item) == dimension.id), Decimal(0))
        for dimension in instrument.dimensions
    }
    return Proposal(
        instrument.identifier, instrument.version, kept.proposed, kept.points, kept.steps, (), dimensions, (), kept.rule
    )
