from collections.abc import Iterator

import pytest
from django.utils import translation

from suone.canton.procedures.tests.factories import published
from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import notify
from suone.ground.access.categories import ALL_BUT_HEALTH
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
    """At the intake of Solothurn; the adviser may read work and administration alone."""
    scope = [line(cast.coordinator, ALL_BUT_HEALTH), line(cast.adviser, WORK)]
    return notify(cast, scope=scope, procedure=published("so-iim"))
