from collections.abc import Iterator

import pytest
from django.utils import translation

from suone.casework.cases.models import Case
from suone.casework.leading.tests.factories import activate
from suone.records.consents.tests.factories import Cast, make_cast


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def active(cast: Cast) -> Case:
    """Triaged and led by the office's coordinator."""
    return activate(cast)
