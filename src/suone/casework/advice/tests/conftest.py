from collections.abc import Iterator

import pytest
from django.utils import translation

from suone.casework.handovers.tests.factories import publish_handovers
from suone.ground.access.tests.worlds import kept
from suone.records.consents.tests.factories import Cast, make_cast


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield


@kept
def cast() -> Cast:
    """The coordinator of the IIZ office gives advice; front-line workers do not."""
    cast = make_cast()
    publish_handovers()
    return cast
