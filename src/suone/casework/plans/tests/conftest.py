from collections.abc import Iterator

import pytest
from django.utils import translation

from suone.casework.cases.models import Case
from suone.casework.plans.models import Plan
from suone.casework.plans.tests.factories import draft, shared_case
from suone.ground.access.tests.worlds import kept
from suone.records.consents.tests.factories import Cast, make_cast


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield


@kept
def cast() -> Cast:
    return make_cast()


@kept
def case(cast: Cast) -> Case:
    """The worker's and the adviser's institutions take part and may write; the physician reads health."""
    return shared_case(cast)


@kept
def plan(cast: Cast, case: Case) -> Plan:
    """A draft with a goal and a measure."""
    return draft(cast, case)
