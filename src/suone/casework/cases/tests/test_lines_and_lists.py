"""Which lines of a timeline read alike, and which cases are in the list."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from suone.casework.cases.models import Case
from suone.casework.cases.queries import Line, case_list
from suone.casework.leading.tests.factories import close
from suone.ground.access.database import acting_as
from suone.organisation.appointments.tests.factories import acting
from suone.records.consents.tests.factories import Cast


def line(**changes: Any) -> Line:
    event: Any = SimpleNamespace(
        **{"act": "case.read", "staff_id": 1, "institution_id": 2, "text": "", "on_behalf_of_id": None} | changes
    )
    return Line(event=event)


def test_lines_of_the_same_act_by_the_same_hand_read_alike() -> None:
    note: Any = object()

    assert line().reads_like(line())
    for other in (line(act="case.closed"), line(staff_id=9), line(institution_id=9)):
        assert not line().reads_like(other)
    for says_more in (
        line(text="why"),
        replace(line(), note=note),
        replace(line(), institution="RAV"),
        Line(event=None),
    ):
        assert not says_more.reads_like(says_more)


def test_the_list_holds_open_cases_those_of_one_state_or_all(cast: Cast, active: Case) -> None:
    def listed(state: str) -> list[Case]:
        who = acting(cast.coordinator)
        with acting_as(who):
            return case_list(who, state=state)

    assert (listed("open"), listed("closed"), listed("")) == ([active], [], [active])
    close(cast, active)
    assert (listed("open"), listed("active"), listed("closed"), listed("")) == ([], [], [active], [active])
