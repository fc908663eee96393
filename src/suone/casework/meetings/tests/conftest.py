from collections.abc import Iterator

import pytest
from django.utils import translation

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import activate
from suone.casework.meetings.models import Meeting
from suone.casework.meetings.tests.factories import convene
from suone.ground.access.tests.worlds import kept
from suone.records.consents.tests.factories import WORK, Cast, line, make_cast


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
    """Led by the office, open to the worker and, by the consent, to the adviser; the physician is not named in it."""
    return activate(cast, line(cast.adviser, WORK))


@kept
def meeting(cast: Cast, case: Case) -> Meeting:
    """A round table of today: worker and adviser can open the case, the physician is invited and cannot."""
    return convene(cast, case, cast.worker, cast.adviser, cast.physician)
