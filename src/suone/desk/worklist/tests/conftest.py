from collections.abc import Iterator

import pytest
from django.utils import translation

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import activate
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
def active(cast: Cast) -> Case:
    """Triaged and led by the office's coordinator."""
    return activate(cast)
