"""What can be asked for: each package above enters its kind of request here, with the sentences and what follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from suone.ground.access.acting import Acting
    from suone.records.decisions.models import Decision

Sentence = Any  # a lazy translation


def _nobody(decision: Decision) -> Iterable[int | None]:
    return ()


def _nothing(acting: Acting, decision: Decision) -> None:
    """Nothing follows."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request.

    ``title`` names it, ``to_answer`` and ``awaited`` stand on the worklists of both sides; ``address`` names the page
    where it is answered, by its number. ``concerned`` says which staff members hear of its answer beside whoever asked,
    ``expired`` what follows where nobody answered.
    """

    code: str
    title: Sentence
    to_answer: Sentence
    awaited: Sentence
    address: str
    concerned: Callable[[Decision], Iterable[int | None]] = _nobody
    expired: Callable[[Acting, Decision], None] = _nothing


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Enter a kind, once, as its package starts."""
    _KINDS[kind.code] = kind


def kind_of(decision: Decision) -> Kind:
    return _KINDS[decision.kind]
