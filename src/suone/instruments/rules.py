"""The engine of instruments: answers in, a proposal with its reasons out. It proposes; a person decides."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Answer = Literal["yes", "no", "unknown"]
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """A question; ``points`` says how far an answer speaks for a higher band."""

    id: str
    text: Texts
    points: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Band:
    """A conclusion that is proposed from ``threshold`` points on."""

    code: str
    title: Texts
    explanation: Texts
    threshold: int


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire in one version; ``bands`` from the highest to the lowest, the lowest from 0 points."""

    identifier: str
    version: str
    source: str
    title: Texts
    items: tuple[Item, ...]
    bands: tuple[Band, ...]

    def band(self, code: str) -> Band:
        return next(band for band in self.bands if band.code == code)

    def item(self, item_id: str) -> Item:
        return next(item for item in self.items if item.id == item_id)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the calculation: which answer brought how many points."""

    item: str
    answer: Answer
    points: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an instrument proposes, with its whole calculation, reproducible from answers and version."""

    identifier: str
    version: str
    band: str
    points: int
    steps: tuple[Step, ...]
    unanswered: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def reasons(self) -> tuple[Step, ...]:
        """The answers that speak for a higher band."""
        return tuple(step for step in self.steps if step.points)


def evaluate(instrument: Instrument, answers: Mapping[str, str]) -> Proposal:
    """The band that the answers speak for. What is missing or unknown counts nothing and is named."""
    steps = []
    unanswered = []
    for item in instrument.items:
        answer = answers.get(item.id, "unknown")
        if answer not in ("yes", "no"):
            unanswered.append(item.id)
            continue
        steps.append(Step(item.id, "yes" if answer == "yes" else "no", item.points.get(answer, 0)))
    points = sum(step.points for step in steps)
    band = next(band for band in instrument.bands if points >= band.threshold)
    return Proposal(instrument.identifier, instrument.version, band.code, points, tuple(steps), tuple(unanswered))
