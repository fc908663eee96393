"""A table as a file."""

from decimal import Decimal

import pytest

from suone.ground.web.tables import escape_formula


@pytest.mark.parametrize("typed", ["=1+1", "+41", "-1", "@SUM(A1)", "\tx"])
def test_no_cell_is_taken_for_a_formula(typed: str) -> None:
    assert escape_formula(typed) == "'" + typed
    assert escape_formula("words") == "words"
    assert escape_formula(Decimal("-1")) == Decimal("-1")
