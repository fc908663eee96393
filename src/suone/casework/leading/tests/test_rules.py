"""What closing a case and changing its level ask for."""

from itertools import product

import pytest

from suone.casework.cases.rules import ClosingReason, Outcome
from suone.casework.leading.rules import check_can_change_level, check_can_close
from suone.ground.access.errors import Refused


@pytest.mark.parametrize(("outcome", "reason"), list(product(Outcome.values, ClosingReason.values)))
def test_every_outcome_closes_with_every_reason(outcome: str, reason: str) -> None:
    check_can_close(open_items=0, outcome=outcome, reason=reason)


@pytest.mark.parametrize(
    ("open_items", "outcome", "reason", "sentence"),
    [
        (0, "", "goals_reached", "Record how the case ended"),
        (0, "training", "", "Record how the case ended"),
        (0, "nonsense", "goals_reached", "Record how the case ended"),
        (0, "training", "nonsense", "Record how the case ended"),
        (1, "training", "goals_reached", "There are still open work items"),
    ],
)
def test_closing_leaves_nothing_open_and_nothing_unanswered(
    open_items: int, outcome: str, reason: str, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        check_can_close(open_items=open_items, outcome=outcome, reason=reason)


def test_the_level_of_a_closed_case_stays() -> None:
    check_can_change_level(now="simple", then="complex", is_open=True)
    with pytest.raises(Refused, match="closed"):
        check_can_change_level(now="simple", then="complex", is_open=False)
