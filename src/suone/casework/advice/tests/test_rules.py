"""What may be written down about a first advice."""

from datetime import date
from typing import Any

import pytest

from suone.casework.advice.rules import check_can_give
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Refused

TODAY = date(2026, 11, 25)
FINE: dict[str, Any] = {
    "on": TODAY,
    "minutes": 10,
    "is_anonymous": False,
    "name": "Muster",
    "contact": "",
    "category": DataCategory.EMPLOYMENT,
    "today": TODAY,
}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"on": date(2026, 11, 26)}, "in the future"),
        ({"minutes": 0}, "between 1 and 600"),
        ({"minutes": 601}, "between 1 and 600"),
        ({"is_anonymous": True}, "remain anonymous"),
        ({"is_anonymous": True, "name": "", "contact": "027 555"}, "remain anonymous"),
        ({"category": DataCategory.HEALTH}, "No medical content"),
    ],
)
def test_what_does_not_belong_there_is_refused_with_a_sentence(change: dict[str, Any], sentence: str) -> None:
    check_can_give(**FINE)
    check_can_give(**FINE | {"is_anonymous": True, "name": " ", "contact": ""})

    with pytest.raises(Refused, match=sentence):
        check_can_give(**FINE | change)
