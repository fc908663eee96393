"""What a procedure asks about a case is answered from the case; its phases stand for states a case can have."""

import pytest

from suone.canton.procedures.facts import Fact, Scalar
from suone.canton.procedures.loading import shipped
from suone.canton.procedures.rules import ENDS, FOLLOWING_STATES, PHASE_STATES
from suone.casework.cases.models import Case
from suone.casework.cases.rules import MOVES, State
from suone.casework.leading.facts import facts_of
from suone.casework.leading.tests.factories import do, notify
from suone.ground.access.acting import Acting
from suone.records.consents.tests.factories import Cast

CONTACT = shipped()["vs-smz-iv"].phase("contact")


def _contact_facts(acting: Acting, *, case: Case) -> dict[str, Scalar]:
    return facts_of(acting, case, CONTACT)


def test_a_procedure_leads_only_where_a_case_can_go() -> None:
    assert set(PHASE_STATES) == set(State.values) - {State.SUSPENDED}
    assert set(FOLLOWING_STATES) == set(PHASE_STATES) - ENDS
    for state, following in FOLLOWING_STATES.items():
        assert set(following) == MOVES[State(state)] - {State.SUSPENDED}


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ({"ahv_number": "7569217076985", "ahv_missing_reason": ""}, True),
        ({"ahv_number": "", "ahv_missing_reason": "not registered yet"}, False),
    ],
)
def test_the_ahv_number_is_known_or_missing(cast: Cast, typed: dict[str, str], known: bool) -> None:
    case = notify(cast, **typed)

    assert do(cast.worker, _contact_facts, case=case)[Fact.AHV_KNOWN] is known
